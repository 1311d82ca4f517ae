"""Changes in room attendance: dated rules, approved absences and overtime, settling again."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy, ngettext

from kaoqin.attendance import queries
from kaoqin.attendance.models import Absence, AgreedOvertime, RuleVersion, Waiting
from kaoqin.attendance.settling import mark, settle_all
from kaoqin.attendance.words import (
    MANAGE_ATTENDANCE_RULES,
    RECORD_APPROVALS,
    SETTLE,
    AbsenceKind,
    Cycle,
    MissingPunch,
    OvertimeBasis,
    System,
    kind_label,
    named_kind,
    told_kind,
)
from kaoqin.core.jobs import Progress, ask, work
from kaoqin.core.models import JobRun
from kaoqin.core.sentences import Sentence
from kaoqin.core.time import load_wall_clock, store_wall_clock
from kaoqin.core.words import Refusal
from kaoqin.leave.queries import private_kinds
from kaoqin.org import queries as org
from kaoqin.org.models import Employee
from kaoqin.scheduling import queries as scheduling
from kaoqin.scheduling.models import Group
from kaoqin.security.audit import AT_ONCE, record, record_all
from kaoqin.security.doors import require
from kaoqin.security.words import Actor

DAY = dt.timedelta(days=1)
LONGEST = dt.timedelta(days=400)


@dataclass(frozen=True)
class Rules:
    """The rules of an attendance group; minutes."""

    system: System = System.STANDARD
    cycle: Cycle = Cycle.MONTH
    overtime_basis: OvertimeBasis = OvertimeBasis.BOTH
    overtime_after: int = 0
    overtime_min: int = 30
    overtime_step: int = 30
    early_overtime: bool = False
    missing_punch: MissingPunch = MissingPunch.INCOMPLETE


@transaction.atomic
def keep_rules(group: Group, begins_on: dt.date, rules: Rules, *, by: Actor, at: dt.datetime) -> RuleVersion:
    """The group's rules from a day on; the days since are settled again."""
    require(by, MANAGE_ATTENDANCE_RULES)
    if rules.overtime_step < 1:
        raise Refusal("attendance.overtime_step", gettext("加班取整单位至少为 1 分钟。"), "overtime_step")
    version, _ = RuleVersion.objects.update_or_create(group=group, begins_on=begins_on, defaults=vars(rules))
    record(
        by,
        "attendance.keep_rules",
        group,
        Sentence("考勤组 {name} 自 {begins_on} 的规则", name=group.name, begins_on=begins_on),
        at=at,
        **_plain(rules),
    )
    today = timezone.localdate(at)
    people = scheduling.members_since(group, begins_on)
    mark({key: (begins_on, max(begins_on, today)) for key in people}, at)
    return version


def _plain(rules: Rules) -> dict[str, Any]:
    return {name: value if isinstance(value, bool | int) else str(value) for name, value in vars(rules).items()}


@dataclass(frozen=True)
class Interval:
    """From–to in naive local wall-clock time; the end is not included."""

    start: dt.datetime
    end: dt.datetime

    def refuse_bad(self) -> None:
        if self.end <= self.start:
            raise Refusal("attendance.interval", gettext("结束时间须晚于开始时间。"), "end")
        if self.end - self.start > LONGEST:
            raise Refusal("attendance.interval_too_long", gettext("一次最长 400 天,请检查日期。"), "end")

    def days(self) -> tuple[dt.date, dt.date]:
        """The days it can touch: its own, and the night shift of the day before."""
        return self.start.date() - DAY, self.end.date() + DAY


@dataclass(frozen=True)
class Approved:
    """What was approved for an employee: from–to, of which kind (empty for overtime), and what was remarked."""

    employee: Employee
    interval: Interval
    kind: str = ""
    remark: str = ""

    def columns(self, by: Actor, at: dt.datetime) -> dict[str, Any]:
        """The stored columns that absences and overtime share."""
        return {
            "employee": self.employee,
            "start": store_wall_clock(self.interval.start),
            "end": store_wall_clock(self.interval.end),
            "remark": self.remark.strip(),
            "made_at": at,
            "made_by_id": by.account_id,
        }

    def say(self) -> Sentence:
        """The deed, for the audit."""
        start, end = f"{self.interval.start:%m-%d %H:%M}", f"{self.interval.end:%m-%d %H:%M}"
        told = {"name": self.employee.name, "start": start, "end": end}
        if not self.kind:
            return Sentence("登记 {name} {start} 至 {end} 加班", **told)
        return Sentence("登记 {name} {start} 至 {end} {kind}", **told, kind=named_kind(self.kind.strip()))


def record_absence(
    employee: Employee, kind: str, interval: Interval, *, by: Actor, at: dt.datetime, remark: str = ""
) -> Absence:
    """An approved leave, trip, outing or field time."""
    return record_absences([Approved(employee, interval, kind, remark)], by=by, at=at)[0]


@transaction.atomic
def record_absences(approved: Sequence[Approved], *, by: Actor, at: dt.datetime) -> list[Absence]:
    """Approved absences, all or none."""
    _require_people(by, [one.employee for one in approved], at)
    for one in approved:
        one.interval.refuse_bad()
        if not one.kind.strip():
            raise Refusal("attendance.kind", gettext("请选择类型。"), "kind")
    return agree_absences(approved, None, by=by, at=at)


@transaction.atomic
def agree_absences(
    approved: Sequence[Approved], request_id: int | None, *, by: Actor, at: dt.datetime
) -> list[Absence]:
    """Absences that were agreed on, by HR or by a request: whoever decided it was asked what they may there."""
    made = Absence.objects.bulk_create(
        (Absence(kind=one.kind.strip(), request_id=request_id, **one.columns(by, at)) for one in approved),
        batch_size=AT_ONCE,
    )
    _remember(approved, "attendance.record_absence", by, at)
    return made


@transaction.atomic
def end_absences(request_id: int, *, by: Actor, at: dt.datetime) -> None:
    """The absences of a request that was taken back, all that still hold."""
    for made in Absence.objects.select_related("employee").filter(request=request_id, withdrawn_at__isnull=True):
        _end(made, by, at)


def record_overtime(
    employee: Employee, interval: Interval, *, by: Actor, at: dt.datetime, remark: str = ""
) -> AgreedOvertime:
    """Overtime that was agreed."""
    return record_all_overtime([Approved(employee, interval, remark=remark)], by=by, at=at)[0]


@transaction.atomic
def record_all_overtime(agreed: Sequence[Approved], *, by: Actor, at: dt.datetime) -> list[AgreedOvertime]:
    """Overtime that was agreed, all or none."""
    _require_people(by, [one.employee for one in agreed], at)
    for one in agreed:
        one.interval.refuse_bad()
        if one.interval.end - one.interval.start > DAY:
            raise Refusal("attendance.overtime_too_long", gettext("一次加班最长 24 小时,跨多天请分开登记。"), "end")
    made = AgreedOvertime.objects.bulk_create(
        (AgreedOvertime(**one.columns(by, at)) for one in agreed), batch_size=AT_ONCE
    )
    _remember(agreed, "attendance.record_overtime", by, at)
    return made


def _remember(approved: Sequence[Approved], action: str, by: Actor, at: dt.datetime) -> None:
    """An entry for each, and the days they touch wait to be settled again."""
    record_all(by, action, ((one.employee, one.say(), dict[str, Any]()) for one in approved), at=at)
    spans: dict[int, tuple[dt.date, dt.date]] = {}
    for one in approved:
        first, last = one.interval.days()
        before = spans.get(one.employee.pk, (first, last))
        spans[one.employee.pk] = min(first, before[0]), max(last, before[1])
    mark(spans, at)


def _require_people(by: Actor, employees: Sequence[Employee], at: dt.datetime) -> None:
    wanted = {employee.pk for employee in employees}
    reached = org.people(RECORD_APPROVALS, seen_by=by, on=timezone.localdate(at)).filter(pk__in=wanted)
    for key in wanted - set(reached.values_list("pk", flat=True)):
        org.person(key, RECORD_APPROVALS, seen_by=by, on=timezone.localdate(at))


@transaction.atomic
def withdraw(made: Absence | AgreedOvertime, *, by: Actor, at: dt.datetime) -> None:
    """Take an approval back; it stays on record."""
    _require_people(by, [made.employee], at)
    if isinstance(made, Absence) and made.origin:
        raise Refusal("attendance.of_another", gettext("这条由请假产生,请在「请假记录」里销假。"))
    if isinstance(made, AgreedOvertime) and made.origin:
        raise Refusal("attendance.of_another", gettext("这条由加班申请产生,请在那个申请里撤销。"))
    if made.withdrawn_at:
        raise Refusal("attendance.withdrawn_already", gettext("这条记录已经撤销。"))
    _end(made, by, at)


def _end(made: Absence | AgreedOvertime, by: Actor, at: dt.datetime) -> None:
    made.withdrawn_at = at
    made.save(update_fields=["withdrawn_at"])
    interval = Interval(load_wall_clock(made.start), load_wall_clock(made.end))
    what = gettext_lazy("加班") if isinstance(made, AgreedOvertime) else named_kind(made.kind)
    record(
        by,
        "attendance.withdraw",
        made.employee,
        Sentence(
            "撤销 {name} {start} 的{what}", name=made.employee.name, start=f"{interval.start:%m-%d %H:%M}", what=what
        ),
        at=at,
    )
    mark({made.employee.pk: interval.days()}, at)


def refuse_overlap(employee_ids: Iterable[int], interval: Interval) -> None:
    """Refuse a time at which one of some people is away already; the hour for nursing is no hindrance."""
    found = queries.overlapping_absences(employee_ids, interval.start, interval.end).first()
    if found is not None:
        said = gettext("{name}在 {start} 至 {end} 已有{kind},时间不能重叠。").format(
            name=found.employee.name,
            start=f"{found.start:%m-%d %H:%M}",
            end=f"{found.end:%m-%d %H:%M}",
            kind=kind_label(told_kind(found.kind, private_kinds())),
        )
        raise Refusal("attendance.overlaps", said, "start")


@transaction.atomic
def on_agreed(
    origin: str,
    employee_id: int,
    kind: str,
    start: dt.datetime,
    end: dt.datetime,
    remark: str,
    by: Actor,
    at: dt.datetime,
    **facts: Any,
) -> None:
    """Another room agreed to an absence: it is kept once, and the days it touches wait. The room has asked and recorded.

    Refuses leave at a time of another absence (a trip, what was brought from an OA).
    """
    if Absence.objects.filter(origin=origin).exists():
        return
    interval = Interval(start, end)
    if kind != AbsenceKind.NURSING:
        refuse_overlap([employee_id], interval)
    told = {"kind": kind, "start": store_wall_clock(start), "end": store_wall_clock(end), "remark": remark}
    told |= {"employee_id": employee_id, "made_at": at, "made_by_id": by.account_id}
    Absence.objects.create(origin=origin, **told)
    mark({employee_id: interval.days()}, at)


@transaction.atomic
def on_ended(origin: str, end: dt.datetime, by: Actor, at: dt.datetime, **facts: Any) -> None:
    """Another room's absence ends at a moment; at or before its start it is withdrawn as a whole."""
    made = Absence.objects.select_for_update().filter(origin=origin, withdrawn_at=None).first()
    if made is None:
        return
    touched = Interval(load_wall_clock(made.start), load_wall_clock(made.end)).days()
    if store_wall_clock(end) <= made.start:
        made.withdrawn_at = at
    else:
        made.end = min(made.end, store_wall_clock(end))
    made.save(update_fields=["withdrawn_at", "end"])
    mark({made.employee_id: touched}, at)


@transaction.atomic
def on_overtime_agreed(
    origin: str, employee_id: int, start: dt.datetime, end: dt.datetime, remark: str, by: Actor, at: dt.datetime
) -> None:
    """Room overtime agreed: it is kept once, and the days it touches wait. The room has asked and recorded."""
    told = {"employee_id": employee_id, "start": store_wall_clock(start), "end": store_wall_clock(end)}
    told |= {"remark": remark, "made_at": at, "made_by_id": by.account_id}
    _, new = AgreedOvertime.objects.get_or_create(origin=origin, defaults=told)
    if new:
        mark({employee_id: Interval(start, end).days()}, at)


@transaction.atomic
def on_overtime_ended(origin: str, by: Actor, at: dt.datetime) -> None:
    """Overtime another room agreed to was taken back; the days it touched wait."""
    made = AgreedOvertime.objects.select_for_update().filter(origin=origin, withdrawn_at=None).first()
    if made:
        made.withdrawn_at = at
        made.save(update_fields=["withdrawn_at"])
        mark({made.employee_id: Interval(load_wall_clock(made.start), load_wall_clock(made.end)).days()}, at)


@transaction.atomic
def settle_again(first: dt.date, last: dt.date, *, by: Actor, at: dt.datetime) -> JobRun:
    """Settle everybody within reach again, over a range; a job with progress."""
    require(by, SETTLE)
    if last < first or last - first > LONGEST:
        raise Refusal("attendance.range", gettext("日期范围须从早到晚,且不超过 400 天。"), "last")
    people = org.people(SETTLE, seen_by=by, on=timezone.localdate(at))
    ids = list(org.employed(people, first, last).values_list("pk", flat=True))
    record(
        by,
        "attendance.settle_again",
        "attendance",
        Sentence("重新核算 {first} 至 {last},{count} 人", first=first, last=last, count=len(ids)),
        at=at,
    )
    mark_all(ids, first, last, at)
    return ask(
        "attendance.settle",
        gettext("重新核算 {first} 至 {last}").format(first=first, last=last),
        account_id=by.account_id,
        at=at,
    )


def mark_all(ids: Iterable[int], first: dt.date, last: dt.date, at: dt.datetime) -> None:
    mark(dict.fromkeys(ids, (first, last)), at)


@work("attendance.settle")
def settle_with_progress(progress: Progress) -> dict[str, Any]:
    """Drain what waits, telling how far it is."""
    progress.expect(Waiting.objects.count())
    done = settle_all(progress.advance)
    return {
        "said": ngettext("已核算 {done} 人。", "已核算 {done} 人。", done).format(done=done),
        "address": "/attendance/months/",
    }
