"""Closed months: the list as they were frozen, one of them, opening it again."""

import datetime as dt
from collections.abc import Collection
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from kaoqin.attendance import months
from kaoqin.attendance.closing_forms import ReasonForm
from kaoqin.attendance.closing_views import month_filter, who
from kaoqin.attendance.models import ClosedMonth
from kaoqin.attendance.reopening import differences, reopen
from kaoqin.attendance.saying import COLUMNS, say_changed
from kaoqin.attendance.sheet_views import ANSWER_TONES, BROKEN_BY
from kaoqin.attendance.words import (
    CLOSE_MONTHS,
    SEE_CLOSED,
    Answer,
    kind_label,
    told_kinds,
)
from kaoqin.core.pages import attempt
from kaoqin.core.tables import Column, Filter, ListPage
from kaoqin.core.time import read_month as month_named
from kaoqin.core.words import say_list, say_minutes
from kaoqin.leave.queries import hidden_kinds
from kaoqin.scheduling import queries as scheduling
from kaoqin.security.doors import may, require
from kaoqin.security.requests import AskedBy


def _minutes(name: str, *, hidden: bool = False) -> Column[Any]:
    return Column(
        name,
        COLUMNS[name],
        lambda row: say_minutes(getattr(row, name)) if getattr(row, name) else "",
        name,
        True,
        hidden=hidden,
    )


def _count(name: str, label: str, *, hidden: bool = False) -> Column[Any]:
    return Column(name, label, lambda row: getattr(row, name) or "", name, True, hidden=hidden)


def closed(request: AskedBy) -> HttpResponseBase:
    """Closed months, as they were frozen; the export is of these numbers."""
    hidden = hidden_kinds(None, seen_by=request.by)
    rows = months.closed_months(permission=SEE_CLOSED, seen_by=request.by, on=request.today)
    named = request.GET.get("month", "")
    rows = rows.filter(month=month_named(named, dt.date(2000, 1, 1))) if named else rows
    may_open = may(request.by, CLOSE_MONTHS)
    carried = months.carried_by_month(rows)
    page: ListPage[ClosedMonth] = ListPage(
        request,
        rows,
        title=gettext("已月结 {month}").format(month=named).strip(),
        columns=[
            *who(),
            Column("group", gettext("考勤组"), lambda m: m.group.name, "group__name"),
            Column(
                "span",
                gettext("周期"),
                lambda m: f"{m.first:%m-%d} – {m.last:%m-%d}",
                "first",
                link=lambda m: f"/closing/people/{m.pk}/",
            ),
            _count("planned_days", gettext("应出勤天数")),
            _count("attended_days", gettext("出勤天数")),
            _minutes("worked_minutes"),
            _count("late_times", gettext("迟到次数")),
            _count("free_lates", gettext("免计迟到")),
            Column(
                "late_absent_days",
                gettext("迟到折算旷工"),
                lambda m: m.late_absent_days or "",
                "late_absent_days",
                True,
            ),
            Column("absent_days", gettext("旷工天数"), lambda m: m.absent_days or "", "absent_days", True),
            _count("early_times", gettext("早退次数"), hidden=True),
            _count("missing_in", gettext("上班缺卡"), hidden=True),
            _count("missing_out", gettext("下班缺卡"), hidden=True),
            Column("leave", gettext("请假明细"), lambda m: _say_leave(m, hidden)),
            _minutes("trip_minutes", hidden=True),
            _minutes("overtime_workday_minutes"),
            _minutes("overtime_rest_minutes"),
            _minutes("overtime_statutory_minutes"),
            _minutes("statutory_worked_minutes", hidden=True),
            _minutes("night_minutes", hidden=True),
            Column(
                "full",
                gettext("全勤"),
                lambda m: gettext("全勤") if m.full_attendance else "",
                "full_attendance",
                tone=lambda m: "green" if m.full_attendance else "",
            ),
            Column("carried", gettext("计入的差异"), lambda m: carried.get((m.employee_id, m.month), "")),
            Column(
                "answer",
                gettext("员工确认"),
                lambda m: m.get_answer_display(),
                "answer",
                tone=lambda m: ANSWER_TONES.get(Answer(m.answer), "azure") if m.answer else "",
            ),
            Column("state", gettext("状态"), _say_state, "handed_over_at"),
            Column("digest", gettext("内容摘要"), lambda m: m.digest, hidden=True),
        ],
        search=["employee__number", "employee__name"],
        filters=[
            month_filter(request, ""),
            Filter("group", gettext("考勤组"), scheduling.group_choices(), "group"),
            Filter(
                "full", gettext("全勤"), [("True", gettext("全勤")), ("False", gettext("未全勤"))], "full_attendance"
            ),
        ],
        empty=gettext("还没有月结的月份。"),
        more={"may_open": may_open},
    )
    return page.answer()


def _say_leave(row: ClosedMonth, hidden: Collection[str]) -> str:
    told = sorted(told_kinds(row.leave_by_kind, hidden).items())
    return say_list(f"{kind_label(kind)} {say_minutes(minutes)}" for kind, minutes in told)


def _say_state(row: ClosedMonth) -> str:
    if row.reopened_at:
        return gettext("已重新打开")
    return gettext("已移交") if row.handed_over_at else gettext("已月结")


def closed_person(request: AskedBy, closed_id: int) -> HttpResponse:
    """A closed month: what it says, opening it again, and what changed since it was opened."""
    rows = months.closed_months(permission=SEE_CLOSED, seen_by=request.by, on=request.today)
    found = months.one_of(rows, closed_id)
    if request.method == "POST":
        require(request.by, CLOSE_MONTHS)
    form = ReasonForm(request.POST or None)

    def change(said: dict[str, Any]) -> ClosedMonth:
        return reopen(found, said["reason"], by=request.by, at=request.asked_at)

    made = attempt(form, change) if request.method == "POST" else None
    if made:
        messages.success(request, gettext("已重新打开,正在重新核算;改好后请再次月结。"))
        return redirect("attendance:closed_person", closed_id)
    changed = differences(found) if found.reopened_at else []
    context = {
        "closed": found,
        "state": _say_state(found),
        "form": form,
        "leave": _say_leave(found, hidden_kinds(found.employee_id, seen_by=request.by)),
        "broken_by": [BROKEN_BY[word] for word in found.full_broken_by],
        "changes": [
            (
                one.date,
                COLUMNS.get(one.column, one.column),
                say_changed(one.column, one.before),
                say_changed(one.column, one.after),
            )
            for one in changed
        ],
        "may_open": may(request.by, CLOSE_MONTHS) and not found.reopened_at and not found.handed_over_at,
    }
    return render(request, "attendance/closed_person.html", context, status=422 if form.errors else 200)
