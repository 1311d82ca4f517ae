"""Rule 3: absences are cut out of the plan; what is left of it is the effective plan."""

from dataclasses import dataclass

import numpy as np

from reckon.attendance.company import Facts
from reckon.attendance.line import Line
from reckon.attendance.rules.plan import Segments
from reckon.attendance.words import TRIP_KINDS
from reckon.columns import Bools, Ints, Measure, Spans, covered, first_free, last_free, minutes, starts_of_runs, union


@dataclass(frozen=True)
class Away:
    """Approved absences on the line. `leave` is under any kind of leave, `any` under any absence.

    `leaves` is the same minutes as `leave`, cut so that each belongs to one kind (`leave_kind`).
    """

    leave: Spans
    any: Spans
    leaves: Spans
    leave_kind: Ints


@dataclass(frozen=True)
class Effective:
    """The effective plan of each segment; `start` and `end` are its first and past-the-last minute.

    `touched`: an absence overlaps the segment. `open`: something of the plan is left to attend.
    """

    touched: Bools
    open: Bools
    start: Ints
    end: Ints
    minutes: Ints
    leave_minutes: Ints
    trip_minutes: Ints

    def bounds(self, segments: Segments) -> tuple[Ints, Ints, Ints]:
        """The days with an open segment, with the first and the last of these: those covered are skipped."""
        rows = np.flatnonzero(self.open)
        first = starts_of_runs(segments.day[rows])
        last = np.append(first[1:], len(rows))[: len(first)] - 1
        return segments.day[rows[first]], rows[first], rows[last]


def lay_absences(facts: Facts, line: Line) -> Away:
    """Place the absences; a minute under two leaves goes to the one that starts first, then by kind."""
    begins = line.at(facts.absence_employee, facts.absence_start)
    ends = line.at(facts.absence_employee, facts.absence_end)
    is_leave = np.array([kind not in TRIP_KINDS for kind in facts.kinds], bool)[facts.absence_kind]
    leave = np.flatnonzero(is_leave)
    leave = leave[np.lexsort((facts.absence_kind[leave], begins[leave]))]
    leave_begins, leave_ends = begins[leave], ends[leave]
    before = np.maximum.accumulate(np.append(np.iinfo(np.int64).min, leave_ends))[: len(leave)]
    leave_begins = np.maximum(leave_begins, before)
    own = leave_begins < leave_ends
    leaves = Spans(leave_begins[own], leave_ends[own])
    return Away(union(begins[leave], ends[leave]), union(begins, ends), leaves, facts.absence_kind[leave][own])


def edges(start: Ints, end: Ints, break_start: Ints, break_end: Ints) -> tuple[Ints, Ints]:
    """The first and the past-the-last minute of a plan whose break may lie at its edge."""
    return np.where(break_start <= start, break_end, start), np.where(break_end >= end, break_start, end)


def cut(segments: Segments, away: Away) -> Effective:
    """Cut the absences out of every segment."""
    start, end = edges(segments.start, segments.end, segments.break_start, segments.break_end)
    touched = covered(away.any, segments.start, segments.end) > 0
    leave, gone = np.zeros((2, len(segments)), np.int64)
    rows = np.flatnonzero(touched)
    if len(rows):
        start[rows] = _first_minute(segments, away.any, rows)
        end[rows] = _past_last_minute(segments, away.any, rows)
        gone[rows] = in_plan(segments, rows, away.any)
        leave[rows] = in_plan(segments, rows, away.leave)
    left = segments.planned_minutes - gone
    return Effective(touched, left > 0, start, end, left, leave, gone - leave)


def in_plan(segments: Segments, rows: Ints, cover: Spans, measure: Measure = minutes) -> Ints:
    """How much of the planned time of some segments a cover takes."""
    whole = covered(cover, segments.start[rows], segments.end[rows], measure)
    return whole - covered(cover, segments.break_start[rows], segments.break_end[rows], measure)


def _first_minute(segments: Segments, cover: Spans, rows: Ints) -> Ints:
    early = first_free(cover, segments.start[rows])
    late = first_free(cover, segments.break_end[rows])
    return np.where(early < segments.break_start[rows], early, late)


def _past_last_minute(segments: Segments, cover: Spans, rows: Ints) -> Ints:
    late = last_free(cover, segments.end[rows])
    early = last_free(cover, segments.break_start[rows])
    return np.where(late > segments.break_end[rows], late, early)
