"""A conversation with one terminal: log-in, questions, and long answers in pieces, with a deadline for every answer.

Whatever happens, the terminal is left enabled and the session is ended. Nothing here clears anything or disables it.
"""

import asyncio
import contextlib
import struct
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from django.utils.translation import gettext

from kaoqin.devices.protocols.zk_4370.frames import Code, Packet, comm_key, hear, next_number, say
from kaoqin.devices.protocols.zk_4370.line import Line, line_to
from kaoqin.devices.wire import Link, VisitFailed, WrongLogin

SECONDS = 10.0
LEAVE_SECONDS = 1.0
LATE_SECONDS = 0.3
TRIES = 3
SMALLEST_PIECE = 1024
MOST_BYTES = 64 * 1024 * 1024
MOST_KEY = 0xFFFFFFFF


class Silent(VisitFailed):
    """A question that was not answered in time."""


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


class Conversation:
    """Questions and answers in one session."""

    def __init__(self, line: Line, seconds: float) -> None:
        self._line, self._seconds = line, seconds
        self._session, self._number = 0, 0
        self._asked: set[int] = set()
        self._counts: bool | None = None
        self._events: deque[Packet] = deque()

    async def log_in(self, key: int) -> None:
        """Begin the session. Raises WrongLogin where the terminal wants another comm key."""
        answer = await self._ask_first()
        self._session = answer.session
        if answer.code == Code.UNAUTHORISED:
            answer = await self.ask(Code.AUTH, comm_key(key, self._session))
            if answer.code in {Code.UNAUTHORISED, Code.ERROR}:
                raise WrongLogin(gettext("考勤机不接受保存的通信密码。"))
        if answer.code != Code.OK:
            raise strange()

    async def _ask_first(self) -> Packet:
        self._number = -1
        return await self.ask(Code.CONNECT)

    async def leave(self) -> None:
        """Leave the terminal enabled, and end the session, as far as it still answers."""
        for code in (Code.ENABLE, Code.EXIT):
            await self._briefly(code)

    async def _briefly(self, code: Code) -> None:
        """Something that is said for order's sake, whether or not it is answered."""
        with contextlib.suppress(OSError, VisitFailed):
            async with asyncio.timeout(min(self._seconds, LEAVE_SECONDS)):
                await self.ask(code)

    async def ask(self, code: Code, data: bytes = b"", *, again: int = 0) -> Packet:
        """The answer to a question, said so often, or as often as the line needs. Raises Silent."""
        self._begin()
        for _ in range(again or self._line.again):
            await self._line.send(say(Packet(code, self._session, self._number, data)))
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._wait):
                    return await self._answer()
        raise self._silent()

    @property
    def _wait(self) -> float:
        """Seconds until a question is said again or given up."""
        return self._seconds / self._line.again

    def _silent(self) -> Silent:
        return Silent(gettext("考勤机 {seconds} 秒内没有回答。").format(seconds=f"{self._seconds:g}"))

    def _begin(self) -> None:
        """A number for the next question. What answers an older one from now on is late."""
        self._asked.add(self._number)
        self._number = next_number(self._number)
        self._asked.discard(self._number)

    async def _answer(self) -> Packet:
        """What comes next that is no late answer. Whether the terminal numbers answers as we number questions shows at
        the first that could be late: where nothing better comes behind it, it does not."""
        packet = await self._packet()
        while self._counts is not False and packet.number in self._asked:
            try:
                async with asyncio.timeout(min(self._wait, LATE_SECONDS) if self._counts is None else None):
                    packet = await self._packet()
            except TimeoutError:
                self._counts = False
        return packet

    async def _packet(self) -> Packet:
        """The next packet; events are kept for later."""
        while True:
            packet = hear(await self._line.receive())
            if packet is None:
                continue
            if packet.code != Code.EVENT:
                self._counts = True if packet.number == self._number > 0 else self._counts
                return packet
            self._events.append(packet)

    async def event(self, seconds: float) -> Packet | None:
        """The next event; None where there was none for so long."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while not self._events:
                    packet = hear(await self._line.receive())
                    if packet and packet.code == Code.EVENT:
                        self._events.append(packet)
        return self._events.popleft() if self._events else None

    async def acknowledge(self, event: Packet) -> None:
        await self._line.send(say(Packet(Code.OK, self._session, event.number)))

    async def good(self, code: Code, data: bytes = b"") -> bytes:
        """The data of an answer that is no refusal. Raises VisitFailed."""
        answer = await self.ask(code, data)
        if answer.code not in {Code.OK, Code.DATA}:
            raise VisitFailed(
                gettext("考勤机拒绝了请求(命令 {code},回答 {answer})。").format(code=int(code), answer=answer.code)
            )
        return answer.data

    async def option(self, name: str) -> str:
        """A setting by its name; empty where the terminal has none, or says nothing."""
        with contextlib.suppress(Silent):
            answer = await self.ask(Code.READ_OPTION, name.encode() + b"\0")
            if answer.code in {Code.OK, Code.DATA}:
                text = answer.data.partition(b"\0")[0].decode("utf-8", "replace")
                told, equals, value = text.partition("=")
                return value.strip() if equals and told.lstrip("~").lower() == name.lstrip("~").lower() else ""
        return ""

    async def bulk(self, code: Code, what: int = 0) -> Bulk:
        """A table of the terminal, of which pieces may lack. Raises VisitFailed where it gives none at all."""
        try:
            answer = await self.ask(Code.PREPARE_BUFFER, struct.pack("<bhii", 1, code, what, 0))
            if answer.code == Code.DATA:
                return Bulk(len(answer.data), {0: answer.data})
            if answer.code == Code.PREPARE_DATA:
                return await self._unasked(answer)
            if answer.code != Code.OK or len(answer.data) < 4:
                raise VisitFailed(
                    gettext("考勤机没有给出数据(命令 {code},回答 {answer})。").format(
                        code=int(code), answer=answer.code
                    )
                )
            return await self._pieces(_size_of(answer.data))
        finally:
            await self._briefly(Code.FREE_DATA)

    async def _unasked(self, answer: Packet) -> Bulk:
        size = struct.unpack_from("<I", answer.data.ljust(4, b"\0"))[0]
        told = await self._series(size)
        return Bulk(max(len(told), min(size, MOST_BYTES)), {0: told} if told else {})

    async def _pieces(self, size: int) -> Bulk:
        """All pieces; one that does not come in three tries is asked for in halves, and lacks in the end."""
        if size > MOST_BYTES:
            raise strange()
        bulk, most = Bulk(size), self._line.piece_bytes
        waiting = deque((begin, min(most, size - begin)) for begin in range(0, size, most))
        while waiting:
            begin, length = waiting.popleft()
            try:
                piece, came_short = await self._piece(begin, length)
            except (Silent, OSError) as gone:
                bulk.fault = gone if isinstance(gone, Silent) else broken()
                break
            if piece:
                bulk.pieces[begin] = piece
            elif came_short and length > SMALLEST_PIECE:
                half = (length // 2 + 7) & ~7
                waiting.extendleft([(begin + half, length - half), (begin, half)])
        return bulk

    async def _piece(self, begin: int, length: int) -> tuple[bytes, bool]:
        """One piece, whole or none, and whether some of it came. Raises Silent where there was no answer at all."""
        came_short, silent = False, 0
        for _ in range(TRIES):
            try:
                answer = await self.ask(Code.READ_BUFFER, struct.pack("<ii", begin, length), again=1)
            except Silent:
                silent += 1
                continue
            told = b""
            if answer.code == Code.DATA:
                told = answer.data
            elif answer.code == Code.PREPARE_DATA:
                told = await self._series(length)
            if len(told) == length:
                return told, False
            came_short |= answer.code in {Code.DATA, Code.PREPARE_DATA}
            await self._let_late_ones_pass()
        if silent == TRIES:
            raise self._silent()
        return b"", came_short

    async def _let_late_ones_pass(self) -> None:
        """Where answers are not numbered as we number questions, what is late can only be waited for."""
        with contextlib.suppress(TimeoutError):
            while not self._counts:
                async with asyncio.timeout(min(self._wait, LATE_SECONDS)):
                    await self._answer()

    async def _series(self, size: int) -> bytes:
        """What comes in a row of 1501 until all is there and 2000 says so, or until it ends early."""
        told = bytearray()
        with contextlib.suppress(TimeoutError):
            while True:
                async with asyncio.timeout(self._wait if len(told) < size else min(self._wait, LEAVE_SECONDS)):
                    packet = await self._answer()
                if packet.code != Code.DATA:
                    break
                told += packet.data
        return bytes(told)


def _size_of(data: bytes) -> int:
    """The size of what is prepared: behind one byte, or at the beginning."""
    told = [struct.unpack_from("<I", data, at)[0] for at in (1, 0) if len(data) >= at + 4]
    return next((size for size in told if size <= MOST_BYTES), MOST_BYTES + 1)


def broken() -> VisitFailed:
    return VisitFailed(gettext("与考勤机的连接中断。"))


def strange() -> VisitFailed:
    return VisitFailed(gettext("考勤机的回答读不懂,也许不是这种协议的考勤机。"))


def key_of(link: Link) -> int:
    """The comm key as a number; none is 0."""
    text = link.password.strip() or "0"
    if not (text.isascii() and text.isdecimal() and int(text) <= MOST_KEY):
        raise VisitFailed(gettext("通信密码应为数字。"))
    return int(text)


@contextlib.asynccontextmanager
async def talking_to(link: Link, seconds: float = SECONDS) -> AsyncIterator[Conversation]:
    """A conversation with the terminal of a link, logged in. Raises VisitFailed, and WrongLogin."""
    key = key_of(link)
    async with contextlib.AsyncExitStack() as stack:
        try:
            async with asyncio.timeout(seconds):
                line = await stack.enter_async_context(line_to(link.address, link.port, link.transport))
        except (OSError, UnicodeError) as fault:
            sentence = gettext("连不上 {address}:{port},请检查地址、端口和网线。")
            raise VisitFailed(sentence.format(address=link.address, port=link.port)) from fault
        conversation = Conversation(line, seconds)
        try:
            await conversation.log_in(key)
            yield conversation
        except OSError as fault:
            raise broken() from fault
        finally:
            await conversation.leave()
