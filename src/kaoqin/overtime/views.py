"""The form for overtime: what one types, what the law says to it, whom it would go to; also once more."""

import datetime as dt
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from kaoqin.approvals import queries as approvals
from kaoqin.approvals.attaching import TYPES
from kaoqin.approvals.models import Request
from kaoqin.approvals.words import ASK
from kaoqin.core.pages import attempt
from kaoqin.core.words import Refusal, read_number, say_minutes
from kaoqin.org import lead_queries
from kaoqin.org import queries as org
from kaoqin.org.models import Employee
from kaoqin.overtime import actions, queries
from kaoqin.overtime.asking import OVERTIME, Wanted, facts, read_wanted
from kaoqin.overtime.forms import OvertimeForm
from kaoqin.overtime.words import ASK_FOR_OTHERS, Way
from kaoqin.security.doors import may, require
from kaoqin.security.requests import AskedBy

MINUTE = dt.timedelta(minutes=1)


def ask(request: AskedBy) -> HttpResponse:
    """The form; `?request=` takes up one that was sent back. `preview` asks only what would be said to it."""
    require(request.by, ASK)
    again = _sent_back(request)
    who = again.employee if again else org.by_ids([request.by.employee_id or 0]).first()
    if who is None:
        return render(request, "approvals/no_employee.html")
    form = _form(request, who, again)
    if request.POST.get("preview"):
        form.fields["reason"].required = False  # it is typed last
        return render(
            request, "overtime/_advice.html", {**_advice(request, who, form, preview=True), "form": form, "oob": True}
        )
    files = [(one.name or "", one.read()) for one in request.FILES.getlist("files")]

    def change(_: dict[str, Any]) -> Request:
        told: dict[str, Any] = {"by": request.by, "at": request.asked_at}
        if again:
            return actions.ask_again(again, form.wanted(), files, **told)
        return actions.ask(who, form.wanted(), files, **told)

    made = attempt(form, change) if request.method == "POST" else None
    if made:
        messages.success(request, gettext("申请已提交。"))
        return redirect(f"/requests/{made.pk}/")
    return _page(request, who, form, again)


def _form(request: AskedBy, who: Employee, again: Request | None) -> OvertimeForm:
    usual: dict[str, Any] = {"date": request.today, "start": dt.time(18), "end": dt.time(20)}
    initial = OvertimeForm.shown(read_wanted(again.details)) if again else usual
    told: dict[str, Any] = {"applicant_id": who.pk, "on": request.today, "for_others": may(request.by, ASK_FOR_OTHERS)}
    form = OvertimeForm(request.POST or None, **told, initial=initial)
    if not form.is_bound:
        begin, end = (dt.datetime.combine(initial["date"], initial[name]) for name in ("start", "end"))
        form.offer(queries.ways([who.pk], begin, max(begin + MINUTE, end)))
    return form


def _sent_back(request: AskedBy) -> Request | None:
    key = read_number(request.GET.get("request", ""), 0)
    return approvals.sent_back(key, OVERTIME.code, seen_by=request.by, on=request.today) if key else None


def _page(request: AskedBy, who: Employee, form: OvertimeForm, again: Request | None) -> HttpResponse:
    context = {
        "form": form,
        "kind": OVERTIME,
        "again": again,
        "colleagues": lead_queries.colleagues(who.pk, request.today) if "people" in form.fields else [],
        "accepts": ",".join(TYPES),
        **_advice(request, who, form),
    }
    return render(request, "overtime/ask.html", context, status=422 if form.errors else 200)


def _as_offered(form: OvertimeForm) -> Wanted:
    """What is typed so far; a way which its day does not allow gives way to the usual one, and the field shows it."""
    wanted = form.wanted()
    ways = queries.ways(wanted.people, wanted.start, wanted.end) or tuple(Way)
    form.offer(ways)
    return wanted if wanted.way in ways else replace(wanted, way=ways[0])


def _advice(request: AskedBy, who: Employee, form: OvertimeForm, *, preview: bool = False) -> dict[str, Any]:
    """What is warned of, and who would decide what is typed so far."""
    told: dict[str, Any] = {}
    known: Any = {}
    try:
        if form.is_bound and form.is_valid():
            wanted = _as_offered(form) if preview else form.wanted()
            told["warnings"] = actions.rehearse(who.pk, wanted, by=request.by, at=request.asked_at)
            told["lines"] = _lines(wanted)
            known = facts(wanted.keep())
        told["forecast"] = approvals.who_would_decide(OVERTIME.code, who, known, on=request.today)
    except Refusal as refusal:
        told["refused"] = refusal.sentence
    return told


def _lines(wanted: Wanted) -> list[tuple[str, str]]:
    """How long it is, and the kinds of day that set its rate."""
    spells = queries.spells(wanted.people, wanted.start, wanted.end)
    kinds = list(dict.fromkeys(queries.say_kinds(one.parts) for one in spells.values()))
    return [(gettext("时长"), say_minutes(wanted.minutes)), (gettext("按"), " / ".join(kinds))]
