"""Changes of who leads whom: a department's head, an employee's own line manager. Dated: added and ended, never edited."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models, transaction
from django.utils.translation import gettext

from kaoqin.core.chains import Link, leads_back
from kaoqin.core.sentences import Sentence
from kaoqin.core.words import Refusal
from kaoqin.org.actions import require_people
from kaoqin.org.models import Department, DepartmentHead, Employee, LineManager
from kaoqin.org.words import MANAGE_STRUCTURE
from kaoqin.security.audit import record_all
from kaoqin.security.doors import require
from kaoqin.security.words import Actor

DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Heads:
    """Who heads a department from a day on; None: nobody."""

    department: Department
    employee: Employee | None
    on: dt.date


@dataclass(frozen=True)
class Answers:
    """Whom an employee answers to from a day on; None: the head of the department."""

    employee: Employee
    manager: Employee | None
    on: dt.date


@transaction.atomic
def state_heads(changes: Sequence[Heads], *, by: Actor, at: dt.datetime) -> None:
    """The heads of departments from a day on, all or none. The one before ends the day before."""
    require(by, MANAGE_STRUCTURE, everywhere=True)
    for one in changes:
        _end_before(DepartmentHead.objects.filter(department=one.department), one.on)
        if one.employee:
            _refuse_not_employed(one.employee, one.on)
            DepartmentHead.objects.create(department=one.department, employee=one.employee, begins_on=one.on)
    record_all(by, "org.state_head", [(one.department, _say_head(one), _facts(one.employee)) for one in changes], at=at)


def _say_head(one: Heads) -> Sentence:
    told = {"code": one.department.code, "on": one.on}
    if one.employee is None:
        return Sentence("部门 {code} 自 {on} 起没有负责人", **told)
    return Sentence("部门 {code} 自 {on} 起由 {name} 负责", **told, name=one.employee.name)


def _facts(leader: Employee | None) -> dict[str, Any]:
    return {"number": leader.number if leader else ""}


@transaction.atomic
def state_managers(changes: Sequence[Answers], *, by: Actor, at: dt.datetime) -> None:
    """Own line managers from a day on, all or none. Refuses oneself, a leaver, and a circle."""
    require_people(by, [one.employee for one in changes], at)
    for one in changes:
        _end_before(LineManager.objects.filter(employee=one.employee), one.on)
    stated = [one for one in changes if one.manager]
    for one in stated:
        _state_manager(one)
    record_all(
        by, "org.state_manager", [(one.employee, _say_manager(one), _facts(one.manager)) for one in changes], at=at
    )


def _state_manager(one: Answers) -> None:
    if one.manager is None:
        return
    _refuse_not_employed(one.manager, one.on)
    if leads_back(_links_of, Link(one.manager.pk, one.on), one.employee.pk):
        raise Refusal(
            "org.manager_circle",
            gettext("{manager} 直接或间接归 {name} 管,不能互为上级。").format(
                manager=one.manager.name, name=one.employee.name
            ),
            "leader",
        )
    LineManager.objects.create(employee=one.employee, manager=one.manager, begins_on=one.on)


def _links_of(employee_id: int) -> list[Link]:
    rows = LineManager.objects.filter(employee=employee_id)
    return [Link(*row) for row in rows.values_list("manager_id", "begins_on", "ends_on")]


def _say_manager(one: Answers) -> Sentence:
    told = {"name": one.employee.name, "on": one.on}
    if one.manager is None:
        return Sentence("{name} 自 {on} 起按部门负责人汇报", **told)
    return Sentence("{name} 自 {on} 起向 {manager} 汇报", **told, manager=one.manager.name)


def _end_before(rows: "models.QuerySet[Any]", on: dt.date) -> None:
    """What was in force ends the day before; what began the same day was a mistake of that day and goes."""
    if rows.filter(begins_on__gt=on).exists():
        raise Refusal("org.later_leader", gettext("此日期之后已经登记过,请选择更晚的日期。"), "on")
    rows.filter(begins_on=on).delete()
    rows.filter(begins_on__lt=on).exclude(ends_on__lt=on).update(ends_on=on - DAY)


def _refuse_not_employed(employee: Employee, on: dt.date) -> None:
    if on < employee.hired_on or (employee.left_on and on > employee.left_on):
        raise Refusal(
            "org.not_employed", gettext("{name} 在 {on} 不在职。").format(name=employee.name, on=on), "leader"
        )
