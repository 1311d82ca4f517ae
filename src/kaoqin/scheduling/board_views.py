"""The roster board: people × days; painted, copied, undone, rolled out, exported."""

import datetime as dt
import io
import json
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from kaoqin.core.exports import XLSX, write_xlsx
from kaoqin.core.pages import attempt
from kaoqin.core.time import read_month
from kaoqin.core.words import Refusal, read_number
from kaoqin.org import number_queries, place_queries
from kaoqin.org import queries as org
from kaoqin.scheduling import queries, roster
from kaoqin.scheduling.forms import RollOutForm
from kaoqin.scheduling.words import PLAN, SEE_PLANS, Cell, Day
from kaoqin.security.doors import may, require
from kaoqin.security.requests import AskedBy

DAY = dt.timedelta(days=1)
PAGE = 50


def _month(request: HttpRequest, today: dt.date) -> dt.date:
    return read_month(request.GET.get("month", ""), today.replace(day=1))


def _people(request: AskedBy, month: dt.date) -> Any:
    """The people of the board: within reach, of the chosen department or group, employed in the month."""
    found = org.people(SEE_PLANS, seen_by=request.by, on=request.today)
    department, group = (read_number(request.GET.get(name, ""), 0) for name in ("department", "group"))
    if department:
        found = org.in_departments(found, department, request.today)
    if group:
        found = found.filter(pk__in=queries.members_between(group, month, _end(month)))
    asked = request.GET.get("q", "").strip()
    if asked:
        found = found.filter(number__icontains=asked) | found.filter(name__icontains=asked)
    return org.employed(found, month, _end(month)).order_by("number")


def _end(month: dt.date) -> dt.date:
    return (month + 31 * DAY).replace(day=1) - DAY


def board(request: AskedBy) -> HttpResponse:
    """A page of the board."""
    month = _month(request, request.today)
    people = _people(request, month)
    count = people.count()
    page = max(1, min(read_number(request.GET.get("page", ""), 1), -(-count // PAGE) or 1))
    shown = list(people[(page - 1) * PAGE : page * PAGE])
    dates = [month + n * DAY for n in range(_end(month).day)]
    shifts = queries.shifts()
    context = {
        "month": month,
        "before": (month - DAY).replace(day=1),
        "after": _end(month) + DAY,
        "days": _head(dates),
        "rows": _rows(shown, dates),
        "palette": [(s.id, s.code, s.latest().name, s.colour) for s in shifts.values() if s.open],
        "count": count,
        "page": page,
        "pages": -(-count // PAGE) or 1,
        "departments": place_queries.department_choices(SEE_PLANS, seen_by=request.by, on=request.today),
        "groups": queries.group_choices(),
        "department": request.GET.get("department", ""),
        "group": request.GET.get("group", ""),
        "q": request.GET.get("q", ""),
        "may_plan": may(request.by, PLAN),
        "today": request.today,
        "last_change": queries.last_change(request.by.account_id),
    }
    return render(request, "scheduling/board.html", context)


def _head(dates: list[dt.date]) -> list[Day]:
    try:
        return queries.days(queries.default_calendar(), dates[0], dates[-1])
    except Refusal:
        return [queries.plain_day(date) for date in dates]


def _rows(people: list[Any], dates: list[dt.date]) -> list[tuple[Any, list[tuple[dt.date, Any, bool]]]]:
    plans = queries.roster([e.pk for e in people], dates[0], dates[-1])
    return [(e, [(date, plans.get((e.pk, date)), _employed(e, date)) for date in dates]) for e in people]


def _employed(employee: Any, date: dt.date) -> bool:
    return bool(employee.hired_on <= date and (employee.left_on is None or date <= employee.left_on))


@require_POST
def paint(request: AskedBy) -> JsonResponse:
    """Set cells: `{"cells": [[employee, "2026-10-01", shift or null], …]}`; answers with the change, or why not."""
    require(request.by, PLAN)
    try:
        told = json.loads(request.body)
        cells = [Cell(int(e), dt.date.fromisoformat(d), int(s) if s else None) for e, d, s in told["cells"]]
    except (ValueError, KeyError, TypeError) as bad:
        raise Refusal("scheduling.bad_cells", gettext("排班数据格式不正确。")) from bad
    return _answer(lambda: roster.paint(cells, by=request.by, at=request.asked_at, today=request.today))


def _answer(change: Any) -> JsonResponse:
    try:
        return JsonResponse({"change": change()})
    except Refusal as refusal:
        return JsonResponse({"code": refusal.code, "sentence": refusal.sentence}, status=409)


@require_POST
def undo(request: AskedBy, change_id: int) -> JsonResponse:
    require(request.by, PLAN)
    return _answer(lambda: roster.undo(change_id, by=request.by, at=request.asked_at, today=request.today))


@require_POST
def copy(request: AskedBy) -> JsonResponse:
    """Copy days of people to other days: `{"people": […], "first": …, "last": …, "to": …}`."""
    require(request.by, PLAN)
    try:
        told = json.loads(request.body)
        people = [int(key) for key in told["people"]]
        first, last, to = (dt.date.fromisoformat(told[name]) for name in ("first", "last", "to"))
    except (ValueError, KeyError, TypeError) as bad:
        raise Refusal("scheduling.bad_cells", gettext("排班数据格式不正确。")) from bad
    span = (first, last, to)
    return _answer(lambda: roster.copy_days(people, *span, by=request.by, at=request.asked_at, today=request.today))


def roll_out(request: AskedBy) -> HttpResponse:
    """Lay a rotation over a range for some people."""
    require(request.by, PLAN)
    form = RollOutForm(request.POST or None, initial={"first": request.today, "last": request.today + 30 * DAY})

    def change(said: dict[str, Any]) -> object:
        people = number_queries.reached_by_numbers(said["numbers"], PLAN, seen_by=request.by, on=request.today)
        length = said["pattern"].days.count()
        positions = {key: (said["start"] - 1 - n * said["step"]) % length for n, key in enumerate(people)}
        span = (said["first"], said["last"])
        return roster.roll_out(
            said["pattern"], positions, *span, by=request.by, at=request.asked_at, today=request.today
        )

    made = attempt(form, change) if request.method == "POST" else None
    if made:
        messages.success(request, gettext("轮班已排好。"))
        return redirect(f"/roster/?month={form.cleaned_data['first']:%Y-%m}")
    context = {"form": form, "title": gettext("按轮班排"), "back": "/roster/", "back_label": gettext("排班表")}
    return render(request, "_parts/form_page.html", context, status=422 if form.errors else 200)


def export(request: AskedBy) -> HttpResponse:
    """The month as a sheet that can be filled in and brought back."""
    month = _month(request, request.today)
    people = list(_people(request, month))
    dates = [month + n * DAY for n in range(_end(month).day)]
    plans = queries.roster([e.pk for e in people], month, _end(month))
    rows = ([e.number, e.name, *(_code(plans.get((e.pk, date))) for date in dates)] for e in people)
    out = io.BytesIO()
    write_xlsx(out, f"{month:%Y-%m}", [gettext("工号"), gettext("姓名"), *(date.isoformat() for date in dates)], rows)
    name = content_disposition_header(True, gettext("排班_{month:%Y-%m}.xlsx").format(month=month)) or ""
    return HttpResponse(out.getvalue(), content_type=XLSX, headers={"Content-Disposition": name})


def _code(row: Any) -> str:
    return "" if row is None else row.shift.code if row.shift else gettext("休")
