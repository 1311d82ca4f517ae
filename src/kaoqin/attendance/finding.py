"""What settling finds of closed days: what they would be now, and why, as adjustments for HR to decide."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from django.utils.translation import gettext_lazy

from kaoqin.attendance.models import Absence, Adjustment, AgreedOvertime, ClosedMonth
from kaoqin.attendance.spans import Gap
from kaoqin.attendance.storing import Difference
from kaoqin.attendance.words import AdjustmentState, named_kind, told_kind
from kaoqin.core.arrays import any_of
from kaoqin.core.sentences import Sentence
from kaoqin.core.time import store_wall_clock
from kaoqin.leave.queries import private_kinds
from kaoqin.punches import queries as punches

DAY = dt.timedelta(days=1)
_NOT_COMPARED = {"employee_id", "date", "provisional", "settled_at"}
Columns = dict[str, Any]
Key = tuple[int, dt.date]


def note_differences(differences: Sequence[Difference], gaps: Sequence[Gap], at: dt.datetime) -> None:
    """Keep what closed days would be now: one adjustment of a day waits; it goes when the day is as it was again.

    Days nobody can reckon now say nothing about how they would be.
    """
    unknown = {(gap.employee_id, gap.first + n * DAY) for gap in gaps for n in range((gap.last - gap.first).days + 1)}
    found = [one for one in differences if (one.employee_id, one.date) not in unknown]
    if not found:
        return
    accepted, dismissed, waiting = _known(found)
    made = []
    for one in found:
        key = one.employee_id, one.date
        before, after = _apart({**_columns(one.kept), **accepted.get(key, {})}, _columns(one.now))
        old = waiting.pop(key, None)
        if old and (old.before, old.after) == (before, after):
            continue
        if old:
            old.delete()
        if before != after and (before, after) not in dismissed[key]:
            made.append(
                Adjustment(
                    employee_id=one.employee_id,
                    closed_id=one.closed_id,
                    date=one.date,
                    before=before,
                    after=after,
                    found_at=at,
                )
            )
    _say_why(made)
    Adjustment.objects.bulk_create(made)


def _known(
    found: Sequence[Difference],
) -> tuple[dict[Key, Columns], dict[Key, list[tuple[Columns, Columns]]], dict[Key, Adjustment]]:
    """By day: the columns as they were accepted, the differences that were dismissed, and what waits."""
    ids = {one.employee_id for one in found}
    rows = Adjustment.objects.filter(any_of("employee_id", ids), date__in={one.date for one in found}).order_by("pk")
    accepted: dict[Key, Columns] = defaultdict(dict)
    dismissed: dict[Key, list[tuple[Columns, Columns]]] = defaultdict(list)
    waiting = {}
    for row in rows.filter(closed__reopened_at=None):
        key = row.employee_id, row.date
        if row.state == AdjustmentState.PENDING:
            waiting[key] = row
        elif row.state == AdjustmentState.ACCEPTED:
            accepted[key] |= row.after
        else:
            dismissed[key].append((row.before, row.after))
    return accepted, dismissed, waiting


def _columns(row: Columns | None) -> Columns:
    return {name: value for name, value in (row or {}).items() if name not in _NOT_COMPARED}


def _apart(before: Columns, after: Columns) -> tuple[Columns, Columns]:
    """The columns that differ; one that is not there is None."""
    names = sorted(name for name in {*before, *after} if before.get(name) != after.get(name))
    return {name: before.get(name) for name in names}, {name: after.get(name) for name in names}


def _say_why(made: Iterable[Adjustment]) -> None:
    """What came or changed of these days since they were closed; where nothing of a person did, rules or plans did."""
    rows = list(made)
    closed, private = ClosedMonth.objects.in_bulk({row.closed_id for row in rows}), private_kinds() if rows else ()
    for row in rows:
        told = [*_facts_since(row.employee_id, row.date, closed[row.closed_id].closed_at, private)]
        row.causes = [one.keep() for one in told] or [Sentence("规则、排班、日历或人事信息有变更").keep()]


def _facts_since(employee_id: int, date: dt.date, since: dt.datetime, private: Collection[str]) -> list[Sentence]:
    """Punches that came, corrections, absences and overtime that were made or taken back since a moment and touch a day;
    `private` kinds of leave are told as leave, for auditors read them."""
    told = [
        Sentence("{what} {time}", what=what, time=f"{at:%m-%d %H:%M}")
        for what, at in punches.came_since(employee_id, date, since)
    ]
    low = store_wall_clock(dt.datetime.combine(date, dt.time()))
    touching = {"employee": employee_id, "start__lt": low + 2 * DAY, "end__gt": low}
    for model in (Absence, AgreedOvertime):
        for row in model.objects.filter(**touching):
            what = named_kind(told_kind(row.kind, private)) if isinstance(row, Absence) else gettext_lazy("加班")
            if row.withdrawn_at and row.withdrawn_at > since:
                told.append(Sentence("撤销{what}", what=what))
            elif row.made_at > since:
                told.append(Sentence("补批{what}", what=what))
    return told
