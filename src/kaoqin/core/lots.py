"""Lots of a ledger (what was granted, usable from–to): what is taken from which, and given back to which. Pure."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Lot:
    """What is left of a lot, and when it may be used."""

    key: int
    begins_on: dt.date
    ends_on: dt.date | None
    left: int
    rank: int = 0


def draw(lots: Sequence[Lot], costs: Sequence[tuple[dt.date, int]]) -> tuple[list[tuple[int, dt.date, int]], int]:
    """Take each day's minutes from the lots usable on it, by rank and then what ends first.

    Returns what is taken as (lot, first day, minutes), one a lot in the order of taking, and how much is missing.
    """
    order = sorted(lots, key=lambda one: (one.rank, one.ends_on or dt.date.max, one.begins_on, one.key))
    left = {one.key: one.left for one in order}
    taken: dict[int, tuple[dt.date, int]] = {}
    missing = 0
    for date, wanted in costs:
        minutes = wanted
        for one in order:
            some = min(left[one.key], minutes)
            if some > 0 and one.begins_on <= date and (one.ends_on is None or date <= one.ends_on):
                first, before = taken.get(one.key, (date, 0))
                taken[one.key] = (first, before + some)
                left[one.key] -= some
                minutes -= some
        missing += minutes
    return [(key, first, minutes) for key, (first, minutes) in taken.items()], missing


def give(taken: Sequence[tuple[int, int]], minutes: int) -> list[tuple[int, int]]:
    """Give minutes back to the lots they were taken from, (lot, minutes), the last taken first."""
    back = []
    for key, some in reversed(taken):
        part = min(some, minutes)
        if part > 0:
            back.append((key, part))
            minutes -= part
    return back
