"""Closed days stay as they are; what they would be now becomes an adjustment."""

import datetime as dt

import pytest
from django.db import connection

import make
from kaoqin.attendance import actions, adjusting, closing, months
from kaoqin.attendance.models import Adjustment, ClosedMonth, DayResult, MonthResult, SettlementFault
from kaoqin.attendance.month_plans import MonthPlan, keep_month_rule
from kaoqin.attendance.monthly import Rule
from kaoqin.attendance.reopening import differences, reopen
from kaoqin.attendance.scopes import Scope
from kaoqin.attendance.storing import SUMS
from kaoqin.attendance.words import MissingPunch
from kaoqin.core.jobs import do_job
from kaoqin.core.models import JobRun
from kaoqin.core.words import NotAllowed, Refusal
from kaoqin.org import actions as org
from kaoqin.punches import actions as punches
from kaoqin.scheduling import actions as scheduling
from kaoqin.scheduling import roster
from kaoqin.scheduling.words import Cell, Day, DayKind, Segment, ShiftPlan

OCTOBER = make.day("10-01")
LATER = make.NOW + dt.timedelta(hours=1)
HR = {"by": make.ROOT, "at": make.NOW}


def close(**scope):
    run = closing.close(Scope(OCTOBER, **scope), **HR)
    return make.work_off(run)


def kept(employee):
    """The days of October as they lie in the table."""
    return list(DayResult.objects.filter(employee=employee, date__month=10).order_by("date").values())


@pytest.fixture
def october(cast):
    """Chen worked two days of October, one of them late; everything is settled."""
    make.punch(cast.chen, "10-12 09:00", "10-12 18:00", "10-13 09:20", "10-13 18:00")
    make.absence(cast.chen, "annual", "10-14 09:00", "10-14 18:00")
    make.settle()
    return cast


@pytest.fixture
def closed(october, clock):
    close()
    clock(LATER)
    return october


def test_closing_sums_the_days_as_the_month_is_summed(october):
    assert close().result["said"] == "已月结 5 人。"
    for row in ClosedMonth.objects.all():
        month = MonthResult.objects.get(employee=row.employee, month=OCTOBER)
        assert {name: getattr(row, name) for name in SUMS} == {name: getattr(month, name) for name in SUMS}
        assert row.leave_by_kind == month.leave_by_kind
    chen = ClosedMonth.objects.get(employee=october.chen)
    assert (chen.first, chen.last, chen.leave_by_kind) == (OCTOBER, make.day("10-31"), {"annual": 480})
    assert chen.digest == months.sheet(october.chen, months.period_named(october.chen.pk, OCTOBER, make.TODAY)).digest
    assert len(chen.digest) == 64
    assert len(chen.rules["versions"]) == 1


def _punch(cast):
    make.punch(cast.chen, "10-15 09:00", "10-15 18:00")


def _correct(cast):
    told = {"by": make.ROOT, "at": LATER, "today": make.TODAY}
    punches.add_correction(cast.chen, make.at("10-13 08:58"), "忘打卡", **told)


def _absence(cast):
    actions.on_agreed(
        "leave:9", cast.chen.pk, "sick", make.at("10-16 09:00"), make.at("10-16 18:00"), "", make.ROOT, LATER
    )


def _end_absence(cast):
    from kaoqin.attendance.models import Absence

    actions.withdraw(Absence.objects.get(), by=make.ROOT, at=LATER)


def _rules(cast):
    actions.keep_rules(
        cast.day_group,
        OCTOBER,
        actions.Rules(missing_punch=MissingPunch.ABSENT, overtime_min=0, overtime_step=1),
        by=make.ROOT,
        at=LATER,
    )
    make.punch(cast.chen, "10-15 09:00")


def _roster(cast):
    roster.paint([Cell(cast.chen.pk, make.day("10-13"), None)], by=make.ROOT, at=LATER, today=make.TODAY)


def _shift(cast):
    later = ShiftPlan("晚班", (Segment(570, 1110, 720, 780),))
    scheduling.change_shift(cast.day, later, make.day("10-13"), by=make.ROOT, at=LATER)


def _overtime(cast):
    make.punch(cast.chen, "10-13 20:30")
    make.overtime(cast.chen, "10-13 18:00", "10-13 20:00")


def _leaves(cast):
    org.leave(cast.chen, make.day("10-12"), by=make.ROOT, at=LATER)


@pytest.mark.parametrize(
    ("change", "day"),
    [
        (_punch, "10-15"),
        (_correct, "10-13"),
        (_absence, "10-16"),
        (_end_absence, "10-14"),
        (_rules, "10-15"),
        (_roster, "10-13"),
        (_shift, "10-13"),
        (_overtime, "10-13"),
        (_leaves, "10-13"),
    ],
)
def test_nothing_that_touches_a_closed_day_changes_it(closed, change, day):
    before = kept(closed.chen), MonthResult.objects.filter(month=OCTOBER).values().get(employee=closed.chen)
    change(closed)
    make.settle()
    assert (kept(closed.chen), MonthResult.objects.filter(month=OCTOBER).values().get(employee=closed.chen)) == before
    found = Adjustment.objects.filter(employee=closed.chen, date=make.day(day)).get()
    assert found.before != found.after
    assert set(found.before) == set(found.after)
    assert found.causes
    assert (
        months.sheet(closed.chen, months.period_named(closed.chen.pk, OCTOBER, make.TODAY)).digest
        == months.closed_on(closed.chen.pk, found.date).digest
    )


def test_a_calendar_that_changes_leaves_closed_days_alone(closed):
    before = kept(closed.chen)
    day = Day(make.day("10-13"), DayKind.STATUTORY, "庆典")
    scheduling.keep_days(make.calendar(), [day], by=make.ROOT, at=LATER)
    make.settle()
    assert kept(closed.chen) == before
    assert Adjustment.objects.filter(employee=closed.chen, date=make.day("10-13")).exists()


def test_days_of_the_open_month_settle_as_before(closed):
    make.punch(closed.chen, "11-19 09:00", "11-19 18:00")
    make.settle()
    assert DayResult.objects.get(employee=closed.chen, date=make.day("11-19")).status == "normal"
    assert not Adjustment.objects.exists()


def test_an_adjustment_goes_when_the_day_is_as_it_was_again(closed):
    made = punches.add_correction(
        closed.chen, make.at("10-13 08:58"), "忘打卡", by=make.ROOT, at=LATER, today=make.TODAY
    )
    make.settle()
    found = Adjustment.objects.get()
    assert (found.before["late_minutes"], found.after["late_minutes"]) == (20, 0)
    assert found.causes[0]["values"]["time"] == "10-13 08:58"
    punches.withdraw_correction(made, by=make.ROOT, at=LATER, today=make.TODAY)
    make.settle()
    assert not Adjustment.objects.exists()


def test_an_accepted_difference_counts_once_and_a_dismissed_one_is_not_asked_again(closed):
    _correct(closed)
    _punch(closed)
    make.settle()
    first, second = Adjustment.objects.order_by("date")
    with pytest.raises(Refusal, match="原因"):
        adjusting.dismiss(second.pk, " ", by=make.ROOT, at=LATER)
    adjusting.dismiss(second.pk, "已口头处理", by=make.ROOT, at=LATER)
    assert adjusting.accept(first.pk, by=make.ROOT, at=LATER).into == make.day("11-01")
    assert months.carried_into(closed.chen.pk, make.day("11-01")) == [first]
    actions.settle_again(OCTOBER, make.TODAY, by=make.ROOT, at=LATER)
    make.settle()
    assert not Adjustment.objects.filter(state="pending").exists()
    with pytest.raises(Refusal, match="已经处理"):
        adjusting.accept(first.pk, by=make.ROOT, at=LATER)


def test_an_accepted_difference_that_was_wrong_is_taken_back_by_another(closed):
    made = punches.add_correction(
        closed.chen, make.at("10-13 08:58"), "忘打卡", by=make.ROOT, at=LATER, today=make.TODAY
    )
    make.settle()
    adjusting.accept(Adjustment.objects.get().pk, by=make.ROOT, at=LATER)
    punches.withdraw_correction(made, by=make.ROOT, at=LATER, today=make.TODAY)
    make.settle()
    back = Adjustment.objects.get(state="pending")
    assert (back.before["late_minutes"], back.after["late_minutes"]) == (0, 20)


def test_what_waits_is_settled_before_it_is_closed(october):
    make.punch(october.chen, "10-15 09:00", "10-15 18:00")
    close()
    assert DayResult.objects.get(employee=october.chen, date=make.day("10-15")).status == "normal"
    make.settle()
    assert not Adjustment.objects.exists()


def test_a_cycle_from_the_26th_closes_its_own_days_and_months_stay_the_sum_of_days(october, clock):
    keep_month_rule(october.day_group, make.day("01-01"), MonthPlan(26), **HR)
    close(group_id=october.day_group.pk)
    row = ClosedMonth.objects.get(employee=october.chen)
    assert (row.first, row.last, row.leave_by_kind) == (make.day("10-01"), make.day("10-25"), {"annual": 480})
    clock(LATER)
    make.punch(october.chen, "10-15 09:00", "10-15 18:00", "10-29 09:00", "10-29 18:00")
    make.settle()
    days = DayResult.objects.filter(employee=october.chen, date__month=10)
    assert [days.get(date=make.day(day)).status for day in ("10-15", "10-29")] == ["absent", "normal"]
    month = MonthResult.objects.get(employee=october.chen, month=OCTOBER)
    assert month.worked_minutes == sum(day.worked_minutes for day in days)
    assert Adjustment.objects.get().date == make.day("10-15")


def test_a_month_that_is_not_over_is_not_closed(october):
    with pytest.raises(Refusal, match="周期未结束"):
        closing.close(Scope(make.day("11-01")), **HR)


def test_who_cannot_be_reckoned_waits_unless_asked_for(october):
    SettlementFault.objects.create(employee=october.chen, first=OCTOBER, last=OCTOBER, found_at=make.NOW)
    close()
    assert not ClosedMonth.objects.filter(employee=october.chen).exists()
    run = closing.close(Scope(OCTOBER), with_faults=True, **HR)
    make.work_off(run)
    assert ClosedMonth.objects.filter(employee=october.chen).exists()


def test_the_scope_narrows_and_closing_again_closes_nobody_twice(october):
    close(department_id=october.sales.pk)
    assert {row.employee.name for row in ClosedMonth.objects.all()} == {"陈大白", "王主管", "林小满"}
    close(numbers=("12",))
    close()
    assert ClosedMonth.objects.count() == 5
    with pytest.raises(Refusal, match="没有可以月结"):
        closing.close(Scope(OCTOBER), **HR)


def test_a_job_that_died_in_the_middle_goes_on_where_it_was(october, monkeypatch):
    monkeypatch.setattr(closing, "BATCH", 2)
    run = closing.close(Scope(OCTOBER), **HR)
    real, calls = closing.close_people, []

    def dies(*args, **kwargs):
        calls.append(args[0])
        if len(calls) == 2:
            raise KeyboardInterrupt
        return real(*args, **kwargs)

    monkeypatch.setattr(closing, "close_people", dies)
    from procrastinate.contrib.django.models import ProcrastinateJob

    arguments = ProcrastinateJob.objects.get(args__run_id=run.pk).args
    with pytest.raises(KeyboardInterrupt):
        do_job(**arguments)
    run.refresh_from_db()
    first = set(ClosedMonth.objects.values_list("employee", "closed_at"))
    assert (run.state, len(first)) == ("running", 2)
    monkeypatch.setattr(closing, "close_people", real)
    do_job(**arguments)
    run.refresh_from_db()
    assert (run.state, run.done, run.result["said"]) == ("done", 5, "已月结 5 人。")
    assert first < set(ClosedMonth.objects.values_list("employee", "closed_at"))
    assert ClosedMonth.objects.count() == 5


def test_a_month_is_opened_again_with_a_reason_and_says_what_changed(closed):
    row = ClosedMonth.objects.get(employee=closed.chen)
    _correct(closed)
    make.settle()
    with pytest.raises(Refusal, match="原因"):
        reopen(row, " ", by=make.ROOT, at=LATER)
    opened = reopen(row, "漏了补卡", by=make.ROOT, at=LATER)
    make.settle()
    assert not Adjustment.objects.exists()
    found = {(f"{one.date:%m-%d}", one.column): (one.before, one.after) for one in differences(opened)}
    assert found["10-13", "late_minutes"] == (20, 0)
    with pytest.raises(Refusal, match="已经重新打开"):
        reopen(row, "再来", by=make.ROOT, at=LATER)
    close(numbers=(closed.chen.number,))
    assert ClosedMonth.objects.filter(employee=closed.chen).count() == 2


def test_after_hand_over_nothing_is_opened_again(closed):
    assert closing.hand_over(Scope(OCTOBER), by=make.ROOT, at=LATER) == 5
    with pytest.raises(Refusal, match="已移交"):
        reopen(ClosedMonth.objects.first(), "错了", by=make.ROOT, at=LATER)
    with pytest.raises(Refusal, match="没有已月结而未移交"):
        closing.hand_over(Scope(OCTOBER), by=make.ROOT, at=LATER)


def test_the_rule_of_the_month_is_kept_with_the_closed_month(october):
    rule = Rule(free_late_times=1, free_late_minutes=30, absent_breaks=False, leave_breaks=False)
    keep_month_rule(october.day_group, make.day("01-01"), MonthPlan(1, rule), **HR)
    close()
    chen = ClosedMonth.objects.get(employee=october.chen)
    assert (chen.late_times, chen.free_lates, chen.full_attendance) == (1, 1, True)
    assert ClosedMonth.objects.get(employee=october.zhao).full_broken_by == ["no_plan"]
    with pytest.raises(Refusal, match="已经月结"):
        keep_month_rule(october.day_group, make.day("10-31"), MonthPlan(26), **HR)
    keep_month_rule(october.day_group, make.day("11-01"), MonthPlan(26), **HR)


def test_only_hr_closes_opens_hands_over_and_decides(closed):
    wang = {"by": closed.by("wang"), "at": LATER}
    _correct(closed)
    make.settle()
    row = ClosedMonth.objects.get(employee=closed.chen)
    for deed in (
        lambda: closing.close(Scope(OCTOBER), **wang),
        lambda: reopen(row, "x", **wang),
        lambda: closing.hand_over(Scope(OCTOBER), **wang),
        lambda: keep_month_rule(closed.day_group, make.TODAY, MonthPlan(), **wang),
        lambda: adjusting.accept(Adjustment.objects.get().pk, **wang),
    ):
        with pytest.raises(NotAllowed):
            deed()


def test_the_database_itself_keeps_a_day_from_being_closed_twice(closed):
    row = ClosedMonth.objects.get(employee=closed.chen)
    row.pk = None
    from django.db import IntegrityError, transaction

    with pytest.raises(IntegrityError, match="day_closed_once"), transaction.atomic():
        row.save(force_insert=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM attendance_closedmonth")
        assert cursor.fetchone()[0] == JobRun.objects.count() * 5
