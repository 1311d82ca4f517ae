"""What a visited terminal kept while nobody reached it is fetched, day by day, and once."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

import make
from kaoqin.core.words import Refusal
from kaoqin.devices import actions, links
from kaoqin.devices.catching_up import BACKLOG, ReadSoFar
from kaoqin.devices.protocols.hikvision.simulator import Simulator
from kaoqin.punches.models import Punch

DAY = dt.timedelta(days=1)
TODAY = make.day("11-20")
NEWEST = TODAY - DAY


def days(first, last):
    return [make.day(first) + number * DAY for number in range((make.day(last) - make.day(first)).days + 1)]


@pytest.mark.parametrize(
    ("facts", "missed"),
    [
        ({"read_until": "2026-11-20"}, []),
        ({"read_until": "2026-11-19"}, days("11-18", "11-18")),
        ({"read_until": "2026-11-10"}, days("11-09", "11-18")),
        ({"read_until": "2026-11-20", "read_short": "2026-10-01,2026-11-18"}, [make.day("10-01"), make.day("11-18")]),
        ({"read_until": "2026-11-20", "read_short": "2026-11-19"}, []),
    ],
)
def test_which_days_are_missed(facts, missed):
    assert ReadSoFar.of(facts).missed(NEWEST) == missed


def test_one_that_was_never_asked_is_asked_for_three_months():
    missed = ReadSoFar.of({}).missed(NEWEST)
    assert (missed[0], missed[-1], len(missed)) == (NEWEST - BACKLOG, NEWEST - DAY, BACKLOG.days)


@given(st.lists(st.tuples(st.integers(0, 60), st.booleans()), max_size=30))
def test_what_is_kept_is_what_is_read_again(asked):
    so_far = ReadSoFar(TODAY - 60 * DAY)
    for number, complete in asked:
        so_far = so_far.after(TODAY - number * DAY, complete=complete)
    again = ReadSoFar.of({name: value[:200] for name, value in so_far.facts().items()})
    assert again.until == so_far.until
    assert again.short == frozenset(sorted(so_far.short)[-18:])


@pytest.fixture
def unit():
    with Simulator() as found:
        yield found


@pytest.fixture
def device(cast, unit):
    told = {"address": "127.0.0.1", "port": unit.port, "https": False, "user": unit.user, "password": unit.password}
    settings = links.Settings(**told, server="http://127.0.0.1:8000")
    found = links.add("hikvision", "G00000001", settings, by=make.ROOT, at=make.NOW)
    unit.serial = "DS-K1T671MG00000001"
    actions.approve(found, cast.site, by=make.ROOT, at=make.NOW)
    return found


def visited(device, at):
    device.refresh_from_db()
    return links.visit(device, at=at)


def test_the_first_visit_brings_three_months(device, unit):
    for number in (0, 1, 2, 30, BACKLOG.days + 1, BACKLOG.days + 2):
        unit.press("00013", make.NOW - number * DAY)
    assert visited(device, make.NOW) == 5
    assert visited(device, make.NOW) == 2
    assert Punch.objects.count() == 5


def test_what_was_pressed_while_it_could_not_be_reached_comes_with_the_next_visit(device, unit):
    visited(device, make.NOW)
    for number in range(1, 10):
        unit.press("00013", make.NOW + number * DAY)
    assert visited(device, make.NOW + 10 * DAY) == 9
    assert Punch.objects.count() == 9


def test_a_day_that_came_short_is_asked_for_again_and_hides_no_other(device, unit):
    for number in (0, 5, 6):
        unit.press("00013", make.NOW - number * DAY)
    unit.faults.hides = 1
    with pytest.raises(Refusal):
        visited(device, make.NOW)
    device.refresh_from_db()
    assert device.facts["read_short"] == "2026-11-14,2026-11-15"
    unit.faults.hides = 0
    assert visited(device, make.NOW) == 3
    device.refresh_from_db()
    assert (device.facts["read_short"], Punch.objects.count()) == ("", 3)


def test_a_visit_that_breaks_off_goes_on_where_it_was(device, unit, monkeypatch):
    for number in (0, 30, 60):
        unit.press("00013", make.NOW - number * DAY)
    asked = unit.answer

    def gone_in_october(method, path, body):
        if b"2026-10-10" in body:
            unit.break_lines()
            raise ConnectionError
        return asked(method, path, body)

    with monkeypatch.context() as broken:
        broken.setattr(unit, "answer", gone_in_october)
        with pytest.raises(Refusal):
            visited(device, make.NOW)
    device.refresh_from_db()
    assert (device.facts["read_until"], Punch.objects.count()) == ("2026-10-09", 2)
    assert visited(device, make.NOW) == 2
    assert Punch.objects.count() == 3
