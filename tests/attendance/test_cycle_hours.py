"""The ledger of comprehensive hours: sums of the days that are kept, closed with the months, pro rata for joiners and leavers."""

import io

import openpyxl
import pytest

import make
from kaoqin.attendance import closing, comprehensive, reckoning
from kaoqin.attendance.actions import Rules, keep_rules
from kaoqin.attendance.cycle_hours import Cycle, average_minutes
from kaoqin.attendance.models import ClosedMonth, CycleHours, DayResult
from kaoqin.attendance.month_plans import MonthPlan, keep_month_rule
from kaoqin.attendance.reopening import reopen

OCTOBER, NOVEMBER = make.day("10-01"), make.day("11-01")
LATER = make.NOW + 15 * make.DAY
"""In December: October and November are over."""
HR = {"by": make.ROOT, "at": make.NOW}


def comprehensive_group(group, cycle, since=OCTOBER):
    keep_rules(group, since, Rules(system="comprehensive", cycle=cycle), **HR)


@pytest.fixture
def quarter(cast):
    """Chen's group works by the quarter; Chen worked two days, one of them a statutory holiday."""
    comprehensive_group(cast.day_group, "quarter")
    make.punch(cast.chen, "10-01 09:00", "10-01 18:00", "10-12 09:00", "10-12 18:00")
    make.settle()
    return cast


def row(employee):
    return CycleHours.objects.get(employee=employee)


def workdays(employee):
    return DayResult.objects.filter(employee=employee, provisional=False, day_kind="workday").count()


def test_a_cycle_is_the_sum_of_the_days_that_are_kept(quarter):
    chen = row(quarter.chen)
    assert (chen.begins_on, chen.ends_on) == (OCTOBER, make.day("12-31"))
    assert (chen.counted_from, chen.counted_to, chen.partial) == (OCTOBER, make.day("11-19"), True)
    assert chen.standard_minutes == workdays(quarter.chen) * 480
    days = DayResult.objects.filter(employee=quarter.chen, provisional=False)
    assert chen.worked_minutes == sum(day.worked_minutes for day in days)
    assert not CycleHours.objects.filter(employee=quarter.zhao).exists()


@pytest.mark.parametrize("cycle", ["month", "quarter", "year"])
def test_the_ledger_says_what_the_engine_says(cast, cycle):
    make.leave(cast.wang, make.day("10-20"))
    comprehensive_group(cast.day_group, cycle, make.day("10-08"))
    comprehensive_group(cast.night_group, cycle)
    make.punch(cast.chen, "10-12 08:00", "10-12 22:00", "11-03 09:00", "11-03 18:00")
    make.settle()
    people = [one.pk for one in (cast.chen, cast.wang, cast.he, cast.zhao)]
    told = reckoning.settle(people, OCTOBER, make.day("11-19")).cycles.to_pylist()
    names = ("standard_minutes", "worked_minutes", "statutory_minutes", "excess_minutes")
    engine = {(int(one["employee_no"]), one["begins_on"], one["ends_on"]): tuple(one[n] for n in names) for one in told}
    kept = {
        (r.employee_id, r.begins_on, r.ends_on): tuple(getattr(r, n) for n in names) for r in CycleHours.objects.all()
    }
    assert kept == engine
    assert kept


def test_who_joins_the_group_or_leaves_within_a_cycle_has_the_standard_of_those_days(quarter):
    make.leave(quarter.wang, make.day("10-12"))
    other = make.group(make.weekdays(quarter.day), name="弹性组")
    make.join(other, quarter.he, since=make.day("10-16"))
    make.settle()
    wang, he = row(quarter.wang), row(quarter.he)
    assert (wang.counted_to, wang.standard_minutes) == (make.day("10-12"), workdays(quarter.wang) * 480)
    days = DayResult.objects.filter(employee=quarter.he, date__lt=make.day("10-16"), day_kind="workday").count()
    assert (he.counted_to, he.standard_minutes, he.group) == (make.day("10-15"), days * 480, quarter.day_group)


def test_who_is_not_under_the_system_any_more_is_not_in_the_ledger(quarter):
    keep_rules(quarter.day_group, OCTOBER, Rules(), **HR)
    make.settle()
    assert not CycleHours.objects.exists()


def test_a_cycle_is_closed_with_its_last_month_and_nothing_changes_it_then(cast, clock):
    comprehensive_group(cast.day_group, "month")
    make.punch(cast.chen, "10-12 09:00", "10-12 18:00")
    make.settle()
    closing.close_people([cast.chen.pk], OCTOBER, None, make.NOW)
    october = CycleHours.objects.get(employee=cast.chen, begins_on=OCTOBER)
    assert (october.closed_at, october.partial) == (make.NOW, False)
    assert not CycleHours.objects.filter(employee=cast.he, closed_at__isnull=False).exists()
    assert CycleHours.objects.get(employee=cast.chen, begins_on=NOVEMBER).closed_at is None
    make.punch(cast.chen, "10-13 09:00", "10-13 18:00")
    comprehensive_group(cast.day_group, "quarter", make.day("10-01"))
    make.settle()
    again = CycleHours.objects.get(pk=october.pk)
    assert (again.worked_minutes, again.standard_minutes) == (october.worked_minutes, october.standard_minutes)


def test_a_quarter_is_not_closed_before_its_last_month(quarter, clock):
    closing.close_people([quarter.chen.pk], OCTOBER, None, make.NOW)
    assert row(quarter.chen).closed_at is None
    clock(make.NOW + 60 * make.DAY)
    make.join(quarter.day_group, quarter.chen)
    from kaoqin.attendance.settling import mark

    mark({quarter.chen.pk: (OCTOBER, make.day("12-31"))})
    make.settle()
    for month in (NOVEMBER, make.day("12-01")):
        closing.close_people([quarter.chen.pk], month, None, make.NOW + 60 * make.DAY, with_faults=True)
    kept = row(quarter.chen)
    assert (kept.closed_at is not None, kept.partial) == (True, False)


def test_a_leaver_is_closed_with_the_month_of_leaving(quarter):
    make.leave(quarter.wang, make.day("10-12"))
    make.settle()
    closing.close_people([quarter.wang.pk], OCTOBER, None, make.NOW)
    assert row(quarter.wang).closed_at == make.NOW


def test_opening_a_month_again_opens_its_cycle(cast):
    comprehensive_group(cast.day_group, "month")
    make.settle()
    closing.close_people([cast.chen.pk, cast.he.pk], OCTOBER, None, make.NOW)
    reopen(ClosedMonth.objects.get(employee=cast.chen), "漏了", **HR)
    make.punch(cast.chen, "10-13 09:00", "10-13 18:00")
    make.settle()
    opened = CycleHours.objects.get(employee=cast.chen, begins_on=OCTOBER)
    assert (opened.closed_at, opened.worked_minutes) == (None, 480)
    assert CycleHours.objects.get(employee=cast.he, begins_on=OCTOBER).closed_at == make.NOW


def test_a_cycle_whose_months_begin_on_the_26th_waits_for_the_month_that_holds_its_last_day(cast):
    keep_month_rule(cast.day_group, make.day("01-01"), MonthPlan(26), **HR)
    comprehensive_group(cast.day_group, "month")
    make.settle()
    closing.close_people([cast.chen.pk], OCTOBER, None, make.NOW)
    assert CycleHours.objects.get(employee=cast.chen, begins_on=OCTOBER).closed_at is None


def test_the_average_standard_of_a_quarter_is_62_days_and_of_half_of_it_half():
    quarter = Cycle(make.day("07-01"), make.day("09-30"))
    assert average_minutes(quarter, 92) == 62 * 480
    assert average_minutes(quarter, 46) == 31 * 480
    assert average_minutes(Cycle(make.day("01-01"), make.day("12-31")), 365) == 248 * 480
    assert average_minutes(Cycle(OCTOBER, make.day("10-31")), 31) == 9920


def test_the_page_sums_by_group_exports_and_asks_few_questions(quarter, enter, django_assert_max_num_queries):
    with django_assert_max_num_queries(45):
        page = enter("he").get("/attendance/comprehensive/?month=2026-10").content.decode()
    assert "3 人,0 人超出,0 人已月结" in page
    assert "10-01 – 11-19" in page
    body = (
        enter("he")
        .get("/attendance/comprehensive/?month=2026-10&export=xlsx&column=number&column=average_minutes")
        .content
    )
    header, first, *_ = openpyxl.load_workbook(io.BytesIO(body)).active.iter_rows(values_only=True)
    assert (header[0], first[0], header[1]) == ("工号", "00001", "标准工时(年平均)")
    assert "00013" not in enter("he").get("/attendance/comprehensive/?month=2026-10&over=0").content.decode()


def test_everybody_sees_their_own_cycles_and_nobody_elses(quarter, enter):
    assert "2026-10-01" in enter("chen").get("/my/hours/").content.decode()
    assert "没有综合工时周期" in enter("zhao").get("/my/hours/").content.decode()
    assert "/my/hours/" in enter("chen").get("/my/months/").content.decode()
    assert "/my/hours/" not in enter("zhao").get("/my/months/").content.decode()
    assert enter("wang").get("/attendance/comprehensive/").status_code == 403
    assert not comprehensive.ledger(make.day("09-30"), seen_by=make.ROOT, on=make.TODAY)
