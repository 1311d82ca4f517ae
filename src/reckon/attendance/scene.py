"""The day being explained: one place in the columns of a reckoning, and how to tell what stands there."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from reckon.attendance.rules.overtime import Spells
from reckon.attendance.settle import Reckoning
from reckon.attendance.trace import Moment
from reckon.columns import Ints
from reckon.dated import day_of


@dataclass(frozen=True)
class Scene:
    """A reckoning of one employee, the day of the grid to explain and the raw punch rows."""

    made: Reckoning
    day: int
    punch_rows: pa.Table

    @property
    def group(self) -> int:
        """The employee's group."""
        return int(self.made.staff.group[0])

    @property
    def shift(self) -> int:
        """The day's shift."""
        return int(self.made.days.shift[self.day])

    @property
    def segments(self) -> list[int]:
        """The day's segments."""
        return [int(row) for row in np.flatnonzero(self.made.segments.day == self.day)]

    def moment(self, at: int | np.integer) -> Moment:
        """A place on the line as a local time."""
        midnight = Moment.today(day_of(int(self.made.days.date[self.day])))
        return Moment(midnight, int(at) - int(self.made.days.midnight[self.day]))

    def number(self, column: str) -> int:
        """A number of the day's result."""
        return int(self.made.columns[column][self.day])

    def of_day(self, spells: Spells) -> list[tuple[int, int]]:
        """The spells that belong to the day, as places."""
        mine: Ints = np.flatnonzero(spells.day == self.day)
        return [(int(spells.begins[row]), int(spells.ends[row])) for row in mine]

    def minutes_of(self, spells: Spells) -> int:
        """How many minutes the day's spells are."""
        return sum(end - begin for begin, end in self.of_day(spells))


def version(text: str) -> str:
    """A version of rules as told behind its name; nothing where the caller keeps none."""
    return f"({text})" if text else ""
