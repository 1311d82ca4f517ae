"""Web pages and XML tables that call themselves .xls, as many old systems export them. Read as sheets of text.

Only rows and cells matter, so a plain scan for their tags does; it takes linear time on any text, which the standard
library's parser does not.
"""

import re
from collections.abc import Iterator
from html import unescape

from kaoqin.core.zip_guard import refuse_too_many
from kaoqin.punches.formats.tools.cells import Cell
from kaoqin.punches.formats.tools.sheet import NumberedRow, Sheet

MAX_CELLS = 5_000_000
_TAG = re.compile(r"<(/?)(table|tr|td|th|row|cell|br)\b([^<>]*)>", re.IGNORECASE)
_OTHER_TAG = re.compile(r"<[^<>]*>")
_ATTRIBUTE = re.compile(r"(?<![\w:-])([\w:-]{1,40})\s*=\s*[\"']?([^\"'\s]*)")
_ROW_TAGS = ("tr", "row")  # of a page, of "XML Spreadsheet 2003"
_CELL_TAGS = ("td", "th", "cell")


def is_html(text: str) -> bool:
    """Whether a text is a page with a table, not a text that happens to hold a `<`."""
    head = text[:4096].lstrip("\ufeff \t\n").lower()
    return head.startswith(("<html", "<!doctype html", "<table", "<head", "<meta", "<?xml")) and "<t" in text.lower()


def html_sheets(text: str) -> list[Sheet]:
    """One sheet for all tables of the page, one below the other, so that titles stay above their data."""
    page, tables, at = _without_comments(text), _Tables(), 0
    for tag in _TAG.finditer(page):
        tables.take_text(page[at : tag.start()])
        tables.take_tag(
            tag[2].lower(), {name.lower(): value for name, value in _ATTRIBUTE.findall(tag[3])}, bool(tag[1])
        )
        at = tag.end()
    tables.take_text(page[at:])
    tables.end_cell()
    rows = tables.rows

    def load() -> Iterator[NumberedRow]:
        return enumerate(rows, 1)

    return [Sheet("", load)]


def _without_comments(text: str) -> str:
    kept, at = [], 0
    while (begin := text.find("<!--", at)) >= 0 and (end := text.find("-->", begin)) >= 0:
        kept.append(text[at:begin])
        at = end + 3
    return "".join([*kept, text[at:]])


class _Tables:
    """Collects rows of cells. Where a cell spans more columns or rows, and before an `ss:Index`, there are blanks."""

    def __init__(self) -> None:
        self.rows: list[list[Cell]] = []
        self._text: list[str] | None = None
        self._columns, self._lines = 1, 1
        self._reaching: dict[int, int] = {}
        self._cells = 0

    def take_tag(self, tag: str, told: dict[str, str], closing: bool) -> None:
        if tag == "br":
            self.take_text("\n")
            return
        self.end_cell()
        if closing:
            return
        if tag in _ROW_TAGS:
            self._begin_row(_number(told.get("ss:index"), 0))
        elif tag in _CELL_TAGS:
            self._begin_cell(_number(told.get("ss:index"), 0))
            self._columns, self._lines = _number(told.get("colspan"), 1), _number(told.get("rowspan"), 1)

    def take_text(self, text: str) -> None:
        if self._text is not None:
            self._text.append(unescape(_OTHER_TAG.sub("", text)))

    def _begin_row(self, number: int) -> None:
        missing = max(1, number - len(self.rows))
        self._allot(missing)
        self.rows.extend([] for _ in range(missing))
        self._reaching = {column: lines - 1 for column, lines in self._reaching.items() if lines > 1}

    def _begin_cell(self, number: int) -> None:
        """Go to the cell's column: past those a cell above still reaches into, or to its index."""
        if not self.rows:
            self.rows.append([])
        row = self.rows[-1]
        while len(row) in self._reaching:
            row.append("")
        self._allot(missing := max(0, number - 1 - len(row)))
        row.extend([""] * missing)
        self._text = []

    def end_cell(self) -> None:
        if self._text is None:
            return
        self._allot(self._columns)
        row = self.rows[-1]
        if self._lines > 1:
            self._reaching |= dict.fromkeys(range(len(row), len(row) + self._columns), self._lines)
        row.extend(["".join(self._text).replace("\x00", "␀").strip(), *[""] * (self._columns - 1)])
        self._text = None

    def _allot(self, cells: int) -> None:
        """Spans and indexes can be any number: what they add up to is bounded."""
        self._cells += cells
        refuse_too_many(self._cells, 1, MAX_CELLS)


def _number(text: str | None, otherwise: int) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 9 else otherwise
