"""Opening a closed month again, before it was handed over, and what changed since."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from kaoqin.attendance.cycle_hours import open_cycles
from kaoqin.attendance.models import Adjustment, ClosedMonth, Confirmation, DayResult
from kaoqin.attendance.settling import mark
from kaoqin.attendance.storing import DAY_COLUMNS
from kaoqin.attendance.words import CLOSE_MONTHS, AdjustmentState
from kaoqin.core.sentences import Sentence
from kaoqin.core.words import Refusal
from kaoqin.org import queries as org
from kaoqin.security.audit import record
from kaoqin.security.words import Actor


@transaction.atomic
def reopen(closed: ClosedMonth, reason: str, *, by: Actor, at: dt.datetime) -> ClosedMonth:
    """Open a closed month again, before it was handed over; its days are kept as they were, to be compared."""
    org.person(closed.employee_id, CLOSE_MONTHS, seen_by=by, on=timezone.localdate(at))
    found = ClosedMonth.objects.select_for_update(of=("self",)).select_related("employee").get(pk=closed.pk)
    if not reason.strip():
        raise Refusal("attendance.no_reason", gettext("请写明原因。"), "reason")
    if found.handed_over_at:
        raise Refusal("attendance.handed_over", gettext("已移交薪酬,不能重新打开;之后的变化会成为差异,计入下个月。"))
    if found.reopened_at:
        raise Refusal("attendance.open_already", gettext("这个月已经重新打开。"))
    if found.adjustments.filter(state=AdjustmentState.ACCEPTED).exists():
        raise Refusal("attendance.adjusted", gettext("它的差异已计入其他月份,不能重新打开。"))
    found.before = [_plain(day) for day in _days_of(found)]
    found.reopened_at, found.reopen_reason = at, reason.strip()
    found.save(update_fields=["before", "reopened_at", "reopen_reason"])
    open_cycles(found.employee_id, found.first, found.last)
    Adjustment.objects.filter(closed=found, state=AdjustmentState.PENDING).delete()
    Confirmation.objects.filter(employee=found.employee_id, first=found.first).delete()
    said = Sentence(
        "重新打开 {name} {month} 的考勤:{reason}",
        name=found.employee.name,
        month=f"{found.month:%Y-%m}",
        reason=found.reopen_reason,
    )
    record(by, "attendance.reopen_month", found.employee, said, at=at)
    mark({found.employee_id: (found.first, found.last)}, at)
    return found


def _days_of(closed: ClosedMonth) -> Iterable[DayResult]:
    span = (closed.first, closed.last)
    return DayResult.objects.filter(employee=closed.employee_id, date__range=span, provisional=False).order_by("date")


def _plain(day: DayResult) -> dict[str, Any]:
    """A day as JSON: moments as texts."""
    told = {name: getattr(day, name) for name in DAY_COLUMNS if name not in {"employee_id", "provisional"}}
    return {name: f"{value}" if isinstance(value, dt.date) else value for name, value in told.items()}


@dataclass(frozen=True)
class Change:
    """A column of a day, before and after."""

    date: dt.date
    column: str
    before: Any
    after: Any


def differences(closed: ClosedMonth) -> list[Change]:
    """What changed by day and column since a month was opened again."""
    now = {told["date"]: told for told in map(_plain, _days_of(closed))}
    then = {told["date"]: told for told in closed.before}
    return [
        Change(dt.date.fromisoformat(date), name, before.get(name), after.get(name))
        for date in sorted({*now, *then})
        for before, after in [(then.get(date, {}), now.get(date, {}))]
        for name in sorted({*before, *after} - {"date"})
        if before.get(name) != after.get(name)
    ]
