"""Somebody's roster as planned days: rows of room scheduling → values that `counting` reckons with."""

import datetime as dt
from collections.abc import Iterable

from kaoqin.leave.counting import DAY, MINUTE, PlannedDay, Stretch, halfway
from kaoqin.org import queries as org
from kaoqin.scheduling import queries as scheduling
from kaoqin.scheduling.queries import DatedShift
from kaoqin.scheduling.words import DayKind, Segment, ShiftPlan


def planned_days(employee_id: int, first: dt.date, last: dt.date) -> list[PlannedDay]:
    """Every date from first to last of an employee, in order: six questions."""
    return planned_days_of([employee_id], first, last)[employee_id]


def planned_days_of(employee_ids: Iterable[int], first: dt.date, last: dt.date) -> dict[int, list[PlannedDay]]:
    """Every date from first to last of some employees. A day on which somebody is not employed has no plan."""
    ids = list(employee_ids)
    rows = scheduling.roster(ids, first - DAY, last + DAY)
    shifts = scheduling.shifts({row.shift_id for row in rows.values() if row.shift_id})
    employment = {key: (hired, left) for key, hired, left in org.employment(ids)}
    statutory = _statutory(ids, first, last)
    found = {}
    for key in ids:
        hired, left = employment[key]
        plans = {}
        for date in _dates(first - DAY, last + DAY):
            row = rows.get((key, date))
            there = hired <= date and (left is None or date <= left)
            plans[date] = _plan(row.shift_id if row and there else None, date, shifts)
        found[key] = lay(plans, first, last, statutory.get(key, set()))
    return found


def lay(
    plans: dict[dt.date, ShiftPlan | None], first: dt.date, last: dt.date, statutory: set[dt.date]
) -> list[PlannedDay]:
    """Every date from first to last as a planned day; the plans should reach a day beyond either end. Pure."""
    return [_day(date, plans, date in statutory) for date in _dates(first, last)]


def _dates(first: dt.date, last: dt.date) -> list[dt.date]:
    return [first + n * DAY for n in range((last - first).days + 1)]


def _plan(shift_id: int | None, date: dt.date, shifts: dict[int, DatedShift]) -> ShiftPlan | None:
    return shifts[shift_id].on(date) if shift_id else None


def _day(date: dt.date, plans: dict[dt.date, ShiftPlan | None], statutory: bool) -> PlannedDay:
    plan = plans[date]
    begins, ends = _border(date, plans), _border(date + DAY, plans)
    if plan is None:
        return PlannedDay(date, begins, ends, statutory=statutory)
    if plan.free:
        return PlannedDay(date, *_run(date, plans), required_minutes=plan.required_minutes, statutory=statutory)
    work = _work(date, plan)
    return PlannedDay(date, begins, ends, work, halfway(work), statutory=statutory)


def _border(date: dt.date, plans: dict[dt.date, ShiftPlan | None]) -> dt.datetime:
    """When a roster day begins: at midnight, or when the shift of the day before is over."""
    before = plans.get(date - DAY)
    midnight = _midnight(date)
    if before is None:
        return midnight
    over = _run(date - DAY, plans)[1] if before.free else _work(date - DAY, before)[-1][1]
    own = plans.get(date)
    begin = None if own is None or own.free else _work(date, own)[0][0]
    return max(midnight, over if begin is None else min(over, begin))


def _run(date: dt.date, plans: dict[dt.date, ShiftPlan | None]) -> Stretch:
    """A free day runs from its day_start to that of the next day, which takes over earlier when it is free too."""
    plan, after = plans[date], plans.get(date + DAY)
    start = _midnight(date) + (plan.day_start if plan else 0) * MINUTE
    end = start + DAY
    return start, min(end, _midnight(date + DAY) + after.day_start * MINUTE) if after and after.free else end


def _midnight(date: dt.date) -> dt.datetime:
    return dt.datetime.combine(date, dt.time())


def _work(date: dt.date, plan: ShiftPlan) -> tuple[Stretch, ...]:
    midnight = _midnight(date)
    return tuple(
        (midnight + start * MINUTE, midnight + end * MINUTE)
        for segment in plan.segments
        for start, end in _pieces(segment)
        if end > start
    )


def _pieces(segment: Segment) -> list[tuple[int, int]]:
    if segment.break_start is None or segment.break_end is None:
        return [(segment.start, segment.end)]
    return [(segment.start, segment.break_start), (segment.break_end, segment.end)]


def _statutory(ids: list[int], first: dt.date, last: dt.date) -> dict[int, set[dt.date]]:
    """The statutory dates of each employee's calendar, as far as calendars know the years."""
    groups = {key: spans[-1][0] for key, spans in scheduling.membership_spans(ids, first, last).items()}
    calendars = {group: dated[-1][1] for group, dated in scheduling.group_calendars().items()}
    known: dict[int | None, set[dt.date]] = {}
    found = {}
    for key in ids:
        calendar = calendars.get(groups.get(key, 0))
        if calendar not in known:
            days = scheduling.days_known(calendar, first, last)
            known[calendar] = {day.date for day in days if day.kind == DayKind.STATUTORY}
        found[key] = known[calendar]
    return found
