"""The hour of a nursing mother (哺乳时间): an hour of every workday until the child is one, laid as absences."""

import datetime as dt
from collections.abc import Iterable, Sequence

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from kaoqin.core import outcomes
from kaoqin.core.sentences import Sentence
from kaoqin.core.time import load_wall_clock, store_wall_clock
from kaoqin.core.words import NotFound, Refusal
from kaoqin.core.years import add_years
from kaoqin.leave import ledger
from kaoqin.leave.counting import DAY, MINUTE, PlannedDay, Stretch
from kaoqin.leave.models import NursingDay, NursingPlan
from kaoqin.leave.plans import planned_days
from kaoqin.leave.words import RECORD_LEAVE, Parameter, Place
from kaoqin.org import facts
from kaoqin.org import queries as org
from kaoqin.org.models import Employee
from kaoqin.security.audit import record
from kaoqin.security.doors import SYSTEM
from kaoqin.security.words import Actor

AHEAD, BEHIND = 60 * DAY, 60 * DAY
NURSING = "nursing"


@transaction.atomic
def plan_nursing(employee: Employee, begins_on: dt.date, place: Place, *, by: Actor, at: dt.datetime) -> NursingPlan:
    """An hour for each baby on every workday from a day on until the youngest child is one. A plan in force ends.

    Refuses whoever has no child under one year.
    """
    org.person(employee.pk, RECORD_LEAVE, seen_by=by, on=timezone.localdate(at))
    (who,) = facts.standings([employee.pk], begins_on)
    born = [(one.born_on, one.babies) for one in facts.births([employee.pk]).get(employee.pk, []) if one.born_on]
    young = [(day, babies) for day, babies in born if day <= begins_on < add_years(day, 1)]
    if who.gender != "female" or not young:
        said = gettext("{name} 在 {day} 没有登记未满 1 周岁的子女。")
        raise Refusal("leave.not_nursing", said.format(name=employee.name, day=begins_on), "begins_on")
    born_on, babies = max(young)
    each = ledger.law()(who.province, Parameter.NURSING_MINUTES, begins_on) or 0
    for earlier in NursingPlan.objects.filter(employee=employee, ends_on__gte=begins_on):
        _end(earlier, begins_on, by, at)
    made = NursingPlan.objects.create(
        employee=employee,
        begins_on=begins_on,
        ends_on=add_years(born_on, 1) - DAY,
        minutes=int(each) * babies,
        place=place,
        made_at=at,
        made_by_id=by.account_id,
    )
    told = {"name": employee.name, "begins_on": begins_on, "ends_on": made.ends_on, "minutes": made.minutes}
    said_deed = Sentence("{name} 自 {begins_on} 至 {ends_on} 每天哺乳 {minutes} 分钟", **told)
    record(by, "leave.plan_nursing", employee, said_deed, at=at)
    lay(made, by, at)
    return made


@transaction.atomic
def end_nursing(plan: NursingPlan, on: dt.date, *, by: Actor, at: dt.datetime) -> None:
    """The plan holds no more from a day on."""
    org.person(plan.employee_id, RECORD_LEAVE, seen_by=by, on=timezone.localdate(at))
    _end(plan, on, by, at)
    told = {"name": plan.employee.name, "on": on}
    record(by, "leave.end_nursing", plan.employee, Sentence("{name} 的哺乳时间自 {on} 结束", **told), at=at)


def _end(plan: NursingPlan, on: dt.date, by: Actor, at: dt.datetime) -> None:
    plan.ends_on = min(plan.ends_on, max(on - DAY, plan.begins_on))
    plan.save(update_fields=["ends_on"])
    if on <= plan.begins_on:
        _take_up(list(plan.days.all()), by, at)
        plan.delete()
    else:
        lay(plan, by, at)


def find_plan(plan_id: int, *, seen_by: Actor, on: dt.date) -> NursingPlan:
    found = NursingPlan.objects.filter(pk=plan_id).select_related("employee").first()
    if found is None:
        raise NotFound("leave.no_nursing", gettext("没有这条哺乳时间。"))
    org.person(found.employee_id, RECORD_LEAVE, seen_by=seen_by, on=on)
    return found


def lay(plan: NursingPlan, by: Actor, at: dt.datetime) -> None:
    """Make the absences of a plan what the roster asks for, two months back and two ahead."""
    today = timezone.localdate(at)
    first, last = max(plan.begins_on, today - BEHIND), min(plan.ends_on, today + AHEAD)
    days = planned_days(plan.employee_id, first, last) if first <= last else []
    wanted = {piece for day in days for piece in pieces(day, plan.minutes, plan.place)}
    there = {(load_wall_clock(row.start), load_wall_clock(row.end)): row for row in plan.days.all()}
    floor = dt.datetime.combine(first, dt.time())
    _take_up([row for piece, row in there.items() if piece not in wanted and piece[0] >= floor], by, at)
    for start, end in sorted(wanted - there.keys()):
        row = NursingDay.objects.create(plan=plan, start=store_wall_clock(start), end=store_wall_clock(end))
        outcomes.tell(
            "absences.agreed",
            origin=row.origin,
            employee_id=plan.employee_id,
            kind=NURSING,
            start=start,
            end=end,
            minutes=plan.minutes,
            remark="",
            by=by,
            at=at,
        )


def _take_up(rows: Sequence[NursingDay], by: Actor, at: dt.datetime) -> None:
    for row in rows:
        outcomes.tell("absences.ended", origin=row.origin, end=load_wall_clock(row.start), minutes=0, by=by, at=at)
        row.delete()


def pieces(day: PlannedDay, minutes: int, place: str) -> list[Stretch]:
    """Where the hour lies on a day: at the shift's begin, its end, or half and half. A day without a plan has none."""
    if day.required_minutes:
        return [(day.ends - minutes * MINUTE, day.ends)]
    if not day.work:
        return []
    if place == Place.BOTH:
        return [_from_start(day, minutes // 2), _to_end(day, minutes - minutes // 2)]
    return [_from_start(day, minutes) if place == Place.START else _to_end(day, minutes)]


def _from_start(day: PlannedDay, minutes: int) -> Stretch:
    """From the shift's begin on until so many planned minutes have gone by."""
    for start, end in day.work:
        length = int((end - start) / MINUTE)
        if minutes <= length:
            return day.work[0][0], start + minutes * MINUTE
        minutes -= length
    return day.work[0][0], day.work[-1][1]


def _to_end(day: PlannedDay, minutes: int) -> Stretch:
    for start, end in reversed(day.work):
        length = int((end - start) / MINUTE)
        if minutes <= length:
            return end - minutes * MINUTE, day.work[-1][1]
        minutes -= length
    return day.work[0][0], day.work[-1][1]


def lay_all(at: dt.datetime, employee_ids: Iterable[int] | None = None) -> None:
    """Lay the plans in force anew: the roster goes on, and it changes."""
    rows = NursingPlan.objects.filter(ends_on__gte=timezone.localdate(at) - BEHIND).select_related("employee")
    for plan in rows if employee_ids is None else rows.filter(employee__in=list(employee_ids)):
        with transaction.atomic():
            lay(plan, SYSTEM, at)
