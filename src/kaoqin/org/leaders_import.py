"""Heads of departments and own line managers from a table."""

import datetime as dt
from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext, gettext_lazy

from kaoqin.core.imports import Advance, ImportColumn, ImportKind, Record, RowFault, portions, read_date
from kaoqin.org import number_queries, place_queries, queries
from kaoqin.org.lead_actions import Answers, Heads, state_heads, state_managers
from kaoqin.org.models import Department, Employee
from kaoqin.org.words import MANAGE_PEOPLE, MANAGE_STRUCTURE
from kaoqin.security.doors import require
from kaoqin.security.words import Actor

ON = ImportColumn("on", gettext_lazy("自哪天起"), True, ("生效日期", "开始日期"), "2026-03-01")
HEAD_COLUMNS = (
    ImportColumn(
        *("department", gettext_lazy("部门"), True, ("部门名称", "部门编码"), "华东销售部"),
        gettext_lazy("部门编码、名称或完整路径"),
    ),
    ImportColumn(
        *("leader", gettext_lazy("负责人工号"), False, ("部门负责人", "部门主管", "负责人"), "00123"),
        gettext_lazy("留空:自该日起没有负责人"),
    ),
    ON,
)
MANAGER_COLUMNS = (
    ImportColumn("number", gettext_lazy("工号"), True, ("员工编号", "员工工号"), "00124"),
    ImportColumn(
        *("leader", gettext_lazy("直属主管工号"), False, ("直属主管", "直接上级", "汇报对象"), "00123"),
        gettext_lazy("留空:自该日起按部门负责人汇报"),
    ),
    ON,
)


def check_heads(records: list[Record], by: Actor, today: dt.date) -> list[RowFault]:
    """Every fault of every row: a department that is none or many, an unknown head, a date that is none."""
    require(by, MANAGE_STRUCTURE, everywhere=True)
    places = place_queries.department_keys(today)
    faults = _faults(records, today)
    for row, record in enumerate(records):
        if len(places.get(record.get("department", ""), [])) != 1:
            faults.append(RowFault(row, "department", gettext("没有这个部门,或有几个同名的,请填部门编码")))
    return faults + _twice(records, "department")


def check_managers(records: list[Record], by: Actor, today: dt.date) -> list[RowFault]:
    """Every fault of every row: people who are unknown or out of reach, a manager who is oneself."""
    reached = queries.people(MANAGE_PEOPLE, seen_by=by, on=today)
    numbers = {record.get("number", "") for record in records}
    mine = set(reached.filter(number__in=numbers).values_list("number", flat=True))
    faults = _faults(records, today)
    for row, record in enumerate(records):
        if record.get("number", "") not in mine:
            faults.append(RowFault(row, "number", gettext("没有这个工号,或者不在您的管理范围内")))
        elif record.get("leader", "") == record["number"]:
            faults.append(RowFault(row, "leader", gettext("不能是自己")))
    return faults + _twice(records, "number")


def _faults(records: list[Record], today: dt.date) -> list[RowFault]:
    leaders = number_queries.by_numbers({record.get("leader", "") for record in records} - {""})
    faults = []
    for row, record in enumerate(records):
        leader, on = leaders.get(record.get("leader", "")), read_date(record.get("on", ""))
        if record.get("leader") and leader is None:
            faults.append(RowFault(row, "leader", gettext("没有这个工号")))
        if on is None:
            faults.append(RowFault(row, "on", gettext("应为日期,如 2026-03-01")))
        elif leader and (on < leader.hired_on or (leader.left_on and on > leader.left_on)):
            faults.append(RowFault(row, "leader", gettext("这一天不在职")))
    return faults


def _twice(records: list[Record], key: str) -> list[RowFault]:
    seen: dict[str, int] = {}
    firsts = [seen.setdefault(record.get(key, ""), row) for row, record in enumerate(records)]
    said = gettext("与第 {number} 条重复")
    return [RowFault(row, key, said.format(number=first + 1)) for row, first in enumerate(firsts) if first != row]


@transaction.atomic
def take_heads(records: list[Record], by: Actor, at: dt.datetime, advance: Advance) -> str:
    """State all heads, or none."""
    places = place_queries.department_keys(at.date())
    rooms = {room.pk: room for room in Department.objects.all()}
    for portion in portions(records, advance):
        leaders = _leaders(portion)
        told = [(rooms[places[r["department"]][0]], leaders.get(r.get("leader", "")), _day(r)) for r in portion]
        state_heads([Heads(*one) for one in told], by=by, at=at)
    return gettext("已登记 {count} 条。").format(count=len(records))


@transaction.atomic
def take_managers(records: list[Record], by: Actor, at: dt.datetime, advance: Advance) -> str:
    """State all line managers, or none."""
    for portion in portions(records, advance):
        leaders, people = _leaders(portion), number_queries.by_numbers({record["number"] for record in portion})
        told = [(people[r["number"]], leaders.get(r.get("leader", "")), _day(r)) for r in portion]
        state_managers([Answers(*one) for one in told], by=by, at=at)
    return gettext("已登记 {count} 条。").format(count=len(records))


def _leaders(records: Sequence[Record]) -> dict[str, Employee]:
    return number_queries.by_numbers({record.get("leader", "") for record in records} - {""})


def _day(record: Record) -> dt.date:
    on = read_date(record["on"])
    if on is None:
        raise ValueError(record)
    return on


HEADS = ImportKind(
    "heads", gettext_lazy("导入部门负责人"), MANAGE_STRUCTURE, HEAD_COLUMNS, check_heads, take_heads, "/departments/"
)
MANAGERS = ImportKind(
    "managers", gettext_lazy("导入直属主管"), MANAGE_PEOPLE, MANAGER_COLUMNS, check_managers, take_managers, "/people/"
)
