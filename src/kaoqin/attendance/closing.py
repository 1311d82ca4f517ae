"""Closing months (月结): for any scope as a job, opening again, handing over; and the rules of a group's month."""

import datetime as dt
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext

from kaoqin.attendance import months
from kaoqin.attendance.claims import let_settling_wait
from kaoqin.attendance.cycles import PersonPeriod
from kaoqin.attendance.models import (
    Adjustment,
    ClosedMonth,
    Confirmation,
    DayResult,
    MonthRule,
    SettlementFault,
    Waiting,
)
from kaoqin.attendance.monthly import Rule, judge
from kaoqin.attendance.settling import mark, settle_people
from kaoqin.attendance.spans import cut_spans
from kaoqin.attendance.storing import DAY_COLUMNS, SUMS
from kaoqin.attendance.words import CLOSE_MONTHS, MANAGE_ATTENDANCE_RULES, AdjustmentState, Answer
from kaoqin.core.arrays import any_of, array_of
from kaoqin.core.jobs import Progress, ask, work
from kaoqin.core.models import JobRun
from kaoqin.core.sentences import Sentence
from kaoqin.core.words import Refusal
from kaoqin.org import queries as org
from kaoqin.scheduling.models import Group
from kaoqin.security.audit import record
from kaoqin.security.doors import require
from kaoqin.security.words import Actor

DAY = dt.timedelta(days=1)
BATCH = 2_500
"""People closed in one transaction: settling waits as long."""


@dataclass(frozen=True)
class MonthPlan:
    """The month of a group: on which day (1 to 28) its cycles begin, and its rules."""

    first_day: int = 1
    rule: Rule = field(default_factory=Rule)


@transaction.atomic
def keep_month_rule(group: Group, begins_on: dt.date, plan: MonthPlan, *, by: Actor, at: dt.datetime) -> MonthRule:
    """The month of a group from a day on. Refuses a day that was closed already: what was closed keeps its rule."""
    require(by, MANAGE_ATTENDANCE_RULES)
    if not 1 <= plan.first_day <= 28:
        raise Refusal("attendance.first_day", gettext("周期起始日须为 1 至 28 日。"), "first_day")
    closed = ClosedMonth.objects.filter(group=group, last__gte=begins_on, reopened_at=None).order_by("-last").first()
    if closed:
        said = gettext("到 {last} 为止已经月结,新规则请从之后的日期开始。").format(last=closed.last)
        raise Refusal("attendance.closed_already", said, "begins_on")
    told = {"first_day": plan.first_day, **vars(plan.rule)}
    row, _ = MonthRule.objects.update_or_create(group=group, begins_on=begins_on, defaults=told)
    said_ = Sentence("考勤组 {name} 自 {begins_on} 的月度规则", name=group.name, begins_on=begins_on)
    record(by, "attendance.keep_month_rule", group, said_, at=at, **told)
    return row


@dataclass(frozen=True)
class Scope:
    """Whose month (its first day): everybody within reach, narrowed by group, department, site and numbers."""

    month: dt.date
    group_id: int | None = None
    department_id: int | None = None
    site_id: int | None = None
    numbers: tuple[str, ...] = ()


def periods(scope: Scope, *, by: Actor, on: dt.date) -> dict[int, list[PersonPeriod]]:
    """The cycles of everybody in a scope, by employee. Refuses numbers of nobody within reach."""
    whom = org.people(CLOSE_MONTHS, seen_by=by, on=on)
    if scope.numbers:
        wanted = org.reached_by_numbers(scope.numbers, CLOSE_MONTHS, seen_by=by, on=on)
        whom = whom.filter(any_of("pk", wanted))
    if scope.department_id:
        whom = org.in_departments(whom, scope.department_id, on)
    if scope.site_id:
        whom = org.at_site(whom, scope.site_id, on)
    begin, end = scope.month - 31 * DAY, (scope.month + 31 * DAY).replace(day=1) - DAY
    ids = list(org.employed(whom, begin, end).order_by("pk").values_list("pk", flat=True))
    found = months.periods_in(ids, scope.month)
    if scope.group_id:
        found = {key: some for key, some in found.items() if some[-1].group_id == scope.group_id}
    there = {key: (hired, left or end) for key, hired, left in org.employment(list(found))}
    return {
        key: kept
        for key, some in found.items()
        if (kept := [one for one in some if there[key][0] <= one.last and there[key][1] >= one.first])
    }


@dataclass(frozen=True)
class Standing:
    """Of some people: whose cycles can be closed, and why those of others cannot."""

    ready: dict[int, list[PersonPeriod]]
    closed: int = 0
    running: int = 0
    objected: int = 0
    faulty: int = 0


def standing(found: Mapping[int, Sequence[PersonPeriod]], today: dt.date, *, with_faults: bool) -> Standing:
    """Who is closed already, whose cycle is not over, whose objection waits, whose days could not be settled."""
    first = min((one.first for some in found.values() for one in some), default=today)
    last = max((one.last for some in found.values() for one in some), default=today)
    about = [any_of("employee_id", found)]
    closed = set(ClosedMonth.objects.filter(*about, reopened_at=None, last__gte=first).values_list("employee", "first"))
    objected = set(Confirmation.objects.filter(*about, state=Answer.OBJECTED).values_list("employee", "first"))
    faults = SettlementFault.objects.filter(*about, first__lte=last, last__gte=first).values_list("employee", flat=True)
    faulty = set() if with_faults else set(faults)
    count: Counter[str] = Counter()
    ready: dict[int, list[PersonPeriod]] = defaultdict(list)
    for key, some in found.items():
        for one in some:
            why = _why_not(key, one, today, (closed, objected, faulty))
            count[why] += 1
            if not why:
                ready[key].append(one)
    return Standing(dict(ready), *(count[why] for why in ("closed", "running", "objected", "faulty")))


def _why_not(key: int, one: PersonPeriod, today: dt.date, sets: tuple[set[Any], set[Any], set[Any]]) -> str:
    closed, objected, faulty = sets
    if (key, one.first) in closed:
        return "closed"
    if one.last >= today:
        return "running"
    if (key, one.first) in objected:
        return "objected"
    return "faulty" if key in faulty else ""


@transaction.atomic
def close(scope: Scope, *, by: Actor, at: dt.datetime, with_faults: bool = False) -> JobRun:
    """Close the months of a scope: a job with progress, which goes on where it was if its process dies."""
    require(by, CLOSE_MONTHS)
    today = timezone.localdate(at)
    found = standing(periods(scope, by=by, on=today), today, with_faults=with_faults)
    if not found.ready:
        raise Refusal(
            "attendance.nothing_to_close", gettext("没有可以月结的人:周期未结束、已经月结,或有未答复的异议。")
        )
    told = {"month": f"{scope.month:%Y-%m}", "count": len(found.ready)}
    record(by, "attendance.close_month", "attendance", Sentence("月结 {month},{count} 人", **told), at=at)
    title = gettext("月结 {month}").format(month=told["month"])
    arguments = {
        "ids": sorted(found.ready),
        "month": scope.month.isoformat(),
        "by": by.account_id,
        "moment": at.isoformat(),
    }
    return ask("attendance.close_month", title, account_id=by.account_id, at=at, with_faults=with_faults, **arguments)


@work("attendance.close_month", resumes=True)
def close_with_progress(
    progress: Progress, ids: list[int], month: str, by: int | None, moment: str, with_faults: bool
) -> dict[str, Any]:
    """Close people batch by batch, each in a transaction of its own; whoever is closed already is passed over."""
    progress.expect(len(ids))
    at = dt.datetime.fromisoformat(moment)
    for place in range(0, len(ids), BATCH):
        close_people(ids[place : place + BATCH], dt.date.fromisoformat(month), by, at, with_faults=with_faults)
        progress.advance(min(place + BATCH, len(ids)))
    done = ClosedMonth.objects.filter(any_of("employee_id", ids), month=month, reopened_at=None)
    count = done.values("employee").distinct().count()
    said = gettext("已月结 {count} 人。").format(count=count)
    if count < len(ids):
        said += gettext("另有 {count} 人在此期间提出异议或无法核算,没有月结。").format(count=len(ids) - count)
    return {"said": said, "address": f"/closing/people/?month={month[:7]}"}


@transaction.atomic
def close_people(
    ids: Sequence[int], month: dt.date, account_id: int | None, at: dt.datetime, *, with_faults: bool = False
) -> int:
    """Close the cycles of some people that are called by a month; returns how many were closed now."""
    let_settling_wait()
    _let_answers_wait(ids)
    _settle_what_waits(ids, month, at)
    found = standing(months.periods_in(ids, month), timezone.localdate(at), with_faults=with_faults).ready
    flat = [(key, one) for key, some in found.items() for one in some]
    rows = list(_rows(flat, account_id, at))
    names = ", ".join(_CLOSED_COLUMNS)
    with connection.cursor() as cursor, cursor.copy(f"COPY attendance_closedmonth ({names}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row([row[name] for name in _CLOSED_COLUMNS])
    return len(rows)


def _let_answers_wait(ids: Sequence[int]) -> None:
    """Who confirms or objects meanwhile finds the month closed; an objection that is being made is waited for."""
    rows = Confirmation.objects.filter(any_of("employee_id", ids)).order_by("pk").select_for_update()
    list(rows.values_list("pk"))


def _settle_what_waits(ids: Sequence[int], month: dt.date, at: dt.datetime) -> None:
    """What is closed is what the facts say now."""
    end = (month + 31 * DAY).replace(day=1) - DAY
    waits = Waiting.objects.filter(any_of("employee_id", ids), first__lte=end).values_list("employee", flat=True)
    people = sorted(waits)
    if people:
        settle_people(people, (month - DAY).replace(day=1), end, at)


_CLOSED_COLUMNS = (
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


def _rows(
    flat: Sequence[tuple[int, PersonPeriod]], account_id: int | None, at: dt.datetime
) -> Iterator[dict[str, Any]]:
    """The rows of closed months, by column; a person has at most one cycle of each span."""
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


def closed_row(closed_id: int, *, by: Actor, on: dt.date) -> ClosedMonth:
    """A closed month of somebody within reach."""
    found = months.closed_months(permission=CLOSE_MONTHS, seen_by=by, on=on).filter(pk=closed_id).first()
    if found is None:
        raise Refusal("attendance.not_closed", gettext("没有这个已月结的月份。"))
    return found


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


@transaction.atomic
def hand_over(scope: Scope, *, by: Actor, at: dt.datetime) -> int:
    """Hand the closed months of a scope over to pay: from now on they are never opened again. Returns how many."""
    require(by, CLOSE_MONTHS)
    found = periods(scope, by=by, on=timezone.localdate(at))
    rows = ClosedMonth.objects.filter(any_of("employee_id", found), month=scope.month, reopened_at=None)
    ids = dict(rows.filter(handed_over_at=None).select_for_update().values_list("pk", "employee"))
    if not ids:
        raise Refusal("attendance.nothing_to_hand_over", gettext("没有已月结而未移交的人。"))
    ClosedMonth.objects.filter(any_of("pk", ids)).update(handed_over_at=at)
    told = {"month": f"{scope.month:%Y-%m}", "count": len(ids)}
    record(by, "attendance.hand_over", "attendance", Sentence("移交 {month} 考勤,{count} 人", **told), at=at)
    return len(ids)
