"""Lines of a CSV file: on which of them a row stands, and those about one employee only."""

import csv
import mmap
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from reckon.attendance.words import line_after_header

Line = Callable[[int], int]


def holds(path: Path, *bits: bytes) -> bool:
    """Whether a file holds any of the bits."""
    if not path.stat().st_size:
        return False
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        return any(content.find(bit) >= 0 for bit in bits)


def line_of(path: Path) -> Line:
    """The line on which each row begins; looked up in the file only when a fault asks."""

    @cache
    def begins() -> list[int] | None:
        if not holds(path, b'"', b"\n\n", b"\n\r\n"):
            return None
        return [line for line, row in records(path) if row][1:]

    def line(row: int) -> int:
        lines = begins()
        return line_after_header(row) if lines is None else lines[row]

    return line


def records(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Every record with the line it begins on; what is not UTF-8 becomes lone surrogates."""
    with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
        reader, line = csv.reader(file), 1
        for row in reader:
            yield line, row
            line = reader.line_num + 1


@dataclass(frozen=True)
class Excerpt:
    """The header and some lines of a file, and the line of each row in it."""

    content: bytes
    line: Line


def lines_about(path: Path, header: list[str], column: str, value: str) -> Excerpt | None:
    """The lines whose cell in a column is the value (and a few more), without reading the others.

    None where cells may be quoted: then a line cannot be told without reading all before it.
    """
    if column not in header or holds(path, b'"'):
        return None
    before = b"\n" if header[0] == column else b","
    after = b"" if header[-1] == column else b","
    pieces, starts = [], []
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        body = content.find(b"\n") + 1
        pieces.append(content[: body or len(content)])
        at = max(body - 1, 0)
        while body and (hit := content.find(before + value.encode() + after, at)) >= 0:
            start = content.rfind(b"\n", 0, hit + 1) + 1
            end = content.find(b"\n", hit + 1) + 1 or len(content)
            pieces.append(content[start:end])
            starts.append(start)
            at = end - 1
    return Excerpt(b"".join(pieces), lambda row: _line_at(path, starts[row]))


def _line_at(path: Path, place: int) -> int:
    with path.open("rb") as file:
        return file.read(place).count(b"\n") + 1
