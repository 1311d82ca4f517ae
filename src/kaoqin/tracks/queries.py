"""Questions about tracks. Those that show people take `seen_by=`."""

import datetime as dt

from django.db.models import Count, QuerySet
from django.utils.translation import gettext

from kaoqin.core.places import Point
from kaoqin.core.words import NotAllowed, NotFound
from kaoqin.maps.scenes import Line
from kaoqin.org import queries as org
from kaoqin.security.doors import require
from kaoqin.security.words import Actor
from kaoqin.tracks.models import TrackDay, TrackStay
from kaoqin.tracks.reckoning import way
from kaoqin.tracks.words import OWN_TRACK, SEE_TRACKS


def days(date: dt.date, *, seen_by: Actor, on: dt.date) -> QuerySet[TrackDay]:
    """The tracks of a day of the people within reach, with how many stays each has."""
    reached = org.people(SEE_TRACKS, seen_by=seen_by, on=on)
    rows = TrackDay.objects.filter(employee__in=reached, date=date).select_related("employee")
    return rows.annotate(stayed=Count("stays")).order_by("employee__number")


def own_days(employee_id: int) -> QuerySet[TrackDay]:
    """One's own days, the newest first; the caller is that person."""
    return TrackDay.objects.filter(employee=employee_id).annotate(stayed=Count("stays")).order_by("-date")


def day(employee_id: int, date: dt.date, *, seen_by: Actor, on: dt.date) -> TrackDay:
    """A day of oneself, or of somebody within reach."""
    code = OWN_TRACK if employee_id == seen_by.employee_id else SEE_TRACKS
    require(seen_by, code)
    reached = org.people(code, seen_by=seen_by, on=on)
    rows = TrackDay.objects.filter(employee__in=reached, employee=employee_id, date=date).select_related("employee")
    found = rows.first()
    if found is None:
        raise NotFound("tracks.no_day", gettext("这一天没有轨迹,或者不在您的管理范围内。"))
    return found


def track_of(employee_id: int, date: dt.date, *, seen_by: Actor, on: dt.date) -> TrackDay | None:
    """As `day`, or None where there is none, or whoever asks may not see it."""
    try:
        found = day(employee_id, date, seen_by=seen_by, on=on)
    except (NotFound, NotAllowed):
        return None
    return found if found.kept else None


def line_of(found: TrackDay) -> Line:
    """The way of a day for a map, with the second at which each place was reached."""
    gone = way(bytes(found.content), found.kept)
    return Line([Point(north, east) for _, north, east in gone], "blue", [second for second, _, _ in gone])


def stays(first: dt.date, last: dt.date, *, seen_by: Actor, on: dt.date) -> QuerySet[TrackStay]:
    """Where the people within reach stayed between two days."""
    reached = org.people(SEE_TRACKS, seen_by=seen_by, on=on)
    return TrackStay.objects.filter(day__employee__in=reached, day__date__range=(first, last))
