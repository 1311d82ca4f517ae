"""Pages of whoever punches by phone: the button, one's own phones and their clients, the consent to one's position."""

from typing import Any
from urllib.parse import urlencode

import segno
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from kaoqin.core import pictures
from kaoqin.core.time import as_wall_clock
from kaoqin.core.words import say_list
from kaoqin.phones import pairing, photos, queries
from kaoqin.phones.proving import WITH_POSITION
from kaoqin.phones.standing import Standing
from kaoqin.phones.tokens import token_of, with_tokens
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
    who = Standing(request.by.employee_id, request.today)
    ways = who.ways
    context = {
        **_stated(who),
        "base": BASE,
        "gps": bool(WITH_POSITION & set(ways.ways)),
        "scan": bool({Way.QR, Way.FIXED_QR} & set(ways.ways)),
        "ways": ways.ways,
        "agreed": who.agrees_to(LOCATION),
        "purpose": LOCATION,
        "photo": ways.photo != Demand.NEVER,
        "photo_always": ways.photo == Demand.ALWAYS,
        "photo_agreed": who.agrees_to(PHOTO),
        "photo_purpose": PHOTO,
        "employee_id": request.by.employee_id,
    }
    return render(request, "phones/punch.html", context)


def _stated(who: Standing) -> dict[str, str]:
    """The site that states by which ways its people punch, and those; nothing where it states none."""
    stated = who.site_ways
    return {"site": stated.site.name, "ways_said": say_list(Way(one).label for one in stated.ways)} if stated else {}


def own(request: AskedBy) -> HttpResponse:
    """One's own phones, and the consent to one's position."""
    require(request.by, PUNCH)
    if request.by.employee_id is None:
        return render(request, "phones/no_employee.html")
    who, mine = Standing(request.by.employee_id, request.today), queries.phones_of(request.by.employee_id)
    context: dict[str, Any] = {
        "phones": [(one, PHONE_TONES[one.state], token_of(one)) for one in with_tokens(mine, request.today)],
        "unused_days": settings.TOKEN_DAYS,
        "ways": who.ways,
        "agreed": who.agrees_to(LOCATION),
        "purpose": LOCATION,
        "photos": [
            (
                as_wall_clock(one.record.at, one.record.zone),
                photos.address(one, seen_by=request.by, at=request.asked_at),
            )
            for one in queries.photos_of(request.by.employee_id)[:MOST_PHOTOS]
            if one.record
        ],
        "photo_agreed": who.agrees_to(PHOTO),
        "photo_purpose": PHOTO,
        "face_agreed": who.agrees_to(FACE),
        "face_purpose": FACE,
    }
    return render(request, "phones/own.html", context)


@require_POST
def pair(request: AskedBy) -> HttpResponse:
    """A code with which a native client or a mini-program is paired: to scan, or to type in. It is shown this once."""
    digits = pairing.offer(request.user, by=request.by, at=request.asked_at, today=request.today)
    server = settings.PUBLIC_URL or request.build_absolute_uri("/").rstrip("/")
    told = {"server": server, "account": request.user.username, "code": digits}
    drawn = segno.make(f"kaoqin://pair?{urlencode(told)}", error="m").svg_data_uri(scale=5, border=2, light="#fff")
    minutes = pairing.LASTS.seconds // 60
    context = {"picture": drawn, "halves": (digits[:4], digits[4:]), "minutes": minutes, **told}
    answer = render(request, "phones/pairing.html", context)
    answer["Cache-Control"] = "no-store"
    return answer


@require_POST
def revoke(request: AskedBy, token_id: int) -> HttpResponse:
    """A client speaks for a phone no longer; back to one's own phones, or to those of one's people."""
    found = pairing.revoke(token_id, by=request.by, at=request.asked_at, today=request.today)
    messages.success(request, gettext("已断开「{phone}」的客户端。").format(phone=found.phone.name))
    return redirect("phones:own" if found.phone.employee_id == request.by.employee_id else "phones:phones")


@require_GET
def photo(request: AskedBy, ticket: str) -> HttpResponse:
    """A photo of the spot, by an address made for whoever asks."""
    return pictures.show(photos.shown(ticket, seen_by=request.by, at=request.asked_at, today=request.today))
