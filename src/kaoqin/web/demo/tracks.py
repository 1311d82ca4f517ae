"""Tracks of the demo: the ways of the sales people with phones on the days of their visits, a point each half minute as a phone
would tell it: off by some metres, a jump now and then, nothing in between."""

import datetime as dt
import random
import uuid
from collections.abc import Iterator
from itertools import pairwise

from kaoqin.consent import choosing
from kaoqin.core.places import METRES_A_DEGREE, Datum, Point
from kaoqin.field.models import Visit
from kaoqin.tracks import settling
from kaoqin.tracks.taking import Row, take_batch
from kaoqin.tracks.words import TRACK
from kaoqin.web.demo.phones import OFFICE, DemoPhone

STEP_S, AT_ONCE = 30, 120
LEAST_STAY = dt.timedelta(minutes=8)
Knot = tuple[float, Point]


def fill_tracks(phones: list[DemoPhone], now: dt.datetime) -> None:
    """All but the last of these people agree to their track; where they were between their visits is drawn."""
    for phone in phones[:-1]:
        at = now - dt.timedelta(days=30)
        choosing.choose(TRACK, True, TRACK.version, by=phone.by, at=at, today=at.date())
        dates = Visit.objects.filter(employee=phone.phone.employee_id, started_at__lt=now).dates("date", "day")
        for date in dates:
            _live(phone, date, now)
    settling.reckon_waiting(now)


def _live(phone: DemoPhone, date: dt.date, now: dt.datetime) -> None:
    draw = random.Random(f"{phone.phone.employee.number} {date}")  # noqa: S311
    knots = list(_knots(phone, date, now))
    rows = [row for row in _rows(knots, draw) if row[0] < now.timestamp()]
    for first in range(0, len(rows), AT_ONCE):
        some = rows[first : first + AT_ONCE]
        at = dt.datetime.fromtimestamp(some[-1][0] + 1, dt.UTC)
        key = uuid.UUID(int=draw.getrandbits(128), version=4)
        take_batch(key, phone.phone.pk, some, Datum.WGS84, by=phone.by, at=at)


def _knots(phone: DemoPhone, date: dt.date, now: dt.datetime) -> Iterator[Knot]:
    """Where somebody truly was at which second: at the office until twenty minutes before the first visit, at each customer as
    long as the visit was, an even way in between."""
    visits = Visit.objects.filter(employee=phone.phone.employee_id, date=date).select_related("customer")
    told = [one for one in visits.order_by("started_at") if one.customer.north is not None]
    office = OFFICE.to(Datum.WGS84)
    if told:
        begin = told[0].started_at.timestamp()
        yield begin - 3600, office
        yield begin - 1500, office
    for one in told:
        stay = max(one.out_at - one.started_at, LEAST_STAY) if one.out_at else 2 * LEAST_STAY
        there = Point(one.customer.north or 0, one.customer.east or 0)
        yield one.started_at.timestamp(), there
        yield (one.started_at + stay).timestamp(), there


def _rows(knots: list[Knot], draw: random.Random) -> Iterator[Row]:
    for (since, here), (until, there) in pairwise(knots):
        if until <= since:
            continue
        second = since
        while second < until:
            share = (second - since) / (until - since)
            if draw.random() > 0.1:
                yield _seen(second, here, there, share, draw)
            second += STEP_S


def _seen(second: float, here: Point, there: Point, share: float, draw: random.Random) -> Row:
    sure = round(draw.lognormvariate(2.5, 0.4), 1)
    off = 150.0 if draw.random() < 0.02 else 0.0
    north = here.latitude + share * (there.latitude - here.latitude) + (draw.gauss(0, sure / 2) + off) / METRES_A_DEGREE
    east = here.longitude + share * (there.longitude - here.longitude) + draw.gauss(0, sure / 2) / METRES_A_DEGREE
    return round(second), north, east, sure
