"""Messages as `Return(result="success" id="8")`: where one ends, what it says, and how one is said."""

import datetime as dt
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from kaoqin.devices.protocols.hanvon.cipher import turned

MOST_BYTES = 32 * 1024 * 1024
TIME = "%Y-%m-%d %H:%M:%S"
_WORD = re.compile(r"\s*([A-Za-z]{2,30})\s*\(")
_BEGINNING = re.compile(rb"[\s\0]*[A-Za-z]{2,30}\s*\(")
_BEGINS = re.compile(rb"[\s\0]*(?:\Z|[A-Za-z]{1,30}\s*(?:\Z|\())")
_PAIR = re.compile(r'(\w+)\s*=\s*"([^"]*)"')
_TOKEN = re.compile(rb'"[^"]*(?:"|\Z)|\)')
_TAIL = b"\r\n\t \0"
_LINE_ENDS = (b"\r", b"\n")
_MARKUP = re.compile(r'["()\x00-\x1f\x7f]')
_WALL = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})[T ](\d{1,2}):(\d{1,2}):(\d{1,2})(?:\.\d+)?", re.ASCII)
_CHINESE = re.compile("[\u3400-\u4dbf\u4e00-\u9fff]")
ENCODING = "gb18030"


class NoMessage(ValueError):  # noqa: N818 - said of what came
    """What came does not begin like a message, or has no end."""


@dataclass(frozen=True, slots=True)
class Message:
    """A message understood: its word and all its pairs, in order; a name may come more than once."""

    word: str
    pairs: tuple[tuple[str, str], ...]

    def said(self, name: str) -> str:
        """The first value of a name."""
        return next((value.strip() for told, value in self.pairs if told == name), "")

    def all(self, name: str) -> list[str]:
        return [value.strip() for told, value in self.pairs if told == name and value.strip()]

    @property
    def good(self) -> bool:
        return self.said("result").lower() == "success"


class Assembler:
    """Bytes of a line in pieces, put together to messages in clear text."""

    def __init__(self, key: bytes = b"") -> None:
        self._key = key
        self._raw, self._clear = bytearray(), bytearray()
        self._looked = self._after = 0

    def feed(self, data: bytes) -> Iterator[bytes]:
        """The messages that are whole now. Raises NoMessage for what is none."""
        self._raw += data
        while self._skip_line_ends():
            self._clear += turned(self._key, bytes(self._raw[len(self._clear) :]), len(self._clear))
            end = self._end()
            if end is None:
                self._check()
                return
            yield self._cut(end)

    def rest(self) -> bytes:
        """What came, if it may pass for a message: a value with a quote in it hides the end."""
        whole = bytes(self._clear).strip(_TAIL)
        return whole if whole.endswith(b")") else b""

    @property
    def raw(self) -> bytes:
        """What came and is not yet a message, as it came."""
        return bytes(self._raw)

    def _skip_line_ends(self) -> bool:
        """Leave out what follows a message before the next; whether there is more. It is ciphered on where that ended."""
        while self._after and self._raw:
            if turned(self._key, bytes(self._raw[:1]), self._after) in _LINE_ENDS:
                del self._raw[:1]
                self._after += 1
            else:
                self._after = 0
        return bool(self._raw)

    def _end(self) -> int | None:
        for token in _TOKEN.finditer(self._clear, self._looked):
            if token[0] == b")":
                return token.end()
            if len(token[0]) < 2 or not token[0].endswith(b'"'):
                self._looked = token.start()
                return None
        self._looked = len(self._clear)
        return None

    def _check(self) -> None:
        if not _BEGINS.match(self._clear) or len(self._clear) > MOST_BYTES:
            raise NoMessage

    def _cut(self, end: int) -> bytes:
        message = bytes(self._clear[:end])
        del self._raw[:end]
        self._clear, self._looked, self._after = bytearray(), 0, end
        if not _BEGINNING.match(message):
            raise NoMessage
        return message.strip(_TAIL)


def text_of(raw: bytes, encoding: str = "") -> str:
    """Bytes as text: UTF-8 if that shows Chinese, else what the terminal writes. Never fails, gives back no NUL."""
    try:
        text = raw.decode("utf-8")
        if raw.isascii() or _CHINESE.search(text) or (encoding and not encoding.startswith("gb")):
            return text.replace("\0", "␀")
    except UnicodeDecodeError:
        pass
    try:
        return raw.decode(encoding or ENCODING, "replace").replace("\0", "␀")
    except LookupError:
        return raw.decode(ENCODING, "replace").replace("\0", "␀")


def pairs_of(text: str) -> tuple[tuple[str, str], ...]:
    """Names and values of a text, in order."""
    return tuple((found[1], found[2]) for found in _PAIR.finditer(text))


def understood(raw: bytes, encoding: str = "") -> Message:
    """A message by its word and pairs. Raises NoMessage."""
    text = text_of(raw, encoding)
    word = _WORD.match(text)
    if word is None:
        raise NoMessage
    return Message(word[1], pairs_of(text[word.end() :]))


def say(word: str, pairs: Iterable[tuple[str, str]] = ()) -> str:
    """A message: quotes, brackets and line ends are cut out of values, for they would be commands."""
    told = " ".join(f'{tidy(name)}="{tidy(value)}"' for name, value in pairs)
    return f"{word}({told})"


def tidy(value: str) -> str:
    return _MARKUP.sub("", value)


def wall_clock(text: str) -> dt.datetime | None:
    """`2026-06-09 08:05:00`, or without the noughts: the terminal's wall clock."""
    found = _WALL.fullmatch(text.strip())
    try:
        return dt.datetime(*(int(part) for part in found.groups())) if found else None  # type: ignore[arg-type] # noqa: DTZ001
    except ValueError:
        return None
