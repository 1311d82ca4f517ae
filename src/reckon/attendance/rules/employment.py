"""Rule 16: which days there are. The grid of employees and dates, employed or not."""

from dataclasses import dataclass

import numpy as np

from reckon.attendance.company import REST, Facts, Staff
from reckon.attendance.line import Line
from reckon.columns import Bools, Ints


@dataclass(frozen=True)
class Days:
    """Every employee × every date that matters, employee by employee; `dates` is ascending, with gaps.

    `shift` is REST on a day without a shift and on a day not employed; `midnight` is its 00:00 on the line.
    """

    line: Line
    dates: Ints
    people: int
    employee: Ints
    date: Ints
    employed: Bools
    shift: Ints
    midnight: Ints

    def __len__(self) -> int:
        return len(self.date)

    def find(self, employee: Ints, date: Ints) -> tuple[Ints, Bools]:
        """The day of an employee and date, and whether the grid has it."""
        place = np.minimum(np.searchsorted(self.dates, date), len(self.dates) - 1)
        return employee * len(self.dates) + place, self.dates[place] == date

    def day_before(self) -> tuple[Ints, Bools]:
        """For each day the one a calendar day earlier, and whether the grid has it."""
        before = np.maximum(np.arange(len(self)) - 1, 0)
        return before, (self.date[before] == self.date - 1) & (self.employee[before] == self.employee)


def lay_days(staff: Staff, facts: Facts, line: Line, first: int, last: int) -> Days:
    """The grid of the range, the day before it and every date of the roster."""
    dates = np.union1d(np.arange(first - 1, last + 1), facts.roster_date)
    employee, date = np.repeat(np.arange(len(staff)), len(dates)), np.tile(dates, len(staff))
    shift = np.full(len(date), REST)
    shift[facts.roster_employee * len(dates) + np.searchsorted(dates, facts.roster_date)] = facts.roster_shift
    employed = is_employed(staff, employee, date)
    shift[~employed] = REST
    return Days(line, dates, len(staff), employee, date, employed, shift, line.midnight(employee, date))


def is_employed(staff: Staff, employee: Ints, date: Ints) -> Bools:
    """Employed from hired_on to left_on, both included."""
    return (date >= staff.hired_on[employee]) & (date <= staff.left_on[employee])
