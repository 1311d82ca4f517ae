"""Positions in the three datums maps in China speak, turned into the one of GPS. Pure; degrees.

GCJ-02 is WGS-84 moved by up to 700 m in a way that depends on where one is, BD-09 is GCJ-02 moved once more. The
formulas are the published ones every converter uses; both ways back are iterated, for they have no closed form.
"""

from collections.abc import Callable
from math import atan2, cos, hypot, pi, radians, sin, sqrt
from typing import NamedTuple

from kaoqin.org.words import Datum


class Position(NamedTuple):
    """Degrees north and east."""

    latitude: float
    longitude: float


_MAJOR, _ECCENTRICITY = 6_378_245.0, 0.006_693_421_622_965_943
_LATITUDES, _LONGITUDES = (0.8293, 55.8271), (72.004, 137.8347)
"""Where positions are moved at all: the box every converter uses."""
_ENOUGH, _MOST_STEPS = 1e-9, 20


def gcj02(position: Position) -> Position:
    """A WGS-84 position as 高德 and 腾讯 have it; outside of China the same."""
    if not _moved_there(position):
        return position
    north, east = _moved(position.longitude - 105, position.latitude - 35)
    slope = 1 - _ECCENTRICITY * sin(radians(position.latitude)) ** 2
    per_latitude = _MAJOR * (1 - _ECCENTRICITY) / (slope * sqrt(slope)) * pi / 180
    per_longitude = _MAJOR / sqrt(slope) * cos(radians(position.latitude)) * pi / 180
    return Position(position.latitude + north / per_latitude, position.longitude + east / per_longitude)


def bd09(position: Position) -> Position:
    """A GCJ-02 position as 百度 has it."""
    x, y = position.longitude, position.latitude
    far = hypot(x, y) + 2e-5 * sin(y * pi * 3000 / 180)
    turned = atan2(y, x) + 3e-6 * cos(x * pi * 3000 / 180)
    return Position(far * sin(turned) + 0.006, far * cos(turned) + 0.0065)


def wgs84(position: Position, datum: str) -> Position:
    """A position of any datum as GPS has it."""
    if datum == Datum.BD09:
        return _back(gcj02, _back(bd09, position))
    return _back(gcj02, position) if datum == Datum.GCJ02 else position


def _moved_there(position: Position) -> bool:
    south, north = _LATITUDES
    west, east = _LONGITUDES
    return south <= position.latitude <= north and west <= position.longitude <= east


def _moved(x: float, y: float) -> tuple[float, float]:
    """How many metres a place x degrees east and y degrees north of 105° E 35° N is moved north and east."""
    waves = (20 * sin(6 * pi * x) + 20 * sin(2 * pi * x)) * 2 / 3
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(abs(x)) + waves
    north += (20 * sin(pi * y) + 40 * sin(pi * y / 3)) * 2 / 3
    north += (160 * sin(pi * y / 12) + 320 * sin(pi * y / 30)) * 2 / 3
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(abs(x)) + waves
    east += (20 * sin(pi * x) + 40 * sin(pi * x / 3)) * 2 / 3
    east += (150 * sin(pi * x / 12) + 300 * sin(pi * x / 30)) * 2 / 3
    return north, east


def _back(there: Callable[[Position], Position], wanted: Position) -> Position:
    """The position that `there` turns into the wanted one, to a tenth of a millimetre."""
    found = wanted
    for _ in range(_MOST_STEPS):
        reached = there(found)
        off = Position(reached.latitude - wanted.latitude, reached.longitude - wanted.longitude)
        found = Position(found.latitude - off.latitude, found.longitude - off.longitude)
        if max(abs(off.latitude), abs(off.longitude)) < _ENOUGH:
            break
    return found
