"""Who has the skills that shifts need: on a roster as it stands, and on one that is meant."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext

from kaoqin.core.arrays import any_of
from kaoqin.core.words import NotFound, Refusal
from kaoqin.org.models import Employee
from kaoqin.scheduling.models import HeldSkill, NeededSkill, RosterDay, Skill
from kaoqin.scheduling.queries import in_force
from kaoqin.scheduling.words import MANAGE_RULES, Cell
from kaoqin.security.doors import require
from kaoqin.security.words import Actor

DAY = dt.timedelta(days=1)
SOON = 30 * DAY
Span = tuple[dt.date, dt.date | None]


@dataclass(frozen=True)
class Lack:
    """That somebody is planned (or meant to be) on a shift whose skill they do not have on that day."""

    employee_id: int
    date: dt.date
    shift_id: int
    skill: str


def lacking(cells: Sequence[Cell]) -> list[Lack]:
    """Which of some cells lack a skill, in their order; two questions, one where no shift needs any."""
    needed = _needed({cell.shift_id for cell in cells if cell.shift_id})
    held = _held({cell.employee_id for cell in cells}) if needed else {}
    return [
        Lack(cell.employee_id, cell.date, cell.shift_id, name)
        for cell in cells
        if cell.shift_id
        for skill, name, span in needed.get(cell.shift_id, ())
        if _within(cell.date, [span]) and not _within(cell.date, held.get((cell.employee_id, skill), []))
    ]


def _needed(shift_ids: Iterable[int]) -> dict[int, list[tuple[int, str, Span]]]:
    """What each of some shifts needs: the skill, its name, from–to."""
    found = defaultdict[int, list[tuple[int, str, Span]]](list)
    for row in NeededSkill.objects.filter(shift__in=shift_ids).select_related("skill").order_by("skill__name", "pk"):
        found[row.shift_id].append((row.skill_id, row.skill.name, (row.begins_on, row.ends_on)))
    return dict(found)


def _held(employee_ids: Iterable[int]) -> dict[tuple[int, int], list[Span]]:
    """From–to of each skill of some people."""
    found = defaultdict[tuple[int, int], list[Span]](list)
    rows = HeldSkill.objects.filter(any_of("employee_id", employee_ids))
    for employee, skill, begins_on, ends_on in rows.values_list("employee_id", "skill_id", "begins_on", "ends_on"):
        found[employee, skill].append((begins_on, ends_on))
    return found


def _within(day: dt.date, spans: list[Span]) -> bool:
    return any(first <= day and (last is None or day <= last) for first, last in spans)


def refuse_lacking(cells: Sequence[Cell], names: dict[int, str], field: str) -> None:
    """Refuse cells for which somebody lacks a skill, saying who, when and which."""
    lacks = lacking(cells)
    if lacks:
        one = lacks[0]
        said = gettext("{name} 没有「{skill}」,不能上 {date} 的这个班。")
        raise Refusal(
            "scheduling.lacks_skill",
            said.format(name=names.get(one.employee_id, ""), skill=one.skill, date=one.date),
            field,
        )


@dataclass(frozen=True)
class Unskilled:
    """Somebody who is planned without a skill: on which shifts, from which day on, on how many days."""

    employee: Employee
    shifts: tuple[str, ...]
    first: dt.date
    days: int


def planned_without(skill: Skill, on: dt.date) -> list[Unskilled]:
    """Who is planned from a day on, a month ahead, on shifts that need a skill they do not have then; by number."""
    shifts = NeededSkill.objects.filter(skill=skill).values("shift")
    rows = RosterDay.objects.filter(shift__in=shifts, date__range=(on, on + SOON)).select_related("employee", "shift")
    days = {(row.employee_id, row.date): row for row in rows.order_by("employee__number", "date")}
    cells = [Cell(row.employee_id, row.date, row.shift_id) for row in days.values()]
    found = defaultdict[Employee, list[RosterDay]](list)
    for one in lacking(cells):
        if one.skill == skill.name:
            row = days[one.employee_id, one.date]
            found[row.employee].append(row)
    return [
        Unskilled(who, tuple(sorted({row.shift.code for row in some if row.shift})), some[0].date, len(some))
        for who, some in found.items()
    ]


def skills(on: dt.date, *, seen_by: Actor) -> QuerySet[Skill]:
    """All skills by name; `held` counts who has them on a day, `ending` those whose paper ends within a month."""
    require(seen_by, MANAGE_RULES)
    now = Q(holders__begins_on__lte=on) & (Q(holders__ends_on__isnull=True) | Q(holders__ends_on__gte=on))
    held = Count("holders__employee", filter=now, distinct=True)
    ending = Count("holders__employee", filter=now & Q(holders__ends_on__lte=on + SOON), distinct=True)
    return Skill.objects.annotate(held=held, ending=ending).prefetch_related("shifts__shift").order_by("name")


def skill(skill_id: int, *, seen_by: Actor) -> Skill:
    require(seen_by, MANAGE_RULES)
    found = Skill.objects.filter(pk=skill_id).first()
    if found is None:
        raise NotFound("scheduling.no_skill", gettext("没有这项技能。"))
    return found


def holders(found: Skill) -> QuerySet[HeldSkill]:
    """Everybody who ever had it, by number, the newest paper first."""
    return HeldSkill.objects.filter(skill=found).select_related("employee").order_by("employee__number", "-begins_on")


def needing(found: Skill, on: dt.date) -> QuerySet[NeededSkill]:
    """The shifts that need it on a day."""
    return NeededSkill.objects.filter(in_force(on), skill=found).select_related("shift").order_by("shift__code")
