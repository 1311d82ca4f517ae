"""Changes around customers: they are added and described, placed, owned."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils.translation import gettext

from kaoqin.core import places
from kaoqin.core.places import Point
from kaoqin.core.sentences import Sentence
from kaoqin.core.words import NotAllowed, Refusal
from kaoqin.field import queries
from kaoqin.field.models import Customer, Ownership
from kaoqin.field.words import (
    LEAST_RADIUS_M,
    MANAGE_CUSTOMERS,
    MOST_RADIUS_M,
    PLACE_CUSTOMERS,
    RADIUS_M,
    Sureness,
)
from kaoqin.org.models import Employee
from kaoqin.security.audit import record, record_all
from kaoqin.security.doors import require
from kaoqin.security.words import Actor

AT_ONCE = 5_000
_DESCRIBED = ("name", "address", "contact_name", "contact_phone")
_PLACED = ("latitude", "longitude", "datum", "radius_m", "sureness", "north", "east")


@dataclass(frozen=True)
class Where:
    """Where a customer is: degrees in a datum with a radius in metres; exactly, or only nearly."""

    latitude: float
    longitude: float
    datum: places.Datum
    radius_m: int = RADIUS_M
    exact: bool = True


@dataclass(frozen=True)
class CustomerDetails:
    """A customer as told; without a place where nobody knows it."""

    code: str
    name: str
    address: str = ""
    contact_name: str = ""
    contact_phone: str = ""
    where: Where | None = None
    owners: tuple[int, ...] = field(default=())


def refuse_no_place(where: Where) -> None:
    """Refuse what is no place on earth, or no fence, on the field it is about."""
    try:
        Point(where.latitude, where.longitude)
    except ValueError:
        said = gettext("经纬度应在 ±90、±180 度之内;先纬度,后经度。")
        raise Refusal("field.no_point", said, "latitude") from None
    if not LEAST_RADIUS_M <= where.radius_m <= MOST_RADIUS_M:
        said = gettext("半径应为 {least} 至 {most} 米。").format(least=LEAST_RADIUS_M, most=MOST_RADIUS_M)
        raise Refusal("field.radius", said, "radius_m")


@transaction.atomic
def keep_customers(many: Sequence[CustomerDetails], *, by: Actor, at: dt.datetime, today: dt.date) -> tuple[int, int]:
    """Customers by their codes: new ones are added, known ones described anew; a place and owners are taken where they
    are told. All or none. Returns how many are new and how many were known."""
    require(by, MANAGE_CUSTOMERS, everywhere=True)
    known = queries.by_codes(one.code for one in many)
    fresh = [one for one in many if one.code not in known]
    again = [one for one in many if one.code in known]
    made = Customer.objects.bulk_create([_described(Customer(code=one.code), one) for one in fresh], AT_ONCE)
    changed = [_described(known[one.code], one) for one in again]
    Customer.objects.bulk_update(changed, [*_DESCRIBED, *_PLACED], batch_size=AT_ONCE)
    rows = dict(zip([one.code for one in [*fresh, *again]], [*made, *changed], strict=True))
    _give(many, rows, today)
    record_all(
        by, "field.add_customer", ((row, Sentence("新增客户「{name}」", name=row.name), {}) for row in made), at=at
    )
    again_said = [(row, Sentence("更新客户「{name}」", name=row.name), dict[str, Any]()) for row in changed]
    record_all(by, "field.change_customer", again_said, at=at)
    return len(made), len(changed)


def _described(row: Customer, told: CustomerDetails) -> Customer:
    for name in _DESCRIBED:
        setattr(row, name, getattr(told, name).strip())
    if told.where:
        _put(row, told.where)
    return row


def _put(row: Customer, where: Where) -> None:
    refuse_no_place(where)
    here = Point(where.latitude, where.longitude, where.datum).to(places.Datum.WGS84)
    row.latitude, row.longitude, row.datum = where.latitude, where.longitude, where.datum
    row.north, row.east, row.radius_m = here.latitude, here.longitude, where.radius_m
    row.sureness = Sureness.EXACT if where.exact else Sureness.NEARLY


def _give(many: Sequence[CustomerDetails], rows: dict[str, Customer], today: dt.date) -> None:
    """Owners from today on where they are not owners already."""
    wanted = {(rows[one.code].pk, employee_id) for one in many for employee_id in one.owners}
    keys = {customer_id for customer_id, _ in wanted}
    held = Ownership.objects.filter(queries.in_force(today), customer__in=keys)
    missing = sorted(wanted - set(held.values_list("customer_id", "employee_id")))
    made = [Ownership(customer_id=one, employee_id=who, begins_on=today) for one, who in missing]
    Ownership.objects.bulk_create(made, AT_ONCE, ignore_conflicts=True)


@transaction.atomic
def add_customer(told: CustomerDetails, *, by: Actor, at: dt.datetime, today: dt.date) -> Customer:
    """A new customer. Refuses a code that is taken."""
    require(by, MANAGE_CUSTOMERS, everywhere=True)
    if queries.by_codes([told.code]):
        raise Refusal("field.code_taken", gettext("已经有编号 {code} 的客户。").format(code=told.code), "code")
    keep_customers([told], by=by, at=at, today=today)
    return queries.by_codes([told.code])[told.code]


@transaction.atomic
def describe(row: Customer, told: CustomerDetails, closed: bool, *, by: Actor, at: dt.datetime) -> None:
    """A customer's name, address and contact as they are now, and whether it is visited no more."""
    require(by, MANAGE_CUSTOMERS, everywhere=True)
    _described(row, told)
    row.closed = closed
    row.save(update_fields=[*_DESCRIBED, "closed"])
    record(by, "field.change_customer", row, Sentence("更新客户「{name}」", name=row.name), at=at, closed=closed)


@transaction.atomic
def put(row: Customer, where: Where, *, by: Actor, at: dt.datetime, today: dt.date) -> None:
    """Where a customer is, by hand: visits from now on are judged by that. Whoever only owns it may not say."""
    require(by, PLACE_CUSTOMERS)
    if not queries.may_place(row, seen_by=by, on=today):
        raise NotAllowed("field.not_yours", gettext("这个客户的位置由主管或人事校准。"))
    _put(row, where)
    row.save(update_fields=list(_PLACED))
    told = {"latitude": where.latitude, "longitude": where.longitude, "datum": str(where.datum)}
    said = Sentence("校准客户「{name}」的位置", name=row.name)
    record(by, "field.place_customer", row, said, at=at, **told, radius_m=where.radius_m)


@transaction.atomic
def give(row: Customer, employee: Employee, begins_on: dt.date, *, by: Actor, at: dt.datetime) -> Ownership:
    """Somebody is an owner of a customer from a day on. Refuses who is one already, or will have left."""
    require(by, MANAGE_CUSTOMERS, everywhere=True)
    if employee.left_on and employee.left_on < begins_on:
        raise Refusal("field.left", gettext("{name} 那时已离职。").format(name=employee.name), "person")
    later = Ownership.objects.filter(customer=row, employee=employee).exclude(ends_on__lt=begins_on)
    if later.exists():
        raise Refusal("field.owner", gettext("{name} 已经是负责人。").format(name=employee.name), "person")
    made = Ownership.objects.create(customer=row, employee=employee, begins_on=begins_on)
    said = Sentence("{who} 自 {day} 负责客户「{name}」", who=employee.name, day=begins_on, name=row.name)
    record(by, "field.give_customer", row, said, at=at, employee=employee.pk)
    return made


@transaction.atomic
def end_ownership(row: Customer, ownership_id: int, *, by: Actor, at: dt.datetime, today: dt.date) -> None:
    """Somebody is no owner any more after today; one who was to be it later never becomes it."""
    require(by, MANAGE_CUSTOMERS, everywhere=True)
    found = Ownership.objects.select_related("employee").filter(pk=ownership_id, customer=row, ends_on=None).first()
    if found is None:
        raise Refusal("field.no_owner", gettext("已经不是负责人。"))
    said = Sentence("{who} 不再负责客户「{name}」", who=found.employee.name, name=row.name)
    record(by, "field.end_owner", row, said, at=at, employee=found.employee_id)
    if found.begins_on > today:
        found.delete()
        return
    found.ends_on = today
    found.save(update_fields=["ends_on"])
