"""How long a trip takes: mornings and afternoons it touches, both sides of noon and midnight."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

import make
from kaoqin.attendance.actions import Interval
from kaoqin.attendance.trips import Trip, facts, half_days, lines, read_trip


@pytest.mark.parametrize(
    ("begin", "end", "days"),
    [
        ("11-23 09:00", "11-23 18:00", "1"),
        ("11-23 09:00", "11-23 12:00", "0.5"),
        ("11-23 09:00", "11-23 12:01", "1"),
        ("11-23 11:59", "11-23 18:00", "1"),
        ("11-23 12:00", "11-23 18:00", "0.5"),
        ("11-23 09:00", "11-25 18:00", "3"),
        ("11-23 13:00", "11-25 10:00", "2"),
        ("11-23 09:00", "11-24 00:00", "1"),
        ("11-23 09:00", "11-24 00:01", "1.5"),
    ],
)
def test_days(begin, end, days):
    assert half_days(Interval(make.at(begin), make.at(end))) == Decimal(days)


moments = st.datetimes(make.at("01-01 00:00"), make.at("02-01 00:00"))


@given(moments, st.timedeltas(dt.timedelta(minutes=1), dt.timedelta(days=40)))
def test_days_are_never_less_than_the_time_itself_and_at_most_a_day_more(begin, length):
    days = float(half_days(Interval(begin, begin + length)))
    assert length / make.DAY <= days <= length / make.DAY + 1


@pytest.mark.django_db
def test_what_is_kept_is_read_again_and_said():
    trip = Trip(Interval(make.at("11-23 09:00"), make.at("11-23 11:30")), "客户", "演示")
    assert read_trip(trip.keep()) == trip
    assert facts(trip.keep()) == {"days": Decimal("0.5"), "hours": Decimal("2.5")}
    assert [text for _, text in lines(trip.keep())] == ["2026-11-23 09:00 – 11:30", "2.5 小时", "客户", "演示"]
