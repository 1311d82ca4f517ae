"""Balances are adjusted by hand, carried over, brought from elsewhere, and brought up to a day."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from kaoqin.core.jobs import Progress, ask, work
from kaoqin.core.lots import draw
from kaoqin.core.models import JobRun
from kaoqin.core.sentences import Sentence
from kaoqin.core.words import Refusal
from kaoqin.leave import keeping, ledger, queries
from kaoqin.leave.actions import hold
from kaoqin.leave.entitling import plain
from kaoqin.leave.ledger import Kind, Line, from_lot, write
from kaoqin.leave.models import LeaveEntry
from kaoqin.leave.words import (
    RECORD_LEAVE,
    Entry,
    say_days,
)
from kaoqin.org import queries as org
from kaoqin.org.models import Employee
from kaoqin.security.audit import record
from kaoqin.security.doors import require
from kaoqin.security.words import Actor


@transaction.atomic
def adjust(
    employee: Employee,
    kind_code: str,
    minutes: int,
    reason: str,
    *,
    by: Actor,
    at: dt.datetime,
    ends_on: dt.date | None = None,
) -> int:
    """HR gives minutes of a kind, usable from today to a day (default: the year's end), or takes some away.

    Returns what is left then. Refuses no reason, and to take more than there is.
    """
    hold(employee, by, at)
    today = timezone.localdate(at)
    found = queries.kind(kind_code, today)
    if not reason.strip():
        raise Refusal("leave.reason", gettext("请写明原因。"), "reason")
    if not minutes:
        raise Refusal("leave.no_change", gettext("请填写增加或减少的天数。"), "days")
    if ends_on and ends_on < today:
        raise Refusal("leave.ended", gettext("有效期不能早于今天。"), "ends_on")
    key = f"hand:{LeaveEntry.objects.filter(employee=employee, kind=found.id).count()}"
    said = Sentence("人事调整:{reason}", reason=reason.strip())
    write(_adjustments(employee, found, minutes, key, said, today, ends_on), at=at, by=by.account_id)
    told = {"name": employee.name, "kind": found.row.name, "days": plain(Fraction(minutes, found.rules.day_minutes))}
    record(
        by, "leave.adjust", employee, Sentence("调整 {name} 的{kind} {days} 天", **told), at=at, reason=reason.strip()
    )
    return queries.explain(employee.pk, kind_code, today).left


def _adjustments(
    employee: Employee, kind: Kind, minutes: int, key: str, said: Sentence, today: dt.date, ends_on: dt.date | None
) -> list[Line]:
    if minutes > 0:
        last = ends_on or dt.date(today.year, 12, 31)
        return [Line(employee.pk, kind.id, Entry.ADJUSTMENT, today, minutes, today, last, key, said)]
    lots = [lot for lot in ledger.lots([employee.pk]) if lot.kind_id == kind.id and lot.usable(today)]
    taken, missing = draw([lot.lot() for lot in lots], [(today, -minutes)])
    if missing:
        there = say_days(sum(lot.left for lot in lots), kind.rules.day_minutes)
        raise Refusal("leave.balance_short", gettext("只剩 {left},不能减这么多。").format(left=there), "days")
    by_id = {lot.id: lot for lot in lots}
    return [from_lot(by_id[lot], Entry.ADJUSTMENT, today, -some, f"{key}:{lot}", said) for lot, _, some in taken]


@transaction.atomic
def carry_over(employee: Employee, kind_code: str, minutes: int, *, by: Actor, at: dt.datetime) -> None:
    """With the employee's consent, what would end this year may be taken a year longer. Carried once, not again."""
    hold(employee, by, at)
    today = timezone.localdate(at)
    found = queries.kind(kind_code, today)
    lots = [lot for lot in ledger.lots([employee.pk]) if lot.kind_id == found.id and lot.usable(today)]
    lots = [lot for lot in lots if lot.ends_on and lot.ends_on.year == today.year and lot.entry != Entry.CARRY]
    there = sum(lot.left for lot in lots)
    if not 0 < minutes <= there:
        said = gettext("可以结转的只有 {left};上一年结转来的不能再结转。").format(
            left=say_days(there, found.rules.day_minutes)
        )
        raise Refusal("leave.carry_short", said, "days")
    taken, _ = draw([lot.lot() for lot in lots], [(today, minutes)])
    by_id = {lot.id: lot for lot in lots}
    for lot, _, some in taken:
        carried = keeping.carry(by_id[lot], some, today, f"carry:{lot}:{by_id[lot].takings}")
        write(carried, at=at, by=by.account_id)
    told = {"name": employee.name, "kind": found.row.name}
    record(by, "leave.carry_over", employee, Sentence("经本人同意结转 {name} 的{kind}", **told), at=at)


@dataclass(frozen=True)
class Opening:
    """What somebody had left of a kind when this system took over: minutes, usable to a day."""

    employee: Employee
    kind_code: str
    minutes: int
    ends_on: dt.date | None = None


@transaction.atomic
def open_balances(openings: Sequence[Opening], *, by: Actor, at: dt.datetime) -> None:
    """Balances brought from elsewhere: what is due is granted, and the difference entered as an adjustment."""
    require(by, RECORD_LEAVE)
    today = timezone.localdate(at)
    for one in openings:
        org.person(one.employee.pk, RECORD_LEAVE, seen_by=by, on=today)
    ids = [one.employee.pk for one in openings]
    keeping.keep(ids, today, at)
    kinds, lots = ledger.kinds_on(today), ledger.lots(ids)
    said, lines = Sentence("迁移期初余额"), []
    counts = _entry_counts(ids)
    for one in openings:
        kind = kinds[one.kind_code]
        own = [lot for lot in lots if (lot.employee_id, lot.kind_id) == (one.employee.pk, kind.id)]
        there = sum(lot.left for lot in own if lot.usable(today))
        key = f"opening:{counts.get((one.employee.pk, kind.id), 0)}"
        if one.minutes != there:
            lines += _adjustments(one.employee, kind, one.minutes - there, key, said, today, one.ends_on)
    write(lines, at=at, by=by.account_id)
    record(by, "leave.open_balances", "leave", Sentence("迁移期初余额 {count} 条", count=len(openings)), at=at)


def _entry_counts(ids: Sequence[int]) -> dict[tuple[int, int], int]:
    counts: dict[tuple[int, int], int] = {}
    for place in LeaveEntry.objects.filter(employee__in=ids).values_list("employee_id", "kind_id"):
        counts[place] = counts.get(place, 0) + 1
    return counts


@transaction.atomic
def keep_balances(*, by: Actor, at: dt.datetime) -> JobRun:
    """Bring everybody's balances up to today; a job with progress."""
    require(by, RECORD_LEAVE, everywhere=True)
    record(by, "leave.keep_balances", "leave", Sentence("更新全部假期余额"), at=at)
    return ask("leave.keep", gettext("更新假期余额"), account_id=by.account_id, at=at)


@work("leave.keep")
def keep_with_progress(progress: Progress) -> dict[str, Any]:
    now = timezone.now()
    today = timezone.localdate(now)
    progress.expect(keeping.expected(today))
    written = keeping.keep_all(today, now, progress.advance)
    return {"said": gettext("已更新,新增 {count} 笔。").format(count=written), "address": "/leave/"}
