"""Both sides of the edges of closing, opening again, handing over, deciding and asking."""

import datetime as dt

import pytest

import make
from kaoqin.attendance import adjusting, checking, closing, confirming
from kaoqin.attendance.models import Adjustment, ClosedMonth, Confirmation, DayResult, RuleVersion, SettlementFault
from kaoqin.attendance.month_plans import MonthPlan, keep_month_rule
from kaoqin.attendance.reopening import reopen
from kaoqin.attendance.scopes import Scope, periods, standing
from kaoqin.attendance.settling import mark
from kaoqin.core.words import NotAllowed, NotFound, Refusal
from kaoqin.punches import actions as punches
from kaoqin.security.words import Role, ScopeKind
from kaoqin.security.words import Scope as Reach

OCTOBER, NOVEMBER, DECEMBER = make.day("10-01"), make.day("11-01"), make.day("12-01")
LATER = make.NOW + dt.timedelta(hours=1)
HR, HR_LATER = {"by": make.ROOT, "at": make.NOW}, {"by": make.ROOT, "at": LATER}


@pytest.fixture
def october(cast):
    make.punch(cast.chen, "10-12 09:00", "10-12 18:00", "10-13 09:20", "10-13 18:00")
    make.settle()
    return cast


@pytest.fixture
def closed(october, clock):
    closing.close_people(list(periods(Scope(OCTOBER), by=make.ROOT, on=make.TODAY)), OCTOBER, None, make.NOW)
    clock(LATER)
    return october


def month_of(employee):
    return ClosedMonth.objects.get(employee=employee, reopened_at=None)


def correct(cast, day="10-13"):
    told = {"by": make.ROOT, "at": LATER, "today": make.TODAY}
    punches.add_correction(cast.chen, make.at(f"{day} 08:58"), "忘打卡", **told)
    make.settle()
    return Adjustment.objects.get(date=make.day(day))


def test_a_cycle_is_over_from_the_day_after_its_last(october):
    found = periods(Scope(OCTOBER, numbers=("00013",)), by=make.ROOT, on=make.TODAY)
    on = [standing(found, make.day(day), with_faults=False) for day in ("10-31", "11-01")]
    assert [(len(one.ready), one.running) for one in on] == [(0, 1), (1, 0)]


def test_who_left_before_a_cycle_or_came_after_it_is_not_in_it(october):
    new = make.employee("新来", hired_on=make.day("10-20"), where=october.sales)
    make.join(october.day_group, new)
    make.leave(october.wang, make.day("10-31"))
    november = periods(Scope(NOVEMBER), by=make.ROOT, on=make.TODAY)
    assert (october.wang.pk in november, new.pk in november) == (False, True)
    keep_month_rule(october.day_group, make.day("01-01"), MonthPlan(20), **HR)
    assert new.pk not in periods(Scope(OCTOBER), by=make.ROOT, on=make.TODAY)
    assert october.wang.pk in periods(Scope(NOVEMBER), by=make.ROOT, on=make.TODAY)


def test_a_day_that_is_not_final_is_in_no_closed_month(october):
    closing.close_people([october.he.pk], OCTOBER, None, make.NOW)
    DayResult.objects.filter(employee=october.chen, date=make.day("10-13")).update(provisional=True)
    closing.close_people([october.chen.pk], OCTOBER, None, make.NOW)
    assert month_of(october.chen).planned_days == month_of(october.he).planned_days - 1


def test_faults_of_other_days_keep_nobody_open(october):
    SettlementFault.objects.create(employee=october.chen, first=NOVEMBER, last=NOVEMBER, found_at=make.NOW)
    assert closing.close_people([october.chen.pk], OCTOBER, None, make.NOW) == 1


def test_what_was_opened_again_is_not_handed_over_and_the_rest_is(closed):
    reopen(month_of(closed.chen), "漏了", **HR_LATER)
    assert closing.hand_over(Scope(OCTOBER), **HR_LATER) == 4
    assert ClosedMonth.objects.get(employee=closed.chen).handed_over_at is None


def test_what_was_handed_over_keeps_its_time(closed):
    closing.hand_over(Scope(OCTOBER, numbers=("00013",)), **HR_LATER)
    later = LATER + dt.timedelta(days=1)
    assert closing.hand_over(Scope(OCTOBER), by=make.ROOT, at=later) == 4
    assert month_of(closed.chen).handed_over_at == LATER


def test_a_month_whose_difference_was_carried_on_is_not_opened_but_one_with_a_dismissed_one_is(closed):
    adjusting.accept(correct(closed).pk, **HR_LATER)
    with pytest.raises(Refusal, match="已计入其他月份"):
        reopen(month_of(closed.chen), "漏了", **HR_LATER)
    Adjustment.objects.update(state="dismissed")
    assert reopen(month_of(closed.chen), "漏了", **HR_LATER).reopened_at == LATER


def test_opening_again_voids_what_was_confirmed_and_what_waits_to_be_decided(october, clock):
    make.work_off(confirming.ask_all(Scope(OCTOBER), 5, **HR))
    closing.close_people([october.chen.pk, october.he.pk], OCTOBER, None, make.NOW)
    clock(LATER)
    correct(october)
    reopen(month_of(october.chen), "漏了", **HR_LATER)
    assert not Adjustment.objects.exists()
    assert not Confirmation.objects.filter(employee=october.chen).exists()
    assert Confirmation.objects.filter(employee=october.he).exists()
    make.settle()
    assert DayResult.objects.get(employee=october.chen, date=make.day("10-13")).late_minutes == 0


def test_hr_of_one_department_neither_opens_nor_decides_for_another(closed):
    account = make.account("plant-hr", (Role.HR, Reach(ScopeKind.DEPARTMENT, closed.plant.pk)))
    from kaoqin.security.doors import actor_of

    told = {"by": actor_of(account, make.TODAY), "at": LATER}
    found = correct(closed)
    with pytest.raises((NotAllowed, NotFound, Refusal)):
        reopen(month_of(closed.chen), "漏了", **told)
    with pytest.raises(NotFound):
        adjusting.accept(found.pk, **told)
    with pytest.raises(NotFound):
        adjusting.dismiss(found.pk, "不", **told)
    with pytest.raises(Refusal):
        closing.close(Scope(OCTOBER, numbers=("00013",)), **told)
    assert set(periods(Scope(OCTOBER), by=told["by"], on=make.TODAY)) == {closed.zhao.pk}
    assert month_of(closed.chen).reopened_at is None


def test_closed_days_that_nobody_can_reckon_now_say_nothing(closed):
    RuleVersion.objects.filter(group=closed.day_group).delete()
    mark({closed.chen.pk: (OCTOBER, make.day("10-31"))})
    make.settle()
    assert SettlementFault.objects.filter(employee=closed.chen).exists()
    assert not Adjustment.objects.exists()


def test_a_difference_goes_into_the_first_month_after_it_that_is_open(closed, clock):
    found = correct(closed)
    much_later = make.NOW + dt.timedelta(days=20)
    clock(much_later)
    make.settle()
    closing.close_people([closed.chen.pk], NOVEMBER, None, much_later)
    assert adjusting.accept(found.pk, by=make.ROOT, at=much_later).into == DECEMBER


def test_a_difference_never_goes_into_an_earlier_month_though_that_is_open(closed, clock):
    much_later = make.NOW + dt.timedelta(days=20)
    clock(much_later)
    make.settle()
    reopen(month_of(closed.chen), "漏了", by=make.ROOT, at=much_later)
    make.settle()
    closing.close_people([closed.chen.pk], NOVEMBER, None, much_later)
    make.punch(closed.chen, "11-18 09:00", "11-18 18:00")
    make.settle()
    found = Adjustment.objects.get(date=make.day("11-18"))
    assert adjusting.accept(found.pk, by=make.ROOT, at=much_later).into == DECEMBER


@pytest.mark.parametrize(("days", "kept"), [(0, False), (1, True), (30, True), (31, False)])
def test_people_have_from_one_to_thirty_days_to_answer(october, days, kept):
    if kept:
        assert confirming.ask_all(Scope(OCTOBER), days, **HR).pk
    else:
        with pytest.raises(Refusal, match="1 至 30"):
            confirming.ask_all(Scope(OCTOBER), days, **HR)


def test_who_is_answered_has_two_more_days_and_keeps_what_is_longer(october):
    make.work_off(confirming.ask_all(Scope(OCTOBER), 1, **HR))
    first = confirming.object_to(OCTOBER, "不对", by=october.by("chen"), at=LATER)
    assert confirming.reply(first.pk, "已查", **HR_LATER).due_on == make.day("11-22")
    Confirmation.objects.filter(employee=october.zhao).update(due_on=make.day("11-30"))
    second = confirming.object_to(OCTOBER, "不对", by=october.by("zhao"), at=LATER)
    assert confirming.reply(second.pk, "已查", **HR_LATER).due_on == make.day("11-30")


@pytest.mark.parametrize(("day", "kept"), [(0, False), (1, True), (28, True), (29, False)])
def test_cycles_begin_on_a_day_that_every_month_has(cast, day, kept):
    if kept:
        assert keep_month_rule(cast.day_group, NOVEMBER, MonthPlan(day), **HR).first_day == day
    else:
        with pytest.raises(Refusal, match="1 至 28"):
            keep_month_rule(cast.day_group, NOVEMBER, MonthPlan(day), **HR)


def test_a_rule_may_begin_on_days_that_were_opened_again_and_not_on_the_last_closed_one(closed):
    with pytest.raises(Refusal, match="已经月结"):
        keep_month_rule(closed.field_group, make.day("10-31"), MonthPlan(), **HR_LATER)
    reopen(month_of(closed.lin), "漏了", **HR_LATER)
    assert keep_month_rule(closed.field_group, make.day("10-31"), MonthPlan(), **HR_LATER).pk


def test_who_is_closed_need_not_be_asked_any_more(october):
    closing.close_people([october.chen.pk], OCTOBER, None, make.NOW)
    found = {one.label: one.count for one in checking.checks(Scope(OCTOBER), seen_by=make.ROOT, on=make.TODAY)}
    assert found["还没有发起确认的人"] == 4
    make.work_off(confirming.ask_all(Scope(OCTOBER), 5, **HR))
    found = {one.label: one.count for one in checking.checks(Scope(OCTOBER), seen_by=make.ROOT, on=make.TODAY)}
    assert (found["还没有发起确认的人"], found["还没有答复的人"]) == (0, 4)
