"""Rules 1 and 5: a punch counts once in its minute; each segment takes its on and its off."""

from dataclasses import dataclass

import numpy as np

from reckon.attendance.rules.absences import Effective
from reckon.attendance.rules.windows import Windows
from reckon.columns import Bools, Ints, sorting, starts_of_runs

APART = 60
"""Minutes between on and off where both lie in the same window (rule 5)."""


@dataclass(frozen=True)
class Punches:
    """Distinct punch minutes in ascending order of their place on the line.

    `row` is the first input row of each; `rows` is how many input rows there were.
    """

    at: Ints
    row: Ints
    rows: int

    def time(self, which: Ints) -> Ints:
        """The place of some punches; any place where there is no punch at all."""
        return self.at[which] if len(self.at) else np.zeros(len(which), np.int64)


@dataclass(frozen=True)
class Taken:
    """What each segment's windows hold and which punch it takes.

    Punches [first, middle) lie in the in-window, [middle, end) in the out-window. `on` and `off` number
    the punches taken, where `has_on` and `has_off`.
    """

    first: Ints
    middle: Ints
    end: Ints
    has_on: Bools
    has_off: Bools
    on: Ints
    off: Ints
    on_at: Ints
    off_at: Ints


def count_once(at: Ints) -> Punches:
    """Punches of one employee in the same minute count as one: the earliest row stands for it."""
    order = sorting(at)
    first = starts_of_runs(at[order])
    return Punches(at[order][first], order[first], len(at))


def take(punches: Punches, windows: Windows, effective: Effective) -> Taken:
    """The earliest in the in-window is on, the latest in the out-window is off; else the other window serves."""
    first = np.searchsorted(punches.at, windows.in_from, "left")
    middle = np.searchsorted(punches.at, windows.middle, "right")
    end = np.searchsorted(punches.at, windows.out_to, "right")
    middle = np.where(effective.open, np.maximum(middle, first), first)
    end = np.where(effective.open, np.maximum(end, middle), first)
    last = max(len(punches.at) - 1, 0)
    on, off = np.minimum(first, last), np.minimum(np.maximum(end - 1, 0), last)
    has_on, has_off = middle > first, end > middle
    early = _off_in_in_window(punches, effective, first, middle, end)
    off[early], has_off[early] = middle[early] - 1, True
    late = _on_in_out_window(punches, effective, first, middle, end)
    on[late], has_on[late] = middle[late], True
    return Taken(first, middle, end, has_on, has_off, on, off, punches.time(on), punches.time(off))


def _off_in_in_window(punches: Punches, effective: Effective, first: Ints, middle: Ints, end: Ints) -> Ints:
    """Segments with an empty out-window whose last punch of the in-window may be off."""
    rows = np.flatnonzero((end == middle) & (middle - first >= 2))
    off, on = punches.time(middle[rows] - 1), punches.time(first[rows])
    return rows[(off > effective.start[rows]) & (off - on >= APART)]


def _on_in_out_window(punches: Punches, effective: Effective, first: Ints, middle: Ints, end: Ints) -> Ints:
    """Segments with an empty in-window whose first punch of the out-window may be on."""
    rows = np.flatnonzero((middle == first) & (end - middle >= 2))
    on, off = punches.time(middle[rows]), punches.time(end[rows] - 1)
    return rows[(on < effective.end[rows]) & (off - on >= APART)]
