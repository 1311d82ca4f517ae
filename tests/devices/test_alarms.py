"""Alarms: what is wrong, by cases on both sides of each edge; raised once, cleared when over, told where people look."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

import make
from kaoqin.devices import alarms, counting, fleet, http, queries
from kaoqin.devices.alarms import Watched, wanted, watch
from kaoqin.devices.models import Command, Device, DeviceAlarm, Heartbeat
from kaoqin.devices.words import Alarm
from kaoqin.punches import counting as ledger
from kaoqin.punches.models import Punch
from terminals import Caller, lines

SECOND, MINUTE = dt.timedelta(seconds=1), dt.timedelta(minutes=1)
LONG_AGO = make.NOW - dt.timedelta(days=1)
SILENT = make.NOW - 101 * SECOND


def watched(device_id=1, site_id=1, seen_at=make.NOW, **told):
    return Watched(device_id, site_id, seen_at, **told)


CASES = {
    "all well": ([watched()], set()),
    "a hundred seconds are not silence": ([watched(seen_at=make.NOW - 100 * SECOND)], set()),
    "a second more is": ([watched(seen_at=SILENT)], {("silent", 1)}),
    "one that never called is not silent": ([watched(seen_at=None)], set()),
    "60 seconds are no drift": ([watched(ahead_seconds=-60)], set()),
    "61 are, either way": ([watched(ahead_seconds=-61)], {("clock", 1)}),
    "80 percent are not full": ([watched(memory_percent=80)], set()),
    "81 are": ([watched(memory_percent=81)], {("memory", 1)}),
    "two addresses": ([watched(clash=("10.0.0.1", "10.0.0.2"))], {("two_addresses", 1)}),
    "a count that is not ours": ([watched(miscount=("2026-11-19", 5, 4))], {("count", 1)}),
    "a whole site is one alarm": ([watched(1, seen_at=SILENT), watched(2, seen_at=SILENT)], {("site_out", None)}),
    "not while one of it calls": ([watched(1, seen_at=SILENT), watched(2)], {("silent", 1)}),
    "a site's only terminal is no site": ([watched(1, seen_at=SILENT), watched(2, 2)], {("silent", 1)}),
    "sites are told apart": (
        [watched(1, seen_at=SILENT), watched(2, seen_at=SILENT), watched(3, 2, seen_at=SILENT)],
        {("site_out", None), ("silent", 3)},
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_what_is_wrong(case):
    told, expected = CASES[case]
    found = wanted(told, at=make.NOW, listening_since=LONG_AGO)
    assert {(key.kind.value, key.device_id) for key in found} == expected


def test_nobody_was_silent_while_nobody_listened():
    just_begun = make.NOW - 100 * SECOND
    assert not wanted([watched(seen_at=LONG_AGO)], at=make.NOW, listening_since=just_begun)
    assert wanted([watched(seen_at=LONG_AGO)], at=make.NOW + SECOND, listening_since=just_begun)


def silent_terminal(site, serial="0316144680031", seen_at=SILENT):
    device = Device.objects.create(
        serial=serial, state="approved", site=site, first_seen_at=LONG_AGO, protocol="zk_att"
    )
    Heartbeat.objects.create(device=device, seen_at=seen_at, address="10.0.0.9")
    return device


def test_an_alarm_stands_once_and_is_cleared_when_it_is_over(cast):
    device = silent_terminal(cast.site)
    watch(make.NOW, LONG_AGO)
    watch(make.NOW + MINUTE, LONG_AGO)
    alarm = DeviceAlarm.objects.get()
    assert (alarm.kind, alarm.device, alarm.site, alarm.raised_at) == ("silent", device, cast.site, make.NOW)
    Heartbeat.objects.update(seen_at=make.NOW + 2 * MINUTE)
    watch(make.NOW + 2 * MINUTE, LONG_AGO)
    alarm.refresh_from_db()
    assert alarm.cleared_at == make.NOW + 2 * MINUTE
    Heartbeat.objects.update(seen_at=SILENT)
    watch(make.NOW + 3 * MINUTE, LONG_AGO)
    assert DeviceAlarm.objects.filter(cleared_at=None).count() == 1
    assert DeviceAlarm.objects.count() == 2


def test_an_alarm_that_goes_on_is_told_with_the_numbers_of_now(cast):
    silent_terminal(cast.site, seen_at=make.NOW)
    Heartbeat.objects.update(clock_ahead_seconds=90)
    watch(make.NOW, LONG_AGO)
    Heartbeat.objects.update(clock_ahead_seconds=120)
    watch(make.NOW + MINUTE, LONG_AGO)
    alarm = DeviceAlarm.objects.get()
    assert (alarm.facts, alarm.raised_at) == ({"seconds": 120}, make.NOW)


def test_looking_costs_the_same_for_many_terminals(cast):
    def cost():
        with CaptureQueriesContext(connection) as asked:
            alarms.watched(make.NOW)
        return len(asked)

    silent_terminal(cast.site)
    few = cost()
    for number in range(20):
        silent_terminal(cast.site, f"03161446801{number:02}")
    assert cost() == few


def test_people_are_told_on_every_page_at_home_and_above_the_fleet(cast, enter):
    silent_terminal(cast.site)
    silent_terminal(cast.site, "0316144680032")
    watch(make.NOW, LONG_AGO)
    page = enter("he")
    told = page.get("/devices/").content.decode()
    assert "同时失联" in told
    assert 'ms-auto numeric">1</span>' in told
    assert "1 个考勤机告警" in page.get("/").content.decode()
    listed = page.get("/devices/alarms/").content.decode()
    assert "整个地点失联" in listed
    assert "上海" in listed


@pytest.fixture
def often(monkeypatch):
    """Signs of life are written at once."""
    monkeypatch.setattr(http, "WRITE_SECONDS", -1.0)


def test_a_clock_is_believed_only_of_a_terminal_that_was_in_touch_all_the_while(terminal, clock, often):
    for seconds in range(0, 180, 30):
        clock(make.NOW + seconds * SECOND)
        terminal.get("getrequest")
    clock(make.NOW + 180 * SECOND)
    terminal.post("cdata", lines("11-20 10:01:30"), table="ATTLOG")
    assert terminal.device().heartbeat.clock_ahead_seconds == -90


def test_a_punch_that_was_kept_back_says_nothing_of_the_clock(terminal, clock, often):
    terminal.get("getrequest")
    clock(make.NOW + 5 * MINUTE)
    terminal.get("getrequest")
    clock(make.NOW + 5 * MINUTE + 30 * SECOND)
    terminal.post("cdata", lines("11-20 10:02:00"), table="ATTLOG")
    assert terminal.device().heartbeat.clock_ahead_seconds is None


def call_from(terminal, *addresses):
    for address in addresses:
        terminal.call("GET", "/iclock/getrequest", {}, REMOTE_ADDR=address)
    return terminal.device().heartbeat


def test_a_terminal_that_moves_is_one_that_goes_there_and_back_is_two(terminal, often):
    moved = call_from(terminal, "10.0.0.1", "10.0.0.2", "10.0.0.2")
    assert (moved.address, moved.clash_at) == ("10.0.0.2", None)
    two = call_from(terminal, "10.0.0.1")
    assert (two.address, two.clash_address, two.clash_at) == ("10.0.0.1", "10.0.0.2", make.NOW)
    assert alarms.watched(make.NOW + 15 * MINUTE - SECOND)[0].clash == ("10.0.0.1", "10.0.0.2")
    assert alarms.watched(make.NOW + 15 * MINUTE)[0].clash is None


def test_moving_back_later_is_no_clash():
    present = fleet.Presence("10.0.0.1", LONG_AGO, LONG_AGO)
    assert present.call(make.NOW, "10.0.0.2") == ""
    assert present.call(make.NOW + MINUTE, "10.0.0.1") == ""


YESTERDAY = make.day("11-19")


def counted(terminal, told):
    """The terminal is asked for yesterday's count and answers; the ledger is compared."""
    counting.ask_all(YESTERDAY, make.NOW)
    return answer(terminal, "VERIFY SUM", f"&AttlogSum={told}")


def answer(terminal, word, more=""):
    command = Command.objects.order_by("-pk").first()
    terminal.post("devicecmd", f"ID={command.pk}&Return=0&CMD={word}{more}\n")
    ledger.compare(make.NOW)
    command.refresh_from_db()
    return command


def test_a_count_that_is_ours_is_the_end_of_it(cast, terminal):
    terminal.post("cdata", lines("11-19 09:00:00", "11-19 18:00:00", "11-20 09:00:00"), table="ATTLOG")
    command = counted(terminal, 2)
    assert (command.target, command.result["told"], command.result["known"]) == ("2026-11-19", 2, 2)
    assert Command.objects.count() == 1
    assert alarms.watched(make.NOW)[0].miscount is None


def test_a_terminal_that_has_more_sends_the_day_again_and_is_counted_anew(cast, terminal):
    terminal.post("cdata", lines("11-19 09:00:00"), table="ATTLOG")
    counted(terminal, 2)
    again = Command.objects.order_by("-pk").first()
    assert again.phrase == "DATA QUERY ATTLOG StartTime=2026-11-19 00:00:00\tEndTime=2026-11-19 23:59:59"
    terminal.post("cdata", lines("11-19 09:00:00", "11-19 18:00:00"), table="ATTLOG")
    answer(terminal, "DATA")
    answer(terminal, "VERIFY SUM", "&AttlogSum=2")
    assert Punch.objects.count() == 2
    assert [one.wish for one in Command.objects.order_by("pk")] == ["count_punches", "tell_punches", "count_punches"]
    assert alarms.watched(make.NOW)[0].miscount is None


def test_what_is_missing_still_is_an_alarm_and_no_endless_asking(cast, terminal):
    counted(terminal, 3)
    answer(terminal, "DATA")
    answer(terminal, "VERIFY SUM", "&AttlogSum=3")
    assert Command.objects.count() == 3
    watch(make.NOW, LONG_AGO)
    alarm = DeviceAlarm.objects.get(kind=Alarm.COUNT)
    assert alarm.facts == {"day": "2026-11-19", "told": 3, "known": 0}


def test_a_terminal_that_has_not_answered_is_not_asked_more_and_more(terminal):
    assert counting.ask_all(YESTERDAY, make.NOW) == 1
    assert counting.ask_all(make.day("11-20"), make.NOW) == 0


def test_security_terminals_cannot_count_and_are_passed_over(cast):
    other = Caller("CJ9Z000001")
    device = other.approved(cast.site)
    Device.objects.filter(pk=device.pk).update(protocol="zk_security")
    assert counting.ask_all(YESTERDAY, make.NOW) == 0


def test_sites_where_terminals_do_not_call(cast):
    silent_terminal(cast.site)
    watch(make.NOW, LONG_AGO)
    assert queries.sites_out() == {cast.site.pk: make.NOW}
