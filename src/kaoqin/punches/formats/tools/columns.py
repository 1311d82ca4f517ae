"""The columns of one table: where the person stands, where the times are, what else a row tells."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from kaoqin.punches.formats.tools.cells import Cell, flat_text
from kaoqin.punches.formats.tools.headers import Role, key_columns, roles_of
from kaoqin.punches.formats.words import KeyKind, SourceType


@dataclass(frozen=True)
class TimeGroup:
    """Columns (0 is the first) whose times follow each other in a day; all of one kind of punch.

    `results`: the column that tells how each of them came out (上班1打卡结果), where there is one.
    """

    columns: tuple[int, ...]
    source_type: SourceType = SourceType.UNKNOWN
    results: tuple[tuple[int, int], ...] = ()

    def result_of(self, column: int) -> int | None:
        return dict(self.results).get(column) if self.results else None


@dataclass(frozen=True)
class Columns:
    """Columns by place (0 is the first). `keys` best first; `date` goes with times that are clocks alone."""

    keys: tuple[tuple[int, KeyKind], ...]
    groups: tuple[TimeGroup, ...]
    date: int | None = None
    name: int | None = None
    device: int | None = None
    status: int | None = None
    verify: int | None = None
    workcode: int | None = None
    place: int | None = None
    remarks: tuple[int, ...] = ()
    result: int | None = None
    source: int | None = None
    date_format: str = ""
    time_format: str = ""

    @cached_property
    def times(self) -> tuple[int, ...]:
        return tuple(index for group in self.groups for index in group.columns)

    @property
    def has_person(self) -> bool:
        return bool(self.keys) or self.name is not None


def columns_from(headers: Sequence[str], groups: Sequence[TimeGroup], date: int | None) -> Columns:
    """Columns with these times; everything else by the words of the headers."""
    roles = roles_of(headers)

    def first(role: Role) -> int | None:
        return next(iter(roles.get(role, ())), None)

    return Columns(
        keys=key_columns(roles),
        groups=tuple(groups),
        date=date,
        name=first(Role.NAME),
        device=first(Role.DEVICE),
        status=first(Role.STATUS),
        verify=first(Role.VERIFY),
        workcode=first(Role.WORKCODE),
        place=first(Role.PLACE),
        remarks=roles.get(Role.REMARK, ()),
        result=first(Role.RESULT),
        source=first(Role.SOURCE),
    )


def header_texts(row: Sequence[Cell]) -> tuple[str, ...]:
    """A row as header words."""
    return tuple(map(flat_text, row))


def stacked(top: Sequence[Cell], below: Sequence[Cell]) -> tuple[str, ...]:
    """Two header rows as one: `考勤概况` over `最早` gives `考勤概况/最早`; a lone cell keeps its words."""
    upper, lower = header_texts(top), header_texts(below)
    names, group = [], ""
    for index in range(max(len(upper), len(lower))):
        own = upper[index] if index < len(upper) else ""
        sub = lower[index] if index < len(lower) else ""
        group = own or group
        names.append(f"{group}/{sub}" if sub and group else own or sub)
    return tuple(names)
