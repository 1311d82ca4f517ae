"""What a terminal tells of itself that matters to whoever looks after it."""

from collections.abc import Mapping

from kaoqin.devices.wire import Vitals

_LANGUAGES = {"69": "English", "83": "简体中文", "84": "繁體中文"}
PER_UNIT, PER_HUNDRED = 10_000, 100


def vitals(facts: Mapping[str, str]) -> Vitals:
    """Model, firmware, and how much it keeps of how much; what it did not tell, or told as no number, stays open."""

    def count(name: str, per: int = 1) -> int | None:
        told = _number(facts.get(name, ""))
        return told * per if told is not None else None

    return Vitals(
        firmware=facts.get("FWVersion") or facts.get("FirmVer", ""),
        record_count=count("TransactionCount"),
        record_capacity=count("~MaxAttLogCount", PER_UNIT) or None,
        model=facts.get("~DeviceName", ""),
        people_count=count("UserCount"),
        people_capacity=count("~MaxUserCount", PER_HUNDRED) or None,
        finger_count=count("FPCount"),
        finger_capacity=count("~MaxFingerCount", PER_HUNDRED) or None,
        face_count=count("FaceCount"),
        language=_LANGUAGES.get(facts.get("language", ""), ""),
    )


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None
