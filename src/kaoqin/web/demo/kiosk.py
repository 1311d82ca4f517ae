"""A tablet of the demo at the plant's gate, and a PIN for some of its workers."""

import datetime as dt

from kaoqin.kiosk import actions
from kaoqin.org.models import Site
from kaoqin.phones import actions as phones
from kaoqin.phones.words import Way, Ways
from kaoqin.scheduling import queries as scheduling
from kaoqin.security.words import Actor, Granted, Role, Scope, ScopeKind
from kaoqin.web.demo.companies import BUILDER, Company

PIN = "482915"
"""The PIN of the demo's first workers, as the demo's passwords are known."""


def fill_kiosk(company: Company, begins_on: dt.date, today: dt.date, now: dt.datetime) -> None:
    """A tablet that waits for its link to be opened; the first workers' group may use it, and they have a PIN."""
    people = next(iter(company.people.values()))[:5]
    site = Site.objects.get(pk=people[0].postings.get().site_id)
    actions.add_tablet(site, "东门平板", by=BUILDER, at=now)
    group = scheduling.groups_of([people[0].pk], today)[people[0].pk]
    phones.keep_ways(group, begins_on, Ways(ways=(Way.NETWORK, Way.KIOSK)), by=BUILDER, at=now)
    for one in people:
        own = Actor(None, one.name, (Granted(Role.EMPLOYEE, Scope(ScopeKind.SELF)),), one.pk)
        actions.set_own_pin(PIN, by=own, at=now, today=today)
