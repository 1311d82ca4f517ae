"""Changes to people, departments and sites. Each asks, does, and is remembered, in one transaction."""

import datetime as dt
import zoneinfo
from dataclasses import dataclass
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.utils import timezone

from kaoqin.core.outcomes import tell
from kaoqin.core.words import NotAllowed, Refusal
from kaoqin.org import queries
from kaoqin.org.models import Department, DepartmentVersion, Employee, Posting, Site
from kaoqin.org.words import MANAGE_PEOPLE, MANAGE_STRUCTURE, Datum
from kaoqin.security.actions import open_account
from kaoqin.security.audit import record
from kaoqin.security.doors import require
from kaoqin.security.words import Actor

DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Place:
    """Where and as what somebody works."""

    department: Department
    site: Site
    title: str = ""


def _require_place(by: Actor, place: Place, on: dt.date) -> None:
    """Who manages only some departments or sites may place people only there."""
    reach = require(by, MANAGE_PEOPLE)
    there = place.department.pk in queries.below(reach.department_ids, on) or place.site.pk in reach.site_ids
    if not (reach.everyone or there):
        raise NotAllowed("org.out_of_reach", "该部门或地点不在您的管理范围内。")


def _require_person(by: Actor, employee: Employee, at: dt.datetime) -> None:
    reach = require(by, MANAGE_PEOPLE)
    if not (reach.everyone or queries.within(reach, timezone.localdate(at)).filter(pk=employee.pk).exists()):
        raise NotAllowed("org.out_of_reach", f"{employee.name} 不在您的管理范围内。")


@transaction.atomic
def hire(number: str, name: str, hired_on: dt.date, place: Place, *, by: Actor, at: dt.datetime) -> Employee:
    """A new employee with a first posting. Refuses a number that is taken."""
    _require_place(by, place, hired_on)
    number, name = number.strip(), name.strip()
    if not number or not name:
        raise Refusal("org.number_and_name", "工号和姓名都不能为空。", "number" if not number else "name")
    try:
        with transaction.atomic():
            employee = Employee.objects.create(number=number, name=name, hired_on=hired_on)
    except IntegrityError as taken:
        raise Refusal(
            "org.number_taken", f"工号 {number} 已被使用。工号含前导零,001 与 1 是两个工号。", "number"
        ) from taken
    Posting.objects.create(
        employee=employee, department=place.department, site=place.site, title=place.title, begins_on=hired_on
    )
    record(by, "org.hire", employee, f"{name}({number})入职", at=at, hired_on=str(hired_on))
    tell("people.changed", employee_ids=[employee.pk], first=hired_on)
    return employee


@transaction.atomic
def change_details(employee: Employee, *, name: str, phone: str, email: str, by: Actor, at: dt.datetime) -> None:
    """Name and ways to reach somebody."""
    _require_person(by, employee, at)
    before = {"name": employee.name, "phone": employee.phone, "email": employee.email}
    employee.name, employee.phone, employee.email = name.strip(), phone.strip(), email.strip()
    employee.save(update_fields=["name", "phone", "email"])
    record(by, "org.change_details", employee, f"修改 {employee.name}({employee.number})的资料", at=at, before=before)


@transaction.atomic
def move(employee: Employee, on: dt.date, place: Place, *, by: Actor, at: dt.datetime) -> Posting:
    """A new posting from a day on; the one in force ends the day before."""
    _require_person(by, employee, at)
    _require_place(by, place, on)
    _refuse_outside_employment(employee, on)
    if Posting.objects.filter(employee=employee, begins_on__gt=on).exists():
        raise Refusal("org.later_posting", "该员工在此日期之后已有调动,请选择更晚的日期。", "on")
    Posting.objects.filter(employee=employee, begins_on=on).delete()
    Posting.objects.filter(employee=employee, begins_on__lt=on).exclude(ends_on__lt=on).update(ends_on=on - DAY)
    posting = Posting.objects.create(
        employee=employee,
        department=place.department,
        site=place.site,
        title=place.title,
        begins_on=on,
        ends_on=employee.left_on,
    )
    record(by, "org.move", employee, f"{employee.name} 自 {on} 调动", at=at, department=place.department.code)
    tell("people.changed", employee_ids=[employee.pk], first=on)
    return posting


def _refuse_outside_employment(employee: Employee, on: dt.date) -> None:
    if on < employee.hired_on or (employee.left_on and on > employee.left_on):
        raise Refusal("org.not_employed", f"{employee.name} 在 {on} 不在职。", "on")


@transaction.atomic
def leave(employee: Employee, left_on: dt.date, *, by: Actor, at: dt.datetime) -> None:
    """The last day employed; the posting ends with it, and is drawn out where the last day is put off."""
    _require_person(by, employee, at)
    if left_on < employee.hired_on:
        raise Refusal("org.leaves_before_hire", f"离职日不能早于入职日 {employee.hired_on}。", "left_on")
    Posting.objects.filter(employee=employee, begins_on__gt=left_on).delete()
    last = Posting.objects.filter(employee=employee).order_by("-begins_on")[:1]
    Posting.objects.filter(pk__in=last.values("pk")).update(ends_on=left_on)
    first = min(left_on, employee.left_on or left_on) + DAY
    employee.left_on = left_on
    employee.save(update_fields=["left_on"])
    record(by, "org.leave", employee, f"{employee.name}({employee.number})离职,最后工作日 {left_on}", at=at)
    tell("people.changed", employee_ids=[employee.pk], first=first)


@transaction.atomic
def give_account(employee: Employee, username: str, *, by: Actor, at: dt.datetime) -> str:
    """Open an account for an employee; returns the initial password."""
    if employee.account_id:
        raise Refusal("org.has_account", f"{employee.name} 已有账号。")
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
        raise Refusal("org.code_taken", f"部门编码 {code} 已被使用。", "code") from taken
    DepartmentVersion.objects.create(department=made, begins_on=begins_on, name=name.strip(), parent=parent)
    record(by, "org.open_department", made, f"新建部门 {name}({code})", at=at)
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
    if parent and any(parent.pk in queries.below([department.pk], on) for on in _until_next(department, begins_on)):
        raise Refusal("org.department_circle", "上级部门不能是自己或自己的下级(包括已登记的将来变更)。", "parent")
    if closed and any(node.parent_id == department.pk for node in queries.tree(begins_on)):
        raise Refusal("org.department_has_below", "部门还有下级部门,请先撤销或调整下级。", "closed")
    if (
        closed
        and Posting.objects.filter(queries.posted(begins_on), department=department, employee__left_on=None).exists()
    ):
        raise Refusal("org.department_not_empty", "部门里还有员工,请先调动后再撤销。", "closed")
    version, _ = DepartmentVersion.objects.update_or_create(
        department=department,
        begins_on=begins_on,
        defaults={"name": name.strip(), "parent": parent, "closed": closed},
    )
    record(by, "org.change_department", department, f"部门 {department.code} 自 {begins_on} 变更为 {name}", at=at)
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


@transaction.atomic
def keep_site(details: SiteDetails, *, by: Actor, at: dt.datetime, site: Site | None = None) -> Site:
    """A new site, or a site's new details. Refuses a taken code and a position without datum."""
    require(by, MANAGE_STRUCTURE, everywhere=True)
    if (details.latitude is None) != (details.longitude is None) or bool(details.datum) != (
        details.latitude is not None
    ):
        raise Refusal("org.position_incomplete", "位置须同时填写纬度、经度和坐标系,或全部留空。", "datum")
    if details.timezone not in zoneinfo.available_timezones():
        raise Refusal("org.no_timezone", f"没有时区 {details.timezone}。", "timezone")
    kept = site or Site()
    for name, value in vars(details).items():
        setattr(kept, name, value)
    try:
        with transaction.atomic():
            kept.save()
    except IntegrityError as taken:
        raise Refusal("org.code_taken", f"地点编码 {details.code} 已被使用。", "code") from taken
    record(by, "org.keep_site", kept, f"{'修改' if site else '新建'}地点 {details.name}", at=at)
    return kept
