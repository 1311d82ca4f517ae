"""Settling in the database: only what is touched, only what changed, and out loud where it cannot be done."""

import datetime as dt

import pytest

import make
from kaoqin.attendance import actions, reckoning
from kaoqin.attendance.actions import Rules
from kaoqin.attendance.models import DayResult, MonthResult, SettlementFault, Waiting
from kaoqin.attendance.settling import close_the_day, settle_people
from kaoqin.attendance.words import MissingPunch
from kaoqin.core.words import NotAllowed, Refusal
from kaoqin.org import actions as org
from kaoqin.scheduling import actions as scheduling
from kaoqin.scheduling import roster
from kaoqin.scheduling.models import CalendarYear
from kaoqin.scheduling.words import Cell, Segment, ShiftPlan

LATER = make.NOW + dt.timedelta(hours=1)


def day(employee, when):
    return DayResult.objects.get(employee=employee, date=make.day(when))


def written():
    """When each row was written, by (employee, date)."""
    rows = {(d.employee_id, d.date): d.settled_at for d in DayResult.objects.all()}
    return rows | {(m.employee_id, f"{m.month:%Y-%m}"): m.settled_at for m in MonthResult.objects.all()}


@pytest.fixture
def settled(cast):
    """The cast with all days settled."""
    make.settle()
    return cast


def test_a_day_from_punches_to_minutes(cast):
    make.punch(cast.chen, "11-19 09:07", "11-19 18:00")
    make.punch(cast.zhao, "11-18 21:55", "11-19 06:02")
    roster.paint([Cell(cast.zhao.pk, make.day("11-18"), cast.night.pk)], by=make.ROOT, at=make.NOW, today=make.TODAY)
    make.settle()
    chen, zhao = day(cast.chen, "11-19"), day(cast.zhao, "11-18")
    assert (chen.shift, chen.planned_minutes, chen.late_minutes, chen.worked_minutes) == ("D", 480, 7, 473)
    assert (chen.first_in, chen.status, chen.provisional) == (make_utc("11-19 09:07"), "late", False)
    assert (zhao.shift, zhao.worked_minutes, zhao.last_out) == ("N", 480, make_utc("11-19 06:02"))


def make_utc(text):
    """A wall clock as results keep it: the settings' database column is naive local time stored as it is."""
    return type(make.NOW).fromisoformat(f"2026-{text}").replace(tzinfo=dt.UTC)


def test_only_touched_people_are_settled_and_only_changed_rows_written(settled, clock):
    before = written()
    clock(LATER)
    make.punch(settled.chen, "11-19 09:00", "11-19 18:00")
    make.settle()
    after = written()
    changed = {key for key in after if after[key] != before.get(key)}
    assert changed == {(settled.chen.pk, make.day("11-19")), (settled.chen.pk, "2026-11")}
    assert {after[key] for key in changed} == {LATER}
    assert Waiting.objects.count() == 0


def test_settling_again_without_a_change_writes_nothing(settled, clock):
    before = written()
    clock(LATER)
    actions.settle_again(make.day("10-01"), make.TODAY, by=make.ROOT, at=LATER)
    make.settle()
    assert written() == before
    ids = [settled.chen.pk, settled.zhao.pk]
    assert settle_people(ids, make.day("10-01"), make.day("11-30"), LATER) == 0


def test_today_is_provisional_and_in_no_month_and_tomorrow_is_not_settled(settled, clock):
    make.punch(settled.chen, "11-20 09:00")
    make.settle()
    today = day(settled.chen, "11-20")
    assert (today.provisional, today.shift) == (True, "D")
    assert not DayResult.objects.filter(date__gt=make.TODAY).exists()
    days = MonthResult.objects.get(employee=settled.chen, month=make.day("11-01")).planned_days
    clock(make.NOW + make.DAY)
    make.punch(settled.chen, "11-20 18:00")
    close_the_day(int((make.NOW + make.DAY).timestamp()))
    make.settle()
    assert not day(settled.chen, "11-20").provisional
    assert MonthResult.objects.get(employee=settled.chen, month=make.day("11-01")).planned_days == days + 1


def test_a_rule_changed_within_a_month_counts_from_its_day_and_months_stay_whole(cast):
    for when in ("11-12", "11-13"):
        make.punch(cast.chen, f"{when} 09:00")
    rules = Rules(missing_punch=MissingPunch.ABSENT)
    actions.keep_rules(cast.day_group, make.day("11-13"), rules, by=make.ROOT, at=make.NOW)
    make.settle()
    days = [day(cast.chen, when) for when in ("11-12", "11-13")]
    assert [(d.absent_minutes, d.unaccounted_minutes) for d in days] == [(0, 480), (480, 0)]
    month = MonthResult.objects.get(employee=cast.chen, month=make.day("11-01"))
    kept = DayResult.objects.filter(employee=cast.chen, date__month=11, provisional=False)
    assert month.absent_minutes == sum(d.absent_minutes for d in kept)
    assert month.planned_days == sum(bool(d.shift) for d in kept) == 14
    assert month.absent_days == sum(d.absent_minutes for d in kept) / 480
    assert MonthResult.objects.filter(employee=cast.chen).count() == 2


def test_a_group_changed_within_a_month_takes_its_own_rules_along(cast):
    strict = make.group(make.weekdays(cast.day), rules=Rules(missing_punch=MissingPunch.ABSENT))
    for when in ("11-12", "11-13"):
        make.punch(cast.chen, f"{when} 09:00")
    make.join(strict, cast.chen, since=make.day("11-13"))
    make.settle()
    assert [day(cast.chen, when).absent_minutes for when in ("11-12", "11-13")] == [0, 480]
    assert MonthResult.objects.get(employee=cast.chen, month=make.day("11-01")).planned_days == 14


def test_a_shift_changed_within_a_month_is_reckoned_by_each_version(cast):
    for when in ("11-12", "11-13"):
        make.punch(cast.chen, f"{when} 09:30", f"{when} 18:30")
    later = ShiftPlan("晚班", (Segment(570, 1110, 720, 780),))
    scheduling.change_shift(cast.day, later, make.day("11-13"), by=make.ROOT, at=make.NOW)
    make.settle()
    found = [day(cast.chen, when) for when in ("11-12", "11-13")]
    assert [(d.shift, d.late_minutes) for d in found] == [("D", 30), ("D", 0)]


def test_who_moves_to_another_zone_is_reckoned_in_each_zone(cast):
    there = org.Place(cast.sales, make.site("东京", "Asia/Tokyo"))
    org.move(cast.chen, make.day("11-13"), there, by=make.ROOT, at=make.NOW)
    make.punch(cast.chen, "11-12 09:00", "11-12 18:00")
    make.punch(cast.chen, "11-13 09:00", "11-13 18:00", zone="Asia/Tokyo")
    make.settle()
    assert [day(cast.chen, when).worked_minutes for when in ("11-12", "11-13")] == [480, 480]
    assert MonthResult.objects.get(employee=cast.chen, month=make.day("11-01")).planned_days == 14


def test_who_leaves_has_no_days_after_the_last(settled):
    make.leave(settled.chen, make.day("11-10"))
    make.settle()
    assert DayResult.objects.filter(employee=settled.chen).latest("date").date == make.day("11-10")
    assert MonthResult.objects.get(employee=settled.chen, month=make.day("11-01")).planned_days == 7


def faults(employee):
    rows = SettlementFault.objects.filter(employee=employee).order_by("first")
    return [(f"{f.first:%m-%d}", f"{f.last:%m-%d}", f.sentences) for f in rows]


def test_days_without_rules_are_faults_by_month_until_mended(cast):
    group = scheduling.new_group("BARE", "无规则", by=make.ROOT, at=make.NOW)
    told = {"mode": "roster", "calendar": make.calendar(), "week": {}, "by": make.ROOT, "at": make.NOW}
    scheduling.plan_group(group, make.SINCE, **told)
    anna = make.employee("安娜")
    make.join(group, anna, since=make.day("10-15"))
    make.settle()
    why = ["所在考勤组当时还没有规则"]
    assert faults(anna) == [("10-15", "10-31", why), ("11-01", "11-19", why)]
    make.punch(anna, "11-19 09:00")
    make.settle()
    assert faults(anna) == [("10-15", "10-31", why), ("11-01", "11-19", why)]
    actions.keep_rules(group, make.day("11-10"), Rules(), by=make.ROOT, at=make.NOW)
    make.settle()
    assert faults(anna) == [("10-15", "10-31", why), ("11-01", "11-09", why)]
    assert DayResult.objects.filter(employee=anna).earliest("date").date == make.day("11-10")


def test_a_year_the_calendar_lacks_is_a_fault_that_says_so(settled):
    CalendarYear.objects.filter(year=2026).delete()
    settle_people([settled.chen.pk], make.day("11-01"), make.day("11-30"), make.NOW)
    [(_, _, (said,))] = faults(settled.chen)
    assert "没有 2026 年" in said
    with pytest.raises(Refusal, match="没有 2026 年"):
        reckoning.explain(settled.chen.pk, make.day("11-19"))


def test_before_somebody_joins_a_group_there_is_nothing_to_reckon(cast):
    anna = make.employee("安娜")
    make.join(cast.day_group, anna, since=make.day("11-10"))
    make.settle()
    assert faults(anna) == []
    assert DayResult.objects.filter(employee=anna).earliest("date").date == make.day("11-10")


def test_leave_and_overtime_count_and_are_taken_back(cast):
    leave = make.absence(cast.chen, "annual", "11-18 09:00", "11-18 18:00")
    make.overtime(cast.chen, "11-19 18:30", "11-19 21:00")
    make.punch(cast.chen, "11-19 09:00", "11-19 20:35")
    make.settle()
    first, second = day(cast.chen, "11-18"), day(cast.chen, "11-19")
    assert (first.status, first.leave_minutes, second.overtime_workday_minutes) == ("leave", 480, 120)
    assert MonthResult.objects.get(employee=cast.chen, month=make.day("11-01")).leave_by_kind == {"annual": 480}
    actions.withdraw(leave, by=make.ROOT, at=make.NOW)
    make.settle()
    assert day(cast.chen, "11-18").status == "absent"
    with pytest.raises(Refusal, match="已经撤销"):
        actions.withdraw(leave, by=make.ROOT, at=make.NOW)


@pytest.mark.parametrize(
    ("begin", "end", "code"),
    [
        ("11-19 18:00", "11-19 18:00", "attendance.interval"),
        ("11-19 18:00", "11-20 18:01", "attendance.overtime_too_long"),
    ],
)
def test_an_interval_that_cannot_be_is_refused(cast, begin, end, code):
    with pytest.raises(Refusal) as refused:
        make.overtime(cast.chen, begin, end)
    assert refused.value.code == code


def test_only_hr_records_settles_and_rules(cast):
    wang = {"by": cast.by("wang"), "at": make.NOW}
    interval = actions.Interval(make.at("11-18 09:00"), make.at("11-18 18:00"))
    for change in (
        lambda: actions.record_absence(cast.chen, "annual", interval, **wang),
        lambda: actions.record_overtime(cast.chen, interval, **wang),
        lambda: actions.settle_again(make.TODAY, make.TODAY, **wang),
        lambda: actions.keep_rules(cast.day_group, make.TODAY, Rules(), **wang),
    ):
        with pytest.raises(NotAllowed):
            change()


def test_settling_again_is_a_job_with_progress(enter, cast):
    from kaoqin.core.models import JobRun

    answer = enter("he").post("/attendance/settle/", {"first": "2026-11-01", "last": "2026-11-19"})
    run = make.work_off(JobRun.objects.get())
    assert answer["Location"] == f"/jobs/{run.pk}/"
    assert (run.state, run.done, run.result["said"]) == ("done", 5, "已核算 5 人。")


def test_why_a_day_came_out_as_it_did_is_told_in_words(enter, cast):
    make.punch(cast.chen, "11-19 09:07", "11-19 18:00")
    make.settle()
    text = enter("chen").get(f"/attendance/people/{cast.chen.pk}/2026-11-19/").content.decode()
    assert "09:07" in text
    assert "迟到" in text
