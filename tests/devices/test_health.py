"""How a terminal is and why nothing comes from it, by cases; and the fleet page that says so."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

import make
from kaoqin.devices import queries
from kaoqin.devices.fleet_views import AtSite
from kaoqin.devices.health import SILENT_AFTER, Known, diagnose, light
from kaoqin.devices.models import Command, Device, Heartbeat, RawUpload
from kaoqin.devices.protocols import vitals_of
from kaoqin.devices.words import Light
from terminals import lines

SECOND = dt.timedelta(seconds=1)
AGO = {minutes: make.NOW - dt.timedelta(minutes=minutes) for minutes in (0, 2, 10)}


def known(**told):
    """An approved terminal that called just now and uploaded ten minutes ago, but for what is told."""
    usual = {"state": "approved", "at": make.NOW, "seen_at": AGO[0], "upload_at": AGO[10], "address": "10.0.0.9"}
    return Known(**usual | told)


LIGHTS = {
    "well": ({}, Light.ONLINE),
    "pending": ({"state": "pending"}, Light.PENDING),
    "refused": ({"state": "refused"}, Light.OFF),
    "retired": ({"state": "retired"}, Light.OFF),
    "never seen": ({"seen_at": None}, Light.NEVER),
    "a hundred seconds are not silence": ({"seen_at": make.NOW - SILENT_AFTER}, Light.ONLINE),
    "a second more is": ({"seen_at": make.NOW - SILENT_AFTER - SECOND}, Light.SILENT),
    "60 seconds are no drift": ({"ahead_seconds": 60}, Light.ONLINE),
    "61 are": ({"ahead_seconds": 61}, Light.CLOCK),
    "behind too": ({"ahead_seconds": -61}, Light.CLOCK),
    "80 percent are not full": ({"memory_percent": 80}, Light.ONLINE),
    "81 are": ({"memory_percent": 81}, Light.MEMORY),
    "silence is worse than drift": ({"seen_at": AGO[10], "ahead_seconds": 99}, Light.SILENT),
}


@pytest.mark.parametrize("case", LIGHTS)
def test_the_light(case):
    told, expected = LIGHTS[case]
    assert light(known(**told)) == expected


REASONS = {
    "well": ({"readings": 5, "new": 5}, []),
    "pending says nothing else": ({"state": "pending", "seen_at": None}, ["pending"]),
    "refused": ({"state": "refused"}, ["refused"]),
    "retired": ({"state": "retired"}, ["retired"]),
    "never seen": ({"seen_at": None, "upload_at": None}, ["never"]),
    "silent": ({"seen_at": AGO[10]}, ["silent"]),
    "one that is visited was not reached lately": ({"seen_at": AGO[10], "visited": True}, ["unreached"]),
    "it was": ({"visited": True}, []),
    "another address": ({"old_address": "10.0.0.7"}, ["address"]),
    "clock": ({"ahead_seconds": 61}, ["clock"]),
    "held": ({"readings": 5, "held": 1}, ["held"]),
    "nothing but bad lines": ({"bad_lines": 3}, ["all_bad"]),
    "some bad lines": ({"bad_lines": 3, "readings": 1}, ["bad"]),
    "all unknown": ({"readings": 4, "unknown": 4, "unknown_numbers": 1}, ["all_unknown"]),
    "some unknown": ({"readings": 4, "unknown": 3, "unknown_numbers": 2}, ["unknown"]),
    "unknown when they came, and known by now": ({"readings": 4, "unknown": 4}, []),
    "somebody on it whom nobody knows, and no punch": ({"unknown_numbers": 1}, ["unknown"]),
    "a visit that failed": ({"visited": True, "visit_fault": "密码不对"}, ["visit"]),
    "a visit that failed and none before": ({"visited": True, "seen_at": None, "visit_fault": "x"}, ["visit"]),
    "never visited": ({"visited": True, "seen_at": None}, ["visit"]),
    "a day without an upload is nothing": ({"upload_at": make.NOW - make.DAY}, []),
    "longer is": ({"upload_at": make.NOW - make.DAY - SECOND}, ["no_upload"]),
    "calls and never uploaded": ({"upload_at": None}, ["no_upload"]),
    "silent, not waiting for an upload": ({"seen_at": AGO[10], "upload_at": None}, ["silent"]),
    "memory": ({"memory_percent": 81}, ["memory"]),
    "what to mend first stands first": (
        {"seen_at": AGO[10], "old_address": "x", "ahead_seconds": 99, "held": 1, "readings": 2, "unknown_numbers": 1},
        ["silent", "address", "clock", "held", "unknown"],
    ),
}


@pytest.mark.parametrize("case", REASONS)
def test_why_nothing_comes(case):
    told, expected = REASONS[case]
    found = diagnose(known(**told))
    assert [one.code for one in found] == expected
    assert all(one.sentence and one.next_step for one in found)


def test_the_sentences_say_how_much():
    (silent,) = diagnose(known(seen_at=AGO[10]))
    assert "10 分钟" in silent.sentence
    (moved,) = diagnose(known(old_address="10.0.0.7"))
    assert "上次上传来自 10.0.0.7,现在是 10.0.0.9" in moved.sentence


@pytest.mark.parametrize(
    ("facts", "percent"),
    [
        ({"TransactionCount": "8100", "~MaxAttLogCount": "1"}, 81),
        ({"TransactionCount": "100", "~MaxAttLogCount": "10"}, 0),
        ({"TransactionCount": "100"}, None),
        ({"TransactionCount": "x", "~MaxAttLogCount": "10"}, None),
        ({"TransactionCount": "100", "~MaxAttLogCount": "0"}, None),
        ({}, None),
    ],
)
def test_memory_by_what_a_terminal_tells(facts, percent):
    assert vitals_of("zk_attendance", facts).memory_percent == percent


def test_a_protocol_that_tells_nothing():
    assert vitals_of("", {"TransactionCount": "1", "~MaxAttLogCount": "1"}).memory_percent is None


def fleet(cast, numbers):
    """Approved terminals of the site that were seen just now, each with an upload and a command."""
    for n in numbers:
        told = {"serial": f"S{n:04d}", "site": cast.site, "state": "approved", "first_seen_at": make.NOW}
        device = Device.objects.create(**told, protocol="zk_attendance")
        Heartbeat.objects.create(device=device, seen_at=make.NOW, address="10.0.0.9")
        told = {"kind": "x", "protocol": "x", "sha256": "x", "body": b"", "size_bytes": 0, "address": "10.0.0.9"}
        RawUpload.objects.create(device=device, **told, received_at=make.NOW, last_at=make.NOW, unknown_count=n)
        Command.objects.create(device=device, wish="tell_state", phrase="", asked_at=make.NOW)


def questions(client):
    """How many questions the fleet page asks the database."""
    with CaptureQueriesContext(connection) as asked:
        assert client.get("/devices/?size=100").status_code == 200
    return len(asked)


def test_the_questions_are_as_many_for_three_terminals_as_for_thirty(cast, enter):
    he = enter("he")
    fleet(cast, range(3))
    few = questions(he)
    fleet(cast, range(3, 30))
    assert questions(he) == few


def test_the_fleet_says_by_site_how_many_are_well_and_each_terminals_light(cast, enter):
    fleet(cast, range(3))
    Heartbeat.objects.filter(device__serial="S0001").update(seen_at=AGO[10])
    Device.objects.filter(serial="S0002").update(facts={"TransactionCount": "9000", "~MaxAttLogCount": "1"})
    Device.objects.create(serial="NEW1", first_seen_at=make.NOW)
    he = enter("he")
    page = he.get("/devices/")
    assert page.context["sites"] == [
        AtSite("", None, [(Light.PENDING, "yellow", 1)]),
        AtSite(
            "上海", cast.site.pk, [(Light.SILENT, "red", 1), (Light.MEMORY, "yellow", 1), (Light.ONLINE, "green", 1)]
        ),
    ]
    text = page.content.decode()
    assert "90%" in text
    assert '<span class="badge bg-red-lt">失联</span>' in text
    for wanted, serials in (("silent", ["S0001"]), ("online", ["S0000"]), ("pending", ["NEW1"]), ("clock", [])):
        rows = he.get(f"/devices/?light={wanted}").context["list"].page.object_list
        assert [row.serial for row in rows] == serials
    assert he.get(f"/devices/?site={cast.site.pk}").context["list"].page.paginator.count == 3


def test_a_terminal_that_goes_silent_and_comes_back(terminal, enter, clock):
    sun = enter("sun")
    terminal.get("getrequest")
    assert sun.get("/devices/").context["sites"][0].lights == [(Light.ONLINE, "green", 1)]
    clock(make.NOW + dt.timedelta(minutes=2, seconds=1))
    assert sun.get("/devices/").context["sites"][0].lights == [(Light.SILENT, "red", 1)]
    page = sun.get(f"/devices/{terminal.device().pk}/").content.decode()
    assert "已经 2 分钟没有联系" in page


def test_a_terminals_page_says_why(terminal, enter):
    he, where = enter("he"), f"/devices/{terminal.device().pk}/"
    assert "从来没有联系" in he.get(where).content.decode()
    terminal.post("cdata", lines("11-20 09:59:50"), table="ATTLOG")
    assert "一切正常:最近 7 天上传 1 条打卡" in he.get(where).content.decode()
    terminal.post("cdata", lines("11-20 09:59:51", pin="4711"), table="ATTLOG")
    assert "有 1 个编号不知道是谁的" in he.get(where).content.decode()
    known = queries.state_of(terminal.device(), at=make.NOW, on=make.TODAY).known
    assert (known.readings, known.new, known.unknown, known.unknown_numbers) == (2, 2, 1, 1)
