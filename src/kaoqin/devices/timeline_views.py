"""The page of all that happened with one terminal."""

import datetime as dt

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext

from kaoqin.core.words import Refusal
from kaoqin.devices import queries, timeline
from kaoqin.devices.words import COMMAND_DEVICES, REPAIR_LINES, Happening
from kaoqin.security.doors import may
from kaoqin.security.requests import AskedBy


def history(request: AskedBy, device_id: int) -> HttpResponse:
    """Of one kind or all, the newest first, page after page."""
    found = queries.device(device_id, seen_by=request.by)
    asked = request.GET.get("kind", "")
    kind = Happening(asked) if asked in Happening.values else None
    before = _mark(request.GET.get("before", ""))
    entries, older = timeline.entries(found, kind, seen_by=request.by, before=before)
    context = {
        "device": found,
        "title": gettext("经过"),
        "entries": entries,
        "kind": kind or "",
        "kinds": [("", gettext("全部")), *Happening.choices],
        "older": say_mark(older) if older else "",
        "later": before is not None,
        "may_command": may(request.by, COMMAND_DEVICES),
        "may_repair": may(request.by, REPAIR_LINES),
    }
    return render(request, "devices/timeline.html", context)


def say_mark(mark: timeline.Mark) -> str:
    """A mark as an address carries it."""
    return f"{mark.when.timestamp()!r},{mark.source},{mark.key}"


def _mark(text: str) -> timeline.Mark | None:
    """A mark as it was said in an address. Refuses what is none."""
    if not text:
        return None
    try:
        when, source, key = text.split(",")
        moment = dt.datetime.fromtimestamp(float(when), dt.UTC)
        return timeline.Mark(moment, int(source), int(key))
    except (ValueError, OverflowError, OSError) as wrong:
        raise Refusal("devices.no_mark", gettext("网址不完整,请从考勤机页面重新打开。")) from wrong
