"""How drafts and their outcome are said: what differs line by line, by how much, who gains and who loses."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext, gettext_lazy, ngettext

from kaoqin.core.words import Text, say_list, say_minutes
from kaoqin.scheduling import queries as scheduling
from kaoqin.trials.forms import FlexPart, MonthPart, RulesPart, SegmentPart
from kaoqin.trials.models import TrialPerson
from kaoqin.trials.terms import MONTH, RULES, Line
from kaoqin.trials.words import MEASURES, Measure, Unit

GAINS, LOSES, BOTH, EVEN, SAME = "gains", "loses", "both", "even", "same"
VERDICTS: dict[str, tuple[Text, str]] = {
    GAINS: (gettext_lazy("得"), "green"),
    LOSES: (gettext_lazy("失"), "red"),
    BOTH: (gettext_lazy("有得有失"), "yellow"),
    EVEN: (gettext_lazy("合计不变"), "azure"),
    SAME: (gettext_lazy("不受影响"), "secondary"),
}
"""What a person's row comes to, and its colour. `even`: days differ, the sums do not."""


@dataclass(frozen=True)
class Said:
    """A line of what differs: where, what, before → after."""

    where: str
    label: str
    before: str
    after: str


def say_lines(lines: Iterable[Line]) -> list[Said]:
    """Lines of what differs in the reader's language; one question for the shifts."""
    kept = list(lines)
    shifts = scheduling.shifts({line.shift_id for line in kept if line.shift_id})
    return [_say(line, shifts) for line in kept]


def _say(line: Line, shifts: Mapping[int, Any]) -> Said:
    if line.part == RULES:
        where, field = gettext("考勤规则"), RulesPart.base_fields[line.name]
    elif line.part == MONTH:
        where, field = gettext("月度规则"), MonthPart.base_fields[line.name]
    else:
        where = _say_shift(line, shifts[line.shift_id])
        field = (SegmentPart if line.segment else FlexPart).base_fields[line.name]
    choices = dict(getattr(field, "choices", ()))
    return Said(where, str(field.label), _value(line.before, choices), _value(line.after, choices))


def _say_shift(line: Line, shift: Any) -> str:
    said = gettext("班次 {code} {name}").format(code=shift.code, name=shift.latest().name)
    if line.segment and len(shift.latest().segments) > 1:
        said += " · " + gettext("第 {number} 段").format(number=line.segment)
    return said


def _value(value: Any, choices: Mapping[Any, Any]) -> str:
    if isinstance(value, bool):
        return gettext("是") if value else gettext("否")
    return str(choices.get(value, value))


def verdict(row: TrialPerson) -> str:
    """What a person's row comes to, as a word of `VERDICTS`."""
    if row.gains or row.loses:
        return BOTH if row.gains and row.loses else GAINS if row.gains else LOSES
    return EVEN if row.touched else SAME


def amount(unit: Unit, value: int) -> str:
    """A sum, without its sign."""
    size = abs(value)
    if unit == Unit.MINUTES:
        return say_minutes(size)
    if unit == Unit.TIMES:
        return ngettext("{count} 次", "{count} 次", size).format(count=size)
    if unit == Unit.MONTHS:
        return ngettext("{count} 个月", "{count} 个月", size).format(count=size)
    days = f"{size / 100:g}" if unit == Unit.HUNDREDTHS else str(size)
    return gettext("{days} 天").format(days=days)


def change(unit: Unit, value: int) -> str:
    """What a draft adds, with its sign; nothing where it adds nothing."""
    return f"{'+' if value > 0 else '−'}{amount(unit, value)}" if value else ""


def say_changes(row: TrialPerson) -> str:
    """All a person gains and loses, in words: `迟到 −25 分、加班 150% +1 小时`."""
    told = ((one, getattr(row, one.name)) for one in MEASURES if one.sense)
    return say_list(f"{one.label} {change(one.unit, value)}" for one, value in told if value)


@dataclass(frozen=True)
class Total:
    """A measure over all people: before, after, what changes, and whether that is for them (1), against them (-1)."""

    measure: Measure
    before: str
    after: str
    changed: str
    tone: int


def totals(headline: Mapping[str, int]) -> list[Total]:
    """Every measure of a headline that is not nought before and after."""
    found = []
    for one in MEASURES:
        was, more = headline[f"was_{one.name}_sum"], headline[f"{one.name}_sum"]
        if was or more:
            tone = (one.sense > 0) - (one.sense < 0) if more > 0 else (one.sense < 0) - (one.sense > 0) if more else 0
            before, after = amount(one.unit, was), amount(one.unit, was + more)
            found.append(Total(one, before, after, change(one.unit, more), tone))
    return found
