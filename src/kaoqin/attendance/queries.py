"""Questions about days and months, within the asker's reach."""

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import NamedTuple

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy

from kaoqin.attendance.models import (
    Absence,
    Adjustment,
    AgreedOvertime,
    ClosedMonth,
    Confirmation,
    CorrectionQuota,
    DayResult,
    MonthResult,
    MonthRule,
    RuleVersion,
    SettlementFault,
    Waiting,
)
from kaoqin.attendance.words import (
    ANSWER_OBJECTIONS,
    CLOSE_MONTHS,
    EXCEPTIONS,
    RECORD_APPROVALS,
    SEE_DAYS,
    SEE_OWN_DAYS,
    AbsenceKind,
    AdjustmentState,
    Answer,
    System,
)
from kaoqin.core.arrays import any_of
from kaoqin.core.time import store_wall_clock
from kaoqin.core.words import NotFound
from kaoqin.org import queries as org
from kaoqin.org.models import Employee
from kaoqin.scheduling import queries as scheduling
from kaoqin.scheduling.words import DayKind, ShiftPlan
from kaoqin.security.doors import may, require
from kaoqin.security.words import Actor

DAY = dt.timedelta(days=1)


def month_end(month: dt.date) -> dt.date:
    """The last day of the month that begins on `month`."""
    return (month + 31 * DAY).replace(day=1) - DAY


def people(department_id: int | None, *, seen_by: Actor, on: dt.date) -> QuerySet[Employee]:
    """The people whose days `seen_by` may see, in a department with all below it or in all of them."""
    reached = org.people(SEE_DAYS, seen_by=seen_by, on=on)
    return org.in_departments(reached, department_id, on) if department_id else reached


def months(month: dt.date, department_id: int | None, *, seen_by: Actor, on: dt.date) -> QuerySet[MonthResult]:
    """Month results of a month, in number order."""
    whom = people(department_id, seen_by=seen_by, on=on).filter(pk=OuterRef("employee_id"))
    rows = MonthResult.objects.filter(Exists(whom), month=month)
    return rows.select_related("employee").order_by("employee__number")


def days(
    first: dt.date, last: dt.date, department_id: int | None, *, seen_by: Actor, on: dt.date
) -> QuerySet[DayResult]:
    """Day results of a range, by date and number; those of days that are not over are among them."""
    whom = people(department_id, seen_by=seen_by, on=on).filter(pk=OuterRef("employee_id"))
    rows = DayResult.objects.filter(Exists(whom), date__range=(first, last))
    return rows.select_related("employee").order_by("-date", "employee__number")


def exceptions(
    first: dt.date, last: dt.date, department_id: int | None, *, seen_by: Actor, on: dt.date
) -> QuerySet[DayResult]:
    """Finished days that need a look: absence, missing punches, late, early."""
    return days(first, last, department_id, seen_by=seen_by, on=on).filter(is_exception(), provisional=False)


def is_exception() -> Q:
    """Whether a day needs a look."""
    return reduce(or_, (Q(status__contains=word) for word in EXCEPTIONS))


def visible_person(employee_id: int, *, seen_by: Actor, on: dt.date) -> Employee:
    """Somebody whose days `seen_by` may see: oneself, or people within reach."""
    code = SEE_OWN_DAYS if employee_id == seen_by.employee_id else SEE_DAYS
    require(seen_by, code)
    return org.person(employee_id, code, seen_by=seen_by, on=on)


def month_of(employee: Employee, month: dt.date) -> tuple[MonthResult | None, dict[dt.date, DayResult]]:
    """One person's month and its days; the caller has asked for the person through `visible_person`."""
    rows = DayResult.objects.filter(employee=employee, date__range=(month, month_end(month)))
    total = MonthResult.objects.filter(employee=employee, month=month).first()
    return total, {row.date: row for row in rows}


def day_of(employee: Employee, date: dt.date) -> DayResult | None:
    return DayResult.objects.filter(employee=employee, date=date).first()


@dataclass(frozen=True, slots=True)
class Presence:
    """Where somebody stands today, in one word and what it rests on."""

    employee_id: int
    state: str
    shift: str
    first_in: dt.datetime | None
    last_out: dt.datetime | None
    late_minutes: int


class _SoFar(NamedTuple):
    """What a day's result says of today."""

    employee_id: int
    shift: str
    first_in: dt.datetime | None
    last_out: dt.datetime | None
    late_minutes: int
    leave_minutes: int
    trip_minutes: int
    provisional: bool


STATES = {
    "here": gettext_lazy("已到"),
    "late": gettext_lazy("迟到"),
    "missing": gettext_lazy("未到"),
    "away": gettext_lazy("请假外出"),
    "later": gettext_lazy("未到上班时间"),
    "off": gettext_lazy("休息"),
    "overtime": gettext_lazy("休息日到岗"),
}


def today(department_id: int | None, *, seen_by: Actor, on: dt.date, now: dt.datetime) -> list[Presence]:
    """Where everybody within reach stands on a day at a moment (naive local), by number: four queries for anybody."""
    whom = org.employed(people(department_id, seen_by=seen_by, on=on), on, on).order_by("number")
    return standing(list(whom.values_list("pk", flat=True)), on=on, now=now)


def standing(ids: Sequence[int], *, on: dt.date, now: dt.datetime) -> list[Presence]:
    """Where some people stand, in their order: three queries."""
    told = DayResult.objects.filter(any_of("employee_id", ids), date=on).values_list(*_SoFar._fields)
    results = {row[0]: _SoFar(*row) for row in told}
    plans = scheduling.planned_on(ids, on)
    shifts = scheduling.shifts({shift_id for shift_id, _ in plans.values() if shift_id})
    versions = {key: shift.on(on) for key, shift in shifts.items()}
    codes = {key: shift.code for key, shift in shifts.items()}
    rows = []
    for employee_id in ids:
        result, (shift_id, begins) = results.get(employee_id), plans.get(employee_id, (None, None))
        shift = codes.get(shift_id, "") if shift_id else ""
        late = _late_so_far(result, versions[shift_id], on) if result and shift_id else 0
        state = _state(result, shift, late, begins, now)
        first, last = (result.first_in, result.last_out) if result else (None, None)
        rows.append(Presence(employee_id, state, shift, first, last, late))
    return rows


def _late_so_far(result: _SoFar, plan: ShiftPlan, on: dt.date) -> int:
    """Minutes late as settled; while the day lasts and its off punch is still to come, by the first punch and the plan.

    Where leave or 晚走晚到 may still excuse it, nobody is called late before the day is over.
    """
    excused = result.leave_minutes or result.trip_minutes or plan.late_off_late_on
    if result.late_minutes or not result.provisional or excused or plan.free or not result.first_in:
        return result.late_minutes
    first = plan.segments[0]
    midnight = store_wall_clock(dt.datetime.combine(on, dt.time()))
    late = int((result.first_in - midnight).total_seconds() // 60) - first.start - plan.flex_late
    return late if first.in_required and late > first.late_grace else 0


def _state(result: _SoFar | None, shift: str, late: int, begins: dt.datetime | None, now: dt.datetime) -> str:
    came = bool(result and result.first_in)
    if result and (result.leave_minutes or result.trip_minutes) and not came:
        return "away"
    if not (result.shift if result else shift):
        return "overtime" if came else "off"
    if result and result.first_in:
        return "late" if late else "here"
    return "later" if begins is None or now < begins else "missing"


def count_states(rows: Iterable[Presence]) -> list[tuple[str, str | Promise, int]]:
    """(state, its word, how many), in a fixed order."""
    counted = Counter(row.state for row in rows)
    return [(state, word, counted[state]) for state, word in STATES.items()]


def absences(*, seen_by: Actor, on: dt.date) -> QuerySet[Absence]:
    """Approved absences of the people within reach."""
    whom = org.people(RECORD_APPROVALS, seen_by=seen_by, on=on).filter(pk=OuterRef("employee_id"))
    return Absence.objects.filter(Exists(whom)).select_related("employee").order_by("-start", "-pk")


def overlapping_absences(employee_ids: Iterable[int], start: dt.datetime, end: dt.datetime) -> QuerySet[Absence]:
    """Absences of some people that hold and touch a time (naive local), the earliest first; but for the hours for nursing."""
    low, high = store_wall_clock(start), store_wall_clock(end)
    rows = Absence.objects.filter(any_of("employee_id", employee_ids), start__lt=high, end__gt=low)
    rows = rows.filter(withdrawn_at__isnull=True).exclude(kind=AbsenceKind.NURSING)
    return rows.select_related("employee").order_by("start", "pk")


def agreed_overtime(*, seen_by: Actor, on: dt.date) -> QuerySet[AgreedOvertime]:
    """Agreed overtime of the people within reach."""
    whom = org.people(RECORD_APPROVALS, seen_by=seen_by, on=on).filter(pk=OuterRef("employee_id"))
    return AgreedOvertime.objects.filter(Exists(whom)).select_related("employee").order_by("-start", "-pk")


def approvals_of(employee: Employee, date: dt.date) -> tuple[list[Absence], list[AgreedOvertime]]:
    """What was approved for somebody that touches a day or the night after it."""
    low = store_wall_clock(dt.datetime.combine(date, dt.time()))
    high = low + dt.timedelta(hours=36)
    wanted = {"employee": employee, "withdrawn_at__isnull": True, "start__lt": high, "end__gt": low}
    return list(Absence.objects.filter(**wanted)), list(AgreedOvertime.objects.filter(**wanted))


def counted_overtime(days: Collection[tuple[int, dt.date]]) -> dict[tuple[int, dt.date], dict[DayKind, int]]:
    """The overtime of some employee-days as they were settled, in minutes by kind of day."""
    dates = [date for _, date in days]
    names = [f"overtime_{kind}_minutes" for kind in DayKind]
    rows = DayResult.objects.filter(any_of("employee_id", {key for key, _ in days}), provisional=False)
    told = rows.filter(date__range=(min(dates), max(dates))).values_list("employee_id", "date", *names)
    return {(key, date): dict(zip(DayKind, some, strict=True)) for key, date, *some in told if (key, date) in days}


def settlement_faults(*, seen_by: Actor, on: dt.date) -> QuerySet[SettlementFault]:
    """Why days of people within reach could not be settled."""
    whom = people(None, seen_by=seen_by, on=on).filter(pk=OuterRef("employee_id"))
    return SettlementFault.objects.filter(Exists(whom)).select_related("employee").order_by("-found_at", "pk")


def waiting_count(*, seen_by: Actor) -> int:
    """How many people wait to be settled."""
    return Waiting.objects.count() if may(seen_by, SEE_DAYS) else 0


def comprehensive(employee_ids: Iterable[int], on: dt.date) -> set[int]:
    """Those of some people whose group works under 综合计算工时 on a day; two questions."""
    groups = scheduling.groups_of(employee_ids, on)
    rows = RuleVersion.objects.filter(begins_on__lte=on).order_by("group_id", "-begins_on").distinct("group_id")
    found = {row.group_id for row in rows if row.system == System.COMPREHENSIVE}
    return {key for key, group in groups.items() if group.pk in found}


def quotas() -> QuerySet[CorrectionQuota]:
    """How often punches may be added, all that was stated, the newest first."""
    return CorrectionQuota.objects.select_related("group").order_by("-begins_on", "lapse", "pk")


def rule_versions(group_id: int) -> QuerySet[RuleVersion]:
    return RuleVersion.objects.filter(group=group_id).order_by("-begins_on")


def rule_on(group_id: int, on: dt.date) -> RuleVersion | None:
    """The rules of a group in force on a day."""
    return rule_versions(group_id).filter(begins_on__lte=on).first()


def rules_begin(group_id: int) -> list[dt.date]:
    """The days from which rules of a group hold, its month's rules among them, in order."""
    days = {*RuleVersion.objects.filter(group=group_id).values_list("begins_on", flat=True)}
    return sorted(days | {*MonthRule.objects.filter(group=group_id).values_list("begins_on", flat=True)})


def changed_since(employee_ids: Iterable[int], first: dt.date, last: dt.date, since: dt.datetime) -> bool:
    """Whether months of some people (the first days of them) came out otherwise since a moment, closed days among them."""
    ids = list(employee_ids)
    months_ = MonthResult.objects.filter(any_of("employee_id", ids), month__range=(first, last), settled_at__gt=since)
    late = Adjustment.objects.filter(any_of("employee_id", ids), date__range=(first, month_end(last)))
    return months_.exists() or late.filter(found_at__gt=since).exists()


def home_counts(month: dt.date, *, seen_by: Actor, on: dt.date) -> dict[str, int]:
    """This month's finished exceptions by kind, for the home page."""
    found = exceptions(month, on, None, seen_by=seen_by, on=on)
    words = Counter(word for status in found.values_list("status", flat=True) for word in status.split("+"))
    return {word: words[word] for word in EXCEPTIONS}


def withdrawable(
    model: type[Absence] | type[AgreedOvertime], key: int, *, seen_by: Actor, on: dt.date
) -> Absence | AgreedOvertime:
    """One approved absence or overtime within reach."""
    rows = absences(seen_by=seen_by, on=on) if model is Absence else agreed_overtime(seen_by=seen_by, on=on)
    found = rows.filter(pk=key).first()
    if found is None:
        raise NotFound("attendance.no_approval", gettext("没有这条记录,或者不在您的管理范围内。"))
    return found


def to_confirm(*, seen_by: Actor) -> list[Confirmation]:
    """The months one is asked to confirm oneself and has not answered, the oldest first."""
    closed = ClosedMonth.objects.filter(
        employee=OuterRef("employee"), first__lte=OuterRef("first"), last__gte=OuterRef("first"), reopened_at=None
    )
    rows = Confirmation.objects.filter(employee=seen_by.employee_id or 0, state__in=(Answer.ASKED, Answer.ANSWERED))
    return list(rows.exclude(Exists(closed)).order_by("first"))


def objections_count(*, seen_by: Actor, on: dt.date) -> int:
    """How many objections of others wait for an answer of `seen_by`."""
    whom = org.people(ANSWER_OBJECTIONS, seen_by=seen_by, on=on).filter(pk=OuterRef("employee_id"))
    rows = Confirmation.objects.filter(Exists(whom), state=Answer.OBJECTED)
    return rows.exclude(employee=seen_by.employee_id or 0).count()


def differences_count(*, seen_by: Actor, on: dt.date) -> int:
    """How many differences of closed days wait for HR."""
    whom = org.people(CLOSE_MONTHS, seen_by=seen_by, on=on).filter(pk=OuterRef("employee_id"))
    return Adjustment.objects.filter(Exists(whom), state=AdjustmentState.PENDING).count()
