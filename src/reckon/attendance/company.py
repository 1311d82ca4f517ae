"""The company's rules as columns: groups, shifts with their segments, late-off-late-on, the calendar."""

from dataclasses import dataclass

import numpy as np

from reckon.columns import Bools, Ints, Objects

REST = 0
"""The shift of a day without one: it stands first among the shifts and has no segment."""


@dataclass(frozen=True)
class Groups:
    """One entry per attendance group; words as positions in `words` (SYSTEMS, CYCLES, BASES), minutes whole."""

    name: Objects
    version: Objects
    system: Ints
    cycle: Ints
    basis: Ints
    overtime_after: Ints
    overtime_min: Ints
    overtime_step: Ints
    early_overtime: Bools
    missing_is_absent: Bools


@dataclass(frozen=True)
class SegmentRules:
    """One entry per timed segment of any shift; clock columns in minutes from the day's 00:00.

    A segment without a break has break_start = break_end = end.
    """

    start: Ints
    end: Ints
    break_start: Ints
    break_end: Ints
    in_required: Ints
    out_required: Ints
    in_before: Ints
    out_after: Ints
    late_grace: Ints
    early_grace: Ints
    serious_late: Ints
    absent_late: Ints
    absent_early: Ints
    flex_early: Ints
    flex_late: Ints


@dataclass(frozen=True)
class Shifts:
    """One entry per shift, REST first; a timed shift owns `count` entries of `segments` from `first` on."""

    name: Objects
    version: Objects
    first: Ints
    count: Ints
    free: Bools
    day_start: Ints
    required_minutes: Ints
    segments: SegmentRules

    @property
    def timed(self) -> Bools:
        """Shifts with at least one timed segment."""
        return self.count > 0

    def first_segment(self, shift: Ints) -> Ints:
        """The entry in `segments` of each (timed) shift's first segment."""
        first: Ints = self.first[shift]
        return first

    def last_segment(self, shift: Ints) -> Ints:
        """The entry in `segments` of each (timed) shift's last segment."""
        last: Ints = self.first[shift] + self.count[shift] - 1
        return last


@dataclass(frozen=True)
class LateOffLateOn:
    """晚走晚到: rows of today's shift, minutes off yesterday, minutes later today."""

    shift: Ints
    off_after: Ints
    on_later: Ints


@dataclass(frozen=True)
class Calendar:
    """Dates in ascending order with their kind (position in DAY_KINDS)."""

    date: Ints
    kind: Ints

    def kind_on(self, days: Ints) -> tuple[Ints, Bools]:
        """The kind of each day and whether the calendar knows the day."""
        if not len(self.date):
            return np.zeros(len(days), np.int64), np.zeros(len(days), bool)
        place = np.minimum(np.searchsorted(self.date, days), len(self.date) - 1)
        return self.kind[place], self.date[place] == days

    def dates_of(self, kind: int) -> Ints:
        """All dates of a kind."""
        dates: Ints = self.date[self.kind == kind]
        return dates


@dataclass(frozen=True)
class Company:
    """All rules that are not about one employee."""

    groups: Groups
    shifts: Shifts
    late_off_late_on: LateOffLateOn
    calendar: Calendar


@dataclass(frozen=True)
class Staff:
    """Employees in ascending order of their number; `hired_on` and `left_on` are day numbers, both included."""

    employee_no: Objects
    group: Ints
    hired_on: Ints
    left_on: Ints

    def __len__(self) -> int:
        return len(self.employee_no)

    def some(self, begin: int, end: int) -> "Staff":
        """The employees in positions [begin, end)."""
        cut = slice(begin, end)
        return Staff(self.employee_no[cut], self.group[cut], self.hired_on[cut], self.left_on[cut])


@dataclass(frozen=True)
class Facts:
    """What happened and was agreed, by position of the employee in the staff.

    Dates are day numbers, times local wall-clock minutes since 1970. `absence_kind` indexes `kinds`,
    the kinds of absence in ascending order.
    """

    roster_employee: Ints
    roster_date: Ints
    roster_shift: Ints
    punch_employee: Ints
    punch_minute: Ints
    absence_employee: Ints
    absence_start: Ints
    absence_end: Ints
    absence_kind: Ints
    overtime_employee: Ints
    overtime_start: Ints
    overtime_end: Ints
    kinds: tuple[str, ...]

    def some(self, roster: Ints, punches: Ints, absences: Ints, overtime: Ints, first: int) -> "Facts":
        """The given rows of each kind; employees are counted from `first` on."""
        return Facts(
            roster_employee=self.roster_employee[roster] - first,
            roster_date=self.roster_date[roster],
            roster_shift=self.roster_shift[roster],
            punch_employee=self.punch_employee[punches] - first,
            punch_minute=self.punch_minute[punches],
            absence_employee=self.absence_employee[absences] - first,
            absence_start=self.absence_start[absences],
            absence_end=self.absence_end[absences],
            absence_kind=self.absence_kind[absences],
            overtime_employee=self.overtime_employee[overtime] - first,
            overtime_start=self.overtime_start[overtime],
            overtime_end=self.overtime_end[overtime],
            kinds=self.kinds,
        )
