"""By how much a terminal's clock was wrong, from what is known around a stretch of its punches. Pure."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

AGREE = dt.timedelta(seconds=60)
SECOND = dt.timedelta(seconds=1)


@dataclass(frozen=True)
class Reception:
    """Punches that arrived together: how many, the first and last time they show, and when they came by the wall
    clock of the terminal's zone. All naive."""

    count: int
    first: dt.datetime
    last: dt.datetime
    received: dt.datetime


@dataclass(frozen=True)
class Proposal:
    """What to add to the times shown: at most `latest`, at least `earliest` where that is known.

    `sure`: several uploads came at the same distance, so they were live; or the two bounds meet. `contradicts`: the
    bounds exclude each other, the records are not in the order in which they were pressed.
    """

    latest: dt.timedelta
    earliest: dt.timedelta | None
    sure: bool
    contradicts: bool


def propose(receptions: Sequence[Reception], before: dt.datetime | None, after: dt.datetime | None) -> Proposal:
    """The offset of a stretch. `before` and `after` are the good records next to it, in the terminal's own order.

    Nothing is pressed after it was received, nor after the next good record, nor before the last good one.
    """
    distances = [one.received - one.last for one in receptions]
    shown_first, shown_last = min(one.first for one in receptions), max(one.last for one in receptions)
    bounds = distances + ([after - shown_last] if after else [])
    latest = min(bounds) // SECOND * SECOND
    earliest = before - shown_first if before else None
    live = len(distances) > 1 and sorted(distances)[1] - min(distances) <= AGREE and latest >= min(distances) - AGREE
    contradicts = earliest is not None and earliest > latest + SECOND
    met = earliest is not None and latest - earliest <= AGREE
    return Proposal(latest, earliest, (live or met) and not contradicts, contradicts)
