"""Questions about terminals."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext

from kaoqin.core.words import NotFound
from kaoqin.devices.health import Known, light
from kaoqin.devices.models import (
    BadUploadLine,
    BarredCall,
    Command,
    Device,
    DeviceAlarm,
    Heartbeat,
    Operation,
    PinGroup,
    PinGroupMember,
    RawUpload,
)
from kaoqin.devices.protocols import vitals_of
from kaoqin.devices.wire import Vitals
from kaoqin.devices.words import (
    REPAIR_LINES,
    SEE_DEVICES,
    Alarm,
    BadLineState,
    CommandState,
    Deed,
    DeviceState,
    Light,
    Wish,
)
from kaoqin.security.doors import require
from kaoqin.security.words import Actor


def devices(*, seen_by: Actor) -> QuerySet[Device]:
    """All terminals with their heartbeat and how many lines of theirs wait for a person."""
    require(seen_by, SEE_DEVICES)
    waiting = BadUploadLine.objects.filter(state=BadLineState.WAITING, upload__device=OuterRef("pk")).order_by()
    counted = waiting.values("upload__device").annotate(count=Count("pk")).values("count")
    rows = Device.objects.select_related("site", "heartbeat", "barred").annotate(
        bad_count=Coalesce(Subquery(counted), 0)
    )
    return rows.order_by("serial")


WEEK = dt.timedelta(days=7)
BARRED_LATELY = dt.timedelta(days=1)
_COUNTS = ("reading_count", "new_count", "held_count", "unknown_count")


@dataclass(frozen=True)
class State:
    """A terminal with what is known of it now."""

    device: Device
    known: Known
    vitals: Vitals
    light: Light


def states(rows: Iterable[Device], *, at: dt.datetime) -> list[State]:
    """How these terminals are, as `devices` gives them. Three questions, however many there are."""
    found = list(rows)
    ids = [device.pk for device in found]
    uploads = RawUpload.objects.filter(device__in=ids, received_at__gt=at - WEEK).order_by().values("device")
    sums = uploads.annotate(**{name: Sum(name) for name in _COUNTS}).values_list("device", *_COUNTS)
    counts = {device_id: tuple(told) for device_id, *told in sums}
    last = RawUpload.objects.filter(device__in=ids, received_at__gt=at - WEEK).order_by("device", "-received_at")
    addresses = dict(last.distinct("device").values_list("device", "address"))
    open_commands = Command.objects.filter(device__in=ids, state__in=[CommandState.WAITING, CommandState.SENT])
    waiting = dict(open_commands.order_by().values_list("device").annotate(Count("pk")))
    return [
        _state(one, counts.get(one.pk, (0, 0, 0, 0)), addresses.get(one.pk, ""), waiting.get(one.pk, 0), at)
        for one in found
    ]


def _state(device: Device, counts: tuple[int, ...], uploaded_from: str, waiting: int, at: dt.datetime) -> State:
    beat: Heartbeat | None = getattr(device, "heartbeat", None)
    vitals = vitals_of(device.protocol, device.facts)
    readings, new, held, unknown = counts
    address = beat.address if beat else ""
    call: BarredCall | None = getattr(device, "barred", None)
    known = Known(
        state=device.state,
        at=at,
        seen_at=beat.seen_at if beat else None,
        upload_at=beat.upload_at if beat else None,
        ahead_seconds=beat.clock_ahead_seconds if beat else None,
        memory_percent=vitals.memory_percent,
        address=address,
        old_address=uploaded_from if uploaded_from not in {"", address} else "",
        readings=readings,
        new=new,
        held=held,
        unknown=unknown,
        bad_lines=getattr(device, "bad_count", 0),
        waiting_commands=waiting,
        barred_from=call.address if call and at - call.at < BARRED_LATELY else "",
    )
    return State(device, known, vitals, light(known))


def device(device_id: int, *, seen_by: Actor) -> Device:
    found = devices(seen_by=seen_by).filter(pk=device_id).first()
    if found is None:
        raise NotFound("devices.no_device", gettext("没有这台考勤机。"))
    return found


def pending_count(*, seen_by: Actor) -> int:
    """How many terminals wait to be approved."""
    require(seen_by, SEE_DEVICES)
    return Device.objects.filter(state=DeviceState.PENDING).count()


def uploads(device: Device, *, seen_by: Actor) -> QuerySet[RawUpload]:
    """What a terminal sent, the newest first, without the bodies."""
    require(seen_by, SEE_DEVICES)
    return RawUpload.objects.filter(device=device).defer("body").order_by("-received_at", "-pk")


def operations(device: Device, *, seen_by: Actor) -> QuerySet[Operation]:
    """What was done at a terminal, the newest first."""
    require(seen_by, SEE_DEVICES)
    return Operation.objects.filter(device=device).order_by("-received_at", "-pk")


def clock_deeds(serials: Iterable[str]) -> list[Operation]:
    """What was done to the clocks and the power of terminals, the newest first: at most 500."""
    wanted = Operation.objects.filter(device__serial__in=list(serials), deed__in=[Deed.CLOCK_SET, Deed.STARTED])
    return list(wanted.select_related("device").order_by("-received_at", "-pk")[:500])


def pin_groups(*, seen_by: Actor) -> QuerySet[PinGroup]:
    """The groups of terminals on which numbers mean the same people, with how many were ever in each."""
    require(seen_by, SEE_DEVICES)
    return PinGroup.objects.annotate(device_count=Count("members__device", distinct=True)).order_by("name")


def pin_group_names() -> dict[int, str]:
    return dict(PinGroup.objects.values_list("pk", "name"))


def pin_group_days() -> dict[str, list[tuple[dt.date, int | None]]]:
    """For each serial that was ever in a group: (since when, which group), in order. One question."""
    found: dict[str, list[tuple[dt.date, int | None]]] = {}
    rows = PinGroupMember.objects.order_by("begins_on").values_list("device__serial", "begins_on", "group_id")
    for serial, begins_on, group_id in rows:
        found.setdefault(serial, []).append((begins_on, group_id))
    return found


def memberships(device: Device, *, seen_by: Actor) -> QuerySet[PinGroupMember]:
    """In which group a terminal is since when, the newest first."""
    require(seen_by, SEE_DEVICES)
    return device.pin_groups.select_related("group").order_by("-begins_on")


def commands(device: Device, *, seen_by: Actor) -> QuerySet[Command]:
    """What a terminal was told, the newest first."""
    require(seen_by, SEE_DEVICES)
    return Command.objects.filter(device=device).select_related("asked_by").order_by("-pk")


def bad_lines(device: Device, *, seen_by: Actor) -> QuerySet[BadUploadLine]:
    """Lines of a terminal that wait for a person."""
    require(seen_by, REPAIR_LINES)
    waiting = BadUploadLine.objects.filter(upload__device=device, state=BadLineState.WAITING)
    return waiting.select_related("upload").order_by("upload_id", "line_no")


def bad_line(line_id: int, *, seen_by: Actor) -> BadUploadLine:
    require(seen_by, REPAIR_LINES)
    found = BadUploadLine.objects.select_related("upload__device__site").filter(pk=line_id).first()
    if found is None:
        raise NotFound("devices.no_line", gettext("没有这一行。"))
    return found


def command(command_id: int, *, seen_by: Actor) -> Command:
    require(seen_by, SEE_DEVICES)
    found = Command.objects.select_related("device").filter(pk=command_id).first()
    if found is None:
        raise NotFound("devices.no_command", gettext("没有这条命令。"))
    return found


def upload(upload_id: int, *, seen_by: Actor) -> RawUpload:
    require(seen_by, REPAIR_LINES)
    found = RawUpload.objects.select_related("device").filter(pk=upload_id).first()
    if found is None:
        raise NotFound("devices.no_upload", gettext("没有这次上传。"))
    return found


def counts_told(at: dt.datetime) -> list[tuple[int, str, dt.date]]:
    """(number of the command, serial, day) of all that terminals counted lately and nobody has compared yet."""
    rows = Command.objects.filter(
        wish=Wish.COUNT_PUNCHES, state=CommandState.DONE, ended_at__gt=at - WEEK, result__has_key="told"
    ).exclude(result__has_key="known")
    found = rows.values_list("pk", "device__serial", "target")
    return [(pk, serial, dt.date.fromisoformat(day)) for pk, serial, day in found]


def alarms(*, seen_by: Actor) -> QuerySet[DeviceAlarm]:
    """All alarms, those that stand first, then the newest."""
    require(seen_by, SEE_DEVICES)
    rows = DeviceAlarm.objects.select_related("device__site", "site")
    return rows.order_by(F("cleared_at").desc(nulls_first=True), "-raised_at", "pk")


def open_alarms(*, seen_by: Actor) -> QuerySet[DeviceAlarm]:
    """Those that stand now."""
    return alarms(seen_by=seen_by).filter(cleared_at=None)


def sites_out() -> dict[int, dt.datetime]:
    """Sites where terminals do not call, each with since when; for whoever may bridge it."""
    wanted = DeviceAlarm.objects.filter(kind__in=[Alarm.SITE_OUT, Alarm.SILENT], cleared_at=None, site__isnull=False)
    return dict(wanted.order_by("site", "raised_at").distinct("site").values_list("site", "raised_at"))


SENT_AFTER = dt.timedelta(minutes=10)
"""So long after it is back a terminal has sent what it kept."""


def all_sent(site_id: int, at: dt.datetime) -> bool:
    """Whether the terminals of a site call, and have called long enough to have sent what they kept back."""
    silences = DeviceAlarm.objects.filter(kind__in=[Alarm.SITE_OUT, Alarm.SILENT], site=site_id)
    lately = Q(cleared_at=None) | Q(cleared_at__gt=at - SENT_AFTER)
    return not silences.filter(lately).exists()
