"""Held punches by the stretches in which a terminal's clock was wrong, with what is known around each."""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext

from kaoqin.core.time import as_wall_clock, load_wall_clock
from kaoqin.core.words import NotFound
from kaoqin.devices import queries as devices
from kaoqin.devices.models import Operation
from kaoqin.punches.clock import Proposal, Reception, propose
from kaoqin.punches.models import ClockRepair, Correction, Punch
from kaoqin.punches.words import CORRECT_PUNCHES, Trust
from kaoqin.security.doors import require
from kaoqin.security.words import Actor

# A stretch ends where a good record of the terminal follows, or where its clock steps back: it died once more. Rows
# of one stretch come one for each moment at which some arrived, so that what came live can be told from a late batch.
_PARTS = """
WITH held AS (
    SELECT id, origin FROM punches_punch p WHERE trust = 'held' AND NOT EXISTS (
        SELECT FROM punches_correction c WHERE c.punch_id = p.id AND c.withdrawn_at IS NULL)
), reach AS (SELECT min(id) - 50000 AS low, max(id) + 50000 AS high FROM held
), told AS (
    SELECT p.id, p.origin, p.device_time, p.zone, p.received_at, p.trust = 'held' AS held FROM punches_punch p, reach
    WHERE p.id BETWEEN low AND high AND p.origin IN (SELECT origin FROM held)
    AND (p.trust = 'counts' OR p.id IN (SELECT id FROM held))
), step AS (
    SELECT *, (held IS DISTINCT FROM lag(held) OVER before
        OR held AND device_time < lag(device_time) OVER before - interval '1 minute')::int AS begins
    FROM told WINDOW before AS (PARTITION BY origin ORDER BY id)
), part AS (SELECT *, sum(begins) OVER (PARTITION BY origin ORDER BY id) AS part FROM step)
SELECT origin, part, held, min(id), max(id), count(*), min(device_time), max(device_time), min(zone), max(received_at)
FROM part GROUP BY origin, part, held, CASE WHEN held THEN received_at END ORDER BY origin, part, min(id)
"""


@dataclass(frozen=True)
class Stretch:
    """Held punches of one terminal under one wrong clock. `before` and `after` are the good punches next to them,
    `deeds` what was done to its clock or power meanwhile; times shown are naive."""

    origin: str
    first_id: int
    last_id: int
    zone: str
    receptions: tuple[Reception, ...]
    before: Punch | None
    after: Punch | None
    deeds: tuple[Operation, ...]

    @property
    def count(self) -> int:
        return sum(one.count for one in self.receptions)

    @property
    def first_shown(self) -> dt.datetime:
        return min(one.first for one in self.receptions)

    @property
    def last_shown(self) -> dt.datetime:
        return max(one.last for one in self.receptions)

    @property
    def proposal(self) -> Proposal:
        around = [load_wall_clock(one.device_time) if one else None for one in (self.before, self.after)]
        return propose(self.receptions, *around)

    @property
    def first_true(self) -> dt.datetime:
        """When the first punch was pressed, as proposed."""
        return self.first_shown + self.proposal.latest

    @property
    def first_true_earliest(self) -> dt.datetime | None:
        earliest = self.proposal.earliest
        return None if earliest is None else self.first_shown + earliest


def stretches(*, seen_by: Actor) -> list[Stretch]:
    """All stretches that wait to be repaired, by terminal. Four queries, however many."""
    require(seen_by, CORRECT_PUNCHES, everywhere=True)
    with connection.cursor() as cursor:
        cursor.execute(_PARTS)
        parts = [_Part.of(list(rows)) for _, rows in groupby(cursor.fetchall(), key=lambda row: row[:2])]
    around = [list(_neighbours(list(theirs))) for _, theirs in groupby(parts, key=lambda part: part.origin)]
    found = [one for some in around for one in some]
    known = Punch.objects.in_bulk({key for _, *sides in found for key in sides if key})
    deeds = devices.clock_deeds({part.origin for part, *_ in found})
    return [_stretch(part, known.get(before), known.get(after), deeds) for part, before, after in found]


@dataclass(frozen=True)
class _Part:
    """Neighbouring punches of a terminal: all held, or all good."""

    origin: str
    held: bool
    first_id: int
    last_id: int
    zone: str
    receptions: tuple[Reception, ...]

    @staticmethod
    def of(rows: list[tuple[Any, ...]]) -> "_Part":
        origin, _, held, *_, zone, _ = rows[0]
        receptions = tuple(
            Reception(count, load_wall_clock(first), load_wall_clock(last), as_wall_clock(received, zone))
            for *_, count, first, last, _, received in rows
        )
        return _Part(origin, held, min(row[3] for row in rows), max(row[4] for row in rows), zone, receptions)


def _neighbours(parts: list[_Part]) -> Iterator[tuple[_Part, int, int]]:
    """Each held part of a terminal with the ids of the good punches next to it; 0 for none."""
    for place, part in enumerate(parts):
        if part.held:
            before = next((one.last_id for one in reversed(parts[:place]) if not one.held), 0)
            yield part, before, next((one.first_id for one in parts[place + 1 :] if not one.held), 0)


def _stretch(part: _Part, before: Punch | None, after: Punch | None, deeds: Iterable[Operation]) -> Stretch:
    theirs = tuple(
        deed
        for deed in deeds
        if deed.device.serial == part.origin
        and (before is None or deed.received_at >= before.received_at)
        and (after is None or deed.received_at <= after.received_at)
    )
    return Stretch(part.origin, part.first_id, part.last_id, part.zone, part.receptions, before, after, theirs[:5])


def stretch(first_id: int, *, seen_by: Actor) -> Stretch:
    """The stretch that begins with a punch."""
    found = next((one for one in stretches(seen_by=seen_by) if one.first_id == first_id), None)
    if found is None:
        raise NotFound("punches.no_stretch", gettext("这些打卡已经修复,或者不需要修复。"))
    return found


def punches_of(one: Stretch) -> QuerySet[Punch]:
    """The held punches of a stretch that are not repaired, in the terminal's order."""
    corrected = Correction.objects.filter(punch=OuterRef("pk"), withdrawn_at__isnull=True)
    rows = Punch.objects.filter(origin=one.origin, trust=Trust.HELD, pk__range=(one.first_id, one.last_id))
    return rows.exclude(Exists(corrected)).order_by("pk")


def repairs(*, seen_by: Actor) -> QuerySet[ClockRepair]:
    """Repairs of clocks, the newest first."""
    require(seen_by, CORRECT_PUNCHES, everywhere=True)
    return ClockRepair.objects.select_related("made_by").order_by("-made_at", "-pk")


def repair(repair_id: int, *, seen_by: Actor) -> ClockRepair:
    found = repairs(seen_by=seen_by).filter(pk=repair_id).first()
    if found is None:
        raise NotFound("punches.no_repair", gettext("没有这次时钟修复。"))
    return found
