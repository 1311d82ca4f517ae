"""`AGL_001.TXT` (all records) and `GLG_001.TXT` (new ones) of Timmy, FKAttend and their many brands.

TAB-divided text under a header with `EnNo` and `DateTime`; UTF-16, GBK or UTF-8. Headers vary, two of them may share
one cell (`Name GMNo`), and some firmware puts blank columns between; so columns are found by name, and a row that
does not fit its header only gives up the columns that cannot be placed. Dates come in every order: day and month are
decided over the whole file.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.utils.translation import gettext, gettext_lazy

from kaoqin.punches.formats.options import Options
from kaoqin.punches.formats.reading import Pile, Reading, Recognition
from kaoqin.punches.formats.tools.asking import settle_order
from kaoqin.punches.formats.tools.clock import Unread, day_month_numbers, fault_of, parse_moment, why_unread
from kaoqin.punches.formats.tools.headers import plain
from kaoqin.punches.formats.tools.rows import LONGEST_KEY
from kaoqin.punches.formats.tools.source import Source
from kaoqin.punches.formats.words import (
    BadLine,
    DateOrder,
    Fault,
    FormatRefusal,
    KeyKind,
    Line,
    PunchLine,
    Skip,
    SourceType,
    shorten,
)

_WORDS = {
    "person": ("enno", "enrollno"),
    "moment": ("datetime", "date", "time"),
    "device": ("tmno", "mchn", "machineno"),
    "status": ("inout", "iomd", "io"),
    "verify": ("mode", "verifymode"),
    "name": ("name",),
}
_PAIRS = ("name gmno", "gmno name")
_HEADER_WITHIN_LINES = 15
_CONTROL = " \t\x1a␀\ufeff"


@dataclass(frozen=True)
class Layout:
    """Where the columns are (0 is the first). `split_at`: the header cell that names two columns, or -1."""

    header: tuple[str, ...]
    places: dict[str, int]
    split_at: int = -1

    def shifted(self) -> "Layout":
        """The same for rows in which the shared header cell has two cells."""
        places = {what: place + (place > self.split_at) for what, place in self.places.items()}
        return Layout(self.header, places)

    def only(self, moment_at: int) -> "Layout":
        """For a row that does not fit: the person stands before any surprise, the moment where it was seen."""
        return Layout(self.header, {"person": self.places["person"], "moment": moment_at})


class AglText:
    code = "agl_text"
    title = gettext_lazy("AGL/GLG_001.TXT(Timmy、FKAttend 系列)")

    def recognise(self, source: Source) -> Iterator[Recognition]:
        head = _find_header(source.lines)
        if head:
            reason = gettext("第 {found} 行表头含 EnNo 和 DateTime").format(found=head[0])
            yield Recognition(self.code, self.title, 0.97, reason, source.encoding)

    def read(self, source: Source, options: Options) -> Reading:
        head = _find_header(source.lines)
        if head is None:
            raise FormatRefusal("formats.no_header", gettext("没有找到含 EnNo 和 DateTime 的表头，请换一种格式。"))
        pile = Pile()
        pile.caution(*source.cautions)
        header_no, layout = head
        order, question = settle_order(_moment_texts(source.lines[header_no:], layout), options)
        pile.ask(*filter(None, [question]))
        for number, line in enumerate(source.lines, 1):
            if line.strip():
                _take(pile, number, line, header_no, layout, order)
        options = replace(options, date_order=order, header=layout.header)
        return pile.close(self.code, options, encoding=source.encoding, columns=layout.header, header_row=header_no)

    def read_line(self, text: str, options: Options) -> list[Line]:
        layout = _layout(options.header)
        if layout is None:
            raise FormatRefusal("formats.no_header", gettext("缺少原文件的表头，无法单独读取这一行。"))
        return [_read(1, text, layout, options.date_order)]


def _find_header(lines: Sequence[str]) -> tuple[int, Layout] | None:
    for number, line in enumerate(lines[:_HEADER_WITHIN_LINES], 1):
        layout = _layout(_header_cells(line))
        if layout:
            return number, layout
    return None


def _header_cells(line: str) -> tuple[str, ...]:
    return tuple(cell.strip().strip('"').strip() for cell in line.split("\t"))


def _layout(header: Sequence[str]) -> Layout | None:
    """The layout of a header line; None when it is none. Of two names in one cell the person's is meant."""
    split_at = next((at for at, cell in enumerate(header) if " ".join(cell.lower().split()) in _PAIRS), -1)
    words = ["name" if at == split_at else plain(cell) for at, cell in enumerate(header)]
    found = {what: _first(words, names) for what, names in _WORDS.items()}
    places = {what: place for what, place in found.items() if place is not None}
    return Layout(tuple(header), places, split_at) if {"person", "moment"} <= places.keys() else None


def _first(words: Sequence[str], names: Sequence[str]) -> int | None:
    return next((words.index(name) for name in names if name in words), None)


def _take(pile: Pile, number: int, line: str, header_no: int, layout: Layout, order: DateOrder | None) -> None:
    if number < header_no:
        pile.skip(Skip.TITLE, number)
    elif number == header_no or ("EnNo" in line and _header_cells(line) == layout.header):
        pile.skip(Skip.HEADER, number)
    elif not line.strip(_CONTROL):
        pile.skip(Skip.CONTROL, number)
    else:
        pile.lines.append(_read(number, line, layout, order))


def _cells(line: str) -> list[str]:
    return [cell.strip(_CONTROL) for cell in line.split("\t")]


def _moment_texts(lines: Sequence[str], layout: Layout) -> Iterator[str]:
    """The texts that decide day and month; most files begin with the year and have none."""
    for line in lines:
        cells = _cells(line)
        text = _moment_text(cells, layout)
        yield text if text[:4].isdigit() or day_month_numbers(text) else _fitted(cells, layout, None)[1]


def _fitted(cells: Sequence[str], layout: Layout, order: DateOrder | None) -> tuple[Layout, str, datetime | Unread]:
    """The layout under which the row's moment is where it should be, its text, and what it says."""
    layouts = [layout, *([layout.shifted()] if layout.split_at >= 0 else [])]
    for fitting in layouts:
        text = _moment_text(cells, fitting)
        moment = parse_moment(text, order)
        if moment is not Unread.SHAPE:
            return fitting, text, moment
    seen = [at for at in range(len(cells)) if parse_moment(_joined(cells, at)) is not Unread.SHAPE]
    if len(seen) != 1:
        return layout, _moment_text(cells, layout), Unread.SHAPE
    text = _joined(cells, seen[0])
    return layout.only(seen[0]), text, parse_moment(text, order)


def _moment_text(cells: Sequence[str], layout: Layout) -> str:
    place = layout.places["moment"]
    return _joined(cells, place) if place < len(cells) else ""


def _joined(cells: Sequence[str], at: int) -> str:
    """A cell, with the clock of the next one when it is a date alone."""
    text = cells[at]
    behind = cells[at + 1] if at + 1 < len(cells) else ""
    return f"{text} {behind}" if text and ":" not in text and ":" in behind else text


def _read(number: int, line: str, layout: Layout, order: DateOrder | None) -> Line:
    cells = _cells(line)
    fitting, text, moment = _fitted(cells, layout, order)
    if isinstance(moment, Unread):
        return BadLine(number, line, fault_of(moment), why_unread(moment, text or line))
    told = {what: cells[place] if place < len(cells) else "" for what, place in fitting.places.items()}
    person = told["person"]
    if not (person.isascii() and person.isalnum() and len(person) <= LONGEST_KEY):
        return BadLine(
            number, line, Fault.PERSON, gettext("EnNo 应是登记号码，实际是“{found}”").format(found=shorten(person))
        )
    codes = (told.get("device", ""), told.get("status", ""), told.get("verify", ""))
    name = told.get("name", "")
    return PunchLine(number, person, moment, line, KeyKind.PIN, name, *codes, "", "", "", SourceType.DEVICE)
