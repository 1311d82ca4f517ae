"""Which days make a month: every day is in exactly one cycle, whatever the rhythms and the groups."""

import datetime as dt
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kaoqin.attendance.cycles import Joined, Period, Rhythm, period_of, person_periods

DAY = dt.timedelta(days=1)
FROM_26 = [Rhythm(dt.date(2026, 1, 1), 26)]


def date(text):
    return dt.date.fromisoformat(f"2026-{text}")


@pytest.mark.parametrize(
    ("day", "first", "last", "month"),
    [
        ("10-25", "09-26", "10-25", "10-01"),
        ("10-26", "10-26", "11-25", "11-01"),
        ("11-25", "10-26", "11-25", "11-01"),
        ("03-01", "02-26", "03-25", "03-01"),
    ],
)
def test_a_cycle_from_the_26th_is_called_by_the_month_of_its_end(day, first, last, month):
    found = period_of(FROM_26, date(day))
    assert found == Period(date(first), date(last))
    assert found.month == date(month)


def test_without_a_rhythm_it_is_the_calendar_month():
    assert period_of([], date("02-10")) == Period(date("02-01"), date("02-28"))


def test_a_changed_rhythm_leaves_a_transition_that_says_so():
    rhythms = [Rhythm(date("11-01"), 26)]
    assert period_of(rhythms, date("10-31")) == Period(date("10-01"), date("10-31"))
    assert period_of(rhythms, date("11-01")) == Period(date("11-01"), date("11-25"), transition=True)
    assert period_of(rhythms, date("11-26")) == Period(date("11-26"), date("12-25"))


def test_who_changes_groups_within_a_cycle_is_closed_with_the_new_group():
    joined = [Joined(1, date("10-01"), date("11-09")), Joined(2, date("11-10"), date("12-31"))]
    found = person_periods(joined, {2: FROM_26}, date("12-01"))
    assert [(one.group_id, one.first, one.last) for one in found] == [
        (1, date("10-01"), date("10-31")),
        (2, date("11-01"), date("12-25")),
    ]


days = st.dates(dt.date(2025, 1, 1), dt.date(2026, 12, 31))
rhythm_lists = st.lists(st.builds(Rhythm, days, st.integers(1, 28)), max_size=3, unique_by=lambda r: r.begins_on).map(
    lambda some: sorted(some, key=lambda r: r.begins_on)
)


@given(rhythm_lists, days)
def test_a_period_holds_its_day_and_all_its_days_have_the_same(rhythms, day):
    found = period_of(rhythms, day)
    assert found.first <= day <= found.last
    assert found.last - found.first < dt.timedelta(days=31)
    assert {period_of(rhythms, one) for one in (found.first, found.last)} == {found}
    assert period_of(rhythms, found.last + DAY).first == found.last + DAY


@given(st.lists(st.tuples(days, st.integers(1, 3)), min_size=1, max_size=4, unique_by=lambda j: j[0]), rhythm_lists)
def test_the_cycles_of_a_person_follow_each_other_and_end_with_their_group(starts, rhythms):
    starts = sorted(starts)
    ends = [begin - DAY for begin, _ in starts[1:]] + [dt.date(2027, 6, 1)]
    joined = [Joined(group, begin, end) for (begin, group), end in zip(starts, ends, strict=True)]
    until = starts[-1][0] + 90 * DAY
    found = person_periods(joined, {1: rhythms, 2: FROM_26}, until)
    assert found[0].first == starts[0][0]
    assert found[-1].last >= until
    for one, after in itertools.pairwise(found):
        assert after.first == one.last + DAY
    for one in found:
        assert one.group_id == [j for j in joined if j.first <= one.last][-1].group_id
        assert period_of({1: rhythms, 2: FROM_26}.get(one.group_id, []), one.last).last == one.last
