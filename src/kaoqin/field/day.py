"""What the page of one's visits shows: the visit that goes on, today's plan, what is near, what was done."""

import datetime as dt

from django.utils.translation import gettext, pgettext

from kaoqin.core.places import Point, distance_m
from kaoqin.core.tables import containing
from kaoqin.core.time import as_wall_clock
from kaoqin.field import kind_queries, queries, visit_queries
from kaoqin.field.models import Customer, KindVersion, PlanStop, Visit
from kaoqin.field.wire import (
    DayAnswer,
    DoneAnswer,
    FieldAnswer,
    HereAsked,
    KindAnswer,
    OpenAnswer,
    StopAnswer,
)
from kaoqin.field.words import Ending, Sureness
from kaoqin.phones import queries as phones
from kaoqin.phones.proving import MOST_ACCURACY_M
from kaoqin.phones.today import say_metres
from kaoqin.security.words import Actor

MOST_FOUND = 20


def day_of(employee_id: int, asked: HereAsked, *, seen_by: Actor, on: dt.date) -> DayAnswer:
    """Everything the page shows. The position is judged by and forgotten."""
    here = _here(employee_id, asked)
    plan = visit_queries.stops(employee_id, on, on)
    visits = visit_queries.of_day(employee_id, on)
    going = next((one for one in reversed(visits) if one.ended_at is None), None)
    planned = {one.customer_id for one in plan}
    near = _near(asked, here, seen_by, on)
    return DayAnswer(
        sentence=_say_plan(plan),
        going=_going(going) if going else None,
        stops=[_stop(one, here, asked, going) for one in plan],
        near=[_customer(one, here, asked) for one in near if one.pk not in planned or asked.search],
        kinds=[_kind(one) for one in kind_queries.versions_on(on)],
        done=[_done(one) for one in visits],
    )


def _here(employee_id: int, asked: HereAsked) -> Point | None:
    sent = asked.point
    if sent is None or sent.accuracy_m > MOST_ACCURACY_M or not phones.agrees_to_location(employee_id):
        return None
    return Point(sent.latitude, sent.longitude, sent.datum)


def _near(asked: HereAsked, here: Point | None, by: Actor, on: dt.date) -> list[Customer]:
    """What was searched for, else the nearest, else the first by code."""
    rows = queries.customers(seen_by=by, on=on).filter(closed=False)
    if text := asked.search.strip():
        return list(rows.filter(containing(("name", "code", "address"), text))[:MOST_FOUND])
    if here:
        return [one for one, _ in queries.nearest(here, seen_by=by, on=on)]
    return list(rows[:MOST_FOUND])


def _stop(one: PlanStop, here: Point | None, asked: HereAsked, going: Visit | None) -> StopAnswer:
    told = _customer(one.customer, here, asked)
    visited = getattr(one, "visited", False)
    state = "going" if going and going.customer_id == one.customer_id else "done" if visited else "open"
    labels = {
        "going": pgettext("visit", "拜访中"),
        "done": pgettext("visit", "已拜访"),
        "open": pgettext("visit", "待拜访"),
    }
    time = f"{one.time:%H:%M}" if one.time else ""
    return told.model_copy(update={"time": time, "state": state, "said": labels[state]})


def _customer(one: Customer, here: Point | None, asked: HereAsked) -> StopAnswer:
    there = queries.point_of(one)
    told = StopAnswer(customer=one.pk, name=one.name, address=one.address)
    if here is None or there is None:
        return told
    far = round(distance_m(there, here))
    accuracy = asked.point.accuracy_m if asked.point else 0
    verdict = "inside" if far <= one.radius_m + accuracy and one.sureness == Sureness.EXACT else "outside"
    return told.model_copy(update={"distance": say_metres(far), "verdict": verdict})


def _kind(row: KindVersion) -> KindAnswer:
    fields = [FieldAnswer(**one) for one in row.fields]
    return KindAnswer(
        id=row.kind_id,
        name=row.kind.name,
        photo_needed=row.photo_needed,
        note_needed=row.note_needed,
        least_minutes=row.least_minutes,
        fields=fields,
    )


def _going(row: Visit) -> OpenAnswer:
    return OpenAnswer(
        visit=row.record.key,
        customer=row.customer_id,
        name=row.customer.name,
        kind=row.terms.kind_id,
        since=row.started_at.isoformat(),
        said=visit_queries.say_where(row),
    )


def _done(row: Visit) -> DoneAnswer:
    begin = f"{as_wall_clock(row.started_at, row.zone):%H:%M}"
    end = f"–{as_wall_clock(row.ended_at, row.zone):%H:%M}" if row.ended_at and row.ending != Ending.MIDNIGHT else ""
    away = visit_queries.say_where(row) if row.verdict == "outside" else ""
    said = " · ".join(filter(None, (visit_queries.say_stay(row), away, _say_lacking(row), _say_unplanned(row))))
    state = "lacking" if row.lacking and row.ended_at else "outside" if away else "done" if row.ended_at else "going"
    return DoneAnswer(id=row.pk, time=begin + end, name=row.customer.name, state=state, said=said)


def _say_lacking(row: Visit) -> str:
    return gettext("待补填") if row.lacking and row.ended_at else ""


def _say_unplanned(row: Visit) -> str:
    return "" if getattr(row, "planned", False) else gettext("计划外")


def _say_plan(plan: list[PlanStop]) -> str:
    if not plan:
        return gettext("今天没有计划,可以从附近的客户开始")
    done = sum(bool(getattr(one, "visited", False)) for one in plan)
    return gettext("今天计划 {count} 家,已拜访 {done} 家").format(count=len(plan), done=done)
