"""Pages of a run: its headline, departments and people; a person's days; a day and why, by the rule and by the draft."""

import datetime as dt
from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy, pgettext_lazy

from kaoqin.attendance import queries as attendance
from kaoqin.attendance import reckoning
from kaoqin.attendance.drafts import Draft
from kaoqin.attendance.saying import COLUMNS, badges, say_changed, say_step
from kaoqin.attendance.words import SEE_DAYS
from kaoqin.core.tables import Column, Filter, ListPage
from kaoqin.core.words import NotFound, Refusal, read_number, say_list, say_month
from kaoqin.leave.queries import hidden_kinds
from kaoqin.org import place_queries
from kaoqin.security.doors import may
from kaoqin.security.requests import AskedBy
from kaoqin.trials import queries, saying
from kaoqin.trials.models import TrialDay, TrialPerson, TrialRun
from kaoqin.trials.terms import Terms, differences
from kaoqin.trials.words import MEASURES, Measure

SHOWN = frozenset({"late_minutes", "absent_hundredths", "missing_times", "overtime_workday_minutes", "full_months"})
"""Measures whose columns the list shows at first."""
WHO: tuple[tuple[str, str | Promise, dict[str, Any]], ...] = (
    ("touched", gettext_lazy("受影响的人"), {"touched": True}),
    ("gains", gettext_lazy("得"), {"gains": True, "loses": False}),
    ("loses", gettext_lazy("失"), {"loses": True, "gains": False}),
    ("both", gettext_lazy("有得有失"), {"gains": True, "loses": True}),
    ("full_gained", gettext_lazy("得到全勤"), {"full_months__gt": 0}),
    ("full_lost", gettext_lazy("失去全勤"), {"full_months__lt": 0}),
    ("closed", gettext_lazy("已月结"), {"closed": True}),
    ("unknown", gettext_lazy("有些天无法核算"), {"unknown_days__gt": 0}),
    ("all", pgettext_lazy("people", "所有人"), {}),
)
"""Whom the list of a run shows."""
WAYS = (("more", gettext_lazy("增加"), "__gt"), ("less", gettext_lazy("减少"), "__lt"))


def outcome(request: AskedBy, run_id: int) -> HttpResponseBase:
    """What came of a run; while it is being made, how far it is."""
    run = queries.run(run_id, seen_by=request.by)
    watching = request.headers.get("HX-Target") == "progress"
    if run.ended_at is None:
        template = "trials/_progress.html" if watching else "trials/running.html"
        return render(request, template, {"run": run, "job": queries.job_of(run), "months": _months(run)})
    if watching:
        return HttpResponse(headers={"HX-Refresh": "true"})
    return _people_page(request, run).answer()


def _months(run: TrialRun) -> str:
    return say_list(say_month(month) for month in run.months)


def _people_page(request: AskedBy, run: TrialRun) -> ListPage[TrialPerson]:
    everybody = queries.people(run, seen_by=request.by, on=request.today)
    department = read_number(request.GET.get("department", ""), 0)
    rows = queries.in_department(everybody, department, request.today) if department else everybody
    chosen = request.GET.get("who", "touched")
    rows = rows.filter(**dict(next((wanted for key, _, wanted in WHO if key == chosen), WHO[0][2])))
    rows = _narrowed(request, rows)
    base = f"/trials/runs/{run.pk}/people/"
    choices = place_queries.department_choices(SEE_DAYS, seen_by=request.by, on=request.today)
    return ListPage(
        request,
        rows,
        title=gettext("试算结果 {name}").format(name=run.trial.name),
        columns=[
            Column("number", gettext("工号"), _number, "employee__number", link=lambda p: f"{base}{p.employee_id}/"),
            Column("name", gettext("姓名"), _name, "employee__name", link=lambda p: f"{base}{p.employee_id}/"),
            Column("verdict", gettext("得失"), _verdict, tone=lambda p: saying.VERDICTS[saying.verdict(p)][1]),
            Column("said", gettext("变化"), saying.say_changes, wraps=True),
            Column("changed_days", gettext("变化天数"), lambda p: p.changed_days or "", "changed_days", True),
            *(_column(one) for one in MEASURES),
            Column("closed", gettext("已月结"), lambda p: gettext("是") if p.closed else "", "closed", hidden=True),
        ],
        search=["employee__number", "employee__name"],
        filters=[
            Filter("who", gettext("谁"), [(key, label) for key, label, _ in WHO], "", "touched"),
            Filter("measure", gettext("项目"), _measure_choices(), ""),
            Filter("department", gettext("部门"), choices, ""),
        ],
        empty=gettext("没有人受影响:按草稿重新算过,结果与现在的规则一样。"),
        template="trials/outcome.html",
        more={}
        if request.GET.get("export") or request.headers.get("HX-Target") == "list"
        else _told(request, run, everybody),
    )


def _number(row: TrialPerson) -> str:
    return row.employee.number


def _name(row: TrialPerson) -> str:
    return row.employee.name


def _verdict(row: TrialPerson) -> str | Promise:
    return saying.VERDICTS[saying.verdict(row)][0]


def _column(one: Measure) -> Column[TrialPerson]:
    def say(row: TrialPerson) -> str:
        return saying.change(one.unit, getattr(row, one.name))

    return Column(one.name, one.label, say, one.name, True, hidden=one.name not in SHOWN)


def _measure_choices() -> list[tuple[str, str]]:
    return [(f"{one.name}:{way}", f"{one.label} {label}") for one in MEASURES for way, label, _ in WAYS]


def _narrowed(request: AskedBy, rows: Any) -> Any:
    """The people of whom a measure is more, or less."""
    name, _, way = request.GET.get("measure", "").partition(":")
    lookup = {key: lookup for key, _, lookup in WAYS}.get(way)
    known = {one.name for one in MEASURES}
    return rows.filter(**{f"{name}{lookup}": 0}) if lookup and name in known else rows


def _told(request: AskedBy, run: TrialRun, everybody: Any) -> dict[str, Any]:
    """All of the page that is not the list."""
    head = queries.headline(everybody)
    names = place_queries.department_names(request.today)
    departments = [
        (one, names.get(one["department_id"], "—"), _say_sums(one)) for one in queries.by_department(everybody)
    ]
    lines = differences(Terms.load(run.before), Terms.load(run.after))
    return {
        "run": run,
        "months": _months(run),
        "department": names.get(run.department_id or 0, ""),
        "head": head,
        "totals": saying.totals(head),
        "departments": departments,
        "lines": saying.say_lines(lines),
        "facts_changed": queries.facts_changed(run),
        "draft_changed": run.after != run.trial.after or run.before != run.trial.before,
        "outdated": not run.trial.published_at and queries.outdated(run.trial, request.today),
        "comprehensive": "comprehensive" in {run.before["rules"]["system"], run.after["rules"]["system"]},
    }


def _say_sums(sums: dict[str, Any]) -> str:
    told = ((one, sums[f"{one.name}_sum"]) for one in MEASURES if one.sense)
    return say_list(f"{one.label} {saying.change(one.unit, value)}" for one, value in told if value)


def person(request: AskedBy, run_id: int, employee_id: int) -> HttpResponse:
    """Somebody's sums before and after, and the days that differ."""
    run = queries.run(run_id, seen_by=request.by)
    row = queries.person(run, employee_id, seen_by=request.by, on=request.today)
    told, tone = saying.VERDICTS[saying.verdict(row)]
    sums = {f"{one.name}_sum": getattr(row, one.name) for one in MEASURES}
    sums |= {f"was_{one.name}_sum": getattr(row, f"was_{one.name}") for one in MEASURES}
    context = {
        "run": run,
        "row": row,
        "months": _months(run),
        "verdict": told,
        "tone": tone,
        "changes": saying.say_changes(row),
        "totals": saying.totals(sums),
        "days": [(day, *_sides(day)) for day in queries.days_of(run, row.employee)],
        "may_see_days": may(request.by, SEE_DAYS),
    }
    return render(request, "trials/person.html", context)


def _sides(day: TrialDay) -> tuple[list[Any], list[Any], list[tuple[str, str, str]]]:
    """A day's statuses before and after where they differ, and the other columns that do."""
    rows = [
        (str(COLUMNS[name]), say_changed(name, value), say_changed(name, day.after[name]))
        for name, value in day.before.items()
        if name != "status"
    ]
    return badges(day.before.get("status", "")), badges(day.after.get("status", "")), rows


def day(request: AskedBy, run_id: int, employee_id: int, date: str) -> HttpResponse:
    """A day by the rule and by the draft: every step of both, from what the facts say now."""
    run = queries.run(run_id, seen_by=request.by)
    row = queries.person(run, employee_id, seen_by=request.by, on=request.today)
    employee = attendance.visible_person(row.employee_id, seen_by=request.by, on=request.today)
    when = _read_day(date)
    hidden = hidden_kinds(employee.pk, seen_by=request.by)
    draft = Terms.load(run.after).draft(run.trial.group_id, Terms.load(run.before))
    own, tried = (_steps(employee.pk, when, hidden, one) for one in (None, draft))
    common = {said for _, said in own[0]} & {said for _, said in tried[0]}
    differ = next((one for one in queries.days_of(run, employee) if one.date == when), None)
    sides = [(gettext("当时的规则"), *own), (gettext("草稿"), *tried)]
    context = {"run": run, "employee": employee, "date": when, "sides": sides, "common": common}
    context["rows"] = _sides(differ)[2] if differ else []
    return render(request, "trials/day.html", context)


def _read_day(text: str) -> dt.date:
    try:
        when = dt.date.fromisoformat(text)
    except ValueError as bad:
        raise NotFound("trials.no_day", gettext("没有这一天。")) from bad
    if not 2000 <= when.year <= 2100:
        raise NotFound("trials.no_day", gettext("没有这一天。"))
    return when


def _steps(employee_id: int, when: dt.date, hidden: Any, draft: Draft | None) -> tuple[list[tuple[Any, str]], str]:
    """The steps of a day as they are said, or why it cannot be reckoned."""
    try:
        trace = reckoning.explain(employee_id, when, hidden, draft)
    except Refusal as refusal:
        return [], refusal.sentence
    return [(step, say_step(step.zh, step.en)) for step in trace.steps], ""
