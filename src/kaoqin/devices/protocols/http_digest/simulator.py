"""A server on a real socket that asks for a Digest log-in, as made-up terminals do."""

import contextlib
import secrets
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

from kaoqin.devices.protocols.http_digest import digest

Said = tuple[int, str]


class DigestServer:
    """`with DigestServer(…) as unit:` listens on `unit.port`; a brand says what it answers and streams. Who has a loop
    of their own opens it, and calls `server.handle_request` when somebody calls."""

    def __init__(self, user: str, password: str, *, sha256: bool = False) -> None:
        self.user, self.password = user, password
        self.algorithm = "SHA-256" if sha256 else "MD5"
        self.refused_logins = 0
        self._nonce = secrets.token_hex(8)
        self.server: ThreadingHTTPServer
        self.port = 0

    def open(self, host: str = "127.0.0.1", port: int = 0) -> None:
        """Take the port, 0 for any that is free."""
        self.server = _Server((host, port), _handler(self))
        self.port = int(self.server.server_address[1])

    def __enter__(self) -> Self:
        self.open()
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *told: object) -> None:
        self.server.shutdown()
        self.server.server_close()

    def there(self) -> bool:
        """Whether it has a network; without one a call is not answered."""
        return True

    def answer(self, method: str, path: str, body: bytes) -> Said:
        """What is said to a request whose log-in was right."""
        raise NotImplementedError

    def stream(self, method: str, path: str) -> tuple[str, Iterator[bytes]] | None:
        """The content type and the pieces of an answer without end, if this request has one."""
        return None

    def new_nonce(self) -> None:
        """What was asked so far is old, and the unit does not say so."""
        self._nonce = secrets.token_hex(8)

    def challenge(self) -> str:
        return f'Digest realm="IP Camera", qop="auth", nonce="{self._nonce}", algorithm={self.algorithm}'

    def knows(self, method: str, authorization: str) -> bool:
        """Whether a log-in is right; one that is wrong is counted."""
        told = dict(digest.pairs(authorization))
        asked = digest.read_challenge([self.challenge()])
        if asked is None or not told:
            return False
        count = int(told.get("nc", "0"), 16)
        right = digest.answer(
            asked, self.user, self.password, method, told.get("uri", ""), count, told.get("cnonce", "")
        )
        known = told.get("nonce") == self._nonce and digest.pairs(right)["response"] == told.get("response")
        self.refused_logins += not known
        return known


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    timeout = 0


def _handler(unit: DigestServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def _do(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            if not unit.there():
                return None
            if not unit.knows(self.command, self.headers.get("Authorization", "")):
                return self._say(401, "", unit.challenge())
            endless = unit.stream(self.command, self.path)
            return self._pour(*endless) if endless else self._say(*unit.answer(self.command, self.path, body))

        def _say(self, status: int, text: str, challenge: str = "") -> None:
            self.send_response(status)
            if challenge:
                self.send_header("WWW-Authenticate", challenge)
            self.send_header("Content-Length", str(len(text.encode())))
            self.end_headers()
            self.wfile.write(text.encode())

        def _pour(self, kind: str, pieces: Iterator[bytes]) -> None:
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.end_headers()
            with contextlib.suppress(OSError):
                for piece in pieces:
                    self.wfile.write(piece)

        def log_message(self, format: str, *told: Any) -> None:  # noqa: A002 - the name of the base class
            """Says nothing."""

        do_GET = do_PUT = do_POST = _do  # noqa: N815 - the names http.server calls

    return Handler
