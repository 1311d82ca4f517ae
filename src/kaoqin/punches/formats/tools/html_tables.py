"""Web pages that call themselves .xls: many old systems export an HTML table. Read as sheets of text."""

from collections.abc import Iterator
from html.parser import HTMLParser

from kaoqin.punches.formats.tools.cells import Cell, refuse_too_many
from kaoqin.punches.formats.tools.sheet import NumberedRow, Sheet

MAX_CELLS = 5_000_000
MAX_SPAN = 200
_CELL_TAGS = ("td", "th")


def is_html(text: str) -> bool:
    """Whether a text is a page with a table, not a text that happens to hold a `<`."""
    head = text[:4096].lstrip("\ufeff \t\n").lower()
    return head.startswith(("<html", "<!doctype html", "<table", "<head", "<meta", "<?xml")) and "<t" in text.lower()


def html_sheets(text: str) -> list[Sheet]:
    """One sheet for all tables of the page, one below the other, so that titles stay above their data."""
    reader = _Tables()
    reader.feed(text)
    reader.close()
    rows = reader.rows

    def load() -> Iterator[NumberedRow]:
        return enumerate(rows, 1)

    return [Sheet("", load)]


class _Tables(HTMLParser):
    """Collects rows of cells; a cell over several columns leaves the others empty."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.rows: list[list[Cell]] = []
        self._cell: list[str] | None = None
        self._span = 1
        self._cells = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "tr":
            self._end_cell()
            self.rows.append([])
        elif tag in _CELL_TAGS:
            self._end_cell()
            span = dict(attrs).get("colspan") or "1"
            self._cell, self._span = [], min(int(span), MAX_SPAN) if span.isascii() and span.isdigit() else 1
        elif tag == "br" and self._cell is not None:
            self._cell.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in (*_CELL_TAGS, "tr", "table"):
            self._end_cell()

    def handle_data(self, data: str) -> None:
        if self._cell is not None:
            self._cell.append(data)

    def _end_cell(self) -> None:
        if self._cell is None:
            return
        if not self.rows:
            self.rows.append([])
        self.rows[-1].extend(["".join(self._cell).strip(), *[""] * (self._span - 1)])
        self._cells += self._span
        refuse_too_many(self._cells, 1, MAX_CELLS)
        self._cell = None
