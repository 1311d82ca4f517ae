"""Takes what comes on lines that stay open: finds who speaks, keeps what it says, and tells whether it may be answered."""

import datetime as dt
import logging
import re
import time
from collections.abc import Iterable
from dataclasses import replace

from kaoqin.core.time import as_instant
from kaoqin.devices import arrival, fleet
from kaoqin.devices.addresses import within
from kaoqin.devices.wire import Call, Errand, Link, Page, Terminal

log = logging.getLogger(__name__)
FRESH_SECONDS, WRITE_SECONDS = 2.0, 5.0
MOST_SECONDS = 2**31 - 1
"""No clock is told to be further off than that: more does not fit in its column."""
SHORTEST_END = 6
"""How many characters of a serial number are enough to know a terminal by its end."""
_SERIAL = re.compile(r"[A-Za-z0-9_-]{4,32}", re.ASCII)


class Taker:
    """What one process knows of terminals on open lines. All of it asks the database, one thread at a time."""

    def __init__(self) -> None:
        self._terminals: dict[str, Terminal] = {}
        self._read_at = self._written_at = float("-inf")
        self._beats = fleet.Heartbeats()

    def take(self, call: Call, body: bytes, path: str, address: str, at: dt.datetime) -> bool:
        """Whether a call may be answered: of an approved terminal, and an upload only after it was kept. Raises what the
        database raises: then it may not."""
        terminal = self._find(call, address, at)
        if terminal is None or self._barred(terminal, address, at):
            return False
        believed = terminal.approved and terminal.dialect.protocol in {"", call.protocol}
        if not believed:
            self._feel(terminal, at, address)
            return False
        if call.says or not terminal.dialect.protocol:
            fleet.learn(terminal.serial, call.says, call.protocol)
        ahead = _ahead(call, terminal, at)
        if call.errand is Errand.UPLOAD:
            heard = arrival.Heard(call.kind, body, path, address)
            try:
                arrived = arrival.arrive(_speaking(terminal, call.protocol), heard, at)
                ahead = self._beats.believed(terminal.serial, at, arrived.ahead_seconds)
            except arrival.NotApproved:
                return False
        self._feel(terminal, at, address, ahead, upload=call.errand is Errand.UPLOAD)
        return True

    def take_page(self, terminal: Terminal, link: Link, page: Page, at: dt.datetime) -> None:
        """Keep a page of a stream; one without a body is a sign of life. Raises NotApproved."""
        address, ahead = link.address[:45], None
        if page.body:
            heard = arrival.Heard(page.kind, page.body, page.path, address)
            ahead = self._beats.believed(terminal.serial, at, arrival.arrive(terminal, heard, at).ahead_seconds)
        self._feel(terminal, at, address, ahead, upload=bool(page.body))

    def write(self) -> None:
        """Write the signs of life that are not written yet."""
        self._written_at = time.monotonic()
        self._beats.write()

    def _find(self, call: Call, address: str, at: dt.datetime) -> Terminal | None:
        """Who calls; a stranger with a serial number is remembered as pending."""
        if time.monotonic() - self._read_at > FRESH_SECONDS:
            self._refresh(at)
        return self._known(call, address) or self._met(call, at)

    def _known(self, call: Call, address: str) -> Terminal | None:
        """By its serial number, or by the end of it that was typed in; without one by its address."""
        if call.serial in self._terminals:
            return self._terminals[call.serial]
        own = [one for one in self._terminals.values() if one.approved and one.dialect.protocol == call.protocol]
        if call.serial:
            return _only(one for one in own if len(one.serial) >= SHORTEST_END and _ends(call.serial, one.serial))
        return _only(one for one in own if one.dialect.options.get("address") == address)

    def _met(self, call: Call, at: dt.datetime) -> Terminal | None:
        if not _SERIAL.fullmatch(call.serial) or not fleet.meet(call.serial, at):
            log.warning("somebody unknown called by %s: %r", call.protocol, call.serial[:40])
            return None
        fleet.learn(call.serial, call.says, call.protocol)
        self._refresh(at)
        return self._terminals.get(call.serial)

    def _refresh(self, at: dt.datetime) -> None:
        self._terminals, self._read_at = fleet.terminals(at), time.monotonic()

    def _barred(self, terminal: Terminal, address: str, at: dt.datetime) -> bool:
        """Whether it calls from where it may not; a broker tells no address."""
        if not address or within(address, terminal.allowed):
            return False
        self._beats.bar(terminal.serial, at, address)
        self._write_sometimes()
        return True

    def _feel(
        self, terminal: Terminal, at: dt.datetime, address: str, ahead: int | None = None, *, upload: bool = False
    ) -> None:
        self._beats.feel(terminal.serial, at, address, ahead, upload=upload)
        self._write_sometimes()

    def _write_sometimes(self) -> None:
        if time.monotonic() - self._written_at > WRITE_SECONDS:
            self.write()


def _only(found: Iterable[Terminal]) -> Terminal | None:
    """The one there is; of several none, for it could be any."""
    one, *others = [*found, None]
    return one if len(others) == 1 else None


def _ends(told: str, serial: str) -> bool:
    return told.upper().endswith(serial.upper())


def _speaking(terminal: Terminal, protocol: str) -> Terminal:
    return replace(terminal, dialect=replace(terminal.dialect, protocol=protocol))


def _ahead(call: Call, terminal: Terminal, at: dt.datetime) -> int | None:
    """How far the clock is ahead that a sign of life shows, in seconds."""
    wall = call.told.get("wall")
    if not wall or not dt.MINYEAR < (shown := dt.datetime.fromisoformat(wall)).year < dt.MAXYEAR:
        return None
    ahead = round((as_instant(shown, terminal.dialect.zone) - at).total_seconds())
    return max(-MOST_SECONDS, min(ahead, MOST_SECONDS))
