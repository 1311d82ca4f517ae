"""What is said to a terminal and what it answers: XML and JSON in, plain values out."""

import datetime as dt
import json
import zoneinfo
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit
from xml.sax.saxutils import escape

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException
from django.utils.translation import gettext

from kaoqin.devices.protocols.hikvision.events import read_time
from kaoqin.devices.protocols.hikvision.front import PREFIX
from kaoqin.devices.wire import VisitFailed

MOST_RESULTS = 30
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_SPACE = 'version="2.0" xmlns="http://www.isapi.org/ver20/XMLSchema"'


def strange() -> VisitFailed:
    """An answer that nobody understands."""
    return VisitFailed(gettext("考勤机的回答读不懂,也许不是这种协议的考勤机。"))


class NotUnderstood(ValueError):  # noqa: N818 - said of an answer
    """An answer that is not what was asked for."""


@dataclass(frozen=True, slots=True)
class Found:
    """A piece of a search: its records, how many there are in all, where the next begins, whether there is more."""

    records: list[Any]
    total: int
    step: int
    more: bool


def fields(body: bytes) -> dict[str, str]:
    """All texts of an XML answer by the name of their element, the first of each. Raises NotUnderstood."""
    try:
        root = ElementTree.fromstring(body, forbid_dtd=True)
    except (ElementTree.ParseError, DefusedXmlException, ValueError, LookupError) as fault:
        raise NotUnderstood from fault
    told: dict[str, str] = {}
    for element in root.iter():
        told.setdefault(str(element.tag).rpartition("}")[2], (element.text or "").strip())
    return told


def clock(told: Mapping[str, str], zone: str) -> dt.datetime:
    """The instant a terminal's clock shows; one that tells no offset is read in its zone. Raises NotUnderstood."""
    at = read_time(told.get("localTime", ""))
    if at is None:
        raise NotUnderstood
    return at if at.tzinfo else at.replace(tzinfo=zoneinfo.ZoneInfo(zone))


def say_clock(at: dt.datetime, zone: str) -> bytes:
    """The clock as it is to be, with the zone as POSIX writes it: east is minus."""
    local = at.astimezone(zoneinfo.ZoneInfo(zone)).replace(microsecond=0)
    minutes = round((local.utcoffset() or dt.timedelta()).total_seconds() / 60)
    hours, rest = divmod(abs(minutes), 60)
    posix = f"CST{'-' if minutes >= 0 else '+'}{hours}:{rest:02d}:00"
    told = f"<timeMode>manual</timeMode><localTime>{local.isoformat()}</localTime><timeZone>{posix}</timeZone>"
    return f"{_HEAD}<Time {_SPACE}>{told}</Time>".encode()


def host_of(server: str, token: str) -> dict[str, str]:
    """Where events are to be sent, in the names the terminal has for it."""
    parts = urlsplit(server)
    host, https = parts.hostname or "", parts.scheme == "https"
    numeric = host.replace(".", "").isdigit()
    return {
        "url": f"{PREFIX}/{token}",
        "protocolType": "HTTPS" if https else "HTTP",
        "addressingFormatType": "ipaddress" if numeric else "hostname",
        "ipAddress" if numeric else "hostName": host,
        "portNo": str(parts.port or (443 if https else 80)),
    }


def say_host(host: Mapping[str, str]) -> bytes:
    """The listener to set up: every event of people as JSON, a heart beat each half minute, missed ones again."""
    where = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in host.items())
    event = (
        "<Event><type>AccessControllerEvent</type><minorAlarm></minorAlarm><minorException></minorException>"
        "<minorOperation></minorOperation><minorEvent></minorEvent><pictureURLType>binary</pictureURLType></Event>"
    )
    told = (
        f"<id>1</id>{where}<parameterFormatType>JSON</parameterFormatType>"
        "<httpAuthenticationMethod>none</httpAuthenticationMethod><httpBroken>true</httpBroken>"
        f"<SubscribeEvent><heartbeat>30</heartbeat><eventMode>list</eventMode><EventList>{event}</EventList></SubscribeEvent>"
    )
    return f"{_HEAD}<HttpHostNotification {_SPACE}>{told}</HttpHostNotification>".encode()


def forgotten(host: Mapping[str, str], kept: Mapping[str, str]) -> list[str]:
    """Names of what a terminal kept otherwise than it was told; whether it uses capitals says nothing."""
    return [name for name, value in host.items() if kept.get(name, "").lower() != value.lower()]


def say_search(search_id: str, position: int, first: dt.date, last: dt.date, zone: str) -> bytes:
    """The question for the events of some days of the terminal's clock, from a position on."""
    place = zoneinfo.ZoneInfo(zone)
    begins = dt.datetime.combine(first, dt.time(), place)
    ends = dt.datetime.combine(last, dt.time(23, 59, 59), place)
    asked = {
        "searchID": search_id,
        "searchResultPosition": position,
        "maxResults": MOST_RESULTS,
        "major": 5,
        "minor": 0,
        "startTime": begins.isoformat(),
        "endTime": ends.isoformat(),
    }
    return json.dumps({"AcsEventCond": asked}).encode()


def found(body: bytes) -> Found:
    """A piece of a search; one without a list is empty. Raises NotUnderstood."""
    try:
        told = json.loads(body, strict=False)["AcsEvent"]
        records = told.get("InfoList") or []
        step = int(told.get("numOfMatches", len(records)))
        more = str(told.get("responseStatusStrg", "")).upper() == "MORE"
        return Found(list(records), int(told.get("totalMatches", 0)), step, more)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as fault:
        raise NotUnderstood from fault


def say_page(records: list[Any]) -> bytes:
    """Records as they are kept: without the search's own number, so that the same ones are the same upload again."""
    return json.dumps({"AcsEvent": {"InfoList": records}}, ensure_ascii=False, sort_keys=True).encode(errors="replace")
