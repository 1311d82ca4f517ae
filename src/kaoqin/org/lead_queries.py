"""Questions about who leads whom on a day."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import replace

from django.db.models import Exists, OuterRef, QuerySet

from kaoqin.core.arrays import any_of
from kaoqin.org.leading import Leading
from kaoqin.org.models import Department, DepartmentHead, Employee, LineManager, Posting
from kaoqin.org.place_queries import tree
from kaoqin.org.queries import employed, employed_on, posted


def leading(on: dt.date) -> Leading:
    """Who leads whom on a day: the tree and its heads are read now, people as they are asked for."""
    heads = DepartmentHead.objects.filter(posted(on), employed_on("employee__", on))
    above = {node.id: node.parent_id for node in tree(on)}
    return Leading(above, dict(heads.values_list("department_id", "employee_id")), lambda key: _own_place(key, on))


def line_managers(employee_ids: Iterable[int], on: dt.date) -> dict[int, int]:
    """The line manager of each of some people who has one: a handful of questions for any number of them."""
    ids = list(employee_ids)
    here = any_of("employee_id", ids)
    postings = Posting.objects.filter(posted(on), here).order_by("begins_on")
    departments = dict(postings.values_list("employee_id", "department_id"))
    own = LineManager.objects.filter(posted(on), employed_on("manager__", on), here)
    managers = dict(own.values_list("employee_id", "manager_id"))
    lines = replace(leading(on), place_of=lambda key: (departments.get(key), managers.get(key)))
    return {key: found for key in ids if (found := lines.manager(key))}


def _own_place(employee_id: int, on: dt.date) -> tuple[int | None, int | None]:
    """(department, own line manager where there is one who has not left) of an employee on a day."""
    where = Posting.objects.filter(posted(on), employee=employee_id).order_by("-begins_on")
    own = LineManager.objects.filter(posted(on), employed_on("manager__", on), employee=employee_id)
    return where.values_list("department_id", flat=True).first(), own.values_list("manager_id", flat=True).first()


def line_manager(employee_id: int, on: dt.date, levels: int = 1) -> Employee | None:
    """The line manager `levels` up on a day: one's own, else the head of the department or of one above.

    Oneself and people who have left are passed over; where a circle would begin nobody is above.
    """
    return Employee.objects.filter(pk=leading(on).manager(employee_id, levels) or 0).first()


def department_head(employee_id: int, on: dt.date) -> Employee | None:
    """The head of an employee's department on a day, or of the next one above that has another head than oneself."""
    return Employee.objects.filter(pk=leading(on).head(employee_id) or 0).first()


def heads(on: dt.date) -> dict[int, Employee]:
    """Who heads each department on a day, those who have left too: HR must see that somebody is missing."""
    rows = DepartmentHead.objects.filter(posted(on)).select_related("employee")
    return {row.department_id: row.employee for row in rows}


def heads_of(department: Department) -> QuerySet[DepartmentHead]:
    """Everybody who ever headed a department or will, the latest first."""
    return department.heads.select_related("employee").order_by("-begins_on")


def line_managers_of(employee: Employee) -> QuerySet[LineManager]:
    """All own line managers of somebody, the latest first; the caller has asked whether the person may be seen."""
    return employee.line_managers.select_related("manager").order_by("-begins_on")


def colleagues(employee_id: int, on: dt.date, most: int = 60) -> list[Employee]:
    """People of the same department on a day, oneself not, by number; no more than `most`."""
    where, _ = _own_place(employee_id, on)
    there = Posting.objects.filter(posted(on), employee=OuterRef("pk"), department=where)
    rows = employed(Employee.objects.filter(Exists(there)).exclude(pk=employee_id), on, on)
    return list(rows.order_by("number")[:most])
