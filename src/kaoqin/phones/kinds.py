"""Kinds of records besides punches: a room above declares its own, and is asked when one came, in the same transaction."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from kaoqin.phones.models import Record
from kaoqin.phones.queries import Found
from kaoqin.phones.words import RecordState
from kaoqin.security.words import Actor


@dataclass(frozen=True)
class Taken:
    """What a room made of a record: what it counts as, where it was made, and what the phone is told."""

    state: RecordState
    found: Found
    sentence: str


@dataclass(frozen=True)
class RecordKind:
    """A kind of record and the room's way to take one: `take(record, about, by, at)`.

    The record is kept already, signed and in its time; what it is `about` is as the phone said it and checked by nobody.
    A record that cannot be understood is held with a sentence, not refused by an exception: it came, and stays.
    """

    code: str
    take: Callable[[Record, dict[str, Any], Actor, dt.datetime], Taken]


_kinds: dict[str, RecordKind] = {}


def record_kind(kind: RecordKind) -> RecordKind:
    """Declare a kind of record, once, at start."""
    _kinds[kind.code] = kind
    return kind


def kind_of(code: str) -> RecordKind | None:
    """The kind of that code, if a room has declared it."""
    return _kinds.get(code)
