"""Positions of records are made coarse (坐标模糊) once nobody needs them to a metre: their month is closed, or whoever agreed to
their being used does so no longer, or has left.

Degrees are rounded to 0.01, in the columns and in the payload: a square of about 1 km, in which a town is still to be told from
another and a door no more. What was found by them stays: verdict, place, distance, accuracy, score and reasons.
"""

import datetime as dt
import json
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from typing import Any, NamedTuple

from django.db import connection

from kaoqin.core.arrays import array_of, text_array
from kaoqin.core.places import COARSE_DIGITS
from kaoqin.core.sentences import Sentence
from kaoqin.core.time import as_wall_clock
from kaoqin.phones.words import LOCATION, Keeping
from kaoqin.security.audit import record as remember
from kaoqin.security.doors import SYSTEM

Span = tuple[int, dt.date, dt.date]
AT_ONCE = 2_000
EVER = dt.date(1970, 1, 2), dt.date(9999, 12, 29)
KEPT_OF_POINT = ("accuracy_m", "taken_at", "provider", "mock")

WHOLE_ONES = """
SELECT r.id, r.employee_id, r.at, r.zone, r.latitude, r.longitude, r.payload, s.first, s.last
FROM unnest(%s::bigint[], %s::date[], %s::date[]) AS s(id, first, last)
JOIN phones_record r ON r.employee_id = s.id AND r.at >= s.first - 1 AND r.at < s.last + 2
WHERE r.keeping = 'whole' AND r.latitude IS NOT NULL ORDER BY r.id FOR UPDATE OF r
"""
KEEP = """
UPDATE phones_record r SET latitude = told.latitude, longitude = told.longitude, payload = told.payload,
 repeated = told.repeated, keeping = %s
FROM unnest(%s::bigint[], %s::float8[], %s::float8[], %s::text[], %s::boolean[])
 AS told(id, latitude, longitude, payload, repeated) WHERE r.id = told.id
"""


class Whole(NamedTuple):
    """A record with its position as it was sent, and the span of days that is to be coarse."""

    pk: int
    employee_id: int
    at: dt.datetime
    zone: str
    latitude: float
    longitude: float
    payload: str
    first: dt.date
    last: dt.date

    @property
    def point(self) -> tuple[int, float, float]:
        """Whose position, to the last digit."""
        return self.employee_id, self.latitude, self.longitude


def on_months_closed(spans: Sequence[Span], at: dt.datetime) -> None:
    """The positions of closed months are coarse from now on. The caller's transaction holds as many people as it means to
    change at once."""
    _coarsen(spans, at)


def on_purpose_ended(purpose: str, employee_ids: Collection[int], at: dt.datetime) -> None:
    """Of whoever agrees no longer, or has left, all positions are coarse at once."""
    if purpose == LOCATION.code:
        _coarsen([(one, *EVER) for one in employee_ids], at)


def _coarsen(spans: Sequence[Span], at: dt.datetime) -> None:
    """Positions of days (in the record's own zone) within the spans; those that are coarse already are left alone."""
    with connection.cursor() as cursor:
        ids, first, last = zip(*spans, strict=True)
        cursor.execute(WHOLE_ONES, [array_of(ids), array_of(first), array_of(last)])
        found = [row for row in map(Whole._make, cursor.fetchall()) if row.first <= _day(row) <= row.last]
    _keep(found)
    if found:
        said = Sentence("{count} 条手机打卡的坐标已模糊", count=len(found))
        remember(SYSTEM, "phones.coarsen", "phones", said, at=at)


def _day(row: Whole) -> dt.date:
    return as_wall_clock(row.at, row.zone).date()


def _keep(found: Sequence[Whole]) -> None:
    times = Counter(row.point for row in found)
    with connection.cursor() as cursor:
        for begin in range(0, len(found), AT_ONCE):
            some = found[begin : begin + AT_ONCE]
            columns: Iterable[Any] = (
                array_of(row.pk for row in some),
                [coarse(row.latitude) for row in some],
                [coarse(row.longitude) for row in some],
                text_array(without_point(row) for row in some),
                [times[row.point] > 1 for row in some],
            )
            cursor.execute(KEEP, [Keeping.COARSE, *columns])


def coarse(degrees: float) -> float:
    """Degrees as they are kept of a month that is closed."""
    return round(degrees, COARSE_DIGITS)


def without_point(row: Whole) -> str:
    """The payload with the coarse position in the place of that which was signed; of the position, only what is known
    besides where it was."""
    told = json.loads(row.payload)
    kept = {name: value for name, value in (told.get("point") or {}).items() if name in KEPT_OF_POINT}
    where = {"latitude": coarse(row.latitude), "longitude": coarse(row.longitude), "datum": "wgs84"}
    return json.dumps({**told, "point": {**where, **kept}}, ensure_ascii=False)
