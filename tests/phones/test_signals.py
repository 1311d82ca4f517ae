"""Wi-Fi stations and beacons: written in one way, of one's own site, from–to, stated by HR or by a table."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

import make
from handset import Handset, agree, point
from kaoqin.core.words import Refusal
from kaoqin.phones import actions, mark_actions, signals_import
from kaoqin.phones.mark_actions import SignalDetails
from kaoqin.phones.models import Record, Signal
from kaoqin.phones.signals import beacon_of, read_beacon, station_of
from kaoqin.phones.words import Way, Ways

TOLD = {"by": make.ROOT, "at": make.NOW}
STATION, UUID = "a4:56:30:12:ab:cd", "fda50693-a4e2-4fb1-afcf-c6eb07647825"


def add(site, kind=Way.WIFI, address=STATION):
    return mark_actions.add_signal(SignalDetails(site, kind, address, "三楼东", make.SINCE), **TOLD)


@given(st.lists(st.integers(0, 255), min_size=6, max_size=6).filter(lambda six: six[1:] not in ([0] * 5, [255] * 5)))
def test_a_station_has_one_name_however_it_is_told(six):
    right = ":".join(f"{one:02x}" for one in six)
    short = ":".join(f"{one:x}" for one in six)
    for told in (right, right.upper(), right.replace(":", "-"), right.replace(":", ""), short, f" {right} "):
        assert station_of(told) == right


@pytest.mark.parametrize(
    "wrong",
    ["", "办公室", "a4:56:30:12:ab", f"{STATION}:00", "g4:56:30:12:ab:cd", "02:00:00:00:00:00", "ff" * 6, "0" * 12],
)
def test_what_is_no_station_is_none(wrong):
    assert not is_station(wrong)


def is_station(told):
    try:
        return bool(station_of(told))
    except ValueError:
        return False


def test_a_bit_that_says_locally_administered_stays():
    assert station_of("A6:56:30:12:AB:CD") != station_of(STATION)


@pytest.mark.parametrize(("major", "good"), [(-1, False), (0, True), (65535, True), (65536, False)])
def test_a_beacon_is_three_numbers(major, good):
    if good:
        assert read_beacon(f"{UUID.upper()}, {major} 7") == beacon_of(UUID, major, 7) == f"{UUID}/{major}/7"
    else:
        with pytest.raises(ValueError, match=str(major)):
            beacon_of(UUID, major, 7)


@pytest.fixture
def lin(cast):
    rules = Ways(ways=(Way.WIFI, Way.BEACON), note_needed=False)
    actions.keep_ways(cast.field_group, make.SINCE, rules, **TOLD)
    return Handset(cast.by("lin"))


def press(phone, **told):
    return phone.send(phone.record(**told))[0].state


def test_a_station_or_beacon_of_ones_site_counts_whatever_else_is_heard(cast, lin):
    add(cast.site)
    add(cast.site, Way.BEACON, f"{UUID}/1/7")
    assert press(lin, wifi=["02:00:00:00:00:00", "?", STATION.upper()]) == "counted"
    assert (Record.objects.get().way, Record.objects.get().place) == ("wifi", "三楼东")
    assert (
        press(lin, beacons=[{"uuid": "?", "major": 1, "minor": 1}, {"uuid": UUID, "major": 1, "minor": 7}]) == "counted"
    )
    assert press(lin, beacons=[{"uuid": UUID, "major": 1, "minor": 8}]) == "held"
    assert press(lin, wifi=["a4:56:30:12:ab:ce"]) == "held"
    assert press(lin) == "held"


def test_one_of_another_site_one_that_ended_or_one_that_is_not_open_does_not(cast, lin):
    add(make.site("远方"))
    assert press(lin, wifi=[STATION]) == "held"
    Signal.objects.all().delete()
    ended = add(cast.site)
    mark_actions.end(ended, make.TODAY - make.DAY, **TOLD)
    assert press(lin, wifi=[STATION]) == "held"
    add(cast.site)
    assert press(lin, wifi=[STATION]) == "counted"
    actions.keep_ways(cast.field_group, make.SINCE, Ways(ways=(Way.BEACON,), note_needed=False), **TOLD)
    assert press(lin, wifi=[STATION]) == "held"


def test_too_many_or_none_at_all_are_refused(lin):
    assert press(lin, wifi=[STATION] * 101) == "refused"


def test_one_that_is_known_is_not_stated_twice(cast):
    add(cast.site)
    with pytest.raises(Refusal, match="已经登记过"):
        add(cast.site)


def test_they_come_from_a_table_and_from_a_page(cast, enter):
    row = {"site": cast.site.name, "kind": "wifi", "address": "A4-56-30-12-AB-CD", "name": "三楼东"}
    wrong = [{**row, "site": "没有"}, {**row, "kind": "?"}, {**row, "address": "?"}, {**row, "begins_on": "?"}]
    faults = signals_import.check([row, *wrong], make.ROOT, make.TODAY)
    assert [(one.row, one.column) for one in faults] == [(1, "site"), (2, "kind"), (3, "address"), (4, "begins_on")]
    assert signals_import.take([row], make.ROOT, make.NOW, lambda done: None) == "新增 1 个 Wi-Fi 或信标。"
    he, told = enter("he"), {"site": cast.site.pk, "kind": "beacon", "name": "大厅", "begins_on": "2026-11-01"}
    assert he.post("/phones/signals/new/", {**told, "address": "x"}).status_code == 422
    assert he.post("/phones/signals/new/", {**told, "address": f"{UUID} 1 7"}).status_code == 302
    assert {one.address for one in Signal.objects.all()} == {STATION, f"{UUID}/1/7"}
    assert STATION in he.get("/phones/signals/").content.decode()
    assert enter("wang").get("/phones/signals/").status_code == 403


THEIRS = ["c0:ff:ee:00:00:01", "C0-FF-EE-00-00-02"]
BEACONS = [{"uuid": UUID.upper(), "major": 1, "minor": 7}, {"uuid": UUID, "major": 1, "minor": 8}]


def about(record):
    told = json.loads(record.payload)
    return told["wifi"], [one["minor"] for one in told["beacons"]], told["point"]


@pytest.mark.parametrize("kind", ["punch", "visit_in"])
def test_without_consent_nothing_of_what_is_about_is_kept(lin, kind):
    sent = lin.record(kind=kind, wifi=THEIRS, beacons=BEACONS, point=point())
    lin.send(sent)
    assert about(Record.objects.get()) == ([], [], None)
    assert Record.objects.get().stations == []
    assert lin.send(sent)[0].state == "known", "what was sent is known all the same"


def test_without_consent_only_what_of_ours_proved_the_place_is_kept(cast, lin):
    add(cast.site)
    lin.send(lin.record(wifi=[*THEIRS, STATION.upper()], beacons=BEACONS, point=None))
    assert (Record.objects.get().way, about(Record.objects.get())) == ("wifi", ([STATION.upper()], [], None))


def test_a_beacon_of_ours_stays_and_its_neighbours_do_not(cast, lin):
    add(cast.site, Way.BEACON, f"{UUID}/1/8")
    lin.send(lin.record(wifi=THEIRS, beacons=BEACONS, point=None))
    assert (Record.objects.get().way, about(Record.objects.get())) == ("beacon", ([], [8], None))


def test_with_consent_all_is_kept_as_it_was_signed(cast, lin):
    agree(lin.by)
    sent = lin.record(wifi=THEIRS, beacons=BEACONS)
    lin.send(sent)
    assert Record.objects.get().payload == sent.payload
