"""Alarms: raised when something is wrong with a terminal or a whole site, cleared when it is not. Looked at by the rounds.

A silent site is one alarm and not one for each terminal: somebody pulled a plug, not forty.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db import transaction
from django.utils import timezone

from kaoqin.devices.health import DRIFT_SECONDS, FULL_PERCENT, SILENT_AFTER
from kaoqin.devices.models import BarredCall, Command, Device, DeviceAlarm, Heartbeat
from kaoqin.devices.protocols import vitals_of
from kaoqin.devices.words import Alarm, CommandState, DeviceState, Wish

CLASH_LASTS = dt.timedelta(minutes=15)
LEAST_OF_A_SITE = 2
_started_at = timezone.now()


class Key(NamedTuple):
    """What an alarm is about; without a device, the whole site."""

    kind: Alarm
    device_id: int | None
    site_id: int | None


Facts = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Watched:
    """What is known of an approved terminal, as far as somebody must be told. `miscount` is (day, told by the terminal,
    known here) where its last count was not ours, `barred` from where it was turned away lately."""

    device_id: int
    site_id: int | None
    seen_at: dt.datetime | None = None
    ahead_seconds: int | None = None
    memory_percent: int | None = None
    clash: tuple[str, str] | None = None
    miscount: tuple[str, int, int] | None = None
    barred: str = ""


def wanted(fleet: Iterable[Watched], *, at: dt.datetime, listening_since: dt.datetime) -> dict[Key, Facts]:
    """The alarms there should be, with the numbers to tell them with. While nobody listened, nobody was silent."""
    found: dict[Key, Facts] = {}
    sites: dict[int | None, list[Watched]] = defaultdict(list)
    for one in fleet:
        sites[one.site_id].append(one)
        found |= {Key(kind, one.device_id, one.site_id): facts for kind, facts in _of(one)}
    for site_id, there in sites.items():
        silent = [one for one in there if _silent(one, at, listening_since)]
        if site_id is not None and len(there) >= LEAST_OF_A_SITE and len(silent) == len(there):
            found[Key(Alarm.SITE_OUT, None, site_id)] = {"count": len(there)}
        else:
            found |= {Key(Alarm.SILENT, one.device_id, site_id): {} for one in silent}
    return found


def _silent(one: Watched, at: dt.datetime, listening_since: dt.datetime) -> bool:
    return one.seen_at is not None and at - max(one.seen_at, listening_since) > SILENT_AFTER


def _of(one: Watched) -> Iterator[tuple[Alarm, Facts]]:
    """What is wrong with a terminal besides its silence."""
    if abs(one.ahead_seconds or 0) > DRIFT_SECONDS:
        yield Alarm.CLOCK, {"seconds": one.ahead_seconds}
    if (one.memory_percent or 0) > FULL_PERCENT:
        yield Alarm.MEMORY, {"percent": one.memory_percent}
    if one.clash:
        yield Alarm.TWO_ADDRESSES, {"one": one.clash[0], "other": one.clash[1]}
    if one.barred:
        yield Alarm.BARRED, {"address": one.barred}
    if one.miscount:
        yield Alarm.COUNT, dict(zip(("day", "told", "known"), one.miscount, strict=True))


def watched(at: dt.datetime) -> list[Watched]:
    """All approved terminals, in two questions."""
    miscounts = _miscounts()
    rows = Device.objects.filter(state=DeviceState.APPROVED).select_related("heartbeat", "barred").defer("options")
    return [_watched(one, miscounts.get(one.pk), at) for one in rows]


def _watched(device: Device, miscount: tuple[str, int, int] | None, at: dt.datetime) -> Watched:
    beat: Heartbeat | None = getattr(device, "heartbeat", None)
    memory = vitals_of(device.protocol, device.facts).memory_percent
    call: BarredCall | None = getattr(device, "barred", None)
    barred = call.address if call and at - call.at < CLASH_LASTS else ""
    if beat is None:
        return Watched(device.pk, device.site_id, memory_percent=memory, miscount=miscount, barred=barred)
    clashes = beat.clash_at is not None and at - beat.clash_at < CLASH_LASTS
    clash = (beat.address, beat.clash_address) if clashes else None
    seen_at, ahead = beat.seen_at, beat.clock_ahead_seconds
    return Watched(device.pk, device.site_id, seen_at, ahead, memory, clash, miscount, barred)


def _miscounts() -> dict[int, tuple[str, int, int]]:
    """By terminal its last finished count of a day, where the ledger has fewer."""
    counted = Command.objects.filter(wish=Wish.COUNT_PUNCHES, state=CommandState.DONE, result__has_key="known")
    last = counted.order_by("device", "-pk").distinct("device").values_list("device", "target", "result")
    told = {device_id: (day, int(result["told"]), int(result["known"])) for device_id, day, result in last}
    return {device_id: found for device_id, found in told.items() if found[1] > found[2]}


@transaction.atomic
def watch(at: dt.datetime, listening_since: dt.datetime) -> None:
    """Raise what is new, clear what is over; what goes on keeps when it began, with the numbers of today."""
    now = wanted(watched(at), at=at, listening_since=listening_since)
    still = {Key(Alarm(one.kind), one.device_id, one.site_id): one for one in _open().select_for_update()}
    over = [alarm.pk for key, alarm in still.items() if key not in now]
    DeviceAlarm.objects.filter(pk__in=over).update(cleared_at=at)
    new = [DeviceAlarm(**key._asdict(), facts=facts, raised_at=at) for key, facts in now.items() if key not in still]
    DeviceAlarm.objects.bulk_create(new, ignore_conflicts=True)
    changed = [alarm for key, alarm in still.items() if key in now and alarm.facts != now[key]]
    for alarm in changed:
        alarm.facts = dict(now[Key(Alarm(alarm.kind), alarm.device_id, alarm.site_id)])
    DeviceAlarm.objects.bulk_update(changed, ["facts"])


def _open() -> Any:
    return DeviceAlarm.objects.filter(cleared_at=None)


def watch_now() -> None:
    """As it is now, by what this process can know."""
    watch(timezone.now(), _started_at)
