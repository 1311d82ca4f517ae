"""Free sizes: how many people and records a terminal holds and may hold. Pure (facts 1C)."""

import struct
from collections.abc import Mapping

from kaoqin.devices.wire import Vitals

USERS, FINGERS, RECORDS, CARDS, USER_CAPACITY, RECORD_CAPACITY = 4, 6, 8, 12, 15, 16
_FACTS = {
    "user_count": USERS,
    "finger_count": FINGERS,
    "record_count": RECORDS,
    "card_count": CARDS,
    "user_capacity": USER_CAPACITY,
    "record_capacity": RECORD_CAPACITY,
}


def read(data: bytes) -> tuple[int, ...]:
    """The numbers of an answer, as many as it has; of 23 the last three are about faces."""
    return struct.unpack_from(f"<{len(data) // 4}i", data)


def held(sizes: tuple[int, ...], which: int) -> int | None:
    """One of the numbers; None where it was not told."""
    return max(sizes[which], 0) if len(sizes) > which else None


def facts_of(sizes: tuple[int, ...]) -> dict[str, str]:
    """The numbers that were told, by name."""
    return {name: str(sizes[which]) for name, which in _FACTS.items() if len(sizes) > which}


def vitals(facts: Mapping[str, str]) -> Vitals:
    """Model, firmware, and how much it keeps of how much; what it did not tell stays open."""
    told = {name: _number(facts.get(name, "")) for name in _FACTS}
    return Vitals(
        firmware=facts.get("firmware", ""),
        record_count=told["record_count"],
        record_capacity=told["record_capacity"] or None,
        model=facts.get("model", ""),
        people_count=told["user_count"],
        people_capacity=told["user_capacity"] or None,
        finger_count=told["finger_count"],
    )


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None
