"""A conversation with one terminal: log-in, questions, and long answers in pieces, with a deadline for every answer.

Whatever happens, the terminal is left enabled and the session is ended. Nothing here clears anything or disables it.
"""

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncIterator

from django.utils.translation import gettext

from kaoqin.devices.protocols.zk_4370.frames import Code, Packet, comm_key, hear, next_number, say
from kaoqin.devices.protocols.zk_4370.line import Line, line_to
from kaoqin.devices.wire import Link, VisitFailed, WrongLogin

SECONDS = 10.0
LEAVE_SECONDS = 1.0
LATE_SECONDS = 0.3
MOST_KEY = 0xFFFFFFFF


class Silent(VisitFailed):
    """A question that was not answered in time."""


class Conversation:
    """Questions and answers in one session. `counts`: whether the terminal numbers answers as we number questions; None
    while that has not shown. `piece_bytes`: the longest piece that may be asked for."""

    def __init__(self, line: Line, seconds: float) -> None:
        self._line, self._seconds = line, seconds
        self.piece_bytes = line.piece_bytes
        self._session, self._number = 0, 0
        self._asked: set[int] = set()
        self.counts: bool | None = None
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
            await self.briefly(code)

    async def briefly(self, code: Code) -> None:
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
                async with asyncio.timeout(self.wait):
                    return await self.answer()
        raise self.silent()

    @property
    def wait(self) -> float:
        """Seconds until a question is said again or given up."""
        return self._seconds / self._line.again

    def silent(self) -> Silent:
        return Silent(gettext("考勤机 {seconds} 秒内没有回答。").format(seconds=f"{self._seconds:g}"))

    def _begin(self) -> None:
        """A number for the next question. What answers an older one from now on is late."""
        self._asked.add(self._number)
        self._number = next_number(self._number)
        self._asked.discard(self._number)

    async def answer(self) -> Packet:
        """What comes next that is no late answer. Whether the terminal numbers answers as we number questions shows at
        the first that could be late: where nothing better comes behind it, it does not."""
        packet = await self._packet()
        while self.counts is not False and packet.number in self._asked:
            try:
                async with asyncio.timeout(min(self.wait, LATE_SECONDS) if self.counts is None else None):
                    packet = await self._packet()
            except TimeoutError:
                self.counts = False
        return packet

    async def _packet(self) -> Packet:
        """The next packet; events are kept for later."""
        while True:
            packet = hear(await self._line.receive())
            if packet is None:
                continue
            if packet.code != Code.EVENT:
                self.counts = True if packet.number == self._number > 0 else self.counts
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
        """A setting by its name; empty where the terminal has none, or says nothing. It answers `name=value`."""
        with contextlib.suppress(Silent):
            answer = await self.ask(Code.READ_OPTION, name.encode() + b"\0")
            if answer.code in {Code.OK, Code.DATA}:
                return answer.data.partition(b"\0")[0].decode("utf-8", "replace").rpartition("=")[2].strip()
        return ""

    async def let_late_ones_pass(self) -> None:
        """Where answers are not numbered as we number questions, what is late can only be waited for."""
        with contextlib.suppress(TimeoutError):
            while not self.counts:
                async with asyncio.timeout(min(self.wait, LATE_SECONDS)):
                    await self.answer()


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
