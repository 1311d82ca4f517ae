"""The bank of comp time (调休): credited when overtime was settled, taken by leave, paid out where nobody took it.

What a day earns is not written once but brought to what is due: each settlement appends the difference, so that a punch
that came later, a withdrawal and a run after a pause are the same thing.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Count, Sum
from django.utils.translation import gettext

from kaoqin.core.arrays import any_of
from kaoqin.core.lots import Lot, draw, give
from kaoqin.core.sentences import Sentence
from kaoqin.core.words import Refusal, say_minutes
from kaoqin.core.years import add_months
from kaoqin.org import queries as org
from kaoqin.overtime import queries
from kaoqin.overtime.judging import DAY, shares
from kaoqin.overtime.models import BankEntry
from kaoqin.overtime.queries import LotRow
from kaoqin.overtime.words import RATES, Entry, Rules
from kaoqin.scheduling.words import DayKind
from kaoqin.security.words import Actor

AT_ONCE = 5_000
Counted = Mapping[DayKind, int]
"""Minutes of overtime of a day as it was settled, by kind of day."""
Days = Mapping[tuple[int, dt.date], int]
"""Minutes agreed as comp time by (employee, roster day)."""


@dataclass(frozen=True)
class Line:
    """An entry to be written. Without a lot it begins one."""

    employee_id: int
    entry: Entry
    on: dt.date
    minutes: int
    begins_on: dt.date
    ends_on: dt.date
    percent: int
    key: str
    said: Sentence
    lot_id: int | None = None
    series: str = ""
    origin: str = ""


def from_lot(
    lot: LotRow, entry: Entry, on: dt.date, minutes: int, key: str, said: Sentence, series: str = "", origin: str = ""
) -> Line:
    """An entry that takes from a lot or gives back to it."""
    told = (lot.employee_id, entry, on, minutes, lot.begins_on, lot.ends_on, lot.percent, key, said, lot.id)
    return Line(*told, series, origin)


def write(lines: Iterable[Line], at: dt.datetime, by: int | None = None) -> int:
    """Append entries; returns how many. One that is there already is refused by the database."""
    rows = (BankEntry(**{**vars(line), "said": line.said.keep(), "made_at": at, "made_by_id": by}) for line in lines)
    return len(BankEntry.objects.bulk_create(rows, batch_size=AT_ONCE))


@transaction.atomic
def credit(days: Days, counted: Mapping[tuple[int, dt.date], Counted], at: dt.datetime) -> int:
    """Bring what days earned to what they were settled as; returns how many entries were written.

    `days` are those of `queries.banked_days`; one that `counted` lacks earned nothing.
    """
    ids = sorted({key for key, _ in days})
    org.hold(ids, dt.date.min)
    granted, lots = _granted(ids), defaultdict[int, list[LotRow]](list)
    for lot in queries.lots(ids):
        lots[lot.employee_id].append(lot)
    rules = {day: queries.rules_of(ids, day) for day in {day for _, day in days}}
    lines: list[Line] = []
    for (key, day), agreed in sorted(days.items()):
        for kind, due in shares(counted.get((key, day), {}), agreed).items():
            before = granted.get((key, f"{day}:{kind}"), (0, 0))
            lines += _difference(key, day, kind, due, before, lots[key], rules[day][key])
    return write(lines, at)


def _granted(ids: Sequence[int]) -> dict[tuple[int, str], tuple[int, int]]:
    """What each day was credited so far, and in how many entries."""
    rows = BankEntry.objects.filter(any_of("employee_id", ids), entry=Entry.CREDIT).order_by()
    told = rows.values_list("employee_id", "series").annotate(total=Sum("minutes"), times=Count("pk"))
    return {(key, series): (total, times) for key, series, total, times in told}


def _difference(
    employee_id: int, day: dt.date, kind: DayKind, due: int, before: tuple[int, int], lots: list[LotRow], rules: Rules
) -> Iterator[Line]:
    """The entries that bring a day to what is due. Less is taken from its own lots first, then from what ends first; what
    has been used already cannot be taken, and is asked for again at the next settlement."""
    minutes, times = before
    series, more = f"{day}:{kind}", due - minutes
    told = {"day": day, "kind": kind.label, "minutes": due}
    if more > 0:
        until = add_months(day, rules.months_valid)
        said = Sentence("{day} {kind}加班,核算 {minutes} 分钟转调休", **told)
        yield Line(
            employee_id, Entry.CREDIT, day, more, day, until, RATES[kind], f"{series}:{times}", said, None, series
        )
    said = Sentence("{day} {kind}加班改为 {minutes} 分钟,收回多出的", **told)
    for lot in sorted(lots, key=lambda one: one.series != series):
        less = min(-more, lot.left)
        if less > 0:
            more += less
            yield from_lot(lot, Entry.CREDIT, day, -less, f"{series}:{times}:{lot.id}", said, series=series)


def use(employee_id: int, origin: str, on: dt.date, minutes: int, *, by: Actor, at: dt.datetime) -> None:
    """Take comp time for a leave that begins on a day, what ends first. Refuses more than there is."""
    org.hold([employee_id], on)
    rows = {lot.id: lot for lot in queries.lots([employee_id]) if lot.left > 0}
    lots = [Lot(lot.id, lot.begins_on, lot.ends_on, lot.left) for lot in rows.values()]
    taken, missing = draw(lots, [(on, minutes)])
    if missing:
        told = {"left": say_minutes(minutes - missing), "need": say_minutes(minutes)}
        short = gettext("调休只剩 {left},这次需要 {need}。加班在当天核算之后才计入调休。")
        raise Refusal("overtime.bank_short", short.format(**told), "end")
    said = Sentence("{day} 调休", day=on)
    write(
        (
            from_lot(rows[key], Entry.USE, on, -some, f"use:{origin}:{key}", said, origin=origin)
            for key, _, some in taken
        ),
        at,
        by.account_id,
    )


def give_back(origin: str, still_minutes: int, on: dt.date, *, by: Actor, at: dt.datetime) -> None:
    """A leave takes less than it did, `still_minutes`: the rest goes back where it came from, the last taken first."""
    rows = BankEntry.objects.filter(origin=origin).order_by("lot_id")
    told = list(rows.values_list("employee_id", "lot_id").annotate(total=-Sum("minutes")).order_by("lot_id"))
    if not told:
        return
    employee_id = told[0][0]
    org.hold([employee_id], on)
    lots = {lot.id: lot for lot in queries.lots([employee_id])}
    order = [(key, total) for _, key, total in told]
    order.sort(key=lambda one: (lots[one[0]].ends_on, lots[one[0]].begins_on, one[0]))
    said = Sentence("销假,退回调休")
    back = give(order, sum(total for _, total in order) - still_minutes)
    write(
        (
            from_lot(
                lots[key], Entry.GIVE_BACK, on, some, f"back:{origin}:{key}:{lots[key].takings}", said, origin=origin
            )
            for key, some in back
        ),
        at,
        by.account_id,
    )


@transaction.atomic
def pay_out(on: dt.date, at: dt.datetime) -> int:
    """What is left of lots that are over, by their last day or by their owner's, is paid; returns how many entries."""
    ids = list(
        BankEntry.objects.filter(lot=None).order_by("employee_id").values_list("employee_id", flat=True).distinct()
    )
    org.hold(ids, dt.date.min)
    gone = {key: left for key, _, left in org.employment(ids) if left and left < on}
    return write(
        (
            _payout(lot, min(lot.ends_on, gone.get(lot.employee_id, lot.ends_on)))
            for lot in queries.lots(ids)
            if lot.left > 0 and min(lot.ends_on, gone.get(lot.employee_id, lot.ends_on)) < on
        ),
        at,
    )


def _payout(lot: LotRow, last: dt.date) -> Line:
    said = Sentence("{last} 止未休,按 {percent}% 折算加班费", last=last, percent=lot.percent)
    return from_lot(lot, Entry.PAYOUT, last + DAY, -lot.left, f"over:{lot.id}:{lot.takings}", said)


def less(employee_id: int, minutes: int, on: dt.date, said: Sentence, key: str) -> list[Line]:
    """Entries that take minutes away by hand, of what ends first. Refuses more than there is."""
    rows = [lot for lot in queries.lots([employee_id]) if lot.left > 0 and lot.usable(on)]
    there = sum(lot.left for lot in rows)
    if there < minutes:
        left = say_minutes(there)
        raise Refusal("overtime.bank_short", gettext("只剩 {left},不能减这么多。").format(left=left), "hours")
    taken, _ = draw([Lot(lot.id, lot.begins_on, lot.ends_on, lot.left) for lot in rows], [(on, minutes)])
    by_id = {lot.id: lot for lot in rows}
    return [from_lot(by_id[lot], Entry.ADJUSTMENT, on, -some, f"{key}:{lot}", said) for lot, _, some in taken]
