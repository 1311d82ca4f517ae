"""What the law gives, by hand: the worked examples of annual leave, and what follows from marriage and birth."""

import datetime as dt
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kaoqin.core.lots import Lot, draw, give
from kaoqin.leave.entitling import NOTHING, Child, Past, Person, due
from kaoqin.leave.words import Entitlement, Rules, Source

DAY = dt.timedelta(days=1)
ANNUAL = Rules(unit="half_day", source=Source.GRANT, entitlement=Entitlement.ANNUAL, prorata=True, service_months=12)
LONG_AGO = dt.date(2010, 1, 1)


def d(text):
    return dt.date.fromisoformat(text)


def nothing(year):
    return NOTHING


def law_of(**values):
    return lambda region, name, on: Decimal(values[name]) if name in values else None


def days(person, on="2026-12-31", rules=ANNUAL, past=nothing, law=None):
    return [one.minutes / 480 for one in due(person, rules, law or law_of(), d(on), past)]


@pytest.mark.parametrize(("since", "given"), [("2023-05-01", 2), ("2012-05-01", 5), ("2000-05-01", 7)])
def test_who_joins_on_the_first_of_july_has_184_days_of_the_year(since, given):
    joined = Person(d("2026-07-01"), worked_since=d(since))
    assert days(joined) == [given]


@pytest.mark.parametrize(("taken", "left"), [(3, 4), (8, 0), (0, 7)])
def test_who_leaves_on_the_last_of_september_has_273_days_less_what_was_taken(taken, left):
    gone = Person(LONG_AGO, left_on=d("2026-09-30"), worked_since=d("2010-01-01"))
    past = Past(used_days=Fraction(taken))
    assert days(gone, past=lambda year: past) == [taken + left]


@pytest.mark.parametrize(
    ("since", "given"),
    [("2026-01-02", 0), ("2017-01-01", 5), ("2016-01-01", 10), ("2006-01-02", 10), ("2006-01-01", 15)],
)
def test_the_tiers_of_a_whole_year(since, given):
    rules = Rules(**{**vars(ANNUAL), "crossing": "prorata"})
    at_work = Person(d(since) if since > "2020" else LONG_AGO, worked_since=d(since))
    # one day short of ten or twenty years on New Year's Day gives 364 days of the higher tier, which is floored
    expected = {"2006-01-02": 14}.get(since, given)
    assert days(at_work, rules=rules) == [expected]


def test_the_first_twelve_months_give_nothing_and_then_the_rest_of_the_year():
    joined = Person(d("2025-10-01"), worked_since=d("2025-10-01"))
    assert days(joined, "2025-12-31") == [0]
    assert days(joined, "2026-06-01") == [1]  # from 2026-10-01: 92 / 365 × 5 = 1.26


@pytest.mark.parametrize(("crossing", "given"), [("prorata", 7), ("whole_year", 10)])
def test_the_year_in_which_ten_years_are_completed(crossing, given):
    rules = Rules(**{**vars(ANNUAL), "crossing": crossing})
    # 181 days at 5 and 184 at 10: 2.48 + 5.04 = 7.52
    assert days(Person(LONG_AGO, worked_since=d("2016-07-01")), rules=rules) == [given]


def test_a_leap_year_is_divided_by_365_and_gives_no_more_than_the_tier():
    assert days(Person(LONG_AGO, worked_since=LONG_AGO), "2028-12-31") == [10]
    assert days(Person(d("2028-01-02"), worked_since=LONG_AGO), "2028-12-31") == [10]


@pytest.mark.parametrize(
    ("since", "months", "lost"),
    [
        ("2020-01-01", 2, True),
        ("2010-01-01", 2, False),
        ("2010-01-01", 3, True),
        ("2000-01-01", 3, False),
        ("2000-01-01", 4, True),
    ],
)
def test_long_illness_costs_the_year(since, months, lost):
    past = {2026: Past(sick_months=Fraction(months))}
    found = days(Person(LONG_AGO, worked_since=d(since)), past=lambda year: past.get(year, NOTHING))
    assert (found == [0]) == lost


@pytest.mark.parametrize(("personal", "lost"), [(19, False), (20, True)])
def test_twenty_days_of_personal_leave_with_pay_cost_the_year(personal, lost):
    past = {2026: Past(personal_days=Fraction(personal))}
    found = days(Person(LONG_AGO, worked_since=LONG_AGO), past=lambda year: past.get(year, NOTHING))
    assert (found == [0]) == lost


def test_what_was_taken_already_costs_the_next_year_instead():
    past = {2026: Past(sick_months=Fraction(5), used_days=Fraction(2))}
    person = Person(LONG_AGO, worked_since=LONG_AGO)
    assert days(person, "2026-12-31", past=lambda year: past.get(year, NOTHING)) == [10]
    assert days(person, "2027-01-01", past=lambda year: past.get(year, NOTHING)) == [0]
    assert days(person, "2028-01-01", past=lambda year: past.get(year, NOTHING)) == [10]


def test_without_a_first_day_of_work_the_day_of_hiring_counts_and_is_said():
    (one,) = due(Person(d("2024-01-01")), ANNUAL, law_of(), d("2026-12-31"), nothing)
    assert one.minutes == 5 * 480
    assert "没有登记参加工作日期" in str(one.steps[0])


def test_every_step_is_said():
    (one,) = due(Person(d("2026-07-01"), worked_since=d("2012-05-01")), ANNUAL, law_of(), d("2026-12-31"), nothing)
    assert [str(step) for step in one.steps] == [
        "自 2012-05-01 参加工作",
        "到 2026-12-31 累计工龄 14 年 → 全年 10 天",
        "2026-07-01 至 2026-12-31 共 184 天:184 ÷ 365 × 10 = 5.041 天",
        "不足的部分舍去 → 5 天",
    ]


def test_a_kind_that_accrues_gives_month_by_month():
    rules = Rules(source=Source.ACCRUAL, entitlement=Entitlement.FIXED, entitled_days=Decimal(6), rounding="floor_half")
    assert [days(Person(LONG_AGO), f"2026-{month:02d}-15", rules)[0] for month in (1, 2, 3, 12)] == [0.5, 1, 1.5, 6]


def child(**told):
    known = {"expected_on": None, "born_on": None, "babies": 1, "difficult": False, "lost_on": None}
    return Child(7, **{**known, "after_four_months": False, **told})


MATERNITY = Rules(source="grant", entitlement="maternity", count_mode="calendar", valid_months=18, gender="female")
NATION = {
    "difficult_days": 15,
    "extra_baby_days": 15,
    "loss_early_days": 15,
    "loss_late_days": 42,
    "before_birth_days": 15,
}


@pytest.mark.parametrize(
    ("told", "law", "given"),
    [
        ({}, {"maternity_days": 98}, 98),
        ({}, {"maternity_days": 158}, 158),
        ({"difficult": True, "babies": 2}, {"maternity_days": 98}, 128),
        ({}, {"maternity_days": 98, "maternity_months": 3}, 98 + 92),  # from 2026-07-02 to 2026-10-02
        ({"expected_on": None, "lost_on": d("2026-04-10")}, {"maternity_days": 98}, 15),
        ({"expected_on": None, "lost_on": d("2026-04-10"), "after_four_months": True}, {"maternity_days": 98}, 42),
    ],
)
def test_maternity_leave_by_law_and_birth(told, law, given):
    mother = Person(LONG_AGO, gender="female", children=(child(**{"expected_on": d("2026-04-10"), **told}),))
    assert days(mother, "2026-05-01", MATERNITY, law=law_of(**NATION, **law)) == [given]


def test_a_second_child_has_its_own_days_where_the_province_says_so():
    first, second = child(born_on=d("2020-01-01")), child(born_on=d("2026-04-10"))
    mother = Person(LONG_AGO, gender="female", children=(first, second))
    law = law_of(**NATION, maternity_days=158, maternity_later_days=188)
    assert days(mother, "2026-05-01", MATERNITY, law=law) == [188]


def test_a_father_a_marriage_and_the_years_of_a_child():
    father = Person(LONG_AGO, gender="male", married_on=d("2026-02-01"), children=(child(born_on=d("2024-06-01")),))
    law = law_of(paternity_days=15, marriage_days=10, parental_days=5)
    granted = {"source": "grant"}
    assert days(father, "2025-05-31", Rules(**granted, entitlement="paternity", gender="male"), law=law) == [15]
    assert days(father, "2025-06-01", Rules(**granted, entitlement="paternity", gender="male"), law=law) == []
    assert days(father, "2026-06-01", Rules(**granted, entitlement="marriage"), law=law) == [10]
    parental = Rules(**granted, entitlement="parental")
    assert [days(father, on, parental, law=law) for on in ("2024-05-31", "2024-06-01", "2027-05-31", "2027-06-01")] == [
        [],
        [5],
        [5],
        [],
    ]


def test_a_kind_for_one_gender_is_due_to_no_other():
    father = Person(LONG_AGO, gender="male", children=(child(expected_on=d("2026-04-10")),))
    assert days(father, "2026-05-01", MATERNITY, law=law_of(**NATION, maternity_days=98)) == []


dates = st.dates(dt.date(1990, 1, 1), dt.date(2026, 12, 31))


@given(dates, dates, st.sampled_from(["prorata", "whole_year"]))
def test_annual_leave_is_whole_days_between_nothing_and_fifteen(since, hired, crossing):
    rules = Rules(**{**vars(ANNUAL), "crossing": crossing})
    (found,) = days(Person(max(hired, since), worked_since=since), rules=rules)
    assert found == int(found)
    assert 0 <= found <= 15


@given(dates, dates)
def test_who_works_longer_has_no_less(since, hired):
    longer = days(Person(max(hired, since), worked_since=since - 200 * DAY))
    assert longer >= days(Person(max(hired, since), worked_since=since))


LOTS = st.lists(
    st.builds(
        lambda key, begin, length, left, rank: Lot(key, begin, begin + length * DAY, left, rank),
        st.integers(1, 99),
        st.dates(d("2026-01-01"), d("2026-03-01")),
        st.integers(0, 60),
        st.integers(0, 900),
        st.integers(0, 2),
    ),
    unique_by=lambda lot: lot.key,
    max_size=6,
)
COSTS = st.lists(st.tuples(st.dates(d("2026-01-01"), d("2026-04-01")), st.integers(0, 480)), max_size=6)


@given(LOTS, COSTS)
def test_drawing_takes_what_there_is_and_no_more(lots, costs):
    taken, missing = draw(lots, costs)
    assert sum(minutes for *_, minutes in taken) + missing == sum(minutes for _, minutes in costs)
    left = {lot.key: lot.left for lot in lots}
    assert all(0 < minutes <= left[key] for key, _, minutes in taken)


@given(LOTS, COSTS, st.integers(0, 3000))
def test_what_is_given_back_is_what_was_taken_last(lots, costs, minutes):
    taken = [(key, some) for key, _, some in draw(lots, costs)[0]]
    back = give(taken, minutes)
    assert sum(some for _, some in back) == min(minutes, sum(some for _, some in taken))
    assert [key for key, _ in back] == [key for key, _ in reversed(taken)][: len(back)]


def test_what_ends_first_is_taken_first():
    lots = [Lot(1, d("2026-01-01"), d("2026-12-31"), 480), Lot(2, d("2026-01-01"), d("2026-06-30"), 480)]
    assert draw(lots, [(d("2026-06-30"), 480), (d("2026-07-01"), 480)]) == (
        [(2, d("2026-06-30"), 480), (1, d("2026-07-01"), 480)],
        0,
    )
    assert draw(lots, [(d("2026-07-01"), 960)])[1] == 480
