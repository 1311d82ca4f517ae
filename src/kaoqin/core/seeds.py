"""What every installation begins with: rooms register a function in `apps.py`; each may run many times."""

from collections.abc import Callable

_seeds: list[Callable[[], None]] = []


def register(seed: Callable[[], None]) -> None:
    _seeds.append(seed)


def plant() -> None:
    """Run all seeds, in the order of the rooms."""
    for seed in _seeds:
        seed()
