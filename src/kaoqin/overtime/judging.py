"""What becomes of overtime somebody asks for: its parts by kind of day, what is refused, what is warned of. Pure."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext

from kaoqin.core.words import say_minutes
from kaoqin.overtime.words import BANKABLE, Cap, Rules, Way
from kaoqin.scheduling.words import DayKind, ShiftPlan

DAY = dt.timedelta(days=1)
Plans = Mapping[dt.date, ShiftPlan | None]
"""Roster days by date; None is a planned rest day."""


def owning_day(plans: Plans, start: dt.datetime) -> dt.date:
    """The roster day overtime belongs to, as the settlement has it: the latest whose punching windows hold its start,
    else the calendar date."""
    held = [start.date() + n * DAY for n in range(-2, 2) if _holds(plans.get(start.date() + n * DAY), start, n)]
    return held[-1] if held else start.date()


def _holds(plan: ShiftPlan | None, start: dt.datetime, days: int) -> bool:
    if plan is None or plan.free:
        return False
    since = start.hour * 60 + start.minute - days * 1440
    first, last = plan.segments[0], plan.segments[-1]
    return first.start - first.in_before <= since <= last.end + last.out_after


def parts(
    start: dt.datetime, end: dt.datetime, works: bool, statutory: Callable[[dt.date], bool]
) -> dict[DayKind, int]:
    """Minutes of [start, end) by the kind of day that sets their rate.

    What lies on a statutory calendar date is 300 %; the rest is 150 % where a shift was planned on the day the overtime
    belongs to (`works`; under 综合计算工时 every day), else 200 %.
    """
    found: dict[DayKind, int] = {}
    while start < end:
        until = min(end, dt.datetime.combine(start.date() + DAY, dt.time()))
        kind = DayKind.STATUTORY if statutory(start.date()) else DayKind.WORKDAY if works else DayKind.REST
        found[kind] = found.get(kind, 0) + int((until - start).total_seconds()) // 60
        start = until
    return found


@dataclass(frozen=True)
class Wish:
    """Overtime of one person as it is asked for, and what was agreed for them before (minutes on workdays of that day,
    minutes of that month)."""

    name: str
    parts: Mapping[DayKind, int]
    way: Way
    day_minutes: int
    month_minutes: int


@dataclass(frozen=True)
class Finding:
    """What is to be said about a wish; one that `blocks` is refused for it."""

    said: str
    blocks: bool = False
    field: str = ""


def judge(wish: Wish, rules: Rules) -> list[Finding]:
    """All there is to say: ways that are not offered, the law on comp time for workdays, the caps."""
    return [*_ways(wish, rules), *_day_cap(wish, rules), *_month_cap(wish, rules)]


def _ways(wish: Wish, rules: Rules) -> Iterable[Finding]:
    banks = wish.way == Way.BANK
    if banks and wish.parts.get(DayKind.STATUTORY):
        said = gettext("法定节假日加班须付 300% 的加班费,不能转调休(劳动法第四十四条)。跨进节日的,请分开申请。")
        yield Finding(said, True, "way")
    for kind in BANKABLE:
        if wish.parts.get(kind) and wish.way not in rules.ways(kind) and not (wish.way == Way.PAY and _mixed(wish)):
            said = gettext("{kind}加班按规定{ways}。").format(kind=kind.label, ways=rules.ways(kind)[0].label)
            yield Finding(said, True, "way")
    if banks and wish.parts.get(DayKind.WORKDAY):
        yield Finding(gettext("工作日加班依法应付 150% 的加班费;转调休须经本人同意(劳动法第四十四条)。"))


def offered(parts: Mapping[DayKind, int], rules: Rules) -> tuple[Way, ...]:
    """The ways in which overtime of some kinds of day may be repaid, the usual one first."""
    if DayKind.STATUTORY in parts:
        return (Way.PAY,)
    each = [rules.ways(kind) for kind in parts]
    return tuple(way for way in each[0] if all(way in some for some in each))


def _mixed(wish: Wish) -> bool:
    """Whether part of it is on a statutory day: then all of it may be paid."""
    return bool(wish.parts.get(DayKind.STATUTORY))


def _day_cap(wish: Wish, rules: Rules) -> Iterable[Finding]:
    """Article 41 speaks of longer working days; a day of rest that is worked has no cap of its own but the month's."""
    more = wish.parts.get(DayKind.WORKDAY, 0)
    total = wish.day_minutes + more
    if more and total > rules.most_day_minutes:
        said = gettext("{name}这一天的加班共 {total},超过每天 {most} 的上限(劳动法第四十一条)。")
        yield _passed(said, wish.name, total, rules.most_day_minutes, rules.day_cap)
    elif more and total > rules.usual_day_minutes:
        said = gettext("{name}这一天的加班共 {total};一般每天不超过 {most},因特殊原因才可以更长(劳动法第四十一条)。")
        yield _passed(said, wish.name, total, rules.usual_day_minutes, Cap.WARN)


def _month_cap(wish: Wish, rules: Rules) -> Iterable[Finding]:
    if wish.way == Way.BANK and not rules.banked_counts:
        return
    total = wish.month_minutes + sum(wish.parts.values())
    if total > rules.most_month_minutes:
        said = gettext("{name}当月加班共 {total},超过每月 {most} 的上限(劳动法第四十一条)。")
        yield _passed(said, wish.name, total, rules.most_month_minutes, rules.month_cap)


def _passed(said: str, name: str, total: int, most: int, cap: str) -> Finding:
    text = said.format(name=name, total=say_minutes(total), most=say_minutes(most))
    return Finding(text, cap == Cap.BLOCK, "end" if cap == Cap.BLOCK else "")


def shares(counted: Mapping[DayKind, int], agreed_minutes: int) -> dict[DayKind, int]:
    """How many of a day's counted minutes become comp time, by kind of day: rest first, never more than was agreed."""
    found, left = {}, agreed_minutes
    for kind in BANKABLE:
        found[kind] = min(counted.get(kind, 0), left)
        left -= found[kind]
    return found
