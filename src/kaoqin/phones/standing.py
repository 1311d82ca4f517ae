"""Where somebody who punches belongs on a day, and what follows from it: the ways that are open, the places, screens, posters,
stations and networks. Each is asked once, when it is first needed: a punch is judged by several of them."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property

from django.db.models import Q, QuerySet

from kaoqin.consent import queries as consent
from kaoqin.consent.words import Purpose
from kaoqin.org import queries as org
from kaoqin.phones import queries
from kaoqin.phones.models import Mark, Place, Screen, Signal, SiteWays, WaysRule
from kaoqin.phones.queries import in_force
from kaoqin.phones.words import Way, Ways
from kaoqin.scheduling import queries as scheduling


class Standing:
    """An employee on a day of the place where they are."""

    def __init__(self, employee_id: int, on: dt.date) -> None:
        self.employee_id, self.on = employee_id, on

    @cached_property
    def group_id(self) -> int | None:
        return scheduling.group_id_of(self.employee_id, self.on)

    @cached_property
    def _posted(self) -> org.Posted:
        return org.where_posted(self.employee_id, self.on)

    @property
    def site_ids(self) -> tuple[int, ...]:
        """The site they work at (one or none)."""
        return self._posted.site_ids

    @cached_property
    def ways(self) -> Ways:
        """How they may punch: as the group states, by default where it states nothing; but where their site states which
        ways are open, those and no others."""
        rows = WaysRule.objects.filter(group=self.group_id, begins_on__lte=self.on).order_by("-begins_on")
        row, at_site = rows.first(), self.site_ways
        found = queries.ways_in(row) if row else Ways()
        return replace(found, ways=tuple(Way(one) for one in at_site.ways)) if at_site else found

    @cached_property
    def site_ways(self) -> SiteWays | None:
        """What their site states of the ways; most state nothing."""
        rows = SiteWays.objects.filter(in_force(self.on), site__in=self.site_ids)
        return rows.order_by("-begins_on").first()

    @cached_property
    def _agreed(self) -> set[str]:
        return consent.chosen(self.employee_id)

    def agrees_to(self, purpose: Purpose) -> bool:
        """Whether they agree to the use of their position, to photos, to the comparing of their face, now."""
        return purpose.code in self._agreed

    @cached_property
    def places(self) -> list[Place]:
        """Where they may punch, be it told for the site, the group, a department or the person."""
        there = Q(employee=self.employee_id) | Q(site__in=self.site_ids)
        there |= Q(department__in=self._posted.departments) | Q(group=self.group_id)
        return list(Place.objects.filter(in_force(self.on)).filter(there).order_by("pk"))

    def screens(self) -> QuerySet[Screen]:
        """The screens of their site."""
        return Screen.objects.filter(in_force(self.on), site__in=self.site_ids).order_by("pk")

    def mark(self, key: str, kind: Way) -> Mark | None:
        """The poster or tag with this key, if it is one of their site."""
        rows = Mark.objects.filter(in_force(self.on), key=key, kind=kind)
        return rows.filter(site__in=self.site_ids).first()

    def signal(self, addresses: Sequence[str], kind: Way) -> Signal | None:
        """The first station or beacon of their site that is among those heard."""
        rows = Signal.objects.filter(in_force(self.on), kind=kind, address__in=addresses)
        return rows.filter(site__in=self.site_ids).order_by("pk").first()

    def network(self, address: str) -> str:
        """The office network of their site that an address belongs to, by name; empty where it belongs to none."""
        found = queries.network_at(address, self.on, self.site_ids)
        return found.name if found else ""
