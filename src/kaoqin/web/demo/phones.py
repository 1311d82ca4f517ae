"""Phones of the demo: two places, an office network, and a day of phone punches of the sales people, one of them outside."""

import base64
import datetime as dt
import json
import uuid

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from kaoqin.core.places import Datum, Point
from kaoqin.core.sealed import seal
from kaoqin.org.models import Employee, Site
from kaoqin.phones import actions, mark_actions, taking
from kaoqin.phones.actions import PlaceDetails
from kaoqin.phones.location import VERSION
from kaoqin.phones.models import Mark, Phone, Screen
from kaoqin.phones.signing import read_spki, sign_contact
from kaoqin.phones.wire import SignedRecord
from kaoqin.phones.words import Way, Ways
from kaoqin.scheduling import queries as scheduling
from kaoqin.security.words import Actor, Granted, Role, Scope, ScopeKind
from kaoqin.web.demo.companies import BUILDER, Company

OFFICE, EXPO = Point(31.228474, 121.478224, Datum.GCJ02), Point(31.1889, 121.2995, Datum.GCJ02)
DEGREE_M = 111_195
DAY, HOUR = dt.timedelta(days=1), dt.timedelta(hours=1)


class DemoPhone:
    """A phone of somebody, registered a month ago; its key is drawn from the number, so that the demo is always the same."""

    def __init__(self, employee: Employee, name: str, at: dt.datetime) -> None:
        self.by = Actor(None, employee.name, (Granted(Role.EMPLOYEE, Scope(ScopeKind.SELF)),), employee.pk)
        self._key = ec.derive_private_key(employee.pk + 1_000_003, ec.SECP256R1())
        told = serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        spki = base64.urlsafe_b64encode(self._key.public_key().public_bytes(*told)).decode()
        self._phone: Phone = actions.register(read_spki(spki), name, by=self.by, at=at, today=at.date())
        actions.choose_location(True, VERSION, by=self.by, at=at, today=at.date())
        self._counter = 0

    def press(self, at: dt.datetime, where: Point, south_m: float, note: str = "") -> None:
        """Punch at an instant, some metres south of a place, as the browser would."""
        self._counter += 1
        boot, when = str(uuid.UUID(int=self._phone.pk)), at.isoformat()
        contact = {"server_time": when, "proof": sign_contact(None, at.astimezone(dt.UTC)), "ticks": 0, "boot": boot}
        north, east = (here := where.to(Datum.WGS84)).latitude - south_m / DEGREE_M, here.longitude
        point = {"latitude": north, "longitude": east, "accuracy_m": 18, "taken_at": when}
        payload = json.dumps(
            {
                "v": 1,
                "phone": self._phone.pk,
                "id": str(uuid.UUID(int=self._phone.pk * 1000 + self._counter)),
                "counter": self._counter,
                "kind": "punch",
                "device_time": when,
                "zone": "Asia/Shanghai",
                "boot": boot,
                "ticks": 0,
                "contact": contact,
                "point": point,
                "note": note,
            }
        )
        taking.take_records([SignedRecord(payload=payload, signature=self._sign(payload))], by=self.by, at=at)

    def _sign(self, payload: str) -> str:
        r, s = decode_dss_signature(self._key.sign(payload.encode(), ec.ECDSA(hashes.SHA256())))
        return base64.urlsafe_b64encode(r.to_bytes(32, "big") + s.to_bytes(32, "big")).decode()


def _walls(site: Site, *, employee: Employee, begins_on: dt.date, today: dt.date, now: dt.datetime) -> None:
    """A screen in the hall and a poster at the desk of the site, with keys that stay, and a group that may use them."""
    screen = mark_actions.add_screen(site, "一号楼大厅", begins_on, by=BUILDER, at=now)
    Screen.objects.filter(pk=screen.pk).update(key="demo-hall", secret=seal("demo-hall"))
    poster = mark_actions.add_mark(site, "前台", Way.FIXED_QR, begins_on, by=BUILDER, at=now)
    Mark.objects.filter(pk=poster.pk).update(key="m1.demo-poster-at-desk-01")
    group = scheduling.groups_of([employee.pk], today)[employee.pk]
    open_ways = Ways(ways=(Way.GPS, Way.NETWORK, Way.QR, Way.FIXED_QR))
    actions.keep_ways(group, begins_on, open_ways, by=BUILDER, at=now)


def fill_phones(company: Company, begins_on: dt.date, today: dt.date, now: dt.datetime) -> None:
    """Places and a network since the beginning; yesterday the first field people punched by phone."""
    people = company.people["field"][:5]
    site = Site.objects.get(pk=people[0].postings.get().site_id)
    both = [_place("上海办公室", OFFICE, 200, site, begins_on), _place("展览中心", EXPO, 400, site, begins_on)]
    actions.add_places(both, by=BUILDER, at=now)
    actions.add_network(site, "办公室无线网", "203.0.113.0/24", begins_on, by=BUILDER, at=now)
    _walls(site, employee=people[0], begins_on=begins_on, today=today, now=now)
    morning = now.replace(hour=1, minute=0, second=0, microsecond=0) - DAY
    for number, employee in enumerate(people):
        phone = DemoPhone(employee, ("iPhone Safari", "Android Chrome")[number % 2], now - 30 * DAY)
        south_m = 1350 if number == 3 else 20 + 15 * number
        at = morning + dt.timedelta(minutes=3 * number - 10)
        phone.press(at, OFFICE, south_m, "拜访经销商,未到办公室" if number == 3 else "")
        phone.press(at + 9 * HOUR, EXPO, south_m / 5)


def _place(name: str, middle: Point, radius_m: int, site: Site, begins_on: dt.date) -> PlaceDetails:
    corner = (middle.latitude, middle.longitude)
    return PlaceDetails(name, middle.datum, (corner,), radius_m, begins_on, None, ("site_id", site.pk))
