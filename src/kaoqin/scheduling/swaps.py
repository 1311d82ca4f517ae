"""What is asked for as a swap (换班): its details as JSON, what people read, and what its outcome must hold to. Pure but
for names."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Any

from django.utils.translation import gettext, gettext_lazy

from kaoqin.approvals.words import Details, Lines, RequestKind, request_kind
from kaoqin.org import queries as org
from kaoqin.scheduling import queries
from kaoqin.scheduling.words import Cell

DAY = dt.timedelta(days=1)
Span = tuple[dt.datetime, dt.datetime]
"""From–to of work, naive local."""
NIGHT_BEGINS, NIGHT_ENDS = 22 * 60, 6 * 60
"""Night work, 22:00 to 06:00."""


@dataclass(frozen=True)
class Swap:
    """Two people exchange what is planned for them on each of some dates; `stood` is what was planned, as cells."""

    mine: int
    other: int
    dates: tuple[dt.date, ...]
    stood: tuple[Cell, ...]
    reason: str

    def keep(self) -> dict[str, Any]:
        """The details as JSON."""
        cells = [[one.employee_id, one.date.isoformat(), one.shift_id] for one in self.stood]
        dates = [one.isoformat() for one in self.dates]
        return {"mine": self.mine, "other": self.other, "dates": dates, "stood": cells, "reason": self.reason}

    def swapped(self) -> list[Cell]:
        """The cells as they are after it."""
        planned = {(one.employee_id, one.date): one.shift_id for one in self.stood}
        turned = {self.mine: self.other, self.other: self.mine}
        return [Cell(one.employee_id, one.date, planned[turned[one.employee_id], one.date]) for one in self.stood]


def read_swap(details: Details) -> Swap:
    """A swap as its details were kept."""
    stood = tuple(Cell(key, dt.date.fromisoformat(date), shift) for key, date, shift in details["stood"])
    dates = tuple(dt.date.fromisoformat(one) for one in details["dates"])
    return Swap(details["mine"], details["other"], dates, stood, details["reason"])


def lines(details: Details) -> Lines:
    """What a person reads of it: who would work what instead of what."""
    swap = read_swap(details)
    names = dict(org.by_ids([swap.mine, swap.other]).values_list("pk", "name"))
    told = say_cells(swap)
    said = [(names.get(key, ""), gettext(";").join(some)) for key, some in told.items()]
    return [*said, (gettext("事由"), swap.reason)]


def say_cells(swap: Swap) -> dict[int, list[str]]:
    """What each would work instead of what, day by day: `11-23 D → N`."""
    shifts = queries.shifts({one.shift_id for one in swap.stood if one.shift_id})
    codes = {key: shift.code for key, shift in shifts.items()}
    found: dict[int, list[str]] = {swap.mine: [], swap.other: []}
    for before, after in zip(swap.stood, swap.swapped(), strict=True):
        old, new = (codes.get(one.shift_id or 0, gettext("休")) for one in (before, after))
        found[before.employee_id].append(f"{before.date:%m-%d} {old} → {new}")
    return found


def facts(details: Details) -> Mapping[str, Decimal]:
    """On how many dates."""
    return {"days": Decimal(len(details["dates"]))}


SWAP = request_kind(
    RequestKind(
        *("swap", gettext_lazy("换班"), lines, facts, "/requests/new/swap/", "repeat"),
        about=gettext_lazy("与同组同事对换排班,对方先同意"),
        place=60,
    )
)


def touches_night(span: Span) -> bool:
    """Whether work reaches into 22:00–06:00, 劳动法's usual night."""
    start, end = span
    midnight = dt.datetime.combine(start.date(), dt.time())
    nights = ((n * 1440 + NIGHT_BEGINS, (n + 1) * 1440 + NIGHT_ENDS) for n in (-1, 0, 1))
    begins, ends = ((one - midnight).total_seconds() // 60 for one in (start, end))
    return any(begins < last and ends > first for first, last in nights)


def short_rests(spans: Sequence[Span], least: dt.timedelta) -> list[tuple[dt.datetime, dt.datetime]]:
    """Where less than `least` lies between the work of one day and that of the next, (end, begin); `spans` are whole days
    of work in order."""
    return [(before[1], after[0]) for before, after in pairwise(spans) if after[0] - before[1] < least]
