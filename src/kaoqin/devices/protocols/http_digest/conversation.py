"""Requests to a terminal at its own address, one after the other. A log-in it does not know is tried once."""

import contextlib
import http.client
import ssl

from django.utils.translation import gettext

from kaoqin.devices.protocols.http_digest.login import MOST_TRIES, LogIn, asked_too_often
from kaoqin.devices.wire import Link, VisitFailed

SECONDS = 10
MOST_BYTES = 8 * 1024 * 1024


class Declined(VisitFailed):
    """The terminal knows us and does not do what it was asked: with its status and its words."""

    def __init__(self, status: int, body: bytes = b"") -> None:
        super().__init__(gettext("考勤机拒绝了请求(HTTP {status})。").format(status=status))
        self.status, self.body = status, body


class Conversation:
    """Requests to one terminal, with one log-in."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._log_in = LogIn(link)

    def ask(self, method: str, path: str, body: bytes = b"", kind: str = "application/xml") -> bytes:
        """The body of the answer. Raises VisitFailed, and WrongLogin at the first log-in that is refused."""
        for _ in range(MOST_TRIES):
            status, told, challenges = self._send(method, path, body, kind)
            if status != 401:
                self._log_in.accepted()
                return _good(status, told)
            self._log_in.asked(challenges)
        raise asked_too_often()

    def _send(self, method: str, path: str, body: bytes, kind: str) -> tuple[int, bytes, list[str]]:
        headers = ({"Content-Type": kind} if body else {}) | self._log_in.headers(method, path)
        try:
            with contextlib.closing(self._line()) as line:
                line.request(method, path, body or None, headers)
                answer = line.getresponse()
                return answer.status, _whole(answer), answer.headers.get_all("WWW-Authenticate", [])
        except (OSError, http.client.HTTPException, ValueError) as fault:
            raise unreachable(self._link) from fault

    def _line(self) -> http.client.HTTPConnection:
        if not self._link.https:
            return http.client.HTTPConnection(self._link.address, self._link.port, timeout=SECONDS)
        return http.client.HTTPSConnection(self._link.address, self._link.port, timeout=SECONDS, context=any_signer())


def any_signer() -> ssl.SSLContext:
    """Terminals sign their certificates themselves; the password never goes over the line as it is."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def unreachable(link: Link) -> VisitFailed:
    """Nobody answers at the address, or not in HTTP, or not to the end."""
    sentence = gettext("连不上 {address}:{port},请检查地址、端口、HTTPS 选项和网线。")
    return VisitFailed(sentence.format(address=link.address, port=link.port))


def _whole(answer: http.client.HTTPResponse) -> bytes:
    """The body; one that is longer than may be, or shorter than announced, is none."""
    body = answer.read(MOST_BYTES + 1)
    if len(body) > MOST_BYTES:
        raise VisitFailed(gettext("考勤机的回答太长,没有读完。"))
    if answer.length:
        raise http.client.IncompleteRead(body, answer.length)
    return body


def _good(status: int, told: bytes) -> bytes:
    if not 200 <= status < 300:
        raise Declined(status, told)
    return told
