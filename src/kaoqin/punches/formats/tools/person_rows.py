"""Rows that introduce a person: `工号：12 姓名：张三 部门：装配`, labels and values in one cell or in several."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from kaoqin.punches.formats.tools.cells import Cell, cell_text, is_blank, key_text
from kaoqin.punches.formats.tools.headers import role_of
from kaoqin.punches.formats.tools.rows import LONGEST_KEY, Person
from kaoqin.punches.formats.words import KeyKind

_LABELS = {
    "工号": KeyKind.EMPLOYEE_NO,
    "员工编号": KeyKind.EMPLOYEE_NO,
    "考勤号码": KeyKind.PIN,
    "考勤号": KeyKind.PIN,
    "考勤编号": KeyKind.PIN,
    "登记号码": KeyKind.PIN,
    "登记号": KeyKind.PIN,
    "人员编号": KeyKind.PIN,
    "用户编号": KeyKind.PIN,
    "编号": KeyKind.PIN,
    "ID": KeyKind.PIN,
    "姓名": KeyKind.NAME,
    "部门": None,
}
_SPACED = "|".join(r"\s*".join(label) for label in sorted(_LABELS, key=len, reverse=True))
_LABEL = re.compile(rf"(?:^|(?<=\s))({_SPACED})\s*([:：]|$)", re.IGNORECASE)
_HEADER_WORDS = frozenset({"考勤组", "职位", "职务", "序号", "班次"})


@dataclass(frozen=True)
class PersonRow:
    """A row that introduces a person. `sure`: its labels end with a colon, no header looks like that."""

    person: Person | None
    sure: bool


def person_row(row: Sequence[Cell]) -> PersonRow | None:
    """The person of a row `工号：12 姓名：张三`; None for any other row."""
    cells = [cell for cell in row if not is_blank(cell)]
    told: dict[str, Cell] = {}
    sure = False
    for at, cell in enumerate(cells):
        for label, colon, rest in _labelled(cell):
            behind = cells[at + 1] if at + 1 < len(cells) else ""
            told[label] = rest or ("" if _labelled(behind) else behind)
            sure = sure or bool(colon)
    if len(told) < 2 or not any(told.get(label) for label, kind in _LABELS.items() if kind):
        return None
    return PersonRow(_person(told), sure) if sure or not _looks_like_header(told) else None


def _labelled(cell: Cell) -> list[tuple[str, str, str]]:
    """Every (label, colon, value behind it) of a cell; the value is empty when it stands in the next cell."""
    if not isinstance(cell, str):
        return []
    text = cell.strip()
    found = list(_LABEL.finditer(text))
    if not found or found[0].start() > 0:
        return []
    ends = [*(match.start() for match in found[1:]), len(text)]
    pairs = zip(found, ends, strict=True)
    return [("".join(match[1].split()), match[2], text[match.end() : end].strip()) for match, end in pairs]


def _looks_like_header(told: dict[str, Cell]) -> bool:
    """Labels whose values are themselves words of a header: 姓名 考勤组 工号 职位."""
    texts = [value.strip() for value in told.values() if isinstance(value, str)]
    return any(role_of(text) or text in _HEADER_WORDS for text in texts)


def _person(told: dict[str, Cell]) -> Person | None:
    name = cell_text(told.get("姓名", ""))
    for label, kind in _LABELS.items():
        key = key_text(told[label]) if kind and kind is not KeyKind.NAME and label in told else None
        if key and kind and len(key) <= LONGEST_KEY:
            return Person(key, kind, name, was_number=not isinstance(told[label], str))
    return Person(name, KeyKind.NAME, name) if name else None
