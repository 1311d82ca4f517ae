"""Lists as files: CSV (with a BOM, so that Excel reads Chinese) and XLSX, both written row by row."""

import csv
import datetime as dt
import io
import itertools
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any

import xlsxwriter
from django.utils import timezone
from django.utils.translation import gettext

Cell = str | int | float | None
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def harmless(value: Any) -> Cell:
    """A value as a cell: a text that a spreadsheet would take for a formula gets an apostrophe before it."""
    if isinstance(value, bool):
        return gettext("是") if value else gettext("否")
    if value is None or isinstance(value, int | float):
        return value
    if isinstance(value, dt.datetime):
        return f"{timezone.localtime(value) if timezone.is_aware(value) else value:%Y-%m-%d %H:%M:%S}"
    text = str(value)
    return f"'{text}" if text[:1] in {"=", "+", "-", "@", "\t", "\r"} and not _is_number(text) else text


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def csv_lines(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    """The lines of a CSV file, for a streaming answer."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    yield "\ufeff"
    for row in itertools.chain([header], rows):
        writer.writerow([harmless(value) for value in row])
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()


def write_xlsx(out: io.BytesIO | str, sheet: str, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """One sheet with a header, written with constant memory. Numbers stay numbers, all else is text."""
    book = xlsxwriter.Workbook(out, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    page = book.add_worksheet(sheet[:31])
    bold = book.add_format({"bold": True, "bg_color": "#f1f5f9", "bottom": 1})
    page.freeze_panes(1, 0)
    for column, title in enumerate(header):
        page.write_string(0, column, title, bold)
        page.set_column(column, column, max(10, min(40, len(title) * 2 + 4)))
    for line, row in enumerate(rows, start=1):
        for column, value in enumerate(row):
            write_cell(page, line, column, value)
    book.close()


def write_cell(page: Any, line: int, column: int, value: Any, style: Any = None) -> None:
    """A number as a number, everything else as text that no spreadsheet will reckon."""
    cell = float(value) if isinstance(value, Decimal) else harmless(value)
    if cell is None or cell == "":
        if style is not None:
            page.write_blank(line, column, None, style)
    elif isinstance(cell, str):
        page.write_string(line, column, cell, style)
    else:
        page.write_number(line, column, cell, style)
