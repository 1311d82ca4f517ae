"""What people see of results: today, the month of any number of people in as many questions, the workbook."""

import datetime as dt
import io
from dataclasses import replace

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

import make
from kaoqin.attendance import queries
from kaoqin.attendance.models import DayResult, MonthResult, Totals
from kaoqin.attendance.sheets import DAILY_HEADER, MONTH_HEADER, RAW_HEADER, WHO
from kaoqin.core.kept import path_of
from kaoqin.core.models import JobRun, KeptFile
from kaoqin.org.models import Employee, Posting
from kaoqin.punches import actions as punches
from kaoqin.scheduling import actions as scheduling
from kaoqin.scheduling import roster
from kaoqin.scheduling.models import CalendarYear
from kaoqin.scheduling.words import Cell, ShiftPlan

SHEETS = ["月度汇总", "每日统计", "打卡时间", "原始记录"]
MINUTES = dict.fromkeys((field.name for field in Totals._meta.get_fields()), 0)
NOUGHT = dict.fromkeys(
    ("rest_days", "late_times", "serious_late_times", "early_times", "missing_in", "missing_out", "absent_days"), 0
)


def stand(cast, now="11-20 10:00"):
    return queries.today(None, seen_by=cast.by("he"), on=make.TODAY, now=make.at(now))


def named(rows):
    """Each row with the name of its person."""
    names = dict(Employee.objects.values_list("pk", "name"))
    return [(names[row.employee_id], row) for row in rows]


def states(cast, now="11-20 10:00"):
    return {name: row.state for name, row in named(stand(cast, now))}


def paint(employee, day, shift):
    roster.paint([Cell(employee.pk, make.day(day), shift and shift.pk)], by=make.ROOT, at=make.NOW, today=make.TODAY)


def test_today_says_where_everybody_stands(cast):
    ill, done = make.employee("病假", where=cast.sales), make.employee("加班", where=cast.sales)
    make.join(cast.day_group, ill, done)
    make.absence(ill, "sick", "11-20 09:00", "11-20 18:00")
    paint(done, "11-20", None)
    paint(cast.zhao, "11-20", cast.night)
    make.punch(cast.chen, "11-20 09:00")
    make.punch(cast.wang, "11-20 09:01")
    make.punch(done, "11-20 09:30")
    make.settle()
    told = {"陈大白": "here", "王主管": "late", "何人事": "missing", "赵夜班": "later", "林小满": "later"}
    assert states(cast) == {**told, "病假": "away", "加班": "overtime"}


def test_somebody_is_late_from_the_first_minute_beyond_the_grace_before_the_day_is_over(cast):
    graced = ShiftPlan("白班", (replace(make.DAY_PLAN.segments[0], late_grace=5),), flex_late=10)
    scheduling.change_shift(cast.day, graced, make.day("11-20"), by=make.ROOT, at=make.NOW)
    make.punch(cast.chen, "11-20 09:15")
    make.punch(cast.wang, "11-20 09:16")
    make.settle()
    found = {name: (row.state, row.late_minutes) for name, row in named(stand(cast))}
    assert (found["陈大白"], found["王主管"]) == (("here", 0), ("late", 6))


def test_somebody_is_missing_from_the_beginning_of_the_shift_on(cast):
    make.settle()
    found = [states(cast, when)["陈大白"] for when in ("11-20 08:59", "11-20 09:00")]
    assert found == ["later", "missing"]


def test_a_plan_is_a_plan_before_anything_is_settled(cast):
    DayResult.objects.all().delete()
    assert states(cast)["陈大白"] == "missing"
    assert states(cast)["赵夜班"] == "off"


def test_today_refreshes_as_a_fragment_and_counts(enter, cast):
    make.punch(cast.chen, "11-20 09:00")
    make.settle()
    he = enter("he")
    text = he.get("/attendance/today/?state=here", headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in text
    assert "陈大白" in text
    assert "王主管" not in text


def people(count, cast):
    """Many people with a month each, put in without ceremony."""
    made = Employee.objects.bulk_create(
        Employee(number=f"M{count}-{n:05d}", name=f"人{n}", hired_on=make.SINCE) for n in range(count)
    )
    Posting.objects.bulk_create(
        Posting(employee=e, department=cast.plant, site=cast.site, begins_on=make.SINCE) for e in made
    )
    MonthResult.objects.bulk_create(
        MonthResult(
            employee=e,
            month=make.day("10-01"),
            planned_days=18,
            attended_days=18,
            settled_at=make.NOW,
            **MINUTES,
            **NOUGHT,
        )
        for e in made
    )


@pytest.mark.parametrize("address", ["months/?month=2026-10&size=100", "months/?month=2026-10&export=csv", "today/"])
def test_a_page_asks_as_many_questions_for_500_people_as_for_50(enter, cast, address):
    he, asked = enter("he"), []
    he.get("/attendance/" + address)
    for count in (50, 500):
        people(count, cast)
        with CaptureQueriesContext(connection) as told:
            answer = he.get("/attendance/" + address)
            assert b"".join(answer) if answer.streaming else answer.content
        asked.append(len(told))
    assert asked[0] == asked[1]
    assert asked[0] < 30


def test_a_month_is_filtered_sorted_and_narrowed_to_a_department(enter, cast):
    make.punch(cast.chen, "11-19 09:07", "11-19 18:00")
    make.settle()
    he = enter("he")
    text = he.get(f"/attendance/months/?department={cast.field.pk}").content.decode()
    assert ("林小满" in text, "陈大白" in text) == (True, False)
    text = he.get("/attendance/months/?sort=-late_minutes&column=name&column=late_minutes").content.decode()
    assert text.index("陈大白") < text.index("王主管")
    assert "7 分" in text


def test_exceptions_are_finished_days_that_need_a_look(enter, cast):
    for when in ("11-18", "11-19"):
        make.punch(cast.chen, f"{when} 09:00", f"{when} 18:00")
    make.punch(cast.wang, "11-19 09:07", "11-19 18:00")
    make.settle()
    rows = queries.exceptions(make.day("11-18"), make.TODAY, cast.sales.pk, seen_by=cast.by("wang"), on=make.TODAY)
    found = {(d.employee.name, f"{d.date:%d}", d.status) for d in rows}
    assert {row for row in found if row[0] in {"陈大白", "王主管"}} == {
        ("王主管", "18", "absent"),
        ("王主管", "19", "late"),
    }


def export(browser, month="2026-11"):
    browser.post(f"/attendance/months/export/?month={month}")
    run = make.work_off(JobRun.objects.latest("pk"))
    assert run.state == "done", run.told
    return run, openpyxl.load_workbook(io.BytesIO(b"".join(browser.get(f"/jobs/{run.pk}/file/").streaming_content)))


def rows(book, name, no):
    """The rows of somebody in a sheet, by the headers of its third row."""
    lines = [[cell.value for cell in row] for row in book[name].iter_rows(min_row=3)]
    return [dict(zip(lines[0], line, strict=False)) for line in lines[1:] if line[3] == no]


def test_the_workbook_has_four_sheets_with_headers_in_row_3_and_the_right_numbers(enter, cast):
    make.punch(cast.chen, "11-18 09:07", "11-18 18:00", "11-19 09:00")
    told = {"by": make.ROOT, "at": make.NOW, "today": make.TODAY}
    punches.add_correction(cast.chen, make.at("11-19 18:00"), "忘打卡", **told)
    make.absence(cast.chen, "annual", "11-17 09:00", "11-17 18:00")
    make.absence(cast.chen, "trip", "11-16 09:00", "11-16 18:00")
    make.settle()
    _, book = export(enter("he"))
    assert book.sheetnames == SHEETS
    heads = {name: [cell.value for cell in book[name][3] if cell.value] for name in SHEETS}
    assert heads["月度汇总"] == [*MONTH_HEADER, *(h for h in heads["打卡时间"][len(WHO) :])]
    assert (heads["每日统计"], heads["原始记录"]) == (DAILY_HEADER, RAW_HEADER)
    assert (len(heads["打卡时间"]), heads["打卡时间"][6:8]) == (36, ["日", "2"])
    [month] = rows(book, "月度汇总", "00013")
    assert (month["部门"], month["应出勤天数"], month["工作时长(分钟)"]) == ("销售部", 14, 473 + 480)
    assert (month["迟到次数"], month["迟到时长(分钟)"], month["补卡次数"]) == (1, 7, 1)
    assert (month["年假(小时)"], month["出差时长(小时)"], month["旷工天数"]) == (8, 9, 10)
    assert (month["17"], month["18"], month["19"], month["20"]) == ("年假", "迟到7分钟", "正常", None)
    daily = {row["workDate"]: row for row in rows(book, "每日统计", "00013")}
    assert len(daily) == 19
    late = daily["2026-11-18"]
    assert [late[f"上班1打卡{x}"] for x in ("时间", "结果")] == ["09:07", "迟到"]
    assert [late[f"下班1打卡{x}"] for x in ("时间", "结果")] == ["18:00", "正常"]
    assert daily["2026-11-13"]["考勤结果"] == "旷工"
    assert rows(book, "打卡时间", "00013")[0]["18"] == "09:07\n18:00"
    raw = rows(book, "原始记录", "00013")
    assert [(r["打卡时间"], r["数据来源"]) for r in raw] == [
        ("2026-11-18 09:07:00", "考勤机"),
        ("2026-11-18 18:00:00", "考勤机"),
        ("2026-11-19 09:00:00", "考勤机"),
        ("2026-11-19 18:00:00", "补卡"),
    ]


def test_the_numbers_of_the_workbook_are_numbers_and_leading_zeros_stay(enter, cast):
    make.settle()
    _, book = export(enter("he"))
    [month] = rows(book, "月度汇总", "00012")
    assert isinstance(month["应出勤天数"], int)
    assert book["月度汇总"].cell(4, 4).data_type == "s"


def test_a_manager_exports_the_department_and_nobody_else(enter, cast):
    make.settle()
    _, book = export(enter("wang"))
    assert {row[3].value for row in book["月度汇总"].iter_rows(min_row=4)} == {"00011", "00012", "00013"}


def test_a_month_that_cannot_be_reckoned_for_somebody_is_exported_for_the_others(enter, cast):
    make.settle()
    CalendarYear.objects.filter(year=2026).delete()
    run, book = export(enter("he"), "2026-11")
    assert "5 人" in run.result["said"]
    assert len(rows(book, "月度汇总", "00013")) == 1


def test_a_leave_until_midnight_does_not_name_the_next_day(enter, cast):
    make.absence(cast.chen, "annual", "11-17 00:00", "11-18 00:00")
    make.absence(cast.chen, "sick", "11-18 00:00", "11-19 00:00")
    make.settle()
    _, book = export(enter("he"))
    [month] = rows(book, "月度汇总", "00013")
    assert (month["17"], month["18"]) == ("年假", "病假")


def test_an_exported_file_is_for_who_asked_and_for_seven_days(enter, cast, clock):
    make.settle()
    run, _ = export(enter("he"))
    address = f"/jobs/{run.pk}/file/"
    assert enter("sun").get(address).status_code == 404
    clock(make.NOW + dt.timedelta(days=7, seconds=1))
    assert enter("he").get(address).status_code == 404
    path_of(KeptFile.objects.get()).unlink()


def test_my_month_shows_plans_results_and_nothing_for_who_is_nobodys(enter, cast):
    make.punch(cast.chen, "11-19 09:07", "11-19 18:00")
    make.settle()
    text = enter("chen").get("/my/attendance/?month=2026-11").content.decode()
    assert "迟到7分钟" in text
    assert enter("sun").get("/my/attendance/").status_code == 200


def test_approvals_come_in_from_a_table(cast):
    from kaoqin.core.imports import kind_of

    kind, by = kind_of("absences"), cast.by("he")
    good = {"number": "00013", "kind": "年假", "start": "2026/11/18 9:00", "end": "2026-11-18T18:00:00", "remark": ""}
    made_up = {**good, "kind": "司庆假", "start": "2026-11-17 09:00", "end": "2026-11-17 18:00"}
    assert kind.check([good, made_up], by, make.TODAY) == []
    assert kind.take([good, made_up], by, make.NOW, lambda done: None) == "已登记 2 条。"
    make.settle()
    month = MonthResult.objects.get(employee=cast.chen, month=make.day("11-01"))
    assert month.leave_by_kind == {"annual": 480, "司庆假": 480}
    bad = [
        {**good, "number": "13"},
        {**good, "start": "x"},
        {**good, "end": "2026-11-18 09:00"},
        {**good, "kind": "长" * 31},
        {**good, "remark": "长" * 201},
    ]
    faults = kind.check(bad, by, make.TODAY)
    assert [(f.row, f.column) for f in sorted(faults, key=lambda f: f.row)] == [
        (0, "number"),
        (1, "start"),
        (2, "end"),
        (3, "kind"),
        (4, "remark"),
    ]
