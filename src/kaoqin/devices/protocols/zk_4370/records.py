"""Attendance records of 40, 16 and 8 bytes: what one says, and which shape a log has. Pure (facts 1C).

A record's second number is the way of verification, its third the state: the names of `pyzk` are the wrong way round.
"""

import struct
from collections.abc import Mapping
from enum import StrEnum
from itertools import pairwise
from typing import NamedTuple

from kaoqin.devices.protocols.zk_common.clock import expand
from kaoqin.devices.protocols.zk_common.lines import LONGEST_SHOWN, good_pin
from kaoqin.devices.wire import BadLine, Reading
from kaoqin.devices.words import Fault


class Shape(StrEnum):
    """How the records of a log are laid out: by its size, and of 8 bytes the two there are."""

    LONG = "40"
    NUMBERED = "16"
    SHORT = "8"
    SHORT_TIME_LAST = "8t"

    @property
    def size(self) -> int:
        return int(self.removesuffix("t"))


class Pressed(NamedTuple):
    """One record taken apart: `time` is compact; `pin` as text, or of a short record the terminal's own `uid`."""

    pin: str
    time: int
    state: int
    verify: int
    workcode: int = 0


LIKELY_YEARS = range(2010, 2100)
MOST_WORKCODE = 99_999_999
SAMPLE = 1000
"""So many records tell a log's shape."""
_LONG, _NUMBERED = struct.Struct("<H24sBIB8s"), struct.Struct("<IIBB2sI")
_SHORT, _SHORT_TIME_LAST = struct.Struct("<HBIB"), struct.Struct("<HBBI")
_STATES = frozenset({*range(6), 255})


def text_of(raw: bytes) -> str:
    """A PIN up to the first NUL; bytes that are no ASCII show as such, and make it none."""
    return raw.partition(b"\0")[0].decode("ascii", "backslashreplace").strip()


def is_pin(text: str) -> bool:
    return good_pin(text) and "\\" not in text


def read(record: bytes, shape: Shape) -> Pressed:
    """A record of at least its shape's size; what goes beyond is passed over."""
    if shape is Shape.LONG:
        _, pin, verify, time, state, _ = _LONG.unpack_from(record)
        return Pressed(text_of(pin), time, state, verify)
    if shape is Shape.NUMBERED:
        number, time, verify, state, _, workcode = _NUMBERED.unpack_from(record)
        return Pressed(str(number), time, state, verify, workcode)
    if shape is Shape.SHORT:
        uid, verify, time, state = _SHORT.unpack_from(record)
    else:
        uid, verify, state, time = _SHORT_TIME_LAST.unpack_from(record)
    return Pressed(str(uid), time, state, verify)


def write(pressed: Pressed, shape: Shape, uid: int = 0) -> bytes:
    """The record of a press; a PIN of 16 bytes is a number, a short one holds `uid` only."""
    pin, time, state, verify, workcode = pressed
    if shape is Shape.LONG:
        return _LONG.pack(uid, pin.encode()[:24], verify, time, state, bytes(8))
    if shape is Shape.NUMBERED:
        return _NUMBERED.pack(int(pin), time, verify, state, bytes(2), workcode)
    if shape is Shape.SHORT:
        return _SHORT.pack(uid, verify, time, state)
    return _SHORT_TIME_LAST.pack(uid, verify, state, time)


def shape_of(log: bytes, held: int) -> Shape:
    """The shape of a log of so many records, as the terminal counts them. It may give fewer or more than it counted, so
    the shape is the one in which most of it makes sense: states, times, whose they are, and how many there are."""
    fitting = [shape for shape in Shape if len(log) % shape.size == 0] or list(Shape)
    return max(fitting, key=lambda shape: _sense(log, shape, held))


def _sense(log: bytes, shape: Shape, held: int) -> float:
    count = len(log) // shape.size
    told = [read(record, shape) for record in cut(log[: SAMPLE * shape.size], shape)]
    times = [expand(one.time) for one in told]
    usual = sum(map(_usual, told))
    likely = sum(time is not None and time.year in LIKELY_YEARS for time in times)
    forward = sum(one.time <= after.time for one, after in pairwise(told))
    share = (usual + likely + forward) / max(len(told), 1)
    return share + min(count, held) / max(count, held, 1)


def _usual(told: Pressed) -> bool:
    return told.state in _STATES and told.pin != "0" and is_pin(told.pin) and told.workcode <= MOST_WORKCODE


def cut(log: bytes, shape: Shape) -> list[bytes]:
    """The whole records of a log; a rest that is none is left out."""
    return [log[begin : begin + shape.size] for begin in range(0, len(log) - shape.size + 1, shape.size)]


def reading(number: int, record: bytes, shape: Shape, users: Mapping[str, str]) -> Reading | BadLine:
    """A record as a press of somebody, or what is wrong with it; `users` say whose a uid is."""
    if len(record) < shape.size:
        return BadLine(number, record.hex(), Fault.COLUMNS)
    told = read(record, shape)
    pin = users.get(told.pin, "") if shape.size == Shape.SHORT.size else told.pin
    return pressed(number, told, pin)


def pressed(number: int, told: Pressed, pin: str) -> Reading | BadLine:
    """A press of this person. A bad one is shown as a line in which a person can mend what is wrong."""
    at = expand(told.time)
    if at is None or not is_pin(pin):
        shown = (pin or f"#{told.pin}", f"{at}" if at else f"#{told.time}", f"{told.state}", f"{told.verify}")
        return BadLine(number, "\t".join(shown)[:LONGEST_SHOWN], Fault.PIN if at else Fault.TIME)
    state, verify = str(told.state), str(told.verify)
    evidence = {"status": state, "verify": verify} | ({"workcode": str(told.workcode)} if told.workcode else {})
    return Reading(pin, at, state, verify, "", f"{state}/{verify}", evidence)
