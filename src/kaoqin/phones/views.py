"""Pages of whoever punches by phone: the button, one's own phones, the consent to one's position."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from kaoqin.phones import queries
from kaoqin.phones.proving import WITH_POSITION
from kaoqin.phones.standing import Standing
from kaoqin.phones.words import LOCATION, PHONE_TONES, PUNCH, Way
from kaoqin.security.doors import require
from kaoqin.security.requests import AskedBy

BASE = "/api/v1/phone"


def punch(request: AskedBy) -> HttpResponse:
    """The button. What it will do is asked by the page itself, with the position if that may be used."""
    require(request.by, PUNCH)
    if request.by.employee_id is None:
        return render(request, "phones/no_employee.html")
    ways = Standing(request.by.employee_id, request.today).ways
    context = {
        "base": BASE,
        "gps": bool(WITH_POSITION & set(ways.ways)),
        "scan": bool({Way.QR, Way.FIXED_QR} & set(ways.ways)),
        "ways": ways.ways,
        "agreed": queries.agrees_to_location(request.by.employee_id),
        "purpose": LOCATION,
        "employee_id": request.by.employee_id,
    }
    return render(request, "phones/punch.html", context)


def own(request: AskedBy) -> HttpResponse:
    """One's own phones, and the consent to one's position."""
    require(request.by, PUNCH)
    if request.by.employee_id is None:
        return render(request, "phones/no_employee.html")
    context: dict[str, Any] = {
        "phones": [(one, PHONE_TONES[one.state]) for one in queries.phones_of(request.by.employee_id)],
        "ways": Standing(request.by.employee_id, request.today).ways,
        "agreed": queries.agrees_to_location(request.by.employee_id),
        "purpose": LOCATION,
    }
    return render(request, "phones/own.html", context)
