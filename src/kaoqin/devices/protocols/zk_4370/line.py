"""The line to a terminal: packets by TCP, framed, or by UDP as they are."""

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncIterator
from typing import Protocol, cast

from kaoqin.devices.protocols.zk_4370.frames import Frames, frame

READ_BYTES = 65_536
UDP = "udp"


class Line(Protocol):
    """Where packets go and come from. Raises OSError where it is broken."""

    again: int
    """How often a request is said before it is given up: datagrams get lost."""
    piece_bytes: int
    """The longest piece that may be asked for at once."""

    async def send(self, raw: bytes) -> None: ...

    async def receive(self) -> bytes: ...


class TcpLine:
    again, piece_bytes = 1, 65_472

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self._frames, self._waiting = Frames(), deque[bytes]()

    async def send(self, raw: bytes) -> None:
        self._writer.write(frame(raw))
        await self._writer.drain()

    async def receive(self) -> bytes:
        while not self._waiting:
            read = await self._reader.read(READ_BYTES)
            if not read:
                raise ConnectionResetError
            self._waiting.extend(self._frames.feed(read))
        return self._waiting.popleft()


class UdpLine(asyncio.DatagramProtocol):
    again, piece_bytes = 3, 16_384

    def __init__(self) -> None:
        self._waiting: asyncio.Queue[bytes | OSError] = asyncio.Queue()
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: object) -> None:
        self._waiting.put_nowait(data)

    def error_received(self, exc: Exception) -> None:
        self._waiting.put_nowait(exc if isinstance(exc, OSError) else OSError(str(exc)))

    async def send(self, raw: bytes) -> None:
        if self._transport:
            self._transport.sendto(raw)

    async def receive(self) -> bytes:
        told = await self._waiting.get()
        if isinstance(told, OSError):
            raise told
        return told


@contextlib.asynccontextmanager
async def line_to(host: str, port: int, transport: str) -> AsyncIterator[Line]:
    """A line to a terminal, closed in the end."""
    if transport == UDP:
        loop = asyncio.get_running_loop()
        datagrams, udp = await loop.create_datagram_endpoint(UdpLine, remote_addr=(host, port))
        try:
            yield udp
        finally:
            datagrams.close()
        return
    reader, writer = await asyncio.open_connection(host, port)
    try:
        yield TcpLine(reader, writer)
    finally:
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()
