"""A map of sites that needs no map: places drawn to scale within a frame, with a grid of degrees and a scale bar. Pure.

Lengths are in the drawing's own units, from its upper left corner. North is up; a degree of longitude is as long as it
is in the middle of the map. Dots that would lie upon each other stand beside each other, with a line to the true place.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from math import cos, floor, log2, log10, pi, radians, sin, sqrt
from typing import NamedTuple
from unicodedata import east_asian_width

MARGIN, EDGE = 44, 24
LEAST_DEGREES = 0.02
"""What a map shows at least, north to south: two kilometres, where there is one site."""
METRES_PER_DEGREE = 111_195
MOST_COVERED = 0.08
"""Of the map, by dots: many are small, so that there is room between them."""
RINGS, LEAST_ON_A_RING, LARGEST, GAP = 16, 8, 12, 2
MOST_ASIDE = 120
LEAST_COUNTED = 7.5
"""Dots as large as that hold a number."""
LETTER, LINE, LONGEST = 6.6, 15, 130
_NICE = (1, 2, 5)
_STEPS = (20, 10, 5, 2, 1, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002)


@dataclass(frozen=True)
class Place:
    """What a map shows: degrees of GPS, a name, how much there is (it makes the dot large), in which order dots and
    names are given room (the lowest first)."""

    key: int
    name: str
    latitude: float
    longitude: float
    size: int = 1
    rank: int = 0


class Box(NamedTuple):
    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: "Box") -> bool:
        across = self.left < other.right and other.left < self.right
        return across and self.top < other.bottom and other.top < self.bottom


@dataclass(frozen=True)
class Dot:
    """One place: where it stands, and where it is if it had to stand aside. `label` is where its name begins; None
    where there is no room for it. A long name is cut."""

    place: Place
    x: float
    y: float
    radius: float
    true_x: float
    true_y: float
    label: tuple[float, float] | None = None

    @property
    def counted(self) -> bool:
        return self.place.size > 1 and self.radius >= LEAST_COUNTED

    @property
    def aside(self) -> bool:
        return (self.x, self.y) != (self.true_x, self.true_y)

    @property
    def said(self) -> str:
        name = self.place.name
        while text_width(name) > LONGEST:
            name = name.removesuffix("…")[:-1] + "…"
        return name

    @property
    def box(self) -> Box:
        return Box(self.x - self.radius, self.y - self.radius, self.x + self.radius, self.y + self.radius)


@dataclass(frozen=True)
class Line:
    """A line of the grid: where it runs (across or down) and what it is."""

    at: float
    said: str


@dataclass(frozen=True)
class Drawing:
    width: int
    height: int
    dots: list[Dot]
    parallels: list[Line]
    meridians: list[Line]
    bar: float
    bar_metres: float

    @property
    def bar_said(self) -> str:
        """500 m, 20 km."""
        return f"{self.bar_metres / 1000:g} km" if self.bar_metres >= 1000 else f"{self.bar_metres:g} m"


class _View(NamedTuple):
    """What is in sight: the middle, and how many units a degree north is, and one east."""

    latitude: float
    longitude: float
    per_north: float
    per_east: float
    width: int
    height: int

    def spot(self, place: Place) -> tuple[float, float]:
        x = self.width / 2 + (place.longitude - self.longitude) * self.per_east
        return round(x, 1), round(self.height / 2 - (place.latitude - self.latitude) * self.per_north, 1)


def draw(places: Sequence[Place], width: int, height: int) -> Drawing:
    """The map of at least one place."""
    view = _view(places, width, height)
    dots = _named(list(_set_down(places, view)), width, height)
    bar, metres = _scale_bar(view)
    return Drawing(width, height, dots, list(_parallels(view)), list(_meridians(view)), bar, metres)


def _view(places: Sequence[Place], width: int, height: int) -> _View:
    south, north = min(p.latitude for p in places), max(p.latitude for p in places)
    west, east = min(p.longitude for p in places), max(p.longitude for p in places)
    middle = (south + north) / 2
    narrow = max(cos(radians(middle)), 0.05)
    tall, wide = max(north - south, LEAST_DEGREES), max((east - west) * narrow, LEAST_DEGREES)
    per_north = min((height - 2 * MARGIN) / tall, (width - 2 * MARGIN) / wide)
    return _View(middle, (west + east) / 2, per_north, per_north * narrow, width, height)


def _set_down(places: Iterable[Place], view: _View) -> Iterator[Dot]:
    """A dot for each place, none upon another while there is room around. Of very many each stays where it is."""
    taken = _Taken()
    ordered = sorted(places, key=lambda one: (one.rank, -one.size, one.key))
    largest = min(LARGEST, sqrt(MOST_COVERED * view.width * view.height / pi / len(ordered)))
    for place in ordered:
        radius = min(5.5 + 1.2 * log2(max(place.size, 1)), largest)
        x, y = view.spot(place)
        around = _around(x, y, radius, view) if len(ordered) <= MOST_ASIDE else ()
        spot = next((one for one in around if taken.leaves(*one, radius)), (x, y))
        dot = Dot(place, *spot, radius, x, y)
        taken.add(dot)
        yield dot


def _around(x: float, y: float, radius: float, view: _View) -> Iterator[tuple[float, float]]:
    """Where a dot may stand: at its place, else ever further away, within the frame."""
    yield x, y
    for ring in range(1, RINGS + 1):
        far = ring * (radius + GAP)
        there = max(int(pi * far / radius), LEAST_ON_A_RING)
        for turn in range(there):
            angle = 2 * pi * (turn + ring % 2 / 2) / there
            near = round(x + far * cos(angle), 1), round(y + far * sin(angle), 1)
            if radius < near[0] < view.width - radius and radius < near[1] < view.height - radius:
                yield near


class _Taken:
    """Dots by where they are, so that only those near a place are looked at."""

    CELL = 2 * LARGEST + GAP

    def __init__(self) -> None:
        self._cells: dict[tuple[int, int], list[Dot]] = defaultdict(list)

    def add(self, dot: Dot) -> None:
        self._cells[int(dot.x // self.CELL), int(dot.y // self.CELL)].append(dot)

    def leaves(self, x: float, y: float, radius: float) -> bool:
        """Whether a dot of this radius has room there."""
        across, down = int(x // self.CELL), int(y // self.CELL)
        near = product(range(across - 1, across + 2), range(down - 1, down + 2))
        dots = (dot for cell in near if cell in self._cells for dot in self._cells[cell])
        return all((x - one.x) ** 2 + (y - one.y) ** 2 >= (radius + one.radius + GAP) ** 2 for one in dots)


def _named(dots: Sequence[Dot], width: int, height: int) -> list[Dot]:
    """The dots with their names, where a name has room beside its dot; north and the scale bar keep theirs."""
    taken = [dot.box for dot in dots]
    taken += [Box(width - 34, 8, width - 10, 46), Box(8, height - 32, width / 4 + 14, height - 8)]
    frame = Box(2, 2, width - 2, height - 2)
    made = []
    for dot in dots:
        found = next((box for box in _beside(dot) if _fits(box, frame, taken)), None)
        if found:
            taken.append(found)
        label = (round(found.left, 1), round(found.bottom - 4, 1)) if found else None
        made.append(Dot(dot.place, dot.x, dot.y, dot.radius, dot.true_x, dot.true_y, label))
    return made


def _beside(dot: Dot) -> Iterator[Box]:
    """Where a name may stand: right, left, below, above."""
    long, away = text_width(dot.said), dot.radius + 4
    half = LINE / 2
    yield Box(dot.x + away, dot.y - half, dot.x + away + long, dot.y + half)
    yield Box(dot.x - away - long, dot.y - half, dot.x - away, dot.y + half)
    for top in (dot.y + away - 2, dot.y - away - LINE + 2):
        yield Box(dot.x - long / 2, top, dot.x + long / 2, top + LINE)


def _fits(box: Box, frame: Box, taken: Iterable[Box]) -> bool:
    inside = frame.left <= box.left and box.right <= frame.right and frame.top <= box.top and box.bottom <= frame.bottom
    return inside and not any(box.meets(other) for other in taken)


def text_width(text: str) -> float:
    """How long a text of 12 units is, about: Chinese letters are twice as wide."""
    return sum(2 * LETTER if east_asian_width(letter) in "WF" else LETTER for letter in text)


def _parallels(view: _View) -> Iterator[Line]:
    reach = view.height / 2 / view.per_north
    for degrees in _grid(view.latitude - reach, view.latitude + reach, view):
        at = round(view.height / 2 - (degrees - view.latitude) * view.per_north, 1)
        if EDGE < at < view.height - EDGE:
            yield Line(at, _say(degrees, "NS"))


def _meridians(view: _View) -> Iterator[Line]:
    reach = view.width / 2 / view.per_east
    for degrees in _grid(view.longitude - reach, view.longitude + reach, view):
        at = round(view.width / 2 + (degrees - view.longitude) * view.per_east, 1)
        if EDGE < at < view.width - 2 * EDGE:
            yield Line(at, _say(degrees, "EW"))


def _grid(first: float, last: float, view: _View) -> Iterator[float]:
    """Round degrees between two, so far apart that three to eight of them cross the shorter side."""
    shown = min(view.width, view.height) / view.per_north
    step = next((one for one in _STEPS if shown / one >= 3), _STEPS[-1])
    for number in range(floor(first / step) + 1, floor(last / step) + 1):
        yield round(number * step, 6)


def _say(degrees: float, letters: str) -> str:
    return f"{abs(degrees):g}°{letters[degrees < 0] if degrees else ''}"


def _scale_bar(view: _View) -> tuple[float, float]:
    """How long the bar is, and how many metres that is: a round number, a quarter of the map at most."""
    most = view.width / 4 / view.per_north * METRES_PER_DEGREE
    power = 10 ** floor(log10(most))
    metres = max(nice * power for nice in _NICE if nice * power <= most)
    return round(metres / METRES_PER_DEGREE * view.per_north, 1), metres
