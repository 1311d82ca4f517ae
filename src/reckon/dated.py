"""Dated parameters: what the law or custom says, from which day on, and where it says so.

A value is never edited: a change is a new `[[…values]]` entry with its own `begins_on`. A day before
the first date is refused, not guessed.
"""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

import numpy as np

from reckon.columns import Ints, ints


class UndatedError(LookupError):
    """Nobody has said what this parameter is on that day."""


@dataclass(frozen=True)
class Parameter:
    """One parameter through time: `begins_on[i]` (day numbers, see `day_number`) starts `values[i]`."""

    name: str
    unit: str
    source: str
    begins_on: Ints
    values: Ints

    def on(self, days: Ints) -> Ints:
        """The value in force on each day (day numbers). Raises UndatedError before the first date."""
        entry = np.searchsorted(self.begins_on, days, "right") - 1
        if len(days) and entry.min() < 0:
            raise UndatedError(f"{self.name} is not known before {day_of(int(self.begins_on[0]))}")
        return self.values[entry]

    def constant(self, first: int, last: int) -> int:
        """The one value in force from first to last. Raises UndatedError if it changes in between."""
        in_force = np.unique(self.on(ints([first, last])))
        changes = np.any((self.begins_on > first) & (self.begins_on <= last))
        if changes:
            raise UndatedError(f"{self.name} changes between {day_of(first)} and {day_of(last)}; take the parts")
        return int(in_force[0])


def day_number(day: date) -> int:
    """Days since 1970-01-01."""
    return day.toordinal() - _EPOCH


def day_of(number: int) -> date:
    """The date of a day number."""
    return date.fromordinal(number + _EPOCH)


_EPOCH = date(1970, 1, 1).toordinal()


@cache
def parameters(book: str) -> dict[str, Parameter]:
    """All parameters of `reckon/parameters/<book>.toml` by name."""
    text = (Path(__file__).parent / "parameters" / f"{book}.toml").read_text("utf-8")
    return {name: _parameter(name, entry) for name, entry in tomllib.loads(text).items()}


def _parameter(name: str, entry: dict[str, object]) -> Parameter:
    values = entry["values"]
    if not isinstance(values, Sequence):
        raise TypeError(f"{name}: values must be a list")
    rows = sorted((day_number(row["begins_on"]), int(row["value"])) for row in values)
    begins_on, amounts = zip(*rows, strict=True)
    return Parameter(name, str(entry["unit"]), str(entry["source"]), ints(begins_on), ints(amounts))
