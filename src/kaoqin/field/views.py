"""The page of one's own visits, for the phone."""

from django.http import HttpResponse
from django.shortcuts import render

from kaoqin.consent import queries as consent
from kaoqin.field.words import VISIT
from kaoqin.phones import queries as phones
from kaoqin.phones.words import LOCATION
from kaoqin.security.doors import require
from kaoqin.security.requests import AskedBy
from kaoqin.tracks.words import TRACK

BASE = "/api/v1"


def own(request: AskedBy) -> HttpResponse:
    """Today's plan, what is near, checking in and out. What it shows is asked by the page itself, with the position if
    that may be used."""
    require(request.by, VISIT)
    if request.by.employee_id is None:
        return render(request, "phones/no_employee.html")
    context = {
        "agreed": phones.agrees_to_location(request.by.employee_id),
        "purpose": LOCATION,
        "tracked": consent.agrees(request.by.employee_id, TRACK),
        "employee_id": request.by.employee_id,
    }
    return render(request, "field/own.html", context)
