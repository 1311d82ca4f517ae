"""When a message goes out: both sides of every edge, over midnight, and where the clock leaps."""

import datetime as dt
import zoneinfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kaoqin.notices.timing import Due, Rhythm, due, is_quiet

SHANGHAI = "Asia/Shanghai"
NEW_YORK = "America/New_York"
MINUTE = dt.timedelta(minutes=1)


def at(text, zone=SHANGHAI, fold=0):
    return dt.datetime.fromisoformat(text).replace(tzinfo=zoneinfo.ZoneInfo(zone), fold=fold).astimezone(dt.UTC)


def rhythm(quiet_from="", quiet_until="", digest_at="", zone=SHANGHAI):
    minutes = [int(text[:2]) * 60 + int(text[3:]) if text else None for text in (quiet_from, quiet_until, digest_at)]
    return Rhythm(zone, *minutes)


NIGHT = rhythm("22:00", "07:00")
NOON = rhythm("12:00", "13:30")


@pytest.mark.parametrize(
    ("told", "goes", "whose"),
    [
        ("2026-11-20 21:59", "2026-11-20 21:59", NIGHT),
        ("2026-11-20 22:00", "2026-11-21 07:00", NIGHT),
        ("2026-11-20 23:59", "2026-11-21 07:00", NIGHT),
        ("2026-11-21 00:00", "2026-11-21 07:00", NIGHT),
        ("2026-11-21 06:59", "2026-11-21 07:00", NIGHT),
        ("2026-11-21 07:00", "2026-11-21 07:00", NIGHT),
        ("2026-11-20 11:59", "2026-11-20 11:59", NOON),
        ("2026-11-20 12:00", "2026-11-20 13:30", NOON),
        ("2026-11-20 13:29", "2026-11-20 13:30", NOON),
        ("2026-11-20 13:30", "2026-11-20 13:30", NOON),
        ("2026-12-31 23:00", "2027-01-01 07:00", NIGHT),
    ],
)
def test_quiet_hours_hold_back_until_they_end(told, goes, whose):
    waits = told != goes
    assert due(at(told), whose, urgent=False) == Due(at(goes), together=waits)


def test_what_is_urgent_waits_for_nothing():
    told = at("2026-11-20 23:00")
    assert due(told, rhythm("22:00", "07:00", "18:00"), urgent=True) == Due(told)


@pytest.mark.parametrize(
    ("told", "goes"),
    [
        ("2026-11-20 17:59", "2026-11-20 18:00"),
        ("2026-11-20 18:00", "2026-11-21 18:00"),
        ("2026-11-20 18:01", "2026-11-21 18:00"),
    ],
)
def test_a_digest_comes_once_a_day(told, goes):
    assert due(at(told), rhythm(digest_at="18:00"), urgent=False) == Due(at(goes), together=True)


def test_a_digest_in_the_quiet_hours_comes_when_they_end():
    night = rhythm("22:00", "07:00", "23:00")
    assert due(at("2026-11-20 10:00"), night, urgent=False) == Due(at("2026-11-21 07:00"), together=True)


def test_quiet_hours_are_those_of_the_persons_zone():
    told = at("2026-11-20 22:30")  # half past nine in the morning in New York
    assert due(told, rhythm("22:00", "07:00", zone=NEW_YORK), urgent=False) == Due(told)
    assert due(told, NIGHT, urgent=False).at == at("2026-11-21 07:00")


def test_an_end_the_clock_leaps_over_comes_as_much_later_as_the_leap():
    """2026-03-08 in New York has no 02:30."""
    told = at("2026-03-08 01:59", NEW_YORK)
    goes = due(told, rhythm("22:00", "02:30", zone=NEW_YORK), urgent=False).at
    assert goes == at("2026-03-08 03:30", NEW_YORK)


def test_in_an_hour_that_comes_twice_the_next_end_is_meant():
    """2026-11-01 in New York has 01:00 to 02:00 twice."""
    night = rhythm("22:00", "01:30", zone=NEW_YORK)
    assert due(at("2026-11-01 01:10", NEW_YORK), night, urgent=False).at == at("2026-11-01 01:30", NEW_YORK)
    again = due(at("2026-11-01 01:10", NEW_YORK, fold=1), night, urgent=False).at
    assert again == at("2026-11-01 01:30", NEW_YORK, fold=1)


instants = st.datetimes(dt.datetime(2026, 1, 1), dt.datetime(2027, 12, 31), timezones=st.just(dt.UTC))  # noqa: DTZ001
minutes = st.integers(0, 1439)


@given(instants, minutes, minutes, st.none() | minutes, st.sampled_from([SHANGHAI, NEW_YORK, "Australia/Lord_Howe"]))
def test_it_goes_out_within_two_days_never_before_it_was_told_and_never_while_it_is_quiet(
    told, begins, ends, digest, zone
):
    whose = Rhythm(zone, begins, ends, digest)
    goes = due(told, whose, urgent=False)
    assert told <= goes.at <= told + dt.timedelta(hours=50)
    assert not is_quiet(goes.at, whose)
    assert goes.together == (digest is not None or goes.at > told)
    if goes.at > told and digest is None:
        assert is_quiet(told, whose)
