"""Conversations with a terminal at its own address. A log-in it does not know is tried once a visit and not more."""

import contextlib
import datetime as dt
import http.client
import secrets
import ssl
import uuid
from collections.abc import Generator, Iterator, Mapping

from django.utils.translation import gettext

from kaoqin.devices.protocols.hikvision import digest, messages
from kaoqin.devices.protocols.hikvision.front import NAME, PREFIX
from kaoqin.devices.wire import CameShort, Done, Link, Manner, Page, VisitFailed, WrongLogin

SECONDS = 10
MOST_BYTES = 8 * 1024 * 1024
MOST_RECORDS = 1_000_000
_SYSTEM, _SEARCH = "/ISAPI/System", "/ISAPI/AccessControl/AcsEvent?format=json"
_HOST = "/ISAPI/Event/notification/httpHosts/1"
_FACTS = {"serialNumber": "serial", "model": "model", "firmwareVersion": "firmware", "macAddress": "mac"}


class Conversation:
    """Requests to one terminal, with one log-in."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._asked: digest.Challenge | None = None
        self._count = 0
        self._known = False

    def ask(self, method: str, path: str, body: bytes = b"", kind: str = "application/xml") -> bytes:
        """The body of the answer. Raises VisitFailed, and WrongLogin at the first log-in that is refused."""
        for _ in range(3):
            answered = self._asked is not None
            status, told, challenges = self._send(method, path, body, kind)
            if status != 401:
                self._known = answered
                return self._good(status, told)
            self._asked, self._count = digest.read_challenge(challenges), 0
            if self._asked is None:
                raise VisitFailed(gettext("考勤机要求的登录方式不受支持(需要 Digest)。"))
            if answered and not (self._asked.stale or self._known):
                raise WrongLogin(gettext("考勤机不接受保存的用户名或密码。"))
            self._known = False
        raise VisitFailed(gettext("考勤机一再要求重新登录。"))

    def _send(self, method: str, path: str, body: bytes, kind: str) -> tuple[int, bytes, list[str]]:
        headers = {"Content-Type": kind} if body else {}
        if self._asked:
            self._count += 1
            told = (self._link.user, self._link.password, method, path, self._count, secrets.token_hex(8))
            headers["Authorization"] = digest.answer(self._asked, *told)
        try:
            with contextlib.closing(self._line()) as line:
                line.request(method, path, body or None, headers)
                answer = line.getresponse()
                return answer.status, answer.read(MOST_BYTES), answer.headers.get_all("WWW-Authenticate", [])
        except (OSError, http.client.HTTPException, ValueError) as fault:
            sentence = gettext("连不上 {address}:{port},请检查地址、端口、HTTPS 选项和网线。")
            raise VisitFailed(sentence.format(address=self._link.address, port=self._link.port)) from fault

    def _line(self) -> http.client.HTTPConnection:
        """Terminals sign their certificates themselves; the password never goes over the line as it is."""
        if not self._link.https:
            return http.client.HTTPConnection(self._link.address, self._link.port, timeout=SECONDS)
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        return http.client.HTTPSConnection(self._link.address, self._link.port, timeout=SECONDS, context=context)

    @staticmethod
    def _good(status: int, told: bytes) -> bytes:
        if not 200 <= status < 300:
            raise VisitFailed(gettext("考勤机拒绝了请求(HTTP {status})。").format(status=status))
        return told


class Client:
    """`Visitor` of these terminals."""

    name = NAME
    manner = Manner(port=80, user="admin", https=True, subscribes=True)

    def state(self, link: Link, at: dt.datetime) -> Mapping[str, str]:
        line = Conversation(link)
        told = _understood(line.ask("GET", f"{_SYSTEM}/deviceInfo"))
        begun = dt.datetime.now(dt.UTC)
        times = _understood(line.ask("GET", f"{_SYSTEM}/time"))
        waited = (dt.datetime.now(dt.UTC) - begun) / 2
        try:
            ahead = messages.clock(times, link.zone) - (at + waited)
        except messages.NotUnderstood:
            raise _strange() from None
        facts = {name: told[key] for key, name in _FACTS.items() if told.get(key)}
        return facts | {"clock_ahead_seconds": str(round(ahead.total_seconds()))}

    def pages(self, link: Link, first: dt.date, last: dt.date) -> Iterator[Page]:
        line = Conversation(link)
        missing = 0
        for number in range((last - first).days + 1):
            missing += yield from _day(line, link, first + dt.timedelta(days=number))
        if missing:
            sentence = gettext("考勤机说还有 {count} 条记录没有给出,下次再取。")
            raise CameShort(sentence.format(count=missing))

    def carry_out(self, link: Link, phrase: str) -> Done:
        """Nothing is worded for these terminals, so nothing is done."""
        return Done(-1)

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
            raise _strange() from None
        if piece.records:
            path = f"AcsEvent {day.isoformat()} {position}"
            yield Page("search", messages.say_page(piece.records), path, len(piece.records))
        taken, total, position = taken + len(piece.records), piece.total, position + piece.step
        more = piece.more and piece.step > 0
    return max(total - taken, 0)


def _understood(body: bytes) -> dict[str, str]:
    try:
        return messages.fields(body)
    except messages.NotUnderstood:
        raise _strange() from None


def _strange() -> VisitFailed:
    return VisitFailed(gettext("考勤机的回答读不懂,也许不是这种协议的考勤机。"))
