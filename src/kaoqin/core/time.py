"""Local wall-clock time at the border: in the house a wall clock is a naive datetime, an instant an aware one.

PostgreSQL's range type for datetimes wants a zone; a wall clock is stored there as if it were UTC.
"""

import datetime as dt
import zoneinfo
from functools import cache


def read_month(text: str, otherwise: dt.date) -> dt.date:
    """The first day of a month as addresses write it, `2026-10`, from 2000 to 2100; `otherwise` for anything else."""
    try:
        month = dt.date.fromisoformat(f"{text}-01")
    except ValueError:
        return otherwise
    return month if 2000 <= month.year <= 2100 else otherwise


@cache
def zone_names() -> frozenset[str]:
    """All zones there are, looked up once: their files are many."""
    return frozenset(zoneinfo.available_timezones())


def as_wall_clock(at: dt.datetime, zone: str) -> dt.datetime:
    """The naive local time of an instant in a zone."""
    return at.astimezone(zoneinfo.ZoneInfo(zone)).replace(tzinfo=None)


def as_instant(local: dt.datetime, zone: str) -> dt.datetime:
    """The instant of a naive local time in a zone; of the two of a repeated hour, the first."""
    return local.replace(tzinfo=zoneinfo.ZoneInfo(zone), fold=0).astimezone(dt.UTC)


def store_wall_clock(local: dt.datetime) -> dt.datetime:
    """A naive local time as the database keeps it."""
    return local.replace(tzinfo=dt.UTC)


def load_wall_clock(stored: dt.datetime) -> dt.datetime:
    """The naive local time of a stored one."""
    return stored.astimezone(dt.UTC).replace(tzinfo=None)


def zone_telling(at: dt.datetime, preferred: str) -> str | None:
    """A zone in which this wall clock has the offset it comes with: the preferred one, else one of whole hours."""
    wall, offset = at.replace(tzinfo=None), at.utcoffset()
    if zoneinfo.ZoneInfo(preferred).utcoffset(wall) == offset:
        return preferred
    hours, rest = divmod(offset or dt.timedelta(), dt.timedelta(hours=1))
    return None if rest or not -12 <= hours <= 14 else f"Etc/GMT{-hours:+d}" if hours else "UTC"
