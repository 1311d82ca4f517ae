"""How a room tells another it may not know, in the same transaction.

Whoever wants to hear registers a function at start (in its `apps.py`); whoever knows tells by name. A name is declared
here once, so that a misspelt one fails at start and not in silence.
"""

from collections import defaultdict
from collections.abc import Callable
from typing import Any

NAMES = frozenset(
    {
        "consent.ended",
        "consent.purpose_ended",
        "months.closed",
        "punches.changed",
        "plans.changed",
        "people.changed",
        "people.renamed",
        "people.facts",
        "absences.agreed",
        "absences.ended",
        "overtime.agreed",
        "overtime.ended",
        "requests.approved",
        "requests.decided",
        "requests.reminded",
        "requests.waiting",
        "requests.withdrawn",
        "rules.changed",
        "devices.readings",
        "devices.grouped",
        "numbers.changed",
    }
)

_listeners: dict[str, list[Callable[..., None]]] = defaultdict(list)


def register(name: str, listener: Callable[..., None]) -> None:
    """Call `listener(**facts)` whenever `name` is told. Raises KeyError for a name that is not declared."""
    if name not in NAMES:
        raise KeyError(name)
    _listeners[name].append(listener)


def tell(name: str, **facts: Any) -> None:
    """Tell all who registered; what they do is part of the caller's transaction."""
    if name not in NAMES:
        raise KeyError(name)
    for listener in _listeners[name]:
        listener(**facts)
