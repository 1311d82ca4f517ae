"""Month-level rules: free lates, lates that make half a day, full attendance."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kaoqin.attendance.monthly import Facts, Rule, judge

FIRST = dt.date(2026, 11, 2)


def lates(*minutes):
    return [(FIRST + n * dt.timedelta(days=1), late) for n, late in enumerate(minutes)]


def test_the_earliest_lates_that_are_short_enough_are_free():
    found = judge(Facts(lates(11, 10, 3, 5), planned_days=20), Rule(free_late_times=2, free_late_minutes=10))
    assert ([day.day for day in found.free], found.counted) == ([3, 4], 2)


@pytest.mark.parametrize(("count", "days"), [(2, "0"), (3, "0.5"), (5, "0.5"), (6, "1.0")])
def test_every_three_lates_make_half_a_day_absent(count, days):
    assert judge(Facts(lates(*[20] * count)), Rule(lates_per_half_day=3)).absent_days == Decimal(days)


@pytest.mark.parametrize(
    ("facts", "word"),
    [
        ({"lates": lates(1)}, "late"),
        ({"early_times": 1}, "early"),
        ({"missing": 1}, "missing"),
        ({"absent_minutes": 1}, "absent"),
        ({"leave_kinds": frozenset({"personal", "annual"})}, "leave"),
    ],
)
def test_what_breaks_full_attendance_does_so_only_where_the_rule_says(facts, word):
    told = Facts(planned_days=20, **facts)
    assert judge(told, Rule(), frozenset({"annual"})).broken_by == (word,)
    assert judge(told, Rule(**{f"{word}_breaks": False}), frozenset({"annual"})).full


def test_annual_leave_and_free_lates_break_nothing_but_part_of_a_month_and_no_plan_do():
    rule = Rule(free_late_times=1, free_late_minutes=5)
    facts = Facts(lates(5), planned_days=20, leave_kinds=frozenset({"annual"}))
    assert judge(facts, rule, frozenset({"annual"})).full
    assert judge(Facts(planned_days=20, whole=False), rule).broken_by == ("partial",)
    assert judge(Facts(), rule).broken_by == ("no_plan",)


@given(
    st.lists(st.integers(1, 60), max_size=12),
    st.integers(0, 5),
    st.integers(0, 30),
    st.integers(0, 5),
    st.integers(1, 60),
)
def test_one_more_late_never_makes_the_month_better(minutes, times, most, per_half, more):
    rule = Rule(times, most, per_half)
    before, after = (judge(Facts(lates(*some), planned_days=20), rule) for some in (minutes, [*minutes, more]))
    assert before.counted <= after.counted <= before.counted + 1
    assert before.absent_days <= after.absent_days
    assert len(after.free) <= times
    assert after.counted + len(after.free) == len(minutes) + 1
    assert before.full or not after.full
