"""Formats whose rows are punches under a header: each is a name, and a way to know its columns by the header."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from django.utils.translation import gettext

from kaoqin.core.words import Text
from kaoqin.punches.formats.options import Options
from kaoqin.punches.formats.reading import Pile, Reading, Recognition
from kaoqin.punches.formats.tools.asking import NUMERIC_KEYS, other_sheets, settle_order
from kaoqin.punches.formats.tools.cells import Cell, cell_text
from kaoqin.punches.formats.tools.columns import Columns, header_texts, stacked
from kaoqin.punches.formats.tools.day_times import ways_of
from kaoqin.punches.formats.tools.delimited import split_line
from kaoqin.punches.formats.tools.rows import RowReader
from kaoqin.punches.formats.tools.sheet import Sheet
from kaoqin.punches.formats.tools.source import Source
from kaoqin.punches.formats.words import Caution, FormatRefusal, Line, Skip

HEADER_WITHIN_ROWS = 25


@dataclass(frozen=True)
class Head:
    """Where a header stands: its words, its first row (as a person counts) and how many rows it takes."""

    names: tuple[str, ...]
    first_row: int
    height: int


@dataclass(frozen=True)
class TableFormat:
    """A table under a header. `columns_of` says what the columns are, or None for somebody else's header."""

    code: str
    title: Text
    columns_of: Callable[[Sequence[str]], Columns | None]
    confidence: float
    two_rows: bool = False

    def recognise(self, source: Source) -> Iterator[Recognition]:
        for sheet in source.sheets:
            head = self.find_head(sheet)
            if head:
                reason = gettext("第 {first_row} 行是{title}的表头").format(first_row=head.first_row, title=self.title)
                yield Recognition(self.code, self.title, self.confidence, reason, source.encoding, sheet.name)

    def read(self, source: Source, options: Options) -> Reading:
        sheets = [source.sheet(options.sheet)] if options.sheet else source.sheets
        found = [(sheet, head) for sheet in sheets for head in (self.find_head(sheet),) if head]
        columns = self.columns_of(found[0][1].names) if found else None
        if columns is None:
            raise FormatRefusal(
                "formats.no_header", gettext("没有找到{title}的表头，请检查文件或换一种格式。").format(title=self.title)
            )
        cautions = other_sheets([sheet.name for sheet, _ in found[1:]])
        return read_table(self.code, source, Table(*found[0], columns, cautions), options)

    def read_line(self, text: str, options: Options) -> list[Line]:
        columns = self.columns_of(options.header)
        if columns is None:
            raise FormatRefusal("formats.no_header", gettext("缺少原文件的表头，无法单独读取这一行。"))
        return read_row_text(text, columns, options)

    def find_head(self, sheet: Sheet) -> Head | None:
        """The first row near the top (or pair of rows) that is a header of this format."""
        rows = sheet.head[:HEADER_WITHIN_ROWS]
        for at, (number, row) in enumerate(rows):
            below = rows[at + 1][1] if at + 1 < len(rows) else ()
            if self.two_rows and self.columns_of(stacked(row, below)):
                return Head(stacked(row, below), number, 2)
            if self.columns_of(header_texts(row)):
                return Head(header_texts(row), number, 1)
        return None


@dataclass(frozen=True)
class Table:
    """One sheet to be read: where its header is, what its columns are, what there is to say of it beforehand."""

    sheet: Sheet
    head: Head | None
    columns: Columns
    cautions: tuple[Caution, ...] = ()


def read_table(code: str, source: Source, table: Table, options: Options) -> Reading:
    """Every row of a sheet; rows above the header are titles."""
    sheet, head, columns = table.sheet, table.head, table.columns
    pile = Pile()
    pile.caution(*source.cautions, *table.cautions)
    order, question = settle_order(_date_texts(sheet, columns), options)
    pile.ask(*filter(None, [question]))
    names = head.names if head else ()
    options = replace(options, sheet=sheet.name, date_order=order, header=names)
    _read_rows(sheet, head, columns, options, pile)
    place = {"sheet": sheet.name, "encoding": source.encoding}
    return pile.close(code, options, **place, columns=names, header_row=head.first_row if head else 0)


def read_row_text(text: str, columns: Columns, options: Options) -> list[Line]:
    """One repaired row, cells divided by TAB."""
    reader = RowReader(columns, ways_of(options, columns.date_format, columns.time_format))
    read = reader.read(1, split_line(text, "\t"))
    return [] if isinstance(read, Skip) else read


def _read_rows(sheet: Sheet, head: Head | None, columns: Columns, options: Options, pile: Pile) -> None:
    reader = RowReader(columns, ways_of(options, columns.date_format, columns.time_format))
    for number, row in sheet.rows():
        above = _above(number, row, head)
        read = above or reader.read(number, row)
        if isinstance(read, Skip):
            pile.skip(read, number)
            continue
        pile.lines.extend(read)
        if any(index < len(row) and isinstance(row[index], int | float) for index, _ in columns.keys[:1]):
            pile.caution(NUMERIC_KEYS)


def _above(number: int, row: Sequence[Cell], head: Head | None) -> Skip | None:
    """Titles before the header, the header itself, and a header repeated on the next page."""
    if head is None:
        return None
    if number < head.first_row:
        return Skip.TITLE
    repeated = head.height == 1 and header_texts(row[:1]) == head.names[:1] and header_texts(row) == head.names
    return Skip.HEADER if repeated or number < head.first_row + head.height else None


def _date_texts(sheet: Sheet, columns: Columns) -> Iterable[str]:
    """The texts that decide day and month: all cells of the date and time columns that are text."""
    watched = (*columns.times, *(() if columns.date is None else (columns.date,)))
    for _, row in sheet.rows():
        for index in watched:
            if index < len(row) and isinstance(row[index], str):
                yield cell_text(row[index])
