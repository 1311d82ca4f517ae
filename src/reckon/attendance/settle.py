"""Settlement: facts and rules in, days out. This file is the table of contents of the rules.

Everything here is a column; the intermediate ones are kept, because explaining a day is reading them.
"""

from dataclasses import dataclass

import numpy as np

from reckon.attendance.cells import MINUTES_IN_DAY
from reckon.attendance.company import REST, Company, Facts, Shifts, Staff
from reckon.attendance.line import Line
from reckon.attendance.rules.absences import Away, Effective, cut, lay_absences
from reckon.attendance.rules.employment import Days, lay_days
from reckon.attendance.rules.fates import Fates, find_fates, spread
from reckon.attendance.rules.flex import Plan, move
from reckon.attendance.rules.free import FreeDays, settle_free_days
from reckon.attendance.rules.hours import (
    Night,
    rate_overtime,
    statutory_measure,
    worked_and_overtime,
    worked_by_day,
    worked_in_segments,
)
from reckon.attendance.rules.lateness import Lateness, judge, late_off_allowance
from reckon.attendance.rules.missing import Missing, find_missing
from reckon.attendance.rules.overtime import Overtime, approved_by_day, count_overtime, presence_outside_plan
from reckon.attendance.rules.plan import Segments, lay_segments
from reckon.attendance.rules.presence import Presence, Seen, hold, lay_runs, presence, see_free_days, see_rest_days
from reckon.attendance.rules.status import status_flags
from reckon.attendance.rules.taking import Punches, Taken, count_once, take
from reckon.attendance.rules.windows import Windows, open_windows
from reckon.columns import Ints, ints
from reckon.dated import parameters


@dataclass(frozen=True)
class Reckoning:
    """All columns of one settlement, in the order in which the rules make them."""

    staff: Staff
    company: Company
    facts: Facts
    days: Days
    segments: Segments
    away: Away
    effective: Effective
    windows: Windows
    punches: Punches
    taken: Taken
    plan: Plan
    missing: Missing
    lateness: Lateness
    worked: Ints
    spells: tuple[Seen, ...]
    presence: Presence
    overtime: Overtime
    free: FreeDays
    columns: dict[str, Ints]
    fates: Fates


def reckon(staff: Staff, company: Company, facts: Facts, first: int, last: int) -> Reckoning:
    """Settle some employees for the range first to last (day numbers), in the light of all their facts.

    `columns` has one entry per day of the grid; `fates` one per punch row of the facts.
    """
    shifts = company.shifts
    line = lay_line(shifts, facts, first, last)
    days = lay_days(staff, facts, line, first, last)  # rule 16
    group = staff.group[days.employee]

    segments = lay_segments(days, shifts)  # rule 2
    away = lay_absences(facts, line)
    effective = cut(segments, away)  # rule 3
    windows = open_windows(segments, effective, line)  # rule 4

    punches = count_once(line.at(facts.punch_employee, facts.punch_minute))  # rule 1
    taken = take(punches, windows, effective)  # rule 5
    plan = move(segments, effective, taken, away)  # rule 8
    missing = find_missing(plan, taken)  # rule 6
    allowance = late_off_allowance(days, plan, taken, company.late_off_late_on)  # rule 9
    lateness = judge(plan, missing, allowance)  # rule 7

    held = hold(punches, taken, segments.order)
    runs = lay_runs(days, shifts)
    free_spells, left = see_free_days(days, runs, punches, np.flatnonzero(~held.inside))
    spells = (free_spells, see_rest_days(days, staff, punches, left))
    seen = presence(days, punches, *spells)

    beyond = presence_outside_plan(days, company, group, plan, taken, seen)
    approved = approved_by_day(days, company, facts)
    overtime = count_overtime(days, company, group, plan, beyond, approved)  # rule 12
    free = settle_free_days(days, shifts, runs, seen, away, overtime)  # rule 11

    columns = _minutes(days, company, group, plan, missing, lateness, free)
    statutory = statutory_measure(days, company)
    rates = rate_overtime(days, company, group, overtime, statutory)  # rule 13
    night = night_measure(first, last)
    worked = worked_in_segments(plan, missing)  # rule 10
    columns |= {
        "worked_minutes": worked_by_day(days, plan, worked, free),
        "overtime_workday_minutes": rates.workday,
        "overtime_rest_minutes": rates.rest,
        "overtime_statutory_minutes": rates.statutory,
        "overtime_minutes": rates.total,
        "statutory_worked_minutes": _none(days),
        "night_minutes": worked_and_overtime(days, plan, missing, free, overtime, night),  # rule 14
        **_first_and_last(days, taken, segments, seen),
    }
    if statutory:
        at_300 = worked_in_segments(plan, missing, statutory)
        columns["statutory_worked_minutes"] = worked_by_day(days, plan, at_300, free, statutory)
    columns["status"] = status_flags(columns)  # rule 15
    fates = spread(find_fates(days, staff, segments, punches, taken, held, spells), punches)
    return Reckoning(
        staff,
        company,
        facts,
        days,
        segments,
        away,
        effective,
        windows,
        punches,
        taken,
        plan,
        missing,
        lateness,
        worked,
        spells,
        seen,
        overtime,
        free,
        columns,
        fates,
    )


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


def night_measure(first: int, last: int) -> Night:
    """The night of the law in force in the range."""
    law = parameters("attendance")
    return Night(law["night_from"].constant(first, last), law["night_to"].constant(first, last))


def _none(days: Days) -> Ints:
    return np.zeros(len(days), np.int64)


def _minutes(
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


def _first_and_last(days: Days, taken: Taken, segments: Segments, seen: Presence) -> dict[str, Ints]:
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
