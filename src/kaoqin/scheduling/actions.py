"""Changes to shifts, calendars, groups and rotations."""

import datetime as dt
import json
from collections.abc import Iterable, Mapping
from pathlib import Path

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext

from kaoqin.core.outcomes import tell
from kaoqin.core.sentences import Sentence
from kaoqin.core.words import Refusal
from kaoqin.scheduling import queries
from kaoqin.scheduling.checks import refuse_bad_shift
from kaoqin.scheduling.models import (
    Calendar,
    CalendarDay,
    CalendarYear,
    Group,
    GroupPlan,
    GroupWeekday,
    LateOffLateOn,
    Membership,
    Pattern,
    PatternDay,
    RosterDay,
    Shift,
    ShiftSegment,
    ShiftVersion,
)
from kaoqin.scheduling.roster import lay_again, replan, require_people
from kaoqin.scheduling.words import MANAGE_RULES, Day, GroupMode, ShiftPlan, Tolerances
from kaoqin.security.audit import record
from kaoqin.security.doors import require
from kaoqin.security.words import Actor

DAY = dt.timedelta(days=1)
_CHINA = Path(__file__).parent / "calendars" / "cn.json"


@transaction.atomic
def new_shift(
    code: str, plan: ShiftPlan, begins_on: dt.date, *, by: Actor, at: dt.datetime, colour: str = "blue"
) -> Shift:
    """A new shift from a day on. Refuses a taken code and times that cannot be."""
    require(by, MANAGE_RULES)
    code = code.strip()
    if not code:
        raise Refusal("scheduling.shift_code", gettext("请填写班次编码。"), "code")
    try:
        with transaction.atomic():
            shift = Shift.objects.create(code=code, colour=colour)
    except IntegrityError as taken:
        raise Refusal(
            "scheduling.code_taken", gettext("班次编码 {code} 已被使用。").format(code=code), "code"
        ) from taken
    _keep_version(shift, plan, begins_on, closed=False)
    record(by, "scheduling.new_shift", shift, Sentence("新建班次 {name}({code})", name=plan.name, code=code), at=at)
    return shift


@transaction.atomic
def change_shift(
    shift: Shift,
    plan: ShiftPlan,
    begins_on: dt.date,
    *,
    by: Actor,
    at: dt.datetime,
    closed: bool = False,
    colour: str = "",
) -> ShiftVersion:
    """The shift's times from a day on; planned days from then on are placed anew and settled again."""
    require(by, MANAGE_RULES)
    if colour and colour != shift.colour:
        shift.colour = colour
        shift.save(update_fields=["colour"])
    version = _keep_version(shift, plan, begins_on, closed=closed)
    replan(shift, begins_on)
    record(
        by,
        "scheduling.change_shift",
        shift,
        Sentence("班次 {code} 自 {begins_on} 变更", code=shift.code, begins_on=begins_on),
        at=at,
    )
    touched = RosterDay.objects.filter(shift=shift, date__gte=begins_on)
    _tell_touched(touched.values_list("employee_id", flat=True).distinct(), begins_on)
    return version


@transaction.atomic
def change_tolerances(tolerances: Mapping[int, Tolerances], begins_on: dt.date, *, by: Actor, at: dt.datetime) -> None:
    """The tolerances of some shifts (by id) from a day on; their times stay."""
    dated = queries.shifts(tolerances)
    for shift in Shift.objects.filter(pk__in=tolerances).order_by("pk"):
        plan = dated[shift.pk].on(begins_on).tolerating(tolerances[shift.pk])
        change_shift(shift, plan, begins_on, by=by, at=at)


def _tell_touched(employee_ids: Iterable[int], first: dt.date, last: dt.date | None = None) -> None:
    found = sorted(set(employee_ids))
    if found:
        tell("plans.changed", employee_ids=found, first=first, last=last)


def _keep_version(shift: Shift, plan: ShiftPlan, begins_on: dt.date, *, closed: bool) -> ShiftVersion:
    refuse_bad_shift(plan)
    version, _ = ShiftVersion.objects.update_or_create(
        shift=shift,
        begins_on=begins_on,
        defaults={
            "name": plan.name.strip(),
            "closed": closed,
            "free": plan.free,
            "day_start": plan.day_start,
            "required_minutes": plan.required_minutes,
            "flex_early": plan.flex_early,
            "flex_late": plan.flex_late,
        },
    )
    version.segments.all().delete()
    version.late_off_late_on.all().delete()
    ShiftSegment.objects.bulk_create(
        ShiftSegment(version=version, number=number, **vars(segment))
        for number, segment in enumerate(plan.segments, start=1)
    )
    LateOffLateOn.objects.bulk_create(
        LateOffLateOn(version=version, off_after=off, on_later=on) for off, on in plan.late_off_late_on
    )
    return version


@transaction.atomic
def new_calendar(code: str, name: str, *, by: Actor, at: dt.datetime) -> Calendar:
    """An empty calendar; years are added to it."""
    require(by, MANAGE_RULES, everywhere=True)
    code = code.strip()
    if Calendar.objects.filter(code=code).exists():
        raise Refusal("scheduling.code_taken", gettext("日历编码 {code} 已被使用。").format(code=code), "code")
    made = Calendar.objects.create(code=code, name=name.strip())
    record(by, "scheduling.new_calendar", made, Sentence("新建日历 {name}", name=name), at=at)
    return made


@transaction.atomic
def keep_days(calendar: Calendar, days: Iterable[Day], *, by: Actor, at: dt.datetime) -> None:
    """What some dates are; a year that is not known yet is added without notice."""
    require(by, MANAGE_RULES, everywhere=True)
    kept = list(days)
    if not kept:
        return
    for year in {day.date.year for day in kept}:
        CalendarYear.objects.get_or_create(calendar=calendar, year=year)
    CalendarDay.objects.bulk_create(
        [CalendarDay(calendar=calendar, date=d.date, kind=d.kind, name=d.name, adjusted=d.adjusted) for d in kept],
        update_conflicts=True,
        unique_fields=["calendar", "date"],
        update_fields=["kind", "name", "adjusted"],
    )
    dates = [day.date for day in kept]
    told = {"name": calendar.name, "first": min(dates), "last": max(dates), "count": len(dates)}
    said = Sentence("日历 {name}:设置 {first} 至 {last} 中的 {count} 天", **told)
    days_kept = {str(day.date): str(day.kind) for day in kept}
    record(by, "scheduling.keep_days", calendar, said, at=at, days=days_kept)
    _lay_by_calendar(calendar, min(d.date for d in kept), max(d.date for d in kept), timezone.localdate(at))


@transaction.atomic
def confirm_year(calendar: Calendar, year: int, source: str, *, by: Actor, at: dt.datetime) -> None:
    """That the State Council's notice of a year has been entered."""
    require(by, MANAGE_RULES, everywhere=True)
    CalendarYear.objects.update_or_create(calendar=calendar, year=year, defaults={"noticed": True, "source": source})
    record(
        by,
        "scheduling.confirm_year",
        calendar,
        Sentence("日历 {name}:{year} 年放假通知已录入({source})", name=calendar.name, year=year, source=source),
        at=at,
    )


def _lay_by_calendar(calendar: Calendar, first: dt.date, last: dt.date, today: dt.date) -> None:
    groups = GroupPlan.objects.filter(calendar=calendar).values_list("group_id", flat=True)
    touched = Membership.objects.filter(group__in=groups, begins_on__lte=last).exclude(ends_on__lt=first)
    people = set(touched.values_list("employee_id", flat=True))
    _tell_touched(people, first - DAY, last + DAY)
    lay_again(people, first, today)


def seed_china() -> None:
    """The national calendar, 2025 and 2026 by notice, 2027 its statutory days; kept as people have edited it."""
    calendar, made = Calendar.objects.get_or_create(code="CN", defaults={"name": "中国大陆"})
    if not made and calendar.years.exists():
        return
    for year, told in json.loads(_CHINA.read_text()).items():
        CalendarYear.objects.create(calendar=calendar, year=int(year), noticed=told["noticed"], source=told["source"])
        CalendarDay.objects.bulk_create(CalendarDay(calendar=calendar, **day) for day in told["days"])


@transaction.atomic
def new_group(code: str, name: str, *, by: Actor, at: dt.datetime) -> Group:
    require(by, MANAGE_RULES)
    code = code.strip()
    if Group.objects.filter(code=code).exists():
        raise Refusal("scheduling.code_taken", gettext("考勤组编码 {code} 已被使用。").format(code=code), "code")
    made = Group.objects.create(code=code, name=name.strip())
    record(by, "scheduling.new_group", made, Sentence("新建考勤组 {name}", name=name), at=at)
    return made


@transaction.atomic
def plan_group(
    group: Group,
    begins_on: dt.date,
    *,
    mode: GroupMode,
    calendar: Calendar,
    week: Mapping[int, Shift],
    by: Actor,
    at: dt.datetime,
    follows_calendar: bool = True,
) -> GroupPlan:
    """How a group is planned from a day on. `week` maps weekdays (0 = Monday) to shifts; roster groups have none."""
    require(by, MANAGE_RULES)
    if mode == GroupMode.ROSTER and week:
        raise Refusal("scheduling.roster_has_no_week", gettext("排班制按排班表上班,不设固定周。"))
    if mode != GroupMode.ROSTER and not week:
        raise Refusal("scheduling.week_empty", gettext("固定班制和自由工时至少要有一个工作日。"))
    plan, _ = GroupPlan.objects.update_or_create(
        group=group,
        begins_on=begins_on,
        defaults={"mode": mode, "calendar": calendar, "follows_calendar": follows_calendar},
    )
    plan.weekdays.all().delete()
    GroupWeekday.objects.bulk_create(GroupWeekday(plan=plan, weekday=day, shift=shift) for day, shift in week.items())
    record(
        by,
        "scheduling.plan_group",
        group,
        Sentence(
            "考勤组 {name} 自 {begins_on} 为{mode}", name=group.name, begins_on=begins_on, mode=GroupMode(mode).label
        ),
        at=at,
    )
    touched = Membership.objects.filter(group=group).exclude(ends_on__lt=begins_on)
    lay_again(set(touched.values_list("employee_id", flat=True)), begins_on, timezone.localdate(at))
    return plan


@transaction.atomic
def join_group(employee_ids: Iterable[int], group: Group, begins_on: dt.date, *, by: Actor, at: dt.datetime) -> int:
    """Put people into a group from a day on; where they were before ends the day before. Returns how many changed.

    Refuses where somebody joins another group on a later day: that would be lost.
    """
    wanted = set(employee_ids)
    require_people(by, wanted, timezone.localdate(at))
    already = Membership.objects.filter(
        employee__in=wanted, group=group, begins_on__lte=begins_on, ends_on__isnull=True
    )
    wanted -= set(already.values_list("employee_id", flat=True))
    _refuse_later_group(wanted, begins_on)
    Membership.objects.filter(employee__in=wanted, begins_on=begins_on).delete()
    Membership.objects.filter(employee__in=wanted).exclude(ends_on__lt=begins_on).update(ends_on=begins_on - DAY)
    Membership.objects.bulk_create(
        Membership(employee_id=key, group=group, begins_on=begins_on) for key in sorted(wanted)
    )
    record(
        by,
        "scheduling.join_group",
        group,
        Sentence("{count} 人自 {begins_on} 加入考勤组 {name}", count=len(wanted), begins_on=begins_on, name=group.name),
        at=at,
    )
    lay_again(wanted, begins_on, timezone.localdate(at))
    return len(wanted)


def _refuse_later_group(employee_ids: Iterable[int], begins_on: dt.date) -> None:
    later = Membership.objects.filter(employee__in=employee_ids, begins_on__gt=begins_on).order_by("begins_on", "pk")
    row = later.select_related("employee", "group").first()
    if row:
        said = gettext("{name} 自 {day} 起已在考勤组「{group}」,请选择这一天或之后的日期。")
        told = said.format(name=row.employee.name, day=row.begins_on, group=row.group.name)
        raise Refusal("scheduling.later_membership", told, "begins_on")


@transaction.atomic
def keep_pattern(code: str, name: str, days: list[Shift | None], *, by: Actor, at: dt.datetime) -> Pattern:
    """A rotation; None is a rest day. Kept under its code; what was rolled out before stays as it was."""
    require(by, MANAGE_RULES)
    if not any(days):
        raise Refusal("scheduling.pattern_empty", gettext("轮班周期至少要有一个班次。"))
    pattern, _ = Pattern.objects.update_or_create(code=code.strip(), defaults={"name": name.strip()})
    pattern.days.all().delete()
    PatternDay.objects.bulk_create(PatternDay(pattern=pattern, position=n, shift=shift) for n, shift in enumerate(days))
    record(
        by,
        "scheduling.keep_pattern",
        pattern,
        Sentence("轮班 {name}:{count} 天一轮", name=name, count=len(days)),
        at=at,
    )
    return pattern
