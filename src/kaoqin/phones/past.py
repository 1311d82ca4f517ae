"""What is known of a punch, and of what came before it: the values that weighing looks at. Pure."""

import datetime as dt
import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice, pairwise
from typing import Any

from kaoqin.core.places import Point

TOGETHER = dt.timedelta(minutes=2)
"""Two punches this close at one place may be of one hand."""
KNOWN_AFTER = 6
"""Punches from which on somebody has a habit."""
SUSPECT = 0.5
"""From this score on an earlier punch tells nothing about how somebody punches."""
SAME_SHIFT = dt.timedelta(hours=13)
"""A long shift with its overtime. Longer, it would reach from a morning back into the evening before."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of a punch; None and empty where the client does not tell.

    `network` names where the address is from (an office, else its block or provider), `region` its province or country, `region_off_km` how far the position is from there; `place` is
    the fence that was nearest, empty far from all; `point` is in WGS-84, None too where it is kept coarse only, and `repeated` then says
    whether it had come twice to the last digit; `off_m` metres from its middle, `beyond_m` metres outside its line (negative inside);
    `zone_minutes` what the phone's clock is ahead of UTC; `stations` the Wi-Fi stations about; `clock_off_s` by how
    many seconds the phone's clock was wrong.
    """

    employee: int
    at: dt.datetime
    phone: str
    network: str = ""
    region: str = ""
    point: Point | None = None
    accuracy_m: float | None = None
    place: str = ""
    off_m: float | None = None
    beyond_m: float | None = None
    zone_minutes: int | None = None
    provider: str = ""
    mock: bool | None = None
    emulator: bool | None = None
    stations: tuple[str, ...] = ()
    clock_off_s: float = 0.0
    region_off_km: float | None = None
    repeated: bool = False

    @property
    def sure_m(self) -> float:
        """The accuracy where it is one, else 0: clients also tell 0 and -1."""
        return max(self.accuracy_m or 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Scores:
    """How likely each of the two ways to cheat is, 0 to 1: that the place or the punch is made up, and that the phone is in
    another's hand."""

    made_up: float = 0.0
    other_hand: float = 0.0

    @property
    def either(self) -> float:
        """That it is one of them."""
        return 1 - (1 - self.made_up) * (1 - self.other_hand)


HONEST, FALSE = Scores(0, 0), Scores(1, 1)
"""The scores of punches on which a person has decided."""


@dataclass(frozen=True, slots=True)
class Earlier:
    """A punch of the past: its evidence, which others punched at its place within `TOGETHER` of it with
    other phones, and its scores: those it had by itself (`Weighed.alone`), or `HONEST` or `FALSE` where a
    person has looked and decided."""

    evidence: Evidence
    companions: frozenset[int] = frozenset()
    scores: Scores = HONEST


@dataclass(frozen=True)
class Past:
    """What came before a punch. Four questions fill it, each over the sixty days before:

    * `own`: the person's punches with their scores, oldest first, the latest 120 of them; `companions` of each by a
      join of the punches of others at the same place within `TOGETHER`;
    * `on_phone`: who used the phone, oneself too, one row each: how often, the last time, and the first time ever;
    * `now_with`: who punched at the place with another phone within `TOGETHER` before now;
    * `stations_here`, `networks_here`: of others at this place, how many people were seen with each station and network,
      in the latest thousands of punches there.
    """

    own: Sequence[Earlier] = ()
    on_phone: Sequence["Use"] = ()
    now_with: frozenset[int] = frozenset()
    stations_here: Mapping[str, int] = field(default_factory=dict)
    networks_here: Mapping[str, int] = field(default_factory=dict)

    @cached_property
    def trusted(self) -> tuple[Evidence, ...]:
        """One's own punches that are not suspect: what is usual with this person."""
        return tuple(one.evidence for one in self.own if one.scores.either < SUSPECT)

    @cached_property
    def at_first(self) -> tuple[Evidence, ...]:
        """The oldest of what is usual: what was so from the beginning is no change."""
        return self.trusted[: 2 * KNOWN_AFTER]

    def first_at(self, place: str, phone: str = "") -> list[Evidence]:
        """The oldest of what is usual at a place, with one phone or with any: who is mostly elsewhere is seldom there in their
        first days, and each phone measures in its own way."""
        there = (one for one in self.trusted if one.place == place and phone in ("", one.phone))
        return list(islice(there, 2 * KNOWN_AFTER))

    @cached_property
    def accuracies_m(self) -> Mapping[str, list[float]]:
        """By phone, the accuracies of what is usual, where they are any."""
        known: dict[str, list[float]] = defaultdict(list)
        for one in self.trusted:
            if metres := one.sure_m:
                known[one.phone].append(metres)
        return known

    @cached_property
    def phone_at_first(self) -> str:
        """The phone that was mostly used in the first days, empty where nothing is known of them."""
        return Counter(one.phone for one in self.at_first).most_common(1)[0][0] if self.at_first else ""

    @cached_property
    def doubted_phones(self) -> frozenset[str]:
        """Those that were mostly in another's hand, as it seemed."""
        odd = Counter(one.evidence.phone for one in self.own if one.scores.other_hand >= SUSPECT)
        times = Counter(one.evidence.phone for one in self.own if one.evidence.phone in odd)
        return frozenset(phone for phone in odd if 2 * odd[phone] >= times[phone])

    def of_others(self, employee: int) -> list["Use"]:
        """Who else used the phone."""
        return [use for use in self.on_phone if use.employee != employee]

    def same_shift(self, at: dt.datetime) -> Iterator[Earlier]:
        """One's own punches of the same shift, the latest first; a night shift has no calendar day."""
        for one in reversed(self.own):
            if at - one.evidence.at > SAME_SHIFT:
                return
            yield one


@dataclass(frozen=True, slots=True)
class Use:
    """That somebody used a phone: how many punches, the first and the last."""

    employee: int
    times: int
    first: dt.datetime
    last: dt.datetime


@dataclass(frozen=True, slots=True)
class Sign:
    """That a rule holds: how far (1 wholly, below 0 where it speaks for the punch), and what was seen."""

    strength: float
    facts: Mapping[str, Any] = field(default_factory=dict)


def between(value: float, points: Sequence[tuple[float, float]]) -> float:
    """What stands at a value, straight between the points (in rising order) and level beyond them."""
    if value <= points[0][0]:
        return points[0][1]
    for (low, here), (high, there) in pairwise(points):
        if value <= high:
            return here + (there - here) * (value - low) / (high - low)
    return points[-1][1]


def rising(value: float, nothing: float, wholly: float) -> float:
    """0 up to `nothing`, 1 from `wholly` on, as the logarithm lies between."""
    return min(max(math.log(value / nothing) / math.log(wholly / nothing), 0.0), 1.0)
