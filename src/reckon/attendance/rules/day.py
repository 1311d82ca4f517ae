"""The columns of a day: its segments summed, its free hours beside them, its first and last punch."""

import numpy as np

from reckon.attendance.company import REST, Company
from reckon.attendance.rules.employment import Days
from reckon.attendance.rules.flex import Plan
from reckon.attendance.rules.free import FreeDays
from reckon.attendance.rules.lateness import Lateness
from reckon.attendance.rules.missing import Missing
from reckon.attendance.rules.plan import Segments
from reckon.attendance.rules.presence import Presence
from reckon.attendance.rules.taking import Taken
from reckon.columns import Ints, ints


def sum_minutes(
    days: Days, company: Company, group: Ints, plan: Plan, missing: Missing, lateness: Lateness, free: FreeDays
) -> dict[str, Ints]:
    """The minutes of every day that are not worked, and the points missed."""
    effective, segments = plan.effective, plan.segments
    incomplete = np.where(missing.incomplete, effective.minutes, 0)
    to_absent = company.groups.missing_is_absent[group[segments.day]]
    absent = np.where(missing.absent, effective.minutes, 0) + np.where(to_absent, incomplete, 0)
    per_segment = {
        "planned_minutes": segments.planned_minutes,
        "late_minutes": lateness.late_minutes,
        "serious_late": ints(lateness.serious),
        "early_minutes": lateness.early_minutes,
        "absent_minutes": absent + lateness.absent_late + lateness.absent_early,
        "missing_in": ints(missing.missing_in),
        "missing_out": ints(missing.missing_out),
        "leave_minutes": effective.leave_minutes,
        "trip_minutes": effective.trip_minutes,
        "forgiven_minutes": lateness.allowed + lateness.late_grace + lateness.early_grace,
        "unaccounted_minutes": np.where(to_absent, 0, incomplete),
    }
    columns = {name: segments.sum_by_day(values, len(days)) for name, values in per_segment.items()}
    columns["serious_late"] = np.minimum(columns["serious_late"], 1)
    columns["planned_minutes"][free.day] = free.required_minutes
    for name in ("early_minutes", "absent_minutes", "missing_out", "leave_minutes", "trip_minutes"):
        columns[name][free.day] = getattr(free, name)
    columns["unaccounted_minutes"][free.day] = free.unaccounted_minutes
    return columns


def first_and_last(days: Days, taken: Taken, segments: Segments, seen: Presence) -> dict[str, Ints]:
    """The day's first on and last off as local minutes, and whether there is one."""
    first_in, last_out = seen.first_at.copy(), seen.last_at.copy()
    has_first, has_last = seen.count > 0, (seen.count > 1) | ((seen.count == 1) & (days.shift == REST))
    if len(segments):
        latest, earliest = np.iinfo(np.int64).max, np.iinfo(np.int64).min
        first_in[segments.days] = np.minimum.reduceat(np.where(taken.has_on, taken.on_at, latest), segments.first)
        last_out[segments.days] = np.maximum.reduceat(np.where(taken.has_off, taken.off_at, earliest), segments.first)
        has_first[segments.days] = np.logical_or.reduceat(taken.has_on, segments.first)
        has_last[segments.days] = np.logical_or.reduceat(taken.has_off, segments.first)
    return {
        "first_in": np.where(has_first, days.line.minute(first_in), 0),
        "has_first_in": ints(has_first),
        "last_out": np.where(has_last, days.line.minute(last_out), 0),
        "has_last_out": ints(has_last),
    }
