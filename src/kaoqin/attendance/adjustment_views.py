"""Differences of closed days (月结差异): the list, one of them, taking it into the next month or not."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from kaoqin.attendance import adjusting, months
from kaoqin.attendance.closing_forms import ReasonForm
from kaoqin.attendance.closing_views import who
from kaoqin.attendance.models import Adjustment
from kaoqin.attendance.sheet_views import changes, say_causes
from kaoqin.attendance.views import month_choices
from kaoqin.attendance.words import (
    CLOSE_MONTHS,
    SEE_CLOSED,
    AdjustmentState,
)
from kaoqin.core.pages import attempt
from kaoqin.core.tables import Column, Filter, ListPage
from kaoqin.core.words import say_list
from kaoqin.security.doors import may, require
from kaoqin.security.requests import AskedBy


def adjustments(request: AskedBy) -> HttpResponseBase:
    """Differences of closed days, each with what caused it."""
    rows = months.adjustments(SEE_CLOSED, seen_by=request.by, on=request.today)
    page: ListPage[Adjustment] = ListPage(
        request,
        rows,
        title=gettext("月结差异"),
        columns=[
            *who(),
            Column("date", gettext("日期"), lambda a: a.date, "date", link=lambda a: f"/closing/adjustments/{a.pk}/"),
            Column("changes", gettext("变化"), _say_changes, wraps=True),
            Column("causes", gettext("由来"), lambda a: say_list(say_causes(a))),
            Column(
                "state",
                gettext("状态"),
                lambda a: a.get_state_display(),
                "state",
                tone=lambda a: _STATE_TONES[AdjustmentState(a.state)],
            ),
            Column("into", gettext("计入月份"), lambda a: f"{a.into:%Y-%m}" if a.into else "", "into"),
            Column("found_at", gettext("发现时间"), lambda a: a.found_at, "found_at"),
            Column("reason", gettext("不调整的原因"), lambda a: a.reason, hidden=True),
        ],
        search=["employee__number", "employee__name"],
        filters=[Filter("state", gettext("状态"), AdjustmentState.choices, "state"), _into_filter(request)],
        empty=gettext("没有差异:月结后的日子都和月结时一样。"),
    )
    return page.answer()


_STATE_TONES = {
    AdjustmentState.PENDING: "orange",
    AdjustmentState.ACCEPTED: "green",
    AdjustmentState.DISMISSED: "secondary",
}


def _into_filter(request: AskedBy) -> Filter:
    choices = [(f"{value}-01", label) for value, label in month_choices(request.today)]
    return Filter("into", gettext("计入月份"), choices, "into")


def _say_changes(row: Adjustment) -> str:
    return gettext(";").join(f"{label} {before} → {after}" for label, before, after in changes(row.before, row.after))


def adjustment(request: AskedBy, adjustment_id: int) -> HttpResponse:
    """A difference: its columns, its causes; HR takes it into the next month or dismisses it with a reason."""
    rows = months.adjustments(SEE_CLOSED, seen_by=request.by, on=request.today)
    found = months.one_of(rows, adjustment_id)
    if request.method == "POST":
        require(request.by, CLOSE_MONTHS)
    form = ReasonForm(request.POST or None)

    def change(said: dict[str, Any]) -> Adjustment:
        return adjusting.dismiss(adjustment_id, said["reason"], by=request.by, at=request.asked_at)

    made = attempt(form, change) if request.method == "POST" else None
    if made:
        messages.success(request, gettext("已记为不调整。"))
        return redirect("attendance:adjustments")
    context = {
        "found": found,
        "changes": changes(found.before, found.after),
        "causes": say_causes(found),
        "form": form,
        "tone": _STATE_TONES[AdjustmentState(found.state)],
        "open": found.state == AdjustmentState.PENDING and may(request.by, CLOSE_MONTHS),
    }
    return render(request, "attendance/adjustment.html", context, status=422 if form.errors else 200)


@require_POST
def accept(request: AskedBy, adjustment_id: int) -> HttpResponse:
    made = adjusting.accept(adjustment_id, by=request.by, at=request.asked_at)
    messages.success(request, gettext("已计入 {month:%Y-%m}。").format(month=made.into))
    return redirect("attendance:adjustments")
