"""The result tables made from a reckoning."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from reckon.attendance import arrows
from reckon.attendance.company import REST
from reckon.attendance.rules.cycles import sum_cycles
from reckon.attendance.rules.months import leave_by_kind, sum_months
from reckon.attendance.rules.status import status_codes, status_texts
from reckon.attendance.settle import Reckoning
from reckon.attendance.words import DAY_KINDS, TRIP_KINDS, ArrowArray
from reckon.columns import Bools, Ints
from reckon.dated import parameters

_NUMBERS_BEFORE_TIMES = (
    "planned_minutes",
    "worked_minutes",
    "late_minutes",
    "serious_late",
    "early_minutes",
    "absent_minutes",
    "missing_in",
    "missing_out",
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


@dataclass(frozen=True)
class Cut:
    """The part of a reckoning that lies in the range.

    `shape` is people × dates of the grid, `dates` the grid's dates of the range, `rows` the days that make
    a row: employed and in the range.
    """

    reckoning: Reckoning
    columns: slice
    dates: Ints
    present: Bools
    rows: Ints

    def grid(self, values: Ints) -> Ints:
        """A column of the grid as people × dates of the range."""
        days = self.reckoning.days
        return values.reshape(days.people, len(days.dates))[:, self.columns]


def cut_range(reckoning: Reckoning, first: int, last: int) -> Cut:
    """Cut the range first to last (day numbers) out of a reckoning."""
    days = reckoning.days
    low, high = np.searchsorted(days.dates, [first, last + 1]).tolist()
    inside = days.employed & (days.date >= first) & (days.date <= last)
    present = inside.reshape(days.people, len(days.dates))[:, low:high]
    return Cut(reckoning, slice(low, high), days.dates[low:high], present, np.flatnonzero(inside))


def days_table(cut: Cut, employee_no: ArrowArray, offset: int) -> pa.Table:
    """The table `days`; `employee_no` holds all employees, ours begin at `offset`."""
    made, rows = cut.reckoning, cut.rows
    days, company, columns = made.days, made.company, made.columns
    shift = days.shift[rows]
    kind, _ = company.calendar.kind_on(days.date[rows])
    status = status_codes(columns["status"][rows], shift != REST)
    return pa.table(
        {
            "employee_no": arrows.words(days.employee[rows] + offset, employee_no),
            "date": arrows.date(days.date[rows]),
            "shift": arrows.words(shift, pa.array(company.shifts.name, pa.string()), shift != REST),
            "day_kind": arrows.words(kind, DAY_KINDS),
            **{name: arrows.number(columns[name][rows]) for name in _NUMBERS_BEFORE_TIMES},
            "first_in": arrows.moment(columns["first_in"][rows], columns["has_first_in"][rows] > 0),
            "last_out": arrows.moment(columns["last_out"][rows], columns["has_last_out"][rows] > 0),
            "status": arrows.words(status, status_texts()),
        }
    )


def months_table(cut: Cut, employee_no: ArrowArray, offset: int) -> pa.Table:
    """The table `months`."""
    made = cut.reckoning
    kinds = [number for number, kind in enumerate(made.facts.kinds) if kind not in TRIP_KINDS]
    leave = leave_by_kind(made.days, made.plan, made.free, made.away, kinds)
    by_kind = {made.facts.kinds[kind]: cut.grid(values) for kind, values in zip(kinds, leave, strict=True)}
    columns = {name: cut.grid(values) for name, values in made.columns.items()}
    months, periods = sum_months(columns, cut.grid(made.days.shift), cut.present, by_kind, cut.dates)
    numbers = {name: arrows.number(values) for name, values in months.columns.items()}
    by_kind_columns = {name: numbers.pop(name) for name in list(numbers)[-len(kinds) :]} if kinds else {}
    return pa.table(
        {
            "employee_no": arrows.words(months.employee + offset, employee_no),
            "month": arrows.words(months.month, periods.names),
            **numbers,
            "absent_days": arrows.hundredths(months.absent_hundredths),
            **by_kind_columns,
        }
    )


def cycles_table(cut: Cut, employee_no: ArrowArray, offset: int) -> pa.Table:
    """The table `cycles`."""
    made = cut.reckoning
    columns = {name: cut.grid(made.columns[name]) for name in ("worked_minutes", "statutory_worked_minutes")}
    standard = parameters("attendance")["standard_day_minutes"]
    cycles = sum_cycles(columns, cut.present, made.company, made.staff.group, cut.dates, standard)
    return pa.table(
        {
            "employee_no": arrows.words(cycles.employee + offset, employee_no),
            "begins_on": arrows.date(cycles.begins_on),
            "ends_on": arrows.date(cycles.ends_on),
            "standard_minutes": arrows.number(cycles.standard_minutes),
            "worked_minutes": arrows.number(cycles.worked_minutes),
            "statutory_minutes": arrows.number(cycles.statutory_minutes),
            "excess_minutes": arrows.number(cycles.excess_minutes),
        }
    )
