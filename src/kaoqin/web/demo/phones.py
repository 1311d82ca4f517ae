"""Phones of the demo: two places, an office network, and days of phone punches of the sales people, some of them odd."""

import base64
import datetime as dt
import hashlib
import io
import json
import uuid
from collections.abc import Sequence
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from PIL import Image, ImageDraw

from kaoqin.consent import choosing
from kaoqin.core.places import Datum, Point
from kaoqin.core.sealed import seal
from kaoqin.org.models import Employee, Site
from kaoqin.phones import actions, mark_actions, photos, place_actions, taking
from kaoqin.phones.actions import PlaceDetails
from kaoqin.phones.models import Mark, Phone, Place, Screen
from kaoqin.phones.signing import read_spki, sign_contact
from kaoqin.phones.wire import SignedRecord
from kaoqin.phones.words import LOCATION, PHOTO, Demand, Way, Ways
from kaoqin.scheduling import queries as scheduling
from kaoqin.security.words import Actor, Granted, Role, Scope, ScopeKind
from kaoqin.web.demo.companies import BUILDER, Company

OFFICE, EXPO = Point(31.228474, 121.478224, Datum.GCJ02), Point(31.1889, 121.2995, Datum.GCJ02)
DEGREE_M = 111_195
MOBILE = "198.51.100.{}"
DAYS_BEFORE = 14
DAY, HOUR = dt.timedelta(days=1), dt.timedelta(hours=1)


def spki_of(key: ec.EllipticCurvePrivateKey) -> str:
    """The public half of a key, as a browser tells it."""
    told = serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    return base64.urlsafe_b64encode(key.public_key().public_bytes(*told)).decode()


def signed(key: ec.EllipticCurvePrivateKey, payload: str) -> SignedRecord:
    """A record with the signature a browser makes: raw r and s."""
    r, s = decode_dss_signature(key.sign(payload.encode(), ec.ECDSA(hashes.SHA256())))
    told = base64.urlsafe_b64encode(r.to_bytes(32, "big") + s.to_bytes(32, "big")).decode()
    return SignedRecord(payload=payload, signature=told)


class DemoPhone:
    """A phone of somebody, registered a month ago; its key is drawn from the number, so that the demo is always the same."""

    def __init__(self, employee: Employee, name: str, at: dt.datetime, address: str = "") -> None:
        self.device = f"demo-{employee.pk}"
        self.by = Actor(None, employee.name, (Granted(Role.EMPLOYEE, Scope(ScopeKind.SELF)),), employee.pk, address)
        self._key = ec.derive_private_key(employee.pk + 1_000_003, ec.SECP256R1())
        self.spki = read_spki(spki_of(self._key))
        self.phone: Phone = actions.register(self.spki, name, by=self.by, at=at, today=at.date())
        for purpose in (LOCATION, PHOTO):
            choosing.choose(purpose, True, purpose.version, by=self.by, at=at, today=at.date())
        self._counter = 0

    def press(self, at: dt.datetime, where: Point, south_m: float, note: str = "", **told: Any) -> None:
        """Punch at an instant, some metres south of a place, as the browser would."""
        self.tell("punch", {}, at, where, south_m, note, **told)

    def tell(
        self,
        kind: str,
        about: dict[str, Any],
        at: dt.datetime,
        where: Point,
        south_m: float,
        note: str = "",
        *,
        accuracy_m: float = 18,
        device: str = "",
        wifi: Sequence[str] = (),
        photo: bytes = b"",
        photo_after: dt.timedelta | None = dt.timedelta(0),
        **point: Any,
    ) -> str:
        """A record of a kind made at an instant, some metres south of a place, as the browser would; or as a native client,
        which tells more of the `point` and the Wi-Fi about. Its photo comes so much after it, or never. Its id."""
        self._counter += 1
        key = str(uuid.UUID(int=self.phone.pk * 1000 + self._counter))
        boot, when = str(uuid.UUID(int=self.phone.pk)), at.isoformat()
        contact = {"server_time": when, "proof": sign_contact(None, at.astimezone(dt.UTC)), "ticks": 0, "boot": boot}
        north, east = (here := where.to(Datum.WGS84)).latitude - south_m / DEGREE_M, here.longitude
        point |= {"latitude": north, "longitude": east, "accuracy_m": accuracy_m, "taken_at": when}
        shot = uuid.uuid5(uuid.NAMESPACE_OID, key)
        if photo and photo_after == dt.timedelta(0):
            photos.bring(shot, photo, by=self.by, at=at, today=at.date())
        payload = json.dumps(
            {
                "v": 1,
                "phone": self.phone.pk,
                "id": key,
                "counter": self._counter,
                "kind": kind,
                "about": about,
                "device_time": when,
                "zone": "Asia/Shanghai",
                "boot": boot,
                "ticks": 0,
                "contact": contact,
                "point": point,
                "wifi": list(wifi),
                "note": note,
                "photo": {"id": str(shot), "sha256": hashlib.sha256(photo).hexdigest()} if photo else None,
                "client": {"device": device or self.device},
            }
        )
        taking.take_records([signed(self._key, payload)], by=self.by, at=at)
        if photo and photo_after:
            photos.bring(shot, photo, by=self.by, at=at + photo_after, today=at.date())
        return key


def _walls(site: Site, *, employee: Employee, begins_on: dt.date, today: dt.date, now: dt.datetime) -> None:
    """A screen in the hall and a poster at the desk of the site, with keys that stay, and a group that may use them."""
    screen = mark_actions.add_screen(site, "一号楼大厅", begins_on, by=BUILDER, at=now)
    Screen.objects.filter(pk=screen.pk).update(key="demo-hall", secret=seal("demo-hall"))
    poster = mark_actions.add_mark(site, "前台", Way.FIXED_QR, begins_on, by=BUILDER, at=now)
    Mark.objects.filter(pk=poster.pk).update(key="m1.demo-poster-at-desk-01")
    group = scheduling.groups_of([employee.pk], today)[employee.pk]
    open_ways = Ways(ways=(Way.GPS, Way.NETWORK, Way.QR, Way.FIXED_QR), photo=Demand.OUTSIDE)
    actions.keep_ways(group, begins_on, open_ways, by=BUILDER, at=now)


def fill_phones(company: Company, begins_on: dt.date, today: dt.date, now: dt.datetime) -> list[DemoPhone]:
    """Places and a network since the beginning; of this month some days of phone punches of the first field people, and
    yesterday some that should be looked at: outside, made up, too fast, by a colleague's phone. Their phones."""
    people = company.people["field"][:5]
    site = Site.objects.get(pk=people[0].postings.get().site_id)
    both = [_place("上海办公室", OFFICE, 200, site, begins_on), _place("展览中心", EXPO, 400, site, begins_on)]
    actions.add_places(both, by=BUILDER, at=now)
    _move_places(today, now)
    actions.add_network(site, "办公室无线网", "203.0.113.0/24", begins_on, by=BUILDER, at=now)
    _walls(site, employee=people[0], begins_on=begins_on, today=today, now=now)
    names = ("iPhone Safari", "Android Chrome")
    phones = [
        DemoPhone(one, names[number % 2], now - 30 * DAY, MOBILE.format(number)) for number, one in enumerate(people)
    ]
    morning = now.replace(hour=1, minute=0, second=0, microsecond=0) - DAY
    days = [morning - n * DAY for n in range(DAYS_BEFORE, 0, -1)]
    for at in days:
        if at.date() >= today.replace(day=1) and at.weekday() < 5:
            _press_a_day(phones, at)
    _press_oddly(phones, morning)
    return phones


def _move_places(today: dt.date, now: dt.datetime) -> None:
    """The fair moved to a smaller hall a while ago; the office's fence will be drawn closer next month."""
    expo, office = (Place.objects.get(name=name) for name in ("展览中心", "上海办公室"))
    _version(expo, EXPO, 300, max(expo.begins_on + DAY, today - 45 * DAY), now)
    _version(office, OFFICE, 150, (today.replace(day=1) + 32 * DAY).replace(day=1), now)


def _version(place: Place, middle: Point, radius_m: int, begins_on: dt.date, now: dt.datetime) -> None:
    corner = (middle.latitude, middle.longitude)
    told = PlaceDetails(place.name, middle.datum, (corner,), radius_m, begins_on, None, ("", 0))
    place_actions.change_place(place, told, by=BUILDER, at=now)


def _press_a_day(phones: Sequence[DemoPhone], morning: dt.datetime) -> None:
    for number, phone in enumerate(phones):
        wander, sure = (7 * number + 11 * morning.day) % 40, round(12 + (morning.day * 3.7 + number) % 13, 2)
        at = morning + dt.timedelta(minutes=3 * number - 10 + morning.day % 3)
        phone.press(at, OFFICE, 25 + wander, accuracy_m=sure)
        phone.press(at + 9 * HOUR, EXPO, 10 + wander / 2, accuracy_m=sure + 3)


def _press_oddly(phones: Sequence[DemoPhone], morning: dt.datetime) -> None:
    first, second, third, fourth, fifth = phones
    minute = dt.timedelta(minutes=1)
    first.press(morning - 10 * minute, OFFICE, 31.4, accuracy_m=17.2)
    first.press(morning - 5 * minute, EXPO, 12.8, accuracy_m=21.6)
    second.press(morning - 7 * minute, OFFICE, 35)
    third.press(morning - 4 * minute, OFFICE, 1.2, accuracy_m=5, provider="gps", mock=True)
    fourth.press(morning - minute, OFFICE, 1350, "拜访经销商,未到办公室", photo=_street())
    fourth.press(morning + 90 * minute, OFFICE, 1410, "在经销商仓库盘点", photo=_street(), photo_after=50 * minute)
    fourth.press(morning + 4 * HOUR, OFFICE, 1290, "下午继续盘点", photo=_street(), photo_after=None)
    third.press(morning + 3 * HOUR, OFFICE, 2080, "去开票,手机没法拍照")
    fifth.press(morning, OFFICE, 44.1, accuracy_m=18.3, device=second.device)
    for number, phone in enumerate(phones):
        phone.press(morning + 9 * HOUR + 3 * number * minute, EXPO, 15.5 + 6 * number, accuracy_m=16.4)


def _street() -> bytes:
    """A photo of a shop in a street, drawn."""
    picture = Image.linear_gradient("L").resize((800, 600)).convert("RGB")
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 430, 800, 600), fill="#8a8f98")
    for left, top, colour in ((40, 150, "#b98f6a"), (300, 90, "#7f93a8"), (560, 190, "#a8776b")):
        draw.rectangle((left, top, left + 210, 440), fill=colour)
        draw.rectangle((left + 20, 320, left + 190, 430), fill="#dfe7ee")
        draw.rectangle((left + 20, 270, left + 190, 305), fill="#2f5d8a")
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=80)
    return out.getvalue()


def _place(name: str, middle: Point, radius_m: int, site: Site, begins_on: dt.date) -> PlaceDetails:
    corner = (middle.latitude, middle.longitude)
    return PlaceDetails(name, middle.datum, (corner,), radius_m, begins_on, None, ("site_id", site.pk))
