"""The ledger of comprehensive hours (综合工时)."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext

from kaoqin.attendance import comprehensive
from kaoqin.attendance.views import month_choices
from kaoqin.attendance.words import (
    SEE_CLOSED,
)
from kaoqin.core.time import read_month as month_named
from kaoqin.security.doors import require
from kaoqin.security.requests import AskedBy


def comprehensive_hours(request: AskedBy) -> HttpResponse:
    """The ledger of comprehensive hours (综合工时): of a group's people, cycle by cycle."""
    require(request.by, SEE_CLOSED)
    day = min(month_named(request.GET.get("month", ""), request.today), request.today)
    found = comprehensive.ledger(day, seen_by=request.by, on=request.today)
    context = {
        "month": f"{day:%Y-%m}",
        "months": month_choices(request.today),
        "groups": comprehensive.by_group(found),
        "rows": found[:500],
        "more": max(len(found) - 500, 0),
        "title": gettext("综合工时台账"),
    }
    return render(request, "attendance/comprehensive.html", context)
