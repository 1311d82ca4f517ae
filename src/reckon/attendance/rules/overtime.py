"""Rules 12 and 13: overtime (加班), which minutes of it count and at which rate."""

from dataclasses import dataclass

import numpy as np

from reckon.attendance.cells import MINUTES_IN_DAY
from reckon.attendance.company import REST, Company, Facts
from reckon.attendance.rules.employment import Days
from reckon.attendance.rules.flex import Plan
from reckon.attendance.rules.presence import Presence
from reckon.attendance.rules.taking import Taken
from reckon.attendance.words import BASES, DAY_KINDS, SYSTEMS
from reckon.columns import Bools, Ints, Spans, ints, keep_first, outside, union, within

APPROVED, PUNCHED, BOTH = (BASES.index(word) for word in ("approved", "punched", "both"))
STATUTORY = DAY_KINDS.index("statutory")
UNTIMED = SYSTEMS.index("untimed")


@dataclass(frozen=True)
class Spells:
    """Intervals on the line, each owned by a day of the grid; sorted by day, then time, disjoint per day."""

    day: Ints
    begins: Ints
    ends: Ints

    def __len__(self) -> int:
        return len(self.day)

    def of(self, kept: Ints | Bools) -> "Spells":
        """Some of the spells."""
        return Spells(self.day[kept], self.begins[kept], self.ends[kept])

    def sum_by_day(self, values: Ints, days: int) -> Ints:
        """Sum a column of spells into the days of the grid."""
        return ints(np.bincount(self.day, values, days))


@dataclass(frozen=True)
class Overtime:
    """How overtime came about, step by step, as spells; `counted` is what remains."""

    presence: Spells
    approved: Spells
    based: Spells
    unplanned: Spells
    eligible: Spells
    counted: Spells


def presence_outside_plan(
    days: Days, company: Company, group: Ints, plan: Plan, taken: Taken, seen: Presence
) -> Spells:
    """Presence outside the plan: after the last segment, before the first, all of it without a shift.

    Of a free shift it is [on, off), to which approved overtime is cut where the basis is `both`.
    """
    groups = company.groups
    day, first, last = plan.effective.bounds(plan.segments)
    after = plan.end[last] + groups.overtime_after[group[day]]
    stays = taken.has_off[last] & (taken.off_at[last] > after)
    comes = groups.early_overtime[group[day]] & taken.has_on[first] & (taken.on_at[first] < plan.start[first])
    shift = days.shift
    free_both = company.shifts.free[shift] & (groups.basis[group] == BOTH)
    other = np.flatnonzero((seen.count > 1) & ((shift == REST) | free_both))
    return by_day(
        days,
        np.concatenate([day[comes], day[stays], other]),
        np.concatenate([taken.on_at[first[comes]], after[stays], seen.first_at[other]]),
        np.concatenate([plan.start[first[comes]], taken.off_at[last[stays]], seen.last_at[other]]),
    )


def by_day(days: Days, day: Ints, begins: Ints, ends: Ints) -> Spells:
    """Any intervals owned by days as spells: sorted, those of one day united."""
    shift = _apart(days, day)
    spans = union(begins + shift, ends + shift)
    return _together(days, spans)


def _apart(days: Days, day: Ints) -> Ints:
    """What to add to places so that each day has a line of its own, as long as its employee's stretch."""
    return (day - days.employee[day]) * days.line.stretch


def _together(days: Days, spans: Spans) -> Spells:
    day = spans.begins // days.line.stretch
    shift = _apart(days, day)
    return Spells(day, spans.begins - shift, spans.ends - shift)


def approved_by_day(days: Days, company: Company, facts: Facts) -> Spells:
    """Approved overtime at the day it belongs to (see `owning_day`)."""
    begins = days.line.at(facts.overtime_employee, facts.overtime_start)
    ends = days.line.at(facts.overtime_employee, facts.overtime_end)
    day, owned = owning_day(days, company, facts.overtime_employee, begins)
    return by_day(days, day[owned], begins[owned], ends[owned])


def owning_day(days: Days, company: Company, employee: Ints, begins: Ints) -> tuple[Ints, Bools]:
    """The latest roster day whose windows' hull holds the start, else the calendar date; and whether it exists."""
    date = days.line.date(begins)
    owner, owned = days.find(employee, date)
    owned = owned & days.employed[owner]
    before, after = _hull(company)
    for offset in range(after // -MINUTES_IN_DAY, before // MINUTES_IN_DAY + 2):
        day, there = days.find(employee, date + offset)
        holds = there & _holds(days, company, day, begins)
        owner, owned = np.where(holds, day, owner), owned | holds
    return owner, owned


def _hull(company: Company) -> tuple[int, int]:
    """Minutes before and after its midnight that a roster day can reach with its windows."""
    rules = company.shifts.segments
    if not len(rules.start):
        return 0, 0
    return int((rules.in_before - rules.start).max()), int((rules.end + rules.out_after).max())


def _holds(days: Days, company: Company, day: Ints, at: Ints) -> Bools:
    shifts, rules = company.shifts, company.shifts.segments
    shift = days.shift[day]
    timed = shifts.timed[shift]
    if not timed.any():
        return timed
    first = np.where(timed, shifts.first_segment(shift), 0)
    last = np.where(timed, shifts.last_segment(shift), 0)
    since = at - days.midnight[day]
    begins, ends = rules.start[first] - rules.in_before[first], rules.end[last] + rules.out_after[last]
    return timed & (begins <= since) & (since <= ends)


def count_overtime(
    days: Days, company: Company, group: Ints, plan: Plan, presence: Spells, approved: Spells
) -> Overtime:
    """Take the basis, leave planned minutes out, then the minimum and the step of the group."""
    groups = company.groups
    based = _on_basis(days, company, group, presence, approved)
    unplanned = _outside_plan(plan, based)
    eligible = _only_statutory(days, company, group, unplanned)
    length = eligible.ends - eligible.begins
    total = eligible.sum_by_day(length, len(days))
    whole = total - total % groups.overtime_step[group]
    wanted = np.where(total < groups.overtime_min[group], 0, whole)[eligible.day]
    ends = keep_first(eligible.day, eligible.begins, eligible.ends, wanted)
    counted = Spells(eligible.day, eligible.begins, ends).of(ends > eligible.begins)
    return Overtime(presence, approved, based, unplanned, eligible, counted)


def _on_basis(days: Days, company: Company, group: Ints, presence: Spells, approved: Spells) -> Spells:
    basis = company.groups.basis[group]
    shift = _apart(days, presence.day)
    cover = Spans(presence.begins + shift, presence.ends + shift)
    agreed = approved.of(basis[approved.day] == BOTH)
    apart = _apart(days, agreed.day)
    _, begins, ends = within(cover, agreed.begins + apart, agreed.ends + apart)
    both = _together(days, Spans(begins, ends))
    alone = approved.of(basis[approved.day] == APPROVED)
    seen = presence.of(basis[presence.day] == PUNCHED)
    day = np.concatenate([both.day, alone.day, seen.day])
    order = np.argsort(day, kind="stable")
    begins = np.concatenate([both.begins, alone.begins, seen.begins])
    ends = np.concatenate([both.ends, alone.ends, seen.ends])
    return Spells(day[order], begins[order], ends[order])


def _outside_plan(plan: Plan, spells: Spells) -> Spells:
    """Planned minutes (moved by flex) of any day of the employee never count."""
    begins = np.concatenate([plan.start, plan.break_end])
    planned = union(begins, np.concatenate([plan.break_start, plan.end]))
    of, begins, ends = outside(planned, spells.begins, spells.ends)
    return Spells(spells.day[of], begins, ends)


def _only_statutory(days: Days, company: Company, group: Ints, spells: Spells) -> Spells:
    """System untimed (不定时工时) keeps minutes on statutory dates only."""
    untimed = company.groups.system[group[spells.day]] == UNTIMED
    if not untimed.any():
        return spells
    cover = statutory_spans(days, company)
    kept = spells.of(untimed)
    of, begins, ends = within(cover, kept.begins, kept.ends)
    rest = spells.of(~untimed)
    day = np.concatenate([kept.day[of], rest.day])
    order = np.argsort(day, kind="stable")
    return Spells(day[order], np.concatenate([begins, rest.begins])[order], np.concatenate([ends, rest.ends])[order])


def statutory_spans(days: Days, company: Company) -> Spans:
    """Every employee's statutory dates on the line."""
    statutory = company.calendar.dates_of(STATUTORY)
    inside = (statutory >= days.line.begins_on) & (statutory < days.line.begins_on + days.line.days)
    dates = statutory[inside]
    employee = np.repeat(np.arange(days.people), len(dates))
    begins = days.line.midnight(employee, np.tile(dates, days.people))
    return union(begins, begins + MINUTES_IN_DAY)
