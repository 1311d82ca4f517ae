"""Uploads of this protocol: a line of JSON that says how to read the bytes behind it. Pure.

`log`: records, with their shape, and of short ones whose each uid is. `users`: people, with the size of their records.
`live`: the body of an event as it came. `state`: `name=value` a line. What begins with no `{` is a line that a person mended.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from kaoqin.devices.protocols.zk_4370 import events, records, users
from kaoqin.devices.protocols.zk_4370.records import Shape
from kaoqin.devices.protocols.zk_attendance.attlog import decode_attlog
from kaoqin.devices.protocols.zk_common.clock import expand
from kaoqin.devices.protocols.zk_common.lines import bad
from kaoqin.devices.wire import BadLine, Decoded, Dialect, Page, PersonOnTerminal, Reading
from kaoqin.devices.words import Fault

MOST_RECORDS, MOST_PEOPLE = 500, 1000
ALIVE = Page("live", b"", "EVENT", 0)
_DAY_SECONDS = 86_400
_USER_SIZES, _SHAPES = (users.LONG, users.SHORT), tuple(Shape)


def pages_of_log(log: Sequence[bytes], shape: Shape, owners: Mapping[str, str], word: str = "ATTLOG") -> Iterator[Page]:
    """A log in pieces that stay the same while it grows and while its oldest records go: those of a day that stand
    together, at most 500."""
    told = [(records.read(record, shape), record) for record in log]
    for day, group in groupby(told, key=lambda one: one[0].time // _DAY_SECONDS):
        pieces = list(group)
        for begin in range(0, len(pieces), MOST_RECORDS):
            yield _log_page(pieces[begin : begin + MOST_RECORDS], shape, owners, f"{word} {_day(day)} {begin}")


def _log_page(
    pieces: Sequence[tuple[records.Pressed, bytes]], shape: Shape, owners: Mapping[str, str], path: str
) -> Page:
    head: dict[str, Any] = {"shape": shape}
    if shape.size == Shape.SHORT.size:
        uids = {told.pin for told, _ in pieces}
        head["users"] = {uid: owners[uid] for uid in sorted(uids) if uid in owners}
    return Page("log", _with_head(head, (raw for _, raw in pieces)), path, len(pieces))


def _day(day: int) -> str:
    at = expand(day * _DAY_SECONDS)
    return f"{at:%Y-%m-%d}" if at else "?"


def pages_of_users(table: Sequence[bytes], size: int) -> list[Page]:
    """The people of a terminal; passwords are taken out before anything is kept."""
    runs = [table[begin : begin + MOST_PEOPLE] for begin in range(0, len(table), MOST_PEOPLE)]
    return [
        Page("users", _with_head({"size": size}, [users.mask(row, size) for row in run]), f"USERS {number}", len(run))
        for number, run in enumerate(runs)
    ]


def page_of_event(body: bytes) -> Page:
    return Page("live", body, "EVENT", len(events.events_of(body)))


def page_of_state(facts: Mapping[str, str]) -> Page:
    return Page("state", "\n".join(f"{name}={value}" for name, value in facts.items()).encode(), "STATE", 1)


def _with_head(head: Mapping[str, Any], rows: Iterable[bytes]) -> bytes:
    return json.dumps(head, sort_keys=True).encode() + b"\n" + b"".join(rows)


def mask(kind: str, body: bytes) -> bytes:
    """The body without the passwords of people."""
    head, rows = _parted(body)
    if kind != "users" or head.get("size") not in _USER_SIZES:
        return body
    return body[: len(body) - len(rows)] + users.mask(rows, head["size"])


def decode(kind: str, body: bytes, dialect: Dialect) -> Decoded:
    """What a body says; every record of it is a press, a person or a bad line."""
    if kind == "live":
        told = _sorted(events.events_of(body))
        return told if told.readings or b"\t" not in body else decode_attlog(body, dialect)
    if kind == "state":
        return Decoded(facts=_facts(body), noted=1)
    if not body.startswith(b"{"):
        return decode_attlog(body, dialect)
    head, rows = _parted(body)
    if kind == "users" and head.get("size") in _USER_SIZES:
        return _people(rows, head["size"], dialect)
    if kind == "log" and head.get("shape") in _SHAPES:
        return _log(rows, Shape(head["shape"]), head.get("users"))
    return Decoded(bad_lines=[bad(0, repr(body[:200]), Fault.KIND)])


def _parted(body: bytes) -> tuple[dict[str, Any], bytes]:
    line, _, rows = body.partition(b"\n")
    try:
        head = json.loads(line)
    except (ValueError, RecursionError):
        return {}, rows
    return (head, rows) if isinstance(head, dict) else ({}, rows)


def _log(rows: bytes, shape: Shape, told: Any) -> Decoded:
    owners = {str(uid): str(pin) for uid, pin in told.items()} if isinstance(told, dict) else {}
    every = [rows[begin : begin + shape.size] for begin in range(0, len(rows), shape.size)]
    return _sorted([records.reading(number, record, shape, owners) for number, record in enumerate(every, 1)])


def _sorted(read: Iterable[Reading | BadLine]) -> Decoded:
    found = list(read)
    return Decoded(
        readings=[one for one in found if isinstance(one, Reading)],
        bad_lines=[one for one in found if isinstance(one, BadLine)],
    )


def _people(rows: bytes, size: int, dialect: Dialect) -> Decoded:
    rest = len(rows) % size
    read = [users.person(number, record, dialect) for number, record in enumerate(users.cut(rows, size), 1)]
    bad_lines = [one for one in read if isinstance(one, BadLine)]
    if rest:
        bad_lines.append(BadLine(len(read) + 1, f"+{rest}", Fault.COLUMNS))
    return Decoded(people=[one for one in read if isinstance(one, PersonOnTerminal)], bad_lines=bad_lines)


def _facts(body: bytes) -> dict[str, str]:
    pairs = (line.partition("=") for line in body.decode("utf-8", "replace").replace("\0", "").split("\n"))
    return {name.strip(): value.strip() for name, equals, value in pairs if equals and name.strip()}


def not_yet(log: Iterable[bytes], known: Counter[bytes]) -> list[bytes]:
    """The records of a log that are not among those known, equal ones counted each."""
    left, found = known.copy(), []
    for record in log:
        if left[record] > 0:
            left[record] -= 1
        else:
            found.append(record)
    return found
