"""Records of access as `records[0].RecNo=12` lines: apart, together again, and what each of them is."""

import datetime as dt
import re
import zoneinfo
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from kaoqin.devices.protocols.masking import hidden, without_pictures
from kaoqin.devices.wire import BadLine, Decoded, Dialect, Operation, Reading
from kaoqin.devices.words import Deed, Fault

LONGEST_PIN, LONGEST_SHOWN = 60, 2000
PASSED = "1"
_FIELD = re.compile(r"\s*records\[(\d{1,9})\]\.([^=\s]+)\s*=(.*)", re.ASCII)
_HEAD = re.compile(r"\s*(?:found|totalCount)\s*=\s*(\d{1,9})\s*", re.ASCII)
_SECRET = re.compile(
    rb"(?im)^(\s*records\[\d+\]\.(?:password|passwd|pwd|citizen[a-z.]*|idnum|idcard[a-z]*)\s*=)([^\r\n]+)"
)
_WALL = re.compile(r"(\d{4}-\d{1,2}-\d{1,2})[T ](\d{1,2}:\d{1,2}:\d{1,2})", re.ASCII)
_LINE_END = re.compile(r"\r\n|\n|\r")
_NO_CARD = frozenset("0Ff")


@dataclass(frozen=True, slots=True)
class Record:
    """A record of access: the line it begins on, its fields in order, the first of each name."""

    line: int
    fields: Mapping[str, str]

    def said(self, *names: str) -> str:
        """The first of these that says something, as a short text."""
        told = (self.fields.get(name, "").replace("\0", "").strip() for name in names)
        return next((value for value in told if value), "")

    @property
    def text(self) -> str:
        """The record without its number: the same record is the same text again."""
        return "\n".join(f"{name}={value}" for name, value in self.fields.items())


@dataclass(frozen=True, slots=True)
class Told:
    """All lines of an answer: records, numbers of the head by name, how many lines are blank, and those that are none."""

    records: list[Record]
    head: Mapping[str, int]
    blank: int
    others: list[tuple[int, str]]


def read(body: bytes) -> Told:
    """An answer taken apart. Takes any bytes."""
    found: dict[str, tuple[int, dict[str, str]]] = {}
    head: dict[str, int] = {}
    blank, others = 0, []
    for number, line in enumerate(_LINE_END.split(_text(body).rstrip("\r\n")), 1):
        field, first = _FIELD.fullmatch(line), _HEAD.fullmatch(line)
        if field:
            found.setdefault(field[1], (number, {}))[1].setdefault(field[2], field[3].strip())
        elif first:
            head[line.partition("=")[0].strip()] = int(first[1])
        elif line.strip():
            others.append((number, line))
        else:
            blank += 1
    return Told([Record(number, fields) for number, fields in found.values()], head, blank, others)


def say_page(records: Iterable[Record]) -> bytes:
    """Records as they are kept: numbered from 0, so that the same ones are the same upload again."""
    told = (f"records[{n}].{name}={value}" for n, one in enumerate(records) for name, value in one.fields.items())
    return "".join(f"{line}\r\n" for line in told).encode(errors="replace")


def mask(body: bytes) -> bytes:
    """The body without passwords, identity cards and pictures."""
    return without_pictures(_SECRET.sub(lambda found: found[1] + hidden(found[2]), body))


def instant(record: Record, zone: str) -> dt.datetime | None:
    """When a record was made, in the zone; None where it tells no time."""
    real, told = record.said("CreateTimeRealUTC"), record.said("CreateTime")
    seconds = real if real.strip("0") and real.isdecimal() else told
    place = zoneinfo.ZoneInfo(zone)
    try:
        if seconds.isascii() and seconds.isdecimal():
            return dt.datetime.fromtimestamp(int(seconds), place)
        wall = _WALL.fullmatch(told)
        return dt.datetime.strptime(f"{wall[1]} {wall[2]}", "%Y-%m-%d %H:%M:%S").replace(tzinfo=place) if wall else None
    except (ValueError, OverflowError, OSError):
        return None


def decode_records(body: bytes, dialect: Dialect) -> Decoded:
    """What a masked answer says: every record of it is a reading, an operation or a bad line."""
    told = read(body)
    readings: list[Reading] = []
    operations: list[Operation] = []
    bad_lines = [BadLine(number, line[:LONGEST_SHOWN].replace("\0", "␀"), Fault.KIND) for number, line in told.others]
    for made in _made(told.records, dialect):
        if isinstance(made, Reading):
            readings.append(made)
        elif isinstance(made, Operation):
            operations.append(made)
        else:
            bad_lines.append(made)
    return Decoded(
        readings=readings, operations=operations, bad_lines=bad_lines, noted=len(told.head), blank=told.blank
    )


def _made(records: Iterable[Record], dialect: Dialect) -> Iterator[Reading | Operation | BadLine]:
    for record in records:
        at = instant(record, dialect.zone)
        pin = _person(record)
        status = record.said("Status")
        passed = status == PASSED if status else record.said("ErrorCode") in {"", "0"}
        if at is None:
            yield _bad(record, Fault.TIME)
        elif not pin:
            yield _operation(record, at, Deed.DOOR if passed else Deed.REJECTED)
        elif len(pin) > LONGEST_PIN or not pin.isprintable():
            yield _bad(record, Fault.PIN)
        else:
            yield _punch(record, pin, at) if passed else _bad(record, Fault.EVENT_REFUSED)


def _punch(record: Record, pin: str, at: dt.datetime) -> Reading:
    number, state, verify = record.said("RecNo")[:40], record.said("AttendanceState")[:20], record.said("Method")[:20]
    extra = {
        "status": state,
        "verify": verify,
        "direction": record.said("Type")[:20],
        "door": record.said("Door")[:20],
        "card": record.said("CardNo")[:40],
        "device_time": record.said("CreateTime")[:40],
    }
    return Reading(
        pin, at, state, verify, number, f"#{number}", {name: value for name, value in extra.items() if value}
    )


def _operation(record: Record, at: dt.datetime, deed: Deed) -> Operation:
    code = f"{record.said('Method')}/{record.said('ErrorCode')}"[:20]
    values = (record.said("RecNo")[:40], record.said("Door")[:20], record.said("Type")[:20])
    return Operation(deed, code, at.replace(tzinfo=None), target=record.said("CardNo")[:60], values=values)


def _person(record: Record) -> str:
    """Whose record it is: the number, else the card; a card of noughts is nobody's."""
    card = record.said("CardNo")
    return record.said("UserID") or ("" if set(card) <= _NO_CARD else card)


def _bad(record: Record, fault: Fault) -> BadLine:
    return BadLine(record.line, record.text[:LONGEST_SHOWN].replace("\0", "␀"), fault)


def _text(body: bytes) -> str:
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        return body.decode("gb18030", "replace")
