"""When visits end: by checking out, by arriving elsewhere, at midnight. Pure.

Found from all visits of somebody's day at once, whatever order their records came in: the end of a visit is the first of
its check-out, the next arrival, and midnight.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from kaoqin.field.words import Ending


@dataclass(frozen=True)
class Stay:
    """A visit as it was told: the arrival, the end of its local day, the check-out if there was one."""

    started_at: dt.datetime
    midnight: dt.datetime
    out_at: dt.datetime | None = None


@dataclass(frozen=True)
class End:
    """When and how a visit ended; both none while it goes on. Whole minutes of the stay, None where nobody can tell."""

    at: dt.datetime | None = None
    how: Ending | None = None
    dwell_minutes: int | None = None


def ends_of(stays: Sequence[Stay], now: dt.datetime) -> list[End]:
    """The ends of somebody's visits of one local day, in the order of their arrivals, as far as is known `now`."""
    following = [*(stay.started_at for stay in stays[1:]), None][: len(stays)]
    return [_end(stay, after, now) for stay, after in zip(stays, following, strict=True)]


def _end(stay: Stay, after: dt.datetime | None, now: dt.datetime) -> End:
    latest = after or stay.midnight
    if stay.out_at is not None and stay.started_at <= stay.out_at <= latest:
        return End(stay.out_at, Ending.CHECKED_OUT, _minutes(stay.started_at, stay.out_at))
    if after is not None:
        return End(after, Ending.NEXT, _minutes(stay.started_at, after))
    return End(stay.midnight, Ending.MIDNIGHT) if now >= stay.midnight else End()


def _minutes(begin: dt.datetime, end: dt.datetime) -> int:
    return int((end - begin).total_seconds() // 60)
