"""All that happened with one terminal, told in one row, the newest first: what it sent, what was done at it, what it was
told, what was wrong with it, who decided about it.

Uploads, and what is told of people, are told by the hour: a terminal sends every punch as it is made, and nobody reads
five hundred lines a day. Each source is asked for no more than a page holds, however long the past is.
"""

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from heapq import merge
from itertools import islice
from typing import Any, NamedTuple

from django.db.models import Count, F, Min, Q, QuerySet, Sum
from django.db.models.functions import TruncHour
from django.utils.translation import gettext, ngettext

from kaoqin.core.sentences import tell
from kaoqin.core.time import load_wall_clock
from kaoqin.devices.health import say_alarm
from kaoqin.devices.models import Command, Device, DeviceAlarm, Operation, RawUpload
from kaoqin.devices.protocols import reason_of
from kaoqin.devices.words import SEE_DEVICES, TAMPERING, Alarm, CommandState, Happening, Wish
from kaoqin.security.audit import deeds_on
from kaoqin.security.doors import require
from kaoqin.security.words import Actor

OPEN = (CommandState.WAITING, CommandState.SENT)
_OF_PEOPLE = (Wish.PUT_PERSON, Wish.REMOVE_PERSON)


class Mark(NamedTuple):
    """Where in the row an entry stands: when, of which source, which of it."""

    when: dt.datetime
    source: int
    key: int


@dataclass(frozen=True)
class Entry:
    """Something that happened. `tone` is its colour where it wants to be seen; `address` where there is more; `command`
    one that can be taken back still. `hourly`: it is of the hour that begins then."""

    mark: Mark
    kind: Happening
    said: str
    detail: str = ""
    tone: str = ""
    address: str = ""
    command: int | None = None
    hourly: bool = False


@dataclass(frozen=True)
class Source:
    """Where entries come from: the rows of a device with `when` and `key`, and how one is told."""

    kinds: frozenset[Happening]
    rows: Callable[[Device], QuerySet[Any, Any]]
    say: Callable[[Device, Any, Mark], Entry]


def entries(
    device: Device, kind: Happening | None, *, seen_by: Actor, before: Mark | None = None, most: int = 50
) -> tuple[list[Entry], Mark | None]:
    """What happened with a terminal before a mark, the newest first, of one kind or of all; and the mark to go on from,
    None where there is nothing before. One question a source."""
    require(seen_by, SEE_DEVICES)
    told = [_told(device, number, before, most + 1) for number, one in enumerate(SOURCES) if _wanted(one, kind)]
    found = list(islice(merge(*told, key=lambda one: _late(one.mark)), most + 1))
    return found[:most], found[most - 1].mark if len(found) > most else None


def _wanted(source: Source, kind: Happening | None) -> bool:
    return kind in source.kinds if kind else source.kinds != {Happening.BAD_LINES}


def _late(mark: Mark) -> tuple[float, int, int]:
    return -mark.when.timestamp(), mark.source, -mark.key


def _told(device: Device, number: int, before: Mark | None, most: int) -> Iterator[Entry]:
    source = SOURCES[number]
    rows = source.rows(device)
    if before is not None:
        rows = rows.filter(_earlier(number, before))
    for row in rows.order_by("-when", "-key")[:most]:
        when, key = (row["when"], row["key"]) if isinstance(row, dict) else (row.when, row.key)
        yield source.say(device, row, Mark(when, number, key))


def _earlier(number: int, before: Mark) -> Q:
    """Rows of a source that stand after a mark: earlier ones; of the same moment those not told yet."""
    earlier = Q(when__lt=before.when)
    if number < before.source:
        return earlier
    same = Q(when=before.when)
    return earlier | (same if number > before.source else same & Q(key__lt=before.key))


def _uploads(device: Device) -> QuerySet[RawUpload, Any]:
    rows = (
        RawUpload.objects.filter(device=device)
        .annotate(when=TruncHour("received_at", tzinfo=dt.UTC))
        .order_by()
        .values("when")
    )
    names = ("record", "reading", "new", "known", "held", "unknown", "bad")
    return rows.annotate(key=Min("pk"), uploads=Count("pk"), **{name: Sum(f"{name}_count") for name in names})


def _bad_uploads(device: Device) -> QuerySet[RawUpload, Any]:
    return _uploads(device).filter(Q(bad__gt=0))


def _say_uploads(device: Device, row: dict[str, Any], mark: Mark) -> Entry:
    said = ngettext("上传 {count} 次", "上传 {count} 次", row["uploads"]).format(count=row["uploads"])
    counts = (
        (gettext("打卡 {count} 条"), row["reading"]),
        (gettext("新增 {count}"), row["new"]),
        (gettext("已有 {count}"), row["known"]),
        (gettext("待核对时间 {count}"), row["held"]),
        (gettext("未知编号 {count}"), row["unknown"]),
        (gettext("问题行 {count}"), row["bad"]),
    )
    detail = " · ".join(text.format(count=count) for text, count in counts if count)
    tone = "yellow" if row["bad"] or row["held"] else ""
    address = f"/devices/{device.pk}/uploads/"
    kind = Happening.BAD_LINES if row["bad"] else Happening.UPLOAD
    return Entry(mark, kind, said, detail, tone, address, hourly=True)


def _operations(device: Device) -> QuerySet[Operation]:
    return Operation.objects.filter(device=device).annotate(when=F("received_at"), key=F("pk"))


def _tampering(device: Device) -> QuerySet[Operation]:
    return _operations(device).filter(deed__in=TAMPERING)


def _harmless(device: Device) -> QuerySet[Operation]:
    return _operations(device).exclude(deed__in=TAMPERING)


def _say_operation(device: Device, row: Operation, mark: Mark) -> Entry:
    time = f"{load_wall_clock(row.device_time):%Y-%m-%d %H:%M:%S}" if row.device_time else ""
    parts = (
        (gettext("操作者 {told}"), row.operator),
        (gettext("对象 {told}"), row.target),
        (gettext("机内时间 {told}"), time),
    )
    detail = " · ".join(text.format(told=told) for text, told in parts if told)
    tampers = row.deed in TAMPERING
    kind = Happening.TAMPERING if tampers else Happening.OPERATION
    return Entry(mark, kind, row.get_deed_display(), detail, "yellow" if tampers else "")


def _commands(device: Device) -> QuerySet[Command]:
    rows = Command.objects.filter(device=device).exclude(wish__in=_OF_PEOPLE)
    return rows.select_related("asked_by").annotate(when=F("asked_at"), key=F("pk"))


def _say_command(device: Device, row: Command, mark: Mark) -> Entry:
    asked = row.asked_by.name if row.asked_by else gettext("系统")
    state = row.get_state_display()
    if row.result_code is not None and row.result_code < 0:
        state = f"{state}:{reason_of(device.protocol, row.result_code)}"
    elif row.state == CommandState.FAILED and row.tries:
        state = gettext("{state}:下发 {count} 次没有回音").format(state=state, count=row.tries)
    said = " ".join(part for part in (row.get_wish_display(), row.target) if part)
    tone = {CommandState.FAILED: "red", CommandState.DONE: "green"}.get(CommandState(row.state), "azure")
    detail = f"{state} · {asked}"
    return Entry(mark, Happening.COMMAND, said, detail, tone, command=row.pk if row.state in OPEN else None)


def _of_people(device: Device) -> QuerySet[Command, Any]:
    rows = Command.objects.filter(device=device, wish__in=_OF_PEOPLE).annotate(
        when=TruncHour("asked_at", tzinfo=dt.UTC)
    )
    states = {
        "waiting": Q(state__in=OPEN),
        "done": Q(state=CommandState.DONE),
        "failed": Q(state=CommandState.FAILED),
    }
    counted = {name: Count("pk", filter=which) for name, which in states.items()}
    return rows.order_by().values("when", "wish").annotate(key=Min("pk"), **counted)


def _say_of_people(device: Device, row: dict[str, Any], mark: Mark) -> Entry:
    counts = (
        (gettext("等待 {count}"), row["waiting"]),
        (gettext("完成 {count}"), row["done"]),
        (gettext("失败 {count}"), row["failed"]),
    )
    detail = " · ".join(text.format(count=count) for text, count in counts if count)
    tone = "red" if row["failed"] else "azure" if row["waiting"] else "green"
    address = f"/devices/{device.pk}/people/"
    return Entry(mark, Happening.COMMAND, str(Wish(row["wish"]).label), detail, tone, address, hourly=True)


def _alarms(device: Device) -> QuerySet[DeviceAlarm]:
    """Of the terminal, and of its whole site since it is there."""
    of_site = Q(device=None, site__isnull=False, site=device.site_id, raised_at__gte=device.first_seen_at)
    return DeviceAlarm.objects.filter(Q(device=device) | of_site)


def _raised(device: Device) -> QuerySet[DeviceAlarm]:
    return _alarms(device).annotate(when=F("raised_at"), key=F("pk"))


def _cleared(device: Device) -> QuerySet[DeviceAlarm]:
    return _alarms(device).filter(cleared_at__isnull=False).annotate(when=F("cleared_at"), key=F("pk"))


def _say_raised(device: Device, row: DeviceAlarm, mark: Mark) -> Entry:
    said = gettext("告警:{alarm}").format(alarm=Alarm(row.kind).label)
    return Entry(mark, Happening.ALARM, said, say_alarm(row.kind, row.facts), "secondary" if row.cleared_at else "red")


def _say_cleared(device: Device, row: DeviceAlarm, mark: Mark) -> Entry:
    said = gettext("恢复:{alarm}").format(alarm=Alarm(row.kind).label)
    return Entry(mark, Happening.ALARM, said, "", "green")


def _decisions(device: Device) -> QuerySet[Any]:
    """What people did; telling a terminal something is told with its result already."""
    uploads = RawUpload.objects.filter(device=device, bad_lines__isnull=False)
    rows = deeds_on(device) | deeds_on(RawUpload, uploads.values("pk"))
    return rows.exclude(action="devices.command").annotate(when=F("at"), key=F("pk"))


def _say_decision(device: Device, row: Any, mark: Mark) -> Entry:
    who = row.actor_name if row.account_id else gettext("系统")
    return Entry(mark, Happening.DECISION, tell(row.told, row.said), who)


SOURCES = (
    Source(frozenset({Happening.ALARM}), _cleared, _say_cleared),
    Source(frozenset({Happening.ALARM}), _raised, _say_raised),
    Source(frozenset({Happening.DECISION}), _decisions, _say_decision),
    Source(frozenset({Happening.COMMAND}), _commands, _say_command),
    Source(frozenset({Happening.COMMAND}), _of_people, _say_of_people),
    Source(frozenset({Happening.OPERATION, Happening.TAMPERING}), _tampering, _say_operation),
    Source(frozenset({Happening.OPERATION}), _harmless, _say_operation),
    Source(frozenset({Happening.BAD_LINES}), _bad_uploads, _say_uploads),
    Source(frozenset({Happening.UPLOAD}), _uploads, _say_uploads),
)
"""In the order in which they are told of one moment."""
