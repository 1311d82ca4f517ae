"""Rule 8: flexible hours (弹性) move the start and the end of a segment; its break stays."""

from dataclasses import dataclass

import numpy as np

from reckon.attendance.rules.absences import Away, Effective, edges
from reckon.attendance.rules.plan import Segments
from reckon.attendance.rules.taking import Taken
from reckon.columns import Ints, Measure, covered, minutes


@dataclass(frozen=True)
class Plan:
    """The segments as they count after flex: planned [start, end) less the break less absences.

    `moved` is by how many minutes; `begin` and `finish` are the effective start and end. Where there is
    no break, break_start = break_end = end.
    """

    moved: Ints
    start: Ints
    end: Ints
    break_start: Ints
    break_end: Ints
    begin: Ints
    finish: Ints
    segments: Segments
    effective: Effective
    away: Away

    def measure(self, begins: Ints, ends: Ints, by: Measure = minutes) -> Ints:
        """How much of the effective plan of each segment lies in [begins, ends)."""
        low = np.maximum(begins, self.start)
        high = np.maximum(np.minimum(ends, self.end), low)
        rest_low = np.clip(self.break_start, low, high)
        rest_high = np.clip(self.break_end, low, high)
        total = by(high) - by(low) - (by(rest_high) - by(rest_low))
        rows = np.flatnonzero(self.effective.touched)
        if len(rows):
            gone = covered(self.away.any, low[rows], high[rows], by)
            total[rows] -= gone - covered(self.away.any, rest_low[rows], rest_high[rows], by)
        return total


def move(segments: Segments, effective: Effective, taken: Taken, away: Away) -> Plan:
    """Move each segment that no absence touches and that has an on punch."""
    free = ~effective.touched & taken.has_on
    early, late = segments.rules("flex_early"), segments.rules("flex_late")
    moved = np.where(free, np.clip(taken.on_at - segments.start, -early, late), 0)
    start, end = segments.start + moved, segments.end + moved
    rested = segments.break_end > segments.break_start
    break_start, break_end = np.where(rested, segments.break_start, end), np.where(rested, segments.break_end, end)
    begin, finish = edges(start, end, break_start, break_end)
    begin = np.where(effective.touched, effective.start, begin)
    finish = np.where(effective.touched, effective.end, finish)
    return Plan(moved, start, end, break_start, break_end, begin, finish, segments, effective, away)
