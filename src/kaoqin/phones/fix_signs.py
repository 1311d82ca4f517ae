"""Signs that a position was not measured: too sure, too near, too often the same. Against the person's own phone. Pure."""

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from statistics import median

from kaoqin.phones.past import KNOWN_AFTER, Evidence, Past, Sign, between

SATELLITES_M = 15.0
"""What is surer than this was measured by satellites, and never comes out the same twice."""
EDGE_M = 15.0
NEAR = 0.25


def _known(now: Evidence, past: Past) -> list[float]:
    """The accuracies this phone mostly tells."""
    return past.accuracies_m.get(now.phone, [])


def unusual_accuracy(now: Evidence, past: Past) -> Sign | None:
    """An accuracy far better than this phone mostly tells; a worse one speaks a little for it."""
    known = [math.log(one) for one in _known(now, past)]
    if len(known) < KNOWN_AFTER or not now.sure_m:
        return None
    middle = median(known)
    spread = max(1.4826 * median([abs(one - middle) for one in known]), 0.3)
    off = (math.log(now.sure_m) - middle) / spread
    strength = between(off, ((-2.5, 1.0), (-1.0, 0.4), (0.0, 0.0), (1.0, -1.0)))
    return Sign(strength, {"metres": round(now.sure_m, 1), "usual": round(math.exp(middle))})


def unusual_nearness(now: Evidence, past: Past) -> Sign | None:
    """Nearer the middle of the place than this person stands: made-up places lie about what stands in the settings."""
    known = [one.off_m for one in past.trusted if one.off_m is not None and one.place and one.place == now.place]
    if len(known) < KNOWN_AFTER or now.off_m is None:
        return None
    usual = max(median(known), 5.0)
    strength = between(now.off_m / usual, ((0.15, 1.0), (0.4, 0.5), (0.8, 0.0), (1.5, -1.0)))
    return Sign(strength, {"metres": round(now.off_m), "usual": round(usual)})


def on_the_middle(now: Evidence, past: Past) -> Sign | None:
    """On the very point of the settings: nobody stands so by chance."""
    if now.off_m is None or not now.place:
        return None
    strength = between(now.off_m, ((0.3, 1.0), (1.0, 0.5), (2.0, 0.0)))
    return Sign(strength, {"metres": round(now.off_m, 1)}) if strength > 0 else None


def no_accuracy(now: Evidence, past: Past) -> Sign | None:
    """An accuracy below one metre: no phone is so sure."""
    if now.point is None or now.accuracy_m is None or now.accuracy_m >= 1:
        return None
    habit = any(one.accuracy_m is not None and one.accuracy_m < 1 for one in past.at_first if one.phone == now.phone)
    return Sign(0.3 if habit else 1.0, {"metres": round(now.accuracy_m, 1)})


def whole_metres(now: Evidence, past: Past) -> Sign | None:
    """An accuracy in whole metres from a phone that hardly ever tells whole metres."""
    known = _known(now, past)
    if len(known) < KNOWN_AFTER or not now.sure_m or now.sure_m != round(now.sure_m):
        return None
    share = (sum(one == round(one) for one in known) + 1) / (len(known) + 5)
    strength = min(math.log(0.75 / share) / math.log(10), 1.0)
    return Sign(strength, {"metres": round(now.sure_m)}) if strength > 0 else None


def decimals(now: Evidence, past: Past) -> Sign | None:
    """An accuracy with decimals, as this phone mostly tells."""
    known = _known(now, past)
    if len(known) < KNOWN_AFTER or not now.sure_m or now.sure_m == round(now.sure_m):
        return None
    return Sign(1) if sum(one != round(one) for one in known) > 0.7 * len(known) else None


def same_accuracy(now: Evidence, past: Past) -> Sign | None:
    """The same accuracy to the last digit oftener than chance has it, at places that differ, and not so from the beginning: a
    phone reckons it anew each time. (A place that comes again, too, was found by Wi-Fi, or remembered.)"""
    sure_m = now.sure_m
    always = sum(one.sure_m == sure_m for one in past.at_first) >= 2
    if not sure_m or now.point is None or always:
        return None
    fixes = [
        (one.evidence.sure_m, one.evidence.point) for one in past.own if one.evidence.sure_m and one.evidence.point
    ]
    came = Counter(point for _, point in fixes)
    same = sum(metres == sure_m and came[point] == 1 for metres, point in fixes)
    if now.point in came or len(fixes) < KNOWN_AFTER or same < 2:
        return None
    strength = math.log((same + 0.5) / (_by_chance(sure_m, [metres for metres, _ in fixes]) + 0.5)) / math.log(12)
    return Sign(min(strength, 1.0), {"times": same + 1, "metres": now.sure_m}) if strength > 0 else None


def _by_chance(accuracy_m: float, known: Sequence[float]) -> float:
    """How often an accuracy is to be expected among others, as those about it come; phones tell metres or tenths."""
    near = sum(one != accuracy_m and abs(math.log(one / accuracy_m)) < NEAR for one in known)
    whole = sum(one == round(one) for one in known) > 0.7 * len(known)
    return near * (1.0 if whole else 0.1) / (2 * NEAR * accuracy_m)


def same_place(now: Evidence, past: Past) -> Sign | None:
    """The same place to the last digit on another day. By satellites that never happens, nor with another accuracy; by Wi-Fi
    it does, so there it takes longer, and only counts where it is new with this person."""
    if now.point is None:
        return None
    before = (one.evidence for one in past.own if one.evidence.point == now.point)
    same = [one for one in before if one.at.date() != now.at.date()]
    if not same or any(map(_repeats, _beginnings(now, past))):
        return None
    measured = now.provider == "gps" or 0 < now.sure_m < SATELLITES_M or any(one.sure_m != now.sure_m for one in same)
    return Sign(min((0.5 if measured else 0.2) * len(same), 1.0), {"times": len(same) + 1})


def _beginnings(now: Evidence, past: Past) -> Iterator[Sequence[Evidence]]:
    """Of this person; and, where Wi-Fi may have found the place, of them at this place and of them there with this phone."""
    yield past.at_first
    if now.sure_m >= SATELLITES_M and now.provider != "gps":
        yield past.first_at(now.place)
        yield past.first_at(now.place, now.phone)


def _repeats(fixes: Sequence[Evidence]) -> bool:
    """Whether the same place was found twice, to the last digit."""
    if any(one.repeated for one in fixes):
        return True
    points = [one.point for one in fixes if one.point]
    return len(set(points)) < len(points)


def always_at_edge(now: Evidence, past: Past) -> Sign | None:
    """Nearly always on the line of the fence, now too: at the gate, or just near enough."""
    known = [one.beyond_m for one in past.trusted if one.beyond_m is not None and one.place == now.place]
    if len(known) < 2 * KNOWN_AFTER or now.beyond_m is None or abs(now.beyond_m) > EDGE_M:
        return None
    often = sum(abs(one) <= EDGE_M for one in known)
    return Sign(1, {"times": often + 1}) if often > 0.8 * len(known) else None
