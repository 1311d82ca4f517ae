"""Tables with a cell for each person and day: what a cell becomes, and how one is written to be read again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext

from kaoqin.punches.formats.options import Options
from kaoqin.punches.formats.reading import Pile
from kaoqin.punches.formats.tools.cell_times import says_no_punch
from kaoqin.punches.formats.tools.cells import Cell, cell_text
from kaoqin.punches.formats.tools.columns import TimeGroup, columns_from
from kaoqin.punches.formats.tools.day_times import Found, Ways, Wrong, in_order, moments_in
from kaoqin.punches.formats.tools.marks import source_type_of
from kaoqin.punches.formats.tools.rows import Person
from kaoqin.punches.formats.tools.table_format import read_row_text
from kaoqin.punches.formats.words import BadLine, Fault, KeyKind, Line, PunchLine, SourceType, shorten

LINE_HEADER = ("工号", "考勤号码", "UserId", "姓名", "日期", "打卡时间")
"""A cell on a line of its own, columns divided by TAB; so `read_line` needs nothing of the file."""

_KINDS = (KeyKind.EMPLOYEE_NO, KeyKind.PIN, KeyKind.USER_ID)


@dataclass(frozen=True)
class PersonDay:
    """All cells of one person's day as (row number, cell name, cell); `header` is the day as the file says it."""

    person: Person | Wrong | None
    day: date | None
    header: str
    cells: Sequence[tuple[int, str, Cell]]


def take_day(pile: Pile, told: PersonDay, ways: Ways, usual: SourceType = SourceType.UNKNOWN) -> None:
    """The punches of one day into the pile; times that cannot be read, each on its own line."""
    if not isinstance(told.person, Person) or told.day is None:
        pile.lines.extend(_homeless(told))
        return
    found = [(item, at) for at in told.cells for item in moments_in(at[2], told.day, ways)]
    places = [(line_no, name) for _, (line_no, name, _) in found]
    for item, (line_no, name) in zip(in_order((item for item, _ in found), ways), places, strict=True):
        if isinstance(item, Found):
            raw = _line_text(told.person, told.day.isoformat(), _found_text(item, told.day))
            pile.lines.append(_punch(line_no, name, told.person, item, raw, usual))
        else:
            raw = _line_text(told.person, told.day.isoformat(), item.text)
            pile.lines.append(BadLine(line_no, raw, item.code, item.sentence, name))


def holds_times(cell: Cell) -> bool:
    """Whether a cell is more than 休息, 年假, `--`."""
    return not isinstance(cell, str) or not says_no_punch(cell)


def read_day_line(text: str, options: Options) -> list[Line]:
    """One repaired cell, as `LINE_HEADER` says."""
    return read_row_text(text, columns_from(LINE_HEADER, [TimeGroup((5,))], 4), options)


def _homeless(told: PersonDay) -> list[BadLine]:
    """Cells that have a time but no person, or no date."""
    if isinstance(told.person, Wrong):
        code, sentence = told.person.code, told.person.sentence
    elif told.person is None:
        code, sentence = Fault.PERSON, gettext("这一行没有工号或姓名，无法知道是谁打的卡")
    else:
        code = Fault.DAY
        sentence = gettext("无法确定“{found}”这一列是哪一天，请选择统计期间，或写成 2026-03-02 的形式").format(
            found=shorten(told.header)
        )
    person = told.person if isinstance(told.person, Person) else None
    day = told.day.isoformat() if told.day else told.header
    return [
        BadLine(no, _line_text(person, day, cell_text(cell)), code, sentence, name) for no, name, cell in told.cells
    ]


def _punch(line_no: int, name: str, person: Person, found: Found, raw: str, usual: SourceType) -> PunchLine:
    remark = "；".join(found.marks)
    told = source_type_of("", "", remark)
    return PunchLine(
        line_no,
        person.key,
        found.moment,
        raw,
        key_kind=person.kind,
        person_name=person.name,
        remark=remark,
        source_type=usual if told is SourceType.UNKNOWN else told,
        cell=name,
    )


def _found_text(found: Found, day: date) -> str:
    """The clock with its marks, so that it reads to the same moment without its neighbours."""
    text = found.text
    if found.of_day and found.moment.date() > day:
        text = f"次日 {found.moment.time().isoformat()}"
    return text + "".join(f"({mark})" for mark in found.marks)


def _line_text(person: Person | None, day: str, times: str) -> str:
    keys = [person.key if person and person.kind is kind else "" for kind in _KINDS]
    cells = (*keys, person.name if person else "", day, times)
    return "\t".join(" ".join(cell.split()) for cell in cells)
