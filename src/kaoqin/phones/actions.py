"""Changes around phones: a key is registered, approved, ended; places, networks and ways are stated; a record is decided."""

import datetime as dt
import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext

from kaoqin.core import places
from kaoqin.core.places import Point
from kaoqin.core.sentences import Sentence
from kaoqin.core.time import as_wall_clock
from kaoqin.core.words import NotAllowed, Refusal
from kaoqin.org import queries as org
from kaoqin.org.models import Employee, Site
from kaoqin.phones import queries
from kaoqin.phones.models import Decision, OfficeNetwork, Phone, Place, Record, WaysRule
from kaoqin.phones.standing import Standing
from kaoqin.phones.taking import append
from kaoqin.phones.telling import tell_decision, tell_phone
from kaoqin.phones.words import (
    APPROVE_PHONES,
    MANAGE_PLACES,
    PUNCH,
    REVIEW_RECORDS,
    PhoneState,
    RecordState,
    Ways,
)
from kaoqin.punches import actions as punches
from kaoqin.scheduling.models import Group
from kaoqin.security.audit import record as remember
from kaoqin.security.doors import require
from kaoqin.security.words import Actor

MOST_RADIUS_M, MOST_CORNERS, MOST_WAITING = 50_000, 200, 5


def self_of(by: Actor, today: dt.date) -> Employee:
    """Whoever asks, as an employee who has not left. Refuses an account that is nobody's."""
    require(by, PUNCH)
    if by.employee_id is None:
        raise Refusal("phones.nobody", gettext("这个账号没有对应的员工,不能用手机打卡。"))
    employee = org.person(by.employee_id, PUNCH, seen_by=by, on=today)
    if employee.left_on and employee.left_on < today:
        raise Refusal("phones.left", gettext("您已离职,不能再用手机打卡。"))
    return employee


@transaction.atomic
def register(key: bytes, name: str, *, replace: bool = False, by: Actor, at: dt.datetime, today: dt.date) -> Phone:
    """A phone is registered by its public key (DER). The first is in use at once; a further one, which must say that it
    means to `replace` it, does so within the quota of the group, and waits for a manager above it. The same key again is
    the same phone."""
    employee = self_of(by, today)
    org.hold([employee.pk], today)
    known = Phone.objects.filter(employee=employee, key=key).first()
    if by.phone_id is not None and (known is None or known.pk != by.phone_id):
        raise NotAllowed("phones.other_phone", gettext("这个令牌只属于一部手机,不能登记另一部。"))
    if known:
        return known
    if not replace:
        _ask_first(employee, at, today)
    if Phone.objects.filter(employee=employee, state=PhoneState.WAITING).count() >= MOST_WAITING:
        raise Refusal("phones.too_many_wait", gettext("已有几部手机在等待批准,请先联系主管处理。"))
    told: dict[str, Any] = {"employee": employee, "key": key, "name": name.strip() or gettext("未命名的手机")}
    made = Phone.objects.create(**told, state=PhoneState.WAITING, registered_at=at)
    said = Sentence("{name} 登记手机「{phone}」", name=employee.name, phone=made.name)
    remember(by, "phones.register", made, said, at=at)
    if _within_quota(employee, at, today):
        _bind(made, by, at)
    return made


def _ask_first(employee: Employee, at: dt.datetime, today: dt.date) -> None:
    """Refuse to replace a phone unasked, and say what replacing it would do."""
    before = Phone.objects.filter(employee=employee, state=PhoneState.BOUND).first()
    if before is None:
        return
    left, days = _changes_left(employee, at, today), Standing(employee.pk, today).ways.change_days
    said = gettext("将替换原来的手机「{phone}」,原来的随即停用。{days} 天内还可再换 {left} 次。")
    if left < 1:
        said = gettext("原来的手机是「{phone}」。{days} 天内已不能再自行更换,换成这部需主管批准,批准前打的卡先待复核。")
    raise Refusal("phones.replace_first", said.format(phone=before.name, days=days, left=left - 1))


def _changes_left(employee: Employee, at: dt.datetime, today: dt.date) -> int:
    """How many times somebody may still change the phone unasked."""
    ways = Standing(employee.pk, today).ways
    return ways.changes - queries.changes_since(employee, at - dt.timedelta(days=ways.change_days))


def _within_quota(employee: Employee, at: dt.datetime, today: dt.date) -> bool:
    first = not Phone.objects.filter(employee=employee, bound_at__isnull=False).exists()
    return first or _changes_left(employee, at, today) > 0


def _bind(phone: Phone, by: Actor, at: dt.datetime) -> None:
    """It is the one in use from now on; the one before is in use no longer."""
    before = Phone.objects.filter(employee=phone.employee, state=PhoneState.BOUND)
    before.update(state=PhoneState.REPLACED, ended_at=at)
    phone.state, phone.bound_at, phone.decided_by_id = PhoneState.BOUND, at, by.account_id
    phone.save(update_fields=["state", "bound_at", "decided_by"])
    said = Sentence("{name} 启用手机「{phone}」", name=phone.employee.name, phone=phone.name)
    remember(by, "phones.bind", phone, said, at=at)


@transaction.atomic
def decide_phone(phone_id: int, approved: bool, *, by: Actor, at: dt.datetime, today: dt.date) -> Phone:
    """A manager approves a phone that waits, which replaces the one in use, or does not. Nobody approves one's own."""
    require(by, APPROVE_PHONES)
    phone = queries.waiting_phone(phone_id, seen_by=by, on=today)
    if approved:
        org.hold([phone.employee_id], today)
        _bind(phone, by, at)
        tell_phone(phone, approved, at)
        return phone
    tell_phone(phone, approved, at)
    phone.state, phone.ended_at, phone.decided_by_id = PhoneState.REJECTED, at, by.account_id
    phone.save(update_fields=["state", "ended_at", "decided_by"])
    said = Sentence("未批准 {name} 的手机「{phone}」", name=phone.employee.name, phone=phone.name)
    remember(by, "phones.reject", phone, said, at=at)
    return phone


@dataclass(frozen=True)
class PlaceDetails:
    """A place as told: corners (latitude, longitude) in a datum, a radius for a single one; for exactly one of `whom`
    (`site_id`, `group_id`, `department_id`, `employee_id`)."""

    name: str
    datum: places.Datum
    corners: tuple[tuple[float, float], ...]
    radius_m: int | None
    begins_on: dt.date
    ends_on: dt.date | None
    whom: tuple[str, int]


@transaction.atomic
def add_places(many: Sequence[PlaceDetails], *, by: Actor, at: dt.datetime) -> list[Place]:
    """New places; all or none. Refuses what is no fence: no place on earth, a circle without radius, two corners."""
    require(by, MANAGE_PLACES, everywhere=True)
    for one in many:
        refuse_no_fence(one)
    rows = [
        Place(**{key: value for key, value in vars(one).items() if key != "whom"} | {one.whom[0]: one.whom[1]})
        for one in many
    ]
    for row in rows:
        row.corners = [list(corner) for corner in row.corners]
        row.save(force_insert=True)
        remember(by, "phones.add_place", row, Sentence("新增打卡地点「{name}」", name=row.name), at=at)
    return rows


def refuse_no_fence(one: PlaceDetails) -> None:
    """Refuse what is no fence, on the field of the form it is about."""
    try:
        for corner in one.corners:
            Point(*corner)
    except ValueError:
        raise Refusal("phones.no_point", gettext("经纬度应在 ±90、±180 度之内;先纬度,后经度。"), "latitude") from None
    if one.radius_m is not None and not (len(one.corners) == 1 and 10 <= one.radius_m <= MOST_RADIUS_M):
        raise Refusal("phones.radius", gettext("半径应为 10 至 50000 米。"), "radius_m")
    if one.radius_m is None and not 3 <= len(one.corners) <= MOST_CORNERS:
        raise Refusal("phones.corners", gettext("多边形应有 3 至 200 个顶点。"), "corners")
    if one.ends_on and one.ends_on < one.begins_on:
        raise Refusal("phones.ends", gettext("不能早于开始那天。"), "ends_on")


@transaction.atomic
def end_place(place: Place, ends_on: dt.date, *, by: Actor, at: dt.datetime) -> None:
    """A place is none any more after a day. Only its latest version can be ended."""
    require(by, MANAGE_PLACES, everywhere=True)
    queries.refuse_old(Place.objects.select_for_update().get(pk=place.pk))
    _end(place, ends_on)
    said = Sentence("打卡地点「{name}」用到 {day}", name=place.name, day=ends_on)
    remember(by, "phones.end_place", place, said, at=at)


def _end(row: Place | OfficeNetwork, ends_on: dt.date) -> None:
    if ends_on < row.begins_on:
        raise Refusal("phones.ends", gettext("不能早于开始那天。"), "ends_on")
    row.ends_on = ends_on
    row.save(update_fields=["ends_on"])


@transaction.atomic
def add_network(
    site: Site, name: str, addresses: str, begins_on: dt.date, *, by: Actor, at: dt.datetime
) -> OfficeNetwork:
    """The addresses (CIDR, or a single one) from which a site's people reach us, from a day on."""
    require(by, MANAGE_PLACES, everywhere=True)
    try:
        tidied = str(ipaddress.ip_network(addresses.strip(), strict=False))
    except ValueError:
        wrong = gettext("应为地址或网段,如 203.0.113.8 或 203.0.113.0/24。")
        raise Refusal("phones.bad_network", wrong, "addresses") from None
    if ipaddress.ip_network(tidied).prefixlen < 8:
        raise Refusal("phones.wide_network", gettext("网段太大,会把整个互联网当作办公室。"), "addresses")
    made = OfficeNetwork.objects.create(site=site, name=name.strip(), addresses=tidied, begins_on=begins_on)
    said = Sentence("{site} 新增办公网络 {addresses}", site=site.name, addresses=tidied)
    remember(by, "phones.add_network", made, said, at=at)
    return made


@transaction.atomic
def end_network(network: OfficeNetwork, ends_on: dt.date, *, by: Actor, at: dt.datetime) -> None:
    """A network is the office's no longer after a day."""
    require(by, MANAGE_PLACES, everywhere=True)
    _end(network, ends_on)
    said = Sentence("办公网络 {addresses} 用到 {day}", addresses=network.addresses, day=ends_on)
    remember(by, "phones.end_network", network, said, at=at)


@transaction.atomic
def keep_ways(group: Group, begins_on: dt.date, ways: Ways, *, by: Actor, at: dt.datetime) -> WaysRule:
    """How the people of a group may punch by phone, from a day on."""
    require(by, MANAGE_PLACES, everywhere=True)
    if not ways.ways:
        raise Refusal("phones.no_way", gettext("请至少选一种打卡方式。"), "ways")
    if not (1 <= ways.offline_hours <= 168 and ways.changes <= 100 and 1 <= ways.change_days <= 366):
        raise Refusal("phones.limits", gettext("离线时限应为 1 至 168 小时,换机次数最多 100 次、366 天。"))
    if ways.review_from_percent is not None and not 1 <= ways.review_from_percent <= 100:
        raise Refusal("phones.percent", gettext("可疑分应为 1 至 100。"), "review_from_percent")
    told: dict[str, Any] = {**vars(ways), "ways": list(ways.ways)}
    made, _ = WaysRule.objects.update_or_create(group=group, begins_on=begins_on, defaults=told)
    said = Sentence("{name} 自 {begins_on} 的手机打卡方式", name=group.name, begins_on=begins_on)
    remember(by, "phones.keep_ways", made, said, at=at, **told)
    return made


@transaction.atomic
def decide(record: Record, counts: bool, reason: str, *, by: Actor, at: dt.datetime, today: dt.date) -> Decision:
    """A manager says that a record counts, or that it does not, once and with a reason. What is held becomes a punch or
    never one; a punch that was one already is voided. Nobody decides on one's own. The day is settled again."""
    require(by, REVIEW_RECORDS)
    held = Record.objects.select_for_update().get(pk=queries.record(record.pk, seen_by=by, on=today).pk)
    if not reason.strip():
        raise Refusal("phones.reason", gettext("请填写理由。"), "reason")
    if held.state == RecordState.REFUSED or Decision.objects.filter(record=held).exists():
        raise Refusal("phones.decided", gettext("这条打卡已经处理过,或者不能采用。"))
    said: dict[str, Any] = {"counts": counts, "reason": reason.strip(), "decided_at": at}
    made = Decision.objects.create(record=held, **said, decided_by_id=by.account_id)
    _carry_out(held, made, by, at, today)
    tell_decision(made)
    when = {"name": record.employee.name, "at": f"{as_wall_clock(record.at, record.zone):%Y-%m-%d %H:%M}"}
    kept, not_kept = Sentence("采用 {name} {at} 的手机打卡", **when), Sentence("不采用 {name} {at} 的手机打卡", **when)
    remember(by, "phones.decide", held, kept if counts else not_kept, at=at, reason=reason)
    return made


def _carry_out(held: Record, made: Decision, by: Actor, at: dt.datetime, today: dt.date) -> None:
    if held.punch is None and made.counts:
        append(held, at)
    elif held.punch is not None and not made.counts:
        punches.void(held.punch, made.reason, by=by, at=at, today=today, code=REVIEW_RECORDS)
