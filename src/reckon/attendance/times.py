"""Moments of the input as local wall-clock minutes, whole columns at a time.

Text without an offset, or a timestamp without a zone, is the local time as written. Text with an
offset, or a timestamp with a zone, is an instant: `to_local` carries it to the employee's zone.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from reckon.attendance.cells import MINUTES_IN_DAY, day
from reckon.attendance.words import ArrowArray, ArrowColumn
from reckon.columns import Bools, Ints, ints

Parse = Callable[[str], int]

_PLAIN_LENGTH = len("2026-10-01T08:57:31")
_SHAPE = (
    r"^(?P<date>\d{4}-\d{2}-\d{2})[T ](?P<clock>\d{2}:\d{2})"
    r"(?P<second>:\d{2}(?:\.\d{1,9})?)?(?P<zone>Z|[+-]\d{2}(?::?\d{2})?)?$"
)
_EARLIEST, _LATEST = (int(datetime(year, 1, 1, tzinfo=UTC).timestamp()) for year in (2, 9999))
_QUARTER = 15  # minutes: zones of our time change their offset on quarter hours


@dataclass(frozen=True)
class Moments:
    """Minutes since 1970: of local time, or of UTC where `instant`; meaningless where not `good`."""

    minutes: Ints
    instant: Bools
    good: Bools


def read_moments(column: ArrowColumn) -> Moments:
    """A column of timestamps or text, any length, as moments."""
    parts = [_read(chunk) for chunk in column.chunks] or [_nothing(0)]
    return Moments(
        np.concatenate([part.minutes for part in parts]),
        np.concatenate([part.instant for part in parts]),
        np.concatenate([part.good for part in parts]),
    )


def to_local(moments: Moments, zone: Ints, zones: list[str]) -> Ints:
    """Local wall-clock minutes since 1970; `zone` indexes `zones` row by row."""
    if not moments.instant.any():
        return moments.minutes
    minutes = moments.minutes.copy()
    for number, name in enumerate(zones):
        here = np.flatnonzero(moments.instant & moments.good & (zone == number))
        minutes[here] += _offsets(minutes[here], ZoneInfo(name))
    return minutes


def _offsets(utc: Ints, zone: ZoneInfo) -> Ints:
    quarters, which = np.unique(utc // _QUARTER, return_inverse=True)
    return ints([_offset(int(quarter) * _QUARTER, zone) for quarter in quarters])[which]


def _offset(utc: int, zone: ZoneInfo) -> int:
    """Minutes that the zone is ahead of UTC at a minute of UTC."""
    held = min(max(utc * 60, _EARLIEST), _LATEST)  # so that a zone cannot push it out of Python's years
    offset = datetime.fromtimestamp(held, UTC).astimezone(zone).utcoffset()
    return 0 if offset is None else offset // timedelta(minutes=1)


def _nothing(length: int) -> Moments:
    no = np.zeros(length, bool)
    return Moments(np.zeros(length, np.int64), no, no)


def _read(chunk: ArrowArray) -> Moments:
    if pa.types.is_timestamp(chunk.type):
        return _read_typed(chunk)
    if pa.types.is_dictionary(chunk.type):
        chunk = chunk.dictionary_decode()
    if not (pa.types.is_string(chunk.type) or pa.types.is_large_string(chunk.type)):
        return _read_text(chunk.cast(pa.string())) if len(chunk) else _nothing(0)
    return _read_plain(chunk) or _read_text(chunk)


def _read_typed(chunk: ArrowArray) -> Moments:
    per_second = {"s": 1, "ms": 1_000, "us": 1_000_000, "ns": 1_000_000_000}[chunk.type.unit]
    good = _mask(chunk.is_valid())
    ticks = chunk.fill_null(0).cast(pa.int64()).to_numpy(zero_copy_only=False)
    return Moments(ticks // (per_second * 60), np.full(len(chunk), chunk.type.tz is not None), good)


def _read_plain(chunk: ArrowArray) -> Moments | None:
    """The usual case, fast: every cell is `2026-10-01T08:57:31`. None where some cell is not."""
    if chunk.null_count or not np.all(_lengths(chunk) == _PLAIN_LENGTH):
        return None
    try:
        seconds = chunk.cast(pa.timestamp("s")).cast(pa.int64()).to_numpy(zero_copy_only=False)
    except pa.ArrowInvalid:
        return None
    return Moments(seconds // 60, np.zeros(len(chunk), bool), np.ones(len(chunk), bool))


def _read_text(chunk: ArrowArray) -> Moments:
    parts: ArrowArray = pc.extract_regex(chunk, _SHAPE)
    dates, good_date = _each(parts, "date", _days)
    clocks, good_clock = _each(parts, "clock", _clock_minutes)
    _, good_second = _each(parts, "second", _second)
    offsets, good_offset = _each(parts, "zone", _zone_minutes)
    zoned = _lengths(parts.field("zone").fill_null("")) > 0
    good = _mask(parts.is_valid()) & good_date & good_clock & good_second & good_offset
    return Moments(dates + clocks - offsets, zoned & good, good)


def _each(parts: ArrowArray, name: str, parse: Parse) -> tuple[Ints, Bools]:
    """Parse the distinct values of one part: minutes, and where they are sound."""
    encoded = parts.field(name).fill_null("").dictionary_encode()
    codes = encoded.indices.to_numpy(zero_copy_only=False)
    parsed = [_attempt(parse, value) for value in encoded.dictionary.to_pylist()]
    sound = np.array([value is not None for value in parsed], bool)
    return ints([value or 0 for value in parsed])[codes], sound[codes]


def _attempt(parse: Parse, value: str) -> int | None:
    try:
        return int(parse(value))
    except ValueError:
        return None


def _days(value: str) -> int:
    return day(value) * MINUTES_IN_DAY


def _clock_minutes(value: str) -> int:
    hour, minute = int(value[:2]), int(value[3:])
    if hour > 23 or minute > 59:
        raise ValueError(value)
    return hour * 60 + minute


def _second(value: str) -> int:
    second = int(value[1:3] or 0)
    if second > 59:
        raise ValueError(value)
    return second


def _zone_minutes(value: str) -> int:
    digits = value[1:].replace(":", "").ljust(4, "0")
    hours, rest = int(digits[:2]), int(digits[2:])
    if hours > 15 or rest > 59:
        raise ValueError(value)
    return (-1 if value.startswith("-") else 1) * (hours * 60 + rest)


def _lengths(texts: ArrowArray) -> Ints:
    lengths: ArrowArray = pc.binary_length(texts)
    return ints(lengths.to_numpy(zero_copy_only=False))


def _mask(values: ArrowArray) -> Bools:
    return np.asarray(values.to_numpy(zero_copy_only=False), bool)
