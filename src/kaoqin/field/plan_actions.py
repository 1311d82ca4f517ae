"""Changes of plans: who means to visit whom on which day. Days that are over stay as they were planned."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext

from kaoqin.core.sentences import Sentence
from kaoqin.core.words import NotFound, Refusal
from kaoqin.field import queries, visit_queries
from kaoqin.field.models import PlanStop
from kaoqin.field.words import PLAN_VISITS, VISIT
from kaoqin.org import queries as org
from kaoqin.org.models import Employee
from kaoqin.security.audit import record
from kaoqin.security.doors import require
from kaoqin.security.words import Actor

MOST_A_DAY = 30
WEEK = dt.timedelta(days=7)


@dataclass(frozen=True)
class Stop:
    """A customer to be visited by somebody on a day, at a time or when it suits."""

    employee_id: int
    date: dt.date
    customer_id: int
    time: dt.time | None = None


def planned(employee_id: int, *, by: Actor, today: dt.date) -> Employee:
    """Somebody whose plan may be changed: oneself, and the people within reach. Refuses everybody else."""
    require(by, VISIT)
    found = visit_queries.planned_for(employee_id, seen_by=by, on=today, code=PLAN_VISITS)
    org.hold([found.pk], today)
    return found


@transaction.atomic
def add_stops(many: Sequence[Stop], *, by: Actor, at: dt.datetime, today: dt.date) -> int:
    """Stops at the end of their days; one that is planned already gets the time that is told. All or none; returns how
    many are new."""
    people = [planned(one, by=by, today=today) for one in sorted({one.employee_id for one in many})]
    _refuse_others(many, by, today)
    made = 0
    for who in people:
        own = [one for one in many if one.employee_id == who.pk]
        fresh = _add(who.pk, own)
        days = len({one.date for one in own})
        said = Sentence("安排 {name} {days} 天的拜访,新增 {count} 家", name=who.name, days=days, count=fresh)
        record(by, "field.plan", who, said, at=at, first=min(one.date for one in own).isoformat())
        made += fresh
    return made


def _add(employee_id: int, own: Sequence[Stop]) -> int:
    """Somebody's stops, however many, by one question and two writes; returns how many are new."""
    days: dict[dt.date, dict[int, PlanStop]] = {one.date: {} for one in own}
    for row in PlanStop.objects.filter(employee=employee_id, date__in=days).order_by("place"):
        days[row.date][row.customer_id] = row
    before = {row.pk for day in days.values() for row in day.values()}
    for one in own:
        day = days[one.date]
        if known := day.get(one.customer_id):
            known.time = one.time or known.time
            continue
        if len(day) >= MOST_A_DAY:
            raise Refusal("field.full_day", gettext("一天最多安排 {most} 家。").format(most=MOST_A_DAY), "customer")
        last = max((row.place for row in day.values()), default=0)
        day[one.customer_id] = PlanStop(**vars(one), place=last + 1)
    rows = [row for day in days.values() for row in day.values()]
    PlanStop.objects.bulk_update([row for row in rows if row.pk in before], ["time"])
    return len(PlanStop.objects.bulk_create(row for row in rows if row.pk not in before))


def _refuse_others(many: Sequence[Stop], by: Actor, today: dt.date) -> None:
    """Refuse days that are over or far, and customers who are closed or out of reach on the day."""
    wanted: dict[dt.date, set[int]] = {}
    for one in many:
        wanted.setdefault(one.date, set()).add(one.customer_id)
    for date, ids in wanted.items():
        _refuse_past(date, today)
        rows = queries.customers(seen_by=by, on=date).filter(closed=False, pk__in=ids).order_by()
        if ids - set(rows.values_list("pk", flat=True)):
            raise NotFound("field.no_customer", gettext("没有这个客户,或者不归您负责。"))


def _refuse_past(date: dt.date, today: dt.date) -> None:
    if date < today:
        raise Refusal("field.past_plan", gettext("过去的日子不能再改计划。"), "date")
    if date > today + dt.timedelta(days=366):
        raise Refusal("field.far_plan", gettext("只能安排一年以内的拜访。"), "date")


def _own_stop(stop_id: int, by: Actor, today: dt.date) -> PlanStop:
    found = PlanStop.objects.select_related("customer").filter(pk=stop_id).first()
    if found is None or not visit_queries.may_plan(found.employee_id, seen_by=by, on=today):
        raise NotFound("field.no_stop", gettext("计划里没有这一家。"))
    planned(found.employee_id, by=by, today=today)
    _refuse_past(found.date, today)
    return found


@transaction.atomic
def drop_stop(stop_id: int, *, by: Actor, at: dt.datetime, today: dt.date) -> PlanStop:
    """A stop is planned no more."""
    require(by, VISIT)
    found = _own_stop(stop_id, by, today)
    said = Sentence("{day} 的计划去掉「{name}」", day=found.date, name=found.customer.name)
    record(by, "field.drop_stop", found, said, at=at, employee=found.employee_id)
    PlanStop.objects.filter(pk=found.pk).delete()
    return found


@transaction.atomic
def raise_stop(stop_id: int, *, by: Actor, at: dt.datetime, today: dt.date) -> PlanStop:
    """A stop changes places with the one before it; the first stays the first."""
    require(by, VISIT)
    found = _own_stop(stop_id, by, today)
    day = PlanStop.objects.filter(employee=found.employee_id, date=found.date)
    above = day.filter(place__lt=found.place).order_by("-place").first()
    if above:
        above.place, found.place = found.place, above.place
        PlanStop.objects.bulk_update([above, found], ["place"])
        said = Sentence("{day} 的计划把「{name}」提前", day=found.date, name=found.customer.name)
        record(by, "field.raise_stop", found, said, at=at, employee=found.employee_id)
    return found


@transaction.atomic
def copy_week(employee_id: int, monday: dt.date, *, by: Actor, at: dt.datetime, today: dt.date) -> int:
    """The week before is planned once more, from today on, but for customers that are closed or are no longer theirs;
    what is planned already stays. Returns how many stops are new. Refuses where there is nothing to copy."""
    planned(employee_id, by=by, today=today)
    before = visit_queries.stops(employee_id, monday - WEEK, monday - dt.timedelta(days=1))
    told = [Stop(employee_id, one.date + WEEK, one.customer_id, one.time) for one in before]
    told = [one for one in told if one.date >= today and _still(one, by)]
    if not told:
        raise Refusal("field.nothing_to_copy", gettext("上一周没有可以复制的计划。"))
    return add_stops(told, by=by, at=at, today=today)


def _still(one: Stop, by: Actor) -> bool:
    rows = queries.customers(seen_by=by, on=one.date)
    return rows.filter(pk=one.customer_id, closed=False).exists()
