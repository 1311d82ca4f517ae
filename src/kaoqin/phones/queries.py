"""Questions about phones, places, ways and records. Those that show people take `seen_by=`."""

import datetime as dt
import ipaddress
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext

from kaoqin.consent import queries as consent
from kaoqin.core import places
from kaoqin.core.places import Circle, Fence, Point, Polygon, Verdict, distance_m, judge
from kaoqin.core.words import NotFound, Refusal
from kaoqin.org import queries as org
from kaoqin.org.models import Employee
from kaoqin.phones.models import (
    Mark,
    OfficeNetwork,
    Phone,
    Place,
    PunchPhoto,
    Record,
    Screen,
    Signal,
    SiteWays,
    WaysRule,
)
from kaoqin.phones.signing import fingerprint
from kaoqin.phones.words import (
    APPROVE_PHONES,
    LOCATION,
    MANAGE_PLACES,
    PHOTO,
    PUNCH,
    PUNCH_KIND,
    REVIEW_RECORDS,
    SEE_PHONES,
    WAITING_QUEUES,
    Demand,
    Keeping,
    Outside,
    PhoneState,
    Queue,
    RecordState,
    Seen,
    Way,
    Ways,
)
from kaoqin.security.doors import require
from kaoqin.security.words import Actor

RECENT_POINTS = 60


def in_force(on: dt.date) -> Q:
    """Rows from–to that hold on a day."""
    return Q(begins_on__lte=on) & (Q(ends_on__isnull=True) | Q(ends_on__gte=on))


def fence_of(place: Place) -> Fence:
    """A place as a fence, in WGS-84."""
    points = tuple(
        Point(north, east, places.Datum(place.datum)).to(places.Datum.WGS84) for north, east in place.corners
    )
    return Polygon(points) if place.radius_m is None else Circle(points[0], place.radius_m)


@dataclass(frozen=True)
class Found:
    """Where a record was made to the places: the verdict, which place says so (name and stable id), metres beyond its fence
    (inside: less than none) and off its middle."""

    seen: Seen
    place: str = ""
    beyond_m: int | None = None
    place_id: int | None = None
    off_m: float | None = None


_BEST = {Verdict.INSIDE: 0, Verdict.UNCERTAIN: 1, Verdict.OUTSIDE: 2}


def judge_places(known: Sequence[Place], point: Point, accuracy_m: float) -> Found:
    """The best verdict of several places: inside, else uncertain, else outside; of equal ones that of the nearest."""
    here = point.to(places.Datum.WGS84)
    told = [(fence.beyond_m(here), fence, place) for place in known for fence in [fence_of(place)]]
    ranked = [(_BEST[judge(beyond, accuracy_m)], beyond, fence, place) for beyond, fence, place in told]
    if not ranked:
        return Found(Seen.OUTSIDE)
    rank, beyond, fence, place = min(ranked, key=lambda one: (one[0], one[1], one[3].name))
    seen = (Seen.INSIDE, Seen.UNCERTAIN, Seen.OUTSIDE)[rank]
    return Found(seen, place.name, round(beyond), place.stable_id, distance_m(fence.middle, here))


def network_at(address: str, on: dt.date, site_ids: Collection[int] | None = None) -> OfficeNetwork | None:
    """The office network, of any site or of some, that an address belongs to on a day."""
    told = read_address(address)
    if told is None:
        return None
    rows = OfficeNetwork.objects.filter(in_force(on)).order_by("pk")
    rows = rows if site_ids is None else rows.filter(site__in=site_ids)
    return next((row for row in rows if told in ipaddress.ip_network(row.addresses)), None)


def read_address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """An address as it was seen; one of IPv4 in the dress of IPv6 is one of IPv4. None for what is no address."""
    try:
        told = ipaddress.ip_address(text)
    except ValueError:
        return None
    return getattr(told, "ipv4_mapped", None) or told


def shown_screen(key: str, on: dt.date) -> Screen:
    """The screen whose address holds this key; whoever has the address may show it."""
    found = Screen.objects.filter(in_force(on), key=key).select_related("site").first()
    if found is None:
        raise NotFound("phones.no_screen", gettext("这个屏幕地址已停用,请向人事要新的地址。"))
    return found


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


def site_ways(*, seen_by: Actor) -> QuerySet[SiteWays]:
    """All that sites state or stated of the ways."""
    require(seen_by, MANAGE_PLACES)
    return SiteWays.objects.select_related("site").order_by("site__name", "-begins_on")


def one_site_ways(ways_id: int, *, seen_by: Actor) -> SiteWays:
    found = site_ways(seen_by=seen_by).filter(pk=ways_id).first()
    if found is None:
        raise NotFound("phones.no_site_ways", gettext("没有这条地点的打卡方式。"))
    return found


_RULED = ("note_needed", "offline_hours", "changes", "change_days", "review_from_percent")


def ways_in(row: WaysRule) -> Ways:
    """A stored rule as a value."""
    told = {name: getattr(row, name) for name in _RULED}
    return Ways(
        tuple(Way(one) for one in row.ways),
        Outside(row.outside),
        photo=Demand(row.photo),
        face=Demand(row.face),
        **told,
    )


def ways_rules(group_id: int, *, seen_by: Actor) -> QuerySet[WaysRule]:
    """All rules of a group, the newest first."""
    require(seen_by, MANAGE_PLACES)
    return WaysRule.objects.filter(group=group_id).order_by("-begins_on")


def agrees_to_location(employee_id: int) -> bool:
    """Whether somebody agrees to the use of their position now."""
    return consent.agrees(employee_id, LOCATION)


def agrees_to_photo(employee_id: int) -> bool:
    """Whether somebody agrees to photos of the spot now."""
    return consent.agrees(employee_id, PHOTO)


def photos_of(employee_id: int) -> QuerySet[PunchPhoto]:
    """The photos of somebody's punches that are kept, the newest first; the caller has asked whether they may be seen."""
    rows = PunchPhoto.objects.filter(employee=employee_id, record__isnull=False).exclude(path="")
    return rows.select_related("record").order_by("-brought_at", "-pk")


def phones_of(employee_id: int) -> QuerySet[Phone]:
    """Somebody's phones, the newest first; the caller has asked whether they may be seen."""
    return Phone.objects.filter(employee=employee_id).order_by("-registered_at", "-pk")


def own_phone(phone_id: int, *, seen_by: Actor) -> Phone:
    """A phone of whoever asks, held until the transaction ends; there is no other."""
    require(seen_by, PUNCH)
    return _the_phone(_held_phones(seen_by).filter(pk=phone_id).first())


def _held_phones(by: Actor) -> QuerySet[Phone]:
    """One's phones; only that of the token where one came in by a token."""
    rows = Phone.objects.select_for_update(of=("self",)).select_related("employee").order_by("pk")
    rows = rows.filter(employee=by.employee_id or 0)
    return rows if by.phone_id is None else rows.filter(pk=by.phone_id)


def _the_phone(found: Phone | None) -> Phone:
    if found is None:
        raise NotFound("phones.no_phone", gettext("没有这部手机,请重新登记。"))
    return found


def own_phone_of_key(named: str, *, seen_by: Actor) -> Phone:
    """The phone of whoever asks whose key has this fingerprint, held until the transaction ends."""
    require(seen_by, PUNCH)
    rows = _held_phones(seen_by)
    return _the_phone(next((row for row in rows if fingerprint(bytes(row.key)) == named), None))


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


def versions(place: Place) -> QuerySet[Place]:
    """All versions of a place, the latest first; the caller has asked whether it may be seen."""
    return Place.objects.filter(Q(pk=place.stable_id) | Q(first=place.stable_id)).order_by("-begins_on")


def refuse_old(place: Place) -> None:
    """Refuse to change what is no longer the latest version of a place: what was true stays."""
    if versions(place).filter(begins_on__gt=place.begins_on).exists():
        raise Refusal("phones.old_version", gettext("这个地点已经有更新的版本,请修改最新的那一版。"))


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
    """The punches by phone of the people within reach, without one's own: nobody reviews oneself. The newest first."""
    reached = org.unrestricted(require(seen_by, REVIEW_RECORDS), on)
    rows = Record.objects.filter(employee__in=reached, kind=PUNCH_KIND).exclude(employee=seen_by.employee_id or 0)
    rows = rows.select_related("employee", "phone", "decision", "decision__decided_by", "punch")
    return rows.order_by("-at", "-pk")


def record(record_id: int, *, seen_by: Actor, on: dt.date) -> Record:
    found = records(seen_by=seen_by, on=on).filter(pk=record_id).first()
    if found is None:
        raise NotFound("phones.no_record", gettext("没有这条手机打卡,或者不在您的管理范围内。"))
    return found


def waits() -> Q:
    """What somebody should look at: held, or suspect though it counts, and nobody has decided."""
    return (Q(state=RecordState.HELD) | Q(suspect=True)) & Q(decision=None)


def shown(rows: QuerySet[Record], which: Queue) -> QuerySet[Record]:
    """The part of the records that is asked for; what waits stands by its score, the worst first, then by its time."""
    wanted = {
        Queue.OPEN: waits(),
        Queue.HELD: Q(state=RecordState.HELD, decision=None),
        Queue.SUSPECT: Q(suspect=True, decision=None),
        Queue.OUTSIDE: Q(verdict=Seen.OUTSIDE),
        Queue.DECIDED: Q(decision__isnull=False),
        Queue.ALL: Q(),
    }
    order = (F("score").desc(nulls_last=True), "-at", "-pk") if which in WAITING_QUEUES else ("-at", "-pk")
    return rows.filter(wanted[which]).defer("payload", "signature").order_by(*order)


def exact_point(record: Record) -> Point | None:
    """Where a record was made, in WGS-84, while that is kept to a metre; the caller has asked whether it may be seen."""
    if record.latitude is None or record.longitude is None or record.keeping != Keeping.WHOLE:
        return None
    return Point(record.latitude, record.longitude)


def recent_points(record: Record) -> list[Point]:
    """Where the person's latest records before this one were made, in WGS-84; the caller has asked whether they may be
    seen."""
    before = Record.objects.filter(employee=record.employee_id, at__lt=record.at, latitude__isnull=False)
    known = before.filter(keeping=Keeping.WHOLE).exclude(state=RecordState.REFUSED).order_by("-at")
    rows = known.values_list("latitude", "longitude")
    return [Point(north, east) for north, east in rows[:RECENT_POINTS] if north is not None and east is not None]


def records_waiting(*, seen_by: Actor, on: dt.date) -> int:
    """How many records wait for whoever asks."""
    return records(seen_by=seen_by, on=on).filter(waits()).order_by().count()


def phones_waiting(*, seen_by: Actor, on: dt.date) -> int:
    """How many phones wait for whoever asks to be approved; nobody approves one's own."""
    reached = org.people(APPROVE_PHONES, seen_by=seen_by, on=on)
    others = Phone.objects.filter(employee__in=reached).exclude(employee=seen_by.employee_id or 0)
    return others.filter(state=PhoneState.WAITING).count()


def own_records(employee_id: int, first: dt.datetime, last: dt.datetime) -> QuerySet[Record]:
    """Somebody's punches by phone of a stretch of time in order; the caller has asked whether they may be seen."""
    rows = Record.objects.filter(employee=employee_id, kind=PUNCH_KIND, at__range=(first, last))
    return rows.exclude(state=RecordState.REFUSED).select_related("decision").order_by("at", "pk")


def changes_since(employee: Employee, since: dt.datetime) -> int:
    """How many times a further phone replaced another since an instant; the first is no change."""
    bound = Phone.objects.filter(employee=employee, bound_at__isnull=False).order_by("bound_at")
    first = bound.values_list("pk", flat=True).first()
    return bound.exclude(pk=first or 0).filter(bound_at__gte=since).count()
