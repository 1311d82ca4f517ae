"""Changes in room attendance: dated rules, approved absences and overtime, settling again."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from kaoqin.attendance.models import Absence, AgreedOvertime, RuleVersion, Waiting
from kaoqin.attendance.settling import mark, settle_all
from kaoqin.attendance.words import (
    MANAGE_ATTENDANCE_RULES,
    RECORD_APPROVALS,
    SETTLE,
    Cycle,
    MissingPunch,
    OvertimeBasis,
    System,
)
from kaoqin.core.jobs import Progress, ask, work
from kaoqin.core.models import JobRun
from kaoqin.core.time import load_wall_clock, store_wall_clock
from kaoqin.core.words import Refusal
from kaoqin.org import queries as org
from kaoqin.org.models import Employee
from kaoqin.scheduling import queries as scheduling
from kaoqin.scheduling.models import Group
from kaoqin.security.audit import record
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
        raise Refusal("attendance.overtime_step", "加班取整单位至少为 1 分钟。", "overtime_step")
    version, _ = RuleVersion.objects.update_or_create(group=group, begins_on=begins_on, defaults=vars(rules))
    record(by, "attendance.keep_rules", group, f"考勤组 {group.name} 自 {begins_on} 的规则", at=at, **_plain(rules))
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
            raise Refusal("attendance.interval", "结束时间须晚于开始时间。", "end")
        if self.end - self.start > LONGEST:
            raise Refusal("attendance.interval_too_long", "一次最长 400 天,请检查日期。", "end")

    def days(self) -> tuple[dt.date, dt.date]:
        """The days it can touch: its own, and the night shift of the day before."""
        return self.start.date() - DAY, self.end.date() + DAY


@transaction.atomic
def record_absence(
    employee: Employee, kind: str, interval: Interval, *, by: Actor, at: dt.datetime, remark: str = ""
) -> Absence:
    """An approved leave, trip, outing or field time."""
    _require_person(by, employee, at)
    interval.refuse_bad()
    if not kind.strip():
        raise Refusal("attendance.kind", "请选择类型。", "kind")
    made = Absence.objects.create(
        employee=employee,
        kind=kind.strip(),
        start=store_wall_clock(interval.start),
        end=store_wall_clock(interval.end),
        remark=remark.strip(),
        made_at=at,
        made_by_id=by.account_id,
    )
    said = f"登记 {employee.name} {interval.start:%m-%d %H:%M} 至 {interval.end:%m-%d %H:%M} {kind}"
    record(by, "attendance.record_absence", employee, said, at=at)
    mark({employee.pk: interval.days()}, at)
    return made


@transaction.atomic
def record_overtime(
    employee: Employee, interval: Interval, *, by: Actor, at: dt.datetime, remark: str = ""
) -> AgreedOvertime:
    """Overtime that was agreed."""
    _require_person(by, employee, at)
    interval.refuse_bad()
    if interval.end - interval.start > DAY:
        raise Refusal("attendance.overtime_too_long", "一次加班最长 24 小时,跨多天请分开登记。", "end")
    made = AgreedOvertime.objects.create(
        employee=employee,
        start=store_wall_clock(interval.start),
        end=store_wall_clock(interval.end),
        remark=remark.strip(),
        made_at=at,
        made_by_id=by.account_id,
    )
    said = f"登记 {employee.name} {interval.start:%m-%d %H:%M} 至 {interval.end:%m-%d %H:%M} 加班"
    record(by, "attendance.record_overtime", employee, said, at=at)
    mark({employee.pk: interval.days()}, at)
    return made


def _require_person(by: Actor, employee: Employee, at: dt.datetime) -> None:
    org.person(employee.pk, RECORD_APPROVALS, seen_by=by, on=timezone.localdate(at))


@transaction.atomic
def withdraw(made: Absence | AgreedOvertime, *, by: Actor, at: dt.datetime) -> None:
    """Take an approval back; it stays on record."""
    _require_person(by, made.employee, at)
    if made.withdrawn_at:
        raise Refusal("attendance.withdrawn_already", "这条记录已经撤销。")
    made.withdrawn_at = at
    made.save(update_fields=["withdrawn_at"])
    interval = Interval(load_wall_clock(made.start), load_wall_clock(made.end))
    what = "加班" if isinstance(made, AgreedOvertime) else made.kind
    record(
        by,
        "attendance.withdraw",
        made.employee,
        f"撤销 {made.employee.name} {interval.start:%m-%d %H:%M} 的{what}",
        at=at,
    )
    mark({made.employee.pk: interval.days()}, at)


@transaction.atomic
def settle_again(first: dt.date, last: dt.date, *, by: Actor, at: dt.datetime) -> JobRun:
    """Settle everybody within reach again, over a range; a job with progress."""
    require(by, SETTLE)
    if last < first or last - first > LONGEST:
        raise Refusal("attendance.range", "日期范围须从早到晚,且不超过 400 天。", "last")
    people = org.people(SETTLE, seen_by=by, on=timezone.localdate(at))
    ids = list(org.employed(people, first, last).values_list("pk", flat=True))
    record(by, "attendance.settle_again", "attendance", f"重新核算 {first} 至 {last},{len(ids)} 人", at=at)
    mark_all(ids, first, last, at)
    return ask("attendance.settle", f"重新核算 {first} 至 {last}", account_id=by.account_id, at=at)


def mark_all(ids: Iterable[int], first: dt.date, last: dt.date, at: dt.datetime) -> None:
    mark(dict.fromkeys(ids, (first, last)), at)


@work("attendance.settle")
def settle_with_progress(progress: Progress) -> dict[str, Any]:
    """Drain what waits, telling how far it is."""
    progress.expect(Waiting.objects.count())
    done = settle_all(progress.advance)
    return {"said": f"已核算 {done} 人。", "address": "/attendance/months/"}
