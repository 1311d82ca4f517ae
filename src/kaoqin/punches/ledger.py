"""The ledger's one door: `take` appends what is new and tells whose days it touches."""

import datetime as dt
import hashlib
import json
import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction

from kaoqin.core.outcomes import tell
from kaoqin.core.time import as_instant, load_wall_clock, store_wall_clock
from kaoqin.org import queries as org
from kaoqin.punches.models import PersonKey
from kaoqin.punches.words import TAKE_PUNCHES, Source, Trust
from kaoqin.security.doors import require
from kaoqin.security.words import Actor

DAY = dt.timedelta(days=1)
FIRST_YEAR = 2015
AHEAD = dt.timedelta(minutes=5)
CHUNK = 50_000


@dataclass(frozen=True, slots=True)
class Press:
    """One punch on its way in. `device_time` is the source's wall clock (naive), read in `zone`."""

    person_key: str
    device_time: dt.datetime
    zone: str
    origin: str = ""
    person_name: str = ""
    place: str = ""
    mark: str = ""
    evidence: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Taken:
    """What became of a batch: new in the ledger, known already, held for their clock, of nobody we know."""

    new: int = 0
    known: int = 0
    held: int = 0
    unknown: int = 0

    def __add__(self, other: "Taken") -> "Taken":
        pairs = zip(vars(self).values(), vars(other).values(), strict=True)
        return Taken(*(a + b for a, b in pairs))


def content_key(press: Press) -> uuid.UUID:
    """The identity of a punch: who, when by the device's own clock, on what, with which mark. Not the zone: a zone
    set right later must not double what is uploaded again."""
    said = "\x1f".join((press.origin, press.person_key, press.device_time.isoformat(), press.mark))
    return uuid.UUID(bytes=hashlib.blake2b(said.encode(), digest_size=16).digest())


_COLUMNS = (
    *("content_key", "employee_id", "person_key", "person_name", "device_time", "zone", "at", "received_at"),
    *("source", "origin", "place", "trust", "evidence", "batch_id"),
)
_STAGE = "CREATE TEMP TABLE press (LIKE punches_punch) ON COMMIT DROP; ALTER TABLE press DROP COLUMN id"
_APPEND = f"""
INSERT INTO punches_punch ({", ".join(_COLUMNS)}) SELECT {", ".join(_COLUMNS)} FROM press
ON CONFLICT (content_key) DO NOTHING RETURNING employee_id, device_time, trust
"""  # noqa: S608 - our own column names


@transaction.atomic
def take(presses: Sequence[Press], *, source: Source, by: Actor, at: dt.datetime, batch_id: int | None = None) -> Taken:
    """Append punches, each once however often it comes. Days of known people are told to settle again.

    A punch whose clock cannot be right (before 2015, or ahead of now) is kept and held; one of an unknown number is
    kept without employee. Nothing is dropped.
    """
    require(by, TAKE_PUNCHES)
    counted = Taken()
    for begin in range(0, len(presses), CHUNK):
        counted += _take_some(presses[begin : begin + CHUNK], source, at, batch_id)
    return counted


def _take_some(presses: Sequence[Press], source: Source, at: dt.datetime, batch_id: int | None) -> Taken:
    whose = Whose({press.person_key for press in presses})
    rows = [_row(press, whose, source, at, batch_id) for press in presses]
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS press")
        cursor.execute(_STAGE)
        with cursor.copy(f"COPY press ({', '.join(_COLUMNS)}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        cursor.execute(_APPEND)
        new = cursor.fetchall()
    tell_touched((employee_id, load_wall_clock(when)) for employee_id, when, trust in new if trust == Trust.COUNTS)
    return Taken(
        new=len(new),
        known=len(rows) - len(new),
        held=sum(trust == Trust.HELD for _, _, trust in new),
        unknown=sum(employee_id is None for employee_id, _, _ in new),
    )


def _row(press: Press, whose: "Whose", source: Source, at: dt.datetime, batch_id: int | None) -> tuple[Any, ...]:
    instant = as_instant(press.device_time, press.zone)
    held = press.device_time.year < FIRST_YEAR or instant > at + AHEAD
    return (
        content_key(press),
        whose.employee(press.person_key, press.origin, press.device_time.date()),
        press.person_key,
        press.person_name[:60],
        store_wall_clock(press.device_time),
        press.zone,
        instant,
        at,
        str(source),
        press.origin,
        press.place[:200],
        str(Trust.HELD if held else Trust.COUNTS),
        json.dumps({**press.evidence, **({"mark": press.mark} if press.mark else {})}, ensure_ascii=False),
        batch_id,
    )


class Whose:
    """Whose a number is: a stated meaning for its source, a stated meaning anywhere, else the employee number itself.

    Only exact matches count: 001 is not 1. Two queries for any number of numbers.
    """

    def __init__(self, keys: Iterable[str]) -> None:
        wanted = list(keys)
        self._stated: dict[tuple[str, str], list[tuple[dt.date, int | None]]] = defaultdict(list)
        for row in PersonKey.objects.filter(person_key__in=wanted).order_by("begins_on"):
            self._stated[row.person_key, row.origin].append((row.begins_on, row.employee_id))
        self._numbers = org.ids_by_number(wanted)

    def employee(self, key: str, origin: str, on: dt.date) -> int | None:
        for where in dict.fromkeys((origin, "")):
            said = [employee for begins, employee in self._stated.get((key, where), []) if begins <= on]
            if said:
                return said[-1]
        return self._numbers.get(key)


def tell_touched(times: Iterable[tuple[int | None, dt.datetime]]) -> None:
    """Tell which days of whom punches touch: the day itself, and its neighbours (night shifts, windows)."""
    spans: dict[int, tuple[dt.date, dt.date]] = {}
    for employee_id, local in times:
        if employee_id is not None:
            first, last = spans.get(employee_id, (local.date(), local.date()))
            spans[employee_id] = min(first, local.date()), max(last, local.date())
    if spans:
        tell("punches.changed", spans={key: (first - DAY, last + DAY) for key, (first, last) in spans.items()})
