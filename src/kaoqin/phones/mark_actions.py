"""Changes of what a site has to prove that one is there: screens that show a rotating code, posters, tags, stations, beacons."""

import datetime as dt
import secrets
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext

from kaoqin.core.sealed import seal
from kaoqin.core.sentences import Sentence
from kaoqin.core.words import Refusal
from kaoqin.org.models import Site
from kaoqin.phones.models import Mark, Screen, Signal
from kaoqin.phones.signals import read_beacon, station_of
from kaoqin.phones.words import MANAGE_PLACES, MARKS, SIGNALS, Way
from kaoqin.security.audit import record as remember
from kaoqin.security.doors import require
from kaoqin.security.words import Actor


@transaction.atomic
def add_screen(site: Site, name: str, begins_on: dt.date, *, by: Actor, at: dt.datetime) -> Screen:
    """A screen of a site, with an address and a secret of its own."""
    require(by, MANAGE_PLACES, everywhere=True)
    told = {"key": secrets.token_urlsafe(16), "secret": seal(secrets.token_urlsafe(32))}
    made = Screen.objects.create(site=site, name=name.strip(), begins_on=begins_on, **told)
    said = Sentence("{site} 新增打卡屏幕「{name}」", site=site.name, name=made.name)
    remember(by, "phones.add_screen", made, said, at=at)
    return made


@transaction.atomic
def renew_screen(screen: Screen, *, by: Actor, at: dt.datetime) -> None:
    """A new address and a new secret: whoever knew the old ones knows nothing any more."""
    require(by, MANAGE_PLACES, everywhere=True)
    screen.key, screen.secret = secrets.token_urlsafe(16), seal(secrets.token_urlsafe(32))
    screen.save(update_fields=["key", "secret"])
    remember(by, "phones.renew_screen", screen, Sentence("打卡屏幕「{name}」更换地址", name=screen.name), at=at)


@transaction.atomic
def add_mark(site: Site, name: str, kind: Way, begins_on: dt.date, *, by: Actor, at: dt.datetime) -> Mark:
    """A poster or a tag of a site, with a key nobody guesses."""
    require(by, MANAGE_PLACES, everywhere=True)
    if kind not in MARKS:
        raise Refusal("phones.no_mark_kind", gettext("应为固定二维码或 NFC 标签。"), "kind")
    key = f"m1.{secrets.token_urlsafe(16)}"
    made = Mark.objects.create(site=site, name=name.strip(), kind=kind, key=key, begins_on=begins_on)
    said = Sentence("{site} 新增打卡码「{name}」", site=site.name, name=made.name)
    remember(by, "phones.add_mark", made, said, at=at)
    return made


@dataclass(frozen=True)
class SignalDetails:
    """A station or beacon as told; `address` as `read_signal` writes it."""

    site: Site
    kind: Way
    address: str
    name: str
    begins_on: dt.date


def read_signal(kind: Way, told: str) -> str:
    """An address as people write it, as we do. Refuses what is neither a station nor a beacon."""
    try:
        return station_of(told) if kind == Way.WIFI else read_beacon(told)
    except ValueError:
        station = gettext("应为 BSSID,如 a4:56:30:12:ab:cd。")
        beacon = gettext("应为「UUID major minor」,major 与 minor 在 0 至 65535 之间。")
        raise Refusal("phones.bad_signal", station if kind == Way.WIFI else beacon, "address") from None


@transaction.atomic
def add_signal(told: SignalDetails, *, by: Actor, at: dt.datetime) -> Signal:
    """A Wi-Fi station or a beacon of a site. Refuses one that is known and has not ended."""
    require(by, MANAGE_PLACES, everywhere=True)
    if told.kind not in SIGNALS:
        raise Refusal("phones.kind", gettext("应为 wifi 或 beacon"), "kind")
    if Signal.objects.filter(kind=told.kind, address=told.address, ends_on=None).exists():
        raise Refusal("phones.known_signal", gettext("{address} 已经登记过。").format(address=told.address), "address")
    made = Signal.objects.create(**vars(told))
    said = Sentence("{site} 新增 {address}「{name}」", site=told.site.name, address=told.address, name=told.name)
    remember(by, "phones.add_signal", made, said, at=at)
    return made


@transaction.atomic
def end(row: Screen | Mark | Signal, ends_on: dt.date, *, by: Actor, at: dt.datetime) -> None:
    """It proves nothing any more after a day."""
    require(by, MANAGE_PLACES, everywhere=True)
    if ends_on < row.begins_on:
        raise Refusal("phones.ends", gettext("不能早于开始那天。"), "ends_on")
    row.ends_on = ends_on
    row.save(update_fields=["ends_on"])
    said = Sentence("打卡码「{name}」用到 {day}", name=row.name, day=ends_on)
    remember(by, "phones.end_mark", row, said, at=at)
