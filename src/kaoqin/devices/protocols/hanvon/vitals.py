"""What a terminal tells of itself that matters to whoever looks after it."""

from collections.abc import Mapping

from kaoqin.devices.wire import Vitals


def vitals(facts: Mapping[str, str]) -> Vitals:
    """Firmware, records kept, and how many it can keep; what it did not tell, or told as no number, stays open."""
    return Vitals(
        firmware=facts.get("firmware", ""),
        record_count=_number(facts.get("real_facerecord", "")),
        record_capacity=_number(facts.get("max_facerecord", "")),
        model=facts.get("model", ""),
    )


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None
