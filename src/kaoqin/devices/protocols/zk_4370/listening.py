"""Where a simulated terminal listens: TCP and UDP at one port. What it answers is its own affair."""

import asyncio
import contextlib
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, cast

from kaoqin.devices.protocols.zk_4370.frames import Code, Frames, Packet, frame, hear, say

PART_BYTES = {"tcp": 16_384, "udp": 1024}
"""The longest part of a long answer, by transport."""


@dataclass
class Session:
    """One visitor: how packets reach them, whether they were let in, what is prepared for them, whether they want to be
    told of presses."""

    number: int
    transport: str
    send: Callable[[Packet], None]
    let_in: bool = False
    prepared: bytes = b""
    wants_events: bool = False


class Answers(Protocol):
    def hear(self, session: Session, asked: Packet) -> list[Packet]:
        """The answers to a packet of a session."""
        ...


class Listening:
    """The sockets of a unit."""

    def __init__(self, unit: Answers, draw: random.Random) -> None:
        self._unit, self._draw = unit, draw
        self.sessions: list[Session] = []
        self._open: list[asyncio.Server | asyncio.DatagramTransport] = []
        self._visits: dict[asyncio.Task[None], asyncio.StreamWriter] = {}

    async def open(self, host: str, port: int) -> int:
        """Listen at a port, 0 for any that is free; gives which."""
        server = await asyncio.start_server(self._visited, host, port)
        self._open.append(server)
        port = int(server.sockets[0].getsockname()[1])
        loop = asyncio.get_running_loop()
        datagrams, _ = await loop.create_datagram_endpoint(lambda: _Datagrams(self), (host, port))
        self._open.append(datagrams)
        return port

    async def close(self) -> None:
        for one in self._open:
            one.close()
        for writer in self._visits.values():
            writer.close()
        await asyncio.gather(*self._visits)
        self._open.clear()

    def meet(self, transport: str, send: Callable[[Packet], None]) -> Session:
        """Somebody calls."""
        session = Session(self._draw.randrange(1, 0xFFFF), transport, send)
        self.sessions.append(session)
        return session

    def hear(self, session: Session, raw: bytes) -> None:
        """Answer what came; noise is not answered."""
        asked = hear(raw)
        for answer in self._unit.hear(session, asked) if asked else ():
            session.send(answer)

    async def _visited(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        session, frames = self.meet("tcp", lambda packet: writer.write(frame(say(packet)))), Frames()
        if task:
            self._visits[task] = writer
        with contextlib.suppress(ConnectionError):
            while read := await reader.read(65_536):
                for raw in frames.feed(read):
                    self.hear(session, raw)
                await writer.drain()
        self.sessions.remove(session)
        self._visits.pop(task, None)  # type: ignore[arg-type]
        writer.close()


class _Datagrams(asyncio.DatagramProtocol):
    """By UDP who calls is known by their address."""

    def __init__(self, listening: Listening) -> None:
        self._listening = listening
        self._sessions: dict[object, Session] = {}
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: object) -> None:
        asked = hear(data)
        if asked is None:
            return
        if asked.code == Code.CONNECT or addr not in self._sessions:
            self._forget(addr)
            self._sessions[addr] = self._listening.meet("udp", lambda packet: self._send(packet, addr))
        self._listening.hear(self._sessions[addr], data)
        if asked.code == Code.EXIT:
            self._forget(addr)

    def _forget(self, addr: object) -> None:
        if addr in self._sessions:
            self._listening.sessions.remove(self._sessions.pop(addr))

    def _send(self, packet: Packet, addr: object) -> None:
        if self._transport:
            self._transport.sendto(say(packet), addr)  # type: ignore[arg-type]
