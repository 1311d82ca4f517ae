"""Where an address of the internet is registered: province or country, and about where that is, by a database the company brings
(`KAOQIN_IP_DATABASE`, MMDB as MaxMind and others publish it). Without one nobody knows. Networks of phones are registered where
their carrier's gateway is: it is a hint, to be held against what is usual with somebody."""

import ipaddress
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import maxminddb
from django.conf import settings

from kaoqin.core.places import Point

LEAST_RADIUS_KM = 50


@dataclass(frozen=True)
class Region:
    """The name of a region (empty: not known), a point in it, and within how many kilometres of it the address may be."""

    name: str = ""
    point: Point | None = None
    radius_km: float = LEAST_RADIUS_KM


def region_of(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> Region:
    """What the database says of an address; of one it does not know, and without a database, nothing."""
    if not settings.IP_DATABASE:
        return Region()
    reader = _reader(settings.IP_DATABASE)
    told = reader.get(address) if reader.metadata().ip_version >= address.version else None
    return _read(told) if isinstance(told, dict) else Region()


@lru_cache(maxsize=1)
def _reader(path: str) -> maxminddb.Reader:
    return maxminddb.open_database(path)


def _read(told: dict[str, Any]) -> Region:
    where = told.get("location") or {}
    north, east = where.get("latitude"), where.get("longitude")
    point = Point(float(north), float(east)) if north is not None and east is not None else None
    parts = [*(told.get("subdivisions") or [])[:1], told.get("country") or {}]
    name = next((name for part in parts if (name := _name(part))), "")
    return Region(name[:60], point, max(float(where.get("accuracy_radius") or 0), LEAST_RADIUS_KM))


def _name(part: dict[str, Any]) -> str:
    names = part.get("names") or {}
    return str(names.get("zh-CN") or names.get("en") or "")
