"""打卡时间表: a row a person, a column a day, all punches of the day in one cell.

钉钉 打卡时间 (title with 统计日期, header in row 3, day numbers or 六 日 in it or in the row below) and
企业微信 打卡时间记录 (`1 星期一` …). Cells hold `08:55 18:05`, line breaks, 外勤, 补卡, 次日 01:20. The year comes from
the title, the sheet's name, the file's name, or the person.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import islice

from django.utils.translation import gettext, gettext_lazy

from kaoqin.punches.formats.options import Options
from kaoqin.punches.formats.reading import Pile, Reading, Recognition
from kaoqin.punches.formats.tools.asking import NUMERIC_KEYS, other_sheets
from kaoqin.punches.formats.tools.cell_times import times_in
from kaoqin.punches.formats.tools.cells import Cell, cell_text, column_letters, is_blank
from kaoqin.punches.formats.tools.columns import Columns, columns_from, header_texts
from kaoqin.punches.formats.tools.day_times import Ways, ways_of
from kaoqin.punches.formats.tools.period import DayHeader, dates_of, day_header, find_period
from kaoqin.punches.formats.tools.person_days import LINE_HEADER, PersonDay, holds_times, read_day_line, take_day
from kaoqin.punches.formats.tools.rows import Person, RowReader
from kaoqin.punches.formats.tools.sheet import NumberedRow, Sheet
from kaoqin.punches.formats.tools.source import Source
from kaoqin.punches.formats.words import FormatRefusal, Line, Skip

_HEADER_WITHIN_ROWS = 12
_SAMPLE_CELLS = 200
LEAST_SHARE = 0.5
_OWN_WORDS = ("打卡时间", "打卡记录", "刷卡")
_OTHER_WORDS = ("月度汇总", "考勤结果", "排班")


@dataclass(frozen=True)
class Head:
    """The header: its row, how many rows it takes, the words of the first, the columns of days."""

    first_row: int
    height: int
    names: tuple[str, ...]
    days: tuple[tuple[int, str, DayHeader], ...]
    titles: tuple[str, ...]


class TimeMatrix:
    code = "time_matrix"
    title = gettext_lazy("打卡时间表(一人一行、一天一格)")

    def recognise(self, source: Source) -> Iterator[Recognition]:
        for sheet in source.sheets:
            head = _find_head(sheet)
            share = _share_of_times(sheet, head) if head else 0.0
            if head and share >= LEAST_SHARE:
                reason = gettext("第 {first_row} 行起有 {count} 列日期，格内是打卡时间").format(
                    first_row=head.first_row, count=len(head.days)
                )
                yield Recognition(self.code, self.title, 0.5 + 0.42 * share, reason, source.encoding, sheet.name)

    def read(self, source: Source, options: Options) -> Reading:
        (sheet, head), *others = _own_sheets(source, options)
        period = options.period or find_period((*head.titles, sheet.name)) or find_period([source.stem])
        dates = dates_of([day for _, _, day in head.days], period)
        pile = Pile()
        pile.caution(*source.cautions, *other_sheets([other.name for other, _ in others]))
        _read_people(pile, sheet, head, dates, ways_of(options))
        options = replace(options, sheet=sheet.name, period=period, header=LINE_HEADER)
        return pile.close(
            self.code,
            options,
            encoding=source.encoding,
            sheet=sheet.name,
            columns=head.names,
            header_row=head.first_row,
        )

    def read_line(self, text: str, options: Options) -> list[Line]:
        return read_day_line(text, options)


def _own_sheets(source: Source, options: Options) -> list[tuple[Sheet, Head]]:
    """The sheets with such a header; when none is named, only those whose cells are clocks."""
    sheets = [source.sheet(options.sheet)] if options.sheet else source.sheets
    found = [(sheet, head) for sheet in sheets for head in (_find_head(sheet),) if head]
    if not found:
        raise FormatRefusal("formats.no_header", gettext("没有找到“姓名、工号 + 每天一列”的表头，请换一种格式。"))
    return [pair for pair in found if _share_of_times(*pair) >= LEAST_SHARE] or found[:1]


def _find_head(sheet: Sheet) -> Head | None:
    rows = sheet.head[:_HEADER_WITHIN_ROWS]
    for at, (number, row) in enumerate(rows):
        columns = _person_columns(row)
        if not columns.has_person:
            continue
        below = rows[at + 1][1] if at + 1 < len(rows) else ()
        two = _goes_with(below, columns)
        days = tuple(_days(row, below if two else (), columns))
        titles = tuple(cell_text(cell) for _, title in rows[:at] for cell in title if not is_blank(cell))
        if len(days) >= (1 if any(word in "".join((sheet.name, *titles)) for word in _OWN_WORDS) else 2):
            return Head(number, 1 + two, header_texts(row), days, titles)
    return None


def _person_columns(row: Sequence[Cell]) -> Columns:
    return columns_from(header_texts(row), [], None)


def _person_places(columns: Columns) -> set[int]:
    return {index for index, _ in columns.keys} | ({columns.name} if columns.name is not None else set())


def _goes_with(below: Sequence[Cell], columns: Columns) -> bool:
    """Whether the next row still belongs to the header: nobody's name in it, but days."""
    nobody = all(is_blank(below[place]) for place in _person_places(columns) if place < len(below))
    return nobody and sum(day_header(cell) is not None for cell in below if not is_blank(cell)) >= 1


def _days(row: Sequence[Cell], below: Sequence[Cell], columns: Columns) -> Iterator[tuple[int, str, DayHeader]]:
    """The columns of days: a day in the header, in the row below, or a number above its weekday."""
    people = _person_places(columns)
    for index in range(max(len(row), len(below))):
        upper = row[index] if index < len(row) else ""
        lower = below[index] if index < len(below) else ""
        both = f"{cell_text(upper)} {cell_text(lower)}".strip()
        day = day_header(both) or day_header(lower) or day_header(upper)
        if day is not None and index not in people:
            yield index, both, day


def _share_of_times(sheet: Sheet, head: Head) -> float:
    """How many of the filled cells really hold clocks: a month summary has the same header and other cells."""
    if any(word in "".join((sheet.name, *head.titles)) for word in _OTHER_WORDS):
        return 0.0
    rows = (row for number, row in sheet.head if number >= head.first_row + head.height)
    cells = (row[index] for row in rows for index, _, _ in head.days if index < len(row))
    filled = list(islice((cell for cell in cells if not is_blank(cell) and holds_times(cell)), _SAMPLE_CELLS))
    good = sum(1 for cell in filled if not isinstance(cell, str) or times_in(cell).times)
    return good / len(filled) if filled else 0.5


def _read_people(pile: Pile, sheet: Sheet, head: Head, dates: Sequence[date | None], ways: Ways) -> None:
    reader = RowReader(columns_from(head.names, [], None), ways)
    for number, row in sheet.rows():
        if number < head.first_row:
            pile.skip(Skip.TITLE, number)
        elif number < head.first_row + head.height:
            pile.skip(Skip.HEADER, number)
        else:
            _read_person(pile, (number, row), head, dates, reader)


def _read_person(pile: Pile, row: NumberedRow, head: Head, dates: Sequence[date | None], reader: RowReader) -> None:
    number, cells = row
    person = reader.person(cells)
    filled = [(index, text, day) for (index, text, _), day in zip(head.days, dates, strict=True)]
    filled = [told for told in filled if told[0] < len(cells) and not is_blank(cells[told[0]])]
    if not filled:
        pile.skip(reader.reason_without_times(person, cells), number)
    for index, text, day in filled:
        if holds_times(cells[index]):
            at = (number, f"{column_letters(index)}{number}", cells[index])
            take_day(pile, PersonDay(person, day, text, [at]), reader.ways)
        else:
            pile.skip(Skip.NO_PUNCH, number)
    if isinstance(person, Person) and person.was_number:
        pile.caution(NUMERIC_KEYS)
