"""Asking for the place of an address: what is known is not asked again, what was used up is not asked today."""

import datetime as dt
import hashlib
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext

from kaoqin.core import outgoing
from kaoqin.core.outgoing import Unreached
from kaoqin.core.places import Datum, Point
from kaoqin.core.words import Refusal
from kaoqin.maps import queries
from kaoqin.maps.models import FoundAddress, GeocoderDay
from kaoqin.maps.providers import SERVICES
from kaoqin.maps.providers.reading import Faulty
from kaoqin.maps.words import FAULTS, Candidate, Fault, Provider, Sureness

REST = {Fault.BUSY: dt.timedelta(seconds=30), Fault.AWAY: dt.timedelta(seconds=30), Fault.KEY: dt.timedelta(minutes=10)}
"""How long a service is left alone after a fault; what is used up is so until the next day."""


class NotLocated(Refusal):
    """No place was found for an address; `fault` says what can be done about it."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(f"maps.{fault}", str(FAULTS[fault]), "address")
        self.fault = fault


@dataclass(frozen=True)
class _Asked:
    provider: Provider
    digest: str
    at: dt.datetime


def locate(address: str, city: str = "", *, at: dt.datetime) -> Candidate:
    """The place of an address by the company's map service. The caller has asked whether somebody may look it up; the
    address goes to that service. Refuses (NotLocated) where there is none, or the service cannot be asked now."""
    provider = queries.provider()
    if provider is None:
        raise Refusal("maps.no_geocoder", gettext("没有设置地址查找服务,请在地图上手工标注。"), "address")
    told, where = " ".join(address.split()), " ".join(city.split())
    if not told:
        raise NotLocated(Fault.ADDRESS)
    asked = _Asked(provider, hashlib.sha256(f"{where}\n{told}".encode()).hexdigest(), at)
    known = FoundAddress.objects.filter(provider=provider, digest=asked.digest).first()
    return _candidate(known or _ask(asked, told, where))


def _candidate(found: FoundAddress) -> Candidate:
    if found.latitude is None or found.longitude is None:
        raise NotLocated(Fault.NOTHING)
    point = Point(found.latitude, found.longitude, Datum(found.datum))
    return Candidate(point, found.level, Sureness(found.sureness))


def _ask(asked: _Asked, address: str, city: str) -> FoundAddress:
    service = SERVICES[asked.provider]
    _count(asked)
    path = service.ask(address, city, settings.GEOCODER_KEY, settings.GEOCODER_SECRET)
    try:
        body = outgoing.get((settings.GEOCODER_URL or service.base) + path).body
        found = service.read(body)
    except Unreached as away:
        raise _rest(asked, Fault.AWAY, str(away)) from away
    except Faulty as faulty:
        if faulty.fault == Fault.NOTHING:
            return _keep(asked, None)
        if faulty.fault == Fault.ADDRESS:
            raise NotLocated(faulty.fault) from None
        raise _rest(asked, faulty.fault, faulty.said) from None
    return _keep(asked, found)


@transaction.atomic(durable=True)
def _count(asked: _Asked) -> None:
    """Every try counts, also one that fails: what is counted must not be taken back with a caller's transaction. Refuses where the day's are used up, or the service is at rest."""
    day = timezone.localdate(asked.at)
    GeocoderDay.objects.get_or_create(provider=asked.provider, day=day)
    row = GeocoderDay.objects.select_for_update().get(provider=asked.provider, day=day)
    if row.rests_until and asked.at < row.rests_until:
        raise NotLocated(Fault(row.fault))
    if row.asked >= settings.GEOCODER_DAILY:
        raise NotLocated(Fault.QUOTA)
    GeocoderDay.objects.filter(pk=row.pk).update(asked=F("asked") + 1)


def _rest(asked: _Asked, fault: Fault, said: str) -> NotLocated:
    """The refusal; the service is left alone for a while."""
    day = timezone.localdate(asked.at)
    midnight = timezone.make_aware(dt.datetime.combine(day + dt.timedelta(days=1), dt.time()))
    until = midnight if fault == Fault.QUOTA else asked.at + REST[fault]
    rows = GeocoderDay.objects.filter(provider=asked.provider, day=day)
    rows.update(fault=fault, said=said[:200], rests_until=until)
    return NotLocated(fault)


def _keep(asked: _Asked, found: Candidate | None) -> FoundAddress:
    point = found.point if found else None
    told = {
        "latitude": point.latitude if point else None,
        "longitude": point.longitude if point else None,
        "datum": point.datum if point else "",
        "level": found.level if found else "",
        "sureness": found.sureness if found else "",
        "found_at": asked.at,
    }
    made, _ = FoundAddress.objects.update_or_create(provider=asked.provider, digest=asked.digest, defaults=told)
    return made


def forget_old(at: dt.datetime) -> None:
    """What was found more than a year ago is asked anew; what was not found, after thirty days."""
    year, month = at - dt.timedelta(days=365), at - dt.timedelta(days=30)
    FoundAddress.objects.filter(found_at__lt=year).delete()
    FoundAddress.objects.filter(found_at__lt=month, latitude=None).delete()
    GeocoderDay.objects.filter(day__lt=timezone.localdate(year)).delete()
