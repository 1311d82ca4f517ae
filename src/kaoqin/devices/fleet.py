"""What the process remembers of all terminals, so that a poll asks no database: who they are, and when they called."""

import datetime as dt
import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Exists, OuterRef

from kaoqin.devices.addresses import OPTION, networks
from kaoqin.devices.models import Command, Device
from kaoqin.devices.queue import due
from kaoqin.devices.wire import Dialect, Terminal
from kaoqin.devices.words import DeviceState

MOST_PENDING = 200
MOST_FACTS = 100
PAUSE = dt.timedelta(minutes=1)
"""Terminals call every 15 to 30 seconds; one that paused longer may have kept punches back."""
THERE_AND_BACK = dt.timedelta(minutes=10)
_FIELDS = (
    "id",
    "serial",
    "state",
    "site__name",
    "protocol",
    "facts__language",
    "zone",
    "site__timezone",
    "options",
    "keeps_templates",
)


def terminals(at: dt.datetime, **which: Any) -> dict[str, Terminal]:
    """All terminals, or some, by serial, in one question."""
    open_commands = Command.objects.filter(due(at), device=OuterRef("pk"))
    rows = (
        Device.objects.filter(**which)
        .annotate(called=Exists(open_commands))
        .values_list(*_FIELDS, "again_until", "called")
    )
    return {row[1]: _terminal(*row) for row in rows}


def _terminal(
    device_id: int,
    serial: str,
    state: str,
    place: str | None,
    protocol: str,
    language: str | None,
    zone: str,
    site_zone: str | None,
    options: Mapping[str, str],
    keeps_templates: bool,
    again_until: dt.datetime | None,
    has_commands: bool,
) -> Terminal:
    dialect = Dialect(protocol, language or "", zone or site_zone or settings.TIME_ZONE, options, keeps_templates)
    allowed = networks(options.get(OPTION, ""))
    return Terminal(device_id, serial, state, place or "", dialect, again_until, has_commands, allowed)


def terminal(serial: str, at: dt.datetime) -> Terminal | None:
    """One terminal as it is now."""
    return terminals(at, serial=serial).get(serial)


def meet(serial: str, at: dt.datetime) -> bool:
    """Remember a terminal nobody has seen before, to be approved by a person. At most 200 wait; False beyond."""
    if Device.objects.filter(state=DeviceState.PENDING).count() >= MOST_PENDING:
        return False
    Device.objects.bulk_create([Device(serial=serial, first_seen_at=at)], ignore_conflicts=True)
    return True


_LEARN = """
UPDATE devices_device d SET facts = d.facts || t.says, protocol = coalesce(nullif(t.protocol, ''), d.protocol)
FROM unnest(%s::text[], %s::jsonb[], %s::text[]) AS t(serial, says, protocol)
WHERE d.serial = t.serial AND NOT (d.facts @> t.says AND d.protocol = coalesce(nullif(t.protocol, ''), d.protocol))
RETURNING d.serial
"""
Says = tuple[Mapping[str, str], str]
"""What a terminal tells of itself, and the protocol it has revealed (empty: none)."""


def learn(serial: str, says: Mapping[str, str], protocol: str = "") -> bool:
    """Keep what a terminal tells of itself; False, and nothing written, where it is known."""
    return bool(learn_all({serial: (says, protocol)}))


def learn_all(told: Mapping[str, Says]) -> list[str]:
    """Keep what terminals tell of themselves; returns the serials for whom it was news."""
    rows = sorted(told.items())
    says = [
        json.dumps({key[:60]: value[:200] for key, value in list(one.items())[:MOST_FACTS]}) for _, (one, _) in rows
    ]
    with connection.cursor() as cursor:
        cursor.execute(_LEARN, [[serial for serial, _ in rows], says, [protocol for _, (_, protocol) in rows]])
        return [row[0] for row in cursor.fetchall()]


class Telling:
    """What terminals tell of themselves, gathered and written in one statement: after a power cut all greet at once."""

    def __init__(self) -> None:
        self._told: dict[str, Says] = {}
        self._lock = threading.Lock()

    def add(self, serial: str, says: Mapping[str, str], protocol: str) -> None:
        with self._lock:
            before, known = self._told.get(serial, ({}, ""))
            self._told[serial] = {**before, **says}, protocol or known

    def write(self) -> list[str]:
        """Write what was gathered; returns the serials for whom it was news. What the database does not take is
        gathered still."""
        with self._lock:
            told, self._told = self._told, {}
        try:
            return learn_all(told) if told else []
        except Exception:
            with self._lock:
                self._told = {**told, **self._told}
            raise


_GREETED = "UPDATE devices_device SET again_until = least(again_until, %s) WHERE serial = %s"


def greeted_again(serial: str, at: dt.datetime) -> None:
    """A terminal was told to send everything again; for ten minutes more it is told so, should the answer be lost."""
    with connection.cursor() as cursor:
        cursor.execute(_GREETED, [at + dt.timedelta(minutes=10), serial])


@dataclass(slots=True)
class Presence:
    """How a terminal has called lately: from where, since when without a pause, and from where before."""

    address: str
    since: dt.datetime
    last: dt.datetime
    old_address: str = ""
    old_at: dt.datetime | None = None

    def call(self, at: dt.datetime, address: str) -> str:
        """It calls. Returns the other address, if it went there and back within ten minutes: those are two."""
        if at - self.last > PAUSE:
            self.since = at
        clash = ""
        if address != self.address:
            clash = self.address if address == self.old_address and self._just_there(at) else ""
            self.old_address, self.old_at, self.address = self.address, self.last, address
        self.last = at
        return clash

    def _just_there(self, at: dt.datetime) -> bool:
        return self.old_at is not None and at - self.old_at <= THERE_AND_BACK


@dataclass(slots=True)
class Beat:
    """A sign of life that is not written yet."""

    seen_at: dt.datetime
    address: str
    upload_at: dt.datetime | None = None
    clock_ahead_seconds: int | None = None
    clash_address: str | None = None
    clash_at: dt.datetime | None = None


_BEATS = """
INSERT INTO devices_heartbeat
    (device_id, seen_at, address, upload_at, clock_ahead_seconds, clash_address, clash_at)
SELECT d.id, b.seen_at, b.address, b.upload_at, b.ahead, coalesce(b.clash, ''), b.clash_at
FROM unnest(%s::text[], %s::timestamptz[], %s::text[], %s::timestamptz[], %s::int[], %s::text[], %s::timestamptz[])
    AS b(serial, seen_at, address, upload_at, ahead, clash, clash_at) JOIN devices_device d USING (serial)
ON CONFLICT (device_id) DO UPDATE SET
    seen_at = greatest(devices_heartbeat.seen_at, excluded.seen_at), address = excluded.address,
    upload_at = coalesce(excluded.upload_at, devices_heartbeat.upload_at),
    clock_ahead_seconds = coalesce(excluded.clock_ahead_seconds, devices_heartbeat.clock_ahead_seconds),
    clash_address = coalesce(nullif(excluded.clash_address, ''), devices_heartbeat.clash_address),
    clash_at = coalesce(excluded.clash_at, devices_heartbeat.clash_at)
"""


_BARRED = """
INSERT INTO devices_barredcall (device_id, address, at, times)
SELECT d.id, b.address, b.at, b.times FROM unnest(%s::text[], %s::text[], %s::timestamptz[], %s::int[])
    AS b(serial, address, at, times) JOIN devices_device d USING (serial)
ON CONFLICT (device_id) DO UPDATE SET
    address = excluded.address, at = excluded.at, times = devices_barredcall.times + excluded.times
"""


class Heartbeats:
    """Signs of life, and calls that were turned away, gathered and written in one statement each."""

    def __init__(self) -> None:
        self._beats: dict[str, Beat] = {}
        self._barred: dict[str, tuple[str, dt.datetime, int]] = {}
        self._present: dict[str, Presence] = {}
        self._lock = threading.Lock()

    def feel(self, serial: str, at: dt.datetime, address: str, ahead: int | None = None, *, upload: bool) -> None:
        with self._lock:
            beat = self._beats.setdefault(serial, Beat(at, address))
            beat.seen_at, beat.address = at, address
            beat.upload_at = at if upload else beat.upload_at
            beat.clock_ahead_seconds = beat.clock_ahead_seconds if ahead is None else ahead
            clash = self._present.setdefault(serial, Presence(address, at, at)).call(at, address)
            if clash:
                beat.clash_address, beat.clash_at = clash, at

    def believed(self, serial: str, at: dt.datetime, ahead: int | None) -> int | None:
        """How far a clock is ahead by a punch that came just now; None where the punch may have been kept back, for
        the terminal was not in touch all the while."""
        present = self._present.get(serial)
        if ahead is None or present is None or at - present.last > PAUSE:
            return None
        return ahead if at - present.since >= dt.timedelta(seconds=abs(ahead)) else None

    def bar(self, serial: str, at: dt.datetime, address: str) -> None:
        """It called from where it may not: no sign of life, for it may be another."""
        with self._lock:
            self._barred[serial] = address, at, self._barred.get(serial, ("", at, 0))[2] + 1

    def write(self) -> None:
        """Write what was gathered; when the database does not take it, it is gathered still."""
        with self._lock:
            beats, self._beats = self._beats, {}
            barred, self._barred = self._barred, {}
        try:
            self._insert(beats)
            self._insert_barred(barred)
        except Exception:
            with self._lock:
                self._beats, self._barred = {**beats, **self._beats}, {**barred, **self._barred}
            raise

    @staticmethod
    def _insert_barred(barred: Mapping[str, tuple[str, dt.datetime, int]]) -> None:
        rows = [(serial, *told) for serial, told in sorted(barred.items())]
        if rows:
            with connection.cursor() as cursor:
                cursor.execute(_BARRED, [list(column) for column in zip(*rows, strict=True)])

    @staticmethod
    def _insert(beats: Mapping[str, Beat]) -> None:
        rows = sorted(beats.items())
        columns = [[getattr(beat, name) for _, beat in rows] for name in Beat.__slots__]
        with connection.cursor() as cursor:
            cursor.execute(_BEATS, [[serial for serial, _ in rows], *columns])
