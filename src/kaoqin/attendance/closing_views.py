"""HR's month end: how far each group is and what is open; the month of a group."""

import datetime as dt
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from kaoqin.attendance import checking, months
from kaoqin.attendance.closing_forms import MonthRuleForm
from kaoqin.attendance.models import MonthRule
from kaoqin.attendance.month_plans import keep_month_rule
from kaoqin.attendance.monthly import Rule
from kaoqin.attendance.scopes import Scope
from kaoqin.attendance.views import month_choices
from kaoqin.attendance.words import (
    CLOSE_MONTHS,
    MANAGE_ATTENDANCE_RULES,
)
from kaoqin.core.pages import attempt
from kaoqin.core.tables import Column, Filter
from kaoqin.core.time import read_month as month_named
from kaoqin.core.words import say_month
from kaoqin.scheduling import queries as scheduling
from kaoqin.security.doors import require
from kaoqin.security.requests import AskedBy

DAY = dt.timedelta(days=1)


def read_month(request: AskedBy) -> dt.date:
    """The month asked for, else the one before this: that is the one to close."""
    return month_named(request.GET.get("month", ""), (request.today.replace(day=1) - DAY).replace(day=1))


def overview(request: AskedBy) -> HttpResponse:
    """A month: each group's progress, and what is still open."""
    require(request.by, CLOSE_MONTHS)
    month = read_month(request)
    rows = checking.group_months(month, seen_by=request.by, on=request.today)
    sums = {
        name: sum(getattr(row, name) for row in rows)
        for name in ("people", "asked", "confirmed", "closed", "handed_over")
    }
    context = {
        "month": month,
        "months": _choices(month, request.today),
        "rows": rows,
        "sums": sums,
        "checks": checking.checks(Scope(month), seen_by=request.by, on=request.today),
        "running": month >= request.today.replace(day=1),
    }
    return render(request, "attendance/closing.html", context)


def _choices(month: dt.date, today: dt.date) -> list[tuple[str, str]]:
    """The months to choose from, the one that is shown always among them."""
    known = month_choices(today)
    shown = (f"{month:%Y-%m}", say_month(month))
    return known if shown in known else sorted([*known, shown], reverse=True)


def month_filter(request: AskedBy, lookup: str) -> Filter:
    months_ = [(value, label) for value, label in month_choices(request.today)]
    return Filter("month", gettext("月份"), months_, lookup)


def who() -> list[Column[Any]]:
    return [
        Column("number", gettext("工号"), lambda row: row.employee.number, "employee__number"),
        Column("name", gettext("姓名"), lambda row: row.employee.name, "employee__name"),
    ]


def month_rules(request: AskedBy, group_id: int) -> HttpResponse:
    """The month of a group: its cycle and its rules, dated."""
    require(request.by, MANAGE_ATTENDANCE_RULES)
    group = scheduling.group(group_id)
    versions = list(MonthRule.objects.filter(group=group).order_by("-begins_on"))
    newest = versions[0] if versions else None
    begin = {"begins_on": request.today.replace(day=1), "first_day": newest.first_day if newest else 1}
    form = MonthRuleForm(request.POST or None, initial={**vars(months.rule_of(newest) if newest else Rule()), **begin})

    def change(said: dict[str, Any]) -> MonthRule:
        return keep_month_rule(group, said["begins_on"], form.plan(), by=request.by, at=request.asked_at)

    made = attempt(form, change) if request.method == "POST" else None
    if made:
        messages.success(request, gettext("月度规则自 {begins_on} 起生效。").format(begins_on=made.begins_on))
        return redirect("attendance:month_rules", group_id)
    context = {"group": group, "versions": versions, "form": form}
    return render(request, "attendance/month_rules.html", context, status=422 if form.errors else 200)
