"""What the layout shows on every page: the menu of this actor, and the company's warnings."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from kaoqin.security.doors import may
from kaoqin.security.words import Actor


@dataclass(frozen=True)
class Entry:
    """One line of the menu: shown to whom may open it."""

    label: str
    address: str
    icon: str
    permission: str


MENU: tuple[tuple[str, tuple[Entry, ...]], ...] = ()


def layout(request: HttpRequest) -> dict[str, Any]:
    by: Actor | None = getattr(request, "by", None)
    if by is None:
        return {"menu": []}
    menu = [(name, [e for e in entries if may(by, e.permission)]) for name, entries in MENU]
    return {"by": by, "menu": [(name, entries) for name, entries in menu if entries]}
