"""Words of the attendance engine: vocabularies, the tables at its border, faults."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import pyarrow as pa

SYSTEMS: Final = ("standard", "comprehensive", "untimed")
CYCLES: Final = ("month", "quarter", "year")
BASES: Final = ("approved", "punched", "both")
MISSING_PUNCH: Final = ("incomplete", "absent")
DAY_KINDS: Final = ("workday", "rest", "statutory")
TRIP_KINDS: Final = frozenset({"trip", "outing", "field"})
"""Kinds of absence that are work elsewhere; every other kind is a kind of leave."""

USES: Final = (
    "used",
    "superseded",
    "duplicate",
    "presence",
    "outside_window",
    "not_employed",
    "unknown_employee",
)
USED, SUPERSEDED, DUPLICATE, PRESENCE, OUTSIDE_WINDOW, NOT_EMPLOYED, UNKNOWN_EMPLOYEE = range(7)
USE_COLUMNS: Final = ("date", "segment", "point", "use")
"""What `punch_use` adds to the columns of the punches."""
POINTS: Final = ("in", "out")
IN, OUT = range(2)

STATUSES: Final = ("absent", "missing", "serious_late", "late", "early", "leave", "trip", "overtime")

MINUTE_COLUMNS: Final = (
    "planned_minutes",
    "worked_minutes",
    "late_minutes",
    "early_minutes",
    "absent_minutes",
    "leave_minutes",
    "trip_minutes",
    "forgiven_minutes",
    "unaccounted_minutes",
    "overtime_workday_minutes",
    "overtime_rest_minutes",
    "overtime_statutory_minutes",
    "statutory_worked_minutes",
    "night_minutes",
)

REQUIRED_TABLES: Final = ("employees", "groups", "shifts", "roster", "punches", "calendar")
OPTIONAL_TABLES: Final = ("late_off_late_on", "absences", "overtime")
RESULT_TABLES: Final = ("days", "months", "cycles", "punch_use")

ArrowArray = Any
"""A `pyarrow.Array`; Any, because its stubs know little of dictionaries, structs and compute functions."""
ArrowColumn = Any
"""A `pyarrow.ChunkedArray`, as a table's column."""

Progress = Callable[[str, int, int], None]
"""Told what is being done, how much of it is done, and how much there is."""


@dataclass(frozen=True, order=True)
class Fault:
    """One thing wrong with the input: where it stands, what stands there, what should."""

    file: str
    line: int
    column: str
    value: str
    expected: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.column}: {self.value!r}: 应为 {self.expected}"


class Faults(Exception):  # noqa: N818 - they are the answer, not an accident
    """Everything wrong with the input, in the order of files and lines."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = sorted(set(faults))
        super().__init__("\n".join(map(str, self.faults)))


def line_after_header(row: int) -> int:
    """The line of a row (from 0) in a plain table: the header is line 1."""
    return row + 2


@dataclass(frozen=True)
class Origin:
    """Where a table came from: the name a fault gives it, the line of each of its rows, whether it could be read."""

    file: str
    line: Callable[[int], int] = line_after_header
    readable: bool = True


@dataclass(frozen=True)
class Tables:
    """The input: Arrow tables with the names and columns of the file interface, typed or text.

    `origins` names the files they came from (default: the table's own name); `faults` is what reading
    them has already found wrong, to be told together with the rest.
    """

    employees: pa.Table
    groups: pa.Table
    shifts: pa.Table
    roster: pa.Table
    punches: pa.Table
    calendar: pa.Table
    late_off_late_on: pa.Table | None = None
    absences: pa.Table | None = None
    overtime: pa.Table | None = None
    origins: Mapping[str, Origin] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True)
class Results:
    """The output: one Arrow table per result table of the file interface."""

    days: pa.Table
    months: pa.Table
    cycles: pa.Table
    punch_use: pa.Table
