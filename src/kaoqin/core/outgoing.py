"""Calls to servers outside, where somebody else chose the address: https, public addresses, no redirects, in time.

The name is looked up once, every address it has is checked, and the connection goes to the one that was checked. Hosts
the installation trusts by name (`KAOQIN_TRUSTED_HOSTS`) may be in the house's own network, and without TLS.
"""

import http.client
import ipaddress
import socket
import ssl
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from django.conf import settings
from django.utils.translation import gettext

from kaoqin.core.words import Refusal

SECONDS = 10.0
"""For connecting, and for each wait on the other side."""
SECONDS_IN_ALL = 20.0
MOST_BYTES = 64 * 1024


class Unreached(Exception):  # noqa: N818 - a sentence for people, and a reason to try again
    """The other side could not be reached, or did not answer in time."""


@dataclass(frozen=True)
class Answer:
    """What the other side said: status, header fields in lower case, and the beginning of the body."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def post(address: str, body: bytes, headers: Mapping[str, str]) -> Answer:
    """Send a body. Refuses an address that may not be called, raises Unreached where nobody answers."""
    return _call("POST", address, body, headers)


def get(address: str) -> Answer:
    """Ask for what an address gives. Refuses and raises as `post` does."""
    return _call("GET", address, None, {})


def _call(method: str, address: str, body: bytes | None, headers: Mapping[str, str]) -> Answer:
    parts = check_address(address)
    try:
        reached = _reachable(parts)
        return _send(parts, reached, (method, body, headers))
    except (OSError, http.client.HTTPException) as error:
        raise Unreached(_say(error)) from error


def check_address(address: str) -> SplitResult:
    """The parts of an address that may be called. Refuses any other, without looking its name up."""
    parts = urlsplit(address)
    try:
        parts.port  # noqa: B018 - reading it checks it
    except ValueError:
        raise _refused() from None
    schemes = {"https", "http"} if _trusted(parts) else {"https"}
    if parts.scheme not in schemes or not parts.hostname or parts.username or parts.password:
        raise _refused()
    return parts


def _trusted(parts: SplitResult) -> bool:
    return bool({parts.hostname, parts.netloc} & set(settings.TRUSTED_HOSTS))


def _refused() -> Refusal:
    said = gettext("这个地址不能使用:需要 https:// 开头的公网地址;内网地址请管理员加到 KAOQIN_TRUSTED_HOSTS。")
    return Refusal("core.barred_address", said)


def _port(parts: SplitResult) -> int:
    return parts.port or (443 if parts.scheme == "https" else 80)


def _reachable(parts: SplitResult) -> str:
    """The address to connect to. Refuses a name any address of which is in a network that is not public."""
    found = socket.getaddrinfo(parts.hostname, _port(parts), type=socket.SOCK_STREAM)
    addresses = [str(one[4][0]) for one in found]
    if not _trusted(parts) and not all(_public(one) for one in addresses):
        raise _refused()
    return addresses[0]


def _public(address: str) -> bool:
    found = ipaddress.ip_address(address.partition("%")[0])
    inside = getattr(found, "ipv4_mapped", None) or getattr(found, "sixtofour", None) or found
    return bool(inside.is_global and found.is_global and not inside.is_multicast)


class _Plain(http.client.HTTPConnection):
    """A connection to an address that was checked, asking for the name."""

    def __init__(self, parts: SplitResult, reached: str) -> None:
        super().__init__(str(parts.hostname), _port(parts), timeout=SECONDS)
        self.reached = reached

    def connect(self) -> None:
        self.sock = socket.create_connection((self.reached, self.port), SECONDS)


class _Secure(_Plain):
    """The same, encrypted; the certificate must be the name's."""

    def connect(self) -> None:
        super().connect()
        self.sock = ssl.create_default_context().wrap_socket(self.sock, server_hostname=self.host)


def _send(parts: SplitResult, reached: str, told: tuple[str, bytes | None, Mapping[str, str]]) -> Answer:
    method, body, headers = told
    connection = (_Secure if parts.scheme == "https" else _Plain)(parts, reached)
    late = threading.Event()
    watch = threading.Timer(SECONDS_IN_ALL, _hang_up, [connection, late])
    watch.start()
    try:
        path = f"{parts.path or '/'}{f'?{parts.query}' if parts.query else ''}"
        connection.request(method, path, body, {"User-Agent": "kaoqin", **headers})
        answer = connection.getresponse()
        named = {name.lower(): value for name, value in answer.getheaders()}
        found = Answer(answer.status, named, answer.read(MOST_BYTES))
    finally:
        watch.cancel()
        connection.close()
    if late.is_set():  # what was cut off may look like an answer
        raise TimeoutError
    return found


def _hang_up(connection: http.client.HTTPConnection, late: threading.Event) -> None:
    """The other side had its time; whoever waits for it wakes."""
    late.set()
    if connection.sock:
        connection.sock.shutdown(socket.SHUT_RDWR)


def _say(error: Exception) -> str:
    """What went wrong, without the address: it may hold a key."""
    if isinstance(error, socket.gaierror):
        return gettext("找不到服务器,请检查服务器的网络与 DNS。")
    if isinstance(error, TimeoutError):
        return gettext("对方没有在规定时间内回答。")
    if isinstance(error, ssl.SSLError):
        return gettext("加密连接失败:{reason}").format(reason=error.reason or "TLS")
    return gettext("连接失败:{reason}").format(reason=type(error).__name__)
