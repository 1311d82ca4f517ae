"""How well the reasons of `phones.weighing` find who cheats in a generated company, and what a punch costs."""

import argparse
import datetime as dt
import math
import time
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile
from zoneinfo import ZoneInfo

import numpy as np

from benchmarks.punching_company import Company, Seen
from kaoqin.core.places import Point
from kaoqin.phones.past import TOGETHER, Earlier, Evidence, Past, Scores, Use
from kaoqin.phones.weighing import Weighed, weigh

LAST = 120
FALSE_ALARMS = 1 / 1000
MINUTE = dt.timedelta(minutes=1)


def main(told: list[str] | None = None) -> None:
    """Print two lines for each seed: with native evidence, and as browsers tell it."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seeds", type=int, default=2)
    for seed in range(1, parser.parse_args(told).seeds + 1):
        seen = Company(seed).punches()
        for name, told_of in (("native", seen), ("web", [one.as_web() for one in seen])):
            print(f"cheating, company {seed}, {name}: {_say(told_of)}")


def _say(seen: Sequence[Seen]) -> str:
    began = time.perf_counter()
    scores = np.array([weighed.score for weighed in weigh_all(seen)])
    took = (time.perf_counter() - began) / len(seen)
    cheats = np.array([one.cheat for one in seen])
    recalls = recall_of_each(scores, cheats)
    told = ", ".join(f"{cheat} {recall:.2f}" for cheat, recall in recalls.items())
    return (
        f"average precision {average_precision(scores, cheats != ''):.3f}; recall at one false alarm in a thousand: {told}; "
        f"{took * 1000:.2f} ms a punch"
    )


def average_precision(scores: np.ndarray, false: np.ndarray) -> float:
    """The area under precision over recall, ties counted as one step."""
    order = np.argsort(-scores, kind="stable")
    hits = np.cumsum(false[order])
    ends = np.flatnonzero(np.append(np.diff(scores[order]) != 0, True))
    recall, precision = hits[ends] / false.sum(), hits[ends] / (ends + 1)
    return float(np.sum(np.diff(recall, prepend=0) * precision))


def recall_of_each(scores: np.ndarray, cheats: np.ndarray) -> dict[str, float]:
    """Of each cheat, the share that scores above all but one in a thousand of the honest."""
    honest = np.sort(scores[cheats == ""])
    threshold = honest[-int(len(honest) * FALSE_ALARMS) - 1]
    return {str(one): float((scores[cheats == one] > threshold).mean()) for one in sorted(set(cheats) - {""})}


def evidence_of(seen: Seen) -> Evidence:
    """What the server would know of a punch."""
    off = None if math.isnan(seen.distance_m) else seen.distance_m
    return Evidence(
        *(seen.employee, seen.at, seen.phone, seen.network, seen.region),
        *(Point(seen.latitude, seen.longitude), seen.accuracy_m, seen.place, off),
        beyond_m=None if off is None else off - seen.radius_m,
        zone_minutes=round((seen.at.astimezone(ZoneInfo(seen.zone)).utcoffset() or dt.timedelta()) / MINUTE),
        provider=seen.provider,
        mock=seen.mock,
        emulator=seen.emulator,
        stations=seen.stations,
    )


def weigh_all(seen: Iterable[Seen]) -> Iterator[Weighed]:
    """Each punch by what came before it, as the server would know it."""
    known = Known()
    for one in seen:
        now = evidence_of(one)
        weighed = weigh(now, known.past(now))
        known.keep(now, weighed.alone)
        yield weighed


@dataclass
class _Kept:
    earlier: Earlier

    def join(self, other: int) -> None:
        """Somebody punched beside it."""
        self.earlier = replace(self.earlier, companions=self.earlier.companions | {other})


class Known:
    """The punches so far, in the place of the database; of phones, stations and networks it forgets nothing."""

    def __init__(self) -> None:
        self.own: dict[int, deque[_Kept]] = defaultdict(lambda: deque(maxlen=LAST))
        self.phones: dict[str, dict[int, Use]] = defaultdict(dict)
        self.at_place: dict[str, deque[_Kept]] = defaultdict(lambda: deque(maxlen=60))
        self.stations: dict[str, dict[str, set[int]]] = defaultdict(lambda: defaultdict(set))
        self.networks: dict[str, dict[str, set[int]]] = defaultdict(lambda: defaultdict(set))

    def past(self, now: Evidence) -> Past:
        """What came before a punch."""
        return Past(
            [one.earlier for one in self.own[now.employee]],
            list(self.phones[now.phone].values()),
            frozenset(one.earlier.evidence.employee for one in self._near(now)),
            _others(self.stations[now.place], now.employee),
            _others(self.networks[now.place], now.employee),
        )

    def _near(self, now: Evidence) -> list[_Kept]:
        """Those of others with other phones at the place just before."""
        if not now.place:
            return []
        lately = takewhile(lambda one: now.at - one.earlier.evidence.at <= TOGETHER, reversed(self.at_place[now.place]))
        others = ((one, one.earlier.evidence) for one in lately)
        return [one for one, its in others if its.employee != now.employee and its.phone != now.phone]

    def keep(self, now: Evidence, scores: Scores) -> None:
        """The punch becomes part of what was."""
        near = self._near(now)
        kept = _Kept(Earlier(now, frozenset(one.earlier.evidence.employee for one in near), scores))
        for one in near:
            one.join(now.employee)
        self.own[now.employee].append(kept)
        self.at_place[now.place].append(kept)
        used = self.phones[now.phone].get(now.employee, Use(now.employee, 0, now.at, now.at))
        self.phones[now.phone][now.employee] = Use(now.employee, used.times + 1, used.first, now.at)
        for station in now.stations:
            self.stations[now.place][station].add(now.employee)
        self.networks[now.place][now.network].add(now.employee)


def _others(told: dict[str, set[int]], employee: int) -> dict[str, int]:
    counts = {name: len(people - {employee}) for name, people in told.items()}
    return {name: count for name, count in counts.items() if count}


if __name__ == "__main__":
    main()
