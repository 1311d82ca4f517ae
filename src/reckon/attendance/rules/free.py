"""Rule 11, second half: what a free shift (自由工时) makes of its first and last punch."""

from dataclasses import dataclass

import numpy as np

from reckon.attendance.company import Shifts
from reckon.attendance.rules.absences import Away
from reckon.attendance.rules.employment import Days
from reckon.attendance.rules.overtime import Overtime
from reckon.attendance.rules.presence import Presence, Runs
from reckon.columns import Ints, Measure, Spans, covered, ints, keep_first, outside, within


@dataclass(frozen=True)
class FreeDays:
    """One entry per free day: `day` in the grid, the run [begins, ends), minutes of each kind.

    Punches and absences count within the run. `worked` holds the spells of work (entry, begins, ends).
    """

    day: Ints
    begins: Ints
    ends: Ints
    required_minutes: Ints
    worked_minutes: Ints
    leave_minutes: Ints
    trip_minutes: Ints
    early_minutes: Ints
    absent_minutes: Ints
    unaccounted_minutes: Ints
    missing_out: Ints
    worked: tuple[Ints, Ints, Ints]

    def worked_by(self, measure: Measure) -> Ints:
        """Worked time of each free day under a measure."""
        of, begins, ends = self.worked
        return ints(np.bincount(of, measure(ends) - measure(begins), len(self.day)))


def settle_free_days(
    days: Days, shifts: Shifts, runs: Runs, seen: Presence, away: Away, overtime: Overtime
) -> FreeDays:
    """Worked is [on, off) less absences and counted overtime; leave, then trip, fill what is missing."""
    day, begins, ends = runs.day, runs.begins, runs.ends
    required = shifts.required_minutes[days.shift[day]]
    worked = _work(days, day, seen, away, overtime)
    minutes = ints(np.bincount(worked[0], worked[2] - worked[1], len(day)))
    short = np.maximum(required - minutes, 0)
    on_leave = covered(away.leave, begins, ends)
    leave = np.minimum(on_leave, short)
    trip = np.minimum(covered(away.any, begins, ends) - on_leave, short - leave)
    rest, punches = short - leave - trip, seen.count[day]
    return FreeDays(
        day=day,
        begins=begins,
        ends=ends,
        required_minutes=required,
        worked_minutes=minutes,
        leave_minutes=leave,
        trip_minutes=trip,
        early_minutes=np.where(punches > 1, rest, 0),
        absent_minutes=np.where(punches == 0, rest, 0),
        unaccounted_minutes=np.where(punches == 1, rest, 0),
        missing_out=(punches == 1).astype(np.int64),
        worked=worked,
    )


def _work(days: Days, day: Ints, seen: Presence, away: Away, overtime: Overtime) -> tuple[Ints, Ints, Ints]:
    """[on, off) less absences less counted overtime: (entry, begins, ends)."""
    there = np.flatnonzero(seen.count[day] > 1)
    of, begins, ends = outside(away.any, seen.first_at[day[there]], seen.last_at[day[there]])
    entry, counted = there[of], overtime.counted
    apart = (day[entry] - days.employee[day[entry]]) * days.line.stretch
    shift = (counted.day - days.employee[counted.day]) * days.line.stretch
    cover = Spans(counted.begins + shift, counted.ends + shift)
    piece, begins, ends = outside(cover, begins + apart, ends + apart)
    return entry[piece], begins - apart[piece], ends - apart[piece]


def leave_in_run(free: FreeDays, away: Away) -> tuple[Ints, Ints, Ints, Ints]:
    """The leave that counts on free days, earliest minutes first: (entry, begins, ends, kind)."""
    of, begins, ends = within(away.leaves, free.begins, free.ends)
    kind = away.leave_kind[np.searchsorted(away.leaves.begins, begins, "right") - 1]
    return of, begins, keep_first(of, begins, ends, free.leave_minutes[of]), kind
