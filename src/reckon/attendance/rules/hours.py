"""Rules 10, 13 and 14: worked minutes, by night and on statutory dates; the rates of overtime."""

from dataclasses import dataclass

import numpy as np

from reckon.attendance.cells import MINUTES_IN_DAY
from reckon.attendance.company import REST, Company
from reckon.attendance.rules.employment import Days
from reckon.attendance.rules.flex import Plan
from reckon.attendance.rules.free import FreeDays
from reckon.attendance.rules.missing import Missing
from reckon.attendance.rules.overtime import STATUTORY, Overtime
from reckon.attendance.words import SYSTEMS
from reckon.columns import Ints, Measure, minutes
from reckon.dated import parameters

COMPREHENSIVE = SYSTEMS.index("comprehensive")


@dataclass(frozen=True)
class Night:
    """Rule 14: minutes of the clock from `begins` to the next day's `ends` (minutes after 00:00)."""

    begins: int
    ends: int

    def __call__(self, at: Ints) -> Ints:
        """Night minutes from the line's start to each place."""
        per_day = self.ends + MINUTES_IN_DAY - self.begins
        clock = at % MINUTES_IN_DAY
        tonight = np.minimum(clock, self.ends) + np.maximum(clock - self.begins, 0)
        since: Ints = at // MINUTES_IN_DAY * per_day + tonight
        return since


def night_measure(first: int, last: int) -> Night:
    """The night of the law in force in the range."""
    law = parameters("attendance")
    return Night(law["night_from"].constant(first, last), law["night_to"].constant(first, last))


@dataclass(frozen=True)
class Statutory:
    """Minutes on statutory dates: `before[i]` statutory days lie before the i-th day of the stretch."""

    stretch_days: int
    first: int
    before: Ints

    def __call__(self, at: Ints) -> Ints:
        """Statutory minutes from the line's start to each place."""
        day, clock = at // MINUTES_IN_DAY, at % MINUTES_IN_DAY
        here = np.clip(day % self.stretch_days - self.first, -1, len(self.before) - 2) + 1
        earlier = day // self.stretch_days * self.before[-1] + self.before[here]
        today = np.append(np.diff(self.before), 0)[here]
        since: Ints = earlier * MINUTES_IN_DAY + today * clock
        return since


def statutory_measure(days: Days, company: Company) -> Statutory:
    """The measure of minutes on statutory dates."""
    dates = company.calendar.dates_of(STATUTORY) - days.line.begins_on
    dates = dates[(dates >= 0) & (dates < days.line.days)]
    first, end = (int(dates[0]), int(dates[-1]) + 1) if len(dates) else (0, 0)
    marks = np.zeros(end - first, np.int64)
    marks[dates - first] = 1
    # its first and last entry serve all days before and after the statutory ones
    before = np.concatenate([[0, 0], np.cumsum(marks)])
    return Statutory(days.line.days, first, before)


def worked_in_segments(plan: Plan, missing: Missing, by: Measure = minutes) -> Ints:
    """Rule 10: worked time of each segment under a measure: its effective plan from on to off."""
    return plan.measure(missing.on, np.where(missing.counted, missing.off, missing.on), by)


def worked_by_day(days: Days, plan: Plan, in_segments: Ints, free: FreeDays, by: Measure = minutes) -> Ints:
    """Worked time of each day under the measure that `in_segments` was taken by."""
    total = plan.segments.sum_by_day(in_segments, len(days))
    total[free.day] = free.worked_by(by)
    return total


@dataclass(frozen=True)
class OvertimeMinutes:
    """Counted overtime of each day by rate: 150 %, 200 %, 300 %."""

    workday: Ints
    rest: Ints
    statutory: Ints

    @property
    def total(self) -> Ints:
        """All counted overtime."""
        return self.workday + self.rest + self.statutory


def rate_overtime(
    days: Days, company: Company, group: Ints, overtime: Overtime, statutory: Statutory
) -> OvertimeMinutes:
    """Rule 13: statutory by the minute's own date, the rest by whether the day has a shift."""
    total = _measured(days, overtime, minutes)
    at_300 = _measured(days, overtime, statutory)
    workday = (days.shift != REST) | (company.groups.system[group] == COMPREHENSIVE)
    other = total - at_300
    return OvertimeMinutes(np.where(workday, other, 0), np.where(workday, 0, other), at_300)


def worked_and_overtime(
    days: Days, plan: Plan, missing: Missing, free: FreeDays, overtime: Overtime, by: Measure
) -> Ints:
    """Worked and counted overtime minutes under a measure; of the night, that is rule 14."""
    work = worked_by_day(days, plan, worked_in_segments(plan, missing, by), free, by)
    return work + _measured(days, overtime, by)


def _measured(days: Days, overtime: Overtime, by: Measure) -> Ints:
    counted = overtime.counted
    return counted.sum_by_day(by(counted.ends) - by(counted.begins), len(days))
