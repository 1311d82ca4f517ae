"""When somebody is on duty, for their track: from the first punch of a day to its last, or while there is only the first."""

import datetime as dt
from dataclasses import dataclass

from kaoqin.core.time import as_instant, as_wall_clock
from kaoqin.phones import queries as phones
from kaoqin.punches import queries as punches
from kaoqin.scheduling.duties import Duty, duty_at

DAY_BEGINS = dt.time(4)
EARLY, LATE = dt.timedelta(hours=4), dt.timedelta(hours=4)
LONGEST = dt.timedelta(hours=16)
"""Who did not punch out is off duty so long after their first punch where no end is planned."""


@dataclass(frozen=True)
class OnDuty:
    """A stretch of one work day; `begins` is the midnight of its date."""

    date: dt.date
    begins: dt.datetime
    since: dt.datetime
    until: dt.datetime


def on_duty(employee_id: int, at: dt.datetime, zone: str) -> OnDuty | None:
    """The stretch of duty of the work day that a moment belongs to, if it has begun."""
    local = as_wall_clock(at, zone)
    duty = duty_at(employee_id, local)
    date = duty.date if duty else (local - dt.timedelta(hours=DAY_BEGINS.hour)).date()
    first, last = (as_instant(moment, zone) for moment in _window(date, duty))
    pressed = punches.times_of(employee_id, first, last)
    pressed += (
        phones.own_records(employee_id, first, last).filter(punch=None, decision=None).values_list("at", flat=True)
    )
    if not pressed:
        return None
    since = min(pressed)
    until = max(pressed) if len(pressed) > 1 else _end(since, duty, zone)
    return OnDuty(date, as_instant(dt.datetime.combine(date, dt.time()), zone), since, until)


def _window(date: dt.date, duty: Duty | None) -> tuple[dt.datetime, dt.datetime]:
    """From when to when punches are of a day, as wall clocks."""
    begins = dt.datetime.combine(date, DAY_BEGINS)
    ends = begins + dt.timedelta(days=1)
    if duty and duty.begins and duty.ends:
        return min(begins, duty.begins - EARLY), max(ends, duty.ends + LATE)
    return begins, ends


def _end(since: dt.datetime, duty: Duty | None, zone: str) -> dt.datetime:
    if duty and duty.ends:
        return max(since, as_instant(duty.ends + LATE, zone))
    return since + LONGEST
