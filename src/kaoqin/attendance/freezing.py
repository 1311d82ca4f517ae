"""What is kept of a month that is closed: sums of its days, what the month's rule says, the rule versions, a digest."""

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection

from kaoqin.attendance import months
from kaoqin.attendance.cycles import PersonPeriod
from kaoqin.attendance.models import ClosedMonth, Confirmation
from kaoqin.attendance.monthly import judge
from kaoqin.attendance.spans import cut_spans
from kaoqin.attendance.storing import SUMS
from kaoqin.attendance.words import Answer
from kaoqin.core.arrays import any_of, array_of
from kaoqin.org import queries as org

CLOSED_COLUMNS = (
    *("employee_id", "group_id", "month", "first", "last", *SUMS, "leave_by_kind", "free_lates", "late_absent_days"),
    *("full_attendance", "full_broken_by", "rules", "digest", "answer", "closed_at", "closed_by_id"),
    *("reopen_reason", "before"),
)
_SUM = f"""
SELECT p.id, {", ".join(SUMS.values())}, {months.DAYS_DIGEST},
    array_agg(d.date ORDER BY d.date) FILTER (WHERE d.late_minutes > 0),
    array_agg(d.late_minutes ORDER BY d.date) FILTER (WHERE d.late_minutes > 0)
FROM unnest(%s::bigint[], %s::date[], %s::date[]) AS p(id, first, last)
LEFT JOIN attendance_dayresult d ON d.employee_id = p.id AND d.date BETWEEN p.first AND p.last AND NOT d.provisional
GROUP BY p.id, p.first
"""  # noqa: S608 - names of ours


def frozen_rows(
    flat: Sequence[tuple[int, PersonPeriod]], account_id: int | None, at: dt.datetime
) -> Iterator[dict[str, Any]]:
    """The rows of closed months, by column, of people with a cycle each; a person has at most one cycle of each span."""
    for span in sorted({(one.first, one.last) for _, one in flat}):
        some = {key: one for key, one in flat if (one.first, one.last) == span}
        yield from _span_rows(some, span, account_id, at)


def _span_rows(
    some: Mapping[int, PersonPeriod], span: tuple[dt.date, dt.date], account_id: int | None, at: dt.datetime
) -> Iterator[dict[str, Any]]:
    """The rows of people whose cycles are the same days."""
    ids, (first, last) = sorted(some), span
    leave = months.leave_of(dict.fromkeys(ids, span))
    rules = months.rules_in_force({one.group_id for one in some.values()}, last)
    harmless, used, answers = months.harmless_kinds(last), _rules_used(ids, first, last), _answers(ids, first)
    there = {key: (hired, left) for key, hired, left in org.employment(ids)}
    with connection.cursor() as cursor:
        cursor.execute(_SUM, [array_of(ids), array_of([first] * len(ids)), array_of([last] * len(ids))])
        told = cursor.fetchall()
    for key, *sums, days_digest, late_days, late_minutes in told:
        period, by_kind = some[key], leave.get(key, {})
        kept = dict(zip(SUMS, sums, strict=True))
        lates = list(zip(late_days or (), late_minutes or (), strict=True))
        row = rules.get(period.group_id)
        facts = months.facts_of(kept, lates, by_kind, whole=months.is_whole(*there[key], period))
        verdict = judge(facts, months.rule_of(row), harmless)
        digest = months.sheet_digest(days_digest, verdict, by_kind)
        state, confirmed = answers.get(key, ("", ""))
        yield {
            **kept,
            "employee_id": key,
            "group_id": period.group_id,
            "month": period.month,
            "first": first,
            "last": last,
            "leave_by_kind": json.dumps(by_kind),
            "free_lates": len(verdict.free),
            "late_absent_days": verdict.absent_days,
            "full_attendance": verdict.full,
            "full_broken_by": json.dumps(verdict.broken_by),
            "rules": json.dumps({"versions": used.get(key, []), "month": row.pk if row else None}),
            "digest": digest,
            # A confirmation of other numbers is none of these.
            "answer": "" if state == Answer.CONFIRMED and confirmed != digest else state,
            "closed_at": at,
            "closed_by_id": account_id,
            "reopen_reason": "",
            "before": "[]",
        }


@dataclass(frozen=True)
class Judged:
    """What the rule makes of somebody's month: lates that are free, days absent for others; whether attendance is full
    (None while a cycle of it is not over)."""

    free_lates: int
    late_absent_days: Decimal
    full: bool | None


def judged(employee_ids: Sequence[int], month: dt.date, today: dt.date) -> dict[int, Judged]:
    """The cycles of some people that are called by a month: closed ones as they were frozen, others as they would be now.

    As many questions for any number of people, for as many cycles as end in the month.
    """
    kept = list(
        ClosedMonth.objects.filter(any_of("employee_id", employee_ids), month=month, reopened_at=None).values(*_JUDGED)
    )
    closed = {(row["employee_id"], row["first"]) for row in kept}
    found = months.periods_in(employee_ids, month)
    open_ = [(key, one) for key, some in found.items() for one in some if (key, one.first) not in closed]
    told: dict[int, list[Mapping[str, Any]]] = defaultdict(list)
    for row in [*kept, *frozen_rows(open_, None, _NEVER)]:
        told[row["employee_id"]].append(row)
    return {key: _one(rows, today) for key, rows in told.items()}


_JUDGED = ("employee_id", "first", "last", "free_lates", "late_absent_days", "full_attendance")
_NEVER = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
"""When a month was closed that was not."""


def _one(rows: Sequence[Mapping[str, Any]], today: dt.date) -> Judged:
    """One or, where the rhythm changed, two cycles of a month."""
    over = all(row["last"] < today for row in rows)
    full = all(row["full_attendance"] for row in rows) if over else None
    return Judged(
        sum(row["free_lates"] for row in rows), sum((row["late_absent_days"] for row in rows), Decimal(0)), full
    )


def _rules_used(ids: Sequence[int], first: dt.date, last: dt.date) -> dict[int, list[int]]:
    """The rule versions the days of each were reckoned by, in order of days."""
    used: dict[int, list[int]] = defaultdict(list)
    for span in sorted(cut_spans(ids, first, last)[0], key=lambda one: one.first):
        for key, rule_id in span.rule_of.items():
            used[key].append(rule_id)
    return used


def _answers(ids: Sequence[int], first: dt.date) -> dict[int, tuple[str, str]]:
    rows = Confirmation.objects.filter(any_of("employee_id", ids), first=first)
    return {key: (state, digest) for key, state, digest in rows.values_list("employee", "state", "digest")}
