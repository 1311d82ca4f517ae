"""Lines of TAB-separated `key=value` pairs, and what is wrong with one."""

import re
from collections.abc import Iterator, Mapping

from kaoqin.devices.protocols.zk_common.texts import decode_text
from kaoqin.devices.wire import BadLine, Dialect
from kaoqin.devices.words import Fault

LONGEST_PIN = 60
LONGEST_SHOWN = 2000
_NEXT_OPTION = re.compile(r",(?=~?[A-Za-z_][A-Za-z0-9_]*=)")


def lines_of(body: bytes, dialect: Dialect) -> Iterator[tuple[int, str]]:
    """(number from 1, text without its end) of every line; each decoded for itself, for one body may mix encodings."""
    encoding = dialect.options.get("encoding", "")
    for number, raw in enumerate(body.split(b"\n"), 1):
        yield number, decode_text(raw.rstrip(b"\r"), dialect.language, encoding)


def pairs_of(text: str) -> dict[str, str]:
    """`PIN=1⇥Name=x` as `{"pin": "1", "name": "x"}`: keys of any case, the first of two wins."""
    found: dict[str, str] = {}
    for part in text.split("\t"):
        key, equals, value = part.partition("=")
        if equals:
            found.setdefault(key.strip().lower(), value.strip())
    return found


def options_of(text: str) -> dict[str, str]:
    """`A=1,B=2` with values that may hold commas; keys as written, without `~`."""
    found = {}
    for part in _NEXT_OPTION.split(text.replace("\r", "").replace("\n", ",").strip(" ,\t")):
        key, equals, value = part.partition("=")
        if equals:
            found[key.strip().lstrip("~")] = value.strip(" ,")
    return found


def good_pin(text: str) -> bool:
    """A PIN is any short text of printable characters; leading zeros are part of it."""
    return 0 < len(text) <= LONGEST_PIN and (text.isalnum() or (text.isprintable() and not text.isspace()))


def bad(number: int, text: str, fault: Fault) -> BadLine:
    return BadLine(number, text[:LONGEST_SHOWN], fault)


def not_blank(evidence: Mapping[str, str]) -> dict[str, str]:
    """Without what is empty or nought."""
    return {name: value for name, value in evidence.items() if value not in {"", "0"}}
