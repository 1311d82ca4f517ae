"""Rule 2: the plan. A roster row places the segments of its shift on the line."""

from dataclasses import dataclass

import numpy as np

from reckon.attendance.company import SegmentRules, Shifts
from reckon.attendance.rules.employment import Days
from reckon.columns import Ints, ranges, sorting, starts_of_runs


@dataclass(frozen=True)
class Segments:
    """Every timed segment planned, day by day and in segment order; places on the line.

    `day` is its day in the grid, `number` its number within the shift, `rules` its parameters.
    `order` sorts them by planned start.
    """

    day: Ints
    number: Ints
    start: Ints
    end: Ints
    break_start: Ints
    break_end: Ints
    order: Ints
    first: Ints
    rule: Ints
    table: SegmentRules

    def __len__(self) -> int:
        return len(self.day)

    def rules(self, name: str) -> Ints:
        """A parameter of each segment."""
        column: Ints = getattr(self.table, name)
        return column[self.rule]

    @property
    def planned_minutes(self) -> Ints:
        """Minutes from start to end less the break."""
        return self.end - self.start - (self.break_end - self.break_start)

    @property
    def days(self) -> Ints:
        """The days of the grid that have segments, ascending."""
        return self.day[self.first]

    def sum_by_day(self, values: Ints, days: int) -> Ints:
        """Sum a column of segments into the days of the grid."""
        total = np.zeros(days, np.int64)
        if len(self):
            total[self.days] = np.add.reduceat(values, self.first)
        return total


def lay_segments(days: Days, shifts: Shifts) -> Segments:
    """Place the segments of every day's shift."""
    day, rule = ranges(shifts.first[days.shift], shifts.count[days.shift])
    midnight, table = days.midnight[day], shifts.segments
    start = midnight + table.start[rule]
    return Segments(
        day=day,
        number=rule - shifts.first[days.shift[day]] + 1,
        start=start,
        end=midnight + table.end[rule],
        break_start=midnight + table.break_start[rule],
        break_end=midnight + table.break_end[rule],
        order=sorting(start),
        first=starts_of_runs(day),
        rule=rule,
        table=table,
    )
