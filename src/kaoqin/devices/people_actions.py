"""Changes around the people on terminals: whether the house keeps them, who belongs there, whose card is which."""

import datetime as dt
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext

from kaoqin.core.sentences import Sentence
from kaoqin.core.words import Refusal
from kaoqin.devices import actions, fleet
from kaoqin.devices.marks import mark_device, mark_people, mark_site
from kaoqin.devices.models import Command, Device, EmployeeCard, PeopleKeeping, Placement, TerminalAccess
from kaoqin.devices.placing import Known, scene
from kaoqin.devices.protocols import adapter_named
from kaoqin.devices.scene import Scene, replaced
from kaoqin.devices.telling import take_whole
from kaoqin.devices.wire import PutPerson, RemovePerson, TellPeople
from kaoqin.devices.words import COMMAND_DEVICES, PLACE_PEOPLE, AccessKind, DeviceState, PlacementFault, PlacementState
from kaoqin.org.models import Department, Employee, Site
from kaoqin.security.audit import record
from kaoqin.security.doors import require
from kaoqin.security.words import Actor

ALLOWED = dt.timedelta(hours=1)
"""For so long a person's word holds that many may be removed at once."""


@dataclass(frozen=True)
class Forecast:
    """What keeping the people of a terminal would do now. `extra` are employees on it who do not belong there,
    `strangers` those nobody knows, `administrators` who stay whatever is; `known`: it told whom it knows."""

    known: bool
    adds: int = 0
    changes: int = 0
    same: int = 0
    extra: int = 0
    strangers: int = 0
    administrators: int = 0


def forecast(device: Device, *, by: Actor, at: dt.datetime) -> Forecast:
    """What switching on would do, on what the terminal told last."""
    require(by, PLACE_PEOPLE, everywhere=True)
    seen = _scene(device, at)
    if seen is None or seen.whole is None:
        return Forecast(known=False)
    return _forecast(seen)


def _scene(device: Device, at: dt.datetime) -> Scene | None:
    """What is known of its people, with what it told lately taken in; None of a terminal that is not in use."""
    if device.state != DeviceState.APPROVED:
        return None
    take_whole(device.pk, at)
    return scene(device, Known([device], at), at)


def _forecast(seen: Scene) -> Forecast:
    puts = [one for one in seen.differences() if isinstance(one, PutPerson)]
    adds = sum(one.pin not in seen.there for one in puts)
    others = [pin for pin in seen.there if pin not in seen.meant]
    administrators = sum(seen.there[pin].privilege not in {"", "0"} for pin in others)
    plain = [pin for pin in others if seen.there[pin].privilege in {"", "0"}]
    extra = sum(seen.employee(pin) is not None for pin in plain)
    same = len(seen.meant) - len(puts)
    return Forecast(True, adds, len(puts) - adds, same, extra, len(plain) - extra, administrators)


@transaction.atomic
def keep_people(device: Device, *, adopt: bool, by: Actor, at: dt.datetime) -> None:
    """From now on the house keeps the people of a terminal (下发人员): puts who belongs there, and removes whom it put.

    With `adopt` the employees who are on it already count as put by the house, so those who do not belong there are
    removed. Refuses a terminal that has not told whom it knows, and one that cannot be told.
    """
    require(by, PLACE_PEOPLE, everywhere=True)
    seen = _scene(device, at)
    if seen is None:
        raise Refusal("devices.not_in_use", gettext("只有已启用的考勤机可以下发命令。"))
    _refuse_speechless(device, at)
    if seen.whole is None:
        raise Refusal("devices.people_untold", gettext("还没有读到机内人员,请先读取。"))
    if adopt:
        _adopt(device, seen)
    told = {"on": True, "due_at": at, "may_remove_until": at + ALLOWED if adopt else None}
    PeopleKeeping.objects.update_or_create(device=device, defaults=told)
    said = Sentence("开始管理考勤机 {serial} 的人员", serial=device.serial)
    record(by, "devices.keep_people", device, said, at=at, adopt=adopt, **vars(_forecast(seen)))


def _refuse_speechless(device: Device, at: dt.datetime) -> None:
    """Refuse a terminal whose protocol has no words for people."""
    terminal = fleet.terminal(device.serial, at)
    if terminal:
        for wanted in (PutPerson("1", "1"), RemovePerson("1"), TellPeople()):
            adapter_named(terminal.dialect.protocol).say(wanted, terminal.dialect)


def _adopt(device: Device, seen: Scene) -> None:
    """Employees who are on the terminal count as put by the house."""
    found = {pin: employee_id for pin in seen.there if (employee_id := seen.employee(pin))}
    Placement.objects.filter(device=device, pin__in=found).update(ours=True)
    kept = set(Placement.objects.filter(device=device).values_list("pin", flat=True))
    told = {"device": device, "ours": True, "state": PlacementState.SAME}
    Placement.objects.bulk_create(
        [Placement(pin=pin, employee_id=key, **told) for pin, key in found.items() if pin not in kept]
    )


@transaction.atomic
def stop_keeping(device: Device, *, by: Actor, at: dt.datetime) -> None:
    """The people of a terminal are left as they are from now on; what waits to be handed out is withdrawn."""
    require(by, PLACE_PEOPLE, everywhere=True)
    PeopleKeeping.objects.filter(device=device).update(on=False, due_at=None)
    replaced(Command.objects.filter(pk__in=device.placements.values("command")), at)
    said = Sentence("停止管理考勤机 {serial} 的人员", serial=device.serial)
    record(by, "devices.stop_keeping", device, said, at=at)


def tell_people(device: Device, *, by: Actor, at: dt.datetime) -> Command:
    """The terminal is asked whom it knows, now."""
    require(by, COMMAND_DEVICES, everywhere=True)
    return actions.enqueue(device, TellPeople(), by=by, at=at)


@transaction.atomic
def try_again(device: Device, *, by: Actor, at: dt.datetime) -> int:
    """What was given up is tried anew; returns with how many people."""
    require(by, PLACE_PEOPLE, everywhere=True)
    given_up = Placement.objects.filter(device=device, state=PlacementState.FAILED)
    count = given_up.exclude(fault=PlacementFault.NO_NUMBER).update(
        tries=0, next_try_at=None, state=PlacementState.WAITING
    )
    mark_device(device.pk)
    record(by, "devices.place_again", device, Sentence("重试考勤机 {serial} 的人员下发", serial=device.serial), at=at)
    return count


@transaction.atomic
def may_remove_many(device: Device, *, by: Actor, at: dt.datetime) -> None:
    """A person says that the many removals that are held are right."""
    require(by, PLACE_PEOPLE, everywhere=True)
    held = Placement.objects.filter(device=device, fault=PlacementFault.HELD).count()
    PeopleKeeping.objects.filter(device=device, on=True).update(may_remove_until=at + ALLOWED, due_at=at)
    said = Sentence("确认从考勤机 {serial} 删除 {count} 人", serial=device.serial, count=held)
    record(by, "devices.may_remove_many", device, said, at=at)


@transaction.atomic
def may_remove(placement: Placement, *, by: Actor, at: dt.datetime) -> None:
    """A person says that somebody found on a terminal is to be removed from it. Administrators of it are not."""
    require(by, PLACE_PEOPLE, everywhere=True)
    if placement.state not in {PlacementState.EXTRA, PlacementState.STRANGER}:
        raise Refusal("devices.not_extra", gettext("只有不在名单或机内未知的人可以这样删除。"))
    if placement.fault == PlacementFault.ADMINISTRATOR:
        raise Refusal("devices.administrator", gettext("这是机内管理员,请在考勤机上处理。"))
    Placement.objects.filter(pk=placement.pk).update(ours=True)
    mark_device(placement.device_id)
    said = Sentence("从考勤机 {serial} 删除编号 {pin}", serial=placement.device.serial, pin=placement.pin)
    record(by, "devices.may_remove", placement.device, said, at=at)


@dataclass(frozen=True)
class Rule:
    """Who belongs on a terminal or, `everywhere`, on all of its site; what is named follows from the kind."""

    kind: AccessKind
    begins_on: dt.date
    ends_on: dt.date | None = None
    everywhere: bool = False
    site: Site | None = None
    department: Department | None = None
    employee: Employee | None = None


@transaction.atomic
def add_access(device: Device, rule: Rule, *, by: Actor, at: dt.datetime) -> TerminalAccess:
    """A rule from a day on. Refuses one that ends before it begins."""
    require(by, PLACE_PEOPLE, everywhere=True)
    if rule.ends_on and rule.ends_on < rule.begins_on:
        raise Refusal("devices.ends_before", gettext("结束日不能早于开始日。"), "ends_on")
    made = TerminalAccess.objects.create(
        device=None if rule.everywhere else device,
        at_site=device.site if rule.everywhere else None,
        kind=rule.kind,
        site=rule.site if rule.kind == AccessKind.SITE else None,
        department=rule.department if rule.kind == AccessKind.DEPARTMENT else None,
        employee=rule.employee if rule.kind == AccessKind.EMPLOYEE else None,
        begins_on=rule.begins_on,
        ends_on=rule.ends_on,
    )
    _mark(made)
    said = Sentence(
        "考勤机 {serial} 的人员规则:{kind},自 {on}", serial=device.serial, kind=rule.kind.label, on=rule.begins_on
    )
    record(by, "devices.add_access", device, said, at=at, everywhere=rule.everywhere)
    return made


def _mark(rule: TerminalAccess) -> None:
    if rule.at_site:
        mark_site(rule.at_site)
    elif rule.device_id:
        mark_device(rule.device_id)


@transaction.atomic
def end_access(rule: TerminalAccess, on: dt.date, *, by: Actor, at: dt.datetime) -> None:
    """The last day of a rule; one that has not begun by then is taken away."""
    require(by, PLACE_PEOPLE, everywhere=True)
    if on < rule.begins_on:
        rule.delete()
    else:
        rule.ends_on = on
        rule.save(update_fields=["ends_on"])
    _mark(rule)
    said = Sentence("人员规则结束于 {on}:{kind}", on=on, kind=AccessKind(rule.kind).label)
    record(by, "devices.end_access", "devices.terminalaccess", said, at=at)


@transaction.atomic
def give_card(employee: Employee, card: str, begins_on: dt.date, *, by: Actor, at: dt.datetime) -> EmployeeCard:
    """Which card somebody carries from a day on; empty: none. Refuses what is no card number."""
    require(by, PLACE_PEOPLE, everywhere=True)
    card = card.strip()
    if card and not (card.isascii() and card.isdecimal() and len(card) <= 20):
        raise Refusal("devices.bad_card", gettext("卡号应为最多 20 位数字(十进制)。"), "card")
    made, _ = EmployeeCard.objects.update_or_create(employee=employee, begins_on=begins_on, defaults={"card": card})
    mark_people([employee.pk])
    said = Sentence("{name} 的卡号自 {on} 起为 {card}", name=employee.name, on=begins_on, card=card or "-")
    record(by, "devices.give_card", employee, said, at=at)
    return made
