"""员工刷卡记录表 of old machines and their software (.xls): a block of rows a person.

A row `工号：12 姓名：张三 部门：…`, a row of day numbers (in every block, or once for all near the top), then one
or more rows of punches, several in a cell (`08:0112:0313:0118:05`, or with line breaks). A title such as
`考勤日期：2024/12/01 ~ 12/31` gives the year.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, time, timedelta

from django.utils.translation import gettext, gettext_lazy

from kaoqin.punches.formats.options import Options
from kaoqin.punches.formats.reading import Pile, Reading, Recognition
from kaoqin.punches.formats.tools.asking import NUMERIC_KEYS, other_sheets
from kaoqin.punches.formats.tools.cell_times import times_in
from kaoqin.punches.formats.tools.cells import Cell, cell_text, column_letters, is_blank
from kaoqin.punches.formats.tools.day_times import Ways, ways_of
from kaoqin.punches.formats.tools.period import DayHeader, Period, dates_of, day_header, find_period
from kaoqin.punches.formats.tools.person_days import LINE_HEADER, PersonDay, holds_times, read_day_line, take_day
from kaoqin.punches.formats.tools.person_rows import PersonRow, person_row
from kaoqin.punches.formats.tools.rows import Person, is_footer
from kaoqin.punches.formats.tools.sheet import Sheet
from kaoqin.punches.formats.tools.source import Source
from kaoqin.punches.formats.words import Caution, FormatRefusal, Line, Skip, SourceType

_HEAD_ROWS = 60


@dataclass
class Block:
    """The rows of one person; `cells` are those not yet taken, `punched` whether there were any."""

    line_no: int
    person: Person | None
    cells: dict[int, list[tuple[int, str, Cell]]] = field(default_factory=dict)
    punched: bool = False


class CardSheet:
    code = "card_sheet"
    title = gettext_lazy("刷卡记录表(每人一块)")

    def recognise(self, source: Source) -> Iterator[Recognition]:
        for sheet in source.sheets:
            infos = _infos(sheet)
            if infos:
                reason = gettext("前 {rows} 行有 {count} 个“工号/姓名”行，下面是每天的打卡").format(
                    rows=_HEAD_ROWS, count=len(infos)
                )
                yield Recognition(self.code, self.title, 0.92, reason, source.encoding, sheet.name)

    def read(self, source: Source, options: Options) -> Reading:
        sheets = [source.sheet(options.sheet)] if options.sheet else source.sheets
        own = [sheet for sheet in sheets if _infos(sheet)]
        if not own:
            raise FormatRefusal("formats.no_header", gettext("没有找到“工号：… 姓名：…”这样的行，请换一种格式。"))
        sheet, others = own[0], own[1:]
        period = options.period or find_period([*_titles(sheet), sheet.name]) or find_period([source.stem])
        pile = Pile()
        pile.caution(*source.cautions, *other_sheets([other.name for other in others]))
        _Blocks(pile, ways_of(options), period).read(sheet)
        options = replace(options, sheet=sheet.name, period=period, header=LINE_HEADER)
        return pile.close(self.code, options, encoding=source.encoding, sheet=sheet.name)

    def read_line(self, text: str, options: Options) -> list[Line]:
        return read_day_line(text, options)


class _Blocks:
    """Goes down a sheet, block by block."""

    def __init__(self, pile: Pile, ways: Ways, period: Period | None) -> None:
        self._pile, self._ways, self._period = pile, ways, period
        self._block: Block | None = None
        self._days: dict[int, tuple[str, date | None]] = {}

    def read(self, sheet: Sheet) -> None:
        for number, row in sheet.rows():
            info, days = person_row(row), _day_row(row)
            if info:
                self._begin(number, row, info)
            elif days:
                self._set_days(number, days)
            elif is_footer(row):
                self._pile.skip(Skip.FOOTER, number)
            elif self._block or _has_clock(row):
                self._take(number, row)
            else:
                self._pile.skip(Skip.TITLE, number)
        self._end()

    def _begin(self, number: int, row: Sequence[Cell], info: PersonRow) -> None:
        self._end()
        self._block = Block(number, info.person)
        if info.person and info.person.was_number:
            self._pile.caution(NUMERIC_KEYS)

    def _end(self) -> None:
        """A block is through."""
        self._flush()
        if self._block and self._block.line_no:
            reason = Skip.HEADER if self._block.punched else Skip.NO_PUNCH_AT_ALL
            self._pile.skip(reason, self._block.line_no)

    def _flush(self) -> None:
        """The cells gathered so far, day by day, under the day numbers above them."""
        block = self._block
        if block is None:
            return
        days = self._days or self._days_by_place()
        for index, cells in sorted(block.cells.items()):
            header, day = days.get(index, ("", None))
            take_day(self._pile, PersonDay(block.person, day, header, cells), self._ways, SourceType.DEVICE)
        block.cells = {}

    def _days_by_place(self) -> dict[int, tuple[str, date | None]]:
        """Without a row of day numbers the first column is the first day of the period: said aloud, not silently."""
        if self._period is None:
            return {}
        begins, ends = self._period
        said = gettext("表里没有日期行，已把第 1 列当作 {begins}，逐列往后推一天，请核对。").format(begins=begins)
        self._pile.caution(Caution("formats.days_by_place", said))
        return {place: ("", begins + timedelta(days=place)) for place in range((ends - begins).days + 1)}

    def _set_days(self, number: int, days: dict[int, tuple[str, DayHeader]]) -> None:
        """A row of day numbers; the row of weekdays below it says nothing new."""
        self._pile.skip(Skip.HEADER, number)
        if not any(day.day or day.whole for _, day in days.values()):
            return
        self._flush()
        dates = dates_of([day for _, day in days.values()], self._period)
        self._days = {at: (text, day) for (at, (text, _)), day in zip(days.items(), dates, strict=True)}

    def _take(self, number: int, row: Sequence[Cell]) -> None:
        """A row of punches; of nobody, when no person's row came before."""
        block = self._block = self._block or Block(0, None)
        for index, cell in enumerate(row):
            if is_blank(cell):
                continue
            if holds_times(cell):
                place = (number, f"{column_letters(index)}{number}", cell)
                block.cells.setdefault(index, []).append(place)
                block.punched = True
            else:
                self._pile.skip(Skip.NO_PUNCH, number)


def _infos(sheet: Sheet) -> list[PersonRow]:
    """The person rows near the top, when the sheet is one of ours: surely labelled, or more than one, over punches."""
    infos = [info for _, row in sheet.head for info in (person_row(row),) if info]
    has_punches = any(_day_row(row) or _has_clock(row) for _, row in sheet.head)
    return infos if has_punches and (len(infos) > 1 or any(info.sure for info in infos)) else []


def _has_clock(row: Sequence[Cell]) -> bool:
    return any(isinstance(cell, time) or (isinstance(cell, str) and bool(times_in(cell).times)) for cell in row)


def _titles(sheet: Sheet) -> list[str]:
    titles: list[str] = []
    for _, row in sheet.head:
        if person_row(row):
            break
        titles.extend(cell_text(cell) for cell in row if not is_blank(cell))
    return [*titles, " ".join(titles)]


def _day_row(row: Sequence[Cell]) -> dict[int, tuple[str, DayHeader]]:
    """The days of a row that holds nothing but days; empty for any other row."""
    filled = [(index, cell) for index, cell in enumerate(row) if not is_blank(cell)]
    days = {index: (cell_text(cell), day) for index, cell in filled for day in (day_header(cell),) if day}
    return days if len(days) == len(filled) else {}
