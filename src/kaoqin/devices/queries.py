"""Questions about terminals."""

import datetime as dt
from collections.abc import Iterable

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext

from kaoqin.core.words import NotFound
from kaoqin.devices.models import BadUploadLine, Command, Device, Operation, PinGroup, PinGroupMember, RawUpload
from kaoqin.devices.words import REPAIR_LINES, SEE_DEVICES, BadLineState, Deed, DeviceState
from kaoqin.security.doors import require
from kaoqin.security.words import Actor


def devices(*, seen_by: Actor) -> QuerySet[Device]:
    """All terminals with their heartbeat and how many lines of theirs wait for a person."""
    require(seen_by, SEE_DEVICES)
    waiting = Q(uploads__bad_lines__state=BadLineState.WAITING)
    rows = Device.objects.select_related("site", "heartbeat").annotate(bad_count=Count("uploads__bad_lines", waiting))
    return rows.order_by("serial")


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
