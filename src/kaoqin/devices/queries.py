"""Questions about terminals."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from typing import Any

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext

from kaoqin.core.arrays import any_of
from kaoqin.core.words import NotFound
from kaoqin.devices import numbers
from kaoqin.devices.health import Known, light
from kaoqin.devices.models import (
    BadUploadLine,
    BarredCall,
    Command,
    Device,
    DeviceAlarm,
    Heartbeat,
    Operation,
    PersonOnDevice,
    PinGroup,
    PinGroupMember,
    Placement,
    RawUpload,
    SiteKeeper,
)
from kaoqin.devices.protocols import VISITORS, vitals_of
from kaoqin.devices.wire import Vitals
from kaoqin.devices.words import (
    NAME_KEEPERS,
    REPAIR_LINES,
    SEE_DEVICES,
    Alarm,
    BadLineState,
    CommandState,
    Deed,
    DeviceState,
    Light,
    PlacementState,
    Wish,
)
from kaoqin.security import queries as security
from kaoqin.security.doors import require
from kaoqin.security.models import Account
from kaoqin.security.words import Actor


def keepers(*, seen_by: Actor) -> dict[int, list[Account]]:
    """By site, who answers for its terminals; a site without is not there."""
    require(seen_by, SEE_DEVICES)
    found: dict[int, list[Account]] = defaultdict(list)
    for row in SiteKeeper.objects.select_related("account").order_by("account__name"):
        found[row.site_id].append(row.account)
    return dict(found)


def able_keepers(site_id: int, on: dt.date, *, seen_by: Actor) -> list[Account]:
    """Who could answer for a site's terminals: whoever may see them."""
    require(seen_by, NAME_KEEPERS)
    able = security.in_use(security.holders(SEE_DEVICES, on, site_id=site_id))
    return sorted(able.values(), key=lambda account: account.name)


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
_COUNTS = {
    "readings": "reading_count",
    "new": "new_count",
    "held": "held_count",
    "unknown": "unknown_count",
}


@dataclass(frozen=True)
class State:
    """A terminal with what is known of it now."""

    device: Device
    known: Known
    vitals: Vitals
    light: Light


def states(rows: Iterable[Device], *, at: dt.datetime) -> list[State]:
    """How these terminals are, as `devices` gives them. Two questions, however many there are."""
    found = list(rows)
    open_commands = Command.objects.filter(state__in=[CommandState.WAITING, CommandState.SENT])
    open_commands = open_commands.filter(any_of("device_id", [device.pk for device in found]))
    waiting = dict(open_commands.order_by().values_list("device").annotate(Count("pk")))
    return [_state(one, waiting.get(one.pk, 0), at) for one in found]


def _state(device: Device, waiting: int, at: dt.datetime) -> State:
    beat: Heartbeat | None = getattr(device, "heartbeat", None)
    vitals = vitals_of(device.protocol, device.facts)
    call: BarredCall | None = getattr(device, "barred", None)
    known = Known(
        state=device.state,
        at=at,
        seen_at=beat.seen_at if beat else None,
        upload_at=beat.upload_at if beat else None,
        ahead_seconds=beat.clock_ahead_seconds if beat else None,
        memory_percent=vitals.memory_percent,
        address=beat.address if beat else "",
        bad_lines=getattr(device, "bad_count", 0),
        waiting_commands=waiting,
        visited=device.protocol in VISITORS,
        barred_from=call.address if call and at - call.at < BARRED_LATELY else "",
    )
    return State(device, known, vitals, light(known))


def state_of(device: Device, *, at: dt.datetime, on: dt.date) -> State:
    """One terminal as it is, with what came in the last seven days and which of its numbers are nobody's."""
    (state,) = states([device], at=at)
    week = RawUpload.objects.filter(device=device, received_at__gt=at - WEEK)
    counts = week.aggregate(**{name: Coalesce(Sum(field), 0) for name, field in _COUNTS.items()})
    last = week.order_by("-received_at").values_list("address", flat=True).first() or ""
    old = last if last not in {"", state.known.address} else ""
    nobodys = len(unknown_numbers([device], on).get(device.pk, ()))
    visited = device.protocol in VISITORS
    fault = device.facts.get("visit_fault", "") if visited else ""
    more: dict[str, Any] = {"old_address": old, "unknown_numbers": nobodys, "visited": visited, "visit_fault": fault}
    return replace(state, known=replace(state.known, **counts, **more))


def unknown_numbers(rows: Collection[Device], on: dt.date) -> dict[int, set[str]]:
    """By terminal the numbers nobody has on a day: of people found on it, and of punches that are nobody's now. Four
    questions, however many terminals and people."""
    serials = {device.pk: device.serial for device in rows}
    there = PersonOnDevice.objects.filter(any_of("device_id", serials)).order_by().values_list("pin")
    on_which = dict(there.annotate(on_which=ArrayAgg("device_id")))
    known = numbers.known({}, on_which, on)
    punched = numbers.of_nobody(list(serials.values()))
    found = {key: set(punched.get(serial, ())) for key, serial in serials.items()}
    for pin, keys in on_which.items():
        for key in keys:
            if known.employee(pin, serials[key]) is None:
                found[key].add(pin)
    return found


@dataclass(frozen=True)
class PeopleDifferences:
    """How many people are not on a terminal as they should be: under way, and given up."""

    waiting: int = 0
    failed: int = 0


def people_differences(ids: Collection[int]) -> dict[int, PeopleDifferences]:
    """Of terminals whose people the house keeps; those without any difference are left out. One question."""
    under_way = Q(state__in=[PlacementState.WAITING, PlacementState.SENT])
    failed = Q(state=PlacementState.FAILED)
    rows = Placement.objects.filter(under_way | failed, any_of("device_id", ids), device__keeping__on=True)
    counted = (
        rows.order_by()
        .values_list("device")
        .annotate(waiting=Count("pk", filter=under_way), failed=Count("pk", filter=failed))
    )
    return {device_id: PeopleDifferences(waiting, gone_wrong) for device_id, waiting, gone_wrong in counted}


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


def lines(*, seen_by: Actor) -> QuerySet[BadUploadLine]:
    """Lines nobody could read, of all terminals, the newest upload first."""
    require(seen_by, REPAIR_LINES)
    return BadUploadLine.objects.select_related("upload__device__site").order_by("-upload_id", "line_no")


def waiting_lines(*, seen_by: Actor) -> QuerySet[BadUploadLine]:
    """Those that wait for a person."""
    return lines(seen_by=seen_by).filter(state=BadLineState.WAITING)


def bad_lines(device: Device, *, seen_by: Actor) -> QuerySet[BadUploadLine]:
    """Lines of a terminal that wait for a person, in the order in which they came."""
    return waiting_lines(seen_by=seen_by).filter(upload__device=device).order_by("upload_id", "line_no")


def with_lines(*, seen_by: Actor) -> list[tuple[str, str]]:
    """The terminals that ever sent a line nobody could read, for a choice: (id, name)."""
    of = lines(seen_by=seen_by).order_by().values("upload__device")
    rows = Device.objects.filter(pk__in=of).order_by("serial").values_list("pk", "name", "serial")
    return [(str(key), f"{name} {serial}".strip()) for key, name, serial in rows]


def bad_line(line_id: int, *, seen_by: Actor) -> BadUploadLine:
    found = lines(seen_by=seen_by).filter(pk=line_id).first()
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
