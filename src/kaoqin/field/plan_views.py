"""Pages of plans: a week of somebody, and changing it."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from kaoqin.core.pages import attempt
from kaoqin.core.words import Refusal, read_number
from kaoqin.field import plan_actions as actions
from kaoqin.field import queries, visit_queries
from kaoqin.field.forms import StopForm
from kaoqin.field.models import PlanStop
from kaoqin.field.plan_actions import Stop
from kaoqin.field.words import PLAN_VISITS, VISIT
from kaoqin.org.models import Employee
from kaoqin.security.doors import may, require
from kaoqin.security.requests import AskedBy

DAY = dt.timedelta(days=1)


def plans(request: AskedBy) -> HttpResponse:
    """A week of oneself, or of somebody within reach."""
    require(request.by, VISIT)
    people = list(visit_queries.planners(seen_by=request.by, on=request.today)[:500])
    who = _whose(request, people)
    if who is None:
        return render(request, "field/no_plans.html", {"people": people})
    return _week(request, who, people, StopForm(initial={"date": request.today}))


def _whose(request: AskedBy, people: list[Employee]) -> Employee | None:
    asked = read_number(request.GET.get("employee", ""), 0)
    first = people[0].pk if people else 0
    key = asked or request.by.employee_id or first
    if not asked and people and request.by.employee_id not in {one.pk for one in people}:
        key = first
    return visit_queries.planned_for(key, seen_by=request.by, on=request.today) if key else None


def _week(request: AskedBy, who: Employee, people: list[Employee], form: StopForm) -> HttpResponse:
    monday = monday_of(request.GET.get("week", ""), request.today)
    rows = visit_queries.stops(who.pk, monday, monday + 6 * DAY)
    days = [monday + n * DAY for n in range(7)]
    context = {
        "who": who,
        "people": people,
        "form": form,
        "monday": monday,
        "sunday": monday + 6 * DAY,
        "before": monday - 7 * DAY,
        "after": monday + 7 * DAY,
        "today": request.today,
        "days": [(day, [_told(one, request.today) for one in rows if one.date == day]) for day in days],
        "planned": len(rows),
        "visited": sum(bool(getattr(one, "visited", False)) for one in rows),
        "may_plan": visit_queries.may_plan(who.pk, seen_by=request.by, on=request.today),
        "imports": may(request.by, PLAN_VISITS),
        "customers": queries.customers(seen_by=request.by, on=request.today).filter(closed=False)[:300],
        "here": f"?week={monday.isoformat()}&employee={who.pk}",
    }
    return render(request, "field/plans.html", context, status=422 if form.errors else 200)


def _told(one: PlanStop, today: dt.date) -> tuple[PlanStop, str]:
    """A stop, and how it stands: visited, missed, today's, or to come."""
    if getattr(one, "visited", False):
        return one, "visited"
    return one, "missed" if one.date < today else "open"


def monday_of(text: str, otherwise: dt.date) -> dt.date:
    """The Monday of the week of a day as addresses write it; of `otherwise` for anything else."""
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        day = otherwise
    day = day if 2000 <= day.year <= 2100 else otherwise
    return day - day.weekday() * DAY


@require_POST
def add_stop(request: AskedBy, employee_id: int) -> HttpResponse:
    """One more customer on a day."""
    require(request.by, VISIT)
    who = visit_queries.planned_for(employee_id, seen_by=request.by, on=request.today)
    form = StopForm(request.POST)

    def change(said: dict[str, Any]) -> bool:
        found = queries.meant(said["customer"].strip(), seen_by=request.by, on=request.today)
        told = Stop(who.pk, said["date"], found.pk, said["time"])
        actions.add_stops([told], by=request.by, at=request.asked_at, today=request.today)
        return True

    if attempt(form, change):
        return _back(request, who.pk, form.cleaned_data["date"])
    people = list(visit_queries.planners(seen_by=request.by, on=request.today)[:500])
    return _week(request, who, people, form)


@require_POST
def drop_stop(request: AskedBy, stop_id: int) -> HttpResponse:
    """A customer less on a day."""
    return _change(request, lambda **told: actions.drop_stop(stop_id, **told))


@require_POST
def raise_stop(request: AskedBy, stop_id: int) -> HttpResponse:
    """A customer earlier on a day."""
    return _change(request, lambda **told: actions.raise_stop(stop_id, **told))


def _change(request: AskedBy, what: Callable[..., PlanStop]) -> HttpResponse:
    require(request.by, VISIT)
    found = what(by=request.by, at=request.asked_at, today=request.today)
    return _back(request, found.employee_id, found.date)


@require_POST
def copy_week(request: AskedBy, employee_id: int) -> HttpResponse:
    """The week before once more."""
    require(request.by, VISIT)
    who = visit_queries.planned_for(employee_id, seen_by=request.by, on=request.today)
    monday = monday_of(request.POST.get("week", ""), request.today)
    try:
        made = actions.copy_week(who.pk, monday, by=request.by, at=request.asked_at, today=request.today)
        messages.success(request, gettext("复制了 {count} 家。").format(count=made))
    except Refusal as refusal:
        messages.warning(request, refusal.sentence)
    return _back(request, who.pk, monday)


def _back(request: AskedBy, employee_id: int, date: dt.date) -> HttpResponse:
    return redirect(f"{reverse('field:plans')}?week={monday_of(date.isoformat(), date)}&employee={employee_id}")
