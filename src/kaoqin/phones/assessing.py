"""A record is weighed when it is taken: what is known of it is put down with it, and what speaks against it is found."""

import datetime as dt
import ipaddress
import zoneinfo

from kaoqin.core.places import Point, distance_m
from kaoqin.core.time import as_wall_clock, zone_names
from kaoqin.phones import queries
from kaoqin.phones.clocks import NEAR
from kaoqin.phones.models import Record
from kaoqin.phones.queries import Found
from kaoqin.phones.regions import Region, region_of
from kaoqin.phones.remembering import evidence_of, past_of
from kaoqin.phones.standing import Standing
from kaoqin.phones.weighing import Weighed, weigh
from kaoqin.phones.wire import PayloadSent
from kaoqin.phones.words import LOCATION, Flag, Ways

NEAR_PLACE_M = 500
"""Up to so far outside its fence somebody is at a place; farther they are elsewhere."""
BLOCKS = {4: 16, 6: 32}
"""How much of an address names its provider, in bits."""


def assess(row: Record, told: PayloadSent, nearest: Found, who: Standing) -> None:
    """Weigh a record that is to be kept, and write on it what was known and found. `nearest` is what its position says
    of the places, whatever else proves it. It refuses nothing: it says who should look."""
    _know(row, told, nearest, who)
    now = evidence_of(row)
    _find(row, weigh(now, past_of(now)), who.ways)


def _know(row: Record, told: PayloadSent, nearest: Found, who: Standing) -> None:
    row.device = told.client.device or f"key-{row.phone_id}"
    row.clock_off_s = round((row.device_time - row.at).total_seconds()) if Flag.CLOCK_EDITED in row.flags else 0
    row.zone_minutes = _zone_minutes(told.zone, row.at)
    row.emulator = told.client.native.emulator if told.client.native else None
    _where(row, nearest)
    _from_where(row)
    if told.point and row.latitude is not None:
        row.provider, row.mock = told.point.provider, told.point.mock
    if told.wifi and who.agrees_to(LOCATION):
        row.stations = sorted({one.lower().replace("-", ":") for one in told.wifi})


def _zone_minutes(named: str, at: dt.datetime) -> int | None:
    """What the phone's clock is ahead of UTC; nobody knows where it names no zone."""
    if named not in zone_names():
        return None
    offset = at.astimezone(zoneinfo.ZoneInfo(named)).utcoffset() or dt.timedelta()
    return round(offset.total_seconds() / 60)


def _where(row: Record, nearest: Found) -> None:
    if nearest.place_id is not None and nearest.beyond_m is not None and nearest.beyond_m <= NEAR_PLACE_M:
        row.spot, row.off_m, row.beyond_m = f"place-{nearest.place_id}", nearest.off_m, nearest.beyond_m


def _from_where(row: Record) -> None:
    """The network a record came from, unless it came later from who knows where. Who has no position is where the office
    network is."""
    address = queries.read_address(row.address)
    if address is None or row.received_at - row.at > NEAR:
        return
    office = queries.network_at(row.address, as_wall_clock(row.at, row.zone).date())
    row.network = office.name if office else str(ipaddress.ip_network((address, BLOCKS[address.version]), strict=False))
    if not office:
        _registered(row, region_of(address))
    if office and row.latitude is None:
        row.spot = f"network-{office.pk}"


def _registered(row: Record, region: Region) -> None:
    """Where the address is registered, and how far from the position that is, its radius taken off."""
    row.region = region.name
    if region.point and row.latitude is not None and row.longitude is not None:
        km = distance_m(region.point, Point(row.latitude, row.longitude)) / 1000
        row.region_off_km = max(round(km - region.radius_km), 0)


def _find(row: Record, weighed: Weighed, ways: Ways) -> None:
    row.score, row.made_up, row.other_hand = weighed.score, weighed.alone.made_up, weighed.alone.other_hand
    row.reasons = [
        {"code": one.code, "weight": round(one.weight, 2), "facts": dict(one.facts)} for one in weighed.reasons
    ]
    percent = ways.review_from_percent
    row.suspect = percent is not None and 100 * weighed.score >= percent
