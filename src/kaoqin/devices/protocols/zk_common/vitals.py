"""What a terminal tells of itself that matters to whoever looks after it."""

from collections.abc import Mapping

from kaoqin.devices.wire import Vitals

PER_UNIT = 10_000


def vitals(facts: Mapping[str, str]) -> Vitals:
    """Firmware, records kept, and how many it can keep; what it did not tell, or told as no number, stays open."""
    capacity = _number(facts.get("~MaxAttLogCount", ""))
    return Vitals(
        firmware=facts.get("FWVersion") or facts.get("FirmVer", ""),
        record_count=_number(facts.get("TransactionCount", "")),
        record_capacity=capacity * PER_UNIT if capacity else None,
    )


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None
