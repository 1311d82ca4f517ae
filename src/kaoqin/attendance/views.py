"""Pages of room attendance: my month, a day and why, today, months, days, exceptions."""

import datetime as dt
from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy

from kaoqin.approvals.words import kinds_that_mend
from kaoqin.attendance import actions, queries, reckoning
from kaoqin.attendance import months as months_of_people
from kaoqin.attendance.forms import RangeForm
from kaoqin.attendance.freezing import Judged, judged
from kaoqin.attendance.models import DayResult, MonthResult
from kaoqin.attendance.saying import badges, overtime_minutes, say_day, say_fault, say_step, worst_tone
from kaoqin.attendance.words import (
    EXPORT_DAYS,
    SEE_DAYS,
    SEE_OWN_DAYS,
    SETTLE,
    STATUS_LABELS,
    kind_label,
    told_kind,
    told_kinds,
)
from kaoqin.core.pages import attempt
from kaoqin.core.tables import Column, Filter, ListPage
from kaoqin.core.time import read_month as month_named
from kaoqin.core.words import WEEKDAYS, NotFound, Refusal, read_number, say_clock, say_minutes, say_month
from kaoqin.leave.queries import hidden_kinds
from kaoqin.org import place_queries
from kaoqin.org import queries as org
from kaoqin.scheduling import queries as scheduling
from kaoqin.security.doors import may, require
from kaoqin.security.requests import AskedBy

DAY = dt.timedelta(days=1)
SHOWN_TODAY = 300


def read_month(request: AskedBy) -> dt.date:
    """The month asked for (`?month=2026-10`), else this one."""
    return month_named(request.GET.get("month", ""), request.today.replace(day=1))


def read_department(request: AskedBy) -> int | None:
    return read_number(request.GET.get("department", ""), 0) or None


def department_filter(request: AskedBy) -> Filter:
    """The departments the asker reaches, as a tree; the room narrows the rows itself."""
    return Filter(
        "department",
        gettext("部门"),
        place_queries.department_choices(SEE_DAYS, seen_by=request.by, on=request.today),
        "",
    )


def month_choices(today: dt.date) -> list[tuple[str, str]]:
    first = today.replace(day=1)
    found = []
    for _ in range(18):
        found.append((f"{first:%Y-%m}", say_month(first)))
        first = (first - DAY).replace(day=1)
    return found


def _month_filter(request: AskedBy, month: dt.date) -> Filter:
    return Filter("month", gettext("月份"), month_choices(request.today), "", f"{month:%Y-%m}")


def own(request: AskedBy) -> HttpResponse:
    """My month."""
    require(request.by, SEE_OWN_DAYS)
    if request.by.employee_id is None:
        return render(request, "attendance/no_employee.html")
    return _month_page(request, request.by.employee_id)


def own_day(request: AskedBy, date: str) -> HttpResponse:
    """My day, under an address that is everybody's: where notices lead."""
    require(request.by, SEE_OWN_DAYS)
    if request.by.employee_id is None:
        return render(request, "attendance/no_employee.html")
    return redirect("attendance:day", request.by.employee_id, date)


def person(request: AskedBy, employee_id: int) -> HttpResponse:
    return _month_page(request, employee_id)


def _month_page(request: AskedBy, employee_id: int) -> HttpResponse:
    employee = queries.visible_person(employee_id, seen_by=request.by, on=request.today)
    month = read_month(request)
    total, days = queries.month_of(employee, month)
    last = queries.month_end(month)
    plans = scheduling.roster([employee.pk], month, last)
    cells = [
        _cell(month + n * DAY, days, plans.get((employee.pk, month + n * DAY)), request.today) for n in range(last.day)
    ]
    context = {
        "employee": employee,
        "own": employee.pk == request.by.employee_id,
        "month": month,
        "total": total,
        "leave": _leave_words(total, hidden_kinds(employee.pk, seen_by=request.by)),
        "weeks": _weeks(month, cells),
        "cells": cells,
        "before": (month - DAY).replace(day=1),
        "after": last + DAY,
        "weekdays": WEEKDAYS,
    }
    return render(request, "attendance/month.html", context)


def _leave_words(total: MonthResult | None, hidden: Collection[str]) -> list[tuple[str, int]]:
    told = told_kinds(total.leave_by_kind, hidden) if total else {}
    return [(kind_label(kind), minutes) for kind, minutes in sorted(told.items())]


def _cell(date: dt.date, days: dict[dt.date, DayResult], plan: Any, today: dt.date) -> dict[str, Any]:
    result = days.get(date)
    return {
        "date": date,
        "result": result,
        "today": date == today,
        "future": date > today,
        "shift": result.shift if result else plan.shift.code if plan and plan.shift else "",
        "badges": badges(result.status) if result else [],
        "tone": worst_tone(result.status) if result and not result.provisional else "",
        "said": say_day(result) if result else "",
        "overtime": overtime_minutes(result) if result else 0,
    }


def _weeks(month: dt.date, cells: list[dict[str, Any]]) -> list[list[dict[str, Any] | None]]:
    """The month as weeks from Monday to Sunday; None outside it."""
    padded: list[dict[str, Any] | None] = [None] * month.weekday() + list(cells)
    padded += [None] * (-len(padded) % 7)
    return [padded[n : n + 7] for n in range(0, len(padded), 7)]


def day(request: AskedBy, employee_id: int, date: str) -> HttpResponse:
    """A day with its trace: why it came out as it did."""
    employee = queries.visible_person(employee_id, seen_by=request.by, on=request.today)
    try:
        when = dt.date.fromisoformat(date)
    except ValueError as bad:
        raise NotFound("attendance.no_day", gettext("没有这一天。")) from bad
    if not 2000 <= when.year <= 2100:
        raise NotFound("attendance.no_day", gettext("没有这一天。"))
    trace, told = None, ""
    hidden = hidden_kinds(employee.pk, seen_by=request.by)
    try:
        trace = reckoning.explain(employee.pk, when, hidden)
    except Refusal as refusal:
        told = refusal.sentence
    result = queries.day_of(employee, when)
    absences, overtime = queries.approvals_of(employee, when)
    context = {
        "employee": employee,
        "own": employee.pk == request.by.employee_id,
        "date": when,
        "result": result,
        "badges": badges(result.status) if result else [],
        "numbers": _numbers(result),
        "steps": [(step, say_step(step.zh, step.en)) for step in trace.steps] if trace else [],
        "told": told,
        "absences": [(kind_label(told_kind(one.kind, hidden)), one) for one in absences],
        "overtime": overtime,
        "mends": kinds_that_mend(result.status) if result and employee.pk == request.by.employee_id else [],
        "before": when - DAY,
        "after": when + DAY,
        "closed": months_of_people.closed_on(employee.pk, when),
    }
    return render(request, "attendance/day.html", context)


_NUMBERS = (
    ("planned_minutes", gettext_lazy("应出勤")),
    ("worked_minutes", gettext_lazy("实出勤")),
    ("late_minutes", gettext_lazy("迟到")),
    ("early_minutes", gettext_lazy("早退")),
    ("absent_minutes", gettext_lazy("旷工")),
    ("unaccounted_minutes", gettext_lazy("缺卡待定")),
    ("forgiven_minutes", gettext_lazy("宽限")),
    ("leave_minutes", gettext_lazy("请假")),
    ("trip_minutes", gettext_lazy("出差外出")),
    ("overtime_workday_minutes", gettext_lazy("加班 150%")),
    ("overtime_rest_minutes", gettext_lazy("加班 200%")),
    ("overtime_statutory_minutes", gettext_lazy("加班 300%")),
    ("statutory_worked_minutes", gettext_lazy("法定节假日出勤 300%")),
    ("night_minutes", gettext_lazy("夜间")),
)


def _numbers(result: DayResult | None) -> list[tuple[str | Promise, int, str]]:
    """(label, minutes, column) of what is not nought; planned and worked always."""
    if result is None:
        return []
    pairs = [(label, getattr(result, name), name) for name, label in _NUMBERS]
    return [
        (label, minutes, name)
        for label, minutes, name in pairs
        if minutes or name in {"planned_minutes", "worked_minutes"}
    ]


def today(request: AskedBy) -> HttpResponse:
    """Who is here, late, missing, away: the fragment is asked for again every few seconds."""
    require(request.by, SEE_DAYS)
    now = timezone.localtime(request.asked_at).replace(tzinfo=None)
    rows = queries.today(read_department(request), seen_by=request.by, on=request.today, now=now)
    state = request.GET.get("state", "")
    found = [row for row in rows if not state or row.state == state]
    shown = found[:SHOWN_TODAY]
    who = org.with_posting(org.by_ids(row.employee_id for row in shown), request.today).in_bulk()
    context = {
        "title": gettext("今日考勤"),
        "counts": queries.count_states(rows),
        "rows": [(row, who[row.employee_id]) for row in shown],
        "found": len(found),
        "state": state,
        "states": queries.STATES,
        "names": place_queries.department_names(request.today),
        "departments": department_filter(request),
        "department": request.GET.get("department", ""),
        "now": now,
        "query": request.GET.urlencode(),
    }
    fragment = request.headers.get("HX-Request")
    return render(request, "attendance/_today.html" if fragment else "attendance/today.html", context)


def _minutes(name: str, label: str, *, hidden: bool = False) -> Column[Any]:
    return Column(
        name,
        label,
        lambda row: say_minutes(getattr(row, name)) if getattr(row, name) else "",
        name,
        True,
        hidden=hidden,
    )


def _count(name: str, label: str, *, hidden: bool = False) -> Column[Any]:
    return Column(name, label, lambda row: getattr(row, name) or "", name, True, hidden=hidden)


def _who(month: str = "") -> list[Column[Any]]:
    def link(row: Any) -> str:
        return f"/attendance/people/{row.employee_id}/" + (f"?month={month}" if month else "")

    return [
        Column("number", gettext("工号"), lambda row: row.employee.number, "employee__number", link=link),
        Column("name", gettext("姓名"), lambda row: row.employee.name, "employee__name", link=link),
    ]


def months(request: AskedBy) -> HttpResponseBase:
    """The month summary of a department."""
    month = read_month(request)
    rows = queries.months(month, read_department(request), seen_by=request.by, on=request.today)
    known: dict[int, Judged] = {}
    page: ListPage[MonthResult] = ListPage(
        request,
        rows,
        title=gettext("月度汇总 {month:%Y-%m}").format(month=month),
        columns=[
            *_who(f"{month:%Y-%m}"),
            _count("planned_days", gettext("应出勤天数")),
            _count("attended_days", gettext("出勤天数")),
            _count("rest_days", gettext("休息天数"), hidden=True),
            _minutes("worked_minutes", gettext("工作时长")),
            _count("late_times", gettext("迟到次数")),
            _minutes("late_minutes", gettext("迟到时长")),
            _count("serious_late_times", gettext("严重迟到")),
            _count("early_times", gettext("早退次数")),
            _minutes("early_minutes", gettext("早退时长"), hidden=True),
            _count("missing_in", gettext("上班缺卡")),
            _count("missing_out", gettext("下班缺卡")),
            Column("absent_days", gettext("旷工天数"), lambda m: m.absent_days or "", "absent_days", True),
            *_by_the_rule(known),
            _minutes("leave_minutes", gettext("请假")),
            _minutes("trip_minutes", gettext("出差外出"), hidden=True),
            _minutes("overtime_workday_minutes", gettext("加班 150%")),
            _minutes("overtime_rest_minutes", gettext("加班 200%")),
            _minutes("overtime_statutory_minutes", gettext("加班 300%")),
            _minutes("statutory_worked_minutes", gettext("节日出勤 300%"), hidden=True),
            _minutes("night_minutes", gettext("夜间"), hidden=True),
            _minutes("unaccounted_minutes", gettext("待定"), hidden=True),
        ],
        search=["employee__number", "employee__name"],
        filters=[_month_filter(request, month), department_filter(request)],
        empty=gettext("这个月还没有核算结果。给员工分组、排班并导入打卡后,结果会自动出现。"),
        template="attendance/months.html",
        more={
            "month": month,
            "may_export": may(request.by, EXPORT_DAYS),
            "may_settle": may(request.by, SETTLE),
            "waiting": queries.waiting_count(seen_by=request.by),
        },
    )
    known |= judged([row.employee_id for row in page.told], month, request.today)
    return page.answer()


def _by_the_rule(known: Mapping[int, Judged]) -> list[Column[Any]]:
    """What the month's rule makes of the cycle called by the month; closed ones as they were closed."""
    nothing = Judged(0, Decimal(0), None)

    def of(row: MonthResult) -> Judged:
        return known.get(row.employee_id, nothing)

    return [
        Column("free_lates", gettext("免计迟到"), lambda m: of(m).free_lates or "", numeric=True),
        Column("late_absent_days", gettext("迟到折算旷工"), lambda m: of(m).late_absent_days or "", numeric=True),
        Column(
            "full",
            gettext("全勤"),
            lambda m: gettext("全勤") if of(m).full else "",
            tone=lambda m: "green" if of(m).full else "",
        ),
    ]


_STATUS_FILTER = Filter("status", gettext_lazy("状态"), [(k, v) for k, v in STATUS_LABELS.items()], "status__contains")


def _clock(value: dt.datetime | None, date: dt.date) -> str:
    if value is None:
        return ""
    return say_clock((value.date() - date).days * 1440 + value.hour * 60 + value.minute)


def _say_so_far(day: DayResult) -> str:
    said = say_day(day)
    return gettext("进行中:{said}").format(said=said) if day.provisional else said


def _day_columns() -> list[Column[Any]]:
    return [
        Column(
            "date",
            gettext("日期"),
            lambda d: f"{d.date:%m-%d} {WEEKDAYS[d.date.weekday()]}",
            "date",
            link=lambda d: f"/attendance/people/{d.employee_id}/{d.date}/",
        ),
        *_who(),
        Column("shift", gettext("班次"), lambda d: d.shift or gettext("休息"), "shift"),
        Column("first_in", gettext("首次打卡"), lambda d: _clock(d.first_in, d.date), "first_in"),
        Column("last_out", gettext("末次打卡"), lambda d: _clock(d.last_out, d.date), "last_out"),
        Column("status", gettext("结果"), _say_so_far, "status"),
        _minutes("worked_minutes", gettext("工作时长")),
        _minutes("late_minutes", gettext("迟到")),
        _minutes("early_minutes", gettext("早退")),
        _minutes("absent_minutes", gettext("旷工"), hidden=True),
        _minutes("unaccounted_minutes", gettext("待定"), hidden=True),
        _minutes("leave_minutes", gettext("请假"), hidden=True),
        _minutes("trip_minutes", gettext("出差外出"), hidden=True),
        _minutes("overtime_workday_minutes", gettext("加班 150%")),
        _minutes("overtime_rest_minutes", gettext("加班 200%")),
        _minutes("overtime_statutory_minutes", gettext("加班 300%")),
        _minutes("night_minutes", gettext("夜间"), hidden=True),
    ]


def days(request: AskedBy) -> HttpResponseBase:
    """The daily details of a department."""
    month = read_month(request)
    rows = queries.days(month, queries.month_end(month), read_department(request), seen_by=request.by, on=request.today)
    return _days_page(
        request,
        rows,
        gettext("每日明细 {month:%Y-%m}").format(month=month),
        gettext("这个月还没有每日结果。给员工分组、排班并导入打卡后,结果会自动出现。"),
    )


def exceptions(request: AskedBy) -> HttpResponseBase:
    """Finished days that need a look."""
    month = read_month(request)
    rows = queries.exceptions(
        month, queries.month_end(month), read_department(request), seen_by=request.by, on=request.today
    )
    return _days_page(
        request, rows, gettext("考勤异常 {month:%Y-%m}").format(month=month), gettext("这个月没有异常,真好。")
    )


def _days_page(request: AskedBy, rows: Any, title: str, empty: str) -> HttpResponseBase:
    month = read_month(request)
    page: ListPage[DayResult] = ListPage(
        request,
        rows,
        title=title,
        columns=_day_columns(),
        search=["employee__number", "employee__name"],
        filters=[_month_filter(request, month), department_filter(request), _STATUS_FILTER],
        empty=empty,
    )
    return page.answer()


def faults(request: AskedBy) -> HttpResponseBase:
    """Days that could not be settled, and why."""
    page = ListPage(
        request,
        queries.settlement_faults(seen_by=request.by, on=request.today),
        title=gettext("无法核算"),
        columns=[
            *_who(),
            Column("first", gettext("从"), lambda f: f.first, "first"),
            Column("last", gettext("到"), lambda f: f.last, "last"),
            Column("why", gettext("原因"), lambda f: ";".join(map(say_fault, f.sentences))),
        ],
        search=["employee__number", "employee__name"],
        empty=gettext("没有无法核算的日子。"),
    )
    return page.answer()


def settle(request: AskedBy) -> HttpResponse:
    """Settle a range again, as a job with progress."""
    require(request.by, SETTLE)
    month = read_month(request)
    form = RangeForm(
        request.POST or None, initial={"first": month, "last": min(queries.month_end(month), request.today)}
    )
    run = (
        attempt(form, lambda said: actions.settle_again(**said, by=request.by, at=request.asked_at))
        if request.method == "POST"
        else None
    )
    if run:
        return redirect("web:job", run.pk)
    context = {
        "form": form,
        "title": gettext("重新核算"),
        "back": "/attendance/months/",
        "back_label": gettext("月度汇总"),
        "verb": gettext("重新核算"),
    }
    return render(request, "_parts/form_page.html", context, status=422 if form.errors else 200)
