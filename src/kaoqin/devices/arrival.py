"""The one way in for every protocol: an upload, what is wrong in it, what was done at the terminal, and the punches,
in one transaction. Either all of it is kept and acknowledged, or nothing is and the terminal repeats."""

import datetime as dt
import hashlib
import logging
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db import connection, transaction

from kaoqin.core.outcomes import tell
from kaoqin.core.time import as_instant, load_wall_clock, store_wall_clock
from kaoqin.devices import biometrics, counting
from kaoqin.devices.fleet import learn
from kaoqin.devices.marks import mark_device
from kaoqin.devices.models import BadUploadLine, Operation, PersonOnDevice, RawUpload
from kaoqin.devices.protocols import adapter_named
from kaoqin.devices.queue import take_results
from kaoqin.devices.wire import BadLine, Decoded, Dialect, PersonOnTerminal, Reading, Terminal
from kaoqin.devices.wire import Operation as Done
from kaoqin.devices.words import BadLineState, CommandState, Deed, Fault, Wish
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
class Arrived:
    """`records` may be acknowledged; `ahead_seconds` is how far the terminal's clock is ahead, of a live punch; `new`
    unless the same bytes came before."""

    records: int
    ahead_seconds: int | None = None
    new: bool = True


_KEEP = """
INSERT INTO devices_rawupload (device_id, kind, protocol, sha256, body, size_bytes, path, address, received_at, last_at,
    times_seen, record_count, reading_count, operation_count, bad_count, new_count, known_count, held_count, unknown_count)
SELECT d.id, %(kind)s, %(protocol)s, %(sha256)s, %(body)s, %(size)s, %(path)s, %(address)s, %(at)s, %(at)s,
    1, %(record_count)s, %(reading_count)s, %(operation_count)s, %(bad_count)s, 0, 0, 0, 0
FROM devices_device d WHERE d.id = %(device)s AND d.state = 'approved'
ON CONFLICT (device_id, kind, sha256) DO UPDATE
    SET times_seen = devices_rawupload.times_seen + 1, last_at = excluded.last_at
RETURNING id, times_seen
"""


@transaction.atomic
def arrive(terminal: Terminal, heard: Heard, at: dt.datetime) -> Arrived:
    """Keep an upload and all it says. Raises NotApproved, and TooLarge for an archive without end."""
    adapter = adapter_named(terminal.dialect.protocol)
    plain = adapter.unpack(heard.kind, heard.body)
    masked = adapter.mask(heard.kind, plain)
    said = read(terminal.dialect, heard.kind, masked)
    upload_id, times_seen = _keep(terminal, heard, masked, said, at)
    if times_seen == 1 or not heard.repeats:
        keep_said(terminal, upload_id, said, by=SYSTEM, at=at)
    else:  # whom a terminal knows it may tell in the same words again, and it is news that it is so still
        _keep_people(terminal.id, said.people, at)
    biometrics.take(terminal, heard.kind, plain, at)
    return Arrived(said.records, _ahead(said.readings, terminal.dialect.zone, at), times_seen == 1)


def read(dialect: Dialect, kind: str, masked: bytes) -> Decoded:
    """What a body says. A fault of ours loses nothing: the upload is kept, and read again when the fault is mended."""
    try:
        return adapter_named(dialect.protocol).decode(kind, masked, dialect)
    except Exception:
        log.exception("an upload of kind %s could not be read", kind)
        return Decoded(bad_lines=[BadLine(0, "", Fault.UNREAD)])


def _keep(terminal: Terminal, heard: Heard, masked: bytes, said: Decoded, at: dt.datetime) -> tuple[int, int]:
    """The upload's id and how often it has come, this time included."""
    told: dict[str, Any] = {
        "device": terminal.id,
        "kind": heard.kind,
        "protocol": terminal.dialect.protocol,
        "sha256": hashlib.sha256(heard.body).hexdigest(),
        "body": masked,
        "size": len(heard.body),
        "path": heard.path[:500],
        "address": heard.address,
        "at": at,
    }
    with connection.cursor() as cursor:
        cursor.execute(_KEEP, told | _counts(said))
        found = cursor.fetchone()
    if found is None:
        raise NotApproved
    return int(found[0]), int(found[1])


def _counts(said: Decoded) -> dict[str, int]:
    lists = {"reading": said.readings, "operation": said.operations, "bad": said.bad_lines}
    return {"record_count": said.records, **{f"{name}_count": len(of) for name, of in lists.items()}}


def keep_said(terminal: Terminal, upload_id: int, said: Decoded, *, by: Actor, at: dt.datetime) -> None:
    """Keep all that an upload says; what is kept already stays as it is, so an upload may be read again."""
    _keep_bad_lines(upload_id, said.bad_lines)
    _keep_operations(terminal.id, upload_id, said.operations, at)
    _keep_people(terminal.id, said.people, at)
    if said.facts:
        learn(terminal.serial, said.facts)
    if said.results:
        _take_results(terminal, said, at)
        mark_device(terminal.id)
    if said.readings:
        readings = _flagged(said.readings, _clock_set_days(terminal.id, said.readings))
        tell("devices.readings", upload_id=upload_id, told=terminal, readings=readings, by=by, at=at)


def _take_results(terminal: Terminal, said: Decoded, at: dt.datetime) -> None:
    """What became of commands; a day that was sent again is counted anew."""
    for ended in take_results(terminal.id, said.results, at):
        if ended.wish == Wish.TELL_PUNCHES and ended.target and ended.state == CommandState.DONE:
            counting.count_again(terminal, dt.date.fromisoformat(ended.target), at)


def _keep_bad_lines(upload_id: int, bad_lines: Iterable[BadLine]) -> None:
    BadUploadLine.objects.bulk_create(
        [BadUploadLine(upload_id=upload_id, line_no=bad.number, raw=bad.text, fault=bad.fault) for bad in bad_lines],
        ignore_conflicts=True,
    )


def _keep_operations(device_id: int, upload_id: int, operations: Iterable[Done], at: dt.datetime) -> None:
    Operation.objects.bulk_create(
        [
            Operation(
                content_key=_operation_key(device_id, upload_id, done),
                device_id=device_id,
                upload_id=upload_id,
                deed=done.deed,
                code=done.code,
                device_time=store_wall_clock(done.at) if done.at else None,
                operator=done.operator,
                target=done.target,
                values=list(done.values),
                received_at=at,
            )
            for done in operations
        ],
        ignore_conflicts=True,
    )


def _operation_key(device_id: int, upload_id: int, done: Done) -> uuid.UUID:
    """What, when, by whom, to what, on which terminal. One without a time is as often as it was told."""
    when = done.at.isoformat() if done.at else f"upload {upload_id}"
    said = "\x1f".join((str(device_id), done.code, when, done.operator, done.target, *done.values))
    return uuid.UUID(bytes=hashlib.blake2b(said.encode(), digest_size=16).digest())


def _keep_people(device_id: int, people: Sequence[PersonOnTerminal], at: dt.datetime) -> None:
    if not people:
        return
    mark_device(device_id)
    fields = ["name", "privilege", "card", "group", "told_at"]
    newest = {person.pin: person for person in people}
    PersonOnDevice.objects.bulk_create(
        [
            PersonOnDevice(
                device_id=device_id,
                pin=person.pin,
                name=person.name,
                privilege=person.privilege,
                card=person.card,
                group=person.group,
                told_at=at,
            )
            for person in newest.values()
        ],
        update_conflicts=True,
        unique_fields=["device", "pin"],
        update_fields=fields,
    )


def _clock_set_days(device_id: int, readings: Sequence[Reading]) -> set[dt.date]:
    """The days of these readings on which somebody set the terminal's clock."""
    days = {reading.at.date() for reading in readings}
    first, last = (store_wall_clock(dt.datetime.combine(day, dt.time())) for day in (min(days), max(days)))
    rows = Operation.objects.filter(
        device=device_id, deed=Deed.CLOCK_SET, device_time__gte=first, device_time__lte=last + dt.timedelta(hours=24)
    )
    return {load_wall_clock(when).date() for when in rows.values_list("device_time", flat=True) if when}


def _flagged(readings: Sequence[Reading], days: set[dt.date]) -> Sequence[Reading]:
    """Readings of those days say in their evidence that the clock was set."""
    if not days:
        return readings
    flagged: dict[int, Mapping[str, Any]] = {}

    def flag(extra: Mapping[str, Any]) -> Mapping[str, Any]:
        return flagged.setdefault(id(extra), {**extra, "clock_set": True})

    return [one._replace(extra=flag(one.extra)) if one.at.date() in days else one for one in readings]


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
    keep_said(terminal, upload.pk, said, by=by, at=at)
    RawUpload.objects.filter(pk=upload.pk).update(**_counts(said))
    return said
