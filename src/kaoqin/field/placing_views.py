"""Pages on which customers without a place are looked up by their addresses, and what is unsure is confirmed."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import ngettext

from kaoqin.core.models import JobRun
from kaoqin.core.pages import attempt
from kaoqin.core.places import Datum, Point
from kaoqin.core.words import Refusal
from kaoqin.field import placing
from kaoqin.field.forms import PlacingForm
from kaoqin.field.models import Customer
from kaoqin.field.words import MANAGE_CUSTOMERS
from kaoqin.maps import queries as maps
from kaoqin.maps.scenes import Scene, Spot
from kaoqin.security.doors import require
from kaoqin.security.requests import AskedBy

SHOWN = 100
AT_FIRST = 200
"""How many are proposed to be looked up at once."""


def begin(request: AskedBy) -> HttpResponse:
    """How many lack a place, how many look-ups are left today, and the button."""
    require(request.by, MANAGE_CUSTOMERS, everywhere=True)
    waiting, left = placing.unplaced().count(), maps.left_today(request.today)
    form = PlacingForm(request.POST or None, initial={"count": max(1, min(waiting, left, AT_FIRST))})

    def change(said: dict[str, Any]) -> JobRun:
        return placing.ask_for_places(said["count"], said["city"], by=request.by, at=request.asked_at)

    run = attempt(form, change) if request.method == "POST" else None
    if run:
        return redirect("web:job", run.pk)
    context = {"form": form, "waiting": waiting, "bare": placing.without_address(), "left": left}
    context |= {"provider": maps.provider(), "daily": settings.GEOCODER_DAILY}
    return render(request, "field/placing.html", context, status=422 if form.errors else 200)


def outcome(request: AskedBy, run_id: int) -> HttpResponse:
    """What came of a look-up: the unsure ones on a map, to be taken as nearly right or placed by hand; those not found."""
    run = placing.run_of(run_id, seen_by=request.by)
    told = ""
    if request.method == "POST":
        try:
            return _adopt(request, run)
        except Refusal as refusal:
            told = refusal.sentence
    unsure, failed = placing.still_open(run), placing.not_found(run)
    context = {
        "run": run,
        "told": told,
        "unsure": unsure[:SHOWN],
        "unsure_count": len(unsure),
        "failed": failed[:SHOWN],
        "failed_count": len(failed),
        "scene": Scene(spots=[_spot(row, one) for row, one in unsure[:SHOWN]]).drawn() if unsure else None,
    }
    return render(request, "field/placed.html", context, status=422 if told else 200)


def _adopt(request: AskedBy, run: JobRun) -> HttpResponse:
    chosen = [int(one) for one in request.POST.getlist("customer") if one.isdecimal()]
    count = placing.adopt(run, chosen, by=request.by, at=request.asked_at, today=request.today)
    said = ngettext("{count} 家客户的位置已标为「待校准」。", "{count} 家客户的位置已标为「待校准」。", count)
    messages.success(request, said.format(count=count))
    return redirect("field:placed", run.pk)


def _spot(row: Customer, told: dict[str, Any]) -> Spot:
    point = Point(told["latitude"], told["longitude"], Datum(told["datum"]))
    return Spot(point, row.name, "orange", f"/field/customers/{row.pk}/")
