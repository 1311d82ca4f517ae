"""What overtime is by the law: which minutes are 150, 200, 300 %, what is refused, what is warned of."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

import make
from kaoqin.overtime.judging import Wish, judge, owning_day, parts, shares
from kaoqin.overtime.words import Cap, Rules, Treatment, Way
from kaoqin.scheduling.words import DayKind

WORK, REST, STATUTORY = DayKind.WORKDAY, DayKind.REST, DayKind.STATUTORY
NATIONAL_DAYS = {make.day(f"10-0{n}") for n in (1, 2, 3)}


@pytest.mark.parametrize(
    ("begin", "end", "works", "told"),
    [
        ("11-19 18:00", "11-19 21:00", True, {WORK: 180}),
        ("11-21 09:00", "11-21 17:00", False, {REST: 480}),
        ("10-02 09:00", "10-02 17:00", False, {STATUTORY: 480}),
        ("10-02 09:00", "10-02 17:00", True, {STATUTORY: 480}),
        ("10-04 09:00", "10-04 17:00", False, {REST: 480}),
        ("09-30 22:00", "10-01 02:00", True, {WORK: 120, STATUTORY: 120}),
        ("10-03 22:00", "10-04 02:00", False, {STATUTORY: 120, REST: 120}),
        ("10-10 18:00", "10-10 19:00", True, {WORK: 60}),
    ],
    ids=[
        "after work",
        "rest day",
        "National Day",
        "National Day on a roster",
        "other days of the long holiday",
        "into the holiday",
        "out of the holiday",
        "a Saturday that is worked (补班)",
    ],
)
def test_the_kind_of_day_sets_the_rate(begin, end, works, told):
    assert parts(make.at(begin), make.at(end), works, NATIONAL_DAYS.__contains__) == told


def test_the_worked_numbers_of_the_law_sheet():
    """Base 8,700 a month, 50 an hour: a workday's 3 h cost 225, a rest day's 8 h 800, a statutory 8 h 1,200."""
    from kaoqin.overtime.words import RATES

    minutes = {WORK: 180, REST: 480, STATUTORY: 480}
    assert [minutes[kind] * RATES[kind] * 50 // 6000 for kind in minutes] == [225, 800, 1200]


@given(st.datetimes(make.at("09-28 00:00"), make.at("10-08 00:00")), st.integers(1, 1440), st.booleans())
def test_no_minute_is_lost_between_kinds(start, minutes, works):
    start = start.replace(second=0, microsecond=0)
    found = parts(start, start + dt.timedelta(minutes=minutes), works, NATIONAL_DAYS.__contains__)
    assert sum(found.values()) == minutes


@pytest.mark.parametrize(
    ("begin", "plan", "day"),
    [
        ("11-19 18:00", make.DAY_PLAN, "11-19"),
        ("11-20 02:00", make.DAY_PLAN, "11-19"),
        ("11-20 02:01", make.DAY_PLAN, "11-20"),
        ("11-20 06:30", make.NIGHT_PLAN, "11-19"),
        ("11-20 14:00", make.NIGHT_PLAN, "11-19"),
        ("11-20 14:01", make.NIGHT_PLAN, "11-20"),
        ("11-20 14:01", None, "11-20"),
    ],
)
def test_overtime_belongs_to_the_shift_in_whose_windows_it_begins(begin, plan, day):
    plans = {make.day("11-19"): plan}
    assert owning_day(plans, make.at(begin)) == make.day(day)


def said(told, way=Way.PAY, rules=None, day=0, month=0):
    return [(one.said, one.blocks) for one in judge(Wish("陈", told, way, day, month), rules or Rules())]


def test_a_statutory_day_is_never_banked():
    ((text, blocks),) = said({STATUTORY: 60}, Way.BANK)
    assert ("300%" in text, blocks) == (True, True)
    assert said({STATUTORY: 60}) == []


def test_a_workday_may_be_banked_with_a_warning_and_a_rest_day_without():
    ((text, blocks),) = said({WORK: 60}, Way.BANK)
    assert ("150%" in text, blocks) == (True, False)
    assert said({REST: 480}, Way.BANK) == []


def test_a_way_the_company_does_not_offer_is_refused():
    rules = Rules(workday=Treatment.PAY, rest=Treatment.BANK)
    assert said({WORK: 60}, Way.BANK, rules)[0][1]
    assert said({REST: 60}, Way.PAY, rules)[0][1]
    assert said({REST: 60, STATUTORY: 60}, Way.PAY, rules) == []


@pytest.mark.parametrize(
    ("minutes", "cap", "told"),
    [
        (60, Cap.WARN, []),
        (61, Cap.WARN, [False]),
        (180, Cap.BLOCK, [False]),
        (181, Cap.WARN, [False]),
        (181, Cap.BLOCK, [True]),
    ],
)
def test_one_hour_is_usual_and_three_are_the_most_of_a_day(minutes, cap, told):
    assert [blocks for _, blocks in said({WORK: minutes}, rules=Rules(day_cap=cap))] == told


def test_what_was_agreed_that_day_counts_and_a_rest_day_has_no_daily_cap():
    assert [blocks for _, blocks in said({WORK: 61}, rules=Rules(day_cap=Cap.BLOCK), day=120)] == [True]
    assert said({REST: 480}) == []


@pytest.mark.parametrize(("before", "told"), [(1680, []), (1681, [True])])
def test_thirty_six_hours_a_month(before, told):
    assert [blocks for _, blocks in said({REST: 480}, month=before)] == told


def test_the_cap_of_the_month_may_only_warn_and_counts_banked_overtime_where_the_company_says_so():
    assert [blocks for _, blocks in said({REST: 480}, rules=Rules(month_cap=Cap.WARN), month=2000)] == [False]
    assert said({REST: 480}, Way.BANK, month=2000) == []
    assert [blocks for _, blocks in said({REST: 480}, Way.BANK, Rules(banked_counts=True), month=2000)] == [True]


@given(st.integers(0, 600), st.integers(0, 600), st.integers(0, 1200))
def test_what_is_banked_is_never_more_than_counted_nor_than_agreed(rest, work, agreed):
    found = shares({REST: rest, WORK: work, STATUTORY: 600}, agreed)
    assert sum(found.values()) == min(rest + work, agreed)
    assert (found[REST] <= rest, found[WORK] <= work, STATUTORY in found) == (True, True, False)
