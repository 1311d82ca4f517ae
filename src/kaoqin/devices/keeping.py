"""What uploads say, kept: bad lines, operations, people, results of commands; the readings go on to the ledger."""

import datetime as dt
import hashlib
import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kaoqin.core.outcomes import tell
from kaoqin.core.time import load_wall_clock, store_wall_clock
from kaoqin.devices import counting
from kaoqin.devices.fleet import learn
from kaoqin.devices.marks import mark_device
from kaoqin.devices.models import BadUploadLine, PersonOnDevice
from kaoqin.devices.models import Operation as KeptOperation
from kaoqin.devices.queue import take_results
from kaoqin.devices.wire import BadLine, Decoded, Operation, PersonOnTerminal, Reading, ReadUpload, Terminal
from kaoqin.devices.words import CommandState, Deed, Wish
from kaoqin.security.words import Actor


@dataclass(frozen=True, slots=True)
class Said:
    """What a kept upload says, and on which days somebody set the terminal's clock."""

    terminal: Terminal
    upload_id: int
    decoded: Decoded
    clock_set_days: Collection[dt.date] = ()


def keep_said(uploads: Iterable[Said], *, by: Actor, at: dt.datetime) -> None:
    """Keep all that uploads say; what is kept already stays as it is, so an upload may be read again."""
    read = []
    for said in uploads:
        _keep_bad_lines(said.upload_id, said.decoded.bad_lines)
        _keep_operations(said, at)
        keep_people(said.terminal.id, said.decoded.people, at)
        if said.decoded.facts:
            learn(said.terminal.serial, said.decoded.facts)
        if said.decoded.results:
            _take_results(said.terminal, said.decoded, at)
            mark_device(said.terminal.id)
        if said.decoded.readings:
            read.append(ReadUpload(said.upload_id, said.terminal, _flagged(said)))
    if read:
        tell("devices.readings", uploads=read, by=by, at=at)


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


def _keep_operations(said: Said, at: dt.datetime) -> None:
    device_id, upload_id = said.terminal.id, said.upload_id
    KeptOperation.objects.bulk_create(
        [
            KeptOperation(
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
            for done in said.decoded.operations
        ],
        ignore_conflicts=True,
    )


def _operation_key(device_id: int, upload_id: int, done: Operation) -> uuid.UUID:
    """What, when, by whom, to what, on which terminal. One without a time is as often as it was told."""
    when = done.at.isoformat() if done.at else f"upload {upload_id}"
    said = "\x1f".join((str(device_id), done.code, when, done.operator, done.target, *done.values))
    return uuid.UUID(bytes=hashlib.blake2b(said.encode(), digest_size=16).digest())


def keep_people(device_id: int, people: Sequence[PersonOnTerminal], at: dt.datetime) -> None:
    """Whom a terminal knows, as it told last."""
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


def clock_set_days(device_id: int, readings: Sequence[Reading]) -> set[dt.date]:
    """The days of these readings on which somebody set the terminal's clock."""
    if not readings:
        return set()
    first, end = span_of(readings)
    rows = KeptOperation.objects.filter(
        device=device_id, deed=Deed.CLOCK_SET, device_time__gte=first, device_time__lt=end
    )
    return days_of(rows.values_list("device_time", flat=True))


def span_of(readings: Iterable[Reading]) -> tuple[dt.datetime, dt.datetime]:
    """From the first midnight of readings to the last, as wall clocks are stored; the end is not included."""
    days = {reading.at.date() for reading in readings}
    first, last = (store_wall_clock(dt.datetime.combine(day, dt.time())) for day in (min(days), max(days)))
    return first, last + dt.timedelta(days=1) if last.date() < dt.date.max else last


def days_of(clocks: Iterable[dt.datetime | None]) -> set[dt.date]:
    """The days of stored wall clocks."""
    return {load_wall_clock(clock).date() for clock in clocks if clock}


def _flagged(said: Said) -> Sequence[Reading]:
    """Readings of a day on which the clock was set say so in their evidence; the upload itself may tell of it."""
    told = {one.at.date() for one in said.decoded.operations if one.deed == Deed.CLOCK_SET and one.at}
    days, readings = told.union(said.clock_set_days), said.decoded.readings
    if not days:
        return readings
    flagged: dict[int, Mapping[str, Any]] = {}

    def flag(extra: Mapping[str, Any]) -> Mapping[str, Any]:
        return flagged.setdefault(id(extra), {**extra, "clock_set": True})

    return [one._replace(extra=flag(one.extra)) if one.at.date() in days else one for one in readings]
