"""What is asked of a terminal at its own address: state, clock, and the records of days."""

import datetime as dt
import re
import zoneinfo
from collections.abc import Iterator, Mapping
from urllib.parse import quote

from django.utils.translation import gettext

from kaoqin.devices.protocols.dahua import NAME
from kaoqin.devices.protocols.dahua.finder import Finder
from kaoqin.devices.protocols.dahua.records import say_page
from kaoqin.devices.protocols.http_digest.conversation import Conversation, Declined
from kaoqin.devices.wire import CameShort, Done, Link, Manner, Page, VisitFailed

RECORDS_A_PAGE = 100
_SYSTEM, _VERSION = "/cgi-bin/magicBox.cgi?action=getSystemInfo", "/cgi-bin/magicBox.cgi?action=getSoftwareVersion"
_CLOCK, _SET_CLOCK = "/cgi-bin/global.cgi?action=getCurrentTime", "/cgi-bin/global.cgi?action=setCurrentTime&time="
_WALL = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})[T ](\d{1,2}):(\d{1,2}):(\d{1,2})", re.ASCII)


class Client:
    """`Visitor` of these terminals."""

    name = NAME
    manner = Manner(port=80, user="admin", https=True)

    def state(self, link: Link, at: dt.datetime) -> Mapping[str, str]:
        line = Conversation(link)
        system = pairs(line.ask("GET", _SYSTEM))
        told = {
            "serial": system.get("serialNumber", ""),
            "model": system.get("updateSerial") or system.get("deviceType", ""),
            "firmware": _version(line),
        }
        begun = dt.datetime.now(dt.UTC)
        clock = _clock(pairs(line.ask("GET", _CLOCK)), link.zone)
        ahead = clock - (at + (dt.datetime.now(dt.UTC) - begun) / 2)
        return {k: v for k, v in told.items() if v} | {"clock_ahead_seconds": str(round(ahead.total_seconds()))}

    def pages(self, link: Link, first: dt.date, last: dt.date) -> Iterator[Page]:
        finder = Finder(Conversation(link), link.zone)
        for number in range((last - first).days + 1):
            yield from _day(finder, first + dt.timedelta(days=number))
        if finder.short:
            sentence = gettext("考勤机说还有 {count} 条记录没有给出,下次再取。")
            raise CameShort(sentence.format(count=finder.short))

    def carry_out(self, link: Link, phrase: str) -> Done:
        """Nothing is worded for these terminals, so nothing is done."""
        return Done(-1)

    def set_clock(self, link: Link, at: dt.datetime) -> None:
        wall = at.astimezone(zoneinfo.ZoneInfo(link.zone))
        told = Conversation(link).ask("GET", _SET_CLOCK + quote(f"{wall:%Y-%m-%d %H:%M:%S}", safe=":"))
        if told.strip().upper() != b"OK":
            raise Declined(200, told)

    def subscribe(self, link: Link, server: str, token: str) -> None:
        raise VisitFailed(gettext("这种考勤机不能推送,由系统定时读取。"))

    def listener(self, server: str, token: str) -> str:
        """There is none."""
        return ""


def pairs(body: bytes) -> dict[str, str]:
    """`name=value` lines of an answer. Raises Declined for an error that comes as an answer."""
    text = body.decode("utf-8", "replace")
    if text.strip().lower().startswith("error"):
        raise Declined(200, body)
    told = (line.partition("=") for line in text.splitlines() if "=" in line)
    return {name.strip(): value.replace("\0", "").strip() for name, _, value in told}


def _version(line: Conversation) -> str:
    """The firmware; some of it does not tell."""
    try:
        return pairs(line.ask("GET", _VERSION)).get("version", "").partition(",")[0]
    except Declined:
        return ""


def _clock(told: Mapping[str, str], zone: str) -> dt.datetime:
    found = _WALL.search(told.get("result", ""))
    try:
        if found:
            return dt.datetime(*(int(part) for part in found.groups()), tzinfo=zoneinfo.ZoneInfo(zone))  # type: ignore[misc, arg-type]
    except ValueError:
        pass
    raise VisitFailed(gettext("考勤机的回答读不懂,也许不是这种协议的考勤机。"))


def _day(finder: Finder, day: dt.date) -> Iterator[Page]:
    records = finder.day(day)
    for begin in range(0, len(records), RECORDS_A_PAGE):
        piece = records[begin : begin + RECORDS_A_PAGE]
        yield Page("search", say_page(piece), f"recordFinder {day.isoformat()} {begin}", len(piece))
