"""Changes in room trials: a draft begun, changed, run, published by the existing actions, deleted."""

import datetime as dt

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext

from kaoqin.attendance import actions as attendance
from kaoqin.attendance import month_plans, trying
from kaoqin.attendance import queries as settled
from kaoqin.attendance.actions import Rules
from kaoqin.attendance.month_plans import MonthPlan
from kaoqin.attendance.words import MANAGE_ATTENDANCE_RULES
from kaoqin.core.arrays import any_of
from kaoqin.core.jobs import ask
from kaoqin.core.sentences import Sentence
from kaoqin.core.words import Refusal, say_list, say_month
from kaoqin.org import queries as org
from kaoqin.org.models import Department
from kaoqin.scheduling import actions as scheduling
from kaoqin.scheduling import queries as plans
from kaoqin.scheduling.checks import refuse_bad_shift
from kaoqin.scheduling.models import Group
from kaoqin.security.audit import record
from kaoqin.security.doors import require
from kaoqin.security.words import Actor
from kaoqin.trials import queries
from kaoqin.trials.models import Trial, TrialRun
from kaoqin.trials.terms import Terms, differences


@transaction.atomic
def begin(group: Group, name: str, *, by: Actor, at: dt.datetime) -> Trial:
    """A draft of a group's rules that begins as those in force. Refuses a name the group has already."""
    require(by, MANAGE_ATTENDANCE_RULES)
    name = _named(name)
    terms = queries.terms_on(group.pk, timezone.localdate(at)).keep()
    try:
        with transaction.atomic():
            made = Trial.objects.create(
                group=group, name=name, before=terms, after=terms, made_at=at, made_by_id=by.account_id
            )
    except IntegrityError as taken:
        raise _taken(name) from taken
    record(
        by, "trials.begin", made, Sentence("新建规则试算「{name}」,考勤组 {group}", name=name, group=group.name), at=at
    )
    return made


def _named(name: str) -> str:
    if not name.strip():
        raise Refusal("trials.name", gettext("请填写名称。"), "name")
    return name.strip()


def _taken(name: str) -> Refusal:
    return Refusal("trials.name_taken", gettext("这个考勤组已有名为「{name}」的试算。").format(name=name), "name")


def _held(trial: Trial) -> Trial:
    """The draft, held by this transaction. Refuses one that was published."""
    held = Trial.objects.select_for_update(of=("self",)).select_related("group").get(pk=trial.pk)
    if held.published_at:
        raise Refusal("trials.published", gettext("这个草稿已经发布,不能再改。可以新建一个。"))
    return held


@transaction.atomic
def change(trial: Trial, name: str, terms: Terms, *, by: Actor, at: dt.datetime) -> Trial:
    """The draft with other terms. Refuses what could not be published: a shift's flex that its break does not allow."""
    require(by, MANAGE_ATTENDANCE_RULES)
    held, name = _held(trial), _named(name)
    if Trial.objects.filter(group=held.group, name=name).exclude(pk=held.pk).exists():
        raise _taken(name)
    if int(terms.rules["overtime_step"]) < 1:
        raise Refusal("trials.overtime_step", gettext("加班取整单位至少为 1 分钟。"))
    changed = terms.changed_shifts(Terms.load(held.before))
    for key, plan in queries.plans_on(changed, timezone.localdate(at)).items():
        refuse_bad_shift(plan.tolerating(changed[key]))
    held.name, held.after = name, terms.keep()
    held.save(update_fields=["name", "after"])
    record(by, "trials.change", held, Sentence("修改规则试算「{name}」", name=name), at=at, after=held.after)
    return held


@transaction.atomic
def begin_again(trial: Trial, *, by: Actor, at: dt.datetime) -> Trial:
    """The rules in force changed since: the draft begins from those of today and keeps what it changes itself."""
    require(by, MANAGE_ATTENDANCE_RULES)
    held = _held(trial)
    old, now = Terms.load(held.before), queries.terms_on(held.group_id, timezone.localdate(at))
    held.after = Terms.load(held.after).upon(old, now).keep()
    held.before = now.keep()
    held.save(update_fields=["before", "after"])
    record(by, "trials.begin_again", held, Sentence("规则试算「{name}」改以现行规则为起点", name=held.name), at=at)
    return held


@transaction.atomic
def delete(trial: Trial, *, by: Actor, at: dt.datetime) -> None:
    """The draft and all its runs; one that was published stays, for the audit names it."""
    require(by, MANAGE_ATTENDANCE_RULES)
    held = _held(trial)
    # A batch that is being kept holds its run; who waits here for it finds its rows.
    list(TrialRun.objects.select_for_update().filter(trial=held).values_list("pk", flat=True))
    record(by, "trials.delete", held, Sentence("删除规则试算「{name}」", name=held.name), at=at)
    held.delete()


@transaction.atomic
def run(trial: Trial, months: list[dt.date], department: Department | None, *, by: Actor, at: dt.datetime) -> TrialRun:
    """Try the draft on past months (their first days): a job with progress, which goes on where it was if it dies.

    It is about everybody within reach whom publishing would touch: the group's people, and who has one of its shifts.
    """
    require(by, MANAGE_ATTENDANCE_RULES)
    held, today = _held(trial), timezone.localdate(at)
    if not months or not set(months) <= set(queries.months_to_try(today)):
        raise Refusal("trials.months", gettext("请选择已经过完的月份,最多往前十二个月。"), "months")
    ids = _whom(held, months, department, by, today)
    if not ids:
        raise Refusal("trials.nobody", gettext("所选月份和部门里,这个考勤组没有您管理范围内的人。"), "months")
    told = {"before": held.before, "after": held.after, "months": sorted(months), "department": department}
    made = TrialRun.objects.create(trial=held, employee_ids=ids, asked_at=at, asked_by_id=by.account_id, **told)
    said = say_list(say_month(month) for month in sorted(months))
    job = ask(
        "trials.run",
        gettext("规则试算「{name}」:{months}").format(name=held.name, months=said),
        account_id=by.account_id,
        at=at,
        trial_run=made.pk,
    )
    made.job_id = job.pk
    made.save(update_fields=["job_id"])
    told_ = {"name": held.name, "months": ", ".join(f"{month:%Y-%m}" for month in sorted(months)), "count": len(ids)}
    record(by, "trials.run", held, Sentence("试算「{name}」:{months},{count} 人", **told_), at=at)
    return made


def _whom(trial: Trial, months: list[dt.date], department: Department | None, by: Actor, on: dt.date) -> list[int]:
    """Whom the draft may touch in some months, within reach, by id."""
    shifts = Terms.load(trial.after).changed_shifts(Terms.load(trial.before))
    found: set[int] = set()
    for month in months:
        cycle = trying.cycle_of(trial.group_id, month)
        found.update(plans.members_between(trial.group_id, cycle.first, cycle.last))
        if shifts:
            found.update(plans.planned_people(shifts, cycle.first, cycle.last))
    reached = org.people(MANAGE_ATTENDANCE_RULES, seen_by=by, on=on).filter(any_of("pk", found))
    if department:
        reached = org.in_departments(reached, department.pk, on)
    return list(reached.order_by("pk").values_list("pk", flat=True))


@transaction.atomic
def publish(trial: Trial, begins_on: dt.date, *, by: Actor, at: dt.datetime, untried: bool = False) -> Trial:
    """The draft becomes the group's rules from a day on, by the actions that keep rules. Refuses a day that is closed or
    lies before a later version; a draft that was not tried as it is, unless that is said (`untried`)."""
    require(by, MANAGE_ATTENDANCE_RULES)
    held = _held(trial)
    before, after = Terms.load(held.before), Terms.load(held.after)
    _refuse_unfit(held, before, after, begins_on)
    if not untried and not tried_as_it_is(held):
        raise Refusal("trials.untried", gettext("这个草稿还没有按现在的内容试算过;要直接发布,请勾选确认。"), "untried")
    _keep(held.group, before, after, begins_on, by, at)
    held.published_at, held.published_by_id, held.begins_on = at, by.account_id, begins_on
    held.save(update_fields=["published_at", "published_by", "begins_on"])
    told = {"name": held.name, "group": held.group.name, "begins_on": begins_on}
    said = Sentence("发布规则试算「{name}」:考勤组 {group} 自 {begins_on} 起", **told)
    record(by, "trials.publish", held, said, at=at, before=held.before, after=held.after)
    return held


def tried_as_it_is(trial: Trial) -> bool:
    """Whether the draft was run with the terms it has now."""
    return trial.runs.filter(before=trial.before, after=trial.after, ended_at__isnull=False).exists()


def _refuse_unfit(trial: Trial, before: Terms, after: Terms, begins_on: dt.date) -> None:
    if not differences(before, after):
        raise Refusal("trials.nothing_new", gettext("草稿与现行规则相同,没有可以发布的。"))
    month_plans.refuse_closed(trial.group, begins_on)
    begin = settled.rules_begin(trial.group_id)
    for key in after.changed_shifts(before):
        begin += plans.shift(key).begins
    if later := [day for day in begin if day > begins_on]:
        said = gettext("已有自 {day} 起的规则或班次,请从那天或之后开始。").format(day=max(later))
        raise Refusal("trials.later_version", said, "begins_on")
    if queries.outdated(trial, begins_on):
        raise Refusal("trials.outdated", gettext("现行规则在草稿之后变过,请先「改以现行规则为起点」,再试算一次。"))


def _keep(group: Group, before: Terms, after: Terms, begins_on: dt.date, by: Actor, at: dt.datetime) -> None:
    """Only what the draft changes is kept anew."""
    if after.rules != before.rules:
        attendance.keep_rules(group, begins_on, Rules(**after.rules), by=by, at=at)
    if after.month != before.month:
        plan = MonthPlan(month_plans.month_plan(group.pk, begins_on).first_day, after.month)
        month_plans.keep_month_rule(group, begins_on, plan, by=by, at=at)
    scheduling.change_tolerances(after.changed_shifts(before), begins_on, by=by, at=at)
