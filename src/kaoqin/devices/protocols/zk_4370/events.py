"""Live events: presses as they happen, in bodies of seven sizes. Pure (facts 1C)."""

import datetime as dt
import struct

from kaoqin.devices.protocols.zk_4370.records import Pressed, is_pin, pressed, text_of
from kaoqin.devices.protocols.zk_common.clock import compact
from kaoqin.devices.wire import BadLine, Reading
from kaoqin.devices.words import Fault

_LAYOUTS = {10: "<HBB6s", 12: "<IBB6s", 14: "<HBB6s4x", 32: "<24sBB6s", 36: "<24sBB6s4x", 37: "<24sBB6s5x"}
LAYOUTS = {size: struct.Struct(layout) for size, layout in (_LAYOUTS | {52: "<24sBB6s20x"}).items()}
"""Whose it is (a number, or a text), verify, state, and year, month, day, hour, minute, second from 2000."""


def events_of(body: bytes) -> list[Reading | BadLine]:
    """All presses of a body: one, or several of the same size."""
    sizes = sorted((size for size in LAYOUTS if body and len(body) % size == 0), key=lambda size: len(body) // size)
    for size in sizes:
        read = [_event(number, part, size) for number, part in enumerate(_cut(body, size), 1)]
        if all(isinstance(one, Reading) for one in read):
            return read
    return [_event(1, body, len(body))] if len(body) in LAYOUTS else [BadLine(1, body.hex()[:2000], Fault.COLUMNS)]


def _cut(body: bytes, size: int) -> list[bytes]:
    return [body[begin : begin + size] for begin in range(0, len(body), size)]


def _event(number: int, part: bytes, size: int) -> Reading | BadLine:
    who, verify, state, time = LAYOUTS[size].unpack(part)
    pin = str(who) if isinstance(who, int) else text_of(who)
    return pressed(number, Pressed(pin, _time(time), state, verify), pin if is_pin(pin) else "")


def _time(raw: bytes) -> int:
    """Six bytes as a compact time; what no clock shows becomes one that none shows."""
    year, month, day, hour, minute, second = raw
    try:
        return compact(dt.datetime(2000 + year, month, day, hour, minute, second))  # noqa: DTZ001 - a wall clock
    except ValueError:
        return NO_TIME


NO_TIME = compact(dt.datetime(2001, 2, 28)) + 86_400  # noqa: DTZ001
"""The 29th of February 2001."""


def say_event(pin: str, at: dt.datetime, state: int, verify: int, size: int) -> bytes:
    """The body of an event, as a terminal of this size says it."""
    time = bytes((at.year - 2000, at.month, at.day, at.hour, at.minute, at.second))
    who = int(pin) if size < 32 else pin.encode()[:24]
    return LAYOUTS[size].pack(who, verify, state, time)
