"""Changes to people, departments and sites. Each asks, does, and is remembered, in one transaction."""

import datetime as dt
import zoneinfo
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext

from kaoqin.core.outcomes import tell
from kaoqin.core.sentences import Sentence
from kaoqin.core.words import NotAllowed, Refusal
from kaoqin.org import number_queries, place_queries, queries
from kaoqin.org.models import Department, DepartmentVersion, Employee, Posting, Site
from kaoqin.org.words import MANAGE_PEOPLE, MANAGE_STRUCTURE, Datum
from kaoqin.security.actions import open_account
from kaoqin.security.audit import AT_ONCE, record, record_all
from kaoqin.security.doors import require
from kaoqin.security.words import Actor

DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Place:
    """Where and as what somebody works."""

    department: Department
    site: Site
    title: str = ""


@dataclass(frozen=True)
class Newcomer:
    """Somebody to be hired: the first day, the first posting, and ways to reach them."""

    number: str
    name: str
    hired_on: dt.date
    place: Place
    phone: str = ""
    email: str = ""


@dataclass(frozen=True)
class Details:
    """What an employee is to be called from now on, and how to be reached."""

    employee: Employee
    name: str
    phone: str
    email: str


@dataclass(frozen=True)
class Move:
    """A new posting of an employee from a day on."""

    employee: Employee
    on: dt.date
    place: Place


@dataclass(frozen=True)
class Leaving:
    """The last day an employee is employed."""

    employee: Employee
    left_on: dt.date


def _require_places(by: Actor, places: Iterable[tuple[Place, dt.date]]) -> None:
    """Who manages only some departments or sites may place people only there."""
    reach = require(by, MANAGE_PEOPLE)
    if reach.everyone:
        return
    for on, department_id, site_id in {(on, place.department.pk, place.site.pk) for place, on in places}:
        if site_id not in reach.site_ids and department_id not in place_queries.below(reach.department_ids, on):
            raise NotAllowed("org.out_of_reach", gettext("该部门或地点不在您的管理范围内。"))


def require_people(by: Actor, employees: Sequence[Employee], at: dt.datetime) -> None:
    """Refuse unless `by` may manage all of these people."""
    reach = require(by, MANAGE_PEOPLE)
    if reach.everyone:
        return
    wanted = {employee.pk: employee for employee in employees}
    reached = queries.within(reach, timezone.localdate(at)).filter(pk__in=wanted).values_list("pk", flat=True)
    for key in wanted.keys() - set(reached):
        raise NotAllowed("org.out_of_reach", gettext("{name} 不在您的管理范围内。").format(name=wanted[key].name))


def hire(number: str, name: str, hired_on: dt.date, place: Place, *, by: Actor, at: dt.datetime) -> Employee:
    """A new employee with a first posting. Refuses a number that is taken."""
    return hire_all([Newcomer(number, name, hired_on, place)], by=by, at=at)[0]


@transaction.atomic
def hire_all(newcomers: Sequence[Newcomer], *, by: Actor, at: dt.datetime) -> list[Employee]:
    """New employees with a first posting each, all or none, in their order. Refuses a number that is taken."""
    _require_places(by, ((one.place, one.hired_on) for one in newcomers))
    employees = _create_all([_employee(one) for one in newcomers])
    Posting.objects.bulk_create(
        (
            Posting(employee=employee, begins_on=one.hired_on, **vars(one.place))
            for employee, one in zip(employees, newcomers, strict=True)
        ),
        batch_size=AT_ONCE,
    )
    deeds = (
        (one, Sentence("{name}({number})入职", name=one.name, number=one.number), {"hired_on": str(one.hired_on)})
        for one in employees
    )
    record_all(by, "org.hire", deeds, at=at)
    if employees:  # one day for all: nobody is settled before the first attendance group
        first = min(one.hired_on for one in employees)
        tell("people.changed", employee_ids=[one.pk for one in employees], first=first)
    return employees


def _employee(one: Newcomer) -> Employee:
    number, name = one.number.strip(), one.name.strip()
    if not number or not name:
        raise Refusal("org.number_and_name", gettext("工号和姓名都不能为空。"), "number" if not number else "name")
    return Employee(number=number, name=name, hired_on=one.hired_on, phone=one.phone.strip(), email=one.email.strip())


def _create_all(employees: list[Employee]) -> list[Employee]:
    try:
        with transaction.atomic():
            return Employee.objects.bulk_create(employees, batch_size=AT_ONCE)
    except IntegrityError as fault:
        numbers = [one.number for one in employees]
        taken = number_queries.ids_by_number(numbers) or [
            number for number, count in Counter(numbers).items() if count > 1
        ]
        raise Refusal(
            "org.number_taken",
            gettext("工号 {number} 已被使用。工号含前导零,001 与 1 是两个工号。").format(number=min(taken)),
            "number",
        ) from fault


def change_details(employee: Employee, *, name: str, phone: str, email: str, by: Actor, at: dt.datetime) -> None:
    """Name and ways to reach somebody."""
    change_all_details([Details(employee, name, phone, email)], by=by, at=at)


_CHANGE_DETAILS = """
UPDATE org_employee SET name = n, phone = p, email = m
FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[]) AS told(e, n, p, m) WHERE id = e
"""


@transaction.atomic
def change_all_details(changes: Sequence[Details], *, by: Actor, at: dt.datetime) -> None:
    """Names and ways to reach people, each employee once."""
    require_people(by, [change.employee for change in changes], at)
    deeds = [_change_details(change) for change in changes]
    told = [(one.pk, one.name, one.phone, one.email) for one, _, _ in deeds]
    if told:
        with connection.cursor() as cursor:
            cursor.execute(_CHANGE_DETAILS, [list(column) for column in zip(*told, strict=True)])
    record_all(by, "org.change_details", deeds, at=at)
    renamed = [one.pk for one, _, facts in deeds if facts["before"]["name"] != one.name]
    if renamed:
        tell("people.renamed", employee_ids=renamed)


def _change_details(change: Details) -> tuple[Employee, Sentence, dict[str, Any]]:
    employee = change.employee
    before = {"name": employee.name, "phone": employee.phone, "email": employee.email}
    employee.name, employee.phone, employee.email = (said.strip() for said in (change.name, change.phone, change.email))
    return (
        employee,
        Sentence("修改 {name}({number})的资料", name=employee.name, number=employee.number),
        {"before": before},
    )


def move(employee: Employee, on: dt.date, place: Place, *, by: Actor, at: dt.datetime) -> Posting:
    """A new posting from a day on; the one in force ends the day before."""
    return move_all([Move(employee, on, place)], by=by, at=at)[0]


@transaction.atomic
def move_all(moves: Iterable[Move], *, by: Actor, at: dt.datetime) -> list[Posting]:
    """New postings from a day on, each employee at most once on a day, all or none, in order of days."""
    ordered = sorted(moves, key=lambda move: move.on)
    require_people(by, [move.employee for move in ordered], at)
    _require_places(by, ((move.place, move.on) for move in ordered))
    postings: list[Posting] = []
    for on, together in groupby(ordered, key=lambda move: move.on):
        postings += _move_on(on, list(together), by, at)
    return postings


def _move_on(on: dt.date, moves: list[Move], by: Actor, at: dt.datetime) -> list[Posting]:
    for move in moves:
        _refuse_outside_employment(move.employee, on)
    keys = [move.employee.pk for move in moves]
    if Posting.objects.filter(employee__in=keys, begins_on__gt=on).exists():
        raise Refusal("org.later_posting", gettext("该员工在此日期之后已有调动,请选择更晚的日期。"), "on")
    Posting.objects.filter(employee__in=keys, begins_on=on).delete()
    Posting.objects.filter(employee__in=keys, begins_on__lt=on).exclude(ends_on__lt=on).update(ends_on=on - DAY)
    postings = Posting.objects.bulk_create(
        (Posting(employee=m.employee, begins_on=on, ends_on=m.employee.left_on, **vars(m.place)) for m in moves),
        batch_size=AT_ONCE,
    )
    deeds = (
        (
            m.employee,
            Sentence("{name} 自 {on} 调动", name=m.employee.name, on=on),
            {"department": m.place.department.code},
        )
        for m in moves
    )
    record_all(by, "org.move", deeds, at=at)
    tell("people.changed", employee_ids=keys, first=on)
    return postings


def _refuse_outside_employment(employee: Employee, on: dt.date) -> None:
    if on < employee.hired_on or (employee.left_on and on > employee.left_on):
        raise Refusal("org.not_employed", gettext("{name} 在 {on} 不在职。").format(name=employee.name, on=on), "on")


def leave(employee: Employee, left_on: dt.date, *, by: Actor, at: dt.datetime) -> None:
    """The last day employed; the posting ends with it, and is drawn out where the last day is put off."""
    leave_all([Leaving(employee, left_on)], by=by, at=at)


@transaction.atomic
def leave_all(leavings: Iterable[Leaving], *, by: Actor, at: dt.datetime) -> None:
    """The last days of people, each employee once, all or none."""
    ordered = sorted(leavings, key=lambda leaving: leaving.left_on)
    require_people(by, [leaving.employee for leaving in ordered], at)
    for left_on, together in groupby(ordered, key=lambda leaving: leaving.left_on):
        _leave_on(left_on, [leaving.employee for leaving in together], by, at)


def _leave_on(left_on: dt.date, employees: list[Employee], by: Actor, at: dt.datetime) -> None:
    for employee in employees:
        if left_on < employee.hired_on:
            raise Refusal(
                "org.leaves_before_hire",
                gettext("离职日不能早于入职日 {hired_on}。").format(hired_on=employee.hired_on),
                "left_on",
            )
    keys = [employee.pk for employee in employees]
    Posting.objects.filter(employee__in=keys, begins_on__gt=left_on).delete()
    last = Posting.objects.filter(employee__in=keys).order_by("employee", "-begins_on").distinct("employee")
    Posting.objects.filter(pk__in=last.values("pk")).update(ends_on=left_on)
    first = min(min(left_on, employee.left_on or left_on) for employee in employees) + DAY
    for employee in employees:
        employee.left_on = left_on
    Employee.objects.filter(pk__in=keys).update(left_on=left_on)
    deeds = (
        (
            one,
            Sentence("{name}({number})离职,最后工作日 {left_on}", name=one.name, number=one.number, left_on=left_on),
            dict[str, Any](),
        )
        for one in employees
    )
    record_all(by, "org.leave", deeds, at=at)
    tell("people.changed", employee_ids=keys, first=first)


@transaction.atomic
def give_account(employee: Employee, username: str, *, by: Actor, at: dt.datetime) -> str:
    """Open an account for an employee; returns the initial password."""
    if employee.account_id:
        raise Refusal("org.has_account", gettext("{name} 已有账号。").format(name=employee.name))
    account, password = open_account(username or employee.number, employee.name, by=by, at=at)
    employee.account = account
    employee.save(update_fields=["account"])
    return password


@transaction.atomic
def open_department(
    code: str, name: str, parent: Department | None, begins_on: dt.date, *, by: Actor, at: dt.datetime
) -> Department:
    """A new department from a day on. Refuses a code that is taken."""
    require(by, MANAGE_STRUCTURE, everywhere=True)
    try:
        with transaction.atomic():
            made = Department.objects.create(code=code.strip())
    except IntegrityError as taken:
        raise Refusal("org.code_taken", gettext("部门编码 {code} 已被使用。").format(code=code), "code") from taken
    DepartmentVersion.objects.create(department=made, begins_on=begins_on, name=name.strip(), parent=parent)
    record(by, "org.open_department", made, Sentence("新建部门 {name}({code})", name=name, code=code), at=at)
    return made


@transaction.atomic
def change_department(
    department: Department,
    begins_on: dt.date,
    *,
    name: str,
    parent: Department | None,
    closed: bool,
    by: Actor,
    at: dt.datetime,
) -> DepartmentVersion:
    """A new name, place or end of a department from a day on. Refuses a circle and closing one with people in it."""
    require(by, MANAGE_STRUCTURE, everywhere=True)
    if parent and any(
        parent.pk in place_queries.below([department.pk], on) for on in _until_next(department, begins_on)
    ):
        raise Refusal(
            "org.department_circle", gettext("上级部门不能是自己或自己的下级(包括已登记的将来变更)。"), "parent"
        )
    if closed and any(node.parent_id == department.pk for node in place_queries.tree(begins_on)):
        raise Refusal("org.department_has_below", gettext("部门还有下级部门,请先撤销或调整下级。"), "closed")
    if (
        closed
        and Posting.objects.filter(queries.posted(begins_on), department=department, employee__left_on=None).exists()
    ):
        raise Refusal("org.department_not_empty", gettext("部门里还有员工,请先调动后再撤销。"), "closed")
    version, _ = DepartmentVersion.objects.update_or_create(
        department=department,
        begins_on=begins_on,
        defaults={"name": name.strip(), "parent": parent, "closed": closed},
    )
    record(
        by,
        "org.change_department",
        department,
        Sentence("部门 {code} 自 {begins_on} 变更为 {name}", code=department.code, begins_on=begins_on, name=name),
        at=at,
    )
    return version


def _until_next(department: Department, begins_on: dt.date) -> list[dt.date]:
    """The days from `begins_on` on which the tree changes, until the department's own next version."""
    own = department.versions.filter(begins_on__gt=begins_on).order_by("begins_on").first()
    later = DepartmentVersion.objects.filter(begins_on__gt=begins_on).values_list("begins_on", flat=True)
    return [begins_on, *(day for day in sorted(set(later)) if own is None or day < own.begins_on)]


@dataclass(frozen=True)
class SiteDetails:
    """What a site is; a position is given with its datum or not at all."""

    code: str
    name: str
    timezone: str
    address: str = ""
    latitude: Decimal | None = None
    longitude: Decimal | None = None
    datum: Datum | str = ""
    province: str = ""


@transaction.atomic
def keep_site(details: SiteDetails, *, by: Actor, at: dt.datetime, site: Site | None = None) -> Site:
    """A new site, or a site's new details. Refuses a taken code and a position without datum."""
    require(by, MANAGE_STRUCTURE, everywhere=True)
    if (details.latitude is None) != (details.longitude is None) or bool(details.datum) != (
        details.latitude is not None
    ):
        raise Refusal("org.position_incomplete", gettext("位置须同时填写纬度、经度和坐标系,或全部留空。"), "datum")
    if details.timezone not in zoneinfo.available_timezones():
        raise Refusal("org.no_timezone", gettext("没有时区 {timezone}。").format(timezone=details.timezone), "timezone")
    kept = site or Site()
    for name, value in vars(details).items():
        setattr(kept, name, value)
    try:
        with transaction.atomic():
            kept.save()
    except IntegrityError as taken:
        raise Refusal(
            "org.code_taken", gettext("地点编码 {code} 已被使用。").format(code=details.code), "code"
        ) from taken
    said = Sentence("修改地点 {name}", name=details.name) if site else Sentence("新建地点 {name}", name=details.name)
    record(by, "org.keep_site", kept, said, at=at)
    return kept
