"""Questions about cycles: whose days make which month, what was closed, what was confirmed, what the month's rule says."""

import datetime as dt
import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from django.db import connection
from django.db.models import Count, Exists, Model, OuterRef, QuerySet
from django.utils.translation import gettext

from kaoqin.attendance import reckoning
from kaoqin.attendance.cycles import Joined, PersonPeriod, Rhythm, person_periods
from kaoqin.attendance.models import Adjustment, ClosedMonth, Confirmation, DayResult, MonthResult, MonthRule
from kaoqin.attendance.monthly import Facts, Rule, Verdict, judge
from kaoqin.attendance.storing import DAY_COLUMNS, SUMS
from kaoqin.core.arrays import any_of, array_of
from kaoqin.core.words import NotFound
from kaoqin.leave import queries as leave
from kaoqin.org import queries as org
from kaoqin.org.models import Employee
from kaoqin.scheduling import queries as scheduling
from kaoqin.security.words import Actor

DAY = dt.timedelta(days=1)
RULE_FIELDS = tuple(Rule.__dataclass_fields__)
COUNTS = tuple(SUMS)
_FACTS = tuple(name for name in DAY_COLUMNS if name not in {"employee_id", "provisional"})


def rhythms() -> dict[int, list[Rhythm]]:
    """Each group's rhythms in order of days; a group without one has calendar months."""
    found: dict[int, list[Rhythm]] = defaultdict(list)
    for group_id, begins_on, first_day in MonthRule.objects.order_by("begins_on").values_list(
        "group", "begins_on", "first_day"
    ):
        if not found[group_id] or found[group_id][-1].first_day != first_day:
            found[group_id].append(Rhythm(begins_on, first_day))
    return found


def periods_of(employee_ids: Sequence[int], until: dt.date) -> dict[int, list[PersonPeriod]]:
    """The cycles of some people from their first membership to that of a day; two questions for anybody."""
    since = dt.date(1990, 1, 1)
    spans = scheduling.membership_spans(employee_ids, since, until)
    known = rhythms()
    seen: dict[tuple[Joined, ...], list[PersonPeriod]] = {}
    found = {}
    for employee_id, rows in spans.items():
        joined = tuple(Joined(*row) for row in rows)
        if joined not in seen:
            seen[joined] = person_periods(joined, known, until)
        found[employee_id] = seen[joined]
    return found


def periods_in(employee_ids: Sequence[int], month: dt.date) -> dict[int, list[PersonPeriod]]:
    """The cycles of some people that are called by a month (its first day): one, or two where the rhythm changed."""
    until = (month + 31 * DAY).replace(day=1) - DAY
    found = periods_of(employee_ids, until)
    named = {key: [one for one in all_ if one.month == month] for key, all_ in found.items()}
    return {key: some for key, some in named.items() if some}


def rules_in_force(group_ids: Iterable[int], on: dt.date) -> dict[int, MonthRule]:
    """Each group's month rule on a day; none where it has none yet."""
    rows = MonthRule.objects.filter(group__in=set(group_ids), begins_on__lte=on)
    return {row.group_id: row for row in rows.order_by("group", "-begins_on").distinct("group")}


def rule_of(row: MonthRule | None) -> Rule:
    return Rule(**{name: getattr(row, name) for name in RULE_FIELDS}) if row else Rule()


def harmless_kinds(on: dt.date) -> frozenset[str]:
    """The kinds of leave that do not break full attendance."""
    return leave.harmless_for_full_attendance(on)


DIGEST = "encode(sha256(convert_to(COALESCE(string_agg(concat_ws('|', {columns}), E'\\n' ORDER BY d.date) FILTER (WHERE d.date IS NOT NULL), ''), 'UTF8')), 'hex')"
_PLAIN = {"first_in": "to_char(d.first_in AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI')"}
_PLAIN["last_out"] = _PLAIN["first_in"].replace("first_in", "last_out")
DAYS_DIGEST = DIGEST.format(
    columns=", ".join(f"COALESCE(({_PLAIN.get(name, f'd.{name}')})::text, '')" for name in _FACTS)
)
"""SHA-256 of the days of a month, one line a day, in hexadecimal."""
_SHEET_SUMS = f"""
SELECT {", ".join(SUMS.values())}, {DAYS_DIGEST} FROM attendance_dayresult d
WHERE employee_id = %s AND date BETWEEN %s AND %s AND NOT provisional
"""  # noqa: S608 - names of ours


@dataclass(frozen=True)
class Sheet:
    """A month of somebody as they see it: sums, days, what the month's rule makes of them, and a digest of it all."""

    employee: Employee
    period: PersonPeriod
    sums: dict[str, Any]
    leave: dict[str, int]
    days: list[DayResult]
    verdict: Verdict
    days_digest: str
    closed: ClosedMonth | None

    @property
    def digest(self) -> str:
        """The content hash of what is confirmed; of a closed month the one it was closed with."""
        return self.closed.digest if self.closed else sheet_digest(self.days_digest, self.verdict, self.leave)


def sheet_digest(days_digest: str, verdict: Verdict, leave_by_kind: Mapping[str, int]) -> str:
    """SHA-256 over the days' digest, the leave by kind and what the month's rule says."""
    told = [days_digest, sorted(leave_by_kind.items()), [f"{day}" for day in verdict.free]]
    told += [str(verdict.absent_days), list(verdict.broken_by)]
    return hashlib.sha256(json.dumps(told, ensure_ascii=False).encode()).hexdigest()


def sheet(employee: Employee, period: PersonPeriod) -> Sheet:
    """The month of somebody now: of a closed one the kept numbers, else what is settled."""
    span: list[Any] = [employee.pk, period.first, period.last]
    with connection.cursor() as cursor:
        cursor.execute(_SHEET_SUMS, span)
        *sums, digest = cursor.fetchone()
    kept = dict(zip(COUNTS, sums, strict=True))
    days = list(DayResult.objects.filter(employee=employee, date__range=span[1:], provisional=False).order_by("date"))
    by_kind = leave_of({employee.pk: (period.first, period.last)}).get(employee.pk, {})
    lates = [(day.date, day.late_minutes) for day in days if day.late_minutes]
    rule = rule_of(rules_in_force([period.group_id], period.last).get(period.group_id))
    facts = facts_of(kept, lates, by_kind, whole=is_whole(employee.hired_on, employee.left_on, period))
    verdict = judge(facts, rule, harmless_kinds(period.last))
    closed = ClosedMonth.objects.filter(employee=employee, first=period.first, reopened_at=None).first()
    if closed:
        by_kind = closed.leave_by_kind
        verdict = replace(verdict, absent_days=closed.late_absent_days, broken_by=tuple(closed.full_broken_by))
    return Sheet(employee, period, kept, by_kind, days, verdict, digest, closed)


def is_whole(hired_on: dt.date, left_on: dt.date | None, period: PersonPeriod) -> bool:
    """Whether somebody was employed all the time of a cycle."""
    return hired_on <= period.first and (left_on is None or left_on >= period.last)


def facts_of(
    sums: Mapping[str, Any], lates: Sequence[tuple[dt.date, int]], by_kind: Mapping[str, int], *, whole: bool
) -> Facts:
    """The sums of a month as its rule wants them."""
    kinds = frozenset(kind for kind, minutes in by_kind.items() if minutes)
    missing = sums["missing_in"] + sums["missing_out"]
    return Facts(lates, sums["planned_days"], sums["early_times"], missing, sums["absent_minutes"], kinds, whole)


_LEAVE_TAKERS = """
SELECT DISTINCT d.employee_id FROM attendance_dayresult d
JOIN unnest(%s::bigint[], %s::date[], %s::date[]) AS p(id, first, last) ON d.employee_id = p.id
WHERE d.date BETWEEN p.first AND p.last AND d.leave_minutes > 0 AND NOT d.provisional
"""


def leave_of(spans: Mapping[int, tuple[dt.date, dt.date]]) -> dict[int, dict[str, int]]:
    """Minutes of leave by kind of people in their cycles: of calendar months as they were settled, of others reckoned."""
    ids = sorted(spans)
    with connection.cursor() as cursor:
        firsts, lasts = (array_of(spans[key][end] for key in ids) for end in (0, 1))
        cursor.execute(_LEAVE_TAKERS, [array_of(ids), firsts, lasts])
        takers = [key for (key,) in cursor.fetchall()]
    grouped: dict[tuple[dt.date, dt.date], list[int]] = defaultdict(list)
    for key in takers:
        grouped[spans[key]].append(key)
    found: dict[int, dict[str, int]] = {}
    for (first, last), some in grouped.items():
        if first.day == 1 and (last + DAY).day == 1 and first.month == last.month:
            rows = MonthResult.objects.filter(any_of("employee_id", some), month=first)
            found |= dict(rows.values_list("employee_id", "leave_by_kind"))
        else:
            found |= reckoning.leave_by_kind(some, first, last)
    return found


def period_named(employee_id: int, first: dt.date, until: dt.date) -> PersonPeriod:
    """The cycle of somebody that begins on a day."""
    kept = ClosedMonth.objects.filter(employee=employee_id, first=first, reopened_at=None).first()
    if kept:
        return PersonPeriod(kept.group_id, kept.first, kept.last)
    found = next((one for one in periods_of([employee_id], until).get(employee_id, []) if one.first == first), None)
    if found is None:
        raise NotFound("attendance.no_cycle", gettext("没有这个考勤周期。"))
    return found


def closed_months(*, permission: str, seen_by: Actor, on: dt.date) -> QuerySet[ClosedMonth]:
    """Closed months of people within reach, the newest first."""
    whom = org.people(permission, seen_by=seen_by, on=on).filter(pk=OuterRef("employee_id"))
    rows = ClosedMonth.objects.filter(Exists(whom)).select_related("employee", "group", "closed_by")
    return rows.order_by("-last", "employee__number", "-pk")


def confirmations(permission: str, *, seen_by: Actor, on: dt.date) -> QuerySet[Confirmation]:
    """What people within reach were asked to confirm, the newest first."""
    whom = org.people(permission, seen_by=seen_by, on=on).filter(pk=OuterRef("employee_id"))
    rows = Confirmation.objects.filter(Exists(whom)).select_related("employee", "replied_by")
    return rows.order_by("-last", "employee__number")


def adjustments(permission: str, *, seen_by: Actor, on: dt.date) -> QuerySet[Adjustment]:
    """Differences of closed days of people within reach; what waits comes first."""
    whom = org.people(permission, seen_by=seen_by, on=on).filter(pk=OuterRef("employee_id"))
    rows = Adjustment.objects.filter(Exists(whom)).select_related("employee", "closed", "decided_by")
    return rows.order_by("-found_at", "-pk")


def closed_on(employee_id: int, date: dt.date) -> ClosedMonth | None:
    """The closed month a day lies in."""
    return ClosedMonth.objects.filter(employee=employee_id, first__lte=date, last__gte=date, reopened_at=None).first()


def closed_firsts(employee_id: int) -> set[dt.date]:
    """The first days of somebody's closed cycles."""
    return set(ClosedMonth.objects.filter(employee=employee_id, reopened_at=None).values_list("first", flat=True))


def carried_into(employee_id: int, month: dt.date) -> list[Adjustment]:
    """Adjustments that were accepted into somebody's month."""
    rows = Adjustment.objects.filter(employee=employee_id, into=month, state="accepted")
    return list(rows.order_by("date"))


def months_of(employee_id: int, *, until: dt.date) -> list[PersonPeriod]:
    """The last cycles of somebody that are over, the newest first."""
    over = [one for one in periods_of([employee_id], until).get(employee_id, []) if one.last < until]
    return over[-6:][::-1]


Row = TypeVar("Row", bound=Model)


def one_of(rows: QuerySet[Row], key: int) -> Row:
    """One of some rows; to whom it is none of them, there is none."""
    found = rows.filter(pk=key).first()
    if found is None:
        raise NotFound("attendance.not_here", gettext("没有这条记录,或者不在您的管理范围内。"))
    return found


def carried_by_month(rows: QuerySet[ClosedMonth]) -> dict[tuple[int, dt.date], int]:
    """How many differences were accepted into the months of some closed rows, by employee and month."""
    counted = Adjustment.objects.filter(state="accepted", into__in=rows.order_by().values("month"))
    told = counted.values("employee", "into").annotate(count=Count("pk")).values_list("employee", "into", "count")
    return {(employee_id, into): count for employee_id, into, count in told if into}
