"""Tablets of the demo: one at the plant's gate that punches came from this morning, one that waits for its link to be opened, one that
was sent back; PINs of the first workers; and what the plant states of the ways to punch."""

import base64
import datetime as dt
import json
import uuid
from collections.abc import Sequence

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from kaoqin.kiosk import actions, taking
from kaoqin.kiosk.models import Tablet
from kaoqin.org.models import Employee, Site
from kaoqin.phones import actions as phones
from kaoqin.phones import site_ways_actions
from kaoqin.phones.signing import read_spki, sign_contact
from kaoqin.phones.words import Way, Ways
from kaoqin.scheduling import queries as scheduling
from kaoqin.security.words import Actor, Granted, Role, Scope, ScopeKind
from kaoqin.web.demo.companies import BUILDER, Company
from kaoqin.web.demo.phones import signed, spki_of

PIN, WRONG = "482915", "482951"
"""The PIN of the demo's first workers, as the demo's passwords are known; and what one types who mixes up two digits."""
DAY, MINUTE = dt.timedelta(days=1), dt.timedelta(minutes=1)
GATE = Actor(None, "打卡平板")


class DemoTablet:
    """A tablet that was bound at an instant; its key is drawn from a number, so that the demo is always the same."""

    def __init__(self, site: Site, name: str, at: dt.datetime) -> None:
        made = actions.add_tablet(site, name, by=BUILDER, at=at)
        self._key = ec.derive_private_key(2_000_003, ec.SECP256R1())
        self.tablet: Tablet = actions.bind(made.secret, read_spki(spki_of(self._key)), by=GATE, at=at)[0]
        public = serialization.load_der_public_key(base64.b64decode(self.tablet.sealing_for))
        if not isinstance(public, RSAPublicKey):
            raise TypeError(public)
        self._sealing, self._counter = public, 0

    def press(
        self, number: str, pin: str, at: dt.datetime, clock: dt.datetime | None = None, proven: bool = True
    ) -> None:
        """Somebody punches at an instant. The tablet's clock may say another time; where it is not `proven`, the server's last
        answer is lost, too."""
        self._counter += 1
        boot, told = str(uuid.UUID(int=2_000_003)), (clock or at).isoformat()
        contact = {"server_time": at.isoformat(), "ticks": 0, "boot": boot}
        contact["proof"] = sign_contact(taking.ORIGIN.format(self.tablet.pk), at.astimezone(dt.UTC))
        oaep = padding.OAEP(mgf=padding.MGF1(hashes.SHA256()), algorithm=hashes.SHA256(), label=None)
        payload = {
            "v": 1,
            "id": str(uuid.UUID(int=self._counter)),
            "counter": self._counter,
            "device_time": told,
            "boot": boot,
            "ticks": 0,
            "contact": contact if proven else None,
            "number": number,
            "pin": base64.b64encode(self._sealing.encrypt(pin.encode(), oaep)).decode(),
        }
        taking.take_presses(self.tablet, [signed(self._key, json.dumps(payload))], at=at)


def fill_kiosk(company: Company, begins_on: dt.date, today: dt.date, now: dt.datetime) -> None:
    """The first workers' group may punch on the tablet, and they have a PIN; yesterday they did."""
    people = next(iter(company.people.values()))[:5]
    site = Site.objects.get(pk=people[0].postings.get().site_id)
    group = scheduling.groups_of([people[0].pk], today)[people[0].pk]
    phones.keep_ways(group, begins_on, Ways(ways=(Way.NETWORK, Way.KIOSK)), by=BUILDER, at=now)
    for one in people:
        own = Actor(None, one.name, (Granted(Role.EMPLOYEE, Scope(ScopeKind.SELF)),), one.pk)
        actions.set_own_pin(PIN, by=own, at=now, today=today)
    _ways_of_the_plant(site, begins_on, today, now)
    gate = DemoTablet(site, "东门平板", now - 30 * DAY)
    actions.add_tablet(site, "食堂平板", by=BUILDER, at=now - 2 * DAY)
    old = actions.add_tablet(site, "西门旧平板", by=BUILDER, at=now - 60 * DAY).row
    if isinstance(old, Tablet):
        actions.revoke(old, by=BUILDER, at=now - 31 * DAY)
    _use(gate, people, now.replace(hour=0, minute=2, second=0, microsecond=0) - DAY)


def _ways_of_the_plant(site: Site, begins_on: dt.date, today: dt.date, now: dt.datetime) -> None:
    """At the plant the network alone was enough once; tablets came later, and a poster will."""
    tablets = max(begins_on + 30 * DAY, today - 40 * DAY)
    site_ways_actions.state_site_ways(site, begins_on, None, [Way.NETWORK], by=BUILDER, at=now)
    site_ways_actions.state_site_ways(site, tablets, None, [Way.NETWORK, Way.KIOSK], by=BUILDER, at=now)
    next_month = (today.replace(day=1) + 32 * DAY).replace(day=1)
    ways = [Way.NETWORK, Way.KIOSK, Way.FIXED_QR]
    site_ways_actions.state_site_ways(site, next_month, None, ways, by=BUILDER, at=now)


def _use(gate: DemoTablet, people: Sequence[Employee], morning: dt.datetime) -> None:
    """A morning at the gate: most punch; one types the wrong PIN first, one a number nobody has, one works elsewhere; once the
    tablet had lost its key to the time, and a person must look."""
    for number, one in enumerate(people[:4]):
        gate.press(one.number, PIN, morning + 3 * number * MINUTE)
    gate.press(people[4].number, WRONG, morning + 13 * MINUTE)
    gate.press(people[4].number, PIN, morning + 14 * MINUTE)
    gate.press("99999", PIN, morning + 15 * MINUTE)
    evening = morning + 9 * 60 * MINUTE
    for number, one in enumerate(people[:3]):
        gate.press(one.number, PIN, evening + 2 * number * MINUTE)
    gate.press(people[3].number, PIN, evening + 90 * MINUTE, clock=evening + 8 * MINUTE, proven=False)
    for number in range(6):
        gate.press(people[4].number, WRONG, evening + (100 + number) * MINUTE)
    Tablet.objects.filter(pk=gate.tablet.pk).update(last_seen_at=evening + 120 * MINUTE)
