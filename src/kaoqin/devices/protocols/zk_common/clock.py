"""Times as ZKTeco terminals write them."""

import datetime as dt
import zoneinfo

EARLIEST, LATEST = dt.datetime(1970, 1, 1), dt.datetime(2200, 1, 1)  # noqa: DTZ001 - wall clocks


def read_time(text: str) -> dt.datetime | None:
    """`2026-03-02 08:00:00` and nothing else; None for any other text, however much it looks like a time."""
    if len(text) != 19 or text[4::3] != "-- ::":
        return None
    try:
        at = dt.datetime.fromisoformat(text)
    except ValueError:
        return None
    return at if EARLIEST <= at < LATEST else None


def compact(at: dt.datetime) -> int:
    """A time as one number: months of 31 days, from 2000."""
    days = (at.year - 2000) * 12 * 31 + (at.month - 1) * 31 + at.day - 1
    return days * 86_400 + at.hour * 3600 + at.minute * 60 + at.second


def expand(number: int) -> dt.datetime | None:
    """The time of a compact number; None for a day that no month has."""
    days, seconds = divmod(number, 86_400)
    months, day = divmod(days, 31)
    year, month = divmod(months, 12)
    try:
        midnight = dt.datetime(2000 + year, month + 1, day + 1)  # noqa: DTZ001 - the terminal's own wall clock
    except (ValueError, OverflowError):
        return None
    return midnight + dt.timedelta(seconds=seconds) if EARLIEST <= midnight < LATEST else None


def _offset_minutes(zone: str, at: dt.datetime) -> int:
    offset = at.astimezone(zoneinfo.ZoneInfo(zone)).utcoffset() or dt.timedelta()
    return int(offset.total_seconds() // 60)


def say_zone(zone: str, at: dt.datetime) -> str:
    """`8` for whole hours from -12 to 12, else minutes: `330`, `-210`, `780`."""
    minutes = _offset_minutes(zone, at)
    hours, rest = divmod(abs(minutes), 60)
    if rest or hours > 12:
        return str(minutes)
    return str(-hours if minutes < 0 else hours)


def say_offset(zone: str, at: dt.datetime) -> str:
    """`+0800`."""
    minutes = _offset_minutes(zone, at)
    hours, rest = divmod(abs(minutes), 60)
    return f"{'-' if minutes < 0 else '+'}{hours:02d}{rest:02d}"
