"""Long answers, in pieces: one that does not come is asked for again, and what lacks in the end is known."""

import asyncio
import contextlib
import struct
from collections import deque
from dataclasses import dataclass, field

from django.utils.translation import gettext

from kaoqin.devices.protocols.zk_4370.conversation import LEAVE_SECONDS, Conversation, Silent, broken, strange
from kaoqin.devices.protocols.zk_4370.frames import Code, Packet
from kaoqin.devices.wire import VisitFailed

TRIES = 3
SMALLEST_PIECE = 1024
MOST_BYTES = 64 * 1024 * 1024


@dataclass
class Bulk:
    """A long answer: `size` as the terminal told it, what came of it, by where it begins, and what ended it early."""

    size: int
    pieces: dict[int, bytes] = field(default_factory=dict)
    fault: VisitFailed | None = None

    @property
    def data(self) -> bytes:
        """All of it, NUL where something is lacking."""
        held = bytearray(self.size)
        for begin, piece in self.pieces.items():
            held[begin : begin + len(piece)] = piece
        return bytes(held)

    def holes(self) -> list[tuple[int, int]]:
        """From where to where something is lacking."""
        found, at = [], 0
        for begin, piece in [*sorted(self.pieces.items()), (self.size, b"")]:
            if begin > at:
                found.append((at, begin))
            at = begin + len(piece)
        return found


async def read_bulk(line: Conversation, code: Code, what: int = 0) -> Bulk:
    """A table of the terminal, of which pieces may lack. Raises VisitFailed where it gives none at all."""
    try:
        answer = await line.ask(Code.PREPARE_BUFFER, struct.pack("<bhii", 1, code, what, 0))
        if answer.code == Code.OK and len(answer.data) >= 4:
            return await _pieces(line, _size_of(answer.data))
        if answer.code not in {Code.DATA, Code.PREPARE_DATA}:
            answer = await line.ask(code, bytes([what]) if what else b"")
        return await _at_once(line, answer, code)
    finally:
        await line.briefly(Code.FREE_DATA)


async def _at_once(line: Conversation, answer: Packet, code: Code) -> Bulk:
    """A short answer, or one of firmware that knows no pieces."""
    if answer.code == Code.DATA:
        return Bulk(len(answer.data), {0: answer.data})
    if answer.code != Code.PREPARE_DATA:
        sentence = gettext("考勤机没有给出数据(命令 {code},回答 {answer})。")
        raise VisitFailed(sentence.format(code=int(code), answer=answer.code))
    size = min(struct.unpack_from("<I", answer.data.ljust(4, b"\0"))[0], MOST_BYTES)
    told = await _series(line, size)
    return Bulk(max(len(told), size), {0: told} if told else {})


def _size_of(data: bytes) -> int:
    """The size of what is prepared: behind one byte, or at the beginning."""
    told = [struct.unpack_from("<I", data, at)[0] for at in (1, 0) if len(data) >= at + 4]
    return next((size for size in told if size <= MOST_BYTES), MOST_BYTES + 1)


async def _pieces(line: Conversation, size: int) -> Bulk:
    """All pieces; one that does not come in three tries is asked for in halves, and lacks in the end."""
    if size > MOST_BYTES:
        raise strange()
    bulk, most = Bulk(size), line.piece_bytes
    waiting = deque((begin, min(most, size - begin)) for begin in range(0, size, most))
    while waiting:
        begin, length = waiting.popleft()
        try:
            piece, came_short = await _piece(line, begin, length)
        except (Silent, OSError) as gone:
            bulk.fault = gone if isinstance(gone, Silent) else broken()
            break
        if piece:
            bulk.pieces[begin] = piece
        elif came_short and length > SMALLEST_PIECE:
            half = (length // 2 + 7) & ~7
            waiting.extendleft([(begin + half, length - half), (begin, half)])
    return bulk


async def _piece(line: Conversation, begin: int, length: int) -> tuple[bytes, bool]:
    """One piece, whole or none, and whether some of it came. Raises Silent where there was no answer at all."""
    came_short, silent = False, 0
    for _ in range(TRIES):
        try:
            answer = await line.ask(Code.READ_BUFFER, struct.pack("<ii", begin, length), again=1)
        except Silent:
            silent += 1
            continue
        told = b""
        if answer.code == Code.DATA:
            told = answer.data
        elif answer.code == Code.PREPARE_DATA:
            told = await _series(line, length)
        if len(told) == length:
            return told, False
        came_short |= answer.code in {Code.DATA, Code.PREPARE_DATA}
        await line.let_late_ones_pass()
    if silent == TRIES:
        raise line.silent()
    return b"", came_short


async def _series(line: Conversation, size: int) -> bytes:
    """What comes in a row of 1501 until all is there and 2000 says so, or until it ends early."""
    told = bytearray()
    with contextlib.suppress(TimeoutError):
        while True:
            async with asyncio.timeout(line.wait if len(told) < size else min(line.wait, LEAVE_SECONDS)):
                packet = await line.answer()
            if packet.code != Code.DATA:
                break
            told += packet.data
    return bytes(told)
