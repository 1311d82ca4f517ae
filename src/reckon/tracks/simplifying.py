"""Which points of a line are needed so that none of the others lies further off than a tolerance (top-down halving).

All open stretches are halved at once, so that a long track costs a few passes over its columns.
"""

from collections.abc import Callable

import numpy as np

from reckon.tracks.track import Bools, Floats

Ints = np.ndarray
Off = Callable[[Ints, Ints, Ints], Floats]
"""How far points are from what is put in their place, given the points and the ends of their stretch, as numbers."""


def needed(fixed: Bools, off: Off, tolerance: Floats) -> Bools:
    """Which points are needed besides those that are `fixed`, the first and the last among them; a tolerance for each."""
    kept = fixed.copy()
    open_points = np.flatnonzero(~kept)
    while len(open_points):
        ends = np.flatnonzero(kept)
        stretch = np.searchsorted(ends, open_points) - 1
        over = off(open_points, ends[stretch], ends[stretch + 1]) - tolerance[open_points]
        begins = np.flatnonzero(np.diff(stretch, prepend=-1))
        worst = np.maximum.reduceat(over, begins)
        at_worst = np.flatnonzero(over == np.repeat(worst, np.diff(begins, append=len(over))))
        first = at_worst[np.flatnonzero(np.diff(stretch[at_worst], prepend=-1))]
        kept[open_points[first[worst > 0]]] = True
        still = np.repeat(worst > 0, np.diff(begins, append=len(over)))
        open_points = open_points[still & ~kept[open_points]]
    return kept


def off_in_time(seconds: Floats, east: Floats, north: Floats) -> Off:
    """Distance to where one would be at that second at an even pace (time-synchronised, TD-TR)."""

    def off(points: Ints, first: Ints, last: Ints) -> Floats:
        share = (seconds[points] - seconds[first]) / (seconds[last] - seconds[first])
        return np.asarray(
            np.hypot(
                east[first] + share * (east[last] - east[first]) - east[points],
                north[first] + share * (north[last] - north[first]) - north[points],
            )
        )

    return off


def off_the_line(east: Floats, north: Floats) -> Off:
    """Distance to the straight line between the ends (Ramer–Douglas–Peucker)."""

    def off(points: Ints, first: Ints, last: Ints) -> Floats:
        along, across = east[last] - east[first], north[last] - north[first]
        px, py = east[points] - east[first], north[points] - north[first]
        length = np.maximum(along**2 + across**2, 1e-9)
        share = np.clip((px * along + py * across) / length, 0, 1)
        return np.asarray(np.hypot(px - share * along, py - share * across))

    return off
