"""Who is told of what happens to terminals: alarms and their end, terminals that wait for a yes, lines nobody could read.

Alarms of one kind at one site that begin within `SETTLING` are one notice: a power cut silences terminals one after the
other, and the whole site, which is told at once, takes the place of each. One that is over before is told to nobody.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence

from django.db import transaction
from django.db.models import Exists, Max, OuterRef, Q, QuerySet
from django.utils import timezone

from kaoqin.core.sentences import Sentence
from kaoqin.devices import alarms
from kaoqin.devices.health import sentence_of
from kaoqin.devices.models import BadUploadLine, Device, DeviceAlarm, SiteKeeper
from kaoqin.devices.words import (
    ALARM_CLEARED,
    ALARM_RAISED,
    APPROVE_DEVICES,
    LINES_BAD,
    REPAIR_LINES,
    SEE_DEVICES,
    SITE_OUT,
    TERMINAL_WAITS,
    Alarm,
    BadLineState,
    DeviceState,
)
from kaoqin.notices import queries as notices
from kaoqin.notices.actions import tell
from kaoqin.security import queries as security
from kaoqin.security.words import Role

SETTLING = dt.timedelta(seconds=90)
"""Longer than from the first terminal's silence to the last one's, of a site where all stop at once."""
BETWEEN_WAITING = dt.timedelta(minutes=30)
NAMED = 3
"""Terminals a notice names; the others are counted."""
_AT_ONCE = {Alarm.SITE_OUT}


def watch_now() -> None:
    """Raise and clear alarms as it is now, and tell who must know."""
    alarms.watch_now()
    tell_all(timezone.now())


@transaction.atomic
def tell_all(at: dt.datetime) -> None:
    """Tell of all that was not told yet."""
    _tell_raised(at)
    _tell_cleared(at)
    _tell_waiting(at)
    _tell_bad_lines(at)


def keepers(site_id: int | None, on: dt.date) -> set[int]:
    """The accounts that answer for a site's terminals; where nobody does, the administrators whose scope reaches it."""
    rows = SiteKeeper.objects.filter(site=site_id, account__is_active=True)
    chosen = set(rows.values_list("account_id", flat=True))
    return chosen or security.holders(SEE_DEVICES, on, site_id=site_id, roles=[Role.ADMINISTRATOR])


def _tell_raised(at: dt.datetime) -> None:
    rows = DeviceAlarm.objects.filter(told_at=None, cleared_at=None)
    for group in _settled(rows, "raised_at", at):
        kind = SITE_OUT if group[0].kind == Alarm.SITE_OUT else ALARM_RAISED
        first = group[0]
        title = Sentence("{kind}:{about}", kind=Alarm(first.kind).label, about=_about(group))
        said = sentence_of(first.kind, first.facts) if len(group) == 1 else _many(group)
        _tell(kind, group, title, said, at)
        DeviceAlarm.objects.filter(pk__in=[one.pk for one in group]).update(told_at=at)


def _tell_cleared(at: dt.datetime) -> None:
    """Of those that were told; whoever was not told of it need not know that it is over."""
    rows = DeviceAlarm.objects.filter(told_at__isnull=False, cleared_at__isnull=False, cleared_told_at=None)
    _not_over(rows).update(cleared_told_at=at)
    for group in _settled(rows, "cleared_at", at):
        first = group[0]
        title = Sentence("已恢复:{kind},{about}", kind=Alarm(first.kind).label, about=_about(group))
        since = Sentence("开始于 {since}。", since=f"{timezone.localtime(first.raised_at):%m-%d %H:%M}")
        _tell(ALARM_CLEARED, group, title, since, at)
        DeviceAlarm.objects.filter(pk__in=[one.pk for one in group]).update(cleared_told_at=at)


def _not_over(rows: QuerySet[DeviceAlarm]) -> QuerySet[DeviceAlarm]:
    """Those that were cleared without being over: the terminal is not in use any more, or its whole site went silent."""
    out = DeviceAlarm.objects.filter(kind=Alarm.SITE_OUT, site=OuterRef("site"), cleared_at=None)
    return rows.filter(
        Q(device__isnull=False) & ~Q(device__state=DeviceState.APPROVED) | Q(kind=Alarm.SILENT) & Q(Exists(out))
    )


def _settled(rows: QuerySet[DeviceAlarm], began: str, at: dt.datetime) -> Iterable[list[DeviceAlarm]]:
    """The alarms by site and kind, where the first of them is long enough ago for the others to have come."""
    groups: dict[tuple[int | None, str], list[DeviceAlarm]] = defaultdict(list)
    for one in rows.select_for_update(of=("self",)).select_related("device", "site").order_by(began, "pk"):
        groups[one.site_id, one.kind].append(one)
    for (_, kind), group in groups.items():
        if kind in _AT_ONCE or at - getattr(group[0], began) >= SETTLING:
            yield group


def _tell(kind: str, group: Sequence[DeviceAlarm], title: Sentence, body: Sentence, at: dt.datetime) -> None:
    first = group[0]
    to = keepers(first.site_id, timezone.localdate(at))
    one_device = len(group) == 1 and first.device_id
    link = f"/devices/{first.device_id}/" if one_device else f"/devices/alarms/?site={first.site_id or ''}"
    tell(kind, to, title, body, link, key=str(first.pk), at=at)


def _about(group: Sequence[DeviceAlarm]) -> str:
    site = group[0].site.name if group[0].site else ""
    if group[0].device is None:
        return site
    if len(group) > 1:
        return f"{site} × {len(group)}"
    return " · ".join(part for part in (site, _name(group[0].device)) if part)


def _many(group: Sequence[DeviceAlarm]) -> Sentence:
    named = ", ".join(_name(one.device) for one in group[:NAMED] if one.device)
    if len(group) <= NAMED:
        return Sentence("{count} 台考勤机:{named}。", count=len(group), named=named)
    return Sentence("{count} 台考勤机:{named} 等。", count=len(group), named=named)


def _name(device: Device) -> str:
    return device.name or device.serial


def _tell_waiting(at: dt.datetime) -> None:
    """Terminals that called for the first time, to whoever may approve them; many that come at once are one notice."""
    waiting = Device.objects.filter(state=DeviceState.PENDING)
    newest = waiting.aggregate(newest=Max("pk"))["newest"]
    last = notices.last_told(TERMINAL_WAITS)
    if newest is None or (last and (int(last[0]) >= newest or at - last[1] < BETWEEN_WAITING)):
        return
    serials = list(waiting.order_by("-pk").values_list("serial", flat=True))
    title = Sentence("{count} 台考勤机等待批准", count=len(serials))
    body = Sentence("序列号 {serials}。批准之前它的数据留在机内。", serials=", ".join(serials[:NAMED]))
    to = security.holders(APPROVE_DEVICES, timezone.localdate(at))
    tell(TERMINAL_WAITS, to, title, body, "/devices/pending/", key=str(newest), at=at)


def _tell_bad_lines(at: dt.datetime) -> None:
    """Lines nobody could read, to whoever may repair them: once a day at most, and only where new ones came."""
    day = str(timezone.localdate(at))
    last = notices.last_told(LINES_BAD)
    if last and last[0] == day:
        return
    waiting = BadUploadLine.objects.filter(state=BadLineState.WAITING)
    new = waiting.filter(upload__received_at__gt=last[1]) if last else waiting
    if not new.exists():
        return
    title = Sentence("{count} 行考勤机上传读不懂,等待处理", count=waiting.count())
    body = Sentence("没有计入考勤。请修复或忽略。")
    tell(
        LINES_BAD,
        security.holders(REPAIR_LINES, timezone.localdate(at)),
        title,
        body,
        "/devices/lines/",
        key=day,
        at=at,
    )
