"""Questions about the ledger of comprehensive hours (综合计算工时, rule 17): per person and cycle."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum

from kaoqin.attendance.models import CycleHours
from kaoqin.attendance.words import SEE_CLOSED, SEE_OWN_DAYS
from kaoqin.org import queries as org
from kaoqin.security.doors import require
from kaoqin.security.words import Actor

_SUMMED = ("standard_minutes", "average_minutes", "worked_minutes", "statutory_minutes", "excess_minutes")


@dataclass(frozen=True)
class GroupHours:
    """The sums of a group's cycle, minutes; `over` people have more than the standard, `closed` are closed."""

    group: str
    begins_on: dt.date
    ends_on: dt.date
    people: int
    over: int
    closed: int
    standard_minutes: int
    average_minutes: int
    worked_minutes: int
    statutory_minutes: int
    excess_minutes: int


def ledger(day: dt.date, *, seen_by: Actor, on: dt.date) -> QuerySet[CycleHours]:
    """The cycles that hold a day of the people within reach, by group and number."""
    whom = org.people(SEE_CLOSED, seen_by=seen_by, on=on).filter(pk=OuterRef("employee_id"))
    rows = CycleHours.objects.filter(Exists(whom), begins_on__lte=day, ends_on__gte=day)
    return rows.select_related("employee", "group").order_by("group__code", "employee__number", "begins_on")


def by_group(rows: QuerySet[CycleHours]) -> list[GroupHours]:
    """Sums by group and cycle: one question for any number of people."""
    sums: dict[str, Any] = {name: Sum(name) for name in _SUMMED}
    counts = {"people": Count("pk"), "closed": Count("closed_at"), "over": Count("pk", filter=Q(excess_minutes__gt=0))}
    told: Any = rows.order_by("group__code", "begins_on").values("group__name", "begins_on", "ends_on")
    found = told.annotate(**counts, **sums)
    return [GroupHours(group=row.pop("group__name"), **row) for row in found]


def own(*, by: Actor) -> list[CycleHours]:
    """One's own cycles, the newest first."""
    require(by, SEE_OWN_DAYS)
    rows = CycleHours.objects.filter(employee=by.employee_id or 0)
    return list(rows.select_related("group").order_by("-begins_on", "-ends_on"))
