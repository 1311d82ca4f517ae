"""Employees from a table: known numbers are brought up to date, new ones hired; departments and sites must exist."""

import datetime as dt
from collections.abc import Callable, Sequence

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy

from kaoqin.core.imports import Advance, ImportColumn, ImportKind, Record, RowFault, portions, read_date
from kaoqin.org import actions, number_queries, place_queries, queries
from kaoqin.org.models import Department, Employee, Posting, Site
from kaoqin.org.words import MANAGE_PEOPLE
from kaoqin.security.doors import require
from kaoqin.security.words import Actor

COLUMNS = (
    ImportColumn(
        "number",
        gettext_lazy("工号"),
        True,
        ("员工编号", "员工工号", "人员编号", "employee_no", "考勤号"),
        "00123",
        gettext_lazy("文本;前导零是工号的一部分"),
    ),
    ImportColumn("name", gettext_lazy("姓名"), True, ("员工姓名", "名字"), "林小满"),
    ImportColumn(
        "department",
        gettext_lazy("部门"),
        True,
        ("所属部门", "部门名称", "部门编码"),
        "华东销售部",
        gettext_lazy("部门编码、名称或完整路径"),
    ),
    ImportColumn(
        "site",
        gettext_lazy("地点"),
        True,
        ("工作地点", "办公地点", "地点编码"),
        "上海办公室",
        gettext_lazy("地点编码或名称"),
    ),
    ImportColumn("title", gettext_lazy("职位"), False, ("岗位", "职务"), "销售代表"),
    ImportColumn(
        "hired_on",
        gettext_lazy("入职日期"),
        True,
        ("入职时间", "入职日"),
        "2026-03-01",
        gettext_lazy("如 2026-03-01、2026/3/1"),
    ),
    ImportColumn("left_on", gettext_lazy("离职日期"), False, ("离职时间", "最后工作日"), ""),
    ImportColumn("phone", gettext_lazy("手机"), False, ("手机号", "手机号码", "联系电话"), ""),
    ImportColumn("email", gettext_lazy("邮箱"), False, ("电子邮箱", "email"), ""),
)


def _sites() -> dict[str, int]:
    return {name: site.pk for site in Site.objects.all() for name in (site.name, site.code)}


def check(records: list[Record], by: Actor, today: dt.date) -> list[RowFault]:
    """Every fault of every row."""
    require(by, MANAGE_PEOPLE, everywhere=True)
    departments, sites = place_queries.department_keys(today), _sites()
    seen: dict[str, int] = {}
    faults: list[RowFault] = []
    for row, record in enumerate(records):
        first = seen.setdefault(record.get("number", ""), row)
        if first != row:
            faults.append(RowFault(row, "number", gettext("工号与第 {number} 条重复").format(number=first + 1)))
        faults += [RowFault(row, column, said) for column, said in _faults_of(record, departments, sites)]
    wrong = {fault.row for fault in faults}
    good = [(row, record) for row, record in enumerate(records) if row not in wrong]
    return faults + _faults_of_known(good, today)


def _faults_of_known(rows: list[tuple[int, Record]], today: dt.date) -> list[RowFault]:
    """What only shows beside the employee that is there already: moves and last days that cannot be."""
    people = number_queries.by_numbers(record["number"] for _, record in rows)
    known = [(row, record, people[record["number"]]) for row, record in rows if record["number"] in people]
    place_of = _places(today)
    moves = {m.employee.pk: m for m in _moves([(e, place_of(record)) for _, record, e in known], today)}
    later = Posting.objects.filter(begins_on__gt=today, employee__in=list(moves)).order_by("begins_on")
    last_move = dict(later.values_list("employee", "begins_on"))
    faults = []
    for row, record, employee in known:
        move, left = moves.get(employee.pk), read_date(record.get("left_on", ""))
        if left and left < employee.hired_on:
            faults.append(RowFault(row, "left_on", gettext("早于已登记的入职日期 {day}").format(day=employee.hired_on)))
        if move and employee.left_on and employee.left_on < move.on:
            faults.append(
                RowFault(row, "department", gettext("已于 {day} 离职,不能再调动").format(day=employee.left_on))
            )
        elif move and last_move.get(employee.pk, move.on) > move.on:
            faults.append(
                RowFault(
                    row,
                    "department",
                    gettext("{day} 已登记了以后的调动,请到员工页面处理").format(day=last_move[employee.pk]),
                )
            )
    return faults


def _faults_of(record: Record, departments: dict[str, list[int]], sites: dict[str, int]) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    places = departments.get(record.get("department", ""), [])
    if len(places) != 1:
        found.append(
            (
                "department",
                gettext("有多个同名部门,请填部门编码或完整路径")
                if places
                else gettext("没有这个部门,请先新建或改用部门编码"),
            )
        )
    if record.get("site", "") not in sites:
        found.append(("site", gettext("没有这个地点,请先新建")))
    hired, left = read_date(record.get("hired_on", "")), read_date(record.get("left_on", ""))
    if hired is None:
        found.append(("hired_on", gettext("应为日期,如 2026-03-01")))
    if record.get("left_on") and left is None:
        found.append(("left_on", gettext("应为日期,如 2026-03-01")))
    if hired and left and left < hired:
        found.append(("left_on", gettext("离职日期早于入职日期")))
    if record.get("email") and "@" not in record["email"]:
        found.append(("email", gettext("邮箱格式不正确")))
    found += [
        (key, gettext("太长"))
        for key, limit in (("number", 40), ("name", 60), ("title", 60), ("phone", 30))
        if len(record.get(key, "")) > limit
    ]
    return found


@transaction.atomic
def take(records: list[Record], by: Actor, at: dt.datetime, advance: Advance) -> str:
    """Hire the new, bring the known up to date, some thousands at a time. All or nothing."""
    place_of = _places(timezone.localdate(at))
    hired = 0
    ordered = sorted(records, key=lambda record: read_date(record.get("left_on", "")) or dt.date.min)
    for portion in portions(ordered, advance):  # who leaves on one day stands together: that is done in one go
        hired += _take_some(portion, place_of, by, at)
    return gettext("新入职 {hired} 人,更新 {changed} 人。").format(hired=hired, changed=len(records) - hired)


def _places(today: dt.date) -> Callable[[Record], actions.Place]:
    departments, sites = place_queries.department_keys(today), _sites()
    rooms = {d.pk: d for d in Department.objects.all()}
    grounds = {s.pk: s for s in Site.objects.all()}

    def place_of(record: Record) -> actions.Place:
        department, site = rooms[departments[record["department"]][0]], grounds[sites[record["site"]]]
        return actions.Place(department, site, record.get("title", ""))

    return place_of


def _take_some(
    records: Sequence[Record], place_of: Callable[[Record], actions.Place], by: Actor, at: dt.datetime
) -> int:
    """Take some rows; returns how many people are new."""
    today = timezone.localdate(at)
    people = number_queries.by_numbers(record["number"] for record in records)
    known = [(people[record["number"]], record) for record in records if record["number"] in people]
    new = [_newcomer(record, place_of(record), today) for record in records if record["number"] not in people]
    people |= {employee.number: employee for employee in actions.hire_all(new, by=by, at=at)}
    actions.change_all_details(_changed_details(known), by=by, at=at)
    actions.move_all(_moves([(employee, place_of(record)) for employee, record in known], today), by=by, at=at)
    actions.leave_all(_leavings(records, people), by=by, at=at)
    return len(new)


def _newcomer(record: Record, place: actions.Place, today: dt.date) -> actions.Newcomer:
    hired_on = read_date(record["hired_on"]) or today
    return actions.Newcomer(
        record["number"], record["name"], hired_on, place, record.get("phone", ""), record.get("email", "")
    )


def _changed_details(known: Sequence[tuple[Employee, Record]]) -> list[actions.Details]:
    """What differs; an empty cell leaves what is known."""
    told = [
        (employee, {key: record.get(key) or getattr(employee, key) for key in ("name", "phone", "email")})
        for employee, record in known
    ]
    return [
        actions.Details(employee, **wanted)
        for employee, wanted in told
        if any(getattr(employee, key) != value for key, value in wanted.items())
    ]


def _moves(wanted: Sequence[tuple[Employee, actions.Place]], today: dt.date) -> list[actions.Move]:
    """Moves from today on of those who are posted elsewhere."""
    here = _posted([employee.pk for employee, _ in wanted], today)
    return [
        actions.Move(employee, max(today, employee.hired_on), place)
        for employee, place in wanted
        if here.get(employee.pk, _key(place)) != _key(place)
    ]


def _posted(ids: Sequence[int], today: dt.date) -> dict[int, tuple[int, int, str]]:
    """Each one's department, site and title of the day."""
    rows = Posting.objects.filter(queries.posted(today), employee__in=ids).order_by("begins_on")
    told = rows.values_list("employee", "department", "site", "title")
    return {employee: (department, site, title) for employee, department, site, title in told}


def _key(place: actions.Place) -> tuple[int, int, str]:
    return place.department.pk, place.site.pk, place.title


def _leavings(records: Sequence[Record], people: dict[str, Employee]) -> list[actions.Leaving]:
    told = [(people[record["number"]], read_date(record.get("left_on", ""))) for record in records]
    return [actions.Leaving(employee, day) for employee, day in told if day and day != employee.left_on]


KIND = ImportKind(
    code="people",
    title=gettext_lazy("导入员工"),
    permission=MANAGE_PEOPLE,
    columns=COLUMNS,
    check=check,
    take=take,
    back="/people/",
    advice=gettext_lazy("已有工号的员工会更新资料;部门、地点有变化的,自今天起调动。"),
)
