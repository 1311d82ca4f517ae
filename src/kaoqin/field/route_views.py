"""One day of somebody in the field on the map: whom they meant to visit, whom they visited, and the way they went."""

import datetime as dt
from itertools import pairwise
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext

from kaoqin.core.places import Point, distance_m
from kaoqin.core.time import as_wall_clock
from kaoqin.core.words import NotFound
from kaoqin.field import queries
from kaoqin.field import visit_queries as visits_of
from kaoqin.field.models import Customer, PlanStop, Visit
from kaoqin.maps.scenes import Area, Line, Scene, Spot
from kaoqin.security.audit import record_access
from kaoqin.security.requests import AskedBy
from kaoqin.security.words import Look
from kaoqin.tracks import queries as tracks

TONES = {"inside": "green", "uncertain": "azure", "outside": "orange", "unknown": "purple"}


def day(request: AskedBy, employee_id: int, date: str) -> HttpResponse:
    """The plan dashed, the track that can be played where there is one, visits by their verdict."""
    try:
        of = dt.date.fromisoformat(date)
    except ValueError:
        raise NotFound("field.no_day", gettext("没有这一天。")) from None
    employee = visits_of.planned_for(employee_id, seen_by=request.by, on=request.today)
    visits, stops = visits_of.of_day(employee.pk, of), visits_of.stops(employee.pk, of, of)
    track = tracks.track_of(employee.pk, of, seen_by=request.by, on=request.today)
    record_access(request.by, [employee.pk], Look.ROUTE, request.path, at=request.asked_at)
    planned = [point for stop in stops if (point := queries.point_of(stop.customer))]
    context = {
        "employee": employee,
        "date": of,
        "visits": [
            (one, f"{as_wall_clock(one.started_at, one.zone):%H:%M}", visits_of.say_stay(one)) for one in visits
        ],
        "stops": stops,
        "planned_km": f"{sum(distance_m(*two) for two in pairwise(planned)) / 1000:.1f}",
        "track": track,
        "kilometres": f"{track.metres / 1000:.1f}" if track else "",
        "scene": _scene(visits, stops, planned, tracks.line_of(track) if track else None),
    }
    return render(request, "field/day.html", context)


def _scene(visits: list[Visit], stops: list[PlanStop], planned: list[Point], gone: Line | None) -> dict[str, Any]:
    lines = [Line(planned, "secondary", dashed=True)] if len(planned) > 1 else []
    customers = {one.customer_id: one.customer for one in stops} | {one.customer_id: one.customer for one in visits}
    met = {one.customer_id: one for one in visits}
    return Scene(
        areas=[Area(fence) for one in customers.values() if (fence := queries.fence_of(one))],
        spots=[spot for one in customers.values() if (spot := _spot(one, met.get(one.pk)))],
        lines=[gone, *lines] if gone else lines,
    ).drawn()


def _spot(customer: Customer, visit: Visit | None) -> Spot | None:
    """A customer by what became of them: visited in the tone of the verdict, not visited grey."""
    point = queries.point_of(customer)
    if point is None:
        return None
    if visit is None:
        return Spot(point, customer.name, "secondary")
    return Spot(point, customer.name, TONES[visit.verdict], f"/field/visits/{visit.pk}/")
