"""Free lates, half days for lates and full attendance: the page, its export, 钉钉's workbook and one's own sheet agree."""

import io

import openpyxl
import pytest

import make
from kaoqin.attendance import closing, months
from kaoqin.attendance.freezing import judged
from kaoqin.attendance.models import ClosedMonth
from kaoqin.attendance.month_plans import MonthPlan, keep_month_rule
from kaoqin.attendance.monthly import Rule
from kaoqin.core.kept import path_of
from kaoqin.core.models import JobRun, KeptFile

OCTOBER, NOVEMBER = make.day("10-01"), make.day("11-01")
HR = {"by": make.ROOT, "at": make.NOW}
RULE = Rule(free_late_times=1, free_late_minutes=30, lates_per_half_day=2, absent_breaks=False, leave_breaks=False)
DAYS = ("10-12", "10-13", "10-14")


@pytest.fixture
def october(cast):
    """Chen is late three times, one of them free, the others half a day; He is late once, which is free."""
    keep_month_rule(cast.day_group, make.day("01-01"), MonthPlan(1, RULE), **HR)
    for day in DAYS:
        make.punch(cast.chen, f"{day} 09:20", f"{day} 18:00")
    make.punch(cast.he, "10-12 09:10", "10-12 18:00")
    make.settle()
    return cast


def by_page(enter, month="2026-10"):
    """By number, what the exported page says."""
    body = enter("he").get(f"/attendance/months/?month={month}&export=xlsx").content
    header, *rows = openpyxl.load_workbook(io.BytesIO(body)).active.iter_rows(values_only=True)
    told = [dict(zip(header, row, strict=True)) for row in rows]
    return {row["工号"]: [row[name] for name in ("免计迟到", "迟到折算旷工", "全勤")] for row in told}


def by_workbook(enter, month="2026-10"):
    """By number, what 钉钉's 月度汇总 says."""
    enter("he").post(f"/attendance/months/export/?month={month}")
    run = make.work_off(JobRun.objects.latest("pk"))
    page = openpyxl.load_workbook(path_of(KeptFile.objects.get(job=run)))["月度汇总"]
    header, *rows = page.iter_rows(min_row=3, values_only=True)
    told = [dict(zip(header, row, strict=True)) for row in rows]
    return {row["工号"]: [row[name] for name in ("免计迟到次数", "迟到折算旷工(天)", "全勤")] for row in told}


def by_sheet(employee):
    seen = months.sheet(employee, months.period_named(employee.pk, OCTOBER, make.TODAY))
    return len(seen.verdict.free), float(seen.verdict.absent_days), seen.verdict.full


def check(cast, enter):
    page, book = by_page(enter), by_workbook(enter)
    assert by_sheet(cast.chen) == (1, 0.5, False)
    assert (page["00013"], book["00013"]) == ([1, 0.5, None], [1, 0.5, "否"])
    assert by_sheet(cast.he)[2] is True
    assert (page["00001"], book["00001"]) == ([1, None, "全勤"], [1, 0, "是"])


def test_an_open_month_is_judged_the_same_way_everywhere(october, enter):
    check(october, enter)


def test_a_closed_month_says_what_it_was_closed_with_whatever_the_rule_says_now(october, enter):
    closing.close_people([october.chen.pk, october.he.pk], OCTOBER, None, make.NOW)
    check(october, enter)
    ClosedMonth.objects.filter(employee=october.chen).update(free_lates=7, late_absent_days=3)
    assert (by_page(enter)["00013"][:2], by_workbook(enter)["00013"][:2]) == ([7, 3], [7, 3])


def test_of_a_month_that_is_not_over_nobody_is_said_to_have_come_always(october, enter):
    assert by_workbook(enter, "2026-11")["00013"] == [0, 0, None]
    assert judged([october.he.pk], NOVEMBER, make.TODAY)[october.he.pk].full is None


def test_two_cycles_of_a_month_are_told_together(october):
    keep_month_rule(october.day_group, make.day("10-13"), MonthPlan(13, RULE), **HR)
    told = judged([october.chen.pk], OCTOBER, make.TODAY)[october.chen.pk]
    assert (told.free_lates, told.late_absent_days) == (1, 0)
    november = judged([october.chen.pk], NOVEMBER, make.TODAY)[october.chen.pk]
    assert (november.free_lates, november.late_absent_days, november.full) == (1, 0, False)
