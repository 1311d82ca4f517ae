"""Where somebody stayed, from when to when.

1. Slow stretches: around the middle of each step, the points of the 75 s before and after are averaged by their accuracy;
   where the two averages lie no further apart than somebody who stays would seem to (noise reckoned in), one was slow.
2. Slow stretches about one place are one stay, unless two points in a row lie clearly elsewhere between them: one
   outlier does not end a stay, nor does a gap.
3. Its ends: outward while points lie within its radius (two may lie outside if the next is back), then on to the moment
   at which whoever comes at that pace reaches the place: points inside the radius may still be on the way.
"""

from dataclasses import dataclass

import numpy as np

from reckon.tracks.track import Bools, Floats, Track

SPAN_S = 75.0
SLOW_M, SLOW_PACE, VERY_SLOW_PACE = 45.0, 0.45, 0.15
AXIS_SHARE = 0.66
"""The deviation on one axis of a point whose accuracy (radius of 68 %) is 1."""
SAME_PLACE_M, SAME_PLACE = 80.0, 3.0
ELSEWHERE_M, ELSEWHERE_OWN, ELSEWHERE = 120.0, 2.0, 4.0
RADIUS_M, RADIUS = 60.0, 2.0
"""Metres, and how many times the stay's median accuracy, whichever is more."""
FAR_OUT, MOST_OUT = 4.0, 2
LONGEST_SILENCE_S = 1200.0
SLOWEST_PACE = 0.8
APPROACH_S, APPROACH_POINTS = 240.0, 6
WITHIN_S = 60.0
SILENT_S = 60.0


@dataclass(frozen=True)
class Stay:
    """A stay in the seconds of the track, with the middle of its points in the plane and how many they are."""

    arrived_s: float
    left_s: float
    east_m: float
    north_m: float
    points: int


def find_stays(track: Track, least_s: float = 300.0) -> list[Stay]:
    """The stays of a cleaned track that last at least so long, in order; none of them overlap."""
    if len(track) < 2:
        return []
    found: list[Stay] = []
    for stretch in _about_one_place(track, _stretches(_slow(track))):
        stay = _with_ends(track, stretch)
        earliest = found[-1].left_s if found else -np.inf
        arrived = max(stay.arrived_s, earliest)
        if stay.left_s - arrived >= least_s:
            found.append(Stay(arrived, stay.left_s, stay.east_m, stay.north_m, stay.points))
    return found


def _slow(track: Track) -> Bools:
    """For each step from point to point, whether one seems to have stayed about it."""
    seconds, weight = track.seconds, track.accuracy_m**-2
    middle = (seconds[:-1] + seconds[1:]) / 2
    sums = [np.concatenate([[0.0], np.cumsum(weight * column)]) for column in _columns(track)]
    before = _means(sums, seconds, np.minimum(middle - SPAN_S, seconds[:-1]), middle)
    after = _means(sums, seconds, middle, np.maximum(middle + SPAN_S, seconds[1:]))
    apart = np.hypot(after[1] - before[1], after[2] - before[2])
    took = np.maximum(after[3] - before[3], 1.0)
    noise = AXIS_SHARE * np.sqrt(1 / before[0] + 1 / after[0])
    slow = (apart < SLOW_M + 1.5 * noise) & (apart / took < SLOW_PACE + noise / took)
    return np.asarray(slow | (apart / took < VERY_SLOW_PACE))


def _columns(track: Track) -> tuple[Floats, ...]:
    return np.ones(len(track)), track.east_m, track.north_m, track.seconds


def _means(sums: list[Floats], seconds: Floats, first: Floats, last: Floats) -> list[Floats]:
    """Of the points in [first, last]: the sum of weights, then the weighted means of east, north and time."""
    low, high = np.searchsorted(seconds, first, "left"), np.searchsorted(seconds, last, "right")
    weights = sums[0][high] - sums[0][low]
    return [weights, *((one[high] - one[low]) / weights for one in sums[1:])]


def _stretches(slow: Bools) -> list[tuple[int, int]]:
    """Runs of slow steps as their first and last point."""
    edges = np.flatnonzero(np.diff(slow.astype(np.int8), prepend=0, append=0))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))


def _about_one_place(track: Track, stretches: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Stretches that follow each other about one place are one."""
    joined: list[tuple[int, int]] = []
    for first, last in stretches:
        if joined and _same_place(track, joined[-1], (first, last)):
            joined[-1] = (joined[-1][0], last)
        else:
            joined.append((first, last))
    return joined


def _same_place(track: Track, one: tuple[int, int], other: tuple[int, int]) -> bool:
    here, there = _middle(track, *one), _middle(track, *other)
    accuracy = float(np.median(track.accuracy_m[one[0] : other[1] + 1]))
    if np.hypot(here[0] - there[0], here[1] - there[1]) >= max(SAME_PLACE_M, SAME_PLACE * accuracy):
        return False
    between = slice(one[1] + 1, other[0])
    off = _distance(track, (here[0] + there[0]) / 2, (here[1] + there[1]) / 2)[between]
    sure = ELSEWHERE_M + ELSEWHERE_OWN * track.accuracy_m[between]
    elsewhere = off > np.maximum(sure, ELSEWHERE * accuracy)
    return not (elsewhere[1:] & elsewhere[:-1]).any()


def _middle(track: Track, first: int, last: int) -> tuple[float, float]:
    points = slice(first, last + 1)
    return float(np.median(track.east_m[points])), float(np.median(track.north_m[points]))


def _distance(track: Track, east: float, north: float) -> Floats:
    return np.hypot(track.east_m - east, track.north_m - north)


def _with_ends(track: Track, stretch: tuple[int, int]) -> Stay:
    first, last = stretch
    east, north = _middle(track, first, last)
    off = _distance(track, east, north)
    radius = max(RADIUS_M, RADIUS * float(np.median(track.accuracy_m[first : last + 1])))
    first, last = _reach(track.seconds, off, first, radius, -1), _reach(track.seconds, off, last, radius, 1)
    inside = np.flatnonzero(off[first : last + 1] <= radius)
    if len(inside):
        first, last = first + int(inside[0]), first + int(inside[-1])
    arrived = -_gone(-track.seconds[first::-1], off[first::-1])
    left = _gone(track.seconds[last:], off[last:])
    return Stay(arrived, left, east, north, last - first + 1)


def _reach(seconds: Floats, off: Floats, point: int, radius: float, step: int) -> int:
    """The furthest point to one side that is still of the stay."""
    while True:
        for hop in range(1, MOST_OUT + 2):
            other = point + step * hop
            if not 0 <= other < len(off) or abs(seconds[other] - seconds[point]) > LONGEST_SILENCE_S:
                return point
            if off[other] < radius:
                point = other
                break
            if off[other] > FAR_OUT * radius:
                return point
        else:
            return point


def _gone(seconds: Floats, off: Floats) -> float:
    """When somebody left who was last seen inside at the first point and is further off at each of the next: by their
    pace, back to the place itself; at most a minute before that point, never after the first one outside."""
    if len(seconds) < 2:
        return float(seconds[0])
    when, far = seconds[1 : APPROACH_POINTS + 1], off[1 : APPROACH_POINTS + 1]
    seen = int(np.argmin(np.append((np.diff(far) > 10) & (when[1:] - when[0] <= APPROACH_S), False)))
    silent = when[0] - seconds[0]
    pace = (far[seen] - far[0]) / (when[seen] - when[0]) if seen else 0.0
    if not seen or silent > SILENT_S:
        pace = max(pace, (far[0] - off[0]) / silent)
    left = when[0] - far[0] / max(pace, SLOWEST_PACE)
    return float(np.clip(left, seconds[0] - WITHIN_S, when[0]))
