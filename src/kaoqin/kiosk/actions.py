"""Changes around tablets: one is registered, bound, revoked; PINs are set and issued; what waits is kept."""

import datetime as dt
import re
import secrets
from dataclasses import dataclass

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils.translation import gettext

from kaoqin.core.sealed import seal
from kaoqin.core.sentences import Sentence
from kaoqin.core.words import Refusal
from kaoqin.kiosk import queries, sealing
from kaoqin.kiosk.models import Attempt, KioskPunch, Pin, Tablet
from kaoqin.kiosk.taking import append
from kaoqin.kiosk.words import MANAGE_TABLETS, OWN_PIN, PIN_DIGITS, TabletState
from kaoqin.org import number_queries
from kaoqin.org import queries as org
from kaoqin.org.models import Employee, Site
from kaoqin.security.audit import record as remember
from kaoqin.security.doors import require
from kaoqin.security.words import Actor

_EASY = re.compile(r"(\d)\1+|012345|123456|234567|345678|456789|987654|876543|765432|654321|543210")


@dataclass(frozen=True)
class Made:
    """A tablet and the secret of its link, or somebody and a new PIN; the secret is told once and kept nowhere."""

    row: Tablet | Employee
    secret: str


@transaction.atomic
def add_tablet(site: Site, name: str, *, by: Actor, at: dt.datetime) -> Made:
    """A tablet for a site; whoever opens its link first, binds it."""
    require(by, MANAGE_TABLETS, everywhere=True)
    secret, (private, public) = secrets.token_urlsafe(24), sealing.new_pair()
    told = {"link_hash": queries.hashed(secret), "sealing": seal(private), "sealing_for": public, "made_at": at}
    made = Tablet.objects.create(site=site, name=name.strip(), state=TabletState.WAITING, **told)
    said = Sentence("{site} 新增打卡平板「{name}」", site=site.name, name=made.name)
    remember(by, "kiosk.add_tablet", made, said, at=at)
    return Made(made, secret)


@transaction.atomic
def renew_link(tablet: Tablet, *, by: Actor, at: dt.datetime) -> Made:
    """A new link; the device that was bound is none any more."""
    require(by, MANAGE_TABLETS, everywhere=True)
    secret = secrets.token_urlsafe(24)
    tablet.link_hash, tablet.token_hash, tablet.state = queries.hashed(secret), "", TabletState.WAITING
    tablet.ended_at = None
    tablet.save(update_fields=["link_hash", "token_hash", "state", "ended_at"])
    remember(by, "kiosk.renew_link", tablet, Sentence("打卡平板「{name}」换新链接", name=tablet.name), at=at)
    return Made(tablet, secret)


@transaction.atomic
def bind(link: str, key: bytes, *, by: Actor, at: dt.datetime) -> tuple[Tablet, str]:
    """Whoever opened the link is the tablet: its key (DER), and the token for its cookie. The link is used up."""
    found = queries.linked(link)
    tablet = Tablet.objects.select_for_update().get(pk=found.pk)
    if tablet.state != TabletState.WAITING:
        raise Refusal("kiosk.link_used", gettext("这个启用链接已经用过或已停用,请向人事要新的链接。"))
    token = secrets.token_urlsafe(32)
    tablet.key, tablet.token_hash, tablet.link_hash = key, queries.hashed(token), ""
    tablet.state, tablet.bound_at, tablet.last_seen_at = TabletState.BOUND, at, at
    tablet.save()
    remember(by, "kiosk.bind", tablet, Sentence("打卡平板「{name}」启用", name=tablet.name), at=at)
    return tablet, token


@transaction.atomic
def revoke(tablet: Tablet, *, by: Actor, at: dt.datetime) -> None:
    """The tablet is none any more, at once."""
    require(by, MANAGE_TABLETS, everywhere=True)
    tablet.state, tablet.token_hash, tablet.link_hash, tablet.ended_at = TabletState.REVOKED, "", "", at
    tablet.save(update_fields=["state", "token_hash", "link_hash", "ended_at"])
    remember(by, "kiosk.revoke", tablet, Sentence("打卡平板「{name}」停用", name=tablet.name), at=at)


@transaction.atomic
def set_own_pin(pin: str, *, by: Actor, at: dt.datetime, today: dt.date) -> None:
    """Somebody sets one's own PIN. Refuses one that is not six digits, or that everybody would try first."""
    require(by, OWN_PIN)
    if by.employee_id is None:
        raise Refusal("kiosk.nobody", gettext("这个账号没有对应的员工。"))
    employee = org.person(by.employee_id, OWN_PIN, seen_by=by, on=today)
    if not re.fullmatch(rf"[0-9]{{{PIN_DIGITS}}}", pin):
        raise Refusal("kiosk.pin_form", gettext("密码应为 6 位数字。"), "pin")
    if _EASY.fullmatch(pin):
        raise Refusal("kiosk.pin_easy", gettext("这个密码太容易猜到,请换一个。"), "pin")
    _keep_pin(employee, pin, by, at)
    remember(by, "kiosk.set_pin", employee, Sentence("{name} 设置打卡密码", name=employee.name), at=at)


@transaction.atomic
def issue_pin(number: str, *, by: Actor, at: dt.datetime, today: dt.date) -> Made:
    """HR issues a new PIN to somebody, drawn here and told once; the one before is none any more, and nothing is locked."""
    require(by, MANAGE_TABLETS)
    employee = number_queries.by_number(number.strip())
    org.person(employee.pk, MANAGE_TABLETS, seen_by=by, on=today)
    pin = _drawn()
    _keep_pin(employee, pin, by, at)
    remember(by, "kiosk.issue_pin", employee, Sentence("给 {name} 发放打卡密码", name=employee.name), at=at)
    return Made(employee, pin)


@transaction.atomic
def lift_lock(employee_id: int, *, by: Actor, at: dt.datetime, today: dt.date) -> Employee:
    """Somebody who mistyped too often may try again at once, with the PIN they have. Refuses where nothing is locked."""
    require(by, MANAGE_TABLETS)
    found = [one.employee for one in queries.locked(seen_by=by, on=today, at=at) if one.employee.pk == employee_id]
    if not found:
        employee = org.person(employee_id, MANAGE_TABLETS, seen_by=by, on=today)
        said = gettext("{name} 的打卡密码没有锁定,可以直接打卡。").format(name=employee.name)
        raise Refusal("kiosk.not_locked", said)
    Attempt.objects.filter(number=found[0].number).delete()
    remember(by, "kiosk.lift_lock", found[0], Sentence("解除 {name} 打卡密码的锁定", name=found[0].name), at=at)
    return found[0]


def _drawn() -> str:
    while _EASY.fullmatch(pin := f"{secrets.randbelow(10**PIN_DIGITS):0{PIN_DIGITS}}"):
        continue
    return pin


def _keep_pin(employee: Employee, pin: str, by: Actor, at: dt.datetime) -> None:
    told = {"secret": make_password(pin), "set_at": at, "set_by_id": by.account_id}
    Pin.objects.update_or_create(employee=employee, defaults=told)
    Attempt.objects.filter(number=employee.number).delete()


@transaction.atomic
def keep_held(punch_id: int, *, by: Actor, at: dt.datetime, today: dt.date) -> KioskPunch:
    """HR says that a punch whose time nobody could verify counts as the tablet told it. Not one's own."""
    require(by, MANAGE_TABLETS)
    found = queries.held_punch(punch_id, seen_by=by, on=today)
    held = (
        KioskPunch.objects.select_for_update(of=("self",)).select_related("tablet__site", "employee").get(pk=found.pk)
    )
    append(held, at)
    name = held.employee.name if held.employee else held.number
    remember(by, "kiosk.keep", held, Sentence("采用 {name} 的平板打卡", name=name), at=at)
    return held
