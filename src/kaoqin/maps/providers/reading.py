"""What all services have in common: an answer is JSON, one that cannot be used is a fault with what was said."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from kaoqin.core.places import Datum, Point
from kaoqin.maps.words import Candidate, Fault


@dataclass(frozen=True)
class Service:
    """Where a service is, the path to ask for an address in a city with a key and a secret (empty: unsigned), and
    what its answer means (raises Faulty)."""

    base: str
    ask: Callable[[str, str, str, str], str]
    read: Callable[[bytes], Candidate]


class Faulty(Exception):  # noqa: N818 - an answer, not a failure of ours
    """An answer without a place: why, and what the service said of it."""

    def __init__(self, fault: Fault, said: str = "") -> None:
        super().__init__(said)
        self.fault, self.said = fault, said[:200]


def read_object(body: bytes) -> dict[str, Any]:
    """The JSON object of an answer. Raises Faulty (BUSY) for anything else: a gateway's page, half an answer."""
    try:
        told = json.loads(body)
    except ValueError:
        raise Faulty(Fault.BUSY, body[:100].decode(errors="replace")) from None
    if not isinstance(told, dict):
        raise Faulty(Fault.BUSY, str(told))
    return told


def md5(text: str) -> str:
    """The digest all three services sign with."""
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def number(value: Any) -> float:
    """A number that may be told as text. Raises Faulty (BUSY) where it is none."""
    try:
        return float(value)
    except (TypeError, ValueError):
        raise Faulty(Fault.BUSY, str(value)) from None


def place(latitude: Any, longitude: Any) -> Point:
    """A place in GCJ-02, which all three are asked for. Raises Faulty (BUSY) where it is none on earth."""
    try:
        return Point(number(latitude), number(longitude), Datum.GCJ02)
    except ValueError as wrong:
        raise Faulty(Fault.BUSY, str(wrong)) from None
