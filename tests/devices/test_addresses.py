"""From where a terminal may call: elsewhere it is turned away, keeps its data, and somebody is told."""

import datetime as dt

import pytest

import make
from kaoqin.core.words import NotAllowed, Refusal
from kaoqin.devices import actions, alarms, fleet, queries, taking
from kaoqin.devices.addresses import networks, tidy, within
from kaoqin.devices.health import diagnose
from kaoqin.devices.models import BarredCall, Device, DeviceAlarm, Heartbeat, RawUpload
from kaoqin.devices.wire import Call, Errand
from kaoqin.devices.words import Alarm
from kaoqin.security.models import AuditEntry
from terminals import Caller, lines

HERE, ELSEWHERE = {"REMOTE_ADDR": "10.0.0.9"}, {"REMOTE_ADDR": "10.0.1.9"}
CALLS = {
    "greet": ("GET", "cdata", {"options": "all"}),
    "poll": ("GET", "getrequest", {}),
    "upload": ("POST", "cdata", {"table": "ATTLOG"}),
    "register": ("POST", "registry", {}),
    "result": ("POST", "devicecmd", {}),
    "ping": ("GET", "ping", {}),
}


@pytest.fixture
def listed(terminal):
    """A terminal that may call from 10.0.0.0/24 and one address besides."""
    actions.allow_addresses(terminal.device(), "10.0.0.0/24\n192.168.1.20", by=make.ROOT, at=make.NOW)
    terminal.desk.look_again()
    return terminal


def call(caller, name, where):
    method, path, query = CALLS[name]
    body = lines("11-20 09:00:00").encode() if name == "upload" else b""
    return caller.call(method, f"/iclock/{path}", query, body, **where)


def told(caller):
    """What the process writes every few seconds, now."""
    caller.desk._beats.write()


@pytest.mark.parametrize("name", CALLS)
def test_every_call_from_elsewhere_is_turned_away_in_plain_text(listed, name):
    answer = call(listed, name, ELSEWHERE)
    assert (answer.status, answer.text) == (403, "not from this address\n")
    assert answer.headers["Content-Type"] == "text/plain"
    assert call(listed, name, HERE).status == 200


def test_what_came_from_elsewhere_is_not_kept_and_comes_again_from_here(listed):
    call(listed, "upload", ELSEWHERE)
    assert not RawUpload.objects.exists()
    assert call(listed, "upload", HERE).text == "OK:1"


@pytest.mark.parametrize(
    ("address", "welcome"),
    [
        ("10.0.0.0", True),
        ("10.0.0.255", True),
        ("10.0.1.0", False),
        ("9.255.255.255", False),
        ("192.168.1.20", True),
        ("192.168.1.21", False),
        ("::ffff:10.0.0.7", True),
        ("fe80::1", False),
        ("", False),
        ("unix:", False),
    ],
)
def test_the_edges_of_a_network(address, welcome):
    assert within(address, networks("10.0.0.0/24 192.168.1.20")) is welcome
    assert within(address, ())


def test_a_list_is_tidied_and_told_in_the_audit(terminal):
    kept = actions.allow_addresses(
        terminal.device(), " 10.0.0.7/24,10.0.0.0/24;fe80::1、192.168.1.20/32 ", by=make.ROOT, at=make.NOW
    )
    assert kept == "10.0.0.0/24 fe80::1 192.168.1.20"
    assert kept in AuditEntry.objects.get(action="devices.allow_addresses").said


@pytest.mark.parametrize("text", ["10.0.0", "10.0.0.0/33", "考勤机", "10.0.0.1-10.0.0.9", " ".join(["10.0.0.1"] * 51)])
def test_what_is_no_address_is_refused(text):
    with pytest.raises(Refusal):
        tidy(text)


def test_an_empty_list_lets_it_call_from_anywhere_again(listed):
    actions.allow_addresses(listed.device(), "", by=make.ROOT, at=make.NOW)
    listed.desk.look_again()
    assert call(listed, "upload", ELSEWHERE).status == 200
    assert "addresses" not in listed.device().options


def test_only_who_approves_terminals_says_from_where(terminal, cast):
    for who in ("chen", "wang", "qian"):
        with pytest.raises(NotAllowed):
            actions.allow_addresses(terminal.device(), "", by=cast.by(who), at=make.NOW)


def test_a_call_from_elsewhere_is_no_sign_of_life_but_is_remembered(listed):
    for _ in range(3):
        call(listed, "poll", ELSEWHERE)
    told(listed)
    assert not Heartbeat.objects.exists()
    seen = BarredCall.objects.get()
    assert (seen.address, seen.at, seen.times) == ("10.0.1.9", make.NOW, 3)
    call(listed, "poll", ELSEWHERE | {"REMOTE_ADDR": "10.0.2.1"})
    told(listed)
    seen.refresh_from_db()
    assert (seen.address, seen.times) == ("10.0.2.1", 4)


def test_it_is_an_alarm_with_the_address_for_a_quarter_of_an_hour_and_a_finding_for_a_day(listed, cast):
    call(listed, "poll", ELSEWHERE)
    told(listed)
    alarms.watch(make.NOW, make.NOW)
    raised = DeviceAlarm.objects.get(kind=Alarm.BARRED)
    assert raised.facts == {"address": "10.0.1.9"}
    alarms.watch(make.NOW + dt.timedelta(minutes=14, seconds=59), make.NOW)
    assert DeviceAlarm.objects.get(kind=Alarm.BARRED).cleared_at is None
    alarms.watch(make.NOW + dt.timedelta(minutes=15), make.NOW)
    assert DeviceAlarm.objects.get(kind=Alarm.BARRED).cleared_at
    found = queries.device(listed.device().pk, seen_by=cast.by("he"))
    for later, codes in ((dt.timedelta(hours=23), True), (dt.timedelta(hours=24), False)):
        (state,) = queries.states([found], at=make.NOW + later)
        assert ("barred" in [one.code for one in diagnose(state.known)]) is codes


def test_lines_that_a_terminal_opens_are_turned_away_too(listed, django_assert_num_queries):
    taker = taking.Taker()
    polled = Call(listed.serial, Errand.ALIVE)
    assert not taker.take(polled, b"", "line", "10.0.1.9", make.NOW)
    assert taker.take(polled, b"", "line", "10.0.0.9", make.NOW)
    assert taker.take(polled, b"", "mqtt/topic", "", make.NOW), "a broker tells no address"


def test_the_list_costs_a_poll_nothing(listed, django_assert_num_queries):
    call(listed, "poll", HERE)
    with django_assert_num_queries(0):
        assert call(listed, "poll", HERE).status == 200
        assert call(listed, "poll", ELSEWHERE).status == 403


def test_a_flood_of_made_up_serials_costs_known_terminals_no_question(terminal, django_assert_num_queries):
    """The first 200 are remembered, to be approved; all others are answered from memory, and so is who is known."""
    terminal.get("getrequest")
    for number in range(fleet.MOST_PENDING):
        Caller(f"MADEUP{number:05d}", desk=terminal.desk).get("cdata", options="all")
    assert Device.objects.filter(state="pending").count() == fleet.MOST_PENDING
    with django_assert_num_queries(0):
        for number in range(2_000):
            stranger = Caller(f"FLOOD{number:05d}", desk=terminal.desk)
            assert stranger.post("cdata", lines("11-20 09:00:00"), table="ATTLOG").status == 403
        assert terminal.get("getrequest").text == "OK"
    assert len(terminal.desk._terminals) == fleet.MOST_PENDING + 1
    assert len(terminal.desk._beats._present) <= fleet.MOST_PENDING + 1


def test_the_pages_show_who_was_turned_away_and_change_the_list(listed, enter):
    call(listed, "poll", ELSEWHERE)
    call(listed, "poll", HERE)
    told(listed)
    he, device = enter("he"), listed.device()
    assert "10.0.1.9 × 1" in he.get("/devices/safety/").content.decode()
    answer = he.post(f"/devices/{device.pk}/addresses/", {"addresses": "10.0.0"})
    assert (answer.status_code, "不是地址或网段" in answer.content.decode()) == (422, True)
    shut = he.post(f"/devices/{device.pk}/addresses/", {"addresses": "10.9.9.9"}, follow=True).content.decode()
    assert "目前从 10.0.0.9 联系,不在其中" in shut
    assert "目前的地址:10.0.0.9" in he.get(f"/devices/{device.pk}/addresses/").content.decode()
