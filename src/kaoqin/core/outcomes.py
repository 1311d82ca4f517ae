"""How a low room tells a high one, in the same transaction.

The high room registers a function at start (in its `apps.py`); the low room tells by name. A name is declared
here once, so that a misspelt one fails at start and not in silence.
"""

from collections import defaultdict
from collections.abc import Callable
from typing import Any

NAMES = frozenset(
    {
        "consent.ended",
        "punches.changed",
        "plans.changed",
        "people.changed",
        "rules.changed",
        "devices.readings",
        "devices.grouped",
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
