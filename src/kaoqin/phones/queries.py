"""Questions about phones, places, ways and records. Those that show people take `seen_by=`."""

import datetime as dt
import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.utils.translation import gettext

from kaoqin.core import places
from kaoqin.core.places import Circle, Fence, Point, Polygon, Verdict, judge
from kaoqin.core.words import NotFound
from kaoqin.org import queries as org
from kaoqin.org.models import Employee
from kaoqin.phones.models import LocationChoice, Mark, OfficeNetwork, Phone, Place, Record, Screen, Signal, WaysRule
from kaoqin.phones.signing import fingerprint
from kaoqin.phones.words import (
    APPROVE_PHONES,
    MANAGE_PLACES,
    PUNCH,
    REVIEW_RECORDS,
    SEE_PHONES,
    Outside,
    PhoneState,
    RecordState,
    Seen,
    Way,
    Ways,
)
from kaoqin.scheduling import queries as scheduling
from kaoqin.security.doors import require
from kaoqin.security.words import Actor


def in_force(on: dt.date) -> Q:
    """Rows from–to that hold on a day."""
    return Q(begins_on__lte=on) & (Q(ends_on__isnull=True) | Q(ends_on__gte=on))


def fence_of(place: Place) -> Fence:
    """A place as a fence, in WGS-84."""
    points = tuple(
        Point(north, east, places.Datum(place.datum)).to(places.Datum.WGS84) for north, east in place.corners
    )
    return Polygon(points) if place.radius_m is None else Circle(points[0], place.radius_m)


def places_of(employee_id: int, on: dt.date) -> list[Place]:
    """The places where somebody may punch on a day, be they told for the site, the group, a department or the person."""
    group = scheduling.groups_of([employee_id], on).get(employee_id)
    there = Q(employee=employee_id) | Q(site__in=org.site_ids_of(employee_id, on))
    there |= Q(department__in=org.departments_of(employee_id, on)) | Q(group=group.pk if group else None)
    return list(Place.objects.filter(in_force(on)).filter(there).order_by("pk"))


@dataclass(frozen=True)
class Found:
    """Where a record was made to the places: the verdict, which place says so, metres beyond its fence (inside: less
    than none)."""

    seen: Seen
    place: str = ""
    beyond_m: int | None = None


_BEST = {Verdict.INSIDE: 0, Verdict.UNCERTAIN: 1, Verdict.OUTSIDE: 2}


def judge_places(known: Sequence[Place], point: Point, accuracy_m: float) -> Found:
    """The best verdict of several places: inside, else uncertain, else outside; of equal ones that of the nearest."""
    here = point.to(places.Datum.WGS84)
    told = [(fence_of(place).beyond_m(here), place.name) for place in known]
    ranked = sorted((_BEST[judge(beyond, accuracy_m)], beyond, name) for beyond, name in told)
    if not ranked:
        return Found(Seen.OUTSIDE)
    rank, beyond, name = ranked[0]
    return Found((Seen.INSIDE, Seen.UNCERTAIN, Seen.OUTSIDE)[rank], name, round(beyond))


def network_of(employee_id: int, address: str, on: dt.date) -> str:
    """The office network of somebody's site that an address belongs to, by name; empty where it belongs to none."""
    try:
        told = ipaddress.ip_address(address)
    except ValueError:
        return ""
    told = getattr(told, "ipv4_mapped", None) or told
    rows = OfficeNetwork.objects.filter(in_force(on), site__in=org.site_ids_of(employee_id, on)).order_by("pk")
    return next((row.name for row in rows if told in ipaddress.ip_network(row.addresses)), "")


def screens_of(employee_id: int, on: dt.date) -> QuerySet[Screen]:
    """The screens of somebody's site on a day."""
    return Screen.objects.filter(in_force(on), site__in=org.site_ids_of(employee_id, on)).order_by("pk")


def shown_screen(key: str, on: dt.date) -> Screen:
    """The screen whose address holds this key; whoever has the address may show it."""
    found = Screen.objects.filter(in_force(on), key=key).select_related("site").first()
    if found is None:
        raise NotFound("phones.no_screen", gettext("这个屏幕地址已停用,请向人事要新的地址。"))
    return found


def mark_of(key: str, kind: Way, employee_id: int, on: dt.date) -> Mark | None:
    """The poster or tag with this key, if it is one of somebody's site."""
    rows = Mark.objects.filter(in_force(on), key=key, kind=kind)
    return rows.filter(site__in=org.site_ids_of(employee_id, on)).first()


def signal_of(addresses: Sequence[str], kind: Way, employee_id: int, on: dt.date) -> Signal | None:
    """The first station or beacon of somebody's site that is among those heard."""
    rows = Signal.objects.filter(in_force(on), kind=kind, address__in=addresses)
    return rows.filter(site__in=org.site_ids_of(employee_id, on)).order_by("pk").first()


def signals(*, seen_by: Actor) -> QuerySet[Signal]:
    """All stations and beacons."""
    require(seen_by, MANAGE_PLACES)
    return Signal.objects.select_related("site").order_by("site__name", "name", "pk")


def signal(signal_id: int, *, seen_by: Actor) -> Signal:
    found = signals(seen_by=seen_by).filter(pk=signal_id).first()
    if found is None:
        raise NotFound("phones.no_signal", gettext("没有这个 Wi-Fi 或信标。"))
    return found


def screens(*, seen_by: Actor) -> QuerySet[Screen]:
    """All screens."""
    require(seen_by, MANAGE_PLACES)
    return Screen.objects.select_related("site").order_by("site__name", "pk")


def screen(screen_id: int, *, seen_by: Actor) -> Screen:
    found = screens(seen_by=seen_by).filter(pk=screen_id).first()
    if found is None:
        raise NotFound("phones.no_screen", gettext("没有这个打卡屏幕。"))
    return found


def marks(*, seen_by: Actor) -> QuerySet[Mark]:
    """All posters and tags."""
    require(seen_by, MANAGE_PLACES)
    return Mark.objects.select_related("site").order_by("site__name", "pk")


def mark(mark_id: int, *, seen_by: Actor) -> Mark:
    found = marks(seen_by=seen_by).filter(pk=mark_id).first()
    if found is None:
        raise NotFound("phones.no_mark", gettext("没有这张打卡码。"))
    return found


def ways_of(employee_id: int, on: dt.date) -> Ways:
    """How somebody may punch on a day; the default where the group states nothing."""
    group = scheduling.groups_of([employee_id], on).get(employee_id)
    row = WaysRule.objects.filter(group=group.pk if group else None, begins_on__lte=on).order_by("-begins_on").first()
    return ways_in(row) if row else Ways()


def ways_in(row: WaysRule) -> Ways:
    """A stored rule as a value."""
    told = {name: getattr(row, name) for name in ("note_needed", "offline_hours", "changes", "change_days")}
    return Ways(tuple(Way(one) for one in row.ways), Outside(row.outside), **told)


def ways_rules(group_id: int, *, seen_by: Actor) -> QuerySet[WaysRule]:
    """All rules of a group, the newest first."""
    require(seen_by, MANAGE_PLACES)
    return WaysRule.objects.filter(group=group_id).order_by("-begins_on")


def agrees_to_location(employee_id: int) -> bool:
    """Whether somebody agrees to the use of their position now."""
    last = LocationChoice.objects.filter(employee=employee_id).order_by("-pk").values_list("given", flat=True).first()
    return bool(last)


def location_choices(employee_id: int) -> QuerySet[LocationChoice]:
    """All that somebody said of it, the newest first; the caller has asked whether it may be seen."""
    return LocationChoice.objects.filter(employee=employee_id).order_by("-pk")


def phones_of(employee_id: int) -> QuerySet[Phone]:
    """Somebody's phones, the newest first; the caller has asked whether they may be seen."""
    return Phone.objects.filter(employee=employee_id).order_by("-registered_at", "-pk")


def own_phone(phone_id: int, *, seen_by: Actor) -> Phone:
    """A phone of whoever asks, held until the transaction ends; there is no other."""
    require(seen_by, PUNCH)
    rows = Phone.objects.select_for_update().select_related("employee")
    found = rows.filter(pk=phone_id, employee=seen_by.employee_id or 0).first() if seen_by.employee_id else None
    if found is None:
        raise NotFound("phones.no_phone", gettext("没有这部手机,请重新登记。"))
    return found


def own_phone_of_key(named: str, *, seen_by: Actor) -> Phone:
    """The phone of whoever asks whose key has this fingerprint, held until the transaction ends."""
    require(seen_by, PUNCH)
    rows = Phone.objects.filter(employee=seen_by.employee_id or 0).values_list("pk", "key")
    return own_phone(next((pk for pk, key in rows if fingerprint(bytes(key)) == named), 0), seen_by=seen_by)


def phones(*, seen_by: Actor, on: dt.date) -> QuerySet[Phone]:
    """The phones of the people within reach, the newest first."""
    reached = org.people(SEE_PHONES, seen_by=seen_by, on=on)
    rows = Phone.objects.filter(employee__in=reached).select_related("employee", "decided_by")
    return rows.order_by("-registered_at", "-pk")


def waiting_phone(phone_id: int, *, seen_by: Actor, on: dt.date) -> Phone:
    """A phone that waits, of somebody within reach and not of oneself."""
    reached = org.people(APPROVE_PHONES, seen_by=seen_by, on=on)
    rows = Phone.objects.select_for_update(of=("self",)).filter(employee__in=reached, state=PhoneState.WAITING)
    found = rows.exclude(employee=seen_by.employee_id or 0).select_related("employee").filter(pk=phone_id).first()
    if found is None:
        raise NotFound("phones.not_waiting", gettext("没有这部待批准的手机,或者不在您的管理范围内。"))
    return found


def all_places(*, seen_by: Actor) -> QuerySet[Place]:
    """All places, those in force and those that were."""
    require(seen_by, MANAGE_PLACES)
    return Place.objects.select_related("site", "group", "department", "employee").order_by("name", "pk")


def place(place_id: int, *, seen_by: Actor) -> Place:
    found = all_places(seen_by=seen_by).filter(pk=place_id).first()
    if found is None:
        raise NotFound("phones.no_place", gettext("没有这个打卡地点。"))
    return found


def networks(*, seen_by: Actor) -> QuerySet[OfficeNetwork]:
    """All office networks."""
    require(seen_by, MANAGE_PLACES)
    return OfficeNetwork.objects.select_related("site").order_by("site__name", "pk")


def network(network_id: int, *, seen_by: Actor) -> OfficeNetwork:
    found = networks(seen_by=seen_by).filter(pk=network_id).first()
    if found is None:
        raise NotFound("phones.no_network", gettext("没有这个办公网络。"))
    return found


def records(*, seen_by: Actor, on: dt.date) -> QuerySet[Record]:
    """The records of the people within reach, without one's own: nobody reviews oneself. The newest first."""
    reached = org.people(REVIEW_RECORDS, seen_by=seen_by, on=on)
    rows = Record.objects.filter(employee__in=reached).exclude(employee=seen_by.employee_id or 0)
    rows = rows.select_related("employee", "phone", "decision", "decision__decided_by", "punch")
    return rows.order_by("-at", "-pk")


def record(record_id: int, *, seen_by: Actor, on: dt.date) -> Record:
    found = records(seen_by=seen_by, on=on).filter(pk=record_id).first()
    if found is None:
        raise NotFound("phones.no_record", gettext("没有这条手机打卡,或者不在您的管理范围内。"))
    return found


def open_records(rows: QuerySet[Record]) -> QuerySet[Record]:
    """Those somebody should look at: held, or made outside, and nobody has decided."""
    wanted = Q(state=RecordState.HELD) | Q(state=RecordState.FIELD)
    return rows.filter(wanted, decision=None)


def to_review(*, seen_by: Actor, on: dt.date) -> QuerySet[Record]:
    """What waits for a decision: held records."""
    return records(seen_by=seen_by, on=on).filter(state=RecordState.HELD, decision=None)


def waiting_count(*, seen_by: Actor, on: dt.date) -> int:
    """How many records and phones wait for whoever asks."""
    reached = org.people(APPROVE_PHONES, seen_by=seen_by, on=on)
    waiting = Phone.objects.filter(employee__in=reached, state=PhoneState.WAITING)
    waiting = waiting.exclude(employee=seen_by.employee_id or 0)
    return to_review(seen_by=seen_by, on=on).count() + waiting.count()


def own_records(employee_id: int, first: dt.datetime, last: dt.datetime) -> QuerySet[Record]:
    """Somebody's records of a stretch of time in order; the caller has asked whether they may be seen."""
    rows = Record.objects.filter(employee=employee_id, at__range=(first, last))
    return rows.exclude(state=RecordState.REFUSED).select_related("decision").order_by("at", "pk")


def changes_since(employee: Employee, since: dt.datetime) -> int:
    """How many times a further phone replaced another since an instant; the first is no change."""
    bound = Phone.objects.filter(employee=employee, bound_at__isnull=False).order_by("bound_at")
    first = bound.values_list("pk", flat=True).first()
    return bound.exclude(pk=first or 0).filter(bound_at__gte=since).count()
