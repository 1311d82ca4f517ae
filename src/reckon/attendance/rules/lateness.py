"""Rules 7 and 9: late and early minutes, what is forgiven of them, what makes them serious or absence."""

from dataclasses import dataclass

import numpy as np

from reckon.attendance.company import LateOffLateOn
from reckon.attendance.rules.employment import Days
from reckon.attendance.rules.flex import Plan
from reckon.attendance.rules.missing import Missing
from reckon.attendance.rules.taking import Taken
from reckon.columns import Bools, Ints


@dataclass(frozen=True)
class Lateness:
    """Minutes per segment. `raw_late` = allowed + in_grace + late_minutes + absent_late; early alike.

    `allowed` is forgiven by late-off-late-on, the graces by the shift.
    """

    raw_late: Ints
    allowed: Ints
    late_grace: Ints
    late_minutes: Ints
    absent_late: Ints
    serious: Bools
    raw_early: Ints
    early_grace: Ints
    early_minutes: Ints
    absent_early: Ints


def late_off_allowance(days: Days, plan: Plan, taken: Taken, rules: LateOffLateOn) -> Ints:
    """Rule 9 (晚走晚到): minutes of lateness forgiven to each segment because yesterday ended late."""
    allowance = np.zeros(len(plan.start), np.int64)
    if not len(rules.shift):
        return allowance
    overstay, stayed = _overstay(days, plan, taken)
    before, has_before = days.day_before()
    yesterday, shift = before[plan.segments.day], days.shift[plan.segments.day]
    applies = (has_before & stayed[before])[plan.segments.day]
    for today, off_after, on_later in zip(rules.shift, rules.off_after, rules.on_later, strict=True):
        late_off = applies & (shift == today) & (overstay[yesterday] >= off_after)
        allowance = np.where(late_off, np.maximum(allowance, on_later), allowance)
    return allowance


def _overstay(days: Days, plan: Plan, taken: Taken) -> tuple[Ints, Bools]:
    """For each day: minutes from its planned end (moved by flex) to its last off punch, and whether it has one."""
    overstay, stayed = np.zeros(len(days), np.int64), np.zeros(len(days), bool)
    day, first, last = plan.effective.bounds(plan.segments)
    if len(day):
        last_off = np.maximum.reduceat(np.where(taken.has_off, taken.off_at, 0), first)
        overstay[day] = last_off - plan.end[last]
        stayed[day] = np.logical_or.reduceat(taken.has_off, first)
    return overstay, stayed


def judge(plan: Plan, missing: Missing, allowance: Ints) -> Lateness:
    """Rule 7: up to the grace forgiven, above it all of them count; thresholds of 0 never apply."""
    rules = plan.segments.rules
    raw_late = np.where(missing.counted, plan.measure(plan.begin, missing.on), 0)
    raw_early = np.where(missing.counted, plan.measure(missing.off, plan.finish), 0)
    allowed = np.minimum(raw_late, allowance)
    late_grace, late = _split(raw_late - allowed, rules("late_grace"))
    early_grace, early = _split(raw_early, rules("early_grace"))
    absent_late, absent_early = _reaches(late, rules("absent_late")), _reaches(early, rules("absent_early"))
    return Lateness(
        raw_late=raw_late,
        allowed=allowed,
        late_grace=late_grace,
        late_minutes=np.where(absent_late, 0, late),
        absent_late=np.where(absent_late, late, 0),
        serious=_reaches(late, rules("serious_late")),
        raw_early=raw_early,
        early_grace=early_grace,
        early_minutes=np.where(absent_early, 0, early),
        absent_early=np.where(absent_early, early, 0),
    )


def _split(minutes: Ints, grace: Ints) -> tuple[Ints, Ints]:
    """Forgiven minutes and minutes that count."""
    forgiven = minutes <= grace
    return np.where(forgiven, minutes, 0), np.where(forgiven, 0, minutes)


def _reaches(minutes: Ints, threshold: Ints) -> Bools:
    return (threshold > 0) & (minutes >= threshold)
