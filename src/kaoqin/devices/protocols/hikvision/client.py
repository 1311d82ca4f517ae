"""What is asked of a terminal at its own address: state, clock, listener, punches, and what happens there now."""

import datetime as dt
import uuid
from collections.abc import AsyncIterator, Generator, Iterator, Mapping

from django.utils.translation import gettext

from kaoqin.devices.protocols.hikvision import messages, orders, phrases, state, stream
from kaoqin.devices.protocols.hikvision.front import NAME, PREFIX
from kaoqin.devices.protocols.hikvision.messages import strange
from kaoqin.devices.protocols.http_digest.conversation import Conversation
from kaoqin.devices.protocols.waiting import read
from kaoqin.devices.wire import CameShort, Done, Link, Manner, Page, VisitFailed

MOST_RECORDS = 1_000_000
_SYSTEM, _SEARCH = "/ISAPI/System", "/ISAPI/AccessControl/AcsEvent?format=json"
_HOST = "/ISAPI/Event/notification/httpHosts/1"
_FACTS = {"serialNumber": "serial", "model": "model", "firmwareVersion": "firmware", "macAddress": "mac"}


class Client:
    """`Visitor` and `Stream` of these terminals."""

    name = NAME
    manner = Manner(port=80, user="admin", https=True, subscribes=True)

    def state(self, link: Link, at: dt.datetime) -> Mapping[str, str]:
        line = Conversation(link)
        facts = _facts(line)
        begun = dt.datetime.now(dt.UTC)
        times = _understood(line.ask("GET", f"{_SYSTEM}/time"))
        waited = (dt.datetime.now(dt.UTC) - begun) / 2
        try:
            ahead = messages.clock(times, link.zone) - (at + waited)
        except messages.NotUnderstood:
            raise strange() from None
        return facts | {"clock_ahead_seconds": str(round(ahead.total_seconds()))}

    def pages(self, link: Link, first: dt.date, last: dt.date) -> Iterator[Page]:
        line = Conversation(link)
        missing = 0
        for number in range((last - first).days + 1):
            missing += yield from _day(line, link, first + dt.timedelta(days=number))
        if missing:
            sentence = gettext("考勤机说还有 {count} 条记录没有给出,下次再取。")
            raise CameShort(sentence.format(count=missing))

    def live(self, link: Link) -> AsyncIterator[Page]:
        return stream.live(link)

    def carry_out(self, link: Link, phrase: str) -> Done:
        line, (do, told) = Conversation(link), read(phrase)
        if do == phrases.STATE:
            return Done(0, [state.page(_facts(line))])
        return orders.carry_out(line, do, told)

    def set_clock(self, link: Link, at: dt.datetime) -> None:
        Conversation(link).ask("PUT", f"{_SYSTEM}/time", messages.say_clock(at, link.zone))

    def subscribe(self, link: Link, server: str, token: str) -> None:
        line, host = Conversation(link), messages.host_of(server, token)
        line.ask("PUT", _HOST, messages.say_host(host))
        lost = messages.forgotten(host, _understood(line.ask("GET", _HOST)))
        if lost:
            sentence = gettext("考勤机没有保存推送设置({names}),改为定时读取记录。")
            raise VisitFailed(sentence.format(names=", ".join(lost)))

    def listener(self, server: str, token: str) -> str:
        return f"{server.rstrip('/')}{PREFIX}/{token}"


def _day(line: Conversation, link: Link, day: dt.date) -> Generator[Page, None, int]:
    """The punches of a day, piece by piece; returns how many more the terminal told of than it gave."""
    search_id, position, taken, total = str(uuid.uuid4()), 0, 0, 0
    more = True
    while more and position < MOST_RECORDS:
        asked = messages.say_search(search_id, position, day, day, link.zone)
        try:
            piece = messages.found(line.ask("POST", _SEARCH, asked, "application/json"))
        except messages.NotUnderstood:
            raise strange() from None
        if piece.records:
            path = f"AcsEvent {day.isoformat()} {position}"
            yield Page("search", messages.say_page(piece.records), path, len(piece.records))
        taken, total, position = taken + len(piece.records), piece.total, position + piece.step
        more = piece.more and piece.step > 0
    return max(total - taken, 0)


def _facts(line: Conversation) -> dict[str, str]:
    """Who a terminal is, as it tells."""
    told = _understood(line.ask("GET", f"{_SYSTEM}/deviceInfo"))
    return {name: told[key] for key, name in _FACTS.items() if told.get(key)}


def _understood(body: bytes) -> dict[str, str]:
    try:
        return messages.fields(body)
    except messages.NotUnderstood:
        raise strange() from None
