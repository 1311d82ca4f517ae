"""The front door of terminals that call by HTTP, before anything of the pages: no session, no cookie, no redirect, no
HTML. Polls are answered from memory; uploads are worked on by few threads while some wait, and the rest come again.
"""

import hashlib
import logging
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from email.utils import format_datetime
from typing import Any

import psycopg
from django.conf import settings
from django.db import Error as DatabaseError
from django.db import OperationalError
from django.utils import timezone
from django.utils.crypto import salted_hmac

from kaoqin.devices import arrival, fleet, queue
from kaoqin.devices.addresses import within
from kaoqin.devices.gate import Busy, Gate, Together
from kaoqin.devices.protocols import FRONTS
from kaoqin.devices.wire import Answer, Call, Dialect, Errand, Front, News, Terminal, TooLarge, Unheard
from kaoqin.devices.words import DeviceState

log = logging.getLogger(__name__)
Environ = dict[str, Any]
StartResponse = Callable[..., Any]
Wsgi = Callable[[Environ, StartResponse], Iterable[bytes]]

MOST_BYTES = 16 * 1024 * 1024
UPLOADS_AT_ONCE, UPLOADS_INSIDE, BYTES_INSIDE = 2, 24, 128 * 1024 * 1024
TOGETHER, BYTES_TOGETHER, BYTES_ENOUGH = 16, 256 * 1024, 12 * 1024
FRESH_SECONDS, STALE_SECONDS, WRITE_SECONDS = 2.0, 20.0, 5.0
SANE_YEARS = range(2025, 2100)
_REASONS = {200: "OK", 400: "Bad Request", 403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed"} | {
    406: "Not Acceptable",
    413: "Content Too Large",
    500: "Internal Server Error",
    503: "Service Unavailable",
}
COME_AGAIN = Answer(503, b"busy, come again\n")
NO_DATABASE = Answer(503, b"database unavailable, come again\n")
WRONG_YEAR = Answer(503, b"server clock is wrong\n")
TOO_LARGE = Answer(413, b"too large\n")
NOT_FROM_HERE = Answer(403, b"not from this address\n")
CUT_SHORT = Answer(400, b"body cut short\n")
BROKEN = Answer(500, b"error\n")


def front_door(pages: Wsgi, desk: "Desk | None" = None) -> Wsgi:
    """The application: terminals to their protocol, everything else to the pages."""
    desk = desk or Desk(Gate(UPLOADS_AT_ONCE, UPLOADS_INSIDE, BYTES_INSIDE), Gate(1, 0))

    def application(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        for front in FRONTS:
            if path.startswith(front.prefix) and path[len(front.prefix) :][:1] in {"", "/"}:
                return _send(desk.serve(front, environ, timezone.now()), start_response)
        return pages(environ, start_response)

    return application


def _send(answer: Answer, start_response: StartResponse) -> list[bytes]:
    """Terminals set their clock from the `Date`, so it is ours and not a proxy's."""
    headers = [
        ("Content-Type", "text/plain"),
        ("Content-Length", str(len(answer.body))),
        ("Date", format_datetime(timezone.now(), usegmt=True)),
    ]
    if answer.status == 503:
        headers.append(("Retry-After", "30"))
    start_response(f"{answer.status} {_REASONS[answer.status]}", headers)
    return [answer.body]


@dataclass(frozen=True, slots=True)
class Visit:
    """A call with what came with it."""

    front: Front
    call: Call
    environ: Environ
    address: str
    at: datetime


class Desk:
    """Answers calls. `uploads` is the gate of what takes long, `small` that of what is quick; both own the database."""

    def __init__(self, uploads: Gate, small: Gate) -> None:
        self._uploads, self._small = uploads, small
        self._arrivals = Together(uploads, arrival.arrive_together, TOGETHER, BYTES_TOGETHER, BYTES_ENOUGH)
        self._terminals: dict[str, Terminal] = {}
        self._pending = 0
        self._serials: dict[bytes, str] = {}
        self._read_at = self._written_at = float("-inf")
        self._beats = fleet.Heartbeats()
        self._telling = fleet.Telling()
        self._learnt: dict[str, Mapping[str, str]] = {}

    def serve(self, front: Front, environ: Environ, at: datetime) -> Answer:
        """The answer to any request at a front; never raises."""
        if at.year not in SANE_YEARS:
            return WRONG_YEAR
        try:
            method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"]
            call = front.hear(method, path, environ.get("QUERY_STRING", ""))
            return self._answer(Visit(front, call, environ, _address(environ), at))
        except Unheard as unheard:
            return unheard.answer
        except Busy:
            return COME_AGAIN
        except TooLarge:
            return TOO_LARGE
        except (DatabaseError, psycopg.Error) as broken:
            away = isinstance(broken, OperationalError)  # every call says so then: no trace of the stack for each
            log.error("the database did not take what a terminal sent; it comes again: %s", broken, exc_info=not away)
            return NO_DATABASE
        except Exception:
            log.exception("a terminal's call failed; it will come again")
            return BROKEN

    def _answer(self, visit: Visit) -> Answer:
        visit = self._named(visit)
        terminal = self._find(visit)
        if terminal and not within(visit.address, terminal.allowed):
            self._beats.bar(terminal.serial, visit.at, visit.address)
            self._write_sometimes()
            return NOT_FROM_HERE
        if visit.call.errand is Errand.UPLOAD:
            return self._upload(visit, terminal)
        if visit.call.errand is Errand.REGISTER:
            body = _body(visit.environ)
            terminal = self._learn(visit, terminal, visit.front.register(body or b""))
        elif visit.call.says or visit.call.protocol:
            terminal = self._learn(visit, terminal, visit.call.says)
        news = _news(visit, terminal)
        if visit.call.errand is Errand.POLL and terminal and terminal.approved and terminal.has_commands:
            news = replace(news, commands=self._small.work(queue.hand_out, terminal.id, visit.at))
        if visit.call.errand is Errand.GREET and news.everything_again:
            self._small.work(fleet.greeted_again, visit.call.serial, visit.at)
        self._feel(visit, terminal)
        return visit.front.answer(visit.call, news)

    def _upload(self, visit: Visit, terminal: Terminal | None) -> Answer:
        """Take an upload whole, or let the terminal keep it."""
        news = _news(visit, terminal)
        if terminal is None or not terminal.approved:
            self._feel(visit, terminal)
            return visit.front.answer(visit.call, news)
        size = _size(visit.environ)
        self._uploads.enter(size)
        try:
            body = _body(visit.environ)
            if body is None:
                return CUT_SHORT
            if visit.front.only_alive(visit.call, body):
                self._feel(replace(visit, call=replace(visit.call, errand=Errand.ALIVE)), terminal)
                return visit.front.answer(visit.call, news)
            upload = arrival.Arrival(_speaking(terminal, visit.call), _heard(visit, body), visit.at)
            arrived = self._arrivals.work(upload, terminal.id, len(body))
        finally:
            self._uploads.leave(size)
        if arrived is None:
            return visit.front.answer(visit.call, replace(news, approved=False))
        if visit.call.protocol and visit.call.protocol != terminal.dialect.protocol:
            self._learn(visit, terminal, {})
        self._feel(visit, terminal, self._beats.believed(terminal.serial, visit.at, arrived.ahead_seconds))
        return visit.front.answer(visit.call, replace(news, records=arrived.records))

    def _named(self, visit: Visit) -> Visit:
        """The visit with the serial its token stands for. Raises Unheard for a token of nobody: a made-up one is
        looked up in the database once in two seconds at most, and is no new terminal."""
        if not visit.call.token:
            return visit
        serial = self._serials.get(_digest(visit.call.token))
        if serial is None and time.monotonic() - self._read_at > FRESH_SECONDS:
            self._small.work(self._refresh)
            serial = self._serials.get(_digest(visit.call.token))
        if serial is None:
            raise Unheard(404, "not found\n")
        return replace(visit, call=replace(visit.call, serial=serial))

    def _find(self, visit: Visit) -> Terminal | None:
        """The terminal as it was some seconds ago at most; one nobody has seen is remembered as pending."""
        now = time.monotonic()
        if now - self._read_at > STALE_SECONDS:
            self._small.work(self._refresh)
        elif now - self._read_at > FRESH_SECONDS:
            self._small.later(self._refresh)
        serial = visit.call.serial
        if serial not in self._terminals and self._pending < fleet.MOST_PENDING:
            self._small.work(fleet.meet, serial, visit.at)
            self._small.work(self._look_at, serial)
        return self._terminals.get(serial)

    def look_again(self) -> None:
        """Forget how lately the terminals were read: the next call reads them."""
        self._read_at = float("-inf")

    def _know(self, terminals: dict[str, Terminal]) -> None:
        """How many are pending is counted here, and not for each of thousands of made-up serials."""
        self._terminals = terminals
        self._pending = sum(one.state == DeviceState.PENDING for one in terminals.values())

    def _refresh(self) -> None:
        self._know(fleet.terminals(timezone.now()))
        tokens = [(one.dialect.options.get("token", ""), one.serial) for one in self._terminals.values()]
        self._serials = {_digest(token): serial for token, serial in tokens if token}
        self._read_at = time.monotonic()

    def _look_at(self, serial: str) -> None:
        """One terminal as it is now: thousands that greet at once must not each have all of them read."""
        found = fleet.terminal(serial, timezone.now())
        if found:
            self._know({**self._terminals, serial: found})

    def _keep_told(self) -> None:
        """Write what all who wait here have told; the next of them finds it done."""
        news = self._telling.write()
        if news:
            self._know({**self._terminals, **fleet.terminals(timezone.now(), serial__in=news)})

    def _learn(self, visit: Visit, terminal: Terminal | None, says: Mapping[str, str]) -> Terminal | None:
        """Keep what a terminal tells of itself, if it is news to this process."""
        told = {**says, "protocol": visit.call.protocol}
        known = self._learnt.get(visit.call.serial, {})
        if terminal is None or told.items() <= known.items():
            return terminal
        self._telling.add(visit.call.serial, says, visit.call.protocol)
        self._small.work(self._keep_told)
        self._learnt[visit.call.serial] = {**known, **told}
        return self._terminals.get(visit.call.serial)

    def _feel(self, visit: Visit, terminal: Terminal | None, ahead: int | None = None) -> None:
        if terminal is None:
            return
        uploads = visit.call.errand is Errand.UPLOAD
        self._beats.feel(visit.call.serial, visit.at, visit.address, ahead, upload=uploads)
        self._write_sometimes()

    def _write_sometimes(self) -> None:
        if time.monotonic() - self._written_at > WRITE_SECONDS:
            self._written_at = time.monotonic()
            self._small.later(self._beats.write)


def _digest(token: str) -> bytes:
    """Tokens are compared by their hash: how long it takes says nothing of how near a guess was."""
    return hashlib.sha256(token.encode(errors="replace")).digest()


def _address(environ: Environ) -> str:
    """The address a call came from; behind our own HTTPS proxy, the one the proxy saw last."""
    forwarded = environ.get("HTTP_X_FORWARDED_FOR", "") if settings.HTTPS else ""
    return str(forwarded.split(",")[-1].strip() or environ.get("REMOTE_ADDR", ""))[:45]


def _size(environ: Environ) -> int:
    """The announced length of the body, the most there may be where none is announced. Raises TooLarge."""
    told = environ.get("CONTENT_LENGTH") or ""
    size = int(told) if told.isascii() and told.isdecimal() else MOST_BYTES
    if size > MOST_BYTES:
        raise TooLarge
    return size


def _body(environ: Environ) -> bytes | None:
    """The body; None where it is shorter than announced. Raises TooLarge."""
    size, announced = _size(environ), bool(environ.get("CONTENT_LENGTH"))
    body: bytes = environ["wsgi.input"].read(size if announced else MOST_BYTES + 1)
    if len(body) > MOST_BYTES:
        raise TooLarge
    return None if announced and len(body) < size else body


def _heard(visit: Visit, body: bytes) -> arrival.Heard:
    path = f"{visit.environ['PATH_INFO']}?{visit.environ.get('QUERY_STRING', '')}"
    if visit.call.token:
        path = path.replace(visit.call.token, "…")
    return arrival.Heard(visit.call.kind, body, path, visit.address, visit.call.repeats)


def _speaking(terminal: Terminal, call: Call) -> Terminal:
    """The terminal in the protocol this call reveals; an explicit one wins over what is remembered."""
    protocol = call.protocol or terminal.dialect.protocol
    return replace(terminal, dialect=replace(terminal.dialect, protocol=protocol))


def _news(visit: Visit, terminal: Terminal | None) -> News:
    if terminal is None:
        return News(Dialect(visit.call.protocol, zone=settings.TIME_ZONE), visit.at)
    return News(
        _speaking(terminal, visit.call).dialect,
        visit.at,
        terminal.approved,
        terminal.again_until is not None and visit.at < terminal.again_until,
        secret=_secret(terminal.serial),
    )


def _secret(serial: str) -> str:
    """64 characters, always the same for a terminal of this installation."""
    return salted_hmac("kaoqin.devices", serial, algorithm="sha256").hexdigest()
