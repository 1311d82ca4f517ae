"""What a person sees of a file before it is read: the first rows, to point out columns."""

from dataclasses import dataclass

from kaoqin.punches.formats.mapping import Mapping
from kaoqin.punches.formats.proposing import propose
from kaoqin.punches.formats.tools.cells import cell_text
from kaoqin.punches.formats.tools.source import open_source

SHOWN_ROWS = 30
SHOWN_COLUMNS = 60


@dataclass(frozen=True)
class SheetPeek:
    """The first rows of a sheet as text, with their row numbers, and the mapping its header suggests."""

    name: str
    rows: tuple[tuple[int, tuple[str, ...]], ...]
    proposal: Mapping | None


@dataclass(frozen=True)
class Peek:
    encoding: str
    sheets: tuple[SheetPeek, ...]


def peek(name: str, data: bytes, encoding: str = "") -> Peek:
    """The beginning of every sheet of a file (a text has one)."""
    source = open_source(name, data, encoding)
    sheets = []
    for sheet in source.sheets:
        head = sheet.head[:SHOWN_ROWS]
        rows = tuple((number, tuple(cell_text(cell) for cell in row[:SHOWN_COLUMNS])) for number, row in head)
        told = propose(sheet)
        sheets.append(SheetPeek(sheet.name, rows, told.mapping if told else None))
    return Peek(source.encoding, tuple(sheets))
