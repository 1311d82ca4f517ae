"""What people with accounts see of their own in the demo: phones with a native client, a copy of one's data, who looked at it."""

import datetime as dt

from kaoqin.org.models import Employee
from kaoqin.phones import pairing
from kaoqin.privacy import actions as privacy
from kaoqin.security.audit import record_access
from kaoqin.security.doors import actor_of
from kaoqin.security.models import Account
from kaoqin.security.words import Actor, Look
from kaoqin.web.demo.phones import DemoPhone

HOUR = dt.timedelta(hours=1)
PAIRED = ("lin", "wang")
LOOKS = (
    ("wang", Look.RECORD, "/phones/records/", 50),
    ("wang", Look.TRACK, "/tracks/", 49),
    ("wang", Look.PHOTO, "/field/visits/", 26),
    ("hr", Look.RECORD, "/phones/records/", 25),
    ("hr", Look.SPOT, "/phones/records/", 24.9),
    ("hr", Look.LEAVE, "/leave/", 3),
)
"""Who looked at what of Lin's, on which page, how many hours ago."""


def fill_own_data(phones: list[DemoPhone], today: dt.date, now: dt.datetime) -> None:
    """Two phones have the company's app, whose tokens speak for them; Lin has asked for a copy, and others looked at Lin's."""
    actors = {one.username: actor_of(one, today) for one in Account.objects.filter(username__in=("lin", "wang", "hr"))}
    by_person = {phone.phone.employee_id: phone for phone in phones}
    for username in PAIRED:
        phone = by_person.get(actors[username].employee_id or 0)
        if phone:
            _pair(username, phone, actors[username], today, now)
    lin = Employee.objects.get(account__username="lin")
    for who, what, page, hours_ago in LOOKS:
        record_access(actors[who], [lin.pk], what, page, at=now - hours_ago * HOUR)
    privacy.ask_own(by=actors["lin"], at=now, today=today)


def _pair(username: str, phone: DemoPhone, by: Actor, today: dt.date, now: dt.datetime) -> None:
    digits = pairing.offer(Account.objects.get(username=username), by=by, at=now, today=today)
    claim = pairing.Claim(username, digits, "")
    pairing.pair(claim, phone.spki, phone.phone.name, replace=False, at=now, today=today)
