"""How far somebody went between their stays.

Noise makes a line longer (the zigzag of single points), rare points make it shorter (the corner between two of them is
cut). The first is taken out by averaging points of the same ten seconds and by leaving out what is no further off the line
than its accuracy; the second is reckoned from what every second point would lose: as much again was lost already.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from reckon.tracks.simplifying import needed, off_the_line
from reckon.tracks.stays import AXIS_SHARE, Stay
from reckon.tracks.track import LEAST_ACCURACY_M, Bools, Floats, Track

Columns = tuple[Floats, Floats, Floats, Floats]
REACH = 3
CLEAR = 4.0
"""A way is clear of noise when it is so many times what its ends are off."""
DANCE = 2.884
"""Median of the length of a second difference of points that are off by 1 on each axis: 1.1774 · √6."""
NOISE_OF_HALVES = 0.75
MOST_LOST = 0.3


def settled(track: Track, stays: Sequence[Stay]) -> Track:
    """The track as it is kept: during a stay one is at its place, from its first second to its last."""
    seconds, east, north, accuracy = (np.concatenate(parts) for parts in zip(*_parts(track, stays), strict=True))
    whole = Track(seconds, east, north, accuracy, track.origin)
    return whole.only(np.diff(whole.seconds, prepend=-np.inf) > 0)


def _parts(track: Track, stays: Sequence[Stay]) -> Iterator[Columns]:
    """What lies between the stays, and the stays as two points, in order."""
    since = -np.inf
    for stay in stays:
        yield _between(track, since, stay.arrived_s)
        yield _there(stay)
        since = stay.left_s
    yield _between(track, since, np.inf)


def _between(track: Track, since: float, until: float) -> Columns:
    inside = slice(np.searchsorted(track.seconds, since, "right"), np.searchsorted(track.seconds, until, "left"))
    return track.seconds[inside], track.east_m[inside], track.north_m[inside], track.accuracy_m[inside]


def _there(stay: Stay) -> Columns:
    both = np.ones(2)
    return np.array([stay.arrived_s, stay.left_s]), stay.east_m * both, stay.north_m * both, LEAST_ACCURACY_M * both


def moved_m(track: Track, stays: Sequence[Stay]) -> float:
    """Metres gone outside the stays of a cleaned track."""
    way = _averaged(settled(track, stays), _ends(stays))
    if len(way) < 2:
        return 0.0
    fixed = np.isin(way.seconds, _ends(stays))
    fixed[[0, -1]] = True
    kept = needed(fixed, off_the_line(way.east_m, way.north_m), way.accuracy_m)
    straight = _sum(way, kept)
    return straight + min(max(_lost(way, fixed), 0.0), MOST_LOST * straight)


def _ends(stays: Sequence[Stay]) -> Floats:
    return np.array([end for stay in stays for end in (stay.arrived_s, stay.left_s)])


def _averaged(track: Track, alone: Floats) -> Track:
    """Points so dense that noise is most of their way are averaged, so many at once as it takes; those at the seconds of
    `alone` stay by themselves."""
    if len(track) <= 2 * REACH:
        return track
    own = np.isin(track.seconds, alone)
    dense = np.minimum((_paces(track) / (CLEAR * _white_m(track))) ** (2 / 3), 1.0)
    block = np.floor(np.cumsum(dense) + 1e-9) + np.cumsum(own) + np.cumsum(np.concatenate([[False], own[:-1]]))
    first = np.flatnonzero(np.diff(block, prepend=-1.0))
    weight = track.accuracy_m**-2
    total = np.add.reduceat(weight, first)
    when, east, north = (
        np.add.reduceat(weight * column, first) / total for column in (track.seconds, track.east_m, track.north_m)
    )
    sure = np.maximum.reduceat(track.accuracy_m, first) / np.sqrt(np.diff(first, append=len(track)))
    return Track(np.where(own[first], track.seconds[first], when), east, north, sure, track.origin)


def _paces(track: Track) -> Floats:
    """Metres from point to point about each, by the straight way over some points before and after."""
    number = np.arange(len(track))
    low, high = np.maximum(number - REACH, 0), np.minimum(number + REACH, len(track) - 1)
    way = np.hypot(track.east_m[high] - track.east_m[low], track.north_m[high] - track.north_m[low])
    return np.asarray(way / (high - low))


def _white_m(track: Track) -> Floats:
    """The part of each point's error, on one axis, that changes from point to point: as the points dance about the
    middle of their neighbours, at most what their accuracy says."""
    bends = np.hypot(np.diff(track.east_m, 2), np.diff(track.north_m, 2)) / track.accuracy_m[1:-1]
    slow = _paces(track)[1:-1] < CLEAR * track.accuracy_m[1:-1]
    share = float(np.median(bends[slow])) / DANCE if slow.any() else AXIS_SHARE
    return np.maximum(min(share, AXIS_SHARE) * track.accuracy_m, 1.0)


def _lost(way: Track, fixed: Bools) -> float:
    """What a line has lost by its rare points: as much as it loses by every second one, but for what noise adds."""
    odd = np.arange(len(way)) % 2 == 1
    half = (_sum(way, odd | fixed) + _sum(way, ~odd | fixed)) / 2
    steps = np.hypot(np.diff(way.east_m), np.diff(way.north_m))
    noise = AXIS_SHARE * (way.accuracy_m[1:] + way.accuracy_m[:-1]) / 2
    added = np.minimum(noise**2 / np.maximum(steps, 1.0), noise).sum()
    return float(steps.sum() - half - NOISE_OF_HALVES * added)


def _sum(way: Track, kept: Bools) -> float:
    return float(np.hypot(np.diff(way.east_m[kept]), np.diff(way.north_m[kept])).sum())
