"""The one way in for every protocol: an upload, what is wrong in it, what was done at the terminal, and the punches,
in one transaction. Either all of it is kept and acknowledged, or nothing is and the terminal repeats.

Uploads of several terminals may share a transaction: at the start of a shift many send one punch each, and what one
transaction costs is most of what one punch costs.
"""

import datetime as dt
import hashlib
import json
import logging
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import Any

from django.db import transaction

from kaoqin.core.arrays import server_cursor
from kaoqin.core.time import as_instant
from kaoqin.devices import biometrics
from kaoqin.devices.keeping import Said, clock_set_days, days_of, keep_people, keep_said, span_of
from kaoqin.devices.models import BadUploadLine, RawUpload
from kaoqin.devices.protocols import adapter_named
from kaoqin.devices.wire import BadLine, Decoded, Dialect, Reading, Terminal
from kaoqin.devices.words import BadLineState, Deed, Fault
from kaoqin.security.doors import SYSTEM
from kaoqin.security.words import Actor

log = logging.getLogger(__name__)
LIVE = dt.timedelta(minutes=10)


class NotApproved(Exception):  # noqa: N818 - an answer, not a failure
    """The terminal is not approved (any more): nothing was kept."""


@dataclass(frozen=True, slots=True)
class Heard:
    """An upload as it came: its kind in the protocol's words, the bytes, from where."""

    kind: str
    body: bytes
    path: str = ""
    address: str = ""
    repeats: bool = True


@dataclass(frozen=True, slots=True)
class Arrival:
    """An upload on its way in, of whom and when."""

    terminal: Terminal
    heard: Heard
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class Arrived:
    """`records` may be acknowledged; `ahead_seconds` is how far the terminal's clock is ahead, of a live punch; `new`
    unless the same bytes came before."""

    records: int
    ahead_seconds: int | None = None
    new: bool = True


@dataclass(frozen=True, slots=True)
class _Opened:
    """An arrival with its body unpacked, masked and read."""

    arrival: Arrival
    plain: bytes
    masked: bytes
    said: Decoded


def arrive(terminal: Terminal, heard: Heard, at: dt.datetime) -> Arrived:
    """Keep an upload and all it says. Raises NotApproved, and TooLarge for an archive without end."""
    (arrived,) = arrive_together([Arrival(terminal, heard, at)])
    if arrived is None:
        raise NotApproved
    return arrived


def arrive_together(arrivals: Sequence[Arrival]) -> list[Arrived | None]:
    """Keep uploads of different terminals and all they say, in one transaction; None for one that is not approved.
    Raises TooLarge for an archive without end: then none is kept."""
    opened = [_open(one) for one in arrivals]
    in_order = sorted(opened, key=lambda one: one.arrival.terminal.id)  # who locks the same locks it in the same order
    with transaction.atomic():
        kept = _keep(in_order)
        if kept:
            _take_in([(one, kept[one.arrival.terminal.id]) for one in in_order if one.arrival.terminal.id in kept])
    return [_answer(one, kept.get(one.arrival.terminal.id)) for one in opened]


def _open(one: Arrival) -> _Opened:
    dialect, heard = one.terminal.dialect, one.heard
    adapter = adapter_named(dialect.protocol)
    plain = adapter.unpack(heard.kind, heard.body)
    masked = adapter.mask(heard.kind, plain)
    return _Opened(one, plain, masked, read(dialect, heard.kind, masked))


def read(dialect: Dialect, kind: str, masked: bytes) -> Decoded:
    """What a body says. A fault of ours loses nothing: the upload is kept, and read again when the fault is mended."""
    try:
        return adapter_named(dialect.protocol).decode(kind, masked, dialect)
    except Exception:
        log.exception("an upload of kind %s could not be read", kind)
        return Decoded(bad_lines=[BadLine(0, "", Fault.UNREAD)])


@dataclass(frozen=True, slots=True)
class _Kept:
    """An upload in its table: how often it has come, this time included, and when its terminal's clock was set."""

    id: int
    times_seen: int
    clock_set_days: Collection[dt.date]


# All readings are taken for new ones; the ledger tells where it knew some (`note_otherwise`).
_KEEP = """
INSERT INTO devices_rawupload (device_id, kind, protocol, sha256, body, size_bytes, path, address, received_at, last_at,
    times_seen, record_count, reading_count, operation_count, bad_count, new_count, known_count, held_count, unknown_count)
SELECT d.id, t.kind, t.protocol, t.sha256, substr(%(bodies)b, t.begins, t.length), t.size, t.path, t.address, t.at, t.at,
    1, t.record_count, t.reading_count, t.operation_count, t.bad_count, t.reading_count, 0, 0, 0
FROM jsonb_to_recordset(%(rows)s::jsonb) AS t(begins int, length int, device bigint, kind text, protocol text, sha256 text, size int,
    path text, address text, at timestamptz, record_count int, reading_count int, operation_count int, bad_count int)
JOIN devices_device d ON d.id = t.device AND d.state = 'approved'
ORDER BY d.id
ON CONFLICT (device_id, kind, sha256) DO UPDATE
    SET times_seen = devices_rawupload.times_seen + 1, last_at = excluded.last_at
RETURNING device_id, id, times_seen, ARRAY(SELECT o.device_time FROM devices_operation o
    WHERE o.device_id = devices_rawupload.device_id AND o.deed = %(clock_set)s AND o.device_time IS NOT NULL
    AND o.device_time >= %(first)s AND o.device_time < %(end)s)
"""


def _keep(opened: Sequence[_Opened]) -> dict[int, _Kept]:
    """The uploads in their table, by terminal; those of terminals that are not approved are not there."""
    readings = [one for few in opened for one in few.said.readings]
    first, end = span_of(readings) if readings else (opened[0].arrival.at,) * 2
    bodies = [one.masked for one in opened]
    begins = accumulate(map(len, bodies[:-1]), initial=1)
    rows = [{"begins": begin, **_columns(one)} for begin, one in zip(begins, opened, strict=True)]
    told: dict[str, Any] = {"rows": json.dumps(rows), "bodies": b"".join(bodies)}
    with server_cursor() as cursor:
        cursor.execute(_KEEP, {**told, "clock_set": str(Deed.CLOCK_SET), "first": first, "end": end})
        return {device: _Kept(key, seen, days_of(clocks)) for device, key, seen, clocks in cursor.fetchall()}


def _columns(one: _Opened) -> dict[str, Any]:
    """What is told of an upload besides its body, as JSON: binding a list for each column takes longer than the insert.
    The bodies are bound as one for the same reason."""
    heard, said = one.arrival.heard, one.said
    return {
        "device": one.arrival.terminal.id,
        "kind": heard.kind,
        "protocol": one.arrival.terminal.dialect.protocol,
        "sha256": hashlib.sha256(heard.body).hexdigest(),
        "size": len(heard.body),
        "length": len(one.masked),
        "path": heard.path[:500],
        "address": heard.address,
        "at": one.arrival.at.isoformat(),
        **_counts(said),
    }


def _counts(said: Decoded) -> dict[str, int]:
    lists = {"reading": said.readings, "operation": said.operations, "bad": said.bad_lines}
    return {"record_count": said.records, **{f"{name}_count": len(of) for name, of in lists.items()}}


def _take_in(kept: Sequence[tuple[_Opened, _Kept]]) -> None:
    """Keep what the uploads say; one that came before has said it, and is no news but for whom its terminal knows."""
    said = []
    for one, row in kept:
        terminal = one.arrival.terminal
        if row.times_seen == 1 or not one.arrival.heard.repeats:
            said.append(Said(terminal, row.id, one.said, row.clock_set_days))
        else:
            keep_people(terminal.id, one.said.people, one.arrival.at)
    keep_said(said, by=SYSTEM, at=max(one.arrival.at for one, _ in kept))
    for one, _ in kept:
        biometrics.take(one.arrival.terminal, one.arrival.heard.kind, one.plain, one.arrival.at)


def _answer(one: _Opened, row: _Kept | None) -> Arrived | None:
    zone = one.arrival.terminal.dialect.zone
    ahead = _ahead(one.said.readings, zone, one.arrival.at)
    return Arrived(one.said.records, ahead, row.times_seen == 1) if row else None


def _ahead(readings: Sequence[Reading], zone: str, at: dt.datetime) -> int | None:
    """How far the terminal's clock is ahead, in seconds, if a single punch came that is no older than ten minutes."""
    if len(readings) != 1 or not dt.MINYEAR < readings[0].at.year < dt.MAXYEAR:
        return None
    told = readings[0].at
    ahead = (told if told.tzinfo else as_instant(told, zone)) - at
    return round(ahead.total_seconds()) if abs(ahead) <= LIVE else None


@transaction.atomic
def read_again(terminal: Terminal, upload: RawUpload, *, by: Actor, at: dt.datetime) -> Decoded:
    """Read a kept upload with today's understanding: what is new in it is kept, bad lines that are good now are closed."""
    dialect = replace(terminal.dialect, protocol=upload.protocol or terminal.dialect.protocol)
    said = read(dialect, upload.kind, bytes(upload.body))
    waiting = BadUploadLine.objects.filter(upload=upload, state=BadLineState.WAITING)
    waiting.exclude(line_no__in=[bad.number for bad in said.bad_lines]).update(state=BadLineState.REREAD, decided_at=at)
    none = {"known_count": 0, "held_count": 0, "unknown_count": 0}
    RawUpload.objects.filter(pk=upload.pk).update(**_counts(said), new_count=len(said.readings), **none)
    keep_said([Said(terminal, upload.pk, said, clock_set_days(terminal.id, said.readings))], by=by, at=at)
    return said
