"""The ledger's rows: rules and law in force, lots with what is left, and how an entry is written."""

import datetime as dt
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection

from kaoqin.core.arrays import array_of
from kaoqin.core.lots import Lot
from kaoqin.core.sentences import Sentence
from kaoqin.leave.entitling import Law
from kaoqin.leave.models import LeaveEntry, LeaveKind, LeaveKindVersion, RegionParameter
from kaoqin.leave.words import NATION, Entry, Rules

AT_ONCE = 5_000
_FIELDS = tuple(Rules.__dataclass_fields__)


@dataclass(frozen=True)
class Kind:
    """A kind with its rules in force."""

    id: int
    code: str
    rules: Rules
    row: LeaveKind


def rules_of(version: LeaveKindVersion) -> Rules:
    return Rules(**{name: getattr(version, name) for name in _FIELDS})


def kinds_on(on: dt.date) -> dict[str, Kind]:
    """The kinds that have rules on a day, by code, in their order; closed ones too. One question."""
    rows = LeaveKindVersion.objects.filter(begins_on__lte=on).select_related("kind")
    newest = rows.order_by("kind__position", "kind", "-begins_on").distinct("kind__position", "kind")
    return {row.kind.code: Kind(row.kind_id, row.kind.code, rules_of(row), row.kind) for row in newest}


def law() -> Law:
    """The parameters of all regions; where a province has none of a name, the nation's hold. One question."""
    known: dict[tuple[str, str], tuple[list[dt.date], list[Decimal]]] = defaultdict(lambda: ([], []))
    rows = RegionParameter.objects.order_by("begins_on").values_list("region", "name", "begins_on", "value")
    for place, name, begins_on, amount in rows:
        dates, told = known[place, name]
        dates.append(begins_on)
        told.append(amount)

    def value(region: str, name: str, on: dt.date) -> Decimal | None:
        for where in (region, NATION):
            dates, told = known.get((where, name), ([], []))
            number = bisect_right(dates, on) - 1
            if number >= 0:
                return told[number]
        return None

    return value


@dataclass(frozen=True, slots=True)
class LotRow:
    """A lot with what is left of it and how many entries took from it."""

    id: int
    employee_id: int
    kind_id: int
    entry: str
    series: str
    begins_on: dt.date
    ends_on: dt.date | None
    left: int
    takings: int

    def usable(self, on: dt.date) -> bool:
        return self.begins_on <= on and (self.ends_on is None or on <= self.ends_on)

    def lot(self, rank: int = 0) -> Lot:
        return Lot(self.id, self.begins_on, self.ends_on, self.left, rank)


_LOTS = """
SELECT lot.id, lot.employee_id, lot.kind_id, lot.entry, lot.series, lot.begins_on, lot.ends_on,
       lot.minutes + COALESCE(sum(t.minutes), 0), count(t.id)
FROM leave_leaveentry lot LEFT JOIN leave_leaveentry t ON t.lot_id = lot.id
WHERE lot.lot_id IS NULL AND lot.employee_id = ANY(%s::bigint[])
GROUP BY lot.id ORDER BY lot.employee_id, lot.kind_id, lot.ends_on NULLS LAST, lot.begins_on, lot.id
"""


def lots(employee_ids: Iterable[int]) -> list[LotRow]:
    """All lots of some people, by employee and kind, what ends first before the others; one question."""
    with connection.cursor() as cursor:
        cursor.execute(_LOTS, [array_of(employee_ids)])
        return [LotRow(*row) for row in cursor.fetchall()]


@dataclass(frozen=True)
class Line:
    """An entry to be written. Without a lot it begins one."""

    employee_id: int
    kind_id: int
    entry: Entry
    on: dt.date
    minutes: int
    begins_on: dt.date
    ends_on: dt.date | None
    key: str
    said: Sentence
    lot_id: int | None = None
    series: str = ""
    steps: tuple[Sentence, ...] = ()
    taken_id: int | None = None

    def row(self, at: dt.datetime, by: int | None) -> LeaveEntry:
        told: dict[str, Any] = {name: getattr(self, name) for name in _PLAIN}
        steps = [one.keep() for one in self.steps]
        return LeaveEntry(**told, said=self.said.keep(), steps=steps, made_at=at, made_by_id=by)


_PLAIN = tuple(name for name in Line.__dataclass_fields__ if name not in {"said", "steps"})


def from_lot(lot: LotRow, entry: Entry, on: dt.date, minutes: int, key: str, said: Sentence, **more: Any) -> Line:
    """An entry that takes from a lot (or gives back to it)."""
    told = (lot.employee_id, lot.kind_id, entry, on, minutes, lot.begins_on, lot.ends_on, key, said, lot.id)
    return Line(*told, **more)


def write(lines: Sequence[Line], *, at: dt.datetime, by: int | None) -> int:
    """Append entries; returns how many. One that is there already is refused by the database."""
    return len(LeaveEntry.objects.bulk_create((line.row(at, by) for line in lines), batch_size=AT_ONCE))
