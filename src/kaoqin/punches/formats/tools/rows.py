"""A table's row as punches: the person, each time, and what else the row tells. Nothing is dropped silently."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext

from kaoqin.punches.formats.tools.cell_times import says_no_punch
from kaoqin.punches.formats.tools.cells import Cell, cell_text, column_letters, flat_text, is_blank, key_text
from kaoqin.punches.formats.tools.columns import Columns, TimeGroup
from kaoqin.punches.formats.tools.day_times import Found, Ways, Wrong, day_of, in_order, moments_in
from kaoqin.punches.formats.tools.marks import is_void, says_missing, source_type_of
from kaoqin.punches.formats.words import BadLine, Fault, KeyKind, Line, PunchLine, Skip, SourceType

LONGEST_KEY = 60
_FOOTER = re.compile(
    r"合\s*计|总\s*计|小\s*计|共计|制表|审核|审批人|备\s*注|说\s*明|注\s*[:：]"
    r"|打印|第\s*\d+\s*页|签\s*[字名]|total",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Person:
    """Who a row is about; `key` as written in the file."""

    key: str
    kind: KeyKind
    name: str = ""
    was_number: bool = False


@dataclass(frozen=True)
class RowReader:
    """Reads rows of one table."""

    columns: Columns
    ways: Ways

    def read(self, line_no: int, row: Sequence[Cell]) -> list[Line] | Skip:
        """The lines of one row that is not blank, or why it is no punch."""
        result = self._text(row, self.columns.result)
        if is_void(result):
            return Skip.VOIDED
        person = self.person(row)
        without_time = self._has_no_time(row)
        if is_footer(row) and (without_time or person is None):
            return Skip.FOOTER
        if not isinstance(person, Person):
            return [self._bad(line_no, row, self._no_person(person))]
        return Skip.NO_PUNCH if without_time or says_missing(result) else self._punches(line_no, row, person)

    def person(self, row: Sequence[Cell]) -> Person | Wrong | None:
        """The first of the key columns that is filled, else the name; `Wrong` for a number Excel has damaged."""
        name = self._text(row, self.columns.name)
        for index, kind in self.columns.keys:
            cell = row[index] if index < len(row) else ""
            if key_text(cell) != "" and not _is_dash(cell):
                return _person(cell, kind, name)
        return Person(name, KeyKind.NAME, name) if name and len(name) <= LONGEST_KEY else None

    def reason_without_times(self, person: Person | Wrong | None, row: Sequence[Cell]) -> Skip:
        """Why a row of a person-by-day table without any time is no punch."""
        if person is not None:
            return Skip.NO_PUNCH_AT_ALL
        return Skip.FOOTER if is_footer(row) else Skip.TITLE

    def _punches(self, line_no: int, row: Sequence[Cell], person: Person) -> list[Line]:
        raw = row_text(row)
        told = list(self._times(row))
        wrong = [item for item, _, _ in told if isinstance(item, Wrong)]
        lines: list[Line] = []
        for item, group, index in told:
            if isinstance(item, Found):
                lines.append(self._punch(line_no, row, raw, person, item, group, index))
        if wrong:
            where = self._where(next(index for item, _, index in told if item is wrong[0]), line_no)
            sentence = "；".join(dict.fromkeys(item.sentence for item in wrong))
            lines.append(BadLine(line_no, raw, wrong[0].code, sentence[:280], where))
        return _without_repeats(lines) if len(self.columns.groups) > 1 else lines

    def _times(self, row: Sequence[Cell]) -> Iterator[tuple[Found | Wrong, TimeGroup, int]]:
        day = self._day(row)
        for group in self.columns.groups:
            told = [(item, index) for index in group.columns for item in self._cell_times(row, index, day)]
            places = [index for _, index in told]
            ordered = in_order((item for item, _ in told), self.ways)
            yield from ((item, group, index) for item, index in zip(ordered, places, strict=True))

    def _cell_times(self, row: Sequence[Cell], index: int, day: date | Wrong | None) -> list[Found | Wrong]:
        cell = row[index] if index < len(row) else ""
        if is_blank(cell) or (isinstance(cell, str) and says_no_punch(cell)):
            return []
        told = moments_in(cell, day if isinstance(day, date) else None, self.ways)
        return [day] if isinstance(day, Wrong) and any(isinstance(item, Wrong) for item in told) else told

    def _day(self, row: Sequence[Cell]) -> date | Wrong | None:
        index = self.columns.date
        return day_of(row[index], self.ways) if index is not None and index < len(row) else None

    def _punch(
        self, line_no: int, row: Sequence[Cell], raw: str, person: Person, found: Found, group: TimeGroup, index: int
    ) -> PunchLine:
        columns = self.columns
        remark = "；".join(filter(None, (*(self._text(row, column) for column in columns.remarks), *found.marks)))
        result_at = group.result_of(index)
        result = self._text(row, columns.result if result_at is None else result_at)
        source = self._text(row, columns.source)
        source_type = source_type_of(source, result, remark)
        return PunchLine(
            line_no=line_no,
            person_key=person.key,
            local_time=found.moment,
            raw=raw,
            key_kind=person.kind,
            person_name=person.name,
            device=self._text(row, columns.device),
            status=self._text(row, columns.status),
            verify=self._text(row, columns.verify),
            workcode=self._text(row, columns.workcode),
            place=self._text(row, columns.place),
            remark="；".join(filter(None, (result if result not in ("正常", "--") else "", remark))),
            source_type=source_type if source_type is not SourceType.UNKNOWN else group.source_type,
            cell=self._where(index, line_no),
        )

    def _has_no_time(self, row: Sequence[Cell]) -> bool:
        cells = [row[index] for index in self.columns.times if index < len(row)]
        return all(is_blank(cell) or (isinstance(cell, str) and says_no_punch(cell)) for cell in cells)

    def _no_person(self, person: Person | Wrong | None) -> Wrong:
        if isinstance(person, Wrong):
            return person
        return Wrong("", Fault.PERSON, gettext("这一行没有工号(考勤号)或姓名，无法知道是谁打的卡"))

    def _bad(self, line_no: int, row: Sequence[Cell], wrong: Wrong) -> BadLine:
        return BadLine(line_no, row_text(row), wrong.code, wrong.sentence)

    def _where(self, index: int, line_no: int) -> str:
        return f"{column_letters(index)}{line_no}" if len(self.columns.times) > 1 else ""

    def _text(self, row: Sequence[Cell], index: int | None) -> str:
        return "" if index is None or index >= len(row) else flat_text(row[index])


def is_footer(row: Sequence[Cell]) -> bool:
    """Whether a row begins like the foot of a printed table: 合计, 制表人, 备注."""
    first = next((cell_text(cell) for cell in row if not is_blank(cell)), "")
    return _FOOTER.match(first) is not None


def row_text(row: Sequence[Cell]) -> str:
    """A row on one line, cells divided by TAB, as it can be read again."""
    return "\t".join(map(flat_text, row)).rstrip("\t")


def _person(cell: Cell, kind: KeyKind, name: str) -> Person | Wrong:
    key = key_text(cell)
    if key is None or len(key) > LONGEST_KEY:
        told = cell_text(cell)
        sentence = gettext("工号“{found}”不可用：Excel 数字只保留 15 位，请把工号列设为文本后重新导出").format(
            found=told[:40]
        )
        return Wrong(told, Fault.NUMBER if key is None else Fault.PERSON, sentence)
    return Person(key, kind, name, was_number=not isinstance(cell, str))


def _is_dash(cell: Cell) -> bool:
    return isinstance(cell, str) and cell.strip() in ("-", "--", "/", "无", "None", "null")


def _without_repeats(lines: list[Line]) -> list[Line]:
    """The same time told in several columns (最早, 上班1, 打卡记录) is one punch; the first telling is kept."""
    kept: dict[object, Line] = {}
    for line in lines:
        kept.setdefault(line.local_time if isinstance(line, PunchLine) else line, line)
    return list(kept.values())
