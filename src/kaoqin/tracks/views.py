"""Pages of tracks: who went where on a day, one day on the map, where a team stays, and one's own."""

import datetime as dt
from typing import Any

from django.db.models import F
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext, pgettext

from kaoqin.consent import queries as consent
from kaoqin.core.places import Point
from kaoqin.core.tables import Column, ListPage
from kaoqin.core.words import NotFound
from kaoqin.maps.scenes import Scene, Spot
from kaoqin.security.audit import looks_at, record_access
from kaoqin.security.doors import require
from kaoqin.security.requests import AskedBy
from kaoqin.security.words import Look
from kaoqin.tracks import queries
from kaoqin.tracks.forms import DayForm, SpanForm
from kaoqin.tracks.models import TrackDay, TrackStay
from kaoqin.tracks.words import OWN_TRACK, SEE_TRACKS, TRACK

SHOWN_DAYS, SHOWN_LOOKS, MOST_STAYS, LONGEST_SPAN = 60, 5, 5_000, 31
DAY = dt.timedelta(days=1)


def say_clock_of(second: int | None) -> str:
    """A second of the day as 09:05; the small hours of the next day as 次日."""
    if second is None:
        return ""
    hours, minutes = divmod(second // 60, 60)
    clock = f"{hours % 24:02}:{minutes:02}"
    return gettext("次日 {clock}").format(clock=clock) if hours >= 24 else clock


def tracks(request: AskedBy) -> HttpResponseBase:
    """A day's tracks of the people within reach."""
    require(request.by, SEE_TRACKS)
    form = DayForm(request.GET or None)
    date = form.cleaned_data["date"] if form.is_bound and form.is_valid() else request.today
    page: ListPage[TrackDay] = ListPage(
        request,
        queries.days(date, seen_by=request.by, on=request.today),
        title=pgettext("list", "轨迹"),
        columns=[
            Column("number", gettext("工号"), lambda d: d.employee.number, "employee__number"),
            Column("name", gettext("姓名"), lambda d: d.employee.name, "employee__name", link=_address),
            Column("first", gettext("开始"), lambda d: say_clock_of(d.first_s), "first_s"),
            Column("last", gettext("结束"), lambda d: say_clock_of(d.last_s), "last_s"),
            Column("km", gettext("里程(公里)"), lambda d: f"{d.metres / 1000:.1f}", "metres", numeric=True),
            Column("stays", gettext("停留"), lambda d: getattr(d, "stayed", 0), "stayed", numeric=True),
            Column("points", gettext("定位点"), lambda d: d.count, "count", numeric=True),
            Column("off", gettext("不在岗未保存"), lambda d: d.not_kept, "not_kept", numeric=True),
        ],
        search=["employee__number", "employee__name"],
        empty=gettext("这一天没有轨迹。员工同意「在岗时记录轨迹」并在手机上打开后,才会记录。"),
        template="tracks/tracks.html",
        more={"date": date, "before": date - DAY, "after": date + DAY if date < request.today else None},
    )
    return page.answer()


def _address(row: TrackDay) -> str:
    return f"/tracks/{row.employee_id}/{row.date}/"


def day(request: AskedBy, employee_id: int, date: str) -> HttpResponse:
    """One day on the map: the way that can be played, where somebody stayed and how long."""
    try:
        of = dt.date.fromisoformat(date)
    except ValueError:
        raise NotFound("tracks.no_day", gettext("没有这一天。")) from None
    found = queries.day(employee_id, of, seen_by=request.by, on=request.today)
    record_access(request.by, [employee_id], Look.TRACK, request.path, at=request.asked_at)
    stays = list(found.stays.order_by("arrived_s"))
    told = [
        (one, say_clock_of(one.arrived_s), say_clock_of(one.left_s), (one.left_s - one.arrived_s) // 60)
        for one in stays
    ]
    context = {
        "day": found,
        "own": employee_id == request.by.employee_id,
        "stays": told,
        "first": say_clock_of(found.first_s),
        "last": say_clock_of(found.last_s),
        "kilometres": f"{found.metres / 1000:.1f}",
        "scene": _scene(found, stays),
    }
    return render(request, "tracks/day.html", context)


def _scene(found: TrackDay, stays: list[TrackStay]) -> dict[str, Any]:
    line = [queries.line_of(found)] if found.kept else []
    spots = [
        Spot(Point(one.latitude, one.longitude), f"{number} {say_clock_of(one.arrived_s)}", "green")
        for number, one in enumerate(stays, 1)
    ]
    return Scene(lines=line, spots=spots).drawn()


def heat(request: AskedBy) -> HttpResponse:
    """Where the people within reach stayed in some days, by minutes."""
    require(request.by, SEE_TRACKS)
    form = SpanForm(request.GET or {"first": request.today - 6 * DAY, "last": request.today})
    first, last = request.today - 6 * DAY, request.today
    if form.is_valid():
        first, last = form.cleaned_data["first"], form.cleaned_data["last"]
        if not first <= last < first + LONGEST_SPAN * DAY:
            form.add_error("last", gettext("请选 1 至 31 天。"))
    found: list[TrackStay] = []
    if form.is_valid():
        rows = queries.stays(first, last, seen_by=request.by, on=request.today)
        found = list(rows.select_related("day").order_by(F("arrived_s") - F("left_s"))[:MOST_STAYS])
        people = {one.day.employee_id for one in found}
        record_access(request.by, sorted(people), Look.HEAT, request.path, at=request.asked_at)
    warm = [(Point(one.latitude, one.longitude), (one.left_s - one.arrived_s) / 60) for one in found]
    context = {"form": form, "count": len(found), "most": MOST_STAYS, "scene": Scene(heat=warm).drawn()}
    return render(request, "tracks/heat.html", context, status=422 if form.errors else 200)


def own(request: AskedBy) -> HttpResponse:
    """One's own tracks: recording, consent, the days that are kept."""
    require(request.by, OWN_TRACK)
    if request.by.employee_id is None:
        return render(request, "phones/no_employee.html")
    rows = queries.own_days(request.by.employee_id)[:SHOWN_DAYS]
    context = {
        "days": [
            (one, say_clock_of(one.first_s), say_clock_of(one.last_s), f"{one.metres / 1000:.1f}") for one in rows
        ],
        "agreed": consent.agrees(request.by.employee_id, TRACK),
        "purpose": TRACK,
        "employee_id": request.by.employee_id,
        "looks": looks_at(request.by.employee_id)[:SHOWN_LOOKS],
    }
    return render(request, "tracks/own.html", context)
