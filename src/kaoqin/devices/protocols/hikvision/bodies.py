"""Bodies as they come: multipart, JSON, XML or none of these; taken apart without a header, cleaned of what is personal.

A part is what begins with `{`, `[` or `<`, whatever its headers say, for firmware forgets them or gets them wrong.
"""

import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException

from kaoqin.devices.protocols.masking import hashed, hidden, without_pictures

_DELIMITER = re.compile(rb"(?:\A|\n)[ \t]*--([^\s\-][^\r\n]{0,199}?)[ \t]*\r?\n")
_BLANK = re.compile(rb"\r?\n[ \t]*\r?\n")
_PICTURE_HEAD = re.compile(rb'(?i)content-type:\s*(?:image/|application/octet-stream)|name="?picture')
_JPEG = b"\xff\xd8\xff"
_PICTURES = (_JPEG, b"\x89PNG", b"GIF8", b"BM")
_MASKED = re.compile(r"\[masked \d+ sha256:[0-9a-f]{64}\]")
_SECRET = rb"password|passwd|pincode|certificatenumber|idnum|idcardno|identitycard"
_JSON_SECRET = re.compile(rb'(?i)("(?:%s)"\s*:\s*")((?:[^"\\]|\\.)+)' % _SECRET)
_XML_SECRET = re.compile(rb"(?i)(<(?:%s)(?:\s[^>]*)?>)([^<]+)" % _SECRET)
_DECODER = json.JSONDecoder(strict=False)
Event = dict[str, Any]


class Part(NamedTuple):
    """Where a part's content begins and ends in the body, and its headers."""

    head: bytes
    begin: int
    end: int


class Piece(NamedTuple):
    """One value of a part as text, and what it says: None where it could not be read, MASKED where it was a picture."""

    text: str
    said: Any


MASKED = object()


def mask(body: bytes) -> bytes:
    """The body without pictures, templates, passwords and identity numbers; its parts stay where they were."""
    kept, done = [], 0
    for part in _parts(body):
        content = body[part.begin : part.end]
        kept += [body[done : part.begin], _mask_part(part.head, content)]
        done = part.end
    return b"".join([*kept, body[done:]])


def pieces(body: bytes) -> Iterator[Piece]:
    """Every value a body holds, in order; what is no value is given as text."""
    for part in _parts(body):
        content = body[part.begin : part.end].strip()
        if content.startswith(b"<"):
            yield _xml(content)
        elif content:
            yield from _json(_text(content))


def _parts(body: bytes) -> list[Part]:
    """The parts of a multipart body by the boundary it begins with; any other body is one part."""
    first = None if _is_text(body) else _DELIMITER.search(body)
    if first is None:
        return [Part(b"", 0, len(body))]
    line = re.compile(rb"(?:\A|\r?\n)[ \t]*--%s(?:--)?[ \t]*(?:\r?\n|\Z)" % re.escape(first[1]))
    cuts = list(line.finditer(body))
    begins, ends = [cut.end() for cut in cuts], [*[cut.start() for cut in cuts[1:]], len(body)]
    before = [Part(b"", 0, first.start())] if body[: first.start()].strip() else []
    return before + [_part(body, begin, end) for begin, end in zip(begins, ends, strict=True) if begin < end]


def _part(body: bytes, begin: int, end: int) -> Part:
    """Headers end at an empty line; a part may have none, and not even the line."""
    blank = _BLANK.search(body, max(begin - 2, 0), end)
    if _is_text(body[begin:end]) or blank is None:
        return Part(b"", begin, end)
    return Part(body[begin : blank.start()], min(blank.end(), end), end)


def _is_text(content: bytes) -> bool:
    return content[:200].removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in {b"{", b"[", b"<"}


def _mask_part(head: bytes, content: bytes) -> bytes:
    if not content.strip():
        return content
    if not _is_text(content) and (_PICTURE_HEAD.search(head) or content.lstrip().startswith(_PICTURES)):
        return hashed(content)
    text, picture, rest = content.partition(_JPEG)
    kept = _JSON_SECRET.sub(_hidden, _XML_SECRET.sub(_hidden, text))
    kept = without_pictures(kept)
    return kept + hashed(picture + rest) if picture else kept


def _hidden(found: re.Match[bytes]) -> bytes:
    return found[1] + hidden(found[2])


def _text(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("gb18030", "replace")


def _json(text: str) -> Iterator[Piece]:
    """Values one after the other; from the first fault on, the rest is one text."""
    at = 0
    while at < len(text):
        masked = _MASKED.match(text, at)
        try:
            said, end = (MASKED, masked.end()) if masked else _DECODER.raw_decode(text, at)
        except (ValueError, RecursionError):
            yield Piece(text[at:], None)
            return
        yield Piece(text[at:end], said)
        at = len(text) - len(text[end:].lstrip())


def _xml(content: bytes) -> Piece:
    """An element and its children as names and texts; entities and document types are refused."""
    try:
        root = ElementTree.fromstring(content, forbid_dtd=True)
    except (ElementTree.ParseError, DefusedXmlException, ValueError, LookupError):
        return Piece(_text(content), None)
    children = {_name(child): _told(child) for child in root}
    return Piece(_text(content), {_name(root): children})


def _told(element: Any) -> Any:
    return {_name(child): child.text or "" for child in element} if len(element) else element.text or ""


def _name(element: Any) -> str:
    return str(element.tag).rpartition("}")[2]
