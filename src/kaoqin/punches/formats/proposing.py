"""The mapping a table suggests: by the words of its header, else by what its cells look like.

Without a header, a mapping is proposed only when exactly one column holds times and one holds numbers of people.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from django.utils.translation import gettext

from kaoqin.punches.formats.mapping import Column, Mapping
from kaoqin.punches.formats.tools.cells import Cell, is_blank
from kaoqin.punches.formats.tools.clock import Unread, parse_clock, parse_date, parse_moment
from kaoqin.punches.formats.tools.columns import header_texts
from kaoqin.punches.formats.tools.headers import Role, key_columns, plain, roles_of
from kaoqin.punches.formats.tools.sheet import Sheet
from kaoqin.punches.formats.tools.table_format import HEADER_WITHIN_ROWS
from kaoqin.punches.formats.words import KeyKind

_SAMPLE_ROWS = 40


@dataclass(frozen=True)
class Proposal:
    """A mapping and how sure we are of it."""

    mapping: Mapping
    confidence: float
    reason: str


def propose(sheet: Sheet) -> Proposal | None:
    """The mapping a header suggests, else the one the cells suggest."""
    for number, row in sheet.head[:HEADER_WITHIN_ROWS]:
        names = header_texts(row)
        mapping = _by_words(names)
        if mapping:
            weak = isinstance(mapping.key, str) and mapping.key_kind is KeyKind.NAME
            reason = gettext("第 {number} 行表头有“{key}”和“{time}”").format(
                number=number, key=mapping.key, time=mapping.times[0]
            )
            return Proposal(mapping, 0.45 if weak else 0.6, reason)
    return _by_cells([row for _, row in sheet.head[:_SAMPLE_ROWS]])


def _by_words(names: Sequence[str]) -> Mapping | None:
    roles = roles_of(names)
    times = roles.get(Role.PUNCH, ()) or roles.get(Role.TIME, ())[:1]
    keys = key_columns(roles)
    name = _named(names, roles, Role.NAME)
    if not times or not (keys or name):
        return None
    index, kind = keys[0] if keys else (roles[Role.NAME][0], KeyKind.NAME)
    return Mapping(
        key=_header(names, index),
        key_kind=kind,
        times=tuple(_header(names, time) for time in times),
        date=_named(names, roles, Role.DATE),
        name=name,
        device=_named(names, roles, Role.DEVICE),
        status=_named(names, roles, Role.STATUS),
        verify=_named(names, roles, Role.VERIFY),
        workcode=_named(names, roles, Role.WORKCODE),
        place=_named(names, roles, Role.PLACE),
        remark=_named(names, roles, Role.REMARK),
        result=_named(names, roles, Role.RESULT),
        source=_named(names, roles, Role.SOURCE),
    )


def _named(names: Sequence[str], roles: dict[Role, tuple[int, ...]], role: Role) -> Column | None:
    return _header(names, roles[role][0]) if role in roles else None


def _header(names: Sequence[str], index: int) -> Column:
    """A column by its header; by its place when two headers are the same."""
    alike = [name for name in names if plain(name) == plain(names[index])]
    return names[index] if len(alike) == 1 else index + 1


def _by_cells(rows: Sequence[Sequence[Cell]]) -> Proposal | None:
    """Columns that hold only moments, or only dates beside only clocks, and the one column of short numbers."""
    width = max(map(len, rows), default=0)
    columns = [[row[index] for row in rows if index < len(row)] for index in range(width)]
    moments, dates, clocks, keys = ([at for at, cells in enumerate(columns) if fits(cells)] for fits in _KINDS)
    keys = [at for at in keys if at not in (*moments, *dates, *clocks)]
    if not keys or not (len(moments) == 1 or (len(dates) == 1 and clocks and not moments)):
        return None
    times, day = (moments, None) if moments else (clocks, dates[0] + 1)
    mapping = Mapping(key=keys[0] + 1, times=tuple(at + 1 for at in times), date=day)
    confidence = 0.4 if len(keys) == 1 else 0.3
    return Proposal(
        mapping,
        confidence,
        gettext("没有表头；第 {times} 列像时间，第 {keys} 列像工号").format(times=times[0] + 1, keys=keys[0] + 1),
    )


def _mostly(cells: Sequence[Cell], good: int) -> bool:
    return good > 0 and good >= 0.8 * sum(not is_blank(cell) for cell in cells)


def _are_moments(cells: Sequence[Cell]) -> bool:
    texts = [cell for cell in cells if isinstance(cell, str) and parse_moment(cell) is not Unread.SHAPE]
    return _mostly(cells, len(texts) + sum(isinstance(cell, datetime) for cell in cells))


def _are_dates(cells: Sequence[Cell]) -> bool:
    texts = [cell for cell in cells if isinstance(cell, str) and parse_date(cell) is not Unread.SHAPE]
    days = [cell for cell in cells if isinstance(cell, date) and not isinstance(cell, datetime)]
    return _mostly(cells, len(texts) + len(days))


def _are_clocks(cells: Sequence[Cell]) -> bool:
    texts = [cell for cell in cells if isinstance(cell, str) and isinstance(parse_clock(cell), time)]
    return _mostly(cells, len(texts) + sum(isinstance(cell, time) for cell in cells))


def _are_keys(cells: Sequence[Cell]) -> bool:
    texts = [cell.strip() for cell in cells if isinstance(cell, str)]
    good = [text for text in texts if text.isascii() and text.isalnum() and text[-1:].isdigit() and len(text) <= 20]
    numbers = [cell for cell in cells if isinstance(cell, float) and cell.is_integer()]
    return _mostly(cells, len(good) + len(numbers))


_KINDS = (_are_moments, _are_dates, _are_clocks, _are_keys)
