"""Rule 4: the windows in which a segment looks for its punches."""

from dataclasses import dataclass

import numpy as np

from reckon.attendance.line import Line
from reckon.attendance.rules.absences import Effective
from reckon.attendance.rules.plan import Segments
from reckon.columns import Ints


@dataclass(frozen=True)
class Windows:
    """In-window [in_from, middle], out-window [middle + 1, out_to], places on the line, ends included.

    Meaningless where the effective plan is not open.
    """

    in_from: Ints
    middle: Ints
    out_to: Ints


def open_windows(segments: Segments, effective: Effective, line: Line) -> Windows:
    """Open both windows of every segment and cut those of neighbours that overlap."""
    in_from = segments.start - segments.rules("in_before")
    middle = effective.start + (effective.end - effective.start) // 2
    out_to = segments.end + segments.rules("out_after")
    inner = segments.order[effective.open[segments.order]]
    employee = line.employee(segments.start[inner])
    pairs = np.flatnonzero(employee[1:] == employee[:-1])
    before, after = inner[pairs], inner[pairs + 1]
    meet = out_to[before] >= in_from[after]
    before, after = before[meet], after[meet]
    border = _border(segments.end[before], segments.start[after], in_from[after], out_to[before])
    out_to[before], in_from[after] = border, border + 1
    return Windows(in_from, middle, out_to)


def _border(end: Ints, next_start: Ints, in_from: Ints, out_to: Ints) -> Ints:
    """The middle between the plans, moved into the overlap."""
    return np.clip(end + (next_start - end) // 2, in_from - 1, out_to)
