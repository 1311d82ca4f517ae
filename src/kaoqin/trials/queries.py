"""Questions about drafts and their runs. Who may publish rules sees them; of people, those within reach."""

import datetime as dt
from typing import Any

from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet, Sum
from django.utils.translation import gettext

from kaoqin.attendance import month_plans
from kaoqin.attendance import queries as attendance
from kaoqin.attendance.words import MANAGE_ATTENDANCE_RULES
from kaoqin.core.arrays import any_of
from kaoqin.core.models import JobRun
from kaoqin.core.words import NotFound, Refusal
from kaoqin.org import place_queries
from kaoqin.org import queries as org
from kaoqin.org.models import Employee
from kaoqin.scheduling import queries as scheduling
from kaoqin.scheduling.words import ShiftPlan
from kaoqin.security.doors import require
from kaoqin.security.words import Actor
from kaoqin.trials.models import Trial, TrialDay, TrialPerson, TrialRun
from kaoqin.trials.terms import Terms
from kaoqin.trials.words import MEASURES

DAY = dt.timedelta(days=1)
RULE_COLUMNS = (
    *("system", "cycle", "overtime_basis", "overtime_after", "overtime_min", "overtime_step"),
    *("early_overtime", "missing_punch"),
)
SHIFTS_OF = dt.timedelta(days=92)
"""A shift belongs to a group that had it on the roster within so long."""


def trials(*, seen_by: Actor) -> QuerySet[Trial]:
    """All drafts, the newest first, each with the moment of its last finished run."""
    require(seen_by, MANAGE_ATTENDANCE_RULES)
    rows = Trial.objects.select_related("group", "made_by", "published_by")
    return rows.annotate(last_run=Max("runs__ended_at")).order_by("-made_at", "-pk")


def trial(trial_id: int, *, seen_by: Actor) -> Trial:
    found = trials(seen_by=seen_by).filter(pk=trial_id).first()
    if found is None:
        raise NotFound("trials.no_trial", gettext("没有这个试算草稿。"))
    return found


def run(run_id: int, *, seen_by: Actor) -> TrialRun:
    """A run without its people's ids, which may be many."""
    require(seen_by, MANAGE_ATTENDANCE_RULES)
    rows = TrialRun.objects.select_related("trial__group", "asked_by").defer("employee_ids")
    found = rows.filter(pk=run_id).first()
    if found is None:
        raise NotFound("trials.no_run", gettext("没有这次试算,或者它已随草稿删除。"))
    return found


def terms_on(group_id: int, on: dt.date, shifts: set[int] | None = None) -> Terms:
    """The terms of a group in force on a day; of `shifts`, else of those it had on the roster lately.

    Refuses a group without rules.
    """
    rules = attendance.rule_on(group_id, on)
    if rules is None:
        raise Refusal("trials.no_rules", gettext("这个考勤组还没有规则,请先设定规则。"), "group")
    keys = scheduling.shifts_planned(group_id, on - SHIFTS_OF, on) if shifts is None else shifts
    plans = plans_on(keys, on)
    told = {key: plan.tolerances for key, plan in plans.items() if not plan.free}
    columns = {name: getattr(rules, name) for name in RULE_COLUMNS}
    return Terms(columns, month_plans.month_plan(group_id, on).rule, told)


def plans_on(shift_ids: Any, on: dt.date) -> dict[int, ShiftPlan]:
    """Some shifts as they are on a day; one that begins later as it begins."""
    found = scheduling.shifts(shift_ids)
    return {key: one.on(max(on, one.begins[0])) for key, one in found.items()}


def others_planned(draft: Trial, on: dt.date) -> int:
    """How many people outside the group have a shift that the draft changes on the roster lately: it changes for them too."""
    changed = Terms.load(draft.after).changed_shifts(Terms.load(draft.before))
    if not changed:
        return 0
    span = on - dt.timedelta(days=31), on
    planned = set(scheduling.planned_people(changed, *span))
    return len(planned - set(scheduling.members_between(draft.group_id, *span)))


def outdated(draft: Trial, on: dt.date) -> bool:
    """Whether the rules in force are not those any more that the draft was begun from."""
    before = Terms.load(draft.before)
    return terms_on(draft.group_id, on, set(before.shifts)) != before


def months_to_try(on: dt.date) -> list[dt.date]:
    """The last twelve months that are over, the latest first."""
    found = []
    month = on.replace(day=1)
    for _ in range(12):
        month = (month - DAY).replace(day=1)
        found.append(month)
    return found


def job_of(one: TrialRun) -> JobRun | None:
    """The job of a run that is not over yet."""
    return None if one.ended_at or one.job_id is None else JobRun.objects.filter(pk=one.job_id).first()


def latest_run(draft: Trial) -> TrialRun | None:
    """The last run of a draft that is over."""
    rows = draft.runs.filter(ended_at__isnull=False).defer("employee_ids")
    return rows.order_by("-ended_at").first()


def facts_changed(one: TrialRun) -> bool:
    """Whether anybody's months came out otherwise since a run began."""
    ids = TrialRun.objects.values_list("employee_ids", flat=True).get(pk=one.pk)
    first = (min(one.months) - DAY).replace(day=1)
    return attendance.changed_since(ids, first, max(one.months), one.asked_at)


def _within_reach(seen_by: Actor, on: dt.date) -> Exists:
    return Exists(org.people(MANAGE_ATTENDANCE_RULES, seen_by=seen_by, on=on).filter(pk=OuterRef("employee_id")))


def people(one: TrialRun, *, seen_by: Actor, on: dt.date) -> QuerySet[TrialPerson]:
    """Everybody of a run within reach, by number."""
    rows = TrialPerson.objects.filter(_within_reach(seen_by, on), run=one).select_related("employee")
    return rows.order_by("employee__number")


def in_department(rows: QuerySet[TrialPerson], department_id: int, on: dt.date) -> QuerySet[TrialPerson]:
    """Those of the people who belonged to a department or one below it."""
    return rows.filter(any_of("department_id", place_queries.below([department_id], on)))


_COUNTS = {
    "tried": Count("pk"),
    "touched": Count("pk", filter=Q(touched=True)),
    "gaining": Count("pk", filter=Q(gains=True, loses=False)),
    "losing": Count("pk", filter=Q(loses=True, gains=False)),
    "both": Count("pk", filter=Q(gains=True, loses=True)),
    "full_gained": Count("pk", filter=Q(full_months__gt=0)),
    "full_lost": Count("pk", filter=Q(full_months__lt=0)),
}


def headline(rows: QuerySet[TrialPerson]) -> dict[str, int]:
    """Counts of people, and of each measure the sum before (`was_…`) and what changes; one question."""
    sums = {f"was_{one.name}_sum": Sum(f"was_{one.name}", default=0) for one in MEASURES}
    sums |= {f"{one.name}_sum": Sum(one.name, default=0) for one in MEASURES}
    more = {
        "changed_days_sum": Sum("changed_days", default=0),
        "closed_count": Count("pk", filter=Q(closed=True)),
        "unknown_count": Count("pk", filter=Q(unknown_days__gt=0)),
    }
    return rows.order_by().aggregate(**_COUNTS, **sums, **more)


def by_department(rows: QuerySet[TrialPerson]) -> list[dict[str, Any]]:
    """Counts and changes for each department somebody of which is touched, most people first; one question."""
    sums = {f"{one.name}_sum": Sum(one.name) for one in MEASURES}
    told = rows.order_by().values("department_id").annotate(**_COUNTS, **sums).filter(touched__gt=0)
    return [dict(row) for row in told.order_by("-touched", "department_id")]


def person(one: TrialRun, employee_id: int, *, seen_by: Actor, on: dt.date) -> TrialPerson:
    found = people(one, seen_by=seen_by, on=on).filter(employee=employee_id).first()
    if found is None:
        raise NotFound("trials.no_person", gettext("这次试算里没有这个人,或者不在您的管理范围内。"))
    return found


def days_of(one: TrialRun, employee: Employee) -> list[TrialDay]:
    """The days of somebody that differ; the caller has asked for the person through `person`."""
    return list(TrialDay.objects.filter(run=one, employee=employee).order_by("date"))
