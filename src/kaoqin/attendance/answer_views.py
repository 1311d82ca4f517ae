"""What people said of their months, and answering an objection."""

import datetime as dt
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from kaoqin.attendance import confirming, months
from kaoqin.attendance.closing_forms import ReplyForm
from kaoqin.attendance.closing_views import month_filter, who
from kaoqin.attendance.models import Confirmation
from kaoqin.attendance.sheet_views import ANSWER_TONES
from kaoqin.attendance.words import (
    ANSWER_OBJECTIONS,
    Answer,
)
from kaoqin.core.pages import attempt
from kaoqin.core.tables import Column, Filter, ListPage
from kaoqin.core.time import read_month as month_named
from kaoqin.security.requests import AskedBy

DAY = dt.timedelta(days=1)


def confirmations(request: AskedBy) -> HttpResponseBase:
    """What people said of their months."""
    rows = months.confirmations(ANSWER_OBJECTIONS, seen_by=request.by, on=request.today)
    named = request.GET.get("month", "")
    if named:
        month = month_named(named, dt.date(2000, 1, 1))
        rows = rows.filter(last__gte=month, last__lt=(month + 31 * DAY).replace(day=1))
    page: ListPage[Confirmation] = ListPage(
        request,
        rows,
        title=gettext("考勤确认"),
        columns=[
            *who(),
            Column(
                "span",
                gettext("周期"),
                lambda c: f"{c.first} – {c.last:%m-%d}",
                "first",
                link=lambda c: f"/closing/confirmations/{c.pk}/",
            ),
            Column(
                "state",
                gettext("状态"),
                lambda c: c.get_state_display(),
                "state",
                tone=lambda c: ANSWER_TONES.get(Answer(c.state), "azure"),
            ),
            Column("due_on", gettext("截止"), lambda c: c.due_on, "due_on"),
            Column("answered_at", gettext("答复时间"), lambda c: c.answered_at, "answered_at"),
            Column("reason", gettext("异议"), lambda c: c.reason),
            Column("reply", gettext("答复"), lambda c: c.reply, hidden=True),
            Column("digest", gettext("内容摘要"), lambda c: c.digest, hidden=True),
        ],
        search=["employee__number", "employee__name"],
        filters=[month_filter(request, ""), Filter("state", gettext("状态"), Answer.choices, "state")],
        empty=gettext("还没有发起考勤确认。"),
    )
    return page.answer()


def confirmation(request: AskedBy, confirmation_id: int) -> HttpResponse:
    """What somebody said of a month; an objection is answered here."""
    found = confirming.objection(confirmation_id, by=request.by, on=request.today)
    form = ReplyForm(request.POST or None)

    def change(said: dict[str, Any]) -> Confirmation:
        return confirming.reply(confirmation_id, said["reply"], by=request.by, at=request.asked_at)

    made = attempt(form, change) if request.method == "POST" else None
    if made:
        messages.success(request, gettext("已答复,员工会再次确认。"))
        return redirect("attendance:confirmations")
    context = {"answer": found, "form": form, "tone": ANSWER_TONES.get(Answer(found.state), "azure")}
    context["open"] = found.state == Answer.OBJECTED and found.employee_id != request.by.employee_id
    return render(request, "attendance/confirmation.html", context, status=422 if form.errors else 200)
