"""Working days of people in the field as their phones would report them: the truth, and the noisy track.

A day is legs between customers (on foot, by electric bicycle, by car with stops at lights, by metro without signal) on streets with
bends, and visits during which one wanders about within some metres. The phone reports a point each `step_s` seconds. Every
point is off by a slow drift (Ornstein–Uhlenbeck) and by white noise, both in proportion to its accuracy, which is log-normal
and worse indoors; 2 % jump by 150 m (multipath), sometimes several in a row; 15 % of the time nothing is reported. All by seed.

Frozen before the filters of `reckon.tracks` were written: what is measured on it is not what it was tuned to please.
"""

from dataclasses import dataclass

import numpy as np

METRES_A_DEGREE = 111_195.0
SPEEDS = {"walk": (1.0, 1.5), "bicycle": (4.0, 7.0), "car": (7.0, 15.0), "metro": (11.0, 17.0)}


@dataclass(frozen=True)
class Noise:
    """How a phone errs: accuracy in metres (median out of doors and in, spread of its logarithm), share of the error that
    drifts and for how long it remembers (s), share and length (m) of jumps, share of time without a point, mean gap (s)."""

    outdoor_m: float = 12.0
    indoor_m: float = 25.0
    spread: float = 0.5
    drift: float = 0.7
    memory_s: float = 180.0
    jump_share: float = 0.02
    jump_m: float = 150.0
    gap_share: float = 0.15
    gap_s: float = 180.0


@dataclass(frozen=True)
class Visit:
    """Where somebody really was: seconds of the day, and the place."""

    arrived_s: float
    left_s: float
    latitude: float
    longitude: float


@dataclass(frozen=True)
class PhoneDay:
    """What a phone reported (seconds of the day, degrees WGS-84, metres), what is true of the day, and the metres gone
    from its first point to its last."""

    seconds: np.ndarray
    latitude: np.ndarray
    longitude: np.ndarray
    accuracy_m: np.ndarray
    visits: tuple[Visit, ...]
    gone_m: float


def phone_day(
    seed: int, step_s: float | None = None, visits: int | None = None, noise: Noise | None = None
) -> PhoneDay:
    """A day by its seed; 10 to 60 s from point to point and three to eight visits unless told."""
    draw = np.random.default_rng(seed)
    step = step_s or draw.uniform(10, 60)
    route = _Route(draw)
    for _ in range(visits or int(draw.integers(3, 9))):
        route.travel()
        route.stay(float(np.clip(draw.lognormal(np.log(1500), 0.7), 360, 7200)))
    route.travel()
    return _seen(route, step, noise or Noise(), draw)


class _Route:
    """The truth as knots (second, x, y, indoors, hidden): straight between them, at an even pace."""

    def __init__(self, draw: np.random.Generator) -> None:
        self.draw = draw
        self.knots = [(8.5 * 3600 + draw.uniform(0, 1800), 0.0, 0.0, False, False)]
        self.visits: list[tuple[float, float, float, float]] = []

    def travel(self) -> None:
        """A leg of 300 m to 9 km by streets that bend every 80 to 500 m and lead on the whole where one goes, with stops at
        lights for whoever drives."""
        draw = self.draw
        far = float(draw.choice([draw.uniform(300, 1000), draw.uniform(1000, 4000), draw.uniform(3000, 9000)]))
        way = str(
            draw.choice(["walk", "bicycle"] if far < 1000 else ["bicycle", "car"] if far < 4000 else ["car", "metro"])
        )
        pace, ahead = draw.uniform(*SPEEDS[way]), draw.uniform(0, 2 * np.pi)
        while far > 0:
            length = min(far, draw.uniform(80, 500) * (3 if way == "metro" else 1))
            turn = draw.choice([0.0, 0.0, draw.normal(0, 0.3), draw.choice([-1, 1]) * np.pi / 2])
            heading = ahead + (turn if way != "metro" else 0.3 * turn)
            far -= length
            second, x, y, _, _ = self.knots[-1]
            reached = second + length / (pace * draw.uniform(0.8, 1.2))
            self.knots.append(
                (reached, x + length * np.cos(heading), y + length * np.sin(heading), False, way == "metro")
            )
            if way in {"bicycle", "car"} and draw.random() < 0.25:
                self._wait(draw.uniform(10, 90))

    def _wait(self, seconds: float) -> None:
        second, x, y, indoors, hidden = self.knots[-1]
        self.knots.append((second + seconds, x, y, indoors, hidden))

    def stay(self, seconds: float) -> None:
        """A visit: one wanders slowly about the door and the rooms, within some 15 m."""
        draw, (second, x, y, _, _) = self.draw, self.knots[-1]
        self.visits.append((second, second + seconds, x, y))
        now, end = second, second + seconds
        while now < end:
            now = min(end, now + draw.uniform(60, 400))
            self.knots.append((now, x + draw.normal(0, 8), y + draw.normal(0, 8), True, False))
        self.knots[-1] = (end, x, y, True, False)


def _seen(route: _Route, step: float, noise: Noise, draw: np.random.Generator) -> PhoneDay:
    knots = np.array([knot[:3] for knot in route.knots])
    second, x, y = knots.T
    at = (
        np.arange(second[0], second[-1], step)
        + draw.uniform(-0.1, 0.1, int(np.ceil((second[-1] - second[0]) / step))) * step
    )
    at = np.sort(np.round(at, 1))
    leg = np.clip(np.searchsorted(second, at, side="right"), 1, len(second) - 1)
    indoors = np.array([knot[3] for knot in route.knots])[leg]
    hidden = np.array([knot[4] for knot in route.knots])[leg]
    accuracy = draw.lognormal(np.log(np.where(indoors, noise.indoor_m, noise.outdoor_m)), noise.spread)
    east, north = np.interp(at, second, x), np.interp(at, second, y)
    off_east, off_north = (_error(at, accuracy, noise, draw) for _ in range(2))
    jumps, angle = _jumps(len(at), noise, draw), draw.uniform(0, 2 * np.pi, len(at))
    east = east + off_east + jumps * noise.jump_m * np.cos(angle)
    north = north + off_north + jumps * noise.jump_m * np.sin(angle)
    kept = ~hidden & ~_gaps(at, noise, draw)
    home = draw.uniform(22, 40), draw.uniform(104, 121)
    visits = tuple(Visit(begin, end, *_degrees(home, px, py)) for begin, end, px, py in route.visits)
    latitude, longitude = _degrees(home, east[kept], north[kept])
    travelled = np.hypot(np.diff(x), np.diff(y)) * ~np.array([knot[3] for knot in route.knots[1:]])
    gone = np.interp(at[kept][[0, -1]], second, np.concatenate([[0], np.cumsum(travelled)]))
    return PhoneDay(at[kept], latitude, longitude, np.round(accuracy[kept], 1), visits, float(gone[1] - gone[0]))


def _error(at: np.ndarray, accuracy: np.ndarray, noise: Noise, draw: np.random.Generator) -> np.ndarray:
    """Metres off on one axis. Accuracy is the radius that holds 68 %: an axis' deviation is two thirds of it."""
    drift, now = np.empty(len(at)), draw.normal()
    for number, gap in enumerate(np.diff(at, prepend=at[0])):
        keep = np.exp(-gap / noise.memory_s)
        now = keep * now + np.sqrt(1 - keep**2) * draw.normal()
        drift[number] = now
    white = draw.normal(size=len(at))
    return 0.66 * accuracy * (np.sqrt(noise.drift) * drift + np.sqrt(1 - noise.drift) * white)


def _jumps(count: int, noise: Noise, draw: np.random.Generator) -> np.ndarray:
    """Which points jump: two thirds of the jumps alone, the others two or three in a row."""
    jumped = np.zeros(count)
    begins = np.flatnonzero(draw.random(count) < noise.jump_share / 1.5)
    for begin in begins:
        jumped[begin : begin + int(draw.choice([1, 1, 2, 3], p=[0.4, 0.27, 0.22, 0.11]))] = 1
    return jumped


def _gaps(at: np.ndarray, noise: Noise, draw: np.random.Generator) -> np.ndarray:
    """Which points are never reported: gaps of exponential length that take `gap_share` of the time."""
    lost, now = np.zeros(len(at), bool), at[0]
    while now < at[-1]:
        now += draw.exponential(noise.gap_s * (1 - noise.gap_share) / noise.gap_share)
        until = now + draw.exponential(noise.gap_s)
        lost |= (at >= now) & (at < until)
        now = until
    return lost


def _degrees(home: tuple[float, float], x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    latitude = home[0] + np.asarray(y) / METRES_A_DEGREE
    return latitude, home[1] + np.asarray(x) / (METRES_A_DEGREE * np.cos(np.radians(home[0])))
