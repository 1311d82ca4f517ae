"""The shift somebody is on at a moment: yesterday's night shift until it is long over, else today's."""

import datetime as dt
from dataclasses import dataclass

from kaoqin.core.time import load_wall_clock
from kaoqin.scheduling import queries
from kaoqin.scheduling.models import RosterDay
from kaoqin.scheduling.queries import DatedShift

DAY = dt.timedelta(days=1)
AFTER = dt.timedelta(hours=8)
"""How long after its end a shift is still the one that is punched out of: a night shift of yesterday, say."""


@dataclass(frozen=True)
class Duty:
    """The shift somebody is on: its name and first and last minute (wall clock); free hours have none."""

    date: dt.date
    name: str
    begins: dt.datetime | None = None
    ends: dt.datetime | None = None


def duty_at(employee_id: int, local: dt.datetime) -> Duty | None:
    """The shift of now: yesterday's that ended today while it is not long over, else today's; None on a day without."""
    today = local.date()
    rows = queries.roster([employee_id], today - DAY, today)
    shifts = queries.shifts({row.shift_id for row in rows.values() if row.shift_id})
    before, now = (_duty(rows.get((employee_id, date)), shifts) for date in (today - DAY, today))
    return before if before and before.ends and local < _until(before.ends, now) else now


def _duty(row: RosterDay | None, shifts: dict[int, DatedShift]) -> Duty | None:
    if row is None or row.shift_id is None:
        return None
    planned = row.planned
    times = (load_wall_clock(planned.lower), load_wall_clock(planned.upper)) if planned else (None, None)
    return Duty(row.date, shifts[row.shift_id].on(row.date).name, *times)


def _until(ends: dt.datetime, following: Duty | None) -> dt.datetime:
    """Until when a shift that has ended is still punched out of: eight hours, or half of the time to the next."""
    begins = following.begins if following else None
    if begins and begins <= ends:
        return ends
    return min(ends + AFTER, ends + (begins - ends) / 2) if begins else ends + AFTER
