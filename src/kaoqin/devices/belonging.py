"""Who belongs on which terminal on a day: those who work at its site, and what dated rules say beside or instead."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from functools import cached_property

from django.db.models import Q

from kaoqin.core.time import as_wall_clock
from kaoqin.devices.models import Device, EmployeeCard, TerminalAccess
from kaoqin.devices.words import AccessKind
from kaoqin.org import place_queries
from kaoqin.org import queries as org

NOON = 12
DAY = dt.timedelta(days=1)


def days_meant(at: dt.datetime, zone: str) -> tuple[dt.date, ...]:
    """The days whose people belong on a terminal now: today's, and until noon yesterday's too, for a night shift of the
    last day punches out in the morning."""
    now = as_wall_clock(at, zone)
    return (now.date() - DAY, now.date()) if now.hour < NOON else (now.date(),)


class Belonging:
    """Who belongs where on one day. Four questions at most, however many terminals."""

    def __init__(self, on: dt.date) -> None:
        self.on = on
        self.people = {one.employee_id: one for one in org.placed(on)}
        rules = TerminalAccess.objects.filter(begins_on__lte=on).filter(Q(ends_on=None) | Q(ends_on__gte=on))
        self._of_device: dict[int, list[TerminalAccess]] = defaultdict(list)
        self._of_site: dict[int, list[TerminalAccess]] = defaultdict(list)
        for rule in rules:
            if rule.device_id:
                self._of_device[rule.device_id].append(rule)
            elif rule.at_site_id:
                self._of_site[rule.at_site_id].append(rule)

    @cached_property
    def _at_site(self) -> dict[int, set[int]]:
        found: dict[int, set[int]] = defaultdict(set)
        for one in self.people.values():
            found[one.site_id].add(one.employee_id)
        return found

    @cached_property
    def _in_department(self) -> dict[int, set[int]]:
        """The people of each department with those of all below it."""
        found: dict[int, set[int]] = defaultdict(set)
        above = {node.id: node.parent_id for node in place_queries.tree(self.on)}
        for one in self.people.values():
            department: int | None = one.department_id
            while department is not None:
                found[department].add(one.employee_id)
                department = above.get(department)
        return found

    @cached_property
    def cards(self) -> dict[int, str]:
        """The card of everybody who was ever given one; empty: none any more."""
        rows = EmployeeCard.objects.filter(begins_on__lte=self.on).order_by("begins_on")
        return dict(rows.values_list("employee_id", "card"))

    def of(self, device: Device) -> set[int]:
        """The ids of those who belong on a terminal."""
        rules = [*self._of_device.get(device.pk, ()), *self._of_site.get(device.site_id or 0, ())]
        only_chosen = any(rule.kind == AccessKind.CHOSEN_ONLY for rule in rules)
        found = set() if only_chosen else set(self._at_site.get(device.site_id or 0, ()))
        return found.union(*(self._named(rule) for rule in rules))

    def _named(self, rule: TerminalAccess) -> Iterable[int]:
        if rule.kind == AccessKind.SITE:
            return self._at_site.get(rule.site_id or 0, ())
        if rule.kind == AccessKind.DEPARTMENT:
            return self._in_department.get(rule.department_id or 0, ())
        return {rule.employee_id} & self.people.keys() if rule.employee_id else ()
