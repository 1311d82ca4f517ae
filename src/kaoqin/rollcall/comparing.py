"""How ticks compare with what terminals sent. Pure."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from kaoqin.punches.queries import Pressed
from kaoqin.rollcall.words import Direction, Match

AROUND = dt.timedelta(hours=4)
"""A punch further from the roll-call than this is about something else."""
SLACK = dt.timedelta(minutes=5)
"""Nobody is ticked to the minute: somebody who pressed this much later was there."""


@dataclass(frozen=True, slots=True)
class Compared:
    """A person of a roll-call: the punch at a terminal it is compared with, where there is one, and the outcome."""

    employee_id: int
    match: Match
    pressed: Pressed | None = None


def window(at: dt.datetime) -> tuple[dt.datetime, dt.datetime]:
    """Between which instants punches are about a roll-call."""
    return at - AROUND, at + AROUND


def compare(
    at: dt.datetime, direction: Direction, ticked: Mapping[int, bool], pressed: Iterable[Pressed], *, complete: bool
) -> list[Compared]:
    """Everybody ticked (employee → whether the tick is void), and whoever pressed and was not ticked.

    For an arrival the first punch of the window counts, for a departure the last: it agrees when by it the person was
    there at the moment of the roll-call (five minutes more are forgiven). `complete`: the terminals have sent all they
    kept back, so that no punch means there is none.
    """
    found: dict[int, list[Pressed]] = defaultdict(list)
    for press in pressed:
        found[press.employee_id].append(press)
    rows = [_of(who, void, found.get(who, []), at, direction, complete) for who, void in ticked.items()]
    others = [who for who in found if who not in ticked and _there(_telling(found[who], direction), at, direction)]
    return rows + [Compared(who, Match.NOT_TICKED, _telling(found[who], direction)) for who in others]


def _of(
    who: int, void: bool, pressed: list[Pressed], at: dt.datetime, direction: Direction, complete: bool
) -> Compared:
    telling = _telling(pressed, direction) if pressed else None
    if void:
        return Compared(who, Match.VOIDED, telling)
    if telling is None:
        return Compared(who, Match.MISSING if complete else Match.WAITING)
    return Compared(who, Match.AGREES if _there(telling, at, direction) else Match.DIFFERS, telling)


def _telling(pressed: list[Pressed], direction: Direction) -> Pressed:
    return pressed[0] if direction == Direction.IN else pressed[-1]


def _there(press: Pressed, at: dt.datetime, direction: Direction) -> bool:
    """Whether by this punch the person was there: came no later, or left no earlier, than ticked."""
    return press.at <= at + SLACK if direction == Direction.IN else press.at >= at - SLACK
