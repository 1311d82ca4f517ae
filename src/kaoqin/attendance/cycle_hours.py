"""Keeping the ledger of comprehensive hours: the sums of a person's cycle are those of its days as they are kept."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from django.db import connection

from kaoqin.attendance.models import CycleHours, RuleVersion
from kaoqin.attendance.reckoning import Settled, standard_day_minutes
from kaoqin.attendance.spans import cut_spans
from kaoqin.attendance.words import System
from kaoqin.core.arrays import any_of, array_of

DAY = dt.timedelta(days=1)
MONTHS = {"month": 1, "quarter": 3, "year": 12}
WORKDAYS_A_YEAR = 248
"""365 − 104 weekend days − 13 statutory holidays, since 2025-01-01 (全国年节及纪念日放假办法): 62 a quarter."""
_SUMS = """
SELECT p.id, min(d.date), max(d.date), count(*), count(*) FILTER (WHERE d.day_kind = 'workday'),
    sum(d.worked_minutes), sum(d.statutory_worked_minutes)
FROM unnest(%s::bigint[], %s::date[], %s::date[]) AS p(id, first, last)
JOIN attendance_dayresult d ON d.employee_id = p.id AND d.date BETWEEN p.first AND p.last AND NOT d.provisional
GROUP BY p.id
"""
_KEPT = (
    *("group_id", "counted_from", "counted_to", "standard_minutes", "average_minutes"),
    *("worked_minutes", "statutory_minutes", "excess_minutes"),
)
# A cycle is closed when its last employed day is, and no day of it is open.
_CLOSE = """
UPDATE attendance_cyclehours h SET closed_at = %(at)s FROM org_employee e
WHERE h.employee_id = ANY(%(ids)s::bigint[]) AND h.closed_at IS NULL AND e.id = h.employee_id
AND EXISTS (SELECT FROM attendance_closedmonth c WHERE c.employee_id = h.employee_id AND c.reopened_at IS NULL
    AND LEAST(h.ends_on, e.left_on) BETWEEN c.first AND c.last)
AND NOT EXISTS (SELECT FROM attendance_dayresult d
    WHERE d.employee_id = h.employee_id AND d.date BETWEEN h.begins_on AND h.ends_on AND NOT EXISTS (
        SELECT FROM attendance_closedmonth c WHERE c.employee_id = h.employee_id AND c.reopened_at IS NULL
        AND d.date BETWEEN c.first AND c.last))
"""


class Cycle(NamedTuple):
    """First and last day of a cycle, which begin in January and are so many months long."""

    first: dt.date
    last: dt.date

    @property
    def months(self) -> int:
        return self.last.month - self.first.month + 1


def keep_cycles(settled: Settled, people: Sequence[int], first: dt.date, last: dt.date) -> None:
    """Bring the ledger to the days as they are kept now, for the cycles that some people's settled days lie in; cycles
    that are closed stay as they are, and those nobody is under any more go."""
    wanted: dict[Cycle, set[int]] = defaultdict(set)
    for key, begin, end in _reckoned(settled):
        wanted[Cycle(begin, end)].add(key)
    rows = CycleHours.objects.filter(any_of("employee_id", people), begins_on__lte=last, ends_on__gte=first)
    closed = set()
    for key, begin, end, closed_at in rows.values_list("employee_id", "begins_on", "ends_on", "closed_at"):
        wanted[Cycle(begin, end)].add(key)
        if closed_at:
            closed.add((key, begin, end))
    for cycle, ids in wanted.items():
        _keep(cycle, sorted(key for key in ids if (key, *cycle) not in closed))


def _reckoned(settled: Settled) -> Iterator[tuple[int, dt.date, dt.date]]:
    """(employee id, first and last day of the cycle) of whoever the engine found under the system."""
    if "begins_on" in settled.cycles.column_names:
        columns = (settled.cycles[name].to_pylist() for name in ("employee_no", "begins_on", "ends_on"))
        yield from ((int(key), begin, end) for key, begin, end in zip(*columns, strict=True))


def _keep(cycle: Cycle, ids: Sequence[int]) -> None:
    if not ids:
        return
    rows = [CycleHours(begins_on=cycle.first, ends_on=cycle.last, **told) for told in _summed(cycle, ids)]
    gone = set(ids) - {row.employee_id for row in rows}
    CycleHours.objects.filter(any_of("employee_id", gone), begins_on=cycle.first, ends_on=cycle.last).delete()
    unique = ["employee", "begins_on", "ends_on"]
    CycleHours.objects.bulk_create(rows, update_conflicts=True, unique_fields=unique, update_fields=_KEPT)


def _summed(cycle: Cycle, ids: Sequence[int]) -> Iterator[dict[str, Any]]:
    """What the ledger says of some people's cycle."""
    pieces = list(_pieces(cycle, ids))
    groups = {key: group for key, _, _, group in pieces}  # in order of days: the last one
    columns = [array_of([piece[place] for piece in pieces]) for place in range(3)]
    with connection.cursor() as cursor:
        cursor.execute(_SUMS, columns)
        told = cursor.fetchall()
    for key, first, last, days, workdays, worked, statutory in told:
        standard = workdays * standard_day_minutes(cycle.first)
        yield {
            "employee_id": key,
            "group_id": groups[key],
            "counted_from": first,
            "counted_to": last,
            "standard_minutes": standard,
            "average_minutes": average_minutes(cycle, days),
            "worked_minutes": worked,
            "statutory_minutes": statutory,
            "excess_minutes": max(worked - standard - statutory, 0),
        }


def _pieces(cycle: Cycle, ids: Sequence[int]) -> Iterator[tuple[int, dt.date, dt.date, int]]:
    """(employee id, first, last, group id) of the days under a rule of this cycle's length, in order of days."""
    rules = RuleVersion.objects.filter(system=System.COMPREHENSIVE).values_list("pk", "cycle", "group")
    ours = {key: group for key, name, group in rules if MONTHS[name] == cycle.months}
    for span in sorted(cut_spans(ids, cycle.first, cycle.last)[0], key=lambda one: one.first):
        told = ((key, ours[rule_id]) for key, rule_id in span.rule_of.items() if rule_id in ours)
        yield from ((key, span.first, span.last, group) for key, group in told)


def average_minutes(cycle: Cycle, days: int) -> int:
    """The standard by the average of a year, of so many of the cycle's days; half a minute and more is one."""
    whole = WORKDAYS_A_YEAR * standard_day_minutes(cycle.first) * cycle.months
    length = 12 * ((cycle.last - cycle.first).days + 1)
    return (2 * whole * days + length) // (2 * length)


def close_cycles(people: Iterable[int], at: dt.datetime) -> None:
    """Cycles of which all days are closed now are closed, too."""
    with connection.cursor() as cursor:
        cursor.execute(_CLOSE, {"ids": array_of(people), "at": at})


def open_cycles(employee_id: int, first: dt.date, last: dt.date) -> None:
    """Cycles that some days lie in are open again."""
    CycleHours.objects.filter(employee=employee_id, begins_on__lte=last, ends_on__gte=first).update(closed_at=None)
