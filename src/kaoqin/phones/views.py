"""Pages of whoever punches by phone: the button, one's own phones, the consent to one's position."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from kaoqin.core.words import Refusal, read_number
from kaoqin.phones import actions, location, queries
from kaoqin.phones.proving import WITH_POSITION
from kaoqin.phones.words import PUNCH, Way
from kaoqin.security.doors import require
from kaoqin.security.requests import AskedBy

PHONE_TONES = {"bound": "green", "waiting": "yellow", "replaced": "secondary", "rejected": "red"}
BASE = "/api/v1/phone"


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
        "text": location.TEXT,
        "version": location.VERSION,
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
        "choices": queries.location_choices(request.by.employee_id)[:20],
        "text": location.TEXT,
        "version": location.VERSION,
    }
    return render(request, "phones/own.html", context)


@require_POST
def choose_location(request: AskedBy) -> HttpResponse:
    """I agree to the use of my position, or do so no longer."""
    require(request.by, PUNCH)
    given = request.POST.get("given") == "1"
    version = read_number(request.POST.get("version", ""), 0)
    try:
        actions.choose_location(given, version, by=request.by, at=request.asked_at, today=request.today)
        messages.success(request, gettext("已同意,打卡时会取位置。") if given else gettext("已撤回,打卡不再使用位置。"))
    except Refusal as refusal:
        messages.warning(request, refusal.sentence)
    back = "phones:punch" if request.POST.get("back") == "punch" else "phones:own"
    return redirect(reverse(back))
