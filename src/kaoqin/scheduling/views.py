"""Pages of room scheduling: shifts, groups, rotations, calendars."""

import datetime as dt
from typing import Any

from django.contrib import messages
from django.forms import BaseFormSet, formset_factory
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext, pgettext
from django.views.decorators.http import require_POST

from kaoqin.core.pages import attempt
from kaoqin.core.tables import Column, ListPage
from kaoqin.core.words import NotFound, Refusal, say_clock, say_minutes
from kaoqin.org import number_queries
from kaoqin.org import queries as org
from kaoqin.scheduling import actions, queries
from kaoqin.scheduling.forms import (
    SEGMENTS,
    CalendarForm,
    ConfirmYearForm,
    DayForm,
    GroupForm,
    GroupPlanForm,
    JoinForm,
    PatternForm,
    SegmentForm,
    ShiftForm,
)
from kaoqin.scheduling.models import Calendar, Group, Pattern, Shift
from kaoqin.scheduling.queries import DatedShift
from kaoqin.scheduling.words import MANAGE_RULES, PLAN, SEE_RULES, Day, DayKind, GroupMode, ShiftPlan
from kaoqin.security.doors import may, require
from kaoqin.security.requests import AskedBy

DAY = dt.timedelta(days=1)
SegmentForms = formset_factory(SegmentForm, extra=0, min_num=SEGMENTS, max_num=SEGMENTS)


def say_plan(plan: ShiftPlan) -> str:
    """A shift's times in one line: `08:00–次日 06:00,休 12:00–13:00`."""
    if plan.free:
        return gettext("自由工时 {required_minutes}").format(required_minutes=say_minutes(plan.required_minutes))
    parts = [f"{say_clock(s.start)}–{say_clock(s.end)}" for s in plan.segments]
    return " / ".join(parts)


def shifts(request: AskedBy) -> HttpResponse:
    require(request.by, SEE_RULES)
    found = [
        (shift, shift.latest(), say_plan(shift.latest()), time_bar(shift.latest()))
        for shift in queries.shifts().values()
    ]
    context = {"shifts": found, "may_manage": may(request.by, MANAGE_RULES)}
    return render(request, "scheduling/shifts.html", context)


def time_bar(plan: ShiftPlan) -> list[tuple[str, int, int]]:
    """What a picture of the day shows: (kind, start, length) in minutes over 48 hours from 00:00."""
    bars: list[tuple[str, int, int]] = []
    for segment in plan.segments:
        low, high = max(segment.start - segment.in_before, 0), min(segment.end + segment.out_after, 2880)
        bars += [("window", low, high - low), ("work", segment.start, segment.end - segment.start)]
        if segment.break_start is not None and segment.break_end is not None:
            bars.append(("break", segment.break_start, segment.break_end - segment.break_start))
    return sorted(bars, key=lambda bar: bar[0] != "window")


def shift(request: AskedBy, shift_id: int | None = None) -> HttpResponse:
    """A shift's form: its next version, or a new shift."""
    require(request.by, MANAGE_RULES)
    dated = queries.shift(shift_id) if shift_id else None
    form, segments = _shift_forms(request, dated)
    valid = request.method == "POST" and segments.is_valid()
    if valid and attempt(form, lambda said: _keep_shift(request, dated, form, segments, said)):
        messages.success(request, gettext("班次已保存。"))
        return redirect("scheduling:shifts")
    context = {
        "form": form,
        "segments": segments,
        "shift": dated,
        "bar": time_bar(dated.latest()) if dated else [],
        "versions": [(begins, say_plan(plan)) for begins, plan in zip(dated.begins, dated.plans, strict=True)]
        if dated
        else [],
    }
    return render(request, "scheduling/shift.html", context, status=422 if request.method == "POST" else 200)


def _shift_forms(request: AskedBy, dated: DatedShift | None) -> "tuple[ShiftForm, BaseFormSet[SegmentForm]]":
    if request.method == "POST":
        return ShiftForm(request.POST), SegmentForms(request.POST, prefix="segment")
    if dated is None:
        first = [{"start": 540, "end": 1080, "break_start": 720, "break_end": 780}, {}, {}]
        return ShiftForm(initial={"begins_on": request.today.replace(day=1), "colour": "blue"}), SegmentForms(
            initial=first, prefix="segment"
        )
    plan = dated.latest()
    told = {
        **vars(plan),
        "code": dated.code,
        "colour": dated.colour,
        "free": plan.free,
        "begins_on": request.today,
        "closed": not dated.open,
    }
    told["late_off"] = ";".join(f"{off}:{on}" for off, on in plan.late_off_late_on)
    stretches: list[dict[str, Any]] = [vars(segment) for segment in plan.segments]
    return ShiftForm(initial=told), SegmentForms(
        initial=stretches + [{}] * (SEGMENTS - len(stretches)), prefix="segment"
    )


def _keep_shift(
    request: AskedBy,
    dated: DatedShift | None,
    form: ShiftForm,
    segments: "BaseFormSet[SegmentForm]",
    said: dict[str, Any],
) -> bool:
    plan = form.plan([segment for one in segments.forms if (segment := one.segment())])
    if dated is None:
        actions.new_shift(
            said["code"], plan, said["begins_on"], by=request.by, at=request.asked_at, colour=said["colour"]
        )
    else:
        stored = Shift.objects.get(pk=dated.id)
        details: dict[str, Any] = {"closed": said["closed"], "colour": said["colour"]}
        actions.change_shift(stored, plan, said["begins_on"], by=request.by, at=request.asked_at, **details)
    return True


def groups(request: AskedBy) -> HttpResponseBase:
    require(request.by, SEE_RULES)
    counts = queries.member_counts(request.today)
    modes = queries.group_modes(request.today)
    page: ListPage[Group] = ListPage(
        request,
        Group.objects.order_by("code"),
        title=pgettext("list", "考勤组"),
        columns=[
            Column("code", gettext("编码"), lambda g: g.code, "code", link=lambda g: f"/groups/{g.pk}/"),
            Column("name", gettext("名称"), lambda g: g.name, "name", link=lambda g: f"/groups/{g.pk}/"),
            Column(
                "mode", gettext("班制"), lambda g: GroupMode(modes[g.pk]).label if g.pk in modes else gettext("未设置")
            ),
            Column("members", gettext("人数"), lambda g: counts.get(g.pk, 0), numeric=True),
        ],
        search=["code", "name"],
        empty=gettext("还没有考勤组。考勤组把班制和规则相同的人放在一起,先建一个。"),
        add=("/groups/new/", gettext("新建考勤组")) if may(request.by, MANAGE_RULES) else None,
    )
    return page.answer()


def new_group(request: AskedBy) -> HttpResponse:
    require(request.by, MANAGE_RULES)
    form = GroupForm(request.POST or None)
    made = (
        attempt(form, lambda said: actions.new_group(**said, by=request.by, at=request.asked_at))
        if request.method == "POST"
        else None
    )
    if made:
        return redirect("scheduling:group", made.pk)
    context = {
        "form": form,
        "title": gettext("新建考勤组"),
        "back": "/groups/",
        "back_label": pgettext("list", "考勤组"),
    }
    return render(request, "_parts/form_page.html", context, status=422 if form.errors else 200)


def group(request: AskedBy, group_id: int) -> HttpResponse:
    """A group: how it is planned, who is in it."""
    require(request.by, SEE_RULES)
    found = queries.group(group_id)
    plans = list(found.plans.select_related("calendar").prefetch_related("weekdays__shift").order_by("-begins_on"))
    reached = org.people(SEE_RULES, seen_by=request.by, on=request.today)
    context = {
        "group": found,
        "plans": [(plan, _week(plan)) for plan in plans],
        "form": _plan_form(request, plans),
        "join": JoinForm(initial={"begins_on": request.today}),
        "members": queries.members(found, request.today).filter(employee__in=reached)[:200],
        "count": queries.members(found, request.today).count(),
        "may_manage": may(request.by, MANAGE_RULES),
        "may_plan": may(request.by, PLAN),
    }
    return render(request, "scheduling/group.html", context)


def _week(plan: Any) -> list[str]:
    shifts_of = {row.weekday: row.shift.code for row in plan.weekdays.all()}
    return [shifts_of.get(day, gettext("休")) for day in range(7)]


def _plan_form(request: AskedBy, plans: list[Any]) -> GroupPlanForm:
    if not plans:
        return GroupPlanForm(initial={"begins_on": request.today, "calendar": Calendar.objects.order_by("pk").first()})
    newest = plans[0]
    week = {f"day_{row.weekday}": str(row.shift_id) for row in newest.weekdays.all()}
    told = {
        "begins_on": request.today,
        "mode": newest.mode,
        "calendar": newest.calendar,
        "follows_calendar": newest.follows_calendar,
    }
    return GroupPlanForm(initial={**told, **week})


@require_POST
def plan_group(request: AskedBy, group_id: int) -> HttpResponse:
    require(request.by, MANAGE_RULES)
    found = queries.group(group_id)
    form = GroupPlanForm(request.POST)

    def change(said: dict[str, Any]) -> object:
        return actions.plan_group(
            found,
            said["begins_on"],
            mode=GroupMode(said["mode"]),
            calendar=said["calendar"],
            week={} if said["mode"] == GroupMode.ROSTER else form.week(),
            follows_calendar=said["follows_calendar"],
            by=request.by,
            at=request.asked_at,
        )

    return _back_to_group(request, group_id, form, attempt(form, change), gettext("班制已保存,排班已更新。"))


@require_POST
def join_group(request: AskedBy, group_id: int) -> HttpResponse:
    require(request.by, PLAN)
    found = queries.group(group_id)
    form = JoinForm(request.POST)

    def change(said: dict[str, Any]) -> object:
        people = number_queries.reached_by_numbers(said["numbers"], PLAN, seen_by=request.by, on=request.today)
        return (actions.join_group(people, found, said["begins_on"], by=request.by, at=request.asked_at),)

    return _back_to_group(request, group_id, form, attempt(form, change), gettext("组员已更新。"))


def _back_to_group(request: AskedBy, group_id: int, form: Any, made: object, said: str) -> HttpResponse:
    if made:
        messages.success(request, said)
    for field, errors in form.errors.items():
        label = form.fields[field].label if field in form.fields else ""
        messages.error(request, f"{label} {' '.join(errors)}")
    return redirect("scheduling:group", group_id)


def patterns(request: AskedBy) -> HttpResponse:
    """Rotations, and keeping one."""
    require(request.by, SEE_RULES)
    form = PatternForm(request.POST or None)
    if request.method == "POST":
        require(request.by, MANAGE_RULES)

        def change(said: dict[str, Any]) -> object:
            return actions.keep_pattern(said["code"], said["name"], said["days"], by=request.by, at=request.asked_at)

        if attempt(form, change):
            messages.success(request, gettext("轮班已保存。"))
            return redirect("scheduling:patterns")
    rows = Pattern.objects.prefetch_related("days__shift").order_by("code")
    found = [(p, [day.shift for day in sorted(p.days.all(), key=lambda d: d.position)]) for p in rows]
    context = {"patterns": found, "form": form, "may_manage": may(request.by, MANAGE_RULES)}
    return render(request, "scheduling/patterns.html", context, status=422 if form.errors else 200)


def calendars(request: AskedBy) -> HttpResponse:
    require(request.by, SEE_RULES)
    calendar = Calendar.objects.order_by("pk").first()
    return (
        redirect("scheduling:calendar", calendar.pk, request.today.year)
        if calendar
        else redirect("scheduling:new_calendar")
    )


def new_calendar(request: AskedBy) -> HttpResponse:
    require(request.by, MANAGE_RULES, everywhere=True)
    form = CalendarForm(request.POST or None)
    made = (
        attempt(form, lambda said: actions.new_calendar(**said, by=request.by, at=request.asked_at))
        if request.method == "POST"
        else None
    )
    if made:
        return redirect("scheduling:calendar", made.pk, request.today.year)
    context = {
        "form": form,
        "title": gettext("新建日历"),
        "back": "/calendars/",
        "back_label": pgettext("list", "日历"),
    }
    return render(request, "_parts/form_page.html", context, status=422 if form.errors else 200)


def calendar(request: AskedBy, calendar_id: int, year: int) -> HttpResponse:
    """A year of a calendar, month by month, and setting some days."""
    require(request.by, SEE_RULES)
    found = Calendar.objects.filter(pk=calendar_id).first()
    if found is None or not 2000 <= year <= 2100:
        raise NotFound("scheduling.no_calendar", gettext("没有这个日历。"))
    if request.method == "POST":
        require(request.by, MANAGE_RULES, everywhere=True)
    form = DayForm(request.POST or None)
    if request.method == "POST" and attempt(form, lambda said: _keep_days(request, found, form, said)):
        messages.success(request, gettext("已保存,相关日期正在重新排班和核算。"))
        return redirect("scheduling:calendar", calendar_id, year)
    known = queries.year_of(found, year)
    context = {
        "calendar": found,
        "calendars": Calendar.objects.order_by("pk"),
        "year": year,
        "known": known,
        "months": _year_grid(found, year) if known else [],
        "form": form,
        "confirm": ConfirmYearForm(initial={"year": year}),
        "may_manage": may(request.by, MANAGE_RULES),
    }
    return render(request, "scheduling/calendar.html", context, status=422 if form.errors else 200)


def _keep_days(request: AskedBy, found: Calendar, form: DayForm, said: dict[str, Any]) -> bool:
    kind = DayKind(said["kind"])
    days = [Day(date, kind, said["name"], queries.is_swapped(date, kind)) for date in form.dates()]
    actions.keep_days(found, days, by=request.by, at=request.asked_at)
    return True


def _year_grid(found: Calendar, year: int) -> list[tuple[int, list[list[Day | None]]]]:
    """Each month as weeks from Monday to Sunday."""
    grid = []
    days = queries.days(found, dt.date(year, 1, 1), dt.date(year, 12, 31))
    for month in range(1, 13):
        of_month = [day for day in days if day.date.month == month]
        padded: list[Day | None] = [None] * of_month[0].date.weekday() + list(of_month)
        padded += [None] * (-len(padded) % 7)
        grid.append((month, [padded[n : n + 7] for n in range(0, len(padded), 7)]))
    return grid


@require_POST
def confirm_year(request: AskedBy, calendar_id: int) -> HttpResponse:
    """That a year's notice has been entered whole."""
    require(request.by, MANAGE_RULES, everywhere=True)
    found = Calendar.objects.filter(pk=calendar_id).first()
    form = ConfirmYearForm(request.POST)
    if found is None:
        raise NotFound("scheduling.no_calendar", gettext("没有这个日历。"))
    if not form.is_valid():
        raise Refusal("scheduling.no_source", gettext("请填写通知文号或出处。"))
    said = form.cleaned_data
    actions.confirm_year(found, said["year"], said["source"], by=request.by, at=request.asked_at)
    return redirect("scheduling:calendar", calendar_id, said["year"])
