"""Bringing a table in: columns are matched, every row checked, faults repaired on the page, then all or nothing.

A room describes what it can take as an `ImportKind` and registers it in its `apps.py`; the pages stand in `web`.
"""

import datetime as dt
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy

from kaoqin.core.sentences import in_every_language
from kaoqin.core.words import Refusal

Record = dict[str, str]
Advance = Callable[[int], None]
AT_ONCE = 5_000
REASON = gettext_lazy("原因(导入时忽略)")
"""The header of the column that says what is wrong with a row; no kind has a column of that name, so it is never taken."""


@dataclass(frozen=True)
class ImportColumn:
    """A column a kind knows: its key, what people call it, other headers it goes by, an example for the template."""

    key: str
    label: str | Promise
    required: bool = False
    also: tuple[str, ...] = ()
    example: str = ""
    hint: str | Promise = ""

    def names(self) -> list[str]:
        """Every header the column goes by: its label in each language, its key, the others."""
        return [*in_every_language(self.label), self.key, *self.also]


@dataclass(frozen=True)
class RowFault:
    """What is wrong with one cell of one row (`row` counts from 0 below the header)."""

    row: int
    column: str
    sentence: str


@dataclass(frozen=True)
class ImportKind:
    """Something that can be imported.

    `check(records, by, today)` gives the faults of all rows; `take(records, by, at, advance)` does it in one
    transaction, tells `advance` how many rows are done, and says what it did. `reshape` may turn the brought rows into
    a plain table first (a month sheet into days).
    """

    code: str
    title: str | Promise
    permission: str
    columns: Sequence[ImportColumn]
    check: Callable[[list[Record], Any, dt.date], list[RowFault]]
    take: Callable[[list[Record], Any, dt.datetime, Advance], str]
    back: str
    advice: str | Promise = ""
    reshape: Callable[[list[list[str]]], list[list[str]]] | None = None


_kinds: dict[str, ImportKind] = {}


def register(kind: ImportKind) -> None:
    _kinds[kind.code] = kind


def kind_of(code: str) -> ImportKind | None:
    return _kinds.get(code)


def _plain(header: str) -> str:
    return re.sub(r"[\s*_()()::/-]", "", header).lower()


def propose(kind: ImportKind, header: Sequence[str]) -> dict[str, int]:
    """Which column of the file is which of the kind: by label, then by the other names it goes by."""
    plain = [_plain(cell) for cell in header]
    found: dict[str, int] = {}
    for column in kind.columns:
        for name in column.names():
            place = next((i for i, cell in enumerate(plain) if cell == _plain(name) and i not in found.values()), None)
            if place is not None:
                found[column.key] = place
                break
    return found


def find_header(kind: ImportKind, rows: Sequence[Sequence[str]]) -> int:
    """The row that names most columns, among the first twenty: exports begin with titles."""
    scored = [(len(propose(kind, row)), -number) for number, row in enumerate(rows[:20])]
    return -max(scored)[1] if scored else 0


@dataclass
class Sheet:
    """A brought table with its mapping and the repairs made so far."""

    rows: list[list[str]]
    header: int
    mapping: dict[str, int]
    edits: dict[str, dict[str, str]] = field(default_factory=dict)
    dropped: list[int] = field(default_factory=list)

    def records(self) -> list[tuple[int, Record]]:
        """The rows below the header that are not empty and not dropped, as (row number in the file from 1, record)."""
        found = []
        for number, row in enumerate(self.rows[self.header + 1 :], start=self.header + 2):
            if any(row) and number not in self.dropped:
                record = {key: row[place] for key, place in self.mapping.items() if place < len(row)}
                found.append((number, {**record, **self.edits.get(str(number), {})}))
        return found

    def mended(self, number: int) -> list[str]:
        """A row as it was brought (its number in the file, from 1), with the repairs made so far."""
        cells = list(self.rows[number - 1])
        for key, text in self.edits.get(str(number), {}).items():
            if key in self.mapping:
                cells[self.mapping[key]] = text
        return cells


def missing_columns(kind: ImportKind, mapping: dict[str, int]) -> list[ImportColumn]:
    return [column for column in kind.columns if column.required and column.key not in mapping]


def check_all(kind: ImportKind, records: list[Record], by: Any, today: dt.date) -> list[RowFault]:
    """Empty required cells first, then what the room says of the rest."""
    empty = [
        RowFault(row, column.key, gettext("{label}不能为空").format(label=column.label))
        for row, record in enumerate(records)
        for column in kind.columns
        if column.required and not record.get(column.key)
    ]
    bad = {fault.row for fault in empty}
    return sorted(empty + [f for f in kind.check(records, by, today) if f.row not in bad], key=lambda f: f.row)


def portions(records: Sequence[Record], advance: Advance) -> Iterator[Sequence[Record]]:
    """The rows some thousands at a time; `advance` is told when a portion is done."""
    for begin in range(0, len(records), AT_ONCE):
        portion = records[begin : begin + AT_ONCE]
        yield portion
        advance(begin + len(portion))


def read_date(text: str) -> dt.date | None:
    """A date as offices write it: 2026-10-01, 2026/10/1, 2026.10.1, 2026年10月1日, 20261001."""
    found = re.fullmatch(
        r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?: 00:00(?::00)?)?|(\d{4})(\d{2})(\d{2})", text.strip()
    )
    if not found:
        return None
    year, month, day = (int(part) for part in found.groups() if part)
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


def read_number(record: Record, column: str) -> float:
    """The number in a column of a row. Refuses anything else, naming the column."""
    try:
        found = float(record.get(column, ""))
    except ValueError:
        found = float("nan")
    if not abs(found) < 1e9:
        raise Refusal("core.number", gettext("应为数字"), column)
    return found
