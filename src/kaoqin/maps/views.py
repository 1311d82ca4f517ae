"""The page of the map services: what is set, how often it was asked, and an address to try it with."""

from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from kaoqin.core.pages import attempt
from kaoqin.maps import actions, queries
from kaoqin.maps.forms import AddressForm
from kaoqin.maps.scenes import Scene, Spot
from kaoqin.maps.words import FAULTS, LOCATE, SEE_MAPS, Candidate, Fault, Sureness
from kaoqin.security.doors import require
from kaoqin.security.requests import AskedBy


def state(request: AskedBy) -> HttpResponse:
    """What is set and how it goes; an address that is typed in is looked up and shown."""
    require(request.by, SEE_MAPS)
    form = AddressForm(request.POST or None)

    def change(said: dict[str, Any]) -> Candidate:
        return actions.locate(said["address"], said["city"], at=request.asked_at)

    found = attempt(form, change) if request.method == "POST" else None
    days = list(queries.days(request.today, seen_by=request.by))
    resting = next((one for one in days if one.rests_until and one.rests_until > request.asked_at), None)
    context = {
        "form": form,
        "found": found,
        "provider": queries.provider(),
        "tiles": settings.TILES,
        "daily": settings.GEOCODER_DAILY,
        "days": days,
        "today": next((one.asked for one in days if one.day == request.today), 0),
        "resting": resting and (FAULTS[Fault(resting.fault)], resting),
        "scene": Scene(spots=[Spot(found.point, form.cleaned_data["address"], "red")] if found else []).drawn(),
    }
    return render(request, "maps/state.html", context, status=422 if form.errors else 200)


@require_POST
def locate(request: AskedBy) -> HttpResponse:
    """A fragment for a form that asks for a place: where an address is, in the datum of the map beside it, or why nobody can say.
    It says so with 200 either way: it is put beside the address."""
    require(request.by, LOCATE)
    form = AddressForm(request.POST)
    found = attempt(form, lambda said: actions.locate(said["address"], said["city"], at=request.asked_at))
    context = {
        "form": form,
        "found": found,
        "point": found.point.to(settings.TILES.datum) if found else None,
        "exact": found is not None and found.sureness == Sureness.EXACT,
    }
    return render(request, "maps/_located.html", context)
