"""Ordinary life: when people with a plan come and go, with the mishaps of real offices and plants."""

import datetime as dt
import random
from collections.abc import Iterator
from dataclasses import dataclass

from kaoqin.scheduling.words import ShiftPlan

MINUTE = dt.timedelta(minutes=1)


@dataclass(frozen=True)
class Mishaps:
    """How often what goes wrong goes wrong, per person and day."""

    late: float = 0.035
    early: float = 0.012
    forgets_in: float = 0.008
    forgets_out: float = 0.012
    stays_away: float = 0.004
    stays_on: float = 0.12
    presses_twice: float = 0.05


def day_of_work(draw: random.Random, date: dt.date, plan: ShiftPlan, luck: Mishaps) -> Iterator[dt.datetime]:
    """The naive local times somebody presses on a planned day."""
    if draw.random() < luck.stays_away:
        return
    midnight = dt.datetime.combine(date, dt.time())
    for segment in plan.segments:
        begin = -draw.triangular(1, 25, 6)
        if draw.random() < luck.late:
            begin = plan.flex_late + draw.triangular(2, 75, 9)
        finish = draw.triangular(0, 22, 4)
        if draw.random() < luck.early:
            finish = -draw.triangular(3, 60, 12)
        elif draw.random() < luck.stays_on:
            finish = draw.triangular(35, 190, 75)
        if draw.random() >= luck.forgets_in:
            yield from _press(draw, midnight + segment.start * MINUTE, begin, luck)
        if draw.random() >= luck.forgets_out:
            yield from _press(draw, midnight + segment.end * MINUTE, finish, luck)


def _press(draw: random.Random, planned: dt.datetime, off: float, luck: Mishaps) -> Iterator[dt.datetime]:
    at = planned + dt.timedelta(seconds=int(off * 60 + draw.randrange(60)))
    yield at
    if draw.random() < luck.presses_twice:
        yield at + dt.timedelta(seconds=draw.randrange(2, 50))


def field_day(draw: random.Random, date: dt.date) -> Iterator[dt.datetime]:
    """A day in the field: four to seven presses at customers."""
    at = dt.datetime.combine(date, dt.time(8, 10)) + dt.timedelta(seconds=draw.randrange(4200))
    for _ in range(draw.randrange(4, 8)):
        yield at
        at += dt.timedelta(seconds=draw.randrange(3600, 8400))
