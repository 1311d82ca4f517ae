"""Lines of text as rows of cells: TAB, comma, semicolon, bar or blanks; quoting as spreadsheets write it."""

import csv
from collections import Counter
from collections.abc import Iterator, Sequence

from kaoqin.punches.formats.tools.cells import Cell

DELIMITERS = "\t,;|"
LONGEST_QUOTED_LINES = 20
_LOOK_AT_LINES = 200


def sniff_delimiter(lines: Sequence[str]) -> str:
    """The delimiter most lines agree on; a blank when there is none."""
    sample = [line for line in lines[:_LOOK_AT_LINES] if line.strip()]
    best, delimiter = 0, " "
    for candidate in DELIMITERS:
        counts = Counter(line.count(candidate) for line in sample if candidate in line)
        agreeing = max(counts.values(), default=0)
        if agreeing > best:
            best, delimiter = agreeing, candidate
    return delimiter


def rows_of(lines: Sequence[str], delimiter: str) -> Iterator[tuple[int, list[Cell]]]:
    """Every line that is not blank as (line number of its first line, cells)."""
    at = 0
    while at < len(lines):
        line, taken = lines[at], 1
        if '"' in line and delimiter != " ":
            line, taken = _closed(lines, at)
        if line.strip():
            yield at + 1, _cells(line, delimiter)
        at += taken


def split_line(line: str, delimiter: str) -> list[Cell]:
    """One line as cells."""
    return _cells(line, delimiter)


def _closed(lines: Sequence[str], at: int) -> tuple[str, int]:
    """A quoted cell may hold line breaks; a quote that nobody closes soon is just a character."""
    joined, quotes = lines[at], lines[at].count('"')
    for taken in range(1, LONGEST_QUOTED_LINES):
        if quotes % 2 == 0:
            return joined, taken
        if at + taken >= len(lines):
            break
        joined += "\n" + lines[at + taken]
        quotes += lines[at + taken].count('"')
    return lines[at], 1


def _cells(line: str, delimiter: str) -> list[Cell]:
    if delimiter == " ":
        return list(line.split())
    if '"' not in line:
        return list(line.split(delimiter))
    if line.count('"') % 2:
        return list(line.split(delimiter))
    try:
        return [cell for row in csv.reader([line], delimiter=delimiter) for cell in row]
    except csv.Error:
        return list(line.split(delimiter))
