"""What a leave costs on the roster: halves, nights, holidays, free hours; the same as the settlement counts."""

import datetime as dt
import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import make
from kaoqin.attendance import reckoning
from kaoqin.attendance.models import Absence
from kaoqin.leave import queries
from kaoqin.leave.counting import cost, halfway, interval_of_days
from kaoqin.leave.plans import lay, planned_days
from kaoqin.leave.words import CountMode, Rules, Unit
from kaoqin.scheduling import roster
from kaoqin.scheduling.words import Cell, Segment, ShiftPlan

DAY = dt.timedelta(days=1)
MINUTE = dt.timedelta(minutes=1)
TWICE = ShiftPlan("两段", (Segment(480, 720), Segment(780, 1020)))
LONG_NIGHT = ShiftPlan("长夜", (Segment(1200, 1920, 1440, 1500),))
PLANS = (None, make.DAY_PLAN, make.NIGHT_PLAN, TWICE, LONG_NIGHT)
HOURS = Rules(unit=Unit.HOUR, step_minutes=30)
HALVES = Rules(unit=Unit.HALF_DAY)
WHOLE = Rules(unit=Unit.DAY)


def day(number):
    return dt.date(2026, 11, 1) + number * DAY


def days_of(*plans, statutory=()):
    """Planned days from 2026-11-01 on; nothing is planned before and after."""
    dated = {day(n): plan for n, plan in enumerate(plans)}
    return lay(dated, day(0), day(len(plans) - 1), {day(n) for n in statutory})


def taken(days, start, end, rules):
    return [(one.date.day, one.taken_minutes) for one in cost(days, start, end, rules)]


def at(number, clock):
    return dt.datetime.combine(day(number), dt.time.fromisoformat(clock))


def test_a_day_a_half_and_an_hour_of_a_day_shift():
    days = days_of(make.DAY_PLAN)
    assert taken(days, at(0, "00:00"), at(1, "00:00"), WHOLE) == [(1, 480)]
    assert taken(days, at(0, "00:00"), at(0, "12:00"), HALVES) == [(1, 240)]
    assert taken(days, at(0, "13:00"), at(0, "18:00"), HALVES) == [(1, 240)]
    assert taken(days, at(0, "11:50"), at(0, "13:10"), HALVES) == [(1, 480)]
    assert taken(days, at(0, "12:00"), at(0, "13:00"), HALVES) == []
    assert taken(days, at(0, "09:00"), at(0, "10:10"), HOURS) == [(1, 90)]
    assert taken(days, at(0, "11:00"), at(0, "14:00"), HOURS) == [(1, 120)]


def test_the_minutes_after_midnight_belong_to_the_day_the_night_began():
    days = days_of(make.NIGHT_PLAN, None, make.NIGHT_PLAN)
    assert taken(days, at(1, "00:00"), at(1, "06:00"), HOURS) == [(1, 360)]
    start, end = interval_of_days(days[:1])
    assert (start, end) == (at(0, "00:00"), at(1, "06:00"))
    assert interval_of_days(days[1:2])[0] == at(1, "06:00")
    assert taken(days, start, end, WHOLE) == [(1, 480)]
    # 22:00–06:00 without a pause is cut at its middle
    assert interval_of_days(days[:1], first_half="second") == (at(1, "02:00"), at(1, "06:00"))


def test_rest_days_cost_nothing_and_calendar_days_all():
    days = days_of(make.DAY_PLAN, None, None, make.DAY_PLAN, statutory=[1])
    whole = at(0, "00:00"), at(4, "00:00")
    assert sum(minutes for _, minutes in taken(days, *whole, WHOLE)) == 2 * 480
    calendar = Rules(unit=Unit.DAY, count_mode=CountMode.CALENDAR)
    assert taken(days, *whole, calendar) == [(1, 480), (2, 480), (3, 480), (4, 480)]
    without = Rules(unit=Unit.DAY, count_mode=CountMode.CALENDAR_WITHOUT_STATUTORY)
    assert [number for number, _ in taken(days, *whole, without)] == [1, 3, 4]


def test_two_parts_are_halved_between_them_and_a_free_day_by_minutes():
    days = days_of(TWICE, make.FREE_PLAN, None)
    assert days[0].half == at(0, "12:00")
    assert taken(days, at(0, "08:00"), at(0, "12:00"), HALVES) == [(1, 240)]
    assert days[1].part("first") == (at(1, "21:00"), at(2, "01:00"))
    assert days[1].part("second") == (at(2, "01:00"), at(2, "05:00"))
    assert taken(days, *days[1].part("second"), HALVES) == [(2, 240)]
    assert taken(days, at(1, "05:00"), at(2, "05:00"), HOURS) == [(2, 480)]


def test_a_short_pause_near_the_edge_does_not_halve_a_day():
    early_pause = [(at(0, "08:00"), at(0, "08:30")), (at(0, "09:00"), at(0, "17:00"))]
    assert halfway(early_pause) == at(0, "12:45")
    assert halfway([]) is None


SHORT_PLANS = st.lists(st.sampled_from(PLANS), min_size=1, max_size=6)
MOMENTS = st.integers(0, 7 * 1440 // 30).map(lambda n: at(0, "00:00") + n * 30 * MINUTE)
RULES = st.sampled_from(
    [
        WHOLE,
        HALVES,
        HOURS,
        Rules(unit=Unit.MINUTE, step_minutes=1),
        Rules(unit=Unit.HALF_DAY, count_mode="calendar"),
        Rules(unit=Unit.DAY, count_mode="calendar"),
        Rules(unit=Unit.DAY, count_mode="no_statutory"),
    ]
)


def sound(plans):
    """Without plans that overlap: the database refuses those."""
    for before, after in itertools.pairwise(plans):
        if before and after and before.segments[-1].end - 1440 > after.segments[0].start:
            return False
    return True


@given(SHORT_PLANS.filter(sound), MOMENTS, MOMENTS, RULES)
def test_never_more_than_is_planned_and_nothing_on_a_rest_day(plans, start, end, rules):
    days = days_of(*plans, statutory=[2])
    for one in cost(days, start, end, rules):
        planned = days[(one.date - day(0)).days].planned_minutes
        assert one.minutes <= planned
        assert one.taken_minutes <= max(rules.day_minutes, planned)
        if rules.count_mode == CountMode.WORKDAYS:
            assert planned > 0


@given(SHORT_PLANS.filter(sound), MOMENTS, MOMENTS, RULES, st.integers(0, 6))
def test_a_leave_cut_at_the_begin_of_a_roster_day_costs_the_same(plans, start, end, rules, number):
    days = days_of(*plans, statutory=[2])
    border = days[min(number, len(days) - 1)].begins
    if start < border < end:
        parts = cost(days, start, border, rules) + cost(days, border, end, rules)
        assert parts == cost(days, start, end, rules)


@given(st.lists(st.sampled_from([None, make.FREE_PLAN]), min_size=1, max_size=5), MOMENTS, MOMENTS, RULES)
def test_the_same_of_free_days(plans, start, end, rules):
    days = days_of(*plans)
    border = days[-1].begins
    whole = cost(days, start, end, rules)
    assert all(one.minutes <= 480 and one.taken_minutes <= 480 for one in whole)
    if start < border < end:
        assert cost(days, start, border, rules) + cost(days, border, end, rules) == whole


@pytest.fixture
def shifts(cast):
    plans = {"D": None, "N": None, "T": TWICE, "L": LONG_NIGHT}
    made = {code: make.shift(code, plan) for code, plan in plans.items() if plan}
    return {"": None, "D": cast.day.pk, "N": cast.night.pk, **{code: one.pk for code, one in made.items()}}


@settings(max_examples=25)
@given(
    st.lists(st.sampled_from(["", "D", "N", "T", "L"]), min_size=7, max_size=7),
    st.integers(0, 7 * 144),
    st.integers(1, 4 * 144),
)
def test_the_settlement_counts_the_same_minutes(cast, shifts, codes, begin, length):
    first = make.day("11-09")
    plans = [{"": None, "D": make.DAY_PLAN, "N": make.NIGHT_PLAN, "T": TWICE, "L": LONG_NIGHT}[code] for code in codes]
    if not sound(plans):
        return
    cells = [Cell(cast.zhao.pk, first + n * DAY, shifts[code]) for n, code in enumerate(codes)]
    roster.paint(cells, by=make.ROOT, at=make.NOW, today=make.TODAY)
    start = dt.datetime.combine(first, dt.time()) + begin * 10 * MINUTE
    end = start + length * 10 * MINUTE
    same_as_settled(cast.zhao, start, end)


@settings(max_examples=10)
@given(st.integers(0, 7 * 144), st.integers(1, 4 * 144))
def test_the_settlement_counts_the_same_of_free_hours_and_a_fixed_week(cast, begin, length):
    start = make.at("11-09 00:00") + begin * 10 * MINUTE
    for employee in (cast.lin, cast.chen):
        same_as_settled(employee, start, start + length * 10 * MINUTE)


def same_as_settled(employee, start, end):
    """The engine, run over an absence, counts what the room says it costs, day by day; then the absence is gone."""
    absence = make.absence(employee, "annual", f"{start:%m-%d %H:%M}", f"{end:%m-%d %H:%M}")
    days = reckoning.settle([employee.pk], make.day("11-01"), make.day("11-30")).days
    told = {d: m for d, m in zip(days["date"].to_pylist(), days["leave_minutes"].to_pylist(), strict=True) if m}
    planned = planned_days(employee.pk, make.day("11-01"), make.day("11-30"))
    assert {one.date: one.minutes for one in cost(planned, start, end, HOURS) if one.minutes} == told
    Absence.objects.filter(pk=absence.pk).delete()


def test_the_national_holiday_costs_a_fixed_week_nothing(cast):
    start, end = queries.interval(cast.chen.pk, make.day("10-01"), make.day("10-07"))
    assert cost(planned_days(cast.chen.pk, make.day("10-01"), make.day("10-07")), start, end, WHOLE) == []
    days = planned_days(cast.chen.pk, make.day("10-01"), make.day("10-03"))
    assert [one.statutory for one in days] == [True, True, True]
