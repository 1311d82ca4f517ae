"""The line on which a terminal tells what happens: parts without end, what waited first."""

import json
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing

from kaoqin.devices.protocols.hikvision.events import only_alive
from kaoqin.devices.protocols.hikvision.messages import strange
from kaoqin.devices.protocols.http_digest.stream import poured
from kaoqin.devices.wire import Link, Page

PATH = "/ISAPI/Event/notification/alertStream"
SILENT_SECONDS = 90
MOST_BYTES = 16 * 1024 * 1024
_BOUNDARY = re.compile(r'boundary=(?:"([^"]{1,200})"|([^\s;,]{1,200}))', re.IGNORECASE)
_LENGTH = re.compile(rb"(?im)^content-length:[ \t]*(\d{1,9})[ \t]*\r?$")
_HEAD_END = re.compile(rb"\r?\n\r?\n")
_TEXT = (b"{", b"[", b"<")
_DECODER = json.JSONDecoder(strict=False)


async def live(link: Link) -> AsyncIterator[Page]:
    """Every event as it comes, in a page of its own; heart beats as pages without a body; pictures not at all."""
    parts: Parts | None = None
    async with aclosing(poured(link, PATH, SILENT_SECONDS)) as pieces:
        async for piece in pieces:
            parts = parts or Parts(piece.kind)
            for content in parts.feed(piece.data):
                if not content.lstrip().startswith(_TEXT):
                    continue
                yield Page("event", b"", PATH, 0) if only_alive(content) else Page("event", content, PATH, 1)


class Parts:
    """A multipart answer in pieces, its parts whole. Raises VisitFailed for what is none."""

    def __init__(self, kind: str) -> None:
        found = _BOUNDARY.search(kind)
        if not kind.lower().startswith("multipart/") or found is None:
            raise strange()
        told = (found[1] or found[2]).removeprefix("--").encode()
        self._delimiter = re.compile(rb"(?:\A|\n)--%s[^\n]*\n" % re.escape(told))
        self._kept = bytearray()

    def feed(self, data: bytes) -> Iterator[bytes]:
        """The contents that are whole now. A part is whole where its length says so, where its JSON ends, or where the
        next part begins."""
        self._kept += data
        while (content := self._next()) is not None:
            if content:
                yield content
        if len(self._kept) > MOST_BYTES:
            raise strange()

    def _next(self) -> bytes | None:
        """The next content, empty where there is none to it; None: not yet."""
        delimiter = self._delimiter.search(self._kept)
        if delimiter is None:
            return None
        found = self._content(delimiter.end())
        if found is None:
            return None
        content = bytes(self._kept[found[0] : found[1]])
        del self._kept[: found[1]]
        return content.strip()

    def _content(self, begin: int) -> tuple[int, int] | None:
        """Where the content of the part that begins here begins and ends; None: not yet."""
        if not self._kept[begin:].lstrip():
            return None
        head = b""
        if not self._kept[begin:].lstrip().startswith(_TEXT):
            head_end = _HEAD_END.search(self._kept, max(begin - 1, 0))
            if head_end is None:
                return None
            head, begin = bytes(self._kept[begin : head_end.start()]), head_end.end()
        length = _LENGTH.search(head)
        if length:
            end = begin + int(length[1])
            return (begin, end) if end <= len(self._kept) else None
        after = self._delimiter.search(self._kept, begin)
        if after:
            return begin, after.start()
        return (begin, len(self._kept)) if _is_whole(bytes(self._kept[begin:])) else None


def _is_whole(content: bytes) -> bool:
    """Whether a content is JSON to its end."""
    text = content.strip()
    if not (text.startswith(b"{") and text.endswith(b"}")):
        return False
    try:
        return _DECODER.raw_decode(text.decode("utf-8", "replace"))[1] > 0
    except ValueError:
        return False
