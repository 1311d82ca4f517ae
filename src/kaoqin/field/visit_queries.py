"""Questions about visits and plans. Those that show people take `seen_by=`."""

import datetime as dt

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext, pgettext

from kaoqin.core.words import NotFound, say_minutes
from kaoqin.field.models import Ownership, PlanStop, Visit
from kaoqin.field.words import PLAN_VISITS, SEE_VISITS, VISIT
from kaoqin.org import queries as org
from kaoqin.org.models import Employee
from kaoqin.phones.today import say_metres
from kaoqin.phones.words import Seen
from kaoqin.security.doors import may, reach, require
from kaoqin.security.words import Actor


def visits(*, seen_by: Actor, on: dt.date) -> QuerySet[Visit]:
    """One's own visits and those of the people within reach, the newest first; each says whether it was `planned` and how
    many photos it has (`photo_count`)."""
    require(seen_by, VISIT)
    whose = Q(employee=seen_by.employee_id or 0)
    if not (reached := reach(seen_by, SEE_VISITS)).nobody:
        whose |= Q(employee__in=org.unrestricted(reached, on))
    rows = Visit.objects.filter(whose).select_related("employee", "customer", "terms__kind", "record", "out_record")
    return rows.annotate(planned=_planned(), photo_count=Count("photos")).order_by("-started_at", "-pk")


def _planned() -> Exists:
    stops = PlanStop.objects.filter(employee=OuterRef("employee"), date=OuterRef("date"), customer=OuterRef("customer"))
    return Exists(stops)


def visit(visit_id: int, *, seen_by: Actor, on: dt.date) -> Visit:
    """A visit somebody may see; to everybody else there is none."""
    found = visits(seen_by=seen_by, on=on).filter(pk=visit_id).first()
    if found is None:
        raise NotFound("field.no_visit", gettext("没有这次拜访,或者不在您的管理范围内。"))
    return found


def going(employee_id: int, on: dt.date) -> Visit | None:
    """The visit somebody is at on a day."""
    rows = Visit.objects.filter(employee=employee_id, date=on, ended_at=None)
    return rows.select_related("customer", "record", "terms").order_by("-started_at").first()


def of_day(employee_id: int, on: dt.date) -> list[Visit]:
    """Somebody's visits of a day in order; the caller has asked whether they may be seen."""
    rows = Visit.objects.filter(employee=employee_id, date=on).annotate(planned=_planned())
    return list(rows.select_related("customer", "terms", "record").order_by("started_at", "pk"))


def stops(employee_id: int, first: dt.date, last: dt.date) -> list[PlanStop]:
    """Somebody's plan from a day to a day, in order, each with whether it was `visited`; the caller has asked."""
    rows = PlanStop.objects.filter(employee=employee_id, date__range=(first, last)).select_related("customer")
    return list(rows.annotate(visited=visited()).order_by("date", "place", "pk"))


def visited() -> Exists:
    """Whether a stop of a plan was met: by a visit to that customer on that day."""
    found = Visit.objects.filter(employee=OuterRef("employee"), date=OuterRef("date"), customer=OuterRef("customer"))
    return Exists(found)


def planned_for(employee_id: int, *, seen_by: Actor, on: dt.date, code: str = SEE_VISITS) -> Employee:
    """Somebody whose plan may be seen: oneself, and the people within reach of `code`."""
    require(seen_by, VISIT)
    if employee_id == seen_by.employee_id:
        return org.person(employee_id, VISIT, seen_by=seen_by, on=on)
    return org.unrestricted_person(employee_id, code, seen_by=seen_by, on=on)


def may_plan(employee_id: int, *, seen_by: Actor, on: dt.date) -> bool:
    """Whether somebody may change the plan of an employee."""
    if employee_id == seen_by.employee_id:
        return True
    if not may(seen_by, PLAN_VISITS):
        return False
    return org.within(reach(seen_by, PLAN_VISITS), on).filter(pk=employee_id).exists()


def planners(*, seen_by: Actor, on: dt.date) -> QuerySet[Employee]:
    """The people within reach who own customers: those a manager chooses a plan from. Nobody where nobody is in reach."""
    reached = reach(seen_by, SEE_VISITS)
    people = org.by_ids([]) if reached.nobody else org.within(reached, on)
    return people.filter(Exists(Ownership.objects.filter(employee=OuterRef("pk"), ends_on=None))).order_by("number")


def say_where(row: Visit) -> str:
    """Where somebody was to the customer, in words."""
    if row.verdict == Seen.OUTSIDE:
        return gettext("不在客户处,距范围 {far}").format(far=say_metres(row.distance_m or 0))
    if row.verdict == Seen.UNCERTAIN:
        return gettext("定位不准,可能在客户处")
    return gettext("在客户处") if row.verdict == Seen.INSIDE else gettext("无法判断是否在客户处")


def say_stay(row: Visit) -> str:
    """How long somebody stayed, or how it stands."""
    if row.dwell_minutes is not None:
        return say_minutes(row.dwell_minutes)
    return pgettext("visit", "未签退") if row.ended_at else pgettext("visit", "拜访中")
