"""Visits to a terminal at port 4370: what it is, all it holds, what it is told, and what happens there meanwhile."""

import asyncio
import datetime as dt
import struct
import zoneinfo
from collections.abc import AsyncIterator, Coroutine, Generator, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor, wait
from typing import Any, TypeVar

from django.utils import translation
from django.utils.translation import gettext

from kaoqin.devices.protocols.waiting import read
from kaoqin.devices.protocols.zk_4370 import NAME, bodies, orders, phrases, sizes
from kaoqin.devices.protocols.zk_4370.conversation import SECONDS, Conversation, strange, talking_to
from kaoqin.devices.protocols.zk_4370.frames import Code
from kaoqin.devices.protocols.zk_4370.tables import Log, read_log
from kaoqin.devices.protocols.zk_common.clock import compact, expand
from kaoqin.devices.wire import Done, Link, Manner, Page, VisitFailed

MOST_SECONDS = 900
"""No visit takes longer, however slowly a terminal answers."""
PROBE_SECONDS = 30
"""How often a line on which nothing happens is asked whether the terminal is there, and a long reading told to go on."""
_OPTIONS = {"serial": "~SerialNumber", "model": "~DeviceName", "mac": "MAC"}
_EVERY_PRESS = struct.pack("<I", 1)
_TIME = struct.Struct("<I")
Made = TypeVar("Made")


class Client:
    """`Visitor` and `Stream` of these terminals. `seconds`: how long an answer is waited for."""

    name = NAME
    manner = Manner(port=4370, transports=("tcp", "udp"), one_line=True, whole=True)

    def __init__(self, seconds: float = SECONDS) -> None:
        self._seconds = seconds

    def state(self, link: Link, at: dt.datetime) -> Mapping[str, str]:
        return self._within(self._state(link, at))

    def pages(self, link: Link, first: dt.date, last: dt.date) -> Iterator[Page]:
        """All the terminal holds, whatever the days: one record of a wrong clock would hide all others behind it."""
        log = yield from self._going_on(self._log(link))
        yield from bodies.pages_of_log(log.first, log.shape, log.owners)
        yield from bodies.pages_of_log(log.later, log.shape, log.owners, "ATTLOG +")
        if log.failure:
            raise log.failure

    def carry_out(self, link: Link, phrase: str) -> Done:
        return self._within(self._carry_out(link, phrase))

    def set_clock(self, link: Link, at: dt.datetime) -> None:
        self._within(self._set_clock(link, at))

    def subscribe(self, link: Link, server: str, token: str) -> None:
        raise VisitFailed(gettext("这种考勤机不能推送到本系统,由本系统定时读取。"))

    def listener(self, server: str, token: str) -> str:
        """There is nowhere to type an address in."""
        return ""

    async def live(self, link: Link, probe_seconds: float = PROBE_SECONDS) -> AsyncIterator[Page]:
        """Presses as they happen, until the caller has enough. Each press is acknowledged when the next page is asked for, so not before it is kept. Raises VisitFailed when the terminal is
        gone, and WrongLogin."""
        async with talking_to(link, self._seconds) as line:
            await line.good(Code.EVENT, _EVERY_PRESS)
            while True:
                event = await line.event(probe_seconds)
                if event is None:
                    await line.good(Code.GET_TIME)
                    yield bodies.ALIVE
                else:
                    yield bodies.page_of_event(event.data)
                    await line.acknowledge(event)

    @staticmethod
    def _within(doing: Coroutine[Any, Any, Made]) -> Made:
        """Do it in time, in a thread of its own: who calls may have a loop running."""
        with ThreadPoolExecutor(1, "zk_4370") as thread:
            return thread.submit(_in_time, doing, translation.get_language()).result()

    @staticmethod
    def _going_on(doing: Coroutine[Any, Any, Made]) -> Generator[Page, None, Made]:
        """The same, with signs of life while it lasts: a terminal that does not answer would have ended it."""
        with ThreadPoolExecutor(1, "zk_4370") as thread:
            reading = thread.submit(_in_time, doing, translation.get_language())
            while wait([reading], PROBE_SECONDS).not_done:
                yield bodies.ALIVE
            return reading.result()

    async def _state(self, link: Link, at: dt.datetime) -> dict[str, str]:
        begun = asyncio.get_running_loop().time()
        async with talking_to(link, self._seconds) as line:
            facts = await read_facts(line)
            asked = asyncio.get_running_loop().time()
            shown = _TIME.unpack_from((await line.good(Code.GET_TIME)).ljust(4, b"\0"))[0]
            answered = asyncio.get_running_loop().time()
        meanwhile = dt.timedelta(seconds=(asked + answered) / 2 - begun)
        wall = expand(shown)
        if wall is None:
            return facts | {"clock": f"#{shown}"}
        ahead = wall.replace(tzinfo=zoneinfo.ZoneInfo(link.zone)) - (at + meanwhile)
        return facts | {"clock": wall.isoformat(" "), "clock_ahead_seconds": str(round(ahead.total_seconds()))}

    async def _log(self, link: Link) -> Log:
        async with talking_to(link, self._seconds) as line:
            return await read_log(line)

    async def _carry_out(self, link: Link, phrase: str) -> Done:
        do, told = read(phrase)
        async with talking_to(link, self._seconds) as line:
            if do == phrases.STATE:
                return Done(0, [bodies.page_of_state(await read_facts(line))])
            return await orders.carry_out(line, do, told, link.transport)

    async def _set_clock(self, link: Link, at: dt.datetime) -> None:
        async with talking_to(link, self._seconds) as line:
            wall = at.astimezone(zoneinfo.ZoneInfo(link.zone)).replace(tzinfo=None)
            await line.good(Code.SET_TIME, _TIME.pack(compact(wall)))


def _in_time(doing: Coroutine[Any, Any, Made], language: str | None) -> Made:
    """What it gives; sentences stay in their language."""

    async def limited() -> Made:
        try:
            async with asyncio.timeout(MOST_SECONDS):
                return await doing
        except TimeoutError:
            raise VisitFailed(gettext("考勤机太慢,没有在时限内读完。")) from None

    with translation.override(language):
        return asyncio.run(limited())


async def read_facts(line: Conversation) -> dict[str, str]:
    """What a terminal tells of itself: who it is, its firmware, how much it holds and may hold."""
    told = {name: await line.option(option) for name, option in _OPTIONS.items()}
    version = await line.ask(Code.VERSION)
    known = version.code in {Code.OK, Code.DATA}
    told["firmware"] = version.data.partition(b"\0")[0].decode("ascii", "replace") if known else ""
    counts = sizes.read(await line.good(Code.FREE_SIZES))
    if not counts:
        raise strange()
    return {name: value for name, value in told.items() if value} | sizes.facts_of(counts)
