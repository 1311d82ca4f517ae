"""Changes around templates: whether a terminal's are kept, sending somebody's to other terminals, what was done by hand."""

import datetime as dt
from collections.abc import Iterable, Iterator

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from kaoqin.consent import queries as consent
from kaoqin.consent.words import Trait
from kaoqin.core.sentences import Sentence
from kaoqin.core.words import Refusal
from kaoqin.devices import actions, biometrics, fleet, numbers, queue
from kaoqin.devices.biometric_queries import OPEN, state_of
from kaoqin.devices.models import BiometricTemplate, Command, Device, PersonOnDevice, TemplateRemoval
from kaoqin.devices.protocols import TEMPLATES
from kaoqin.devices.wire import CallAgain, PutTemplate, Terminal
from kaoqin.devices.words import KEEP_TEMPLATES, DeviceState, RemovalState
from kaoqin.org.models import Employee
from kaoqin.security.audit import record
from kaoqin.security.doors import require
from kaoqin.security.words import Actor


@transaction.atomic
def keep_templates(device: Device, *, by: Actor, at: dt.datetime) -> None:
    """From now on templates of people who agreed are kept of what this terminal sends. Refuses one that sends none."""
    require(by, KEEP_TEMPLATES, everywhere=True)
    if device.protocol not in TEMPLATES:
        raise Refusal("devices.no_templates", gettext("这种考勤机不上传模板。"))
    _set(device, True)
    record(
        by, "devices.keep_templates", device, Sentence("开始保存考勤机 {serial} 的模板", serial=device.serial), at=at
    )
    _greet_anew(device, by, at)


@transaction.atomic
def drop_templates(device: Device, *, by: Actor, at: dt.datetime) -> int:
    """Templates of this terminal are not kept any more, and those that were are deleted for good; returns how many. What
    the terminal itself holds stays there."""
    require(by, KEEP_TEMPLATES, everywhere=True)
    _set(device, False)
    count = biometrics.delete(BiometricTemplate.objects.filter(device=device), at)
    said = Sentence("停止保存考勤机 {serial} 的模板,删除 {count} 份", serial=device.serial, count=count)
    record(by, "devices.drop_templates", device, said, at=at, templates=count)
    _greet_anew(device, by, at)
    return count


def _set(device: Device, keeps: bool) -> None:
    """An upload that is being taken holds the terminal: it either ends before, or sees this."""
    device.keeps_templates = keeps
    device.save(update_fields=["keeps_templates"])


def _greet_anew(device: Device, by: Actor, at: dt.datetime) -> None:
    """What is asked of a terminal is told when it greets; one with no word for that does so at its next start."""
    try:
        actions.enqueue(device, CallAgain(), by=by, at=at)
    except Refusal as refusal:
        if refusal.code not in {"devices.not_spoken", "devices.not_in_use"}:
            raise


@transaction.atomic
def sync(employee: Employee, *, by: Actor, at: dt.datetime) -> int:
    """Send somebody's templates to the other terminals that know them, of the same protocol and algorithm. Only of traits
    whose consent is in force. Refuses where there is nowhere to send them; returns to how many terminals."""
    require(by, KEEP_TEMPLATES, everywhere=True)
    today = timezone.localdate(at)
    agreed = consent.hold_in_force([employee.pk], today)
    kept = [row for row in _newest(employee) if (employee.pk, Trait(row.trait)) in agreed]
    made = list(_sendings(kept, employee, by, at))
    if not made:
        said = gettext("没有可以同步的考勤机:须是同一协议、同一算法版本,并且机内已有此人。")
        raise Refusal("devices.nowhere_to_send", said)
    Command.objects.bulk_create(made)
    terminals = len({command.device_id for command in made})
    told = {"name": employee.name, "number": employee.number, "count": terminals}
    said_so = Sentence("将 {name}({number})的模板同步到 {count} 台考勤机", **told)
    record(by, "devices.sync_templates", employee, said_so, at=at, templates=len(kept))
    return terminals


def _newest(employee: Employee) -> list[BiometricTemplate]:
    """Of each finger and face the one that came last, from whichever terminal."""
    rows = BiometricTemplate.objects.filter(employee=employee).select_related("device").exclude(version="")
    key = ("device__protocol", "form", "version", "number", "part")
    return list(rows.order_by(*key, "-taken_at").distinct(*key))


def _sendings(rows: Iterable[BiometricTemplate], employee: Employee, by: Actor, at: dt.datetime) -> Iterator[Command]:
    """A command for each template and each other terminal that reads it and knows the person."""
    whose = numbers.known({employee.pk: employee.number}, (), timezone.localdate(at))
    terminals = {one.id: one for one in fleet.terminals(at, state=DeviceState.APPROVED).values()}
    for device in Device.objects.filter(pk__in=terminals, protocol__in=TEMPLATES):
        there = PersonOnDevice.objects.filter(device=device, pin__in=whose.numbers(employee.pk, device.serial)).first()
        for row in rows:
            if there and _fits(row, device):
                yield from _sending(row, there.pin, terminals[device.pk], by, at)


def _fits(row: BiometricTemplate, device: Device) -> bool:
    """Whether a terminal reads a template that came from another."""
    if device.pk == row.device_id or device.protocol != row.device.protocol:
        return False
    return TEMPLATES[device.protocol].version(row.form, device.facts) == row.version


def _sending(row: BiometricTemplate, pin: str, terminal: Terminal, by: Actor, at: dt.datetime) -> Iterator[Command]:
    """One command, or none where the protocol has no word for it or the same one waits already."""
    wanted = PutTemplate(pin, biometrics.without_secret(row))
    try:
        made = queue.worded(terminal, wanted, at, target=pin, asked_by=by.account_id)
    except Refusal:
        return
    made.template = row
    if not Command.objects.filter(device=terminal.id, template=row, state__in=OPEN).exists():
        yield made


@transaction.atomic
def done_by_hand(removal: TemplateRemoval, *, by: Actor, at: dt.datetime) -> None:
    """A person has deleted it at the terminal."""
    require(by, KEEP_TEMPLATES, everywhere=True)
    if state_of(removal) != RemovalState.NEEDS_HAND:
        raise Refusal("devices.removal_open", gettext("这一条不需要手动处理。"))
    removal.by_hand_at, removal.by_hand_by_id = at, by.account_id
    removal.save(update_fields=["by_hand_at", "by_hand_by"])
    said = Sentence(
        "已在考勤机 {serial} 上手动删除编号 {pin} 的{trait}",
        serial=removal.device.serial,
        pin=removal.pin,
        trait=Trait(removal.trait).label,
    )
    record(by, "devices.removed_by_hand", removal.device, said, at=at)
