"""Calendars as the State Council's notices give them; groups and the weeks laid down from them."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

import make
from kaoqin.core.imports import kind_of
from kaoqin.core.words import NotAllowed, Refusal
from kaoqin.scheduling import actions, queries, roster
from kaoqin.scheduling.models import Membership, RosterDay
from kaoqin.scheduling.words import Cell, Day, DayKind, GroupMode
from kaoqin.security.doors import actor_of
from kaoqin.security.words import Role, Scope, ScopeKind


@pytest.fixture
def china(db):
    return make.calendar()


def year(china, number):
    return queries.days(china, dt.date(number, 1, 1), dt.date(number, 12, 31))


@pytest.mark.parametrize(("number", "statutory", "swapped"), [(2025, 13, 5), (2026, 13, 6)])
def test_a_year_has_248_work_days_and_13_statutory_ones(china, number, statutory, swapped):
    days = year(china, number)
    kinds = [day.kind for day in days]
    assert (kinds.count(DayKind.WORKDAY), kinds.count(DayKind.STATUTORY)) == (248, statutory)
    assert sum(day.kind == DayKind.WORKDAY and day.adjusted for day in days) == swapped
    assert all(day.date.weekday() >= 5 for day in days if day.kind == DayKind.WORKDAY and day.adjusted)


def test_2027_has_its_statutory_days_and_a_warning_that_the_notice_is_missing(china):
    days = year(china, 2027)
    assert sum(day.kind == DayKind.STATUTORY for day in days) == 13
    assert not any(day.adjusted for day in days)
    warned = {
        today: [w.year for w in queries.calendar_warnings(today)]
        for today in (dt.date(2026, 10, 31), dt.date(2026, 11, 1))
    }
    assert warned == {dt.date(2026, 10, 31): [], dt.date(2026, 11, 1): [2027]}
    actions.confirm_year(china, 2027, "国办发明电〔2026〕1号", by=make.ROOT, at=make.NOW)
    assert queries.calendar_warnings(dt.date(2026, 11, 1)) == []


def test_a_year_the_calendar_does_not_know_is_refused(china):
    with pytest.raises(Refusal, match="没有 2028 年"):
        queries.days(china, dt.date(2027, 12, 31), dt.date(2028, 1, 1))


def test_seeding_again_keeps_what_people_edited(china):
    day = Day(dt.date(2026, 10, 1), DayKind.WORKDAY, "本公司上班")
    actions.keep_days(china, [day], by=make.ROOT, at=make.NOW)
    actions.seed_china()
    assert queries.days(china, day.date, day.date) == [day]


def laid(employee, *days):
    """The code of the shift laid on each day, 休 for a planned rest, nothing where there is no row."""
    rows = queries.roster([employee.pk], make.day(min(days)), make.day(max(days)))
    found = [rows.get((employee.pk, make.day(day))) for day in days]
    return ["" if row is None else row.shift.code if row.shift else "休" for row in found]


@pytest.fixture
def anna(china):
    return make.employee()


def test_a_fixed_week_rests_on_holidays_and_works_on_adjusted_days(anna):
    make.join(make.group(make.weekdays(make.shift())), anna, since=make.day("09-01"))
    # 09-20 is a Sunday worked for the long holiday, 10-01 statutory, 10-07 a swapped rest day, 10-10 worked again
    assert laid(anna, "09-18", "09-20", "09-21", "10-01", "10-07", "10-08", "10-10", "10-11") == [
        "D",
        "D",
        "D",
        "休",
        "休",
        "D",
        "D",
        "休",
    ]


def test_a_group_that_does_not_follow_the_calendar_keeps_its_week(anna):
    make.join(make.group(make.weekdays(make.shift()), follows_calendar=False), anna, since=make.day("09-01"))
    assert laid(anna, "09-20", "10-01", "10-07", "10-10") == ["休", "D", "D", "休"]


def test_weeks_stand_from_joining_to_62_days_ahead_within_employment(china):
    anna = make.employee(hired_on=make.day("11-10"))
    make.join(make.group(make.weekdays(make.shift())), anna, since=make.day("11-01"))
    assert laid(anna, "11-09", "11-10", "2027-01-21", "2027-01-22") == ["", "D", "D", ""]


def test_the_night_lays_another_day_and_leaves_what_people_set(anna):
    made = make.shift()
    make.join(make.group(make.weekdays(made)), anna)
    roster.paint([Cell(anna.pk, make.day("11-23"), None)], by=make.ROOT, at=make.NOW, today=make.TODAY)
    roster.lay_all_weeks(make.TODAY + make.DAY)
    assert laid(anna, "11-23", "11-24", "2027-01-22") == ["休", "D", "D"]


def test_a_changed_calendar_lays_the_weeks_again(anna, china):
    make.join(make.group(make.weekdays(make.shift())), anna)
    rest = Day(make.day("11-23"), DayKind.REST, "厂庆", adjusted=True)
    actions.keep_days(china, [rest], by=make.ROOT, at=make.NOW)
    assert laid(anna, "11-20", "11-23", "11-24") == ["D", "休", "D"]


def test_a_changed_plan_lays_the_weeks_from_its_day_on(anna, china):
    group, other = make.group(make.weekdays(make.shift())), make.shift("X")
    make.join(group, anna)
    told = {"mode": GroupMode.FIXED, "calendar": china, "by": make.ROOT, "at": make.NOW}
    actions.plan_group(group, make.day("11-24"), week={0: other}, **told)
    assert laid(anna, "11-23", "11-24", "11-30", "12-01") == ["D", "休", "X", "休"]
    actions.plan_group(group, make.day("12-01"), **{**told, "mode": GroupMode.ROSTER}, week={})
    assert laid(anna, "11-30", "12-01", "12-07") == ["X", "", ""]


def test_a_roster_group_has_no_week_and_the_others_need_one(anna, china):
    group, day = make.group(), make.shift()
    told = {"calendar": china, "by": make.ROOT, "at": make.NOW}
    for mode, week, code in (
        (GroupMode.ROSTER, {0: day}, "scheduling.roster_has_no_week"),
        (GroupMode.FIXED, {}, "scheduling.week_empty"),
    ):
        with pytest.raises(Refusal) as refused:
            actions.plan_group(group, make.TODAY, mode=mode, week=week, **told)
        assert refused.value.code == code


def test_joining_another_group_ends_the_first_the_day_before(anna):
    first, second = make.group(make.weekdays(make.shift())), make.group()
    make.join(first, anna)
    make.join(second, anna, since=make.day("11-23"))
    rows = list(Membership.objects.order_by("begins_on").values_list("group", "begins_on", "ends_on"))
    assert rows == [(first.pk, make.day("10-01"), make.day("11-22")), (second.pk, make.day("11-23"), None)]
    assert laid(anna, "11-20", "11-23") == ["D", ""]
    assert make.join(second, anna, since=make.day("12-01")) == 0


def test_joining_before_a_later_group_is_refused_by_name_and_nothing_is_lost(anna):
    first, second, third = make.group(), make.group(name="夜班组"), make.group()
    make.join(first, anna)
    make.join(second, anna, since=make.day("11-23"))
    ben = make.employee()
    kept = list(Membership.objects.order_by("pk").values())
    with pytest.raises(Refusal, match="自 2026-11-23 起已在考勤组「夜班组」,请选择这一天或之后") as refused:
        make.join(third, ben, anna, since=make.day("11-22"))
    assert (refused.value.code, refused.value.field) == ("scheduling.later_membership", "begins_on")
    assert list(Membership.objects.order_by("pk").values()) == kept
    assert make.join(third, ben, anna, since=make.day("11-23")) == 2
    rows = Membership.objects.filter(employee=anna).order_by("begins_on").values_list("group", "begins_on", "ends_on")
    assert list(rows) == [(first.pk, make.day("10-01"), make.day("11-22")), (third.pk, make.day("11-23"), None)]


def test_coming_back_to_a_group_one_will_leave_is_refused_before_one_has_left(anna):
    first, second = make.group(), make.group()
    make.join(first, anna)
    make.join(second, anna, since=make.day("11-23"))
    with pytest.raises(Refusal):
        make.join(first, anna, since=make.day("11-10"))
    assert make.join(first, anna, since=make.day("11-24")) == 1


def test_the_database_refuses_two_groups_on_one_day(anna):
    first, second = make.group(), make.group()
    make.join(first, anna)
    with pytest.raises(IntegrityError, match="membership_one_a_day"), transaction.atomic():
        Membership.objects.create(employee=anna, group=second, begins_on=make.day("12-01"))


def test_a_manager_puts_only_ones_own_people_into_groups(cast):
    manager = make.account("m", (Role.MANAGER, Scope(ScopeKind.DEPARTMENT, cast.sales.pk)))
    by = actor_of(manager, make.TODAY)
    assert actions.join_group([cast.chen.pk], cast.night_group, make.TODAY, by=by, at=make.NOW) == 1
    with pytest.raises(NotAllowed):
        actions.join_group([cast.zhao.pk], cast.day_group, make.TODAY, by=by, at=make.NOW)


def test_a_year_comes_in_from_a_table(anna, china):
    kind = kind_of("calendar")
    records = [
        {"date": "2027-02-05", "kind": "调休", "name": "春节"},
        {"date": "2027年2月6日", "kind": "法定节假日", "name": "春节"},
        {"date": "20270220", "kind": "补班", "name": ""},
    ]
    assert kind.check(records, make.ROOT, make.TODAY) == []
    kind.take(records, make.ROOT, make.NOW, lambda done: None)
    found = [queries.days(china, d, d)[0] for d in (dt.date(2027, 2, 5), dt.date(2027, 2, 6), dt.date(2027, 2, 20))]
    assert [(d.kind, d.adjusted) for d in found] == [("rest", True), ("statutory", False), ("workday", True)]
    bad = [{"date": "2027-02-30", "kind": "节", "calendar": "XX"}]
    assert {fault.column for fault in kind.check(bad, make.ROOT, make.TODAY)} == {"date", "kind", "calendar"}


def test_the_calendar_page_sets_days_and_refuses_a_range_backwards(enter, china):
    he, address = enter("he"), f"/calendars/{china.pk}/2026/"
    assert (
        he.post(address, {"first": "2026-12-24", "last": "2026-12-25", "kind": "rest", "name": "店休"}).status_code
        == 302
    )
    assert [d.name for d in queries.days(china, make.day("12-23"), make.day("12-26"))] == ["", "店休", "店休", ""]
    assert he.post(address, {"first": "2026-12-25", "last": "2026-12-24", "kind": "rest"}).status_code == 422


def test_members_of_a_group_are_planned_through_the_page(enter, cast):
    he = enter("he")
    answer = he.post(
        f"/groups/{cast.day_group.pk}/join/", {"numbers": "12, 99", "begins_on": "2026-11-23"}, follow=True
    )
    assert "没有工号 99" in answer.content.decode()
    he.post(f"/groups/{cast.day_group.pk}/join/", {"numbers": "12", "begins_on": "2026-11-23"})
    assert RosterDay.objects.filter(employee=cast.zhao, date=make.day("11-23"), shift=cast.day).exists()
