"""How well stays, distances and packed tracks agree with the truth of generated days, and how fast."""

import argparse
import time
from dataclasses import dataclass

import numpy as np

from benchmarks.phone_days import PhoneDay, Visit, phone_day
from reckon.tracks import Stay, find_stays, moved_m, pack, settled, track_of, without_spikes


def main(told: list[str] | None = None) -> None:
    """Print one line for each pace of sampling."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--days", type=int, default=200)
    days = parser.parse_args(told).days
    for step in (None, 10.0, 30.0, 60.0, 3.6):
        _measure(f"{step or '10–60'} s", [phone_day(10_000 + seed, step) for seed in range(days)])


def _measure(name: str, days: list[PhoneDay]) -> None:
    points = sum(len(day.seconds) for day in days)
    began = time.perf_counter()
    found = [_reckoned(day) for day in days]
    took = time.perf_counter() - began
    told = agreement(days, [stays for stays, _, _ in found])
    lengths = [abs(metres / day.gone_m - 1) for day, (_, metres, _) in zip(days, found, strict=True)]
    size = sum(size for _, _, size in found) / points
    print(
        f"tracks, a point each {name}: visits recall {told.recall:.3f}, precision {told.precision:.3f}; "
        f"p90 off arrival {np.percentile(told.arrivals_off_s, 90):.0f} s, "
        f"departure {np.percentile(told.departures_off_s, 90):.0f} s; "
        f"distance off {np.median(lengths):.1%} (median); {size:.2f} bytes a point; {points / took:,.0f} points/s"
    )


def _reckoned(day: PhoneDay) -> tuple[list[Stay], float, int]:
    track = without_spikes(track_of(day.seconds, day.latitude, day.longitude, day.accuracy_m))
    stays = find_stays(track)
    return stays, moved_m(track, stays), len(pack(settled(track, stays)).content)


@dataclass(frozen=True)
class Agreement:
    """Visits found, missed and invented, and how many seconds each end is off."""

    hits: int
    misses: int
    false: int
    arrivals_off_s: list[float]
    departures_off_s: list[float]

    @property
    def recall(self) -> float:
        return self.hits / (self.hits + self.misses)

    @property
    def precision(self) -> float:
        return self.hits / (self.hits + self.false)


def agreement(days: list[PhoneDay], found: list[list[Stay]]) -> Agreement:
    """A stay is a visit where they share more than half of the longer one."""
    arrivals, departures, false = [], [], 0
    for day, stays in zip(days, found, strict=True):
        pairs = [(visit, stay) for visit in day.visits if (stay := _same(visit, stays))]
        arrivals += [abs(stay.arrived_s - visit.arrived_s) for visit, stay in pairs]
        departures += [abs(stay.left_s - visit.left_s) for visit, stay in pairs]
        false += len(stays) - len(pairs)
    visits = sum(len(day.visits) for day in days)
    return Agreement(len(arrivals), visits - len(arrivals), false, arrivals, departures)


def _same(visit: Visit, stays: list[Stay]) -> Stay | None:
    def shared(stay: Stay) -> float:
        return min(stay.left_s, visit.left_s) - max(stay.arrived_s, visit.arrived_s)

    best = max(stays, key=shared, default=None)
    if best is None or shared(best) <= max(best.left_s - best.arrived_s, visit.left_s - visit.arrived_s) / 2:
        return None
    return best


if __name__ == "__main__":
    main()
