"""Settlement: facts and rules in, days out. This file is the table of contents of the rules.

Everything here is a column; the intermediate ones are kept, because explaining a day is reading them.
"""

from dataclasses import dataclass

import numpy as np

from reckon.attendance.company import Company, Facts, Staff
from reckon.attendance.line import lay_line
from reckon.attendance.rules.absences import Away, Effective, cut, lay_absences
from reckon.attendance.rules.day import first_and_last, sum_minutes
from reckon.attendance.rules.employment import Days, lay_days
from reckon.attendance.rules.fates import Fates, find_fates, spread
from reckon.attendance.rules.flex import Plan, move
from reckon.attendance.rules.free import FreeDays, settle_free_days
from reckon.attendance.rules.hours import (
    night_measure,
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
from reckon.columns import Ints


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

    columns = sum_minutes(days, company, group, plan, missing, lateness, free)
    statutory = statutory_measure(days, company)
    rates = rate_overtime(days, company, group, overtime, statutory)  # rule 13
    night = night_measure(first, last)
    worked = worked_in_segments(plan, missing)  # rule 10
    at_300 = worked_in_segments(plan, missing, statutory)
    columns |= {
        "worked_minutes": worked_by_day(days, plan, worked, free),
        "overtime_workday_minutes": rates.workday,
        "overtime_rest_minutes": rates.rest,
        "overtime_statutory_minutes": rates.statutory,
        "overtime_minutes": rates.total,
        "statutory_worked_minutes": worked_by_day(days, plan, at_300, free, statutory),
        "night_minutes": worked_and_overtime(days, plan, missing, free, overtime, night),  # rule 14
        **first_and_last(days, taken, segments, seen),
    }
    columns["status"] = status_flags(columns)  # rule 15
    fates = spread(find_fates(days, staff, segments, punches, taken, held, spells), punches)
    return Reckoning(
        staff=staff,
        company=company,
        facts=facts,
        days=days,
        segments=segments,
        away=away,
        effective=effective,
        windows=windows,
        punches=punches,
        taken=taken,
        plan=plan,
        missing=missing,
        lateness=lateness,
        worked=worked,
        spells=spells,
        presence=seen,
        overtime=overtime,
        free=free,
        columns=columns,
        fates=fates,
    )
