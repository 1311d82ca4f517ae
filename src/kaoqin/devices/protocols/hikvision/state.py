"""What a terminal tells of itself when it is asked, as an upload: JSON. Pure."""

import json
from collections.abc import Mapping

from kaoqin.devices.wire import BadLine, Decoded, Page, Vitals
from kaoqin.devices.words import Fault

KIND = "state"


def page(facts: Mapping[str, str]) -> Page:
    return Page(KIND, json.dumps(facts, ensure_ascii=False, sort_keys=True).encode(), "deviceInfo", 1)


def vitals(facts: Mapping[str, str]) -> Vitals:
    """It tells neither how many events it holds nor how many it may hold."""
    return Vitals(facts.get("firmware", ""))


def decode(body: bytes) -> Decoded:
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        told = None
    if not isinstance(told, dict):
        return Decoded(bad_lines=[BadLine(0, body[:2000].decode("utf-8", "replace").replace("\0", "␀"), Fault.UNREAD)])
    facts = {str(name): str(value) for name, value in told.items()}
    return Decoded(facts=facts, noted=1)
