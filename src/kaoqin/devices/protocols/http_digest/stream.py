"""An answer without end, read as it comes."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from typing import NamedTuple

from django.utils.translation import gettext

from kaoqin.devices.protocols.http_digest.conversation import SECONDS, Declined, any_signer, unreachable
from kaoqin.devices.protocols.http_digest.login import MOST_TRIES, LogIn, asked_too_often
from kaoqin.devices.wire import Link, VisitFailed

PIECE_BYTES = 65536
MOST_HEADERS = 100


class Poured(NamedTuple):
    """A piece of an answer, and the content type of the whole."""

    kind: str
    data: bytes


class _Head(NamedTuple):
    status: int
    headers: dict[str, list[str]]

    def first(self, name: str) -> str:
        return self.headers.get(name, [""])[0]


async def poured(link: Link, path: str, patience: float) -> AsyncGenerator[Poured, None]:
    """The pieces of the answer to `GET path`, until it ends. `patience`: how many seconds it may be silent. Raises
    VisitFailed, and WrongLogin at the first log-in that is refused."""
    log_in = LogIn(link)
    for _ in range(MOST_TRIES):
        reader, writer = await _dial(link)
        try:
            writer.write(_request(link, path, log_in))
            async with asyncio.timeout(SECONDS):
                head = await _head(reader)
            if head.status == 401:
                log_in.asked(head.headers.get("www-authenticate", []))
                continue
            log_in.accepted()
            if head.status != 200:
                raise Declined(head.status)
            async for data in _pieces(reader, head, patience):
                yield Poured(head.first("content-type"), data)
            return
        except TimeoutError:
            raise VisitFailed(gettext("考勤机的实时连接没有声息了。")) from None
        except (OSError, EOFError, ValueError, asyncio.LimitOverrunError) as broken:
            raise unreachable(link) from broken
        finally:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()
    raise asked_too_often()


async def _dial(link: Link) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    try:
        secured = any_signer() if link.https else None
        async with asyncio.timeout(SECONDS):
            return await asyncio.open_connection(link.address, link.port, ssl=secured)
    except (OSError, ValueError) as fault:
        raise unreachable(link) from fault


def _request(link: Link, path: str, log_in: LogIn) -> bytes:
    headers = {"Host": f"{link.address}:{link.port}", "Accept": "*/*"} | log_in.headers("GET", path)
    lines = [f"GET {path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items()), "", ""]
    return "\r\n".join(lines).encode()


async def _head(reader: asyncio.StreamReader) -> _Head:
    """Raises ValueError for what is no HTTP, EOFError where the line ends before the head does."""
    first = (await _line(reader)).split(" ", 2)
    if not first[0].startswith("HTTP/"):
        raise ValueError(first[0])
    headers: dict[str, list[str]] = {}
    for _ in range(MOST_HEADERS):
        line = await _line(reader)
        if not line:
            return _Head(int(first[1]), headers)
        name, _, value = line.partition(":")
        headers.setdefault(name.strip().lower(), []).append(value.strip())
    raise ValueError(MOST_HEADERS)


async def _line(reader: asyncio.StreamReader) -> str:
    return (await reader.readuntil(b"\n")).decode("latin-1").rstrip("\r\n")


async def _pieces(reader: asyncio.StreamReader, head: _Head, patience: float) -> AsyncGenerator[bytes, None]:
    chunked = "chunked" in head.first("transfer-encoding").lower()
    while True:
        async with asyncio.timeout(patience):
            data = await (_chunk(reader) if chunked else reader.read(PIECE_BYTES))
        if not data:
            return
        yield data


async def _chunk(reader: asyncio.StreamReader) -> bytes:
    """A chunk; none at the end."""
    size = int((await _line(reader)).partition(";")[0], 16)
    data = await reader.readexactly(size)
    await _line(reader)
    return data
