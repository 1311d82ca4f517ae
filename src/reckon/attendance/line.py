"""The line: every employee's local minutes laid end to end, so that one search serves a population."""

from dataclasses import dataclass

import numpy as np

from reckon.attendance.cells import MINUTES_IN_DAY
from reckon.attendance.company import Facts, Shifts
from reckon.columns import Ints, ints


@dataclass(frozen=True)
class Line:
    """Each employee owns `days` whole days of the line, the first of them the date `begins_on`.

    Stretches begin at midnight, so a place on the line tells its clock time by % 1440.
    """

    begins_on: int
    days: int

    @property
    def stretch(self) -> int:
        """Minutes of the line per employee."""
        return self.days * MINUTES_IN_DAY

    def at(self, employee: Ints, minute: Ints) -> Ints:
        """The place of a local minute (since 1970) of an employee."""
        return employee * self.stretch + (minute - self.begins_on * MINUTES_IN_DAY)

    def midnight(self, employee: Ints, date: Ints) -> Ints:
        """The place of 00:00 of a date (day number)."""
        return employee * self.stretch + (date - self.begins_on) * MINUTES_IN_DAY

    def employee(self, at: Ints) -> Ints:
        """Whose stretch a place lies in."""
        return at // self.stretch

    def date(self, at: Ints) -> Ints:
        """The date (day number) of a place."""
        return at // MINUTES_IN_DAY % self.days + self.begins_on

    def minute(self, at: Ints) -> Ints:
        """The local minute (since 1970) of a place."""
        return at % self.stretch + self.begins_on * MINUTES_IN_DAY


def lay_line(shifts: Shifts, facts: Facts, first: int, last: int) -> Line:
    """A line long enough for every fact, window and run of a day, with a day to spare at both ends."""
    before, after = _reach(shifts)
    dates = [ints([first - 1, last]), facts.roster_date]
    moments = [facts.punch_minute, facts.absence_start, facts.absence_end, facts.overtime_start, facts.overtime_end]
    low = [int(column.min()) - before for column in dates if len(column)]
    high = [int(column.max()) + after for column in dates if len(column)]
    low += [int(column.min()) // MINUTES_IN_DAY for column in moments if len(column)]
    high += [int(column.max()) // MINUTES_IN_DAY for column in moments if len(column)]
    return Line(min(low) - 1, max(high) - min(low) + 3)


def _reach(shifts: Shifts) -> tuple[int, int]:
    """Whole days before and after its date that a roster row may reach."""
    rules = shifts.segments
    ends = np.concatenate([rules.end + rules.out_after + rules.flex_late, shifts.day_start + MINUTES_IN_DAY])
    starts = np.concatenate([rules.in_before + rules.flex_early - rules.start, [0]])
    return int(starts.max()) // MINUTES_IN_DAY + 1, int(ends.max()) // MINUTES_IN_DAY + 1
