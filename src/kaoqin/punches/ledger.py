"""The ledger's one door: `take` appends what is new and tells whose days it touches."""

import datetime as dt
import hashlib
import json
import struct
import uuid
import zoneinfo
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db import connection, transaction
from psycopg.errors import UniqueViolation

from kaoqin.core.arrays import server_cursor, text_array
from kaoqin.core.outcomes import tell
from kaoqin.core.time import zone_telling
from kaoqin.devices import actions as devices
from kaoqin.devices import queries as terminals
from kaoqin.devices.wire import Reading, ReadUpload, Terminal
from kaoqin.punches.words import TAKE_PUNCHES, Source, Trust
from kaoqin.security.doors import require
from kaoqin.security.words import Actor

DAY = dt.timedelta(days=1)
FIRST_YEAR = 2015
ZERO = dt.timedelta()
AHEAD = dt.timedelta(minutes=5)
LATE = dt.timedelta(minutes=10)
NEVER = dt.timedelta(days=700_000)
CHUNK = 50_000
NO_EVIDENCE: Mapping[str, Any] = {}


class Press(NamedTuple):
    """One punch on its way in. `device_time` is the source's wall clock (naive), read in `zone`.

    A tuple, for there are millions. `evidence` may be shared by many: it is read, never written. `employee_id`: whose
    it is for certain; where it is not told, whose the number is.
    """

    person_key: str
    device_time: dt.datetime
    zone: str
    origin: str = ""
    person_name: str = ""
    place: str = ""
    mark: str = ""
    evidence: Mapping[str, Any] = NO_EVIDENCE
    employee_id: int | None = None


@dataclass(frozen=True)
class Taken:
    """What became of a batch: new in the ledger, known already, held for their clock, of nobody we know."""

    new: int = 0
    known: int = 0
    held: int = 0
    unknown: int = 0

    def __add__(self, other: "Taken") -> "Taken":
        pairs = zip(vars(self).values(), vars(other).values(), strict=True)
        return Taken(*(a + b for a, b in pairs))


def content_key(press: Press) -> uuid.UUID:
    """The identity of a punch: who, when by the device's own clock, on what, with which mark. Not the zone: a zone
    set right later must not double what is uploaded again."""
    return uuid.UUID(bytes=_key(press.origin, press.person_key, press.device_time.isoformat(), press.mark))


def _key(origin: str, person_key: str, device_time: str, mark: str) -> bytes:
    said = f"{origin}\x1f{person_key}\x1f{device_time}\x1f{mark}"
    return hashlib.blake2b(said.encode(), digest_size=16).digest()


_KNOWN = "SELECT uuid_send(content_key) FROM punches_punch WHERE content_key = ANY(%s::uuid[])"
_TRIES = 10


def take(
    presses: Sequence[Press],
    *,
    source: Source,
    by: Actor,
    at: dt.datetime,
    batch_id: int | None = None,
    late_after: dt.timedelta = NEVER,
) -> Taken:
    """Append punches, each once however often it comes. Days of known people are told to settle again.

    A punch whose clock cannot be right (before 2015, or ahead of now) is kept and held; one of an unknown number is
    kept without employee; one told later than `late_after` says so in its evidence. Nothing is dropped.
    """
    taken = take_by_origin(presses, source=source, by=by, at=at, batch_id=batch_id, late_after=late_after)
    return sum(taken.values(), Taken())


def take_by_origin(
    presses: Sequence[Press],
    *,
    source: Source,
    by: Actor,
    at: dt.datetime,
    batch_id: int | None = None,
    late_after: dt.timedelta = NEVER,
) -> dict[str, Taken]:
    """As `take`; what became of them is told for each origin."""
    require(by, TAKE_PUNCHES)
    counted: dict[str, Taken] = {}
    with transaction.atomic(savepoint=False):
        for begin in range(0, len(presses), CHUNK):
            some = _take_some(presses[begin : begin + CHUNK], source, at, batch_id, late_after)
            counted |= {origin: counted.get(origin, Taken()) + taken for origin, taken in some.items()}
    return counted


def _take_some(
    presses: Sequence[Press], source: Source, at: dt.datetime, batch_id: int | None, late_after: dt.timedelta
) -> dict[str, Taken]:
    """COPY all, for punches are mostly new; where one of them is known, ask which are, and COPY the rest. Somebody else
    may bring the same punch at the same moment: then ask again."""
    known: set[bytes] = set()
    for tries_left in reversed(range(_TRIES)):
        rows = Rows(presses, known)
        try:
            _copy(rows.blocks(at, late_after, _ending(source, at, batch_id)))
            break
        except UniqueViolation:
            if not tries_left:
                raise
            known |= _known(_key(one.origin, one.person_key, one.device_time.isoformat(), one.mark) for one in presses)
    tell_spans(rows.spans)
    return rows.taken()


def _known(keys: Iterable[bytes]) -> set[bytes]:
    """Which of these identities the ledger has."""
    with connection.cursor() as cursor:
        cursor.execute(_KNOWN, [f"{{{','.join(key.hex() for key in keys)}}}"])
        return {bytes(row[0]) for row in cursor.fetchall()}


_COLUMNS = (
    *("content_key", "employee_id", "device_time", "at", "person_key", "person_name", "zone", "origin", "place"),
    *("trust", "evidence", "received_at", "source", "batch_id"),
)
_COPY = f"COPY punches_punch ({', '.join(_COLUMNS)}) FROM STDIN (FORMAT binary)"
_BLOCK = 128
"""Rows that are written to PostgreSQL at once: it takes them in while the next are made."""
_HEAD, _TAIL = b"PGCOPY\n\xff\r\n\0" + bytes(8), b"\xff\xff"
# How many fields, then each with its length before it; one that is null has the length -1 and nothing else.
_OF_SOMEBODY, _OF_NOBODY = struct.Struct(">hi16siqiqiq"), struct.Struct(">hi16siiqiq")
_EPOCH, _MICROSECOND = dt.datetime(2000, 1, 1), dt.timedelta(microseconds=1)  # noqa: DTZ001 - a wall clock


def _field(value: bytes) -> bytes:
    return len(value).to_bytes(4) + value


def _number(value: int | None) -> bytes:
    return b"\xff\xff\xff\xff" if value is None else _field(value.to_bytes(8, signed=True))


def _stamp(clock: dt.datetime) -> int:
    """A naive time as PostgreSQL keeps it: microseconds since 2000."""
    return (clock - _EPOCH) // _MICROSECOND


def _ending(source: Source, at: dt.datetime, batch_id: int | None) -> bytes:
    """The last fields of every row of a batch."""
    received = _stamp(at.astimezone(dt.UTC).replace(tzinfo=None))
    return _number(received) + _field(source.encode()) + _number(batch_id)


class _Texts(dict[str, bytes]):
    """Texts as fields, each written once."""

    def __missing__(self, text: str) -> bytes:
        self[text] = _field(text.encode())
        return self[text]


def _copy(blocks: Iterable[bytes]) -> None:
    """Append rows. Raises UniqueViolation, and appends nothing, where one of them is there already.

    The savepoint ends with the transaction: to release it would be one more question for nothing.
    """
    with connection.cursor() as cursor:
        cursor.execute("SAVEPOINT before_copy")
        try:
            with cursor.copy(_COPY) as copy:
                for block in blocks:
                    copy.write(block)
        except UniqueViolation:
            cursor.execute("ROLLBACK TO SAVEPOINT before_copy")
            raise


class Rows:
    """New punches as PostgreSQL's COPY reads them in binary: made in one loop, for it runs a million times.

    Each identity once: of two in a batch the first. What many have in common is reckoned and written once: whose a
    number is, how far a zone is ahead, where it was pressed, evidence.
    """

    def __init__(self, presses: Sequence[Press], known: Collection[bytes] = ()) -> None:
        self._presses, self._seen = presses, set(known)
        self._whose = Whose({press[0] for press in presses if press.employee_id is None})
        self._known, self._held, self._unknown = Counter[str](), Counter[str](), Counter[str]()
        self.spans: dict[int, tuple[dt.date, dt.date]] = {}

    def blocks(self, at: dt.datetime, late_after: dt.timedelta, ending: bytes) -> Iterator[bytes]:
        """All rows, some at a time; counts those known, held and of nobody, finds which days of whom they touch."""
        clocks, texts, alike = Clocks(at, late_after), _Texts(), dict[tuple[Any, ...], bytes]()
        seen, whose, spans = self._seen, self._whose, self.spans
        first, fields, rows = dt.datetime(FIRST_YEAR, 1, 1), len(_COLUMNS), [_HEAD]  # noqa: DTZ001
        for person_key, local, zone, origin, name, place, mark, told, certain in self._presses:
            key = _key(origin, person_key, local.isoformat(), mark)
            if key in seen:
                self._known[origin] += 1
                continue
            seen.add(key)
            ahead, newest, late = clocks.of(zone, local)
            counts = first <= local <= newest
            if not counts:
                self._held[origin] += 1
                ahead = ahead if dt.MINYEAR < local.year < dt.MAXYEAR else 0
            shown = _stamp(local)
            employee = certain or whose.employee(person_key, origin, local)
            if employee is None:
                self._unknown[origin] += 1
                row = _OF_NOBODY.pack(fields, 16, key, -1, 8, shown, 8, shown - ahead)
            else:
                row = _OF_SOMEBODY.pack(fields, 16, key, 8, employee, 8, shown, 8, shown - ahead)
                if counts:
                    day = local.date()
                    span = spans.get(employee)
                    if span is None or not span[0] <= day <= span[1]:
                        spans[employee] = (min(day, span[0]), max(day, span[1])) if span else (day, day)
            what = (name, zone, origin, place, counts, mark, local < late, id(told))
            rest = alike.get(what)
            if rest is None:
                words = (name[:60], zone, origin, place[:200], _COUNTS if counts else _HELD)
                rest = b"".join(texts[word] for word in words) + _evidence(told, mark, local < late) + ending
                alike[what] = rest
            rows.append(row + texts[person_key] + rest)
            if len(rows) > _BLOCK:
                yield b"".join(rows)
                rows.clear()
        yield b"".join((*rows, _TAIL))

    def taken(self) -> dict[str, Taken]:
        """What became of them, by origin."""
        known, held, unknown = self._known, self._held, self._unknown
        came = Counter(press[3] for press in self._presses)
        return {one: Taken(count - known[one], known[one], held[one], unknown[one]) for one, count in came.items()}


_COUNTS, _HELD = str(Trust.COUNTS), str(Trust.HELD)


class Clocks:
    """What the wall clocks of a batch mean: how many microseconds they are ahead of UTC, the newest that can be right,
    and until when it is late. Of the two of a repeated hour, the first."""

    def __init__(self, at: dt.datetime, late_after: dt.timedelta) -> None:
        now = at.astimezone(dt.UTC).replace(tzinfo=None)
        self._newest, self._late = now + AHEAD, now - late_after
        self._zones: dict[str, zoneinfo.ZoneInfo] = {}
        self._known: dict[dt.timedelta, tuple[int, dt.datetime, dt.datetime]] = {}

    def of(self, zone: str, local: dt.datetime) -> tuple[int, dt.datetime, dt.datetime]:
        """Of a wall clock in a zone: (microseconds ahead, the newest that can be right, the late ones are before)."""
        known = self._zones.get(zone) or self._zones.setdefault(zone, zoneinfo.ZoneInfo(zone))
        offset = known.utcoffset(local.replace(fold=0) if local.fold else local) or ZERO
        return self._known.get(offset) or self._known.setdefault(offset, self._reckon(offset))

    def _reckon(self, offset: dt.timedelta) -> tuple[int, dt.datetime, dt.datetime]:
        return offset // _MICROSECOND, self._newest + offset, self._late + offset


def _evidence(evidence: Mapping[str, Any], mark: str, late: bool) -> bytes:
    """Evidence as COPY reads JSON in binary: after the number of its form."""
    told = {**evidence, **({"mark": mark} if mark else {}), **({"late": True} if late else {})}
    return _field(b"\x01" + json.dumps(told, ensure_ascii=False).encode())


def on_readings(uploads: Sequence[ReadUpload], by: Actor, at: dt.datetime) -> None:
    """What terminals read becomes punches, in the transaction of their uploads; an upload remembers what was not new."""
    presses = [press for _, told, readings in uploads for press in _presses(told, readings)]
    taken = take_by_origin(presses, source=Source.TERMINAL, by=by, at=at, late_after=LATE)
    for upload_id, told, _ in uploads:
        became = taken[told.serial]
        if became.known or became.held or became.unknown:
            devices.note_otherwise(upload_id, known=became.known, held=became.held, unknown=became.unknown)


def _presses(told: Terminal, readings: Iterable[Reading]) -> Iterator[Press]:
    """Readings as presses; one that comes with its own offset keeps its instant, and its wall clock if a zone has it."""
    zone, serial, place = told.dialect.zone, told.serial, told.place
    for pin, at, _, _, _, mark, extra in readings:
        local, read_in = (at, zone) if at.tzinfo is None else _with_offset(at, zone)
        yield Press(pin, local, read_in, serial, "", place, mark, extra)


def _with_offset(at: dt.datetime, preferred: str) -> tuple[dt.datetime, str]:
    """The wall clock of an instant and a zone that has it, else those of UTC."""
    zone = zone_telling(at, preferred)
    return (at if zone else at.astimezone(dt.UTC)).replace(tzinfo=None), zone or "UTC"


# Joined, for once a plan is kept for any array, `= ANY` compares every employee with every number.
_MEANINGS = """
WITH asked AS (SELECT unnest(%s::text[]) AS person_key)
SELECT person_key, origin, pin_group_id, begins_on, employee_id FROM asked JOIN punches_personkey USING (person_key)
UNION ALL SELECT number, NULL, NULL, NULL, id FROM asked JOIN org_employee ON number = person_key
ORDER BY begins_on
"""


class Whose:
    """Whose a number is: a stated meaning for its source, for the source's group, anywhere, else the employee number.

    Only exact matches count: 001 is not 1. One query for any number of numbers, one more where groups have meanings;
    none for no numbers.
    """

    def __init__(self, keys: Iterable[str]) -> None:
        wanted = list(keys)
        self._stated: dict[str, dict[str | int, list[tuple[dt.date, int | None]]]] = {}
        self._groups: dict[str, list[tuple[dt.date, int | None]]] = {}
        self._numbers: dict[str, int] = {}
        if wanted:
            self._ask(wanted)

    def _ask(self, wanted: Sequence[str]) -> None:
        with server_cursor() as cursor:
            cursor.execute(_MEANINGS, [text_array(wanted)])
            rows = cursor.fetchall()
        for key, origin, group, begins_on, employee_id in rows:
            if begins_on is None:
                self._numbers[key] = employee_id
            else:
                self._stated.setdefault(key, {}).setdefault(group or origin, []).append((begins_on, employee_id))
        if any(row[2] for row in rows):
            self._groups = terminals.pin_group_days()

    def employee(self, key: str, origin: str, on: dt.date) -> int | None:
        """Whose it is on a day (or at a wall clock); None: nobody's."""
        if key in self._stated:
            day = on.date() if isinstance(on, dt.datetime) else on
            for where in (origin, _newest(self._groups.get(origin, ()), day), ""):
                said = self._stated[key].get(where, ()) if where is not None else ()
                if said and said[0][0] <= day:
                    return _newest(said, day)
        return self._numbers.get(key)


def _newest(rows: Sequence[tuple[dt.date, int | None]], day: dt.date) -> int | None:
    """What holds on a day, of rows in the order in which they begin; nothing before the first."""
    return next((told for begins_on, told in reversed(rows) if begins_on <= day), None)


def tell_touched(times: Iterable[tuple[int | None, dt.datetime]]) -> None:
    """Tell which days of whom punches touch."""
    spans: dict[int, tuple[dt.date, dt.date]] = {}
    for employee_id, local in times:
        if employee_id is not None:
            first, last = spans.get(employee_id, (local.date(), local.date()))
            spans[employee_id] = min(first, local.date()), max(last, local.date())
    tell_spans(spans)


def tell_spans(spans: Mapping[int, tuple[dt.date, dt.date]]) -> None:
    """Tell that these days are to be settled again, and their neighbours (night shifts, windows)."""
    if spans:
        tell("punches.changed", spans={key: (first - DAY, last + DAY) for key, (first, last) in spans.items()})
