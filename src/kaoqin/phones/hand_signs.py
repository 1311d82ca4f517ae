"""Signs that a phone is in another's hand. Pure."""

import math
from collections import Counter
from collections.abc import Iterator
from itertools import chain, dropwhile
from statistics import median

from kaoqin.core.places import METRES_A_DEGREE
from kaoqin.phones.past import KNOWN_AFTER, Evidence, Past, Sign, between, rising
from kaoqin.phones.phone_signs import changes_of, first_phone

LEAST_APART_M = 25.0
LEAST_SHARE, NEARLY_ALWAYS, OFTEN, SELDOM = 0.6, 0.85, 0.8, 0.4
WHOLLY = 8.6
BOUGHT_AFTER = 5
"""Punches after which a phone that stays is probably a bought one."""


def stands_elsewhere(now: Evidence, past: Past) -> Sign | None:
    """At the same place, whoever holds this phone stands elsewhere than who holds the one of the first days; and both are
    in use."""
    first = first_phone(past)
    if now.phone == first or changes_of(now, past) < 2:
        return None
    fixes = [*(one.evidence for one in past.own), now]
    here, there = (_stand(fixes, now.place, phone) for phone in (now.phone, first))
    if here is None or there is None:
        return None
    metres = math.hypot(here[0] - there[0], here[1] - there[1])
    strength = between(metres / math.hypot(here[2], there[2]), ((3.0, 0.0), (6.0, 1.0)))
    return Sign(strength, {"metres": round(metres)}) if strength > 0 and metres > LEAST_APART_M else None


def _stand(fixes: list[Evidence], place: str, phone: str) -> tuple[float, float, float] | None:
    """Metres east and north of the first fix where a phone mostly is at a place, and how sure that is."""
    origin = next((one.point for one in fixes if one.point and one.place == place), None)
    points = [one.point for one in fixes if one.point and one.place == place and one.phone == phone]
    if not place or origin is None or len(points) < 3:
        return None
    across = math.cos(math.radians(origin.latitude))
    east = [(one.longitude - origin.longitude) * METRES_A_DEGREE * across for one in points]
    north = [(one.latitude - origin.latitude) * METRES_A_DEGREE for one in points]
    middle = median(east), median(north)
    off = median([math.hypot(x - middle[0], y - middle[1]) for x, y in zip(east, north, strict=True)])
    return *middle, max(off, 10.0) / math.sqrt(len(points))


def new_network(now: Evidence, past: Past) -> Sign | None:
    """At one's place, and for the first time from this network: another's SIM card. It weighs by how seldom new ones come
    up."""
    times = Counter(one.network for one in past.trusted if one.network)
    known = times.total()
    if not now.place or not now.network or known < 2 * KNOWN_AFTER or now.network in times:
        return None
    novel = (sum(count == 1 for count in times.values()) + 0.5) / (known + 1)
    strength = rising(0.3 / novel, 2, 20)
    return Sign(strength, {"network": now.network}) if strength > 0 else None


def same_hand(now: Evidence, past: Past) -> Sign | None:
    """Nearly whenever this phone is used one certain other has just punched beside it, and with one's other phones they are not
    there: one hand, two phones. Car pools are together with every phone, and were so from the beginning."""
    others = past.doubted_phones | {now.phone}
    elsewhere = [one.companions for one in past.own if one.evidence.phone not in others]
    if len(elsewhere) < KNOWN_AFTER:
        return None
    here = [*_beside(now.phone, past), past.now_with]
    bought = changes_of(now, past) == 1 and len(here) > BOUGHT_AFTER
    least = (NEARLY_ALWAYS if bought else LEAST_SHARE) * len(here) - 0.5
    times, usual, pool = Counter(chain(*here)), Counter(chain(*elsewhere)), _car_pool(past)
    odds = {
        other: _together_odds(times[other], len(here), usual[other], len(elsewhere))
        for other in times.keys() - pool
        if times[other] >= least and usual[other] < SELDOM * len(elsewhere)
    }
    if not odds:
        return None
    other = max(sorted(odds), key=lambda one: odds[one])
    strength = min((odds[other] - math.log(len(times))) / WHOLLY, 1.0)
    return Sign(strength, {"other": other, "times": times[other]}) if strength > 0 else None


def _beside(phone: str, past: Past) -> Iterator[frozenset[int]]:
    """Who was there each time this phone was used; one's first phone, since there is another."""
    own = iter(past.own)
    if phone == past.phone_at_first:
        own = dropwhile(lambda one: one.evidence.phone == phone, own)
    return (one.companions for one in own if one.evidence.phone == phone)


def _car_pool(past: Past) -> set[int]:
    """Who was often there in the first days, with the phone of those days."""
    first = [one.companions for one in past.own[: 2 * KNOWN_AFTER] if one.evidence.phone == past.phone_at_first]
    return {other for other, times in Counter(chain(*first)).items() if times >= SELDOM * len(first)}


def _together_odds(times: int, of: int, usual: int, of_usual: int) -> float:
    """How much likelier (natural logarithm) the times together are if it is four times in five than if it is as
    with one's other phone."""
    share = (usual + 0.5) / (of_usual + 5)
    return times * math.log(OFTEN / share) + (of - times) * math.log((1 - OFTEN) / (1 - share))


def always_together(now: Evidence, past: Past) -> Sign | None:
    """The same two come within two minutes of each other, day after day: a car pool, or one of them with both phones."""
    if len(past.own) < 2 * KNOWN_AFTER:
        return None
    times = Counter(other for one in past.own for other in one.companions)
    often = [(times[other], other) for other in past.now_with if times[other] > OFTEN * len(past.own)]
    return Sign(1, {"other": max(often)[1], "times": max(often)[0] + 1}) if often else None
