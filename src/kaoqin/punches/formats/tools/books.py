"""Excel files as sheets."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from python_calamine import CalamineSheet, CalamineWorkbook

from kaoqin.core.workbooks import open_book, sheet_at
from kaoqin.punches.formats.tools.cells import Cell
from kaoqin.punches.formats.tools.sheet import NumberedRow, Sheet

MAX_SHEETS = 200


def sheets_of(data: bytes) -> list[Sheet]:
    """The sheets of an .xlsx or .xls file; they are read only when asked for."""
    book = open_book(data)
    return [Sheet(name, _Rows(book, index)) for index, name in enumerate(book.sheet_names[:MAX_SHEETS])]


@dataclass
class _Rows:
    """The rows of one sheet; the sheet is taken out of the book when first asked for, and kept."""

    book: CalamineWorkbook
    index: int

    def __call__(self) -> Iterator[NumberedRow]:
        margin: list[Cell] = [""] * (self._sheet.start or (0, 0))[1]
        for number, row in enumerate(self._sheet.iter_rows(), 1):
            yield number, [*margin, *row]

    @cached_property
    def _sheet(self) -> CalamineSheet:
        return sheet_at(self.book, self.index)
