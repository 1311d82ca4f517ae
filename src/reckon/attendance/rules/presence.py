"""Rules 11 and 12, first half: the punches that no window took make the presence of days without a timed shift."""

from dataclasses import dataclass

import numpy as np

from reckon.attendance.cells import MINUTES_IN_DAY
from reckon.attendance.company import REST, Shifts, Staff
from reckon.attendance.rules.employment import Days, is_employed
from reckon.attendance.rules.taking import Punches, Taken
from reckon.columns import Bools, Ints, ranges, starts_of_runs


@dataclass(frozen=True)
class Held:
    """Which window holds each punch: its segment, where `inside` one."""

    inside: Bools
    segment: Ints


@dataclass(frozen=True)
class Seen:
    """Spells of presence, one per day without a timed shift that has a punch.

    `first` and `last` number punches. `day` is the day of the grid, where `in_grid`; `date` its date.
    """

    first: Ints
    last: Ints
    date: Ints
    day: Ints
    in_grid: Bools


@dataclass(frozen=True)
class Presence:
    """Per day of the grid without a timed shift: its first and last punch (places), where `count` > 0."""

    count: Ints
    first_at: Ints
    last_at: Ints


def hold(punches: Punches, taken: Taken, order: Ints) -> Held:
    """Punches in a window belong to its segment, taken or superseded."""
    inside = np.zeros(len(punches.at), bool)
    segment = np.zeros(len(punches.at), np.int64)
    of, punch = ranges(taken.first[order], (taken.end - taken.first)[order])
    inside[punch], segment[punch] = True, order[of]
    return Held(inside, segment)


@dataclass(frozen=True)
class Runs:
    """The free days (自由工时): `day` in the grid, and from where to where on the line each runs."""

    day: Ints
    begins: Ints
    ends: Ints


def lay_runs(days: Days, shifts: Shifts) -> Runs:
    """Rule 11: a free day runs from its day_start to that of the next day.

    Where the next day is free too and starts at an earlier hour, it takes over from there.
    """
    free = np.flatnonzero(shifts.free[days.shift])
    begins = days.midnight[free] + shifts.day_start[days.shift[free]]
    ends = begins + MINUTES_IN_DAY
    same = days.employee[free[1:]] == days.employee[free[:-1]]
    ends[:-1] = np.where(same, np.minimum(ends[:-1], begins[1:]), ends[:-1])
    return Runs(free, begins, ends)


def see_free_days(days: Days, runs: Runs, punches: Punches, left: Ints) -> tuple[Seen, Ints]:
    """Rule 11: free days see the punches left in their run; (seen, still left)."""
    at, free = punches.at[left], runs.day
    low, high = np.searchsorted(at, runs.begins), np.searchsorted(at, runs.ends)
    _, taken = ranges(low, np.maximum(high - low, 0))
    some = high > low
    seen = Seen(left[low[some]], left[high[some] - 1], days.date[free[some]], free[some], np.ones(some.sum(), bool))
    return seen, np.delete(left, taken)


def see_rest_days(days: Days, staff: Staff, punches: Punches, left: Ints) -> Seen:
    """Rule 12: a day without a shift sees the punches left on its calendar date."""
    line, at = days.line, punches.at[left]
    day, in_grid = days.find(line.employee(at), line.date(at))
    shiftless = ~in_grid | (days.shift[np.where(in_grid, day, 0)] == REST)
    here = shiftless & is_employed(staff, line.employee(at), line.date(at))
    left, at, day, in_grid = left[here], at[here], day[here], in_grid[here]
    first = starts_of_runs(at // MINUTES_IN_DAY)
    last = np.append(first[1:], len(left))[: len(first)] - 1
    return Seen(left[first], left[last], line.date(at[first]), day[first], in_grid[first])


def presence(days: Days, punches: Punches, *spells: Seen) -> Presence:
    """The spells of presence as columns of the grid; a count of 2 stands for two or more punches."""
    count, first_at, last_at = np.zeros((3, len(days)), np.int64)
    for seen in spells:
        day, first, last = (column[seen.in_grid] for column in (seen.day, seen.first, seen.last))
        first_at[day], last_at[day] = punches.at[first], punches.at[last]
        count[day] = 1 + (last > first)
    return Presence(count, first_at, last_at)
