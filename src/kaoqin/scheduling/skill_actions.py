"""Changes to skills: which there are, who has them, which shifts need them."""

import datetime as dt
from collections.abc import Collection, Sequence

from django.db import transaction
from django.utils.translation import gettext

from kaoqin.core.sentences import Sentence
from kaoqin.core.words import Refusal
from kaoqin.org import queries as org
from kaoqin.scheduling.models import HeldSkill, NeededSkill, Skill
from kaoqin.scheduling.queries import in_force
from kaoqin.scheduling.words import MANAGE_RULES
from kaoqin.security.audit import record, record_all
from kaoqin.security.doors import require
from kaoqin.security.words import Actor

DAY = dt.timedelta(days=1)


@transaction.atomic
def new_skill(name: str, *, by: Actor, at: dt.datetime) -> Skill:
    """A new skill. Refuses an empty or a taken name."""
    require(by, MANAGE_RULES, everywhere=True)
    name = name.strip()
    if not name or Skill.objects.filter(name=name).exists():
        raise Refusal("scheduling.skill_taken", gettext("名称不能为空,也不能与已有的技能重名。"), "name")
    made = Skill.objects.create(name=name)
    record(by, "scheduling.new_skill", made, Sentence("新增技能「{name}」", name=name), at=at)
    return made


@transaction.atomic
def need(skill: Skill, shift_ids: Collection[int], begins_on: dt.date, *, by: Actor, at: dt.datetime) -> None:
    """Exactly these shifts need a skill from a day on; those that did before need it no more."""
    require(by, MANAGE_RULES, everywhere=True)
    wanted = set(shift_ids)
    NeededSkill.objects.filter(skill=skill, begins_on__gte=begins_on).delete()
    standing = NeededSkill.objects.filter(in_force(begins_on), skill=skill)
    standing.exclude(shift__in=wanted).update(ends_on=begins_on - DAY)
    there = standing.filter(shift__in=wanted)
    there.update(ends_on=None)
    missing = wanted - set(there.values_list("shift_id", flat=True))
    NeededSkill.objects.bulk_create(NeededSkill(skill=skill, shift_id=key, begins_on=begins_on) for key in missing)
    told = {"name": skill.name, "begins_on": begins_on}
    said = Sentence("需要「{name}」的班次,自 {begins_on}", **told)
    record(by, "scheduling.need_skill", skill, said, at=at, shifts=sorted(wanted))


@transaction.atomic
def give(
    skill: Skill,
    employee_ids: Sequence[int],
    begins_on: dt.date,
    ends_on: dt.date | None,
    *,
    by: Actor,
    at: dt.datetime,
) -> int:
    """People have a skill from–to; a row that begins on the same day is replaced. Returns how many. Refuses an end before
    the begin, and people out of reach."""
    if ends_on and ends_on < begins_on:
        raise Refusal("scheduling.skill_dates", gettext("有效期不能早于开始日期。"), "ends_on")
    people = {one.pk: one for one in org.people(MANAGE_RULES, seen_by=by, on=begins_on).filter(pk__in=employee_ids)}
    require(by, MANAGE_RULES)
    for key in employee_ids:
        if key not in people:
            org.person(key, MANAGE_RULES, seen_by=by, on=begins_on)
    HeldSkill.objects.bulk_create(
        (HeldSkill(skill=skill, employee_id=key, begins_on=begins_on, ends_on=ends_on) for key in people),
        update_conflicts=True,
        unique_fields=["employee", "skill", "begins_on"],
        update_fields=["ends_on"],
    )
    said = Sentence(
        "具备「{name}」,自 {begins_on} 至 {ends_on}", name=skill.name, begins_on=begins_on, ends_on=ends_on or "—"
    )
    record_all(by, "scheduling.give_skill", ((one, said, {}) for one in people.values()), at=at)
    return len(people)


@transaction.atomic
def end(held: HeldSkill, on: dt.date, *, by: Actor, at: dt.datetime) -> None:
    """Somebody has a skill no more from a day on; one that had not begun is as if it never was."""
    org.person(held.employee_id, MANAGE_RULES, seen_by=by, on=on)
    if on <= held.begins_on:
        held.delete()
    else:
        held.ends_on = on - DAY
        held.save(update_fields=["ends_on"])
    said = Sentence("不再具备「{name}」,自 {on}", name=held.skill.name, on=on)
    record(by, "scheduling.end_skill", held.employee, said, at=at)
