"""A track in few bytes: only the points that are needed to tell where one was at each second (TD-TR), as differences.

Format, version 1: three columns one after the other, each a varint (LEB128, zigzag for signed numbers) per kept point: the
seconds since the point before, and the differences of latitude and longitude in units of 3·10⁻⁵ degrees (3.3 m). The
first differences are from zero.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from reckon.tracks.simplifying import needed, off_in_time
from reckon.tracks.track import METRES_A_DEGREE, Floats, Track, TrackError

UNIT = 3e-5
ROUNDING_M = UNIT * METRES_A_DEGREE / np.sqrt(2)
"""How far rounding to units moves a point at most; half a second at the pace of a train is not reckoned in."""


@dataclass(frozen=True)
class Packed:
    """A packed track: its bytes, and how many points they hold."""

    content: bytes
    points: int


def pack(track: Track, tolerance_m: float = 10.0) -> Packed:
    """The track so that at the second of each of its points one is off by at most the tolerance (more than 2.4 m)."""
    if tolerance_m <= ROUNDING_M:
        raise TrackError(f"a track cannot be packed closer than {ROUNDING_M:.1f} m")
    if not len(track):
        return Packed(b"", 0)
    seconds = np.round(track.seconds)
    first_of_second = np.diff(seconds, prepend=-np.inf) > 0
    east, north = track.east_m[first_of_second], track.north_m[first_of_second]
    off = off_in_time(track.seconds[first_of_second], east, north)
    ends = np.zeros(len(east), bool)
    ends[[0, -1]] = True
    kept = needed(ends, off, np.full(len(east), tolerance_m - ROUNDING_M))
    latitude, longitude = track.degrees(east[kept], north[kept])
    columns = seconds[first_of_second][kept], np.round(latitude / UNIT), np.round(longitude / UNIT)
    content = b"".join(_varints(column.astype(np.int64)) for column in columns)
    return Packed(content, int(kept.sum()))


def unpack(packed: Packed) -> tuple[Floats, Floats, Floats]:
    """Seconds, latitude and longitude of the points that were kept. Raises TrackError where bytes are missing or too many."""
    told = list(_numbers(packed.content))
    if len(told) != 3 * packed.points:
        raise TrackError("a packed track is damaged")
    columns = np.array(told, np.int64).reshape(3, packed.points).cumsum(axis=1).astype(np.float64)
    return columns[0], columns[1] * UNIT, columns[2] * UNIT


def rounded(packed: Packed, digits: int) -> Packed:
    """The same track known to so many decimals of degrees only: of points that fall together one after the other, the first and,
    at the end, the last are kept. Units add at most 1.7 m to the rounding."""
    seconds, *degrees = unpack(packed)
    if not len(seconds):
        return packed
    latitude, longitude = (np.round(np.round(column, digits) / UNIT).astype(np.int64) for column in degrees)
    kept = (np.diff(latitude, prepend=latitude[0] + 1) != 0) | (np.diff(longitude, prepend=longitude[0]) != 0)
    kept[-1] = True
    columns = seconds.astype(np.int64), latitude, longitude
    return Packed(b"".join(_varints(column[kept]) for column in columns), int(kept.sum()))


def _varints(column: npt.NDArray[np.int64]) -> bytes:
    differences = column - np.concatenate([[0], column[:-1]])
    out = bytearray()
    for number in (differences << 1 ^ differences >> 63).tolist():
        rest = number
        while rest > 0x7F:
            out.append(rest & 0x7F | 0x80)
            rest >>= 7
        out.append(rest)
    return bytes(out)


def _numbers(content: bytes) -> Iterator[int]:
    number = shift = 0
    for byte in content:
        number |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            yield number >> 1 ^ -(number & 1)
            number = shift = 0
    if shift:
        raise TrackError("a packed track is damaged")
