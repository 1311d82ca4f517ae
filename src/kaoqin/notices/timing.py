"""When a message goes out: at once, at the end of the quiet hours, or with the day's digest. Pure.

Clocks are walls' clocks in the zone of the person. A time the clock leaps over comes as much later as the leap; of the
two of a repeated hour, the first that is still to come.
"""

import datetime as dt
import zoneinfo
from dataclasses import dataclass

DAY_MINUTES = 24 * 60
DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Rhythm:
    """When a person may be disturbed: minutes of the day in `zone`. Quiet from `quiet_from` until before `quiet_until`
    (over midnight where it ends earlier than it begins); `digest_at`: what is not urgent comes together, then."""

    zone: str
    quiet_from: int | None = None
    quiet_until: int | None = None
    digest_at: int | None = None


@dataclass(frozen=True)
class Due:
    """When to send, and whether together with whatever else waits for then."""

    at: dt.datetime
    together: bool = False


def due(at: dt.datetime, rhythm: Rhythm, *, urgent: bool) -> Due:
    """When something told at an instant goes out."""
    if urgent:
        return Due(at)
    if rhythm.digest_at is not None:
        return Due(_after_quiet(_next(at, rhythm.digest_at, rhythm.zone), rhythm), together=True)
    end = _after_quiet(at, rhythm)
    return Due(end, together=end > at)


def is_quiet(at: dt.datetime, rhythm: Rhythm) -> bool:
    """Whether it is quiet at an instant; the first minute is, the last is not."""
    if rhythm.quiet_from is None or rhythm.quiet_until is None:
        return False
    since = (_minute(at, rhythm.zone) - rhythm.quiet_from) % DAY_MINUTES
    return since < (rhythm.quiet_until - rhythm.quiet_from) % DAY_MINUTES


def _after_quiet(at: dt.datetime, rhythm: Rhythm) -> dt.datetime:
    if rhythm.quiet_until is None or not is_quiet(at, rhythm):
        return at
    return _next(at, rhythm.quiet_until, rhythm.zone)


def _minute(at: dt.datetime, zone: str) -> int:
    local = at.astimezone(zoneinfo.ZoneInfo(zone))
    return local.hour * 60 + local.minute


def _next(at: dt.datetime, minute: int, zone: str) -> dt.datetime:
    """The first instant after `at` at which a clock in the zone shows this minute of the day."""
    there = zoneinfo.ZoneInfo(zone)
    today = at.astimezone(there).date()
    time = dt.time(minute // 60, minute % 60)
    days = (today + number * DAY for number in range(3))
    instants = (
        dt.datetime.combine(day, time, there).replace(fold=fold).astimezone(dt.UTC) for day in days for fold in (0, 1)
    )
    return next(instant for instant in instants if instant > at)
