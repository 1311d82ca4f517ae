"""Signs that somebody is not where the punch says: ways nobody goes in that time, strange networks, stations and clocks. Pure."""

import math
from collections.abc import Iterator
from itertools import pairwise

from kaoqin.core.places import distance_m
from kaoqin.phones.past import KNOWN_AFTER, SUSPECT, Evidence, Past, Sign, rising

FASTEST_KMH = ((60.0, 100.0), (150.0, 300.0), (400.0, 300.0), (600.0, 900.0))
"""Straight kilometres, and the fastest one gets over them from door to door: car, fast train, plane."""
SLOW_KMH = 15.0
"""So fast anybody gets about in a town."""
LEAST_WAY_M, LEAST_LEG_M = 500.0, 1000.0
ENOUGH_SEEN = 8
FAR_KM = 300
"""So far from its position an address of the same province is not registered."""
WIDEST_ZONE_MINUTES = 210
"""Civil clocks are at most this far from the sun (the west of China: 3 hours)."""


def _way(before: Evidence, now: Evidence) -> tuple[float, float] | None:
    """Metres and hours between two punches, both accuracies taken off the way; at least half a minute."""
    if before.point is None or now.point is None:
        return None
    unsure = before.sure_m + now.sure_m
    hours = max((now.at - before.at).total_seconds(), 30) / 3600
    return distance_m(before.point, now.point) - unsure, hours


def _last_way(now: Evidence, past: Past) -> tuple[float, float] | None:
    before = next((one.evidence for one in reversed(past.own) if one.evidence.point), None)
    way = _way(before, now) if before else None
    return way if way and way[0] > LEAST_WAY_M else None


def _facts(metres: float, hours: float) -> dict[str, float]:
    km = metres / 1000
    return {"km": round(km, 1), "minutes": max(round(hours * 60), 1), "kmh": round(km / hours)}


def _fastest(metres: float) -> float:
    km = metres / 1000
    for (low, slow), (high, fast) in pairwise(FASTEST_KMH):
        if km <= high:
            return slow + (fast - slow) * max(km - low, 0) / (high - low)
    return FASTEST_KMH[-1][1]


def impossible_travel(now: Evidence, past: Past) -> Sign | None:
    """From the last place to here in that time: nobody goes so fast."""
    way = _last_way(now, past)
    if way is None:
        return None
    over = way[0] / 1000 / way[1] / _fastest(way[0])
    return Sign(min(0.6 + 0.2 * (over - 1), 1.0), _facts(*way)) if over > 1 else None


def faster_than_ever(now: Evidence, past: Past) -> Sign | None:
    """Faster from place to place than this person ever goes, though not impossibly so."""
    way = _last_way(now, past)
    if way is None or way[0] < LEAST_LEG_M:
        return None
    pace = way[0] / 1000 / way[1]
    if not SLOW_KMH < pace <= _fastest(way[0]):
        return None
    known = sorted(_paces(past))
    if len(known) < KNOWN_AFTER:
        return None
    usual = max(known[int(0.95 * len(known))], SLOW_KMH)
    strength = min(math.log(pace / usual) / math.log(2.5), 1.0)
    return Sign(strength, {**_facts(*way), "usual": round(usual)}) if strength > 0 else None


def _paces(past: Past) -> Iterator[float]:
    """Of one's own ways within a shift that are not suspect, km/h."""
    for one, other in pairwise(past.own):
        way = _way(one.evidence, other.evidence) if max(one.scores.made_up, other.scores.made_up) < SUSPECT else None
        if way and way[0] > LEAST_LEG_M and way[1] < 6:
            yield way[0] / 1000 / way[1]


def strange_stations(now: Evidence, past: Past) -> Sign | None:
    """None of the Wi-Fi about was ever seen here by others."""
    known = past.stations_here
    if not now.stations or len(known) < 3 or known.keys() & set(now.stations):
        return None
    return Sign(1.0 if len(known) > 5 else 0.6, {"stations": len(now.stations)})


def known_stations(now: Evidence, past: Past) -> Sign | None:
    """The Wi-Fi about is that of the place."""
    return Sign(1) if len(past.stations_here) >= 3 and past.stations_here.keys() & set(now.stations) else None


def strange_network(now: Evidence, past: Past) -> Sign | None:
    """An address from which no other punches here; it weighs by how rare that is at this place, half where it was so from the
    beginning or nobody knows yet, and nothing where it came along to other places then: a carrier of one's own."""
    seen = past.networks_here
    people = sum(seen.values())
    if not (now.place and now.network) or people < ENOUGH_SEEN or now.network in seen:
        return None
    at_first = {one.place for one in past.at_first if one.network == now.network}
    alone = (sum(count == 1 for count in seen.values()) + 0.5) / (people + 1)
    strength = rising(0.7 / alone, 1.5, 25)
    if strength <= 0 or len(at_first) > 1:
        return None
    own = now.place in at_first or len(past.own) < KNOWN_AFTER
    return Sign(strength * (0.5 if own else 1.0), {"network": now.network})


def region_elsewhere(now: Evidence, past: Past) -> Sign | None:
    """The address is of a region where it hardly ever is, while the place is a usual one: roaming, a proxy, or not here."""
    regions = [one.region for one in past.trusted if one.region]
    rare = len(regions) >= KNOWN_AFTER and regions.count(now.region) < 0.05 * len(regions)
    return Sign(1, {"region": now.region}) if now.place and now.region and rare else None


def region_far(now: Evidence, past: Past) -> Sign | None:
    """The address is registered far from the position, which hardly ever is so with this person: whoever roams, or whose carrier
    has its gateway elsewhere, is always far."""
    if now.region_off_km is None or now.region_off_km < FAR_KM:
        return None
    known = [one.region_off_km for one in past.trusted if one.region_off_km is not None]
    usual = sum(km >= FAR_KM for km in known) > 0.05 * len(known)
    told = {"region": now.region, "km": f"{now.region_off_km:.0f}"}
    return Sign(1, told) if len(known) >= KNOWN_AFTER and not usual else None


def zone_elsewhere(now: Evidence, past: Past) -> Sign | None:
    """The phone's clock is of another time zone than where it says it is, or than it ever was at this place."""
    if now.zone_minutes is None or now.point is None:
        return None
    sun = 4 * now.point.longitude
    off = abs((now.zone_minutes - sun + 720) % 1440 - 720)
    here = [one.zone_minutes for one in past.trusted if one.place == now.place and one.zone_minutes is not None]
    new = bool(now.place) and len(here) >= KNOWN_AFTER and now.zone_minutes not in here
    return Sign(1, {"hours": f"{now.zone_minutes / 60:+g}"}) if off > WIDEST_ZONE_MINUTES or new else None
