"""Rule 17: the comprehensive cycle (综合计算工时周期)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from reckon.attendance.company import Company
from reckon.attendance.rules.hours import COMPREHENSIVE
from reckon.attendance.rules.months import sum_periods
from reckon.attendance.words import DAY_KINDS
from reckon.columns import Bools, Ints, ints
from reckon.dated import Parameter, day_number, day_of

WORKDAY = DAY_KINDS.index("workday")
_MONTHS = (1, 3, 12)
"""The length of each of CYCLES."""


@dataclass(frozen=True)
class Cycles:
    """One entry per employee and cycle with an employed day in the range; dates are day numbers."""

    employee: Ints
    begins_on: Ints
    ends_on: Ints
    standard_minutes: Ints
    worked_minutes: Ints
    statutory_minutes: Ints
    excess_minutes: Ints


def cycle_of(day: date, months: int) -> tuple[date, date]:
    """First and last day of the cycle of so many months that holds the day; cycles begin in January."""
    first = (day.month - 1) // months * months + 1
    begins_on = day.replace(month=first, day=1)
    next_year, month = divmod(first - 1 + months, 12)
    return begins_on, date(day.year + next_year, month + 1, 1) - timedelta(days=1)


def sum_cycles(
    columns: Mapping[str, Ints], present: Bools, company: Company, group: Ints, dates: Ints, standard: Parameter
) -> Cycles:
    """Cycles of the employees (`group` per employee) under the comprehensive system; columns people × dates."""
    kind, _ = company.calendar.kind_on(dates)
    minutes = {
        "standard": np.where(present, np.where(kind == WORKDAY, standard.on(dates), 0), 0),
        "worked": columns["worked_minutes"],
        "statutory": columns["statutory_worked_minutes"],
    }
    groups = company.groups
    parts = []
    for cycle, months in enumerate(_MONTHS):
        ours = (groups.system[group] == COMPREHENSIVE) & (groups.cycle[group] == cycle)
        parts.append(_sum(minutes, present & ours[:, None], dates, months))
    joined = np.concatenate(parts, axis=1)
    return Cycles(*joined[:, np.lexsort((joined[1], joined[0]))])


def _sum(minutes: Mapping[str, Ints], present: Bools, dates: Ints, months: int) -> Ints:
    """Rows as in Cycles for one length of cycle."""
    spans = [cycle_of(day_of(number), months) for number in dates.tolist()]
    starts = ints([at for at, span in enumerate(spans) if at == 0 or spans[at - 1] != span])
    there = sum_periods(present, starts) > 0
    employee, period = np.nonzero(there)
    bounds = ints([list(map(day_number, spans[at])) for at in starts.tolist()])[period]
    sums = {name: sum_periods(values, starts)[there] for name, values in minutes.items()}
    excess = np.maximum(sums["worked"] - sums["standard"] - sums["statutory"], 0)
    return ints([employee, bounds[:, 0], bounds[:, 1], sums["standard"], sums["worked"], sums["statutory"], excess])
