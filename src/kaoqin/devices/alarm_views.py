"""Alarms as people see them: those that stand, above the fleet; all there were, as a list."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponseBase
from django.utils.translation import gettext

from kaoqin.core.tables import Column, Filter, ListPage
from kaoqin.devices import queries
from kaoqin.devices.health import say_alarm
from kaoqin.devices.models import DeviceAlarm
from kaoqin.devices.words import Alarm
from kaoqin.org import place_queries
from kaoqin.security.requests import AskedBy

MOST_TOLD = 5
MINUTE, HOUR, DAY = dt.timedelta(minutes=1), dt.timedelta(hours=1), dt.timedelta(days=1)


@dataclass(frozen=True)
class Told:
    """An alarm in words: what it is about, where to look, what it says and for how long it has stood."""

    kind: str
    about: str
    address: str
    sentence: str
    lasted: str


def told(alarm: DeviceAlarm, now: dt.datetime) -> Told:
    lasted = say_span((alarm.cleared_at or now) - alarm.raised_at)
    return Told(alarm.get_kind_display(), _about(alarm), _address(alarm), say_alarm(alarm.kind, alarm.facts), lasted)


def standing(request: AskedBy) -> dict[str, Any]:
    """What the fleet page shows of alarms: the first few that stand, and how many there are."""
    found = queries.open_alarms(seen_by=request.by)
    return {"alarms": [told(one, request.asked_at) for one in found[:MOST_TOLD]], "alarm_count": found.count()}


def say_span(span: dt.timedelta) -> str:
    """How long, in one unit: nobody needs the seconds of a day."""
    if span >= DAY:
        return gettext("{count} 天").format(count=span // DAY)
    if span >= HOUR:
        return gettext("{count} 小时").format(count=span // HOUR)
    if span >= MINUTE:
        return gettext("{count} 分钟").format(count=span // MINUTE)
    return gettext("不到 1 分钟")


def _about(alarm: DeviceAlarm) -> str:
    if alarm.device is None:
        return alarm.site.name if alarm.site else ""
    name = alarm.device.name or alarm.device.serial
    return f"{alarm.site.name} · {name}" if alarm.site else name


def _address(alarm: DeviceAlarm) -> str:
    return f"/devices/{alarm.device_id}/" if alarm.device_id else f"/devices/?site={alarm.site_id}"


def alarms(request: AskedBy) -> HttpResponseBase:
    """All alarms, those that stand first."""
    page: ListPage[DeviceAlarm] = ListPage(
        request,
        queries.alarms(seen_by=request.by),
        title=gettext("考勤机告警"),
        columns=[
            Column("kind", gettext("告警"), lambda a: a.get_kind_display(), "kind", tone=_tone),
            Column("about", gettext("地点与考勤机"), _about, link=_address),
            Column("said", gettext("说明"), lambda a: say_alarm(a.kind, a.facts)),
            Column("raised", gettext("开始"), lambda a: a.raised_at, "raised_at"),
            Column("cleared", gettext("恢复"), lambda a: a.cleared_at, "cleared_at"),
            Column("lasted", gettext("持续"), lambda a: told(a, request.asked_at).lasted),
        ],
        search=["device__serial", "device__name", "site__name"],
        filters=[
            Filter("kind", gettext("告警"), Alarm.choices, "kind"),
            Filter("open", gettext("状态"), [("1", gettext("未恢复")), ("0", gettext("已恢复"))], "cleared_at__isnull"),
            Filter("site", gettext("地点"), place_queries.site_choices(), "site"),
        ],
        empty=gettext("没有告警。失联、时钟偏差、存储将满和记录数对不上会出现在这里。"),
        template="devices/alarms.html",
    )
    return page.answer()


def _tone(alarm: DeviceAlarm) -> str:
    if alarm.cleared_at:
        return "secondary"
    return "red" if alarm.kind in {Alarm.SILENT, Alarm.SITE_OUT, Alarm.COUNT} else "yellow"
