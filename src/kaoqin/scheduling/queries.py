"""Questions about plans: what a shift is on a day, what a date is, who should work when."""

import datetime as dt
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Min, Q, QuerySet
from django.utils.translation import gettext

from kaoqin.core.arrays import any_of
from kaoqin.core.time import load_wall_clock
from kaoqin.core.words import NotFound, Refusal
from kaoqin.org.models import Employee
from kaoqin.scheduling.models import (
    Calendar,
    CalendarDay,
    CalendarYear,
    Group,
    GroupPlan,
    Membership,
    RestRule,
    RosterChange,
    RosterDay,
    ShiftSegment,
    ShiftVersion,
)
from kaoqin.scheduling.words import Day, DayKind, Segment, ShiftPlan

_SEGMENT_FIELDS = tuple(Segment.__dataclass_fields__)


def segment_of(row: ShiftSegment) -> Segment:
    return Segment(**{name: getattr(row, name) for name in _SEGMENT_FIELDS})


def plan_of(version: ShiftVersion) -> ShiftPlan:
    """A stored version as a value; its segments and late-off-late-on rows should be prefetched."""
    return ShiftPlan(
        name=version.name,
        segments=tuple(segment_of(s) for s in sorted(version.segments.all(), key=lambda s: s.number)),
        day_start=version.day_start,
        required_minutes=version.required_minutes,
        flex_early=version.flex_early,
        flex_late=version.flex_late,
        late_off_late_on=tuple(sorted((r.off_after, r.on_later) for r in version.late_off_late_on.all())),
    )


@dataclass(frozen=True)
class DatedShift:
    """A shift with its versions in order; `on(date)` is the one in force."""

    id: int
    code: str
    colour: str
    begins: tuple[dt.date, ...]
    version_ids: tuple[int, ...]
    plans: tuple[ShiftPlan, ...]
    closed: tuple[bool, ...]

    def place(self, on: dt.date) -> int:
        """Which version is in force. Refuses a day before the first."""
        found = bisect_right(self.begins, on) - 1
        if found < 0:
            raise Refusal(
                "scheduling.shift_not_yet",
                gettext("班次 {code} 自 {begins_on} 起才生效,{on} 不能排。").format(
                    code=self.code, begins_on=self.begins[0], on=on
                ),
            )
        return found

    def on(self, on: dt.date) -> ShiftPlan:
        return self.plans[self.place(on)]

    def latest(self) -> ShiftPlan:
        return self.plans[-1]

    @property
    def open(self) -> bool:
        return not self.closed[-1]


def shifts(only: Iterable[int] | None = None) -> dict[int, DatedShift]:
    """Shifts by id with all their versions: three queries whatever the number."""
    rows = ShiftVersion.objects.select_related("shift").prefetch_related("segments", "late_off_late_on")
    if only is not None:
        rows = rows.filter(shift__in=list(only))
    found: dict[int, list[ShiftVersion]] = defaultdict(list)
    for version in rows.order_by("shift__code", "begins_on"):
        found[version.shift_id].append(version)
    return {
        key: DatedShift(
            key,
            versions[0].shift.code,
            versions[0].shift.colour,
            tuple(v.begins_on for v in versions),
            tuple(v.pk for v in versions),
            tuple(plan_of(v) for v in versions),
            tuple(v.closed for v in versions),
        )
        for key, versions in found.items()
    }


def shift(shift_id: int) -> DatedShift:
    found = shifts([shift_id]).get(shift_id)
    if found is None:
        raise NotFound("scheduling.no_shift", gettext("没有这个班次。"))
    return found


def days(calendar: Calendar, first: dt.date, last: dt.date) -> list[Day]:
    """Every date from first to last. Refuses a year the calendar does not know: a guess would pay wrongly."""
    found = days_of_known_years(calendar, first, last)
    for year in range(first.year, last.year + 1):
        if max(first, dt.date(year, 1, 1)) not in found:
            raise Refusal(
                "scheduling.calendar_lacks_year",
                gettext("日历「{name}」没有 {year} 年,请先在日历中添加。").format(name=calendar.name, year=year),
            )
    return list(found.values())


def days_of_known_years(calendar: Calendar, first: dt.date, last: dt.date) -> dict[dt.date, Day]:
    """The dates from first to last of the years the calendar knows, in order."""
    known = set(CalendarYear.objects.filter(calendar=calendar).values_list("year", flat=True))
    special = {d.date: d for d in CalendarDay.objects.filter(calendar=calendar, date__range=(first, last))}
    span = (first + dt.timedelta(days=n) for n in range((last - first).days + 1))
    return {date: _day(date, special.get(date)) for date in span if date.year in known}


def _day(date: dt.date, row: CalendarDay | None) -> Day:
    if row:
        return Day(date, DayKind(row.kind), row.name, row.adjusted)
    return Day(date, DayKind.REST if date.weekday() >= 5 else DayKind.WORKDAY)


def default_calendar() -> Calendar:
    found = Calendar.objects.order_by("pk").first()
    if found is None:
        raise Refusal("scheduling.no_calendar", gettext("还没有日历,请先新建。"))
    return found


@dataclass(frozen=True)
class CalendarWarning:
    """A year whose State Council notice has not been entered."""

    calendar: Calendar
    year: int

    @property
    def sentence(self) -> str:
        name = self.calendar.name
        return gettext("日历「{name}」还没有 {year} 年国务院放假通知:调休与补班未知,只有法定节假日是准的。").format(
            name=name, year=self.year
        )


def calendar_warnings(today: dt.date) -> list[CalendarWarning]:
    """This year's missing notice; from November on, next year's too."""
    years = [today.year] + ([today.year + 1] if today.month >= 11 else [])
    noticed = set(CalendarYear.objects.filter(noticed=True, year__in=years).values_list("calendar_id", "year"))
    return [
        CalendarWarning(calendar, year)
        for calendar in Calendar.objects.order_by("pk")
        for year in years
        if (calendar.pk, year) not in noticed
    ]


def in_force(on: dt.date) -> Q:
    """Memberships in force on a day."""
    return Q(begins_on__lte=on) & (Q(ends_on__isnull=True) | Q(ends_on__gte=on))


def members(group: Group, on: dt.date) -> QuerySet[Membership]:
    return Membership.objects.filter(in_force(on), group=group).select_related("employee").order_by("employee__number")


def overlapping(first: dt.date, last: dt.date) -> Q:
    """Memberships that touch a range of days."""
    return Q(begins_on__lte=last) & (Q(ends_on__isnull=True) | Q(ends_on__gte=first))


def planned_until(employee_id: int) -> dt.date | None:
    """The last date somebody has a plan for, be it a rest day; None where there is none at all."""
    rows = RosterDay.objects.filter(employee=employee_id).order_by("-date")
    return rows.values_list("date", flat=True).first()


def groups_of(employee_ids: Iterable[int], on: dt.date) -> dict[int, Group]:
    rows = Membership.objects.filter(in_force(on), employee__in=list(employee_ids)).select_related("group")
    return {row.employee_id: row.group for row in rows}


def group_id_of(employee_id: int, on: dt.date) -> int | None:
    """The group somebody is in on a day, by id; None where they are in none."""
    rows = Membership.objects.filter(in_force(on), employee=employee_id)
    return rows.values_list("group_id", flat=True).first()


def roster(employee_ids: Iterable[int], first: dt.date, last: dt.date) -> dict[tuple[int, dt.date], RosterDay]:
    """The roster rows of people in a range, by (employee, date)."""
    rows = RosterDay.objects.filter(employee__in=list(employee_ids), date__range=(first, last)).select_related("shift")
    return {(row.employee_id, row.date): row for row in rows}


def planned_on(employee_ids: Iterable[int], on: dt.date) -> dict[int, tuple[int | None, dt.datetime | None]]:
    """Each person's shift on a day and when it begins (local); a rest day has neither, free hours no beginning."""
    rows = RosterDay.objects.filter(any_of("employee_id", employee_ids), date=on)
    told = rows.values_list("employee_id", "shift_id", "planned")
    return {key: (shift_id, load_wall_clock(planned.lower) if planned else None) for key, shift_id, planned in told}


REST_MINUTES = 660
"""Rest between two shifts that is usual; the law has no number."""


def rest_rules() -> QuerySet[RestRule]:
    """How long people rest between shifts, all that was stated, the newest first."""
    return RestRule.objects.order_by("-begins_on")


def rest_rule(on: dt.date) -> RestRule:
    """What holds on a day: eleven hours, as a warning, until a company states its own."""
    return rest_rules().filter(begins_on__lte=on).first() or RestRule(begins_on=on, minutes=REST_MINUTES, blocks=False)


def group_colleagues(employee_id: int, on: dt.date, most: int = 100) -> list[Employee]:
    """The others of somebody's group on a day who may be asked to swap, by number; no more than `most`."""
    mine = Membership.objects.filter(in_force(on), employee=employee_id).values("group")
    rows = Membership.objects.filter(in_force(on), group__in=mine).exclude(employee=employee_id)
    told = rows.select_related("employee").order_by("employee__number")[:most]
    return [row.employee for row in told]


def group(group_id: int) -> Group:
    found = Group.objects.filter(pk=group_id).first()
    if found is None:
        raise NotFound("scheduling.no_group", gettext("没有这个考勤组。"))
    return found


def groups_by_id(ids: Iterable[int]) -> dict[int, Group]:
    """Groups by id; the caller has asked who may see them."""
    return Group.objects.in_bulk(ids)


def membership_spans(
    employee_ids: Iterable[int], first: dt.date, last: dt.date
) -> dict[int, list[tuple[int, dt.date, dt.date]]]:
    """Each employee's (group id, from, to) within a range, in order of days."""
    rows = Membership.objects.filter(any_of("employee_id", employee_ids), overlapping(first, last)).order_by(
        "begins_on"
    )
    found: dict[int, list[tuple[int, dt.date, dt.date]]] = defaultdict(list)
    for employee_id, group_id, begins_on, ends_on in rows.values_list("employee", "group", "begins_on", "ends_on"):
        found[employee_id].append((group_id, max(first, begins_on), min(last, ends_on or last)))
    return found


def first_memberships(employee_ids: Iterable[int]) -> dict[int, dt.date]:
    """The day each employee first joined any group."""
    rows = Membership.objects.filter(any_of("employee_id", employee_ids)).values("employee")
    return dict(rows.annotate(since=Min("begins_on")).values_list("employee", "since"))


def group_calendars() -> dict[int, list[tuple[dt.date, int]]]:
    """Each group's (begins on, calendar id), in order of days."""
    found: dict[int, list[tuple[dt.date, int]]] = defaultdict(list)
    for group_id, begins_on, calendar_id in GroupPlan.objects.order_by("begins_on").values_list(
        "group", "begins_on", "calendar"
    ):
        found[group_id].append((begins_on, calendar_id))
    return found


def known_days(calendar_id: int, first: dt.date, last: dt.date, must_first: dt.date, must_last: dt.date) -> list[Day]:
    """Every date from first to last that the calendar knows; refuses when it lacks one of must_first to must_last."""
    calendar = Calendar.objects.get(pk=calendar_id)
    years = set(CalendarYear.objects.filter(calendar=calendar).values_list("year", flat=True))
    while first < must_first and first.year not in years:
        first += dt.timedelta(days=1)
    while last > must_last and last.year not in years:
        last -= dt.timedelta(days=1)
    return days(calendar, first, last)


def members_since(group: Group, begins_on: dt.date) -> list[int]:
    """Everybody who is or was in a group on or after a day, by employee id."""
    rows = Membership.objects.filter(group=group).filter(Q(ends_on__isnull=True) | Q(ends_on__gte=begins_on))
    return sorted(set(rows.values_list("employee_id", flat=True)))


def calendars_by_code() -> dict[str, Calendar]:
    return {calendar.code: calendar for calendar in Calendar.objects.all()}


def plain_day(date: dt.date) -> Day:
    """A date by its weekday alone, for showing a month the calendar does not know."""
    return _day(date, None)


def is_swapped(date: dt.date, kind: str) -> bool:
    """Whether a kind turns the weekday round (补班 on a weekend, 调休 on a weekday)."""
    return kind not in {DayKind.STATUTORY, plain_day(date).kind}


def year_of(calendar: Calendar, year: int) -> CalendarYear | None:
    return CalendarYear.objects.filter(calendar=calendar, year=year).first()


def member_counts(on: dt.date) -> dict[int, int]:
    """How many people are in each group on a day."""
    rows = Membership.objects.filter(in_force(on)).values("group").annotate(count=Count("pk"))
    return dict(rows.values_list("group", "count"))


def group_modes(on: dt.date) -> dict[int, str]:
    """How each group is planned on a day."""
    rows = GroupPlan.objects.filter(begins_on__lte=on).order_by("group_id", "-begins_on").distinct("group_id")
    return dict(rows.values_list("group_id", "mode"))


def group_choices() -> list[tuple[str, str]]:
    return [(str(group.pk), group.name) for group in Group.objects.order_by("code")]


def members_between(group_id: int, first: dt.date, last: dt.date) -> "QuerySet[Membership, int]":
    """Ids of everybody who is in a group on some day of a range."""
    return Membership.objects.filter(overlapping(first, last), group=group_id).values_list("employee_id", flat=True)


def last_change(account_id: int | None) -> RosterChange | None:
    """One's own latest stroke that can still be undone."""
    return RosterChange.objects.filter(account_id=account_id, undone_at__isnull=True).order_by("-at", "-pk").first()


def days_known(calendar_id: int | None, first: dt.date, last: dt.date) -> list[Day]:
    """The dates from first to last of the years a calendar knows, in order; None is the company's first calendar."""
    calendar = Calendar.objects.get(pk=calendar_id) if calendar_id else default_calendar()
    return list(days_of_known_years(calendar, first, last).values())


def shifts_planned(group_id: int, first: dt.date, last: dt.date) -> list[int]:
    """The shifts the people of a group have on the roster in a range, by id."""
    people = list(members_between(group_id, first, last))
    rows = RosterDay.objects.filter(any_of("employee_id", people), date__range=(first, last), shift__isnull=False)
    return sorted(rows.order_by().values_list("shift_id", flat=True).distinct())


def planned_people(shift_ids: Iterable[int], first: dt.date, last: dt.date) -> list[int]:
    """Who has one of the shifts on the roster in a range, by id."""
    rows = RosterDay.objects.filter(shift__in=list(shift_ids), date__range=(first, last))
    return sorted(rows.order_by().values_list("employee_id", flat=True).distinct())
