"""Pages where held punches get their true time back."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_POST

from kaoqin.core.pages import attempt
from kaoqin.punches import repairing
from kaoqin.punches import stretches as held
from kaoqin.punches.forms import ClockForm
from kaoqin.punches.stretches import Stretch
from kaoqin.security.requests import AskedBy

SHOWN_REPAIRS = 50


def stretches(request: AskedBy) -> HttpResponse:
    """Where clocks were wrong, by terminal, and what was repaired."""
    context = {
        "title": gettext("时钟修复"),
        "stretches": held.stretches(seen_by=request.by),
        "repairs": held.repairs(seen_by=request.by)[:SHOWN_REPAIRS],
    }
    return render(request, "punches/clock.html", context)


def stretch(request: AskedBy, punch_id: int) -> HttpResponse:
    """What each punch of a stretch becomes; posting it makes it so."""
    found = held.stretch(punch_id, seen_by=request.by)
    told = request.POST if request.method == "POST" else request.GET if "first_true" in request.GET else None
    form = ClockForm(told, initial={"first_true": found.first_true, "reason": gettext("考勤机时钟错误")})
    confirmed = request.method == "POST" and "preview" not in request.POST
    shown = _preview(request, found, form) if told is not None else None
    if shown is not None and confirmed and _repair(request, found, form):
        return redirect("punches:clock")
    if told is None:
        shown = repairing.preview(found, found.first_true, by=request.by, at=request.asked_at)
    fragment = request.headers.get("HX-Target") == "repaired"
    context = {"stretch": found, "form": form, "rows": shown, "fragment": fragment, "title": gettext("核对并修复时间")}
    template = "punches/_repaired.html" if fragment else "punches/stretch.html"
    return render(request, template, context, status=422 if form.errors else 200)


def _preview(request: AskedBy, found: Stretch, form: ClockForm) -> list[Any] | None:
    """What becomes of the punches at the time typed in; nothing, with the reason on the form, if that cannot be."""

    def look(said: dict[str, Any]) -> list[Any]:
        return list(repairing.preview(found, said["first_true"], by=request.by, at=request.asked_at))

    return attempt(form, look)


def _repair(request: AskedBy, found: Stretch, form: ClockForm) -> bool:
    def change(said: dict[str, Any]) -> object:
        return repairing.repair(found, said["first_true"], said["reason"], by=request.by, at=request.asked_at)

    if attempt(form, change) is None:
        return False
    said = ngettext(
        "{count} 条打卡已按真实时间计入,相关日期正在重新核算。",
        "{count} 条打卡已按真实时间计入,相关日期正在重新核算。",
        found.count,
    )
    messages.success(request, said.format(count=found.count))
    return True


@require_POST
def withdraw(request: AskedBy, repair_id: int) -> HttpResponse:
    repairing.withdraw(held.repair(repair_id, seen_by=request.by), by=request.by, at=request.asked_at)
    messages.success(request, gettext("已撤回,这些打卡重新等待核对。"))
    return redirect("punches:clock")
