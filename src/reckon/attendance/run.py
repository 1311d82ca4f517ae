"""Settling a whole company: cut the staff into parts, reckon them side by side, put the tables together."""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa

from reckon.attendance import arrows
from reckon.attendance.company import Facts
from reckon.attendance.frames import Frames, validate
from reckon.attendance.results import cut_range, cycles_table, days_table, months_table
from reckon.attendance.rules.fates import Fates
from reckon.attendance.settle import reckon
from reckon.attendance.words import (
    POINTS,
    PRESENCE,
    SUPERSEDED,
    UNKNOWN_EMPLOYEE,
    USED,
    USES,
    Progress,
    Results,
    Tables,
)
from reckon.columns import Ints, partition
from reckon.dated import day_number

PART = 2_000
"""Employees reckoned at once: columns of this size stay near the processor and leave enough parts to share."""


@dataclass(frozen=True)
class Part:
    """Some employees [first, end) and the rows of each kind of fact about them."""

    first: int
    end: int
    roster: Ints
    punches: Ints
    absences: Ints
    overtime: Ints

    def facts(self, whole: Facts) -> Facts:
        """Their facts out of all."""
        return whole.some(self.roster, self.punches, self.absences, self.overtime, self.first)


def settle(
    tables: Tables, first: date, last: date, *, workers: int | None = None, progress: Progress | None = None
) -> Results:
    """Settle the range first to last, both included, for every employee of the tables.

    Facts outside the range are the context of its edges; `punch_use` tells every punch row. Reckons on
    `workers` threads (default: one per processor). Raises Faults, before anything is reckoned, ValueError
    for a range that ends before it begins, UndatedError before the law began.
    """
    if first > last:
        raise ValueError(f"{first} is after {last}")
    tell = progress or (lambda *_: None)
    tell("核对", 0, 1)
    frames = validate(tables, day_number(first), day_number(last))
    tell("核对", 1, 1)
    uses = _blank(len(frames.punch_known))
    employee_no = pa.array(frames.staff.employee_no, pa.string())

    def one(part: Part) -> tuple[pa.Table, pa.Table, pa.Table]:
        staff, facts = frames.staff.some(part.first, part.end), part.facts(frames.facts)
        made = reckon(staff, frames.company, facts, day_number(first), day_number(last))
        _note(uses, part.punches, made.fates)
        cut = cut_range(made, day_number(first), day_number(last))
        return (
            days_table(cut, employee_no, part.first),
            months_table(cut, employee_no, part.first),
            cycles_table(cut, employee_no, part.first),
        )

    parts = []
    with ThreadPoolExecutor(workers or os.cpu_count() or 1) as pool:
        for made in pool.map(one, cut_parts(frames)):
            parts.append(made)
            tell("核算", min(len(parts) * PART, len(frames.staff)), len(frames.staff))
    days, months, cycles = (pa.concat_tables(tables) for tables in zip(*parts, strict=True))
    return Results(days, months, cycles, _with_use(tables.punches, uses))


def cut_parts(frames: Frames) -> Iterator[Part]:
    """Parts of PART employees each; one empty part where there is nobody."""
    size, facts = len(frames.staff), frames.facts
    count = max(-(-size // PART), 1)
    who = np.where(frames.punch_known, facts.punch_employee, count * PART)
    rows = [
        partition(codes, PART, count)
        for codes in (facts.roster_employee, who, facts.absence_employee, facts.overtime_employee)
    ]
    for number, own in enumerate(zip(*rows, strict=True)):
        yield Part(number * PART, min((number + 1) * PART, size), *own)


def _blank(rows: int) -> Fates:
    """A fate for every punch row, of an unknown employee until found otherwise."""
    return Fates(
        np.zeros(rows, np.int32),
        np.zeros(rows, np.int16),
        np.zeros(rows, np.int8),
        np.full(rows, UNKNOWN_EMPLOYEE, np.int8),
    )


def _note(uses: Fates, rows: Ints, fates: Fates) -> None:
    uses.date[rows], uses.segment[rows] = fates.date, fates.segment
    uses.point[rows], uses.use[rows] = fates.point, fates.use


def _with_use(punches: pa.Table, uses: Fates) -> pa.Table:
    """The table `punch_use`: the input's own columns, then what became of each row."""
    in_window = (uses.use == USED) | (uses.use == SUPERSEDED)
    served = in_window | (uses.use == PRESENCE)
    added = {
        "date": arrows.date(uses.date, served),
        "segment": arrows.number(uses.segment, in_window),
        "point": arrows.words(uses.point, POINTS, served),
        "use": arrows.words(uses.use, USES),
    }
    for name, column in added.items():
        punches = punches.append_column(name, column)
    return punches
