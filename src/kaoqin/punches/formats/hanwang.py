"""汉王 Hanvon: the answer of `GetRecord`, saved as a file.

`Return(result="success" dev_id="…" total="2"`, then a line a punch: `time="…" id="8" name="张 三" status="1" …`,
closed by `)`. Values are found by their key: names contain blanks. Also `Record(time="…" …)` as the device pushes it.
"""

import re
from collections.abc import Iterator
from datetime import datetime

from django.utils.translation import gettext, gettext_lazy

from kaoqin.punches.formats.options import Options
from kaoqin.punches.formats.reading import Pile, Reading, Recognition
from kaoqin.punches.formats.tools.clock import Unread, fault_of, parse_moment, why_unread
from kaoqin.punches.formats.tools.rows import LONGEST_KEY
from kaoqin.punches.formats.tools.source import Source
from kaoqin.punches.formats.words import BadLine, Caution, Fault, Line, PunchLine, Skip, SourceType, shorten

_PAIR = re.compile(r'([A-Za-z_]\w*)="([^"]*)"', re.ASCII)
_ENVELOPE = re.compile(r"\s*(?:Return|PostRecord|GetRecord|Quit)\s*\(|[\s)\x1a␀\ufeff]+$")


class Hanwang:
    code = "hanwang"
    title = gettext_lazy("汉王 Return(...) 记录")

    def recognise(self, source: Source) -> Iterator[Recognition]:
        sample = source.head
        good = sum(1 for line in sample if isinstance(_read(1, line, ""), PunchLine))
        if good and any('id="' in line for line in sample):
            share = good / sum(1 for line in sample if not _is_envelope(line))
            reason = gettext('{good} 行是 time="…" id="…" 形式').format(good=good)
            yield Recognition(self.code, self.title, 0.4 + 0.58 * share, reason, source.encoding)

    def read(self, source: Source, options: Options) -> Reading:
        pile, device, promised = Pile(), "", 0
        pile.caution(*source.cautions)
        for number, line in enumerate(source.lines, 1):
            if not line.strip():
                continue
            if _is_envelope(line):
                told = dict(_PAIR.findall(line))
                device, promised = told.get("dev_id", device), promised + _count(told.get("total", ""))
                _take_envelope(pile, number, line, told)
            else:
                pile.lines.append(_read(number, line, device))
        pile.caution(*_missing(promised, len(pile.lines)))
        return pile.close(self.code, options, encoding=source.encoding)

    def read_line(self, text: str, options: Options) -> list[Line]:
        return [_read(1, text, "")]


def _is_envelope(line: str) -> bool:
    return _ENVELOPE.match(line) is not None and ' id="' not in line


def _take_envelope(pile: Pile, number: int, line: str, told: dict[str, str]) -> None:
    """The opening and closing lines; an answer that says it failed is shown."""
    if told.get("result", "success") == "success":
        pile.skip(Skip.ENVELOPE, number)
        return
    sentence = gettext("设备应答失败：{found}").format(found=shorten(told["result"]))
    pile.lines.append(BadLine(number, line, Fault.TEXT, sentence))


def _read(number: int, line: str, device: str) -> Line:
    told = dict(_PAIR.findall(line))
    moment = parse_moment(told.get("time", ""))
    if isinstance(moment, Unread):
        sentence = why_unread(moment, told["time"]) if "time" in told else gettext('应含 time="2026-03-02 08:00:00"')
        return BadLine(number, line, fault_of(moment), sentence)
    person = told.get("id", "").strip()
    if not 0 < len(person) <= LONGEST_KEY:
        return BadLine(number, line, Fault.PERSON, gettext('应含工号 id="…"'))
    return _punch(number, line, person, moment, {"dev_id": device, **told})


def _punch(number: int, line: str, person: str, moment: datetime, told: dict[str, str]) -> PunchLine:
    return PunchLine(
        number,
        person,
        moment,
        line,
        person_name=told.get("name", "").strip(),
        device=told["dev_id"],
        status=told.get("status", ""),
        verify=told.get("card_src", "") or told.get("authority", ""),
        workcode=told.get("workcode", ""),
        source_type=SourceType.DEVICE,
    )


def _count(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0


def _missing(promised: int, got: int) -> tuple[Caution, ...]:
    if not promised or promised == got:
        return ()
    sentence = gettext("文件头说有 {promised} 条记录，实际有 {got} 行，请核对是否导出完整。").format(
        promised=promised, got=got
    )
    return (Caution("formats.count_disagrees", sentence),)
