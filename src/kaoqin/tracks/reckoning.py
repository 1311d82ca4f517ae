"""The bridge to `reckon.tracks`: a day's points become a way, stays and metres."""

from dataclasses import dataclass

import numpy as np

from kaoqin.core.places import COARSE_DIGITS
from kaoqin.tracks.points import Points
from reckon.tracks import Packed, find_stays, moved_m, pack, rounded, settled, track_of, unpack, without_spikes


@dataclass(frozen=True)
class StayFound:
    """Where and when somebody stayed: seconds of the day, degrees."""

    arrived_s: int
    left_s: int
    latitude: float
    longitude: float


@dataclass(frozen=True)
class Reckoned:
    """A day: the packed way, its stays, metres gone, the first and the last second."""

    packed: Packed
    stays: tuple[StayFound, ...]
    metres: int
    first_s: int | None
    last_s: int | None


def reckon(points: Points) -> Reckoned:
    """What a day's points come to; none of them come to nothing."""
    track = without_spikes(track_of(*points.columns))
    if not len(track):
        return Reckoned(Packed(b"", 0), (), 0, None, None)
    stays = find_stays(track)
    places = track.degrees(np.array([one.east_m for one in stays]), np.array([one.north_m for one in stays]))
    found = [
        StayFound(round(stay.arrived_s), round(stay.left_s), float(north), float(east))
        for stay, north, east in zip(stays, *places, strict=True)
    ]
    packed = pack(settled(track, stays))
    metres = round(moved_m(track, stays))
    return Reckoned(packed, tuple(found), metres, int(track.seconds[0]), int(track.seconds[-1]))


def way(content: bytes, points: int) -> list[tuple[int, float, float]]:
    """A packed way as (second of the day, latitude, longitude)."""
    columns = unpack(Packed(content, points))
    return [(int(second), float(north), float(east)) for second, north, east in zip(*columns, strict=True)]


def coarser(content: bytes, points: int) -> tuple[bytes, int]:
    """A packed way that is known to `COARSE_DIGITS` decimals of degrees only: its bytes, and how many points they hold."""
    made = rounded(Packed(content, points), COARSE_DIGITS)
    return made.content, made.points
