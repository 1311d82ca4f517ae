"""What goes over the line: packets, their checksum, and how TCP frames them. Pure; all little-endian (facts 1C).

Checksums of answers are not compared: TCP and UDP carry their own, and firmware gets this one wrong.
"""

import struct
from collections.abc import Iterator
from enum import IntEnum
from typing import NamedTuple

MAGIC = b"\x50\x50\x82\x7d"
MOST_BYTES = 1 << 20
"""No packet is longer; a length beyond it is noise."""
LAST_NUMBER = 0xFFFF
_HEAD = struct.Struct("<4H")
_TOP = struct.Struct("<4sI")


class Code(IntEnum):
    """What a packet asks or answers. There is no word here for clearing anything."""

    WRITE_USER = 8
    READ_USERS = 9
    READ_OPTION = 11
    READ_LOG = 13
    DELETE_USER = 18
    FREE_SIZES = 50
    GET_TIME = 201
    SET_TIME = 202
    EVENT = 500
    CONNECT = 1000
    EXIT = 1001
    ENABLE = 1002
    RESTART = 1004
    REFRESH = 1013
    VERSION = 1100
    AUTH = 1102
    PREPARE_DATA = 1500
    DATA = 1501
    FREE_DATA = 1502
    PREPARE_BUFFER = 1503
    READ_BUFFER = 1504
    OK = 2000
    ERROR = 2001
    UNAUTHORISED = 2005


class Packet(NamedTuple):
    """`code` as sent, known or not; `number` is the reply counter. In an event, `session` says which kind it is."""

    code: int
    session: int
    number: int
    data: bytes = b""


def checksum(words: bytes) -> int:
    """One's complement of the folded sum of 16-bit words; an odd last byte is a word of its own."""
    total = sum(struct.unpack(f"<{len(words) // 2}H", words[: len(words) & ~1])) + (words[-1] if len(words) % 2 else 0)
    while total > 0xFFFF:
        total = (total & 0xFFFF) + (total >> 16)
    return 0xFFFF - int(total)


def say(packet: Packet) -> bytes:
    """A packet as it is sent by UDP, and as TCP frames it."""
    code, session, number, data = packet
    return _HEAD.pack(code, checksum(struct.pack("<3H", code, session, number) + data), session, number) + data


def hear(raw: bytes) -> Packet | None:
    """A packet as it came; None for what is too short to be one."""
    if len(raw) < _HEAD.size:
        return None
    code, _, session, number = _HEAD.unpack_from(raw)
    return Packet(code, session, number, raw[_HEAD.size :])


def frame(raw: bytes) -> bytes:
    """A packet as TCP carries it."""
    return _TOP.pack(MAGIC, len(raw)) + raw


class Frames:
    """Packets out of a stream of TCP; what is no frame is passed over up to the next that begins like one."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, raw: bytes) -> Iterator[bytes]:
        """The packets that are complete with these bytes."""
        self._buffer += raw
        while self._found():
            length = _TOP.unpack_from(self._buffer)[1]
            if not _HEAD.size <= length <= MOST_BYTES:
                del self._buffer[: len(MAGIC)]
            elif len(self._buffer) < _TOP.size + length:
                return
            else:
                yield bytes(self._buffer[_TOP.size : _TOP.size + length])
                del self._buffer[: _TOP.size + length]

    def _found(self) -> bool:
        """Whether the head of a frame stands at the beginning now; noise before it is gone."""
        begin = self._buffer.find(MAGIC)
        del self._buffer[: begin if begin >= 0 else max(len(self._buffer) - len(MAGIC) + 1, 0)]
        return begin >= 0 and len(self._buffer) >= _TOP.size


def next_number(number: int) -> int:
    """The reply counter of the next request; the last of 16 bits is never used."""
    return (number + 1) % LAST_NUMBER


def comm_key(key: int, session: int, ticks: int = 50) -> bytes:
    """The 4 bytes that prove a comm key (通信密码) in a session."""
    reversed_bits = int(f"{key & 0xFFFFFFFF:032b}"[::-1], 2)
    mixed = struct.pack("<I", (reversed_bits + session) & 0xFFFFFFFF)
    _, second, third, fourth = (byte ^ letter for byte, letter in zip(mixed, b"ZKSO", strict=True))
    return bytes((third ^ ticks, fourth ^ ticks, ticks, second ^ ticks))
