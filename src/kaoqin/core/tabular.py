"""Tables people bring: CSV in any encoding a Chinese office uses, XLSX, XLS; every cell as people see it."""

import csv
import datetime as dt
import io
from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext

from kaoqin.core.words import Refusal
from kaoqin.core.workbooks import is_book, open_book, sheet_at

MAX_ROWS = 200_000
MAX_COLUMNS = 400


def read_table(data: bytes) -> list[list[str]]:
    """The rows of the first sheet, of one width, without the empty rows at the end.

    Refuses what is no table, too large, or empty.
    """
    rows = _excel(data) if is_book(data) else _text(data)
    kept = [[_clean(cell) for cell in row] for row in rows]
    while kept and not any(kept[-1]):
        kept.pop()
    if not kept:
        raise Refusal("core.table_empty", gettext("文件里没有内容。"))
    width = max(len(row) for row in kept)
    if len(kept) > MAX_ROWS or width > MAX_COLUMNS:
        raise Refusal(
            "core.table_too_large",
            gettext("表格过大:最多 {rows} 行、{columns} 列。请拆分后再导入。").format(
                rows=MAX_ROWS, columns=MAX_COLUMNS
            ),
        )
    return [row + [""] * (width - len(row)) for row in kept]


def _excel(data: bytes) -> list[list[str]]:
    book = open_book(data)
    if not book.sheet_names:
        return []
    return [[say_cell(cell) for cell in row] for row in sheet_at(book, 0).to_python()]


def say_cell(cell: Any) -> str:
    """An Excel value as text: 7.0 → `7`, dates ISO, times `HH:MM`, days and hours past 24 as `HH:MM` too."""
    if isinstance(cell, bool):
        return "1" if cell else "0"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, dt.datetime):
        return f"{cell:%Y-%m-%d}" if cell.time() == dt.time() else f"{cell:%Y-%m-%d %H:%M:%S}"
    if isinstance(cell, dt.date):
        return cell.isoformat()
    if isinstance(cell, dt.time):
        return f"{cell:%H:%M:%S}" if cell.second else f"{cell:%H:%M}"
    if isinstance(cell, dt.timedelta):
        minutes = int(cell.total_seconds() // 60)
        return f"{minutes // 60:02d}:{minutes % 60:02d}"
    return str(cell)


def decode(data: bytes) -> str:
    """Text of an office file: by its byte-order mark, else UTF-8, else GB18030. Refuses what is neither."""
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if data.startswith(mark):
            return data.decode(encoding, errors="replace")
    for encoding in ("utf-8", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Refusal("core.not_text", gettext("无法识别文件编码。请另存为 UTF-8 的 CSV 或 .xlsx 后重试。"))


def _text(data: bytes) -> Iterable[list[str]]:
    text = decode(data)
    if "\x00" in text:
        raise Refusal("core.not_text", gettext("这不是表格文件。可导入 .xlsx、.xls 和 .csv。"))
    head = text[:4096].splitlines()[0] if text.strip() else ""
    delimiter = max((",", "\t", ";", ","), key=head.count)
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error as broken:
        raise Refusal(
            "core.csv_unreadable",
            gettext("无法按 CSV 读取这个文件({broken})。请另存为 .xlsx 后重试。").format(broken=broken),
        ) from broken


def _clean(cell: str) -> str:
    return cell.replace("\u3000", " ").replace("\xa0", " ").strip()
