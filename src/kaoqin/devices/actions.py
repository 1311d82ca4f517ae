"""Changes to terminals: who may speak, what is told to them, and what becomes of lines nobody could read."""

import datetime as dt
import zoneinfo
from collections.abc import Collection, Iterable
from dataclasses import replace

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext

from kaoqin.core.outcomes import tell
from kaoqin.core.sentences import Sentence
from kaoqin.core.words import Refusal, say_list
from kaoqin.devices import addresses, arrival, counting, fleet, queue
from kaoqin.devices.keeping import Said, clock_set_days, keep_said
from kaoqin.devices.marks import mark_device
from kaoqin.devices.models import BadUploadLine, Command, Device, PinGroup, PinGroupMember, RawUpload, SiteKeeper
from kaoqin.devices.wire import (
    WISHES,
    CallAgain,
    Restart,
    TellPeople,
    TellPunches,
    TellState,
    Terminal,
    Wanted,
)
from kaoqin.devices.words import (
    APPROVE_DEVICES,
    COMMAND_DEVICES,
    GROUP_PINS,
    NAME_KEEPERS,
    REPAIR_LINES,
    SEE_DEVICES,
    BadLineState,
    CommandState,
    DeviceState,
    Wish,
)
from kaoqin.org.models import Site
from kaoqin.security import queries as security
from kaoqin.security.audit import record, record_all
from kaoqin.security.doors import require
from kaoqin.security.words import Actor

FOR_EVER = dt.timedelta(days=3650)
LONG_AGO = dt.datetime(2000, 1, 1)  # noqa: DTZ001 - a terminal's own wall clock


@transaction.atomic
def approve(device: Device, site: Site, *, name: str = "", zone: str = "", by: Actor, at: dt.datetime) -> None:
    """From now on the terminal is believed. `zone` empty: its clock runs in the site's zone."""
    require(by, APPROVE_DEVICES, everywhere=True)
    if zone and zone not in zoneinfo.available_timezones():
        raise Refusal("devices.no_timezone", gettext("没有时区 {zone}。").format(zone=zone), "zone")
    device.site, device.name, device.zone = site, name.strip()[:60], zone
    device.save(update_fields=["site", "name", "zone"])
    mark_device(device.pk)
    _decide(
        device,
        DeviceState.APPROVED,
        Sentence("批准考勤机 {serial},地点 {name}", serial=device.serial, name=site.name),
        by,
        at,
    )


@transaction.atomic
def refuse(device: Device, *, by: Actor, at: dt.datetime) -> None:
    """The terminal is none of ours: it keeps its data, and is not asked about again."""
    require(by, APPROVE_DEVICES, everywhere=True)
    if device.state == DeviceState.APPROVED:
        raise Refusal("devices.approved_already", gettext("已启用的考勤机请用「停用」。"))
    _decide(device, DeviceState.REFUSED, Sentence("拒绝考勤机 {serial}", serial=device.serial), by, at)


@transaction.atomic
def approve_all(devices: Iterable[Device], site: Site, *, by: Actor, at: dt.datetime) -> int:
    """From now on these terminals, all at one site, are believed. Returns how many."""
    found = list(devices)
    for device in found:
        approve(device, site, by=by, at=at)
    return len(found)


@transaction.atomic
def refuse_all(devices: Iterable[Device], *, by: Actor, at: dt.datetime) -> int:
    """These terminals are none of ours. Returns how many."""
    found = list(devices)
    for device in found:
        refuse(device, by=by, at=at)
    return len(found)


@transaction.atomic
def retire(device: Device, *, by: Actor, at: dt.datetime) -> None:
    """The terminal is out of service: nothing more is taken from it. What it sent stays."""
    require(by, APPROVE_DEVICES, everywhere=True)
    if device.state != DeviceState.APPROVED:
        raise Refusal("devices.not_in_use", gettext("只有已启用的考勤机可以停用。"))
    _decide(device, DeviceState.RETIRED, Sentence("停用考勤机 {serial}", serial=device.serial), by, at)


def _decide(device: Device, state: DeviceState, said: Sentence, by: Actor, at: dt.datetime) -> None:
    before, device.state = device.state, state
    device.decided_at, device.decided_by_id = at, by.account_id
    device.save(update_fields=["state", "decided_at", "decided_by"])
    record(by, f"devices.{state}", device, said, at=at, before=str(before))


@transaction.atomic
def new_pin_group(name: str, *, by: Actor, at: dt.datetime) -> PinGroup:
    """A group of terminals on which a number means the same person."""
    require(by, GROUP_PINS, everywhere=True)
    made, created = PinGroup.objects.get_or_create(name=name.strip())
    if not created:
        raise Refusal("devices.group_exists", gettext("已经有编号组 {name}。").format(name=made.name), "name")
    record(by, "devices.pin_group", made, Sentence("新建编号组 {name}", name=made.name), at=at)
    return made


@transaction.atomic
def put_in_pin_group(device: Device, group: PinGroup | None, begins_on: dt.date, *, by: Actor, at: dt.datetime) -> None:
    """From a day on the numbers of a terminal mean whom they mean in this group; without one, whom they mean anywhere.
    Its punches since go to whom they belong now."""
    require(by, GROUP_PINS, everywhere=True)
    PinGroupMember.objects.update_or_create(device=device, begins_on=begins_on, defaults={"group": group})
    said = Sentence(
        "考勤机 {serial} 自 {begins_on} 起属于编号组 {name}",
        serial=device.serial,
        begins_on=begins_on,
        name=group.name if group else "-",
    )
    record(by, "devices.put_in_pin_group", device, said, at=at)
    mark_device(device.pk)
    tell("devices.grouped", serial=device.serial, since=begins_on)


@transaction.atomic
def set_option(device: Device, name: str, value: str, *, by: Actor, at: dt.datetime) -> None:
    """How this terminal differs from others of its protocol; an empty value takes the difference away."""
    require(by, APPROVE_DEVICES, everywhere=True)
    kept = {**device.options, name: value}
    device.options = {key: told for key, told in kept.items() if told}
    device.save(update_fields=["options"])
    mark_device(device.pk)
    record(
        by,
        "devices.option",
        device,
        Sentence("考勤机 {serial} 的 {name} 设为 {value}", serial=device.serial, name=name, value=value or "-"),
        at=at,
    )


@transaction.atomic
def allow_addresses(device: Device, text: str, *, by: Actor, at: dt.datetime) -> str:
    """From where a terminal may call (addresses, networks; empty: from anywhere); returns the list as it is kept. Refuses
    what is no address. Calls from elsewhere are turned away, and the terminal keeps its data."""
    require(by, APPROVE_DEVICES, everywhere=True)
    tidied = addresses.tidy(text)
    kept = Device.objects.select_for_update().get(pk=device.pk)
    before = kept.options.get(addresses.OPTION, "")
    kept.options = {name: told for name, told in {**kept.options, addresses.OPTION: tidied}.items() if told}
    kept.save(update_fields=["options"])
    said = Sentence("考勤机 {serial} 允许的地址设为 {addresses}", serial=device.serial, addresses=tidied or "-")
    record(by, "devices.allow_addresses", device, said, at=at, before=before)
    return tidied


@transaction.atomic
def enqueue(device: Device, wanted: Wanted, *, by: Actor, at: dt.datetime) -> Command:
    """Tell a terminal something when it polls next. Refuses what it has no words for; there is no free text."""
    require(by, COMMAND_DEVICES, everywhere=True)
    if device.state != DeviceState.APPROVED:
        raise Refusal("devices.not_in_use", gettext("只有已启用的考勤机可以下发命令。"))
    made = queue.worded(_known(device, at), wanted, at, target=getattr(wanted, "pin", ""), asked_by=by.account_id)
    made.save()
    record(
        by,
        "devices.command",
        device,
        Sentence(
            "向考勤机 {serial} 下发:{wish} {target}",
            serial=device.serial,
            wish=Wish(made.wish).label,
            target=made.target,
        ),
        at=at,
    )
    return made


def spoken(device: Device, *, at: dt.datetime) -> frozenset[Wish]:
    """Of what people tell terminals, what this one has words for."""
    terminal = _known(device, at)
    return frozenset(WISHES[type(one)] for one in _told_by_people(at) if queue.speaks(terminal, one))


def _told_by_people(at: dt.datetime) -> tuple[Wanted, ...]:
    everything = TellPunches(LONG_AGO, at.replace(tzinfo=None) + dt.timedelta(days=1))
    return (TellState(), TellPeople(), CallAgain(), Restart(), everything)


@transaction.atomic
def ask_everything_again(device: Device, *, by: Actor, at: dt.datetime) -> Command:
    """The terminal is to send all it holds; what is known already is not taken twice."""
    require(by, COMMAND_DEVICES, everywhere=True)
    Device.objects.filter(pk=device.pk).update(again_until=at + FOR_EVER)
    try:
        return enqueue(device, CallAgain(), by=by, at=at)
    except Refusal as refusal:
        if refusal.code != "devices.not_spoken":
            raise
    everything = TellPunches(LONG_AGO, at.replace(tzinfo=None) + dt.timedelta(days=1))
    return enqueue(device, everything, by=by, at=at)


@transaction.atomic
def withdraw(command: Command, *, by: Actor, at: dt.datetime) -> None:
    """Take a command back that is not answered yet."""
    require(by, COMMAND_DEVICES, everywhere=True)
    if command.state not in {CommandState.WAITING, CommandState.SENT}:
        raise Refusal("devices.command_ended", gettext("这条命令已经结束。"))
    command.state, command.ended_at = CommandState.FAILED, at
    command.save(update_fields=["state", "ended_at"])
    record(by, "devices.withdraw", command.device, Sentence("撤回命令:{wish}", wish=Wish(command.wish).label), at=at)


@transaction.atomic
def name_keepers(site: Site, accounts: Collection[int], *, by: Actor, at: dt.datetime) -> None:
    """These accounts answer for a site's terminals from now on, nobody else; none: the administrators do. Refuses whom
    may not see terminals: they could not open what they are told of."""
    require(by, NAME_KEEPERS, everywhere=True)
    wanted = security.in_use(accounts)
    able = security.holders(SEE_DEVICES, timezone.localdate(at), site_id=site.pk)
    if blind := [account.name for key, account in wanted.items() if key not in able]:
        said = gettext("{names} 没有查看这个地点考勤机的权限,请先授权。").format(names=say_list(blind))
        raise Refusal("devices.keeper_blind", said, "accounts")
    SiteKeeper.objects.filter(site=site).exclude(account__in=wanted).delete()
    new = [SiteKeeper(site=site, account_id=key, since=at) for key in wanted]
    SiteKeeper.objects.bulk_create(new, ignore_conflicts=True)
    names = say_list(account.name for account in wanted.values()) or "-"
    text = Sentence("{site} 的考勤机负责人设为 {names}", site=site.name, names=names)
    record(by, "devices.name_keepers", site, text, at=at)


def _known(device: Device, at: dt.datetime) -> Terminal:
    found = fleet.terminal(device.serial, at)
    if found is None:
        raise Refusal("devices.no_device", gettext("没有这台考勤机。"))
    return found


@transaction.atomic
def repair(bad: BadUploadLine, text: str, *, by: Actor, at: dt.datetime) -> None:
    """Read a line again as a person mended it, and keep what it tells. Refuses with what is still wrong."""
    require(by, REPAIR_LINES, everywhere=True)
    bad = _waiting(bad)
    upload = bad.upload
    terminal = _known(upload.device, at)
    terminal = replace(terminal, dialect=replace(terminal.dialect, protocol=upload.protocol))
    said = arrival.read(terminal.dialect, upload.kind, text.strip("\r\n").encode())
    if said.bad_lines:
        raise Refusal("devices.still_wrong", str(said.bad_lines[0].fault.label))
    if not (said.readings or said.operations or said.people):
        raise Refusal("devices.still_wrong", gettext("这一行里没有可以保存的内容。"))
    more = {"reading_count": F("reading_count") + len(said.readings), "new_count": F("new_count") + len(said.readings)}
    RawUpload.objects.filter(pk=upload.pk).update(**more)
    days = clock_set_days(terminal.id, said.readings)
    keep_said([Said(terminal, upload.pk, said, days)], by=by, at=at)
    _close(bad, BadLineState.REPAIRED, at, text)
    record(
        by,
        "devices.repair",
        upload,
        Sentence("修复考勤机 {serial} 的第 {line_no} 行", serial=terminal.serial, line_no=bad.line_no),
        at=at,
    )


@transaction.atomic
def dismiss(bad: BadUploadLine, *, by: Actor, at: dt.datetime) -> None:
    """The line is nothing after all; it stays on record."""
    require(by, REPAIR_LINES, everywhere=True)
    bad = _waiting(bad)
    _close(bad, BadLineState.DISMISSED, at)
    record(by, "devices.dismiss", bad.upload, Sentence("忽略第 {line_no} 行", line_no=bad.line_no), at=at)


@transaction.atomic
def dismiss_all(lines: Iterable[BadUploadLine], reason: str, *, by: Actor, at: dt.datetime) -> int:
    """These lines are nothing after all; they stay on record, with why. Those decided meanwhile stay as they are.
    Returns how many it were."""
    require(by, REPAIR_LINES, everywhere=True)
    keys = [bad.pk for bad in lines]
    waiting = BadUploadLine.objects.select_for_update(of=("self",)).select_related("upload")
    found = list(waiting.filter(pk__in=keys, state=BadLineState.WAITING))
    BadUploadLine.objects.filter(pk__in=[bad.pk for bad in found]).update(state=BadLineState.DISMISSED, decided_at=at)
    said = "忽略第 {line_no} 行:{reason}"
    deeds = [(bad.upload, Sentence(said, line_no=bad.line_no, reason=reason), {"line": bad.pk}) for bad in found]
    record_all(by, "devices.dismiss", deeds, at=at)
    return len(found)


def _waiting(bad: BadUploadLine) -> BadUploadLine:
    """The line, locked, if it still waits."""
    found = BadUploadLine.objects.select_for_update().select_related("upload__device").get(pk=bad.pk)
    if found.state != BadLineState.WAITING:
        raise Refusal("devices.line_decided", gettext("这一行已经处理过了。"))
    return found


def _close(bad: BadUploadLine, state: BadLineState, at: dt.datetime, repaired: str = "") -> None:
    bad.state, bad.decided_at, bad.repaired = state, at, repaired
    bad.save(update_fields=["state", "decided_at", "repaired"])


def read_again(upload: RawUpload, *, by: Actor, at: dt.datetime) -> int:
    """Read a kept upload with today's understanding; returns how many lines are still bad. Takes nothing twice. Refuses
    one whose body is gone."""
    require(by, REPAIR_LINES, everywhere=True)
    if upload.cleared_at:
        raise Refusal("devices.body_cleared", gettext("正文已按保存期限清除,不能再读。"))
    with transaction.atomic():
        said = arrival.read_again(_known(upload.device, at), upload, by=by, at=at)
        record(
            by,
            "devices.read_again",
            upload,
            Sentence("重新读取考勤机 {serial} 的上传", serial=upload.device.serial),
            at=at,
        )
    return len(said.bad_lines)


def note_otherwise(upload_id: int, *, known: int, held: int, unknown: int) -> None:
    """Of the readings of an upload, which are taken for new ones, the ledger had so many, holds so many for their clock,
    and knows of so many not whose they are; called by the ledger, in the transaction of the upload."""
    told = {"new_count": -known, "known_count": known, "held_count": held, "unknown_count": unknown}
    RawUpload.objects.filter(pk=upload_id).update(**{name: F(name) + more for name, more in told.items()})


@transaction.atomic
def note_count(command_id: int, known: int, *, at: dt.datetime) -> None:
    """So many punches of a day the ledger has, of a terminal that was asked to count them; called by the ledger. Where
    the terminal has more, it is to send that day again."""
    command = Command.objects.select_for_update().select_related("device").get(pk=command_id)
    command.result = {**command.result, "known": known}
    command.save(update_fields=["result"])
    if command.result["told"] > known:
        counting.ask_again(_known(command.device, at), dt.date.fromisoformat(command.target), at)
