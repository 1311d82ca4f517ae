"""The form for a trip or an outing: what one types, whom it would go to, and submitting it, also once more."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from kaoqin.approvals import queries as approvals
from kaoqin.approvals.attaching import TYPES
from kaoqin.approvals.models import Request
from kaoqin.approvals.words import ASK
from kaoqin.attendance import trip_actions, trips
from kaoqin.attendance.forms import TripForm
from kaoqin.core.pages import attempt
from kaoqin.core.words import NotFound, Refusal, read_number
from kaoqin.org import lead_queries
from kaoqin.org.models import Employee
from kaoqin.security.doors import require
from kaoqin.security.requests import AskedBy


def ask(request: AskedBy, kind: str) -> HttpResponse:
    """The form; `?request=` takes up one that was sent back, `?for=` asks for somebody, `?date=` is the day. `preview` asks only who would decide."""
    require(request.by, ASK)
    if kind not in trips.KINDS:
        raise NotFound("attendance.no_kind", gettext("没有这种申请。"))
    again = _sent_back(request, kind)
    number = request.GET.get("for", "").strip()
    who = again.employee if again else approvals.applicant(number, seen_by=request.by, on=request.today)
    if who is None:
        return render(request, "approvals/no_employee.html")
    form = TripForm(request.POST or None, on=request.today, initial=_initial(request, again))
    if request.POST.get("preview"):
        return _preview(request, kind, who, form)
    files = [(one.name or "", one.read()) for one in request.FILES.getlist("files")]

    def change(_: dict[str, Any]) -> Request:
        told: dict[str, Any] = {"by": request.by, "at": request.asked_at}
        if again:
            return trip_actions.ask_again(again, form.trip(), files, **told)
        return trip_actions.ask(kind, who, form.trip(), files, **told)

    made = attempt(form, change) if request.method == "POST" else None
    if made:
        messages.success(request, gettext("申请已提交。"))
        return redirect(f"/requests/{made.pk}/")
    return _page(request, kind, who, form, again)


def _page(request: AskedBy, kind: str, who: Employee, form: TripForm, again: Request | None) -> HttpResponse:
    context = {
        "form": form,
        "kind": trips.KINDS[kind],
        "again": again,
        "who": who,
        "colleagues": lead_queries.colleagues(who.pk, request.today),
        "accepts": ",".join(TYPES),
        **_forecast(request, kind, who, form),
    }
    return render(request, "attendance/trip.html", context, status=422 if form.errors else 200)


def _sent_back(request: AskedBy, kind: str) -> Request | None:
    key = read_number(request.GET.get("request", ""), 0)
    return approvals.sent_back(key, kind, seen_by=request.by, on=request.today) if key else None


def _initial(request: AskedBy, again: Request | None) -> Mapping[str, Any]:
    if again:
        return TripForm.shown(trips.read_trip(again.details))
    date = request.GET.get("date", "")
    return {"start": f"{date}T09:00", "end": f"{date}T18:00"} if date else {}


def _preview(request: AskedBy, kind: str, who: Employee, form: TripForm) -> HttpResponse:
    return render(request, "approvals/_forecast.html", _forecast(request, kind, who, form))


def _forecast(request: AskedBy, kind: str, who: Employee, form: TripForm) -> dict[str, Any]:
    """Who would decide what is typed so far, and how long it takes; the plain case while there are no times."""
    facts: Mapping[str, Any] = {}
    told: dict[str, Any] = {}
    try:
        if form.is_bound and form.is_valid():
            trip = form.trip()
            trip_actions.check(who.pk, trip)
            facts = trips.facts(trip.keep())
            told["lines"] = trips.lines(trip.keep())[1:2]
        told["forecast"] = approvals.who_would_decide(kind, who, facts, on=request.today)
    except Refusal as refusal:
        told["refused"] = refusal.sentence
    return told
