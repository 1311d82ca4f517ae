"""Questions about customers. Those that show people's customers take `seen_by=`."""

import datetime as dt
import math
from collections.abc import Iterable
from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.utils.translation import gettext

from kaoqin.core import places
from kaoqin.core.places import METRES_A_DEGREE, Circle, Point, distance_m
from kaoqin.core.words import NotFound, Refusal
from kaoqin.field.models import Customer, Ownership, PlanStop
from kaoqin.field.words import PLACE_CUSTOMERS, SEE_CONTACTS, SEE_CUSTOMERS, VISIT, Sureness
from kaoqin.org import queries as org
from kaoqin.security.doors import may, reach, require
from kaoqin.security.words import Actor

NEAR_M = 5_000
"""How far away a customer is still near."""


def in_force(on: dt.date) -> Q:
    """Rows from–to that hold on a day."""
    return Q(begins_on__lte=on) & (Q(ends_on__isnull=True) | Q(ends_on__gte=on))


def customers(*, seen_by: Actor, on: dt.date, code: str = SEE_CUSTOMERS) -> QuerySet[Customer]:
    """The customers somebody may see on a day: one's own and those one plans to visit then; those of the people within
    reach of `code`, and with a reach of everybody also those that are nobody's. Each with its owners of the day as
    `held`."""
    require(seen_by, VISIT)
    rows = Customer.objects.prefetch_related(
        Prefetch("owners", Ownership.objects.filter(in_force(on)).select_related("employee").order_by("pk"), "held")
    )
    if (reached := reach(seen_by, code)).everyone:
        return rows.order_by("code")
    own = seen_by.employee_id or 0
    whose = Q(employee=own) | Q(employee__in=org.within(reached, on)) if not reached.nobody else Q(employee=own)
    owned = Exists(Ownership.objects.filter(in_force(on), whose, customer=OuterRef("pk")))
    planned = Exists(PlanStop.objects.filter(employee=own, date=on, customer=OuterRef("pk")))
    return rows.filter(owned | planned).order_by("code")


def customer(customer_id: int, *, seen_by: Actor, on: dt.date) -> Customer:
    """A customer somebody may see; to everybody else there is none."""
    found = customers(seen_by=seen_by, on=on).filter(pk=customer_id).first()
    if found is None:
        raise NotFound("field.no_customer", gettext("没有这个客户,或者不归您负责。"))
    return found


def may_place(found: Customer, *, seen_by: Actor, on: dt.date) -> bool:
    """Whether somebody may say where a customer is: its owner may not move the fence one is judged by."""
    if not may(seen_by, PLACE_CUSTOMERS):
        return False
    reached = reach(seen_by, PLACE_CUSTOMERS)
    rows = Ownership.objects.filter(in_force(on), customer=found, employee__in=org.within(reached, on))
    return reached.everyone or rows.exclude(employee=seen_by.employee_id or 0).exists()


def owners_of(found: Customer) -> QuerySet[Ownership]:
    """Everybody whose customer it ever was, the latest first; the caller has asked whether it may be seen."""
    return Ownership.objects.filter(customer=found).select_related("employee").order_by("-begins_on", "-pk")


def held(found: Customer) -> list[Ownership]:
    """The owners a customer was read with."""
    told: list[Ownership] = getattr(found, "held", [])
    return told


def phone_said(found: Customer, *, seen_by: Actor) -> str:
    """The number of a customer's contact: whole for its owner and whoever may see all, else only its ends."""
    mine = any(one.employee_id == seen_by.employee_id for one in held(found))
    return found.contact_phone if mine or may(seen_by, SEE_CONTACTS) else masked(found.contact_phone)


def masked(number: str) -> str:
    """A telephone number without its middle: 138****5678; of a short one only the end."""
    if len(number) < 8:
        return f"{'*' * max(len(number) - 2, 0)}{number[-2:]}" if number else ""
    return f"{number[:3]}{'*' * (len(number) - 7)}{number[-4:]}"


def fence_of(found: Customer) -> Circle | None:
    """The fence of a customer in WGS-84; None where nobody knows the place."""
    here = point_of(found)
    return Circle(here, found.radius_m) if here else None


def point_of(found: Customer) -> Point | None:
    """Where a customer is, in WGS-84."""
    return Point(found.north, found.east) if found.north is not None and found.east is not None else None


def nearest(
    point: Point, *, seen_by: Actor, on: dt.date, most: int = 10, within_m: int = NEAR_M
) -> list[tuple[Customer, float]]:
    """The customers somebody may see that are nearest to a point, with the metres to them."""
    here = point.to(places.Datum.WGS84)
    high = within_m / METRES_A_DEGREE
    wide = high / max(0.05, _narrow(here))
    rows = customers(seen_by=seen_by, on=on).filter(
        closed=False,
        north__range=(here.latitude - high, here.latitude + high),
        east__range=(here.longitude - wide, here.longitude + wide),
    )
    spots = rows.order_by().prefetch_related(None).values_list("pk", "north", "east")
    far = [(key, distance_m(here, Point(north or 0, east or 0))) for key, north, east in spots]
    ranked = sorted((metres, key) for key, metres in far if metres <= within_m)[:most]
    found = customers(seen_by=seen_by, on=on).in_bulk([key for _, key in ranked])
    return [(found[key], metres) for metres, key in ranked]


def _narrow(here: Point) -> float:
    """How much shorter a degree to the east is than one to the north."""
    return math.cos(math.radians(here.latitude))


def by_codes(codes: Iterable[str]) -> dict[str, Customer]:
    """Customers by exactly these codes; the caller has asked what may be done with them."""
    return {one.code: one for one in Customer.objects.filter(code__in=set(codes))}


def place_told(found: Customer) -> dict[str, Any]:
    """What a form about the place begins with."""
    exact = found.sureness == Sureness.EXACT
    told = {name: getattr(found, name) for name in ("latitude", "longitude", "radius_m")}
    return {**told, "datum": found.datum or "gcj02", "exact": exact or found.sureness == Sureness.UNPLACED}


def nobodys(rows: QuerySet[Customer], on: dt.date) -> QuerySet[Customer]:
    """Those of the customers that are nobody's on a day."""
    return rows.filter(~Exists(Ownership.objects.filter(in_force(on), customer=OuterRef("pk"))))


def meant(text: str, *, seen_by: Actor, on: dt.date) -> Customer:
    """The customer that is meant by a code, or by a name only one has. Refuses none and several."""
    rows = customers(seen_by=seen_by, on=on).filter(closed=False)
    code = text.partition(" · ")[0]
    found = list(rows.filter(code=code)[:2]) or list(rows.filter(name=text)[:2])
    if len(found) != 1:
        none, several = gettext("没有这个客户,或者不归您负责。"), gettext("有几家同名,请填客户编号。")
        raise Refusal("field.which_customer", several if found else none, "customer")
    return found[0]
