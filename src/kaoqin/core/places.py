"""Places on earth: the three datums of Chinese maps, distances, and where a place lies to a fence. Pure.

A coordinate means nothing without its datum: one taken for another is off by 265 to 1,500 m, and every fence with it. What is
compared is brought to WGS-84 first. GCJ-02 (高德, 腾讯) and BD-09 (百度) are defined within China only: a place
outside the box in which the public formulae move is the same in all three.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

EARTH_RADIUS_M = 6_371_008.8
METRES_A_DEGREE = EARTH_RADIUS_M * math.pi / 180
_A, _EE = 6_378_245.0, 0.00669342162296594323
_BD = math.pi * 3000 / 180
_CHINA = (0.8293, 55.8271, 72.004, 137.8347)
_CLOSE, _MOST_STEPS = 1e-9, 12
COARSE_DIGITS = 2
"""Decimals of degrees that are kept of where people were once nobody needs it to a metre: 0.01° is 1.1 km from south to north,
and 0.8 to 1.1 km from west to east in China."""


class Datum(StrEnum):
    """What a pair of degrees is measured against."""

    WGS84 = "wgs84"
    GCJ02 = "gcj02"
    BD09 = "bd09"


@dataclass(frozen=True, slots=True)
class Point:
    """A place in degrees, with its datum. Raises ValueError where it is none on earth."""

    latitude: float
    longitude: float
    datum: Datum = Datum.WGS84

    def __post_init__(self) -> None:
        if not (-90 <= self.latitude <= 90 and -180 <= self.longitude <= 180):
            raise ValueError(f"{self.latitude}, {self.longitude} is no place on earth")

    def to(self, datum: Datum) -> "Point":
        """The same place in another datum; to 1 mm where the public formulae hold."""
        if datum == self.datum:
            return self
        latitude, longitude = _TO_GCJ[self.datum](self.latitude, self.longitude)
        return Point(*_FROM_GCJ[datum](latitude, longitude), datum)


def in_china(latitude: float, longitude: float) -> bool:
    """Whether the public formulae move a place: a crude box, which has some of the neighbours in it."""
    south, north, west, east = _CHINA
    return south <= latitude <= north and west <= longitude <= east


def _shift(latitude: float, longitude: float) -> tuple[float, float]:
    """By how much GCJ-02 moves a WGS-84 place, in degrees. Source: the formula all public converters share."""
    x, y = longitude - 105, latitude - 35
    sin, pi, root = math.sin, math.pi, math.sqrt(abs(x))
    wave = (20 * sin(6 * pi * x) + 20 * sin(2 * pi * x)) * 2 / 3
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + wave
    north += (20 * sin(pi * y) + 40 * sin(pi * y / 3)) * 2 / 3
    north += (160 * sin(pi * y / 12) + 320 * sin(pi * y / 30)) * 2 / 3
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + wave
    east += (20 * sin(pi * x) + 40 * sin(pi * x / 3)) * 2 / 3
    east += (150 * sin(pi * x / 12) + 300 * sin(pi * x / 30)) * 2 / 3
    magic = 1 - _EE * sin(math.radians(latitude)) ** 2
    return (
        math.degrees(north * magic * math.sqrt(magic) / (_A * (1 - _EE))),
        math.degrees(east * math.sqrt(magic) / (_A * math.cos(math.radians(latitude)))),
    )


def _same(latitude: float, longitude: float) -> tuple[float, float]:
    return latitude, longitude


def _wgs_to_gcj(latitude: float, longitude: float) -> tuple[float, float]:
    if not in_china(latitude, longitude):
        return latitude, longitude
    north, east = _shift(latitude, longitude)
    return latitude + north, longitude + east


def _gcj_to_wgs(latitude: float, longitude: float) -> tuple[float, float]:
    """There is no closed form: the guess is corrected until it moves to the place."""
    there = latitude, longitude
    for _ in range(_MOST_STEPS):
        moved = _wgs_to_gcj(*there)
        off = moved[0] - latitude, moved[1] - longitude
        there = there[0] - off[0], there[1] - off[1]
        if max(map(abs, off)) < _CLOSE:
            break
    return there


def _gcj_to_bd(latitude: float, longitude: float) -> tuple[float, float]:
    if not in_china(latitude, longitude):
        return latitude, longitude
    far = math.hypot(longitude, latitude) + 2e-5 * math.sin(latitude * _BD)
    angle = math.atan2(latitude, longitude) + 3e-6 * math.cos(longitude * _BD)
    return far * math.sin(angle) + 0.006, far * math.cos(angle) + 0.0065


def _bd_to_gcj(latitude: float, longitude: float) -> tuple[float, float]:
    if not in_china(latitude, longitude):
        return latitude, longitude
    there = latitude - 0.006, longitude - 0.0065
    for _ in range(_MOST_STEPS):
        moved = _gcj_to_bd(*there)
        off = moved[0] - latitude, moved[1] - longitude
        there = there[0] - off[0], there[1] - off[1]
        if max(map(abs, off)) < _CLOSE:
            break
    return there


_TO_GCJ = {Datum.WGS84: _wgs_to_gcj, Datum.GCJ02: _same, Datum.BD09: _bd_to_gcj}
_FROM_GCJ = {Datum.WGS84: _gcj_to_wgs, Datum.GCJ02: _same, Datum.BD09: _gcj_to_bd}


def distance_m(one: Point, other: Point) -> float:
    """Metres between two places along the sphere (haversine), in the datum of the first."""
    there = other.to(one.datum)
    south, north = math.radians(one.latitude), math.radians(there.latitude)
    chord = math.sin((north - south) / 2) ** 2
    chord += math.cos(south) * math.cos(north) * math.sin(math.radians(there.longitude - one.longitude) / 2) ** 2
    return 2 * EARTH_RADIUS_M * math.asin(min(1.0, math.sqrt(chord)))


@dataclass(frozen=True, slots=True)
class Circle:
    """A fence about a place."""

    middle: Point
    radius_m: float

    def beyond_m(self, point: Point) -> float:
        """Metres from a place to the fence: what is inside is negative."""
        return distance_m(self.middle, point) - self.radius_m


@dataclass(frozen=True, slots=True)
class Polygon:
    """A fence along three or more corners, all of one datum; it closes itself."""

    corners: tuple[Point, ...]

    def __post_init__(self) -> None:
        if len(self.corners) < 3 or len({corner.datum for corner in self.corners}) > 1:
            raise ValueError("a fence has at least three corners, all of one datum")

    @property
    def middle(self) -> Point:
        """The mean of the corners."""
        first, count = self.corners[0], len(self.corners)
        east = sum((one.longitude - first.longitude + 180) % 360 - 180 for one in self.corners) / count
        north = sum(one.latitude for one in self.corners) / count
        return Point(north, (first.longitude + east + 180) % 360 - 180, first.datum)

    def beyond_m(self, point: Point) -> float:
        """Metres from a place to the nearest side: what is inside is negative. Sides are straight in a plane about the
        place, which serves some hundred kilometres."""
        here = point.to(self.corners[0].datum)
        plane = [_in_plane(corner, here) for corner in self.corners]
        sides = list(zip(plane, [*plane[1:], plane[0]], strict=True))
        far = min(_to_side(*side) for side in sides)
        return -far if _holds_origin(sides) else far


Fence = Circle | Polygon
Flat = tuple[float, float]


def _in_plane(point: Point, origin: Point) -> Flat:
    """Metres east and north of the origin."""
    east = (point.longitude - origin.longitude + 180) % 360 - 180
    across = METRES_A_DEGREE * math.cos(math.radians((point.latitude + origin.latitude) / 2))
    return east * across, (point.latitude - origin.latitude) * METRES_A_DEGREE


def _to_side(begin: Flat, end: Flat) -> float:
    """From the origin to the nearest point of a side."""
    east, north = end[0] - begin[0], end[1] - begin[1]
    length = east * east + north * north
    share = 0.0 if not length else max(0.0, min(1.0, -(begin[0] * east + begin[1] * north) / length))
    return math.hypot(begin[0] + share * east, begin[1] + share * north)


def _holds_origin(sides: Sequence[tuple[Flat, Flat]]) -> bool:
    """Whether a ray from the origin to the east crosses the sides an odd number of times."""
    crossed = 0
    for (east, north), (to_east, to_north) in sides:
        if (north > 0) != (to_north > 0):
            crossed += east + (to_east - east) * -north / (to_north - north) > 0
    return crossed % 2 == 1


class Verdict(StrEnum):
    """Where somebody is to a fence, as far as their accuracy lets one say."""

    INSIDE = "inside"
    OUTSIDE = "outside"
    UNCERTAIN = "uncertain"


def judge(beyond_m: float, accuracy_m: float) -> Verdict:
    """Inside or outside where the distance to the fence is more than the accuracy, otherwise nobody can say."""
    if abs(beyond_m) <= accuracy_m:
        return Verdict.UNCERTAIN
    return Verdict.INSIDE if beyond_m < 0 else Verdict.OUTSIDE
