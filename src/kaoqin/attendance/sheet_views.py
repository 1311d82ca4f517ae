"""One's own month: looking at it, confirming it, objecting to it, and the PDF of what was confirmed or closed."""

import datetime as dt
from collections.abc import Collection
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.http import content_disposition_header
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.http import require_POST

from kaoqin.attendance import comprehensive, confirming, months, queries
from kaoqin.attendance.closing_forms import ObjectionForm
from kaoqin.attendance.models import Adjustment, Confirmation
from kaoqin.attendance.months import Sheet
from kaoqin.attendance.paper import month_pdf
from kaoqin.attendance.saying import COLUMNS, badges, say_changed, say_day
from kaoqin.attendance.words import SEE_OWN_DAYS, Answer, kind_label, told_kinds
from kaoqin.core.pages import attempt
from kaoqin.core.sentences import tell
from kaoqin.core.words import NotFound, Refusal, say_minutes
from kaoqin.leave.queries import hidden_kinds
from kaoqin.org.models import Employee
from kaoqin.security.doors import require
from kaoqin.security.requests import AskedBy

ANSWER_TONES = {Answer.ASKED: "secondary", Answer.CONFIRMED: "green", Answer.READ: "yellow", Answer.OBJECTED: "red"}
BROKEN_BY: dict[str, str | Promise] = {
    "late": gettext_lazy("有迟到"),
    "early": gettext_lazy("有早退"),
    "missing": gettext_lazy("有缺卡"),
    "absent": gettext_lazy("有旷工"),
    "leave": gettext_lazy("请了影响全勤的假"),
    "partial": gettext_lazy("周期内入职或离职"),
    "no_plan": gettext_lazy("没有排班"),
}


def read_day(text: str) -> dt.date:
    """A day in an address. There is nothing where it is none."""
    try:
        return dt.date.fromisoformat(text)
    except ValueError as bad:
        raise NotFound("attendance.no_cycle", gettext("没有这个考勤周期。")) from bad


def changes(before: dict[str, Any], after: dict[str, Any]) -> list[tuple[str, str, str]]:
    """(label, before, after) of each column of a difference."""
    return [
        (str(COLUMNS.get(name, name)), say_changed(name, before.get(name)), say_changed(name, after.get(name)))
        for name in COLUMNS
        if name in before or name in after
    ]


def own_months(request: AskedBy) -> HttpResponse:
    """One's cycles that are over, with what there is to answer."""
    require(request.by, SEE_OWN_DAYS)
    if request.by.employee_id is None:
        return render(request, "attendance/no_employee.html")
    answers = {one.first: one for one in Confirmation.objects.filter(employee=request.by.employee_id)}
    found = months.months_of(request.by.employee_id, until=request.today)
    closed = months.closed_firsts(request.by.employee_id)
    rows = [(one, answers.get(one.first), one.first in closed) for one in found]
    return render(
        request, "attendance/own_months.html", {"rows": rows, "has_cycles": bool(comprehensive.own(by=request.by))}
    )


def own_month(request: AskedBy, first: str) -> HttpResponse:
    """The month as it would be confirmed; a POST objects to it."""
    require(request.by, SEE_OWN_DAYS)
    if request.by.employee_id is None:
        return render(request, "attendance/no_employee.html")
    day = read_day(first)
    form = ObjectionForm(request.POST or None)

    def change(said: dict[str, Any]) -> Confirmation:
        return confirming.object_to(day, said["reason"], by=request.by, at=request.asked_at)

    made = attempt(form, change) if request.method == "POST" else None
    if made:
        messages.success(request, gettext("异议已提交,人事和主管会答复您。"))
        return redirect("attendance:own_month", first)
    employee = queries.visible_person(request.by.employee_id, seen_by=request.by, on=request.today)
    return _page(request, employee, day, form)


def _page(request: AskedBy, employee: Employee, first: dt.date, form: ObjectionForm) -> HttpResponse:
    seen = months.sheet(employee, months.period_named(employee.pk, first, request.today))
    answer = Confirmation.objects.filter(employee=employee, first=first).first()
    odd = [day for day in seen.days if day.status not in {"normal", "rest"}]
    context = {
        "sheet": seen,
        "answer": answer,
        "form": form,
        "sums": said_sums(confirming.frozen(seen)),
        "odd": [(day, badges(day.status), say_day(day), day.date in seen.verdict.free) for day in odd],
        "broken_by": [BROKEN_BY[word] for word in seen.verdict.broken_by],
        "may_answer": answer is not None and answer.state != Answer.CONFIRMED and seen.closed is None,
        "carried": [(one, changes(one.before, one.after)) for one in _carried(seen)],
    }
    return render(request, "attendance/own_month.html", context, status=422 if form.errors else 200)


def _carried(seen: Sheet) -> list[Adjustment]:
    return months.carried_into(seen.employee.pk, seen.period.month)


def said_sums(said: dict[str, Any], hidden: Collection[str] = ()) -> list[tuple[str, str]]:
    """(label, value) of the sums of a sheet as it is kept, on the page and on paper: what is not nought, and always how
    many days. `hidden` kinds of leave are told as leave."""
    sums = said["sums"]
    told = [(gettext("应出勤"), gettext("{days} 天").format(days=sums["planned_days"]))]
    told += [(gettext("出勤"), gettext("{days} 天").format(days=sums["attended_days"]))]
    told += [(gettext("工作时长"), say_minutes(sums["worked_minutes"]))]
    times = {"late_times": gettext("迟到"), "early_times": gettext("早退"), "missing": gettext("缺卡")}
    counts = {**sums, "missing": sums["missing_in"] + sums["missing_out"]}
    told += [(label, gettext("{times} 次").format(times=counts[name])) for name, label in times.items() if counts[name]]
    if said["free_lates"]:
        told.append((gettext("其中免计"), gettext("{times} 次").format(times=said["free_lates"])))
    absent = {gettext("旷工"): sums["absent_days"], gettext("迟到折算旷工"): said["late_absent_days"]}
    days = {label: Decimal(text).normalize() for label, text in absent.items()}
    told += [(label, gettext("{days} 天").format(days=f"{some:f}")) for label, some in days.items() if some]
    leave = sorted(told_kinds(said["leave"], hidden).items())
    told += [(kind_label(kind), say_minutes(minutes)) for kind, minutes in leave if minutes]
    names = [name for name in COLUMNS if name.startswith(("overtime", "trip", "statutory", "night"))]
    told += [(str(COLUMNS[name]), say_minutes(sums[name])) for name in names if sums[name]]
    return [*told, (gettext("全勤"), gettext("否") if said["full_broken_by"] else gettext("是"))]


@require_POST
def confirm(request: AskedBy, first: str) -> HttpResponse:
    """确认: the digest says what was seen."""
    require(request.by, SEE_OWN_DAYS)
    day = read_day(first)
    try:
        confirming.confirm(day, request.POST.get("digest", ""), by=request.by, at=request.asked_at)
        messages.success(request, gettext("已确认,谢谢。"))
    except NotFound:
        raise
    except Refusal as refusal:
        messages.warning(request, refusal.sentence)
    return redirect("attendance:own_month", first)


def month_file(request: AskedBy, employee_id: int, first: str) -> HttpResponse:
    """The PDF of a month that was confirmed or closed: the numbers as they were then."""
    employee = queries.visible_person(employee_id, seen_by=request.by, on=request.today)
    seen = months.sheet(employee, months.period_named(employee.pk, read_day(first), request.today))
    answer = Confirmation.objects.filter(employee=employee, first=seen.period.first, state=Answer.CONFIRMED).first()
    if answer is None and seen.closed is None:
        raise NotFound("attendance.no_paper", gettext("这个月还没有确认,也没有月结。"))
    name = gettext("考勤确认_{number}_{month:%Y-%m}.pdf").format(number=employee.number, month=seen.period.month)
    if answer and seen.closed and seen.closed.digest != answer.digest:
        answer = None  # a confirmation of other numbers than those closed is none of them
    hidden = hidden_kinds(employee.pk, seen_by=request.by)
    response = HttpResponse(_pdf(seen, answer, hidden), content_type="application/pdf")
    response.headers["Content-Disposition"] = content_disposition_header(False, name) or ""
    return response


def _pdf(seen: Sheet, answer: Confirmation | None, hidden: Collection[str]) -> bytes:
    said = answer.sheet if answer else confirming.frozen(seen)
    days = [{**day, "worked": say_minutes(day["worked"]) if day["worked"] else ""} for day in said["days"]]
    period, employee = seen.period, seen.employee
    title = gettext("考勤月报 {month:%Y-%m}").format(month=period.month)
    who = gettext("{name}  工号 {number}").format(name=employee.name, number=employee.number)
    heads = [who, gettext("周期 {first} 至 {last}").format(first=period.first, last=period.last)]
    return month_pdf(title, heads, said_sums(said, hidden), days, _foot(seen, answer))


def _foot(seen: Sheet, answer: Confirmation | None) -> list[str]:
    """Who said yes when, to which digest; when it was closed."""
    told = []
    if answer and answer.answered_at:
        at = dt.datetime.astimezone(answer.answered_at)
        told += [
            gettext("员工于 {at:%Y-%m-%d %H:%M:%S} 确认。内容摘要(SHA-256):{digest}").format(
                at=at, digest=answer.digest
            )
        ]
    if seen.closed:
        at = dt.datetime.astimezone(seen.closed.closed_at)
        told += [
            gettext("于 {at:%Y-%m-%d %H:%M:%S} 月结。内容摘要(SHA-256):{digest}").format(
                at=at, digest=seen.closed.digest
            )
        ]
    return told


def say_causes(found: Adjustment) -> list[str]:
    """Why a closed day would be another now."""
    return [tell(one, "") for one in found.causes]
