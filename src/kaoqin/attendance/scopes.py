"""Whose month is closed, confirmed, handed over: the cycles of a scope, and why some of them cannot be closed yet."""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kaoqin.attendance import months
from kaoqin.attendance.cycles import PersonPeriod
from kaoqin.attendance.models import ClosedMonth, Confirmation, SettlementFault
from kaoqin.attendance.words import CLOSE_MONTHS, Answer
from kaoqin.core.arrays import any_of
from kaoqin.org import number_queries
from kaoqin.org import queries as org
from kaoqin.security.words import Actor

DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Scope:
    """Whose month (its first day): everybody within reach, narrowed by group, department, site and numbers."""

    month: dt.date
    group_id: int | None = None
    department_id: int | None = None
    site_id: int | None = None
    numbers: tuple[str, ...] = ()


def periods(scope: Scope, *, by: Actor, on: dt.date) -> dict[int, list[PersonPeriod]]:
    """The cycles of everybody in a scope, by employee. Refuses numbers of nobody within reach."""
    whom = org.people(CLOSE_MONTHS, seen_by=by, on=on)
    if scope.numbers:
        wanted = number_queries.reached_by_numbers(scope.numbers, CLOSE_MONTHS, seen_by=by, on=on)
        whom = whom.filter(any_of("pk", wanted))
    if scope.department_id:
        whom = org.in_departments(whom, scope.department_id, on)
    if scope.site_id:
        whom = org.at_site(whom, scope.site_id, on)
    begin, end = scope.month - 31 * DAY, (scope.month + 31 * DAY).replace(day=1) - DAY
    ids = list(org.employed(whom, begin, end).order_by("pk").values_list("pk", flat=True))
    found = months.periods_in(ids, scope.month)
    if scope.group_id:
        found = {key: some for key, some in found.items() if some[-1].group_id == scope.group_id}
    there = {key: (hired, left or end) for key, hired, left in org.employment(list(found))}
    return {
        key: kept
        for key, some in found.items()
        if (kept := [one for one in some if there[key][0] <= one.last and there[key][1] >= one.first])
    }


@dataclass(frozen=True)
class Standing:
    """Of some people: whose cycles can be closed, and why those of others cannot."""

    ready: dict[int, list[PersonPeriod]]
    closed: int = 0
    running: int = 0
    objected: int = 0
    faulty: int = 0


def standing(found: Mapping[int, Sequence[PersonPeriod]], today: dt.date, *, with_faults: bool) -> Standing:
    """Who is closed already, whose cycle is not over, whose objection waits, whose days could not be settled."""
    first = min((one.first for some in found.values() for one in some), default=today)
    last = max((one.last for some in found.values() for one in some), default=today)
    about = [any_of("employee_id", found)]
    closed = set(ClosedMonth.objects.filter(*about, reopened_at=None, last__gte=first).values_list("employee", "first"))
    objected = set(Confirmation.objects.filter(*about, state=Answer.OBJECTED).values_list("employee", "first"))
    faults = SettlementFault.objects.filter(*about, first__lte=last, last__gte=first).values_list("employee", flat=True)
    faulty = set() if with_faults else set(faults)
    count: Counter[str] = Counter()
    ready: dict[int, list[PersonPeriod]] = defaultdict(list)
    for key, some in found.items():
        for one in some:
            why = _why_not(key, one, today, (closed, objected, faulty))
            count[why] += 1
            if not why:
                ready[key].append(one)
    return Standing(dict(ready), *(count[why] for why in ("closed", "running", "objected", "faulty")))


def _why_not(key: int, one: PersonPeriod, today: dt.date, sets: tuple[set[Any], set[Any], set[Any]]) -> str:
    closed, objected, faulty = sets
    if (key, one.first) in closed:
        return "closed"
    if one.last >= today:
        return "running"
    if (key, one.first) in objected:
        return "objected"
    return "faulty" if key in faulty else ""
