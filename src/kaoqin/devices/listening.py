"""The process that keeps lines open: the broker's, those that terminals open to us, and those we open to terminals. It
goes the rounds of those that are visited, too.

Nothing is answered before it is kept. A line that breaks is opened again after a pause that grows; while the database is
away, what has come waits, and nobody is answered.
"""

import asyncio
import contextlib
import logging
import ssl
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple, TypeVar

import aiomqtt
import psycopg
from django.db import Error as DatabaseError
from django.db import InterfaceError, OperationalError, connections
from django.utils import timezone

from kaoqin.core.words import Refusal
from kaoqin.devices import arrival, fleet, links
from kaoqin.devices.gate import Gate
from kaoqin.devices.lines import GLANCE_SECONDS, OpenLines
from kaoqin.devices.models import Device
from kaoqin.devices.protocols import BOARDS, STREAMS, TALKS, manner_of
from kaoqin.devices.taking import Taker
from kaoqin.devices.wire import Board, Errand, Link, Page, Talk, Terminal, Unheard, VisitFailed, WrongLogin

log = logging.getLogger(__name__)
Made = TypeVar("Made")
READ_SECONDS = 10.0
FIRST_PAUSE, LONGEST_PAUSE, LIVED_SECONDS = 1.0, 60.0, 60.0
MOST_LINES, SILENT_SECONDS, PIECE_BYTES = 500, 180.0, 65536
KEEP_ALIVE_SECONDS, MOST_WAITING = 30, 500
DATABASE_FAULTS = (DatabaseError, psycopg.Error)
AWAY = (OperationalError, InterfaceError, psycopg.OperationalError, psycopg.InterfaceError)
"""What the database says when it is not there: a later try may go well."""


@dataclass(frozen=True, slots=True)
class Broker:
    """Where the broker of MQTT terminals is, and our log-in there."""

    host: str
    port: int
    user: str = ""
    password: str = ""
    tls: bool = False


class Held(NamedTuple):
    """A line that is kept to a terminal; another one where any of this changes."""

    terminal_id: int
    link: Link
    wrong_log_ins: str


def pauses() -> Iterator[float]:
    """Seconds to wait before each next try."""
    pause = FIRST_PAUSE
    while True:
        yield pause
        pause = min(pause * 2, LONGEST_PAUSE)


async def keep(what: str, once: Callable[[], Awaitable[None]]) -> None:
    """Do it for ever: what ends or fails is begun again, after a pause that grows unless it went well for a minute. The
    same fault is said once."""
    waits, said = pauses(), ""
    while True:
        begun = time.monotonic()
        try:
            await once()
        except WrongLogin as refused:
            log.error("%s: %s", what, refused)
            return
        except (VisitFailed, OSError, aiomqtt.MqttError, *DATABASE_FAULTS) as broken:
            log.log(logging.DEBUG if str(broken) == said else logging.WARNING, "%s: %s", what, broken)
            said = str(broken)
        except Exception:
            log.exception("%s failed", what)
        if time.monotonic() - begun > LIVED_SECONDS:
            waits, said = pauses(), ""
        await asyncio.sleep(next(waits))


class Listening:
    """All lines of one process. `rounds`: what is done besides, every so many seconds, each in a thread."""

    def __init__(
        self,
        host: str,
        ports: Mapping[str, int],
        broker: Broker | None,
        rounds: Mapping[Callable[[], None], float] | None = None,
    ) -> None:
        self._host, self._ports, self._broker, self._rounds = host, ports, broker, rounds or {}
        self._gate = Gate(1, 0)
        self._taker, self._lines = Taker(), OpenLines()
        self._held: dict[str, tuple[Held, asyncio.Task[None]]] = {}
        self._talking: set[asyncio.Task[None]] = set()

    async def run(self, stop: asyncio.Event) -> None:
        """Keep the lines until told to stop; what was begun is finished."""
        works: dict[str, Callable[[], Awaitable[None]]] = {"streams": self._keep_streams}
        works |= {f"port {port}": partial(self._open_port, TALKS[name], port) for name, port in self._ports.items()}
        if self._broker:
            works["MQTT"] = partial(self._read_boards, self._broker)
        works |= {do.__name__: partial(_again_and_again, do, seconds) for do, seconds in self._rounds.items()}
        tasks = [asyncio.create_task(keep(what, once)) for what, once in works.items()]
        await stop.wait()
        tasks += [*(task for _, task in self._held.values()), *self._talking]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        with contextlib.suppress(*DATABASE_FAULTS):
            await self._work(self._taker.write)
        await self._work(self._lines.close)
        await self._work(connections.close_all)
        self._gate.close()

    async def _work(self, function: Callable[..., Made], *told: Any) -> Made:
        """Do what asks the database, in its thread."""
        return await asyncio.wrap_future(self._gate.begin(function, *told))

    async def _patiently(self, function: Callable[..., Made], *told: Any) -> Made:
        """The same, again and again while the database is away."""
        waits = pauses()
        while True:
            try:
                return await self._work(function, *told)
            except AWAY as broken:
                log.error("the database does not take what came on a line; it is tried again: %s", broken)
                await asyncio.sleep(next(waits))

    # Terminals that open a line to us

    async def _open_port(self, talk: Callable[[], Talk], port: int) -> None:
        server = await asyncio.start_server(partial(self._hear_line, talk), self._host, port)
        async with server:
            await server.serve_forever()

    async def _hear_line(
        self, talk: Callable[[], Talk], reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        task = asyncio.current_task()
        if task is None or len(self._talking) >= MOST_LINES:
            writer.close()
            return
        self._talking.add(task)
        address = str(writer.get_extra_info("peername")[0])[:45]
        try:
            await self._talk(talk(), reader, writer, address)
        except asyncio.CancelledError:
            log.info("the line of %s ends, for the process does", address)
        except (OSError, Unheard, *DATABASE_FAULTS) as broken:
            log.warning("the line of %s ended: %s", address, broken)
        except Exception:
            log.exception("the line of %s failed", address)
        finally:
            self._talking.discard(task)
            writer.close()

    async def _talk(self, talk: Talk, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, address: str) -> None:
        """Answer what may be answered; the first call that may not ends the line."""
        while data := await _read(reader):
            for call, body in talk.hear(data):
                if call.errand is Errand.LEAVE:
                    return
                if not await self._work(self._taker.take, call, body, "line", address, timezone.now()):
                    return
                writer.write(talk.answer(call))
                await writer.drain()

    # Terminals on a broker

    async def _read_boards(self, at: Broker) -> None:
        tls = ssl.create_default_context() if at.tls else None
        async with aiomqtt.Client(
            at.host,
            at.port,
            username=at.user or None,
            password=at.password or None,
            tls_context=tls,
            keepalive=KEEP_ALIVE_SECONDS,
            max_queued_incoming_messages=MOST_WAITING,
        ) as line:
            for board in BOARDS:
                for topic in board.topics:
                    await line.subscribe(topic)
            async for message in line.messages:
                await self._hear_message(line, message)

    async def _hear_message(self, line: aiomqtt.Client, message: aiomqtt.Message) -> None:
        topic, payload = message.topic.value, bytes(message.payload or b"")
        for board in BOARDS:
            if any(message.topic.matches(one) for one in board.topics):
                try:
                    await self._take_message(line, board, topic, payload)
                except Unheard as unheard:
                    log.warning("a message on %r: %s", topic[:100], unheard)
                except aiomqtt.MqttError:
                    raise
                except Exception:
                    log.exception("a message on %r failed; it is not answered", topic[:100])

    async def _take_message(self, line: aiomqtt.Client, board: Board, topic: str, payload: bytes) -> None:
        call, body = board.hear(topic, payload)
        if call.errand is Errand.LEAVE:
            return
        if await self._patiently(self._taker.take, call, body, topic, "", timezone.now()):
            said = board.answer(call)
            if said:
                await line.publish(*said)

    # Terminals to which we open a line

    async def _keep_streams(self) -> None:
        """Read again and again which terminals there are, and keep a line to each that offers one."""
        while True:
            self._match(await self._work(_streaming))
            await asyncio.sleep(READ_SECONDS)

    def _match(self, wanted: Mapping[str, tuple[Terminal, Held]]) -> None:
        for serial, (held, task) in list(self._held.items()):
            if serial not in wanted or wanted[serial][1] != held:
                task.cancel()
                del self._held[serial]
        for serial, (terminal, held) in wanted.items():
            if serial not in self._held:
                once = partial(self._read_stream, terminal, held.link)
                self._held[serial] = held, asyncio.create_task(keep(f"terminal {serial}", once))

    async def _read_stream(self, terminal: Terminal, link: Link) -> None:
        if not manner_of(terminal.dialect.protocol).one_line:
            await self._read_pages(terminal, link)
            return
        holder = object()
        try:
            if await self._work(self._lines.take, terminal.id, holder):
                await self._read_until_wanted(terminal, link)
        finally:
            with contextlib.suppress(*DATABASE_FAULTS):
                await self._work(self._lines.leave, terminal.id, holder)

    async def _read_until_wanted(self, terminal: Terminal, link: Link) -> None:
        """Read until somebody else wants to speak with the terminal, and wait until the line is closed."""
        reading = asyncio.create_task(self._read_pages(terminal, link))
        try:
            while not reading.done() and await self._work(self._lines.may_go_on, terminal.id):
                await asyncio.wait([reading], timeout=GLANCE_SECONDS)
        finally:
            if not reading.done():
                reading.cancel()
            await asyncio.wait([reading])
        if not reading.cancelled():
            reading.result()

    async def _read_pages(self, terminal: Terminal, link: Link) -> None:
        pages = STREAMS[terminal.dialect.protocol].live(link)
        try:
            async for page in pages:
                await self._take_page(terminal, link, page)
        except WrongLogin:
            await self._patiently(_log_in_refused, terminal.id)
            raise
        finally:
            if isinstance(pages, AsyncGenerator):
                await pages.aclose()

    async def _take_page(self, terminal: Terminal, link: Link, page: Page) -> None:
        try:
            await self._patiently(self._taker.take_page, terminal, link, page, timezone.now())
        except arrival.NotApproved:
            raise VisitFailed("the terminal is not approved any more") from None


async def _again_and_again(do: Callable[[], None], seconds: float) -> None:
    """Do it every so many seconds; what takes longer is not begun twice."""
    loop = asyncio.get_running_loop()
    while True:
        next_at = loop.time() + seconds
        await asyncio.to_thread(_disconnected, do)
        await asyncio.sleep(next_at - loop.time())


def _disconnected(do: Callable[[], None]) -> None:
    """Do it, and leave no database session behind."""
    try:
        do()
    finally:
        connections.close_all()


async def _read(reader: asyncio.StreamReader) -> bytes:
    async with asyncio.timeout(SILENT_SECONDS):
        return await reader.read(PIECE_BYTES)


def _streaming() -> dict[str, tuple[Terminal, Held]]:
    """Terminals to which a line is to be open, by serial."""
    wanted: dict[str, tuple[Terminal, Held]] = {}
    for protocol in STREAMS:
        for serial, terminal in fleet.terminals(timezone.now(), protocol=protocol, state="approved").items():
            with contextlib.suppress(Refusal):
                told = terminal.dialect.options.get("wrong_logins", "")
                wanted[serial] = terminal, Held(terminal.id, links.link_to(terminal), told)
    return wanted


def _log_in_refused(terminal_id: int) -> None:
    links.log_in_refused(Device.objects.get(pk=terminal_id))
