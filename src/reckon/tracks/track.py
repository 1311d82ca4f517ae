"""A track as columns: seconds, metres in a plane about its middle, accuracy in metres."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
EARTH_RADIUS_M = 6_371_008.8
METRES_A_DEGREE = EARTH_RADIUS_M * np.pi / 180
LEAST_ACCURACY_M = 5.0
"""Phones that promise more than this are believed no further."""
UNKNOWN_ACCURACY_M = 30.0
WORST_ACCURACY_M = 300.0
"""Points that are less sure (a cell tower's) say nothing of where in a street one is."""


class TrackError(ValueError):
    """Columns of different lengths, or a place that is none."""


@dataclass(frozen=True)
class Track:
    """Points in the order of time: `seconds` strictly rising, `east_m` and `north_m` from the origin (degrees of latitude
    and longitude, one datum throughout), `accuracy_m` the radius that holds 68 %."""

    seconds: Floats
    east_m: Floats
    north_m: Floats
    accuracy_m: Floats
    origin: tuple[float, float]

    def __len__(self) -> int:
        return len(self.seconds)

    def only(self, kept: Bools) -> "Track":
        return Track(self.seconds[kept], self.east_m[kept], self.north_m[kept], self.accuracy_m[kept], self.origin)

    def degrees(self, east_m: Floats, north_m: Floats) -> tuple[Floats, Floats]:
        """Latitude and longitude of places in the plane."""
        latitude = self.origin[0] + north_m / METRES_A_DEGREE
        return latitude, self.origin[1] + east_m / (METRES_A_DEGREE * np.cos(np.radians(self.origin[0])))


def track_of(
    seconds: npt.ArrayLike, latitude: npt.ArrayLike, longitude: npt.ArrayLike, accuracy_m: npt.ArrayLike | None = None
) -> Track:
    """Points of one person and day as a track.

    Any order; of two at the same second the surer one stays. `accuracy_m` may be missing as a whole, or be 0 or NaN where
    it is not known. Points less sure than 300 m are left out. A plane serves 300 km about the origin with 0.1 % of error.
    Raises TrackError where lengths differ or a place is none.
    """
    when, north, east = (np.asarray(column, np.float64) for column in (seconds, latitude, longitude))
    sure = np.full(len(when), UNKNOWN_ACCURACY_M) if accuracy_m is None else np.array(accuracy_m, np.float64)
    _refuse_bad(when, north, east, sure)
    sure = np.where(np.isfinite(sure) & (sure > 0), np.maximum(sure, LEAST_ACCURACY_M), UNKNOWN_ACCURACY_M)
    order = np.lexsort((sure, when))
    order = order[sure[order] <= WORST_ACCURACY_M]
    order = order[np.diff(when[order], prepend=-np.inf) > 0]
    origin = (float(np.median(north[order])), float(np.median(east[order]))) if len(order) else (0.0, 0.0)
    north_m = (north[order] - origin[0]) * METRES_A_DEGREE
    east_m = (east[order] - origin[1]) * METRES_A_DEGREE * np.cos(np.radians(origin[0]))
    return Track(when[order], east_m, north_m, sure[order], origin)


def _refuse_bad(seconds: Floats, latitude: Floats, longitude: Floats, accuracy_m: Floats) -> None:
    if len({len(seconds), len(latitude), len(longitude), len(accuracy_m)}) > 1:
        raise TrackError("the columns of a track differ in length")
    places = (np.abs(latitude) <= 90) & (np.abs(longitude) <= 180)
    if not (np.isfinite(seconds) & places).all():
        raise TrackError("a point of a track has no time, or no place on earth")
