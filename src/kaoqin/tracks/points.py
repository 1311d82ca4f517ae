"""Points of a day as bytes: seconds, latitude and longitude (10⁻⁷ degrees), accuracy (0.1 m) as columns of differences, deflated. Pure."""

import zlib
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Column = npt.NDArray[np.float64]
_SCALES = (1.0, 1e7, 1e7, 10.0)


@dataclass(frozen=True)
class Points:
    """Columns of one length: seconds of the day, degrees, metres (68 %)."""

    seconds: Column
    latitude: Column
    longitude: Column
    accuracy_m: Column

    def __len__(self) -> int:
        return len(self.seconds)

    def only(self, kept: npt.NDArray[np.bool_]) -> "Points":
        return Points(*(column[kept] for column in self.columns))

    @property
    def columns(self) -> tuple[Column, Column, Column, Column]:
        return self.seconds, self.latitude, self.longitude, self.accuracy_m


def write(points: Points) -> bytes:
    """The points as bytes, each to a second, 1 cm and 10 cm."""
    columns = [np.round(column * scale) for column, scale in zip(points.columns, _SCALES, strict=True)]
    whole = np.array(columns, np.int64)
    return zlib.compress(np.diff(whole, axis=1, prepend=0).astype("<i4").tobytes())


def read(many: list[bytes]) -> Points:
    """What was written, one after the other."""
    parts = [np.frombuffer(zlib.decompress(one), "<i4").reshape(4, -1).astype(np.int64).cumsum(axis=1) for one in many]
    whole = np.concatenate(parts, axis=1) if parts else np.zeros((4, 0), np.int64)
    return Points(*(column / scale for column, scale in zip(whole, _SCALES, strict=True)))
