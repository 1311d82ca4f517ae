"""A small map of fences and a position, drawn to scale without a map service. Pure; north is up.

Lengths are in the drawing's own units, from its upper left corner.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from kaoqin.core.places import METRES_A_DEGREE, Circle, Fence, Point

SIZE, MARGIN = 320, 28
LEAST_M = 60
"""What is shown at least from the middle, in metres."""


@dataclass(frozen=True)
class Ring:
    """A circle as it is drawn."""

    x: float
    y: float
    radius: float


@dataclass(frozen=True)
class Picture:
    """What is drawn: round fences, fences with corners (as `x,y x,y`), the position with its accuracy, a scale bar, and
    earlier positions as far as they lie in the frame."""

    rings: list[Ring]
    polygons: list[str]
    here: Ring | None
    bar: float
    bar_said: str
    before: Sequence[tuple[float, float]] = ()
    size: int = SIZE


@dataclass(frozen=True)
class _View:
    middle: Point
    half_m: float

    def length(self, metres: float) -> float:
        return round(metres * (SIZE / 2 - MARGIN) / self.half_m, 1)

    def spot(self, point: Point) -> tuple[float, float]:
        east, north = _metres(point, self.middle)
        return round(SIZE / 2 + self.length(east), 1), round(SIZE / 2 - self.length(north), 1)


def draw(
    fences: Sequence[Fence], here: Point | None = None, accuracy_m: float = 0, before: Sequence[Point] = ()
) -> Picture:
    """The picture of some fences and where somebody was, all in WGS-84. At least one of both is needed; where they were
    `before` does not widen it."""
    view = _view(fences, here, accuracy_m)
    rings = [Ring(*view.spot(f.middle), view.length(f.radius_m)) for f in fences if isinstance(f, Circle)]
    told = [f.corners for f in fences if not isinstance(f, Circle)]
    polygons = [" ".join("{},{}".format(*view.spot(corner)) for corner in corners) for corners in told]
    dot = Ring(*view.spot(here), view.length(accuracy_m)) if here else None
    metres = _nice(view.half_m * 0.8)
    said = f"{metres / 1000:g} km" if metres >= 1000 else f"{metres:g} m"
    spots = [spot for spot in map(view.spot, before) if all(0 <= one <= SIZE for one in spot)]
    return Picture(rings, polygons, dot, view.length(metres), said, before=spots)


def _view(fences: Sequence[Fence], here: Point | None, accuracy_m: float) -> _View:
    points = [p for f in fences for p in ([f.middle] if isinstance(f, Circle) else f.corners)] + (
        [here] if here else []
    )
    north, south = max(p.latitude for p in points), min(p.latitude for p in points)
    east, west = max(p.longitude for p in points), min(p.longitude for p in points)
    middle = Point((north + south) / 2, (east + west) / 2)
    radii = [(f.middle, f.radius_m) for f in fences if isinstance(f, Circle)] + ([(here, accuracy_m)] if here else [])
    reach = [max(map(abs, _metres(point, middle))) for point in points]
    reach += [max(map(abs, _metres(point, middle))) + radius for point, radius in radii]
    return _View(middle, max(*reach, LEAST_M))


def _metres(point: Point, origin: Point) -> tuple[float, float]:
    """Metres east and north of the origin."""
    narrow = math.cos(math.radians(origin.latitude))
    east = (point.longitude - origin.longitude) * METRES_A_DEGREE * narrow
    return east, (point.latitude - origin.latitude) * METRES_A_DEGREE


def _nice(metres: float) -> float:
    """The largest of 1, 2, 5 times a power of ten that is not longer."""
    power = 10.0 ** math.floor(math.log10(metres))
    return max(step * power for step in (1, 2, 5) if step * power <= metres)
