"""Excel files as sheets, read by calamine; bombs and look-alikes are refused before it sees them."""

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from django.utils.translation import gettext
from python_calamine import CalamineSheet, CalamineWorkbook, PasswordError

from kaoqin.punches.formats.tools.cells import Cell, refuse_too_many
from kaoqin.punches.formats.tools.sheet import NumberedRow, Sheet
from kaoqin.punches.formats.tools.zip_guard import refuse_bomb
from kaoqin.punches.formats.words import FormatRefusal

ZIP_MAGIC = b"PK\x03\x04"
OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
MAX_CELLS = 12_000_000
MAX_SHEETS = 200

T = TypeVar("T")


def is_book(data: bytes) -> bool:
    return data.startswith((ZIP_MAGIC, OLE_MAGIC))


def sheets_of(data: bytes) -> list[Sheet]:
    """The sheets of an .xlsx or .xls file; they are read only when asked for."""
    if data.startswith(ZIP_MAGIC):
        refuse_bomb(data, MAX_CELLS)
    book = _guarded(lambda: CalamineWorkbook.from_filelike(io.BytesIO(data)))
    names = book.sheet_names[:MAX_SHEETS]
    return [Sheet(name, _Rows(book, index)) for index, name in enumerate(names)]


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
        sheet = _guarded(lambda: self.book.get_sheet_by_index(self.index))
        last_row, last_column = sheet.end or (-1, -1)
        refuse_too_many(last_row + 1, last_column + 1, MAX_CELLS)
        return sheet


def _guarded(read: Callable[[], T]) -> T:
    """Whatever the Rust reader says of a broken file, a panic included, becomes a refusal."""
    try:
        return read()
    except (KeyboardInterrupt, SystemExit):
        raise
    except PasswordError as fault:
        raise FormatRefusal("formats.password", gettext("这个 Excel 文件有密码，请去掉密码后再导入。")) from fault
    except BaseException as fault:  # a panic is no Exception
        raise FormatRefusal(
            "formats.broken_book",
            gettext("这个 Excel 文件打不开(可能已损坏)，请用 Excel 或 WPS 打开后另存为 .xlsx 再导入。"),
        ) from fault
