"""Helpers on NumPy columns: runs of equal owners, ranges, and intervals on one line of whole minutes.

Intervals are half-open, [begins, ends). A `Spans` is sorted and disjoint, so that "how much of [a, b)
does it cover" is two binary searches, whatever the number of people on the line.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Objects = NDArray[np.object_]
Measure = Callable[[Ints], Ints]
"""A non-decreasing F on the line; the measure of [a, b) is F(b) - F(a)."""


def ints(values: object) -> Ints:
    """Any sequence of whole numbers as a column."""
    return np.asarray(values, dtype=np.int64)


def minutes(at: Ints) -> Ints:
    """The plain measure: every minute counts one."""
    return at


def ranges(begins: Ints, counts: Ints) -> tuple[Ints, Ints]:
    """Lay out `counts[i]` numbers from `begins[i]` on, for each i: (i of each number, the numbers)."""
    owner = np.repeat(np.arange(len(counts)), counts)
    before = np.cumsum(counts) - counts
    return owner, np.arange(len(owner)) + (begins - before)[owner]


def starts_of_runs(values: Ints) -> Ints:
    """Where each run of equal neighbours begins."""
    if not len(values):
        return ints([])
    return np.concatenate([[0], np.flatnonzero(values[1:] != values[:-1]) + 1])


def sorting(values: Ints) -> Ints:
    """A stable order that sorts the values.

    Values of less than 32 bits are sorted by their halves: NumPy sorts 16 bits by radix, in linear time.
    """
    if np.all(values[1:] >= values[:-1]):
        return np.arange(len(values))
    if values.min() < 0 or values.max() >= 1 << 32:
        return np.argsort(values, kind="stable")
    low = np.argsort((values & 0xFFFF).astype(np.uint16), kind="stable")
    return low[np.argsort((values >> 16).astype(np.uint16)[low], kind="stable")]


def partition(codes: Ints, size: int, parts: int) -> list[Ints]:
    """The row numbers whose code lies in [0, size), [size, 2 size), …, each in row order."""
    part = (codes // size).astype(np.uint16)
    order = np.arange(len(part)) if np.all(part[1:] >= part[:-1]) else np.argsort(part, kind="stable")
    ends = np.cumsum(np.bincount(part, minlength=parts)[:parts])
    return np.split(order[: ends[-1]], ends[:-1])


@dataclass(frozen=True)
class Spans:
    """Disjoint half-open intervals in ascending order."""

    begins: Ints
    ends: Ints

    def __len__(self) -> int:
        return len(self.begins)


def union(begins: Ints, ends: Ints) -> Spans:
    """The minutes that lie in any of the intervals; those that touch are joined, empty ones dropped."""
    real = begins < ends
    begins, ends = begins[real], ends[real]
    order = sorting(begins)
    begins, reach = begins[order], np.maximum.accumulate(ends[order])
    if not len(begins):
        return Spans(begins, reach)
    fresh = np.flatnonzero(begins[1:] > reach[:-1]) + 1
    return Spans(begins[np.concatenate([[0], fresh])], reach[np.concatenate([fresh - 1, [len(reach) - 1]])])


def covered(cover: Spans, begins: Ints, ends: Ints, measure: Measure = minutes) -> Ints:
    """How much of each [begins, ends) the cover takes, under a measure."""
    if not len(cover):
        return np.zeros(len(begins), np.int64)
    low = measure(cover.begins)
    before = np.concatenate([[0], np.cumsum(measure(cover.ends) - low)])

    def below(at: Ints) -> Ints:
        last = np.searchsorted(cover.begins, at, "right") - 1
        inside = measure(np.minimum(at, cover.ends[last])) - low[last]
        return np.where(last >= 0, before[last] + inside, 0)

    return below(ends) - below(begins)


def within(cover: Spans, begins: Ints, ends: Ints) -> tuple[Ints, Ints, Ints]:
    """The parts of each interval inside the cover: (index of the interval, begins, ends)."""
    first = np.searchsorted(cover.ends, begins, "right")
    count = np.maximum(np.searchsorted(cover.begins, ends, "left") - first, 0)
    of, piece = ranges(first, count)
    return _real(of, np.maximum(begins[of], cover.begins[piece]), np.minimum(ends[of], cover.ends[piece]))


def outside(cover: Spans, begins: Ints, ends: Ints) -> tuple[Ints, Ints, Ints]:
    """The parts of each interval outside the cover: (index of the interval, begins, ends)."""
    first = np.searchsorted(cover.ends, begins, "right")
    count = np.maximum(np.searchsorted(cover.begins, ends, "left") - first, 0)
    of, gap = ranges(first, count + 1)
    lowest, highest = np.iinfo(np.int64).min, np.iinfo(np.int64).max
    gap_begins = np.concatenate([[lowest], cover.ends])[gap]
    gap_ends = np.concatenate([cover.begins, [highest]])[gap]
    return _real(of, np.maximum(begins[of], gap_begins), np.minimum(ends[of], gap_ends))


def _real(of: Ints, begins: Ints, ends: Ints) -> tuple[Ints, Ints, Ints]:
    real = begins < ends
    return of[real], begins[real], ends[real]


def first_free(cover: Spans, at: Ints) -> Ints:
    """The first minute from `at` on that the cover leaves free."""
    if not len(cover):
        return at
    last = np.searchsorted(cover.begins, at, "right") - 1
    return np.where((last >= 0) & (at < cover.ends[last]), cover.ends[last], at)


def last_free(cover: Spans, at: Ints) -> Ints:
    """The latest end, not after `at`, of a free minute right before it."""
    if not len(cover):
        return at
    last = np.searchsorted(cover.begins, at, "left") - 1
    return np.where((last >= 0) & (at <= cover.ends[last]), cover.begins[last], at)


def keep_first(owner: Ints, begins: Ints, ends: Ints, wanted: Ints) -> Ints:
    """New ends for intervals in (owner, time) order so that each owner keeps its first minutes.

    `wanted[i]` is how many minutes the owner of interval i keeps in all.
    """
    length = ends - begins
    before = np.cumsum(length) - length
    first = starts_of_runs(owner)
    runs = np.diff(np.concatenate([first, [len(owner)]]))
    kept: Ints = np.clip(wanted - (before - np.repeat(before[first], runs)), 0, length)
    return begins + kept
