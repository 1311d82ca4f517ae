"""What is asked for as a trip or an outing: its details as JSON, what people read of it, what a flow may ask."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext, gettext_lazy, pgettext

from kaoqin.approvals.words import Details, Lines, RequestKind, request_kind
from kaoqin.attendance.actions import Interval
from kaoqin.attendance.words import AbsenceKind
from kaoqin.core.words import say_list
from kaoqin.org import queries as org

NOON = dt.time(12)
DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Trip:
    """A trip or an outing: when (local time), where to, what for, and who comes along (employee ids)."""

    interval: Interval
    place: str
    purpose: str
    companions: tuple[int, ...] = ()

    def keep(self) -> dict[str, Any]:
        """The details as JSON."""
        when = {"start": self.interval.start.isoformat(), "end": self.interval.end.isoformat()}
        return {**when, "place": self.place, "purpose": self.purpose, "companions": list(self.companions)}


def read_trip(details: Details) -> Trip:
    """A trip as its details were kept."""
    start, end = (dt.datetime.fromisoformat(details[name]) for name in ("start", "end"))
    return Trip(Interval(start, end), details["place"], details["purpose"], tuple(details["companions"]))


def half_days(interval: Interval) -> Decimal:
    """How many days it takes, counted in mornings and afternoons (cut at noon) that it touches."""
    day, touched = interval.start.date(), 0
    while dt.datetime.combine(day, dt.time()) < interval.end:
        morning, noon, night = (dt.datetime.combine(day, dt.time()), dt.datetime.combine(day, NOON), day + DAY)
        evening = dt.datetime.combine(night, dt.time())
        touched += sum(
            interval.start < last and interval.end > first for first, last in ((morning, noon), (noon, evening))
        )
        day += DAY
    return Decimal(touched) / 2


def facts(details: Details) -> Mapping[str, Decimal]:
    """Days in halves, and hours from start to end."""
    interval = read_trip(details).interval
    hours = Decimal(int((interval.end - interval.start).total_seconds() // 60)) / 60
    return {"days": half_days(interval), "hours": round(hours, 2)}


def lines(details: Details) -> Lines:
    """What a person reads of it."""
    trip = read_trip(details)
    companions = org.by_ids(trip.companions).order_by("number").values_list("name", flat=True)
    told = [
        (gettext("时间"), f"{trip.interval.start:%Y-%m-%d %H:%M} – {_end(trip.interval)}"),
        (gettext("时长"), _length(details)),
        (pgettext("trip", "地点"), trip.place),
        (gettext("事由"), trip.purpose),
        (gettext("同行人"), say_list(companions)),
    ]
    return [(label, text) for label, text in told if text]


def _end(interval: Interval) -> str:
    """The end, without what it has in common with the start."""
    if interval.start.date() == interval.end.date():
        return f"{interval.end:%H:%M}"
    return (
        f"{interval.end:%m-%d %H:%M}" if interval.start.year == interval.end.year else f"{interval.end:%Y-%m-%d %H:%M}"
    )


def _length(details: Details) -> str:
    """Hours within a day, days beyond."""
    told, interval = facts(details), read_trip(details).interval
    if interval.end - interval.start < DAY:
        return gettext("{hours} 小时").format(hours=_number(told["hours"]))
    return gettext("{days} 天").format(days=_number(told["days"]))


def _number(value: Decimal) -> str:
    return f"{float(value):g}"


_MENDS = frozenset({"absent", "missing", "late", "serious_late", "early"})
TRIP = request_kind(
    RequestKind(
        *("trip", AbsenceKind.TRIP.label, lines, facts, "/requests/new/trip/", "briefcase"),
        about=gettext_lazy("去外地办事,可带同行人"),
        mends=_MENDS,
        for_others=True,
        place=40,
    )
)
OUTING = request_kind(
    RequestKind(
        *("outing", AbsenceKind.OUTING.label, lines, facts, "/requests/new/outing/", "walk"),
        about=gettext_lazy("当天出去见客户、办事"),
        mends=_MENDS,
        for_others=True,
        place=50,
    )
)
KINDS = {kind.code: kind for kind in (TRIP, OUTING)}
