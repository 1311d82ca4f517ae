"""Excel files, read by calamine; bombs, look-alikes and broken ones are refused before or after it sees them."""

import io
from collections.abc import Callable
from typing import TypeVar

from django.utils.translation import gettext
from python_calamine import CalamineSheet, CalamineWorkbook, PasswordError

from kaoqin.core.words import Refusal
from kaoqin.core.zip_guard import refuse_bomb, refuse_too_many

ZIP_MAGIC = b"PK\x03\x04"
OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
MAX_CELLS = 12_000_000

T = TypeVar("T")


def is_book(data: bytes) -> bool:
    return data.startswith((ZIP_MAGIC, OLE_MAGIC))


def open_book(data: bytes) -> CalamineWorkbook:
    """An .xlsx or .xls file, its sheets not read yet. Refuses bombs, passwords and what is broken."""
    if data.startswith(ZIP_MAGIC):
        refuse_bomb(data, MAX_CELLS)
    return _guarded(lambda: CalamineWorkbook.from_filelike(io.BytesIO(data)))


def sheet_at(book: CalamineWorkbook, index: int) -> CalamineSheet:
    """A sheet by its place. Refuses one that spans more cells than memory holds."""
    sheet = _guarded(lambda: book.get_sheet_by_index(index))
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
        raise Refusal("core.password", gettext("这个 Excel 文件有密码，请去掉密码后再导入。")) from fault
    except BaseException as fault:  # a panic is no Exception
        raise Refusal(
            "core.broken_book",
            gettext("这个 Excel 文件打不开(可能已损坏)，请用 Excel 或 WPS 打开后另存为 .xlsx 再导入。"),
        ) from fault
