"""Months: the days of an employee in a calendar month, summed."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from reckon.attendance.company import REST
from reckon.attendance.rules.absences import Away, in_plan
from reckon.attendance.rules.employment import Days
from reckon.attendance.rules.flex import Plan
from reckon.attendance.rules.free import FreeDays, leave_in_run
from reckon.attendance.words import MINUTE_COLUMNS
from reckon.columns import Bools, Ints, Spans, ints
from reckon.dated import day_of


@dataclass(frozen=True)
class Periods:
    """Dates of the grid cut into periods: `starts` are columns of the grid, `names` what they are called."""

    starts: Ints
    names: list[str]


@dataclass(frozen=True)
class Months:
    """One entry per employee and month with an employed day in the range; `month` indexes the periods."""

    employee: Ints
    month: Ints
    columns: dict[str, Ints]
    absent_hundredths: Ints


def month_periods(dates: Ints) -> Periods:
    """The calendar months among ascending dates."""
    names = [day_of(number).strftime("%Y-%m") for number in dates.tolist()]
    starts = [at for at, name in enumerate(names) if at == 0 or names[at - 1] != name]
    return Periods(ints(starts), [names[at] for at in starts])


def sum_periods(values: Ints | Bools, starts: Ints) -> Ints:
    """Sum people × dates into people × periods."""
    return np.add.reduceat(ints(values), starts, axis=1)


def sum_months(
    columns: Mapping[str, Ints], shift: Ints, present: Bools, leave_by_kind: Mapping[str, Ints], dates: Ints
) -> tuple[Months, Periods]:
    """Sum the days of the range; all columns are people × dates, zero where not `present`."""
    periods = month_periods(dates)
    planned = present & (shift != REST)
    counted = {
        "planned_days": planned,
        "attended_days": planned & (columns["worked_minutes"] > 0),
        "rest_days": present & (shift == REST),
        **{name: columns[name] for name in MINUTE_COLUMNS},
        "late_times": columns["late_minutes"] > 0,
        "serious_late_times": columns["serious_late"],
        "early_times": columns["early_minutes"] > 0,
        "missing_in": columns["missing_in"],
        "missing_out": columns["missing_out"],
        **{f"leave_{kind}_minutes": values for kind, values in leave_by_kind.items()},
    }
    there = sum_periods(present, periods.starts) > 0
    sums = {name: sum_periods(values, periods.starts)[there] for name, values in counted.items()}
    absent = absent_hundredths(columns["absent_minutes"], columns["planned_minutes"], periods.starts)
    employee, month = np.nonzero(there)
    return Months(employee, month, sums, absent[there]), periods


def absent_hundredths(absent: Ints, planned: Ints, starts: Ints) -> Ints:
    """The sum of absent / planned of the days in hundredths, half up, people × periods."""
    hundredths = np.add.reduceat(absent / np.maximum(planned, 1), starts, axis=1) * 100
    rounded = ints(np.floor(hundredths + 0.5))
    doubtful = np.abs(hundredths % 1 - 0.5) < 1e-6
    ends = np.append(starts[1:], absent.shape[1])
    for who, period in np.argwhere(doubtful).tolist():
        days = slice(starts[period], ends[period])
        rounded[who, period] = _exactly(absent[who, days], planned[who, days])
    return rounded


def _exactly(absent: Ints, planned: Ints) -> int:
    """Where floating point could fall on either side of the half, fractions do not."""
    pairs = zip(absent.tolist(), planned.tolist(), strict=True)
    total = sum((Fraction(gone, of) for gone, of in pairs if gone), Fraction(0))
    return int((total * 100 + Fraction(1, 2)) // 1)


def leave_by_kind(days: Days, plan: Plan, free: FreeDays, away: Away, kinds: list[int]) -> list[Ints]:
    """Minutes of leave of each kind per day of the grid."""
    of, begins, ends, kind_in_run = leave_in_run(free, away)
    rows = np.flatnonzero(plan.effective.touched)
    per_kind = []
    for kind in kinds:
        mine = away.leave_kind == kind
        values = np.zeros(len(plan.segments), np.int64)
        cover = Spans(away.leaves.begins[mine], away.leaves.ends[mine])
        values[rows] = in_plan(plan.segments, rows, cover)
        total = plan.segments.sum_by_day(values, len(days))
        here = kind_in_run == kind
        total[free.day] = np.bincount(of[here], (ends - begins)[here], len(free.day))
        per_kind.append(total)
    return per_kind
