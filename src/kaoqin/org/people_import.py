"""Employees from a table: known numbers are brought up to date, new ones hired; departments and sites must exist."""

import datetime as dt

from django.db import transaction
from django.utils import timezone

from kaoqin.core.imports import ImportColumn, ImportKind, Record, RowFault, read_date
from kaoqin.org import actions, queries
from kaoqin.org.models import Department, Employee, Posting, Site
from kaoqin.org.words import MANAGE_PEOPLE
from kaoqin.security.doors import require
from kaoqin.security.words import Actor

COLUMNS = (
    ImportColumn(
        "number",
        "工号",
        True,
        ("员工编号", "员工工号", "人员编号", "employee_no", "考勤号"),
        "00123",
        "文本;前导零是工号的一部分",
    ),
    ImportColumn("name", "姓名", True, ("员工姓名", "名字"), "林小满"),
    ImportColumn(
        "department", "部门", True, ("所属部门", "部门名称", "部门编码"), "华东销售部", "部门编码、名称或完整路径"
    ),
    ImportColumn("site", "地点", True, ("工作地点", "办公地点", "地点编码"), "上海办公室", "地点编码或名称"),
    ImportColumn("title", "职位", False, ("岗位", "职务"), "销售代表"),
    ImportColumn("hired_on", "入职日期", True, ("入职时间", "入职日"), "2026-03-01", "如 2026-03-01、2026/3/1"),
    ImportColumn("left_on", "离职日期", False, ("离职时间", "最后工作日"), ""),
    ImportColumn("phone", "手机", False, ("手机号", "手机号码", "联系电话"), ""),
    ImportColumn("email", "邮箱", False, ("电子邮箱", "email"), ""),
)


def _departments(today: dt.date) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for node in queries.tree(today):
        for name in {node.code, node.name, node.path}:
            found.setdefault(name, []).append(node.id)
    return found


def _sites() -> dict[str, int]:
    return {name: site.pk for site in Site.objects.all() for name in (site.name, site.code)}


def check(records: list[Record], by: Actor, today: dt.date) -> list[RowFault]:
    """Every fault of every row."""
    require(by, MANAGE_PEOPLE, everywhere=True)
    departments, sites = _departments(today), _sites()
    seen: dict[str, int] = {}
    faults: list[RowFault] = []
    for row, record in enumerate(records):
        first = seen.setdefault(record.get("number", ""), row)
        if first != row:
            faults.append(RowFault(row, "number", f"工号与第 {first + 1} 条重复"))
        faults += [RowFault(row, column, said) for column, said in _faults_of(record, departments, sites)]
    return faults


def _faults_of(record: Record, departments: dict[str, list[int]], sites: dict[str, int]) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    places = departments.get(record.get("department", ""), [])
    if len(places) != 1:
        found.append(
            ("department", "有多个同名部门,请填部门编码或完整路径" if places else "没有这个部门,请先新建或改用部门编码")
        )
    if record.get("site", "") not in sites:
        found.append(("site", "没有这个地点,请先新建"))
    hired, left = read_date(record.get("hired_on", "")), read_date(record.get("left_on", ""))
    if hired is None:
        found.append(("hired_on", "应为日期,如 2026-03-01"))
    if record.get("left_on") and left is None:
        found.append(("left_on", "应为日期,如 2026-03-01"))
    if hired and left and left < hired:
        found.append(("left_on", "离职日期早于入职日期"))
    if record.get("email") and "@" not in record["email"]:
        found.append(("email", "邮箱格式不正确"))
    found += [
        (key, "太长")
        for key, limit in (("number", 40), ("name", 60), ("title", 60), ("phone", 30))
        if len(record.get(key, "")) > limit
    ]
    return found


@transaction.atomic
def take(records: list[Record], by: Actor, at: dt.datetime) -> str:
    """Hire the new, bring the known up to date. All or nothing."""
    today = timezone.localdate(at)
    departments, sites = _departments(today), _sites()
    known = {e.number: e for e in Employee.objects.filter(number__in=[r["number"] for r in records])}
    rooms = {d.pk: d for d in Department.objects.all()}
    grounds = {s.pk: s for s in Site.objects.all()}
    hired = 0
    for record in records:
        place = actions.Place(
            rooms[departments[record["department"]][0]], grounds[sites[record["site"]]], record.get("title", "")
        )
        employee = known.get(record["number"])
        if employee is None:
            hired_on = read_date(record["hired_on"]) or today
            employee = actions.hire(record["number"], record["name"], hired_on, place, by=by, at=at)
            hired += 1
        else:
            _bring_up_to_date(employee, record, place, today, by, at)
        _details(employee, record, by, at)
        left_on = read_date(record.get("left_on", ""))
        if left_on and left_on != employee.left_on:
            actions.leave(employee, left_on, by=by, at=at)
    return f"新入职 {hired} 人,更新 {len(records) - hired} 人。"


def _bring_up_to_date(
    employee: Employee, record: Record, place: actions.Place, today: dt.date, by: Actor, at: dt.datetime
) -> None:
    now = Posting.objects.filter(queries.posted(today), employee=employee).order_by("-begins_on").first()
    if now and (now.department_id, now.site_id, now.title) != (place.department.pk, place.site.pk, place.title):
        actions.move(employee, max(today, employee.hired_on), place, by=by, at=at)


def _details(employee: Employee, record: Record, by: Actor, at: dt.datetime) -> None:
    wanted = {key: record.get(key) or getattr(employee, key) for key in ("name", "phone", "email")}
    if wanted != {key: getattr(employee, key) for key in wanted}:
        actions.change_details(employee, **wanted, by=by, at=at)


KIND = ImportKind(
    code="people",
    title="导入员工",
    permission=MANAGE_PEOPLE,
    columns=COLUMNS,
    check=check,
    take=take,
    back="/people/",
    advice="已有工号的员工会更新资料;部门、地点有变化的,自今天起调动。",
)
