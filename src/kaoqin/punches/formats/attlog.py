"""ZKTeco `1_attlog.dat`, `<SN>_attlog.dat` from a USB stick.

`PIN⇥YYYY-MM-DD HH:MM:SS⇥device⇥status⇥verify⇥workcode`, PIN right-aligned with blanks. Column 3 is the device
number (in PUSH uploads it would be the status). Columns after the second may be missing or more; some exports put
the name second or last; a stick that was pulled too early leaves garbage, NUL bytes and a Ctrl-Z.
"""

import re
from datetime import datetime

from django.utils.translation import gettext, gettext_lazy

from kaoqin.punches.formats.options import Options
from kaoqin.punches.formats.reading import Pile, Reading, Recognition
from kaoqin.punches.formats.tools.clock import Unread, fault_of, parse_moment, why_unread
from kaoqin.punches.formats.tools.rows import LONGEST_KEY
from kaoqin.punches.formats.tools.source import Source
from kaoqin.punches.formats.words import BadLine, Fault, KeyKind, Line, PunchLine, Skip, SourceType, shorten

_WANTED = gettext_lazy("应是“工号 TAB 2026-03-02 08:00:00 TAB 机号 …”")
_CODES = 4
_USUAL_COLUMNS = 2 + _CODES
_PIN_KIND, _DEVICE = KeyKind.PIN, SourceType.DEVICE
_PIN = re.compile(rf"[0-9A-Za-z](?:[0-9A-Za-z_.\-]{{0,{LONGEST_KEY - 1}}})")
_PADDING = " \x1a␀\ufeff\x0c"


class AttLog:
    code = "zk_attlog"
    title = gettext_lazy("中控 attlog.dat")

    def recognise(self, source: Source) -> list[Recognition]:
        sample = [line for line in source.head if line.strip(_PADDING)]
        good = sum(1 for number, line in enumerate(sample) if "\t" in line and _is_punch(number, line))
        if not good:
            return []
        share, named = good / len(sample), "attlog" in source.name.lower()
        confidence = (0.6 if named else 0.45) + 0.38 * share
        reason = gettext("抽查 {count} 行，{good} 行是“工号 TAB 日期时间 TAB …”").format(count=len(sample), good=good)
        reason += gettext("，文件名含 attlog") if named else ""
        return [Recognition(self.code, self.title, confidence, reason, source.encoding)]

    def read(self, source: Source, options: Options) -> Reading:
        pile = Pile()
        pile.caution(*source.cautions)
        lines = pile.lines
        for number, line in enumerate(source.lines, 1):
            read = _read(number, line)
            if read is not None:
                lines.append(read)
            elif line.strip():
                pile.skip(Skip.CONTROL, number)
        return pile.close(self.code, options, encoding=source.encoding)

    def read_line(self, text: str, options: Options) -> list[Line]:
        return [line for line in (_read(1, text),) if line is not None]


def _is_punch(number: int, line: str) -> bool:
    return isinstance(_read(number, line), PunchLine)


def _read(number: int, line: str) -> Line | None:
    """One line; None when nothing but blanks and control characters is in it.

    The usual line goes straight through: this runs a million times.
    """
    fields = line.split("\t")
    if 1 < len(fields) <= _USUAL_COLUMNS and line.isascii():
        pin, codes = fields[0].strip(), fields[2:]
        if pin.isalnum() and len(pin) <= LONGEST_KEY and " " not in "".join(codes):
            moment = parse_moment(fields[1])
            if isinstance(moment, datetime):
                return _punch(number, line, pin, moment, codes)
    return _unusual(number, line)


def _unusual(number: int, line: str) -> Line | None:
    tidy = line.strip(_PADDING)
    if not tidy.strip():
        return None
    fields = [field.strip() for field in tidy.split("\t")] if "\t" in tidy else _by_blanks(tidy)
    for at in (1, 2):
        moment = parse_moment(fields[at]) if len(fields) > at else None
        if isinstance(moment, datetime):
            return _named(number, line, fields, at, moment)
    return _no_time(number, line, fields)


def _named(number: int, line: str, fields: list[str], at: int, moment: datetime) -> Line:
    """A line with its time in column `at` (1: the second, 2: the third, behind a name)."""
    pin, codes = fields[0], fields[at + 1 :]
    names = fields[1:at] if at == 2 else _names_among(codes)
    if not _PIN.fullmatch(pin):
        return BadLine(
            number,
            line,
            Fault.PERSON,
            gettext("第 1 列应是工号(字母、数字)，实际是“{found}”").format(found=shorten(pin)),
        )
    if len(names) > 1 or not all(any(map(str.isalpha, name)) for name in names):
        return BadLine(number, line, Fault.COLUMNS, gettext("{wanted}，列的内容不符").format(wanted=_WANTED))
    if at == 2 and _names_among(codes):
        return BadLine(number, line, Fault.COLUMNS, gettext("{wanted}，出现了两个姓名").format(wanted=_WANTED))
    name = "".join(names)
    return _punch(number, line, pin, moment, [code for code in codes if code != name], name)


def _names_among(codes: list[str]) -> list[str]:
    """Texts among the codes that can only be a name: not ASCII, or letters in a last column of its own."""
    names = [code for code in codes if not code.isascii()]
    last_is_name = not names and len(codes) > _CODES and any(map(str.isalpha, codes[-1]))
    return codes[-1:] if last_is_name else names


def _by_blanks(line: str) -> list[str]:
    """Columns divided by blanks: a date and the clock behind it are one column."""
    words = line.split()
    for at in (1, 2):
        moment = " ".join(words[at : at + 2])
        if isinstance(parse_moment(moment), datetime):
            return [*words[:at], moment, *words[at + 2 :]]
    return words


def _no_time(number: int, line: str, fields: list[str]) -> BadLine:
    if len(fields) < 2:
        return BadLine(
            number,
            line,
            Fault.TIME,
            gettext("{wanted}，实际是“{found}”").format(wanted=_WANTED, found=shorten(fields[0])),
        )
    told = parse_moment(fields[1])
    unread = Unread.IMPOSSIBLE if told is Unread.IMPOSSIBLE else Unread.SHAPE
    return BadLine(number, line, fault_of(unread), why_unread(unread, fields[1]))


def _punch(number: int, line: str, pin: str, moment: datetime, codes: list[str], name: str = "") -> PunchLine:
    device, status, verify, workcode = codes if len(codes) == _CODES else (*codes, "", "", "", "")[:_CODES]
    return PunchLine(number, pin, moment, line, _PIN_KIND, name, device, status, verify, workcode, "", "", _DEVICE, "")
