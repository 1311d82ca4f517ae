"""What a map shows, as the page draws it: areas, spots, ways and heat, moved into the datum of the tiles.

A scene is a plain value for JSON; degrees are [longitude, latitude] as maps in browsers have them, to 0.1 m.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from django.conf import settings

from kaoqin.core.places import METRES_A_DEGREE, Circle, Fence, Point
from kaoqin.maps.tiles import Tiles

CORNERS = 64
"""A circle is drawn with so many."""
MICRO = 1_000_000


@dataclass(frozen=True)
class Area:
    """A fence, or how certain a position is."""

    fence: Fence
    label: str = ""
    tone: str = "blue"


@dataclass(frozen=True)
class Spot:
    """Something at a place, which may lead to a page."""

    point: Point
    label: str = ""
    tone: str = "blue"
    link: str = ""


@dataclass(frozen=True)
class Line:
    """A way through places; with `seconds` of each place it can be played. Dashed is what was planned."""

    points: Sequence[Point]
    tone: str = "blue"
    seconds: Sequence[int] = ()
    dashed: bool = False


@dataclass(frozen=True)
class Scene:
    """All that one map shows. `heat` are places with how much there is."""

    areas: Sequence[Area] = ()
    spots: Sequence[Spot] = ()
    lines: Sequence[Line] = ()
    heat: Sequence[tuple[Point, float]] = field(default=())

    def drawn(self) -> dict[str, Any]:
        """The scene for the page."""
        below: Tiles = settings.TILES
        return {
            "tiles": [list(layer) for layer in below.layers],
            "deepest": below.deepest,
            "owner": str(below.owner),
            "datum": below.datum.value,
            "areas": [{"ring": _ring(one.fence), "label": one.label, "tone": one.tone} for one in self.areas],
            "spots": [vars(one) | {"point": _spot(one.point)} for one in self.spots],
            "lines": [_line(one) for one in self.lines],
            "heat": [[*_spot(point), weight] for point, weight in self.heat],
        }


def _spot(point: Point) -> list[float]:
    shown = point.to(settings.TILES.datum)
    return [round(shown.longitude, 6), round(shown.latitude, 6)]


def _ring(fence: Fence) -> list[list[float]]:
    corners = _around(fence) if isinstance(fence, Circle) else fence.corners
    ring = [_spot(corner) for corner in corners]
    return [*ring, ring[0]]


def _around(circle: Circle) -> Iterable[Point]:
    """The corners of a circle, from the north on clockwise."""
    middle = circle.middle
    north = circle.radius_m / METRES_A_DEGREE
    east = north / max(math.cos(math.radians(middle.latitude)), 1e-6)
    for step in range(CORNERS):
        turn = 2 * math.pi * step / CORNERS
        latitude, longitude = middle.latitude + north * math.cos(turn), middle.longitude + east * math.sin(turn)
        yield Point(max(-90, min(90, latitude)), max(-180, min(180, longitude)), middle.datum)


def _line(line: Line) -> dict[str, Any]:
    """A way as numbers: the first place in millionths of a degree, then by how much each next one differs; seconds likewise."""
    places = [tuple(round(part * MICRO) for part in _spot(point)) for point in line.points]
    steps = [part for one, other in pairwise([(0, 0), *places]) for part in (other[0] - one[0], other[1] - one[1])]
    seconds = [later - earlier for earlier, later in pairwise([0, *line.seconds])]
    return {"steps": steps, "seconds": seconds, "tone": line.tone, "dashed": line.dashed}
