"""Pages of whoever punches by phone: the button, one's own phones, the consent to one's position."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from kaoqin.core import pictures
from kaoqin.core.time import as_wall_clock
from kaoqin.phones import photos, queries
from kaoqin.phones.proving import WITH_POSITION
from kaoqin.phones.words import FACE, LOCATION, PHONE_TONES, PHOTO, PUNCH, Demand, Way
from kaoqin.security.doors import require
from kaoqin.security.requests import AskedBy

BASE = "/api/v1/phone"
MOST_PHOTOS = 12


def punch(request: AskedBy) -> HttpResponse:
    """The button. What it will do is asked by the page itself, with the position if that may be used."""
    require(request.by, PUNCH)
    if request.by.employee_id is None:
        return render(request, "phones/no_employee.html")
    ways = queries.ways_of(request.by.employee_id, request.today)
    context = {
        "base": BASE,
        "gps": bool(WITH_POSITION & set(ways.ways)),
        "scan": bool({Way.QR, Way.FIXED_QR} & set(ways.ways)),
        "ways": ways.ways,
        "agreed": queries.agrees_to_location(request.by.employee_id),
        "purpose": LOCATION,
        "photo": ways.photo != Demand.NEVER,
        "photo_always": ways.photo == Demand.ALWAYS,
        "photo_agreed": queries.agrees_to_photo(request.by.employee_id),
        "photo_purpose": PHOTO,
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
        "ways": queries.ways_of(request.by.employee_id, request.today),
        "agreed": queries.agrees_to_location(request.by.employee_id),
        "purpose": LOCATION,
        "photos": [
            (
                as_wall_clock(one.record.at, one.record.zone),
                photos.address(one, seen_by=request.by, at=request.asked_at),
            )
            for one in queries.photos_of(request.by.employee_id)[:MOST_PHOTOS]
            if one.record
        ],
        "photo_agreed": queries.agrees_to_photo(request.by.employee_id),
        "photo_purpose": PHOTO,
        "face_agreed": queries.agrees_to_face(request.by.employee_id),
        "face_purpose": FACE,
    }
    return render(request, "phones/own.html", context)


@require_GET
def photo(request: AskedBy, ticket: str) -> HttpResponse:
    """A photo of the spot, by an address made for whoever asks."""
    return pictures.show(photos.shown(ticket, seen_by=request.by, at=request.asked_at, today=request.today))
