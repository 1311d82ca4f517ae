"""Where terminals push their events: `POST /hikvision/<token>`. The body names no terminal, so the address does."""

import re
from collections.abc import Mapping

from kaoqin.devices.protocols.hikvision.events import only_alive
from kaoqin.devices.wire import Answer, Call, Errand, News, Unheard

NAME = "hikvision"
PREFIX = "/hikvision"
_ROUTE = re.compile(r"/hikvision/([A-Za-z0-9]{16,64})/?", re.ASCII)
LONGEST_BEAT = 8192


class Listener:
    """`Front` of the event listener."""

    prefix = PREFIX

    def hear(self, method: str, path: str, query: str) -> Call:
        route = _ROUTE.fullmatch(path)
        if route is None:
            raise Unheard(404, "not found\n")
        if method != "POST":
            raise Unheard(405, "method not allowed\n")
        return Call("", Errand.UPLOAD, "event", NAME, token=route[1])

    def register(self, body: bytes) -> Mapping[str, str]:
        """Nobody registers here."""
        return {}

    def only_alive(self, call: Call, body: bytes) -> bool:
        return len(body) <= LONGEST_BEAT and only_alive(body)

    def answer(self, call: Call, news: News) -> Answer:
        return Answer(200, b"OK") if news.approved else Answer(403, b"not approved\n")
