"""What events say: a punch, something done or refused at the terminal, a bad line, or nothing that is kept apart."""

import datetime as dt
import json
import re
import zoneinfo
from collections.abc import Iterator, Mapping
from typing import Any

from kaoqin.devices.protocols.hikvision.bodies import MASKED, Event, pieces
from kaoqin.devices.wire import BadLine, Decoded, Dialect, Operation, Reading
from kaoqin.devices.words import Deed, Fault

ALARM, EXCEPTION, OPERATION, EVENT = 1, 2, 3, 5
_DEEDS = {ALARM: Deed.ALARM, EXCEPTION: Deed.FAULT, OPERATION: Deed.OTHER}
PASSED = frozenset({1, 2, 16, 38, 40, 43, 46, 54, 57, 60, 63, 66, 69, 72, 75, 77, 101, 156, 181})
REFUSED = frozenset(
    {*range(3, 16), 36, 39, 41, 42, 44, 45, 47, 48, 49, 55, 56, 58, 59, 61, 62, 64, 65}
    | {67, 68, 70, 71, 73, 74, 76, 78, 79, 80, 102, 103, 104}
)
DOOR = frozenset({*range(17, 33), 37})
LONGEST_PIN, LONGEST_SHOWN = 60, 2000
_TIME = re.compile(
    r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:[.,]\d+)?\s*(?:(Z)|([+-])(\d{1,2}):?(\d\d)(?::?00)?)?", re.ASCII
)
_INSIDE = "AccessControllerEvent"
_ROOT = "EventNotificationAlert"
_SEARCH = "AcsEvent"


def decode_events(body: bytes, dialect: Dialect) -> Decoded:
    """What a masked body says: every event of it is a reading, an operation, a bad line, or noted."""
    readings: list[Reading] = []
    operations: list[Operation] = []
    bad_lines: list[BadLine] = []
    noted = 0
    for number, (text, event) in enumerate(_events(body), 1):
        read = _read(number, text, event, dialect) if event is not None else _bad(number, text, Fault.UNREAD)
        if isinstance(read, Reading):
            readings.append(read)
        elif isinstance(read, Operation):
            operations.append(read)
        elif isinstance(read, BadLine):
            bad_lines.append(read)
        else:
            noted += 1
    return Decoded(readings=readings, operations=operations, bad_lines=bad_lines, noted=noted)


def only_alive(body: bytes) -> bool:
    """Whether a body is heart beats and no more."""
    found = list(_events(body))
    return bool(found) and all(event is not None and _is_beat(event) for _, event in found)


def _events(body: bytes) -> Iterator[tuple[str, Event | None]]:
    """(text, event) of all a body holds: None for what is no event, an empty one for a picture that was cut out."""
    for text, said in pieces(body):
        if said is MASKED:
            yield "", {}
            continue
        values = said if isinstance(said, list) else [said]
        for value in values:
            yield from _unwrapped(text if len(values) == 1 else _again(value), value)


def _unwrapped(text: str, value: Any) -> Iterator[tuple[str, Event | None]]:
    if isinstance(value, dict) and isinstance(value.get(_SEARCH), dict):
        found = value[_SEARCH].get("InfoList", [])
        for item in found if isinstance(found, list) else [found]:
            yield _again(item), item if isinstance(item, dict) else None
    elif isinstance(value, dict):
        inner = value.get(_ROOT)
        yield text, inner if isinstance(inner, dict) else value
    else:
        yield text or _again(value), None


def _again(value: Any) -> str:
    """A value as text that reads as the same value again."""
    return json.dumps(value, ensure_ascii=False)


def _is_beat(event: Event) -> bool:
    if _inside(event) is not None:
        return False
    kind, state = _said(event, "eventType").lower(), _said(event, "eventState").lower()
    return kind == "heartbeat" or (kind == "videoloss" and state == "inactive")


def _inside(event: Event) -> Event | None:
    """The part of an event that tells of access: pushed ones have it inside, searched ones are it."""
    inner = event.get(_INSIDE)
    if isinstance(inner, dict):
        return inner
    return event if {"major", "majorEventType"} & event.keys() else None


def _read(number: int, text: str, event: Event, dialect: Dialect) -> Reading | Operation | BadLine | None:
    if not text:
        return None
    inside = _inside(event)
    if inside is None:
        lost = _INSIDE in event or _said(event, "eventType") == _INSIDE
        return _bad(number, text, Fault.UNREAD) if lost or not event.get("eventType") else None
    major, minor = _number(inside, "majorEventType", "major"), _number(inside, "subEventType", "minor")
    if major is None or minor is None:
        return _bad(number, text, Fault.EVENT)
    told = _said(event, "dateTime", "time") or _said(inside, "dateTime", "time")
    at = read_time(told)
    if at is None:
        return _bad(number, text, Fault.TIME)
    pin = _person(inside)
    if major == EVENT and pin and minor not in REFUSED | DOOR:
        good = len(pin) <= LONGEST_PIN and pin.isprintable()
        return _punch(pin, at, told, minor, event, inside, dialect) if good else _bad(number, text, Fault.PIN)
    return _operation(major, minor, at, pin, inside)


def _punch(pin: str, at: dt.datetime, told: str, minor: int, event: Event, inside: Event, dialect: Dialect) -> Reading:
    state, verify = _said(inside, "attendanceStatus"), _said(inside, "currentVerifyMode")
    serial_no = _said(inside, "serialNo")
    extra: dict[str, Any] = {
        "status": "" if state == "undefined" else state,
        "verify": verify,
        "event": str(minor),
        "door": _said(inside, "doorNo"),
        "card": _said(inside, "cardNo"),
        "device_time": told,
        "event_unknown": minor not in PASSED,
        "stored": _said(inside, "currentEvent").lower() == "false",
        "zone_differs": _zone_differs(at, dialect.zone),
        "not_itself": _strangeness(event, dialect.options),
    }
    kept = {name: value for name, value in extra.items() if value}
    return Reading(pin, at, str(kept.get("status", "")), verify, serial_no, f"#{serial_no or minor}", kept)


def _operation(major: int, minor: int, at: dt.datetime, pin: str, inside: Event) -> Operation:
    refused = major == EVENT and minor in REFUSED
    deed = Deed.REJECTED if refused else _DEEDS.get(major, Deed.DOOR)
    values = (_said(inside, "serialNo"), _said(inside, "doorNo"), _said(inside, "cardReaderNo"))
    operator = _said(inside, "netUser", "remoteHostAddr") if major == OPERATION else ""
    return Operation(deed, f"{major}/{minor}"[:20], at.replace(tzinfo=None), operator, pin[:60], values)


def _person(inside: Event) -> str:
    """Who it was: the number as text, of old firmware as a number, else the card; 0 is nobody."""
    for name in ("employeeNoString", "employeeNo", "cardNo"):
        told = _said(inside, name, longest=LONGEST_PIN + 1)
        if told and (name == "employeeNoString" or told.strip("0")):
            return told
    return ""


def read_time(text: str) -> dt.datetime | None:
    """`2026-08-20T08:59:58+08:00`: the terminal's wall clock with the offset it believes in, if it tells one."""
    found = _TIME.fullmatch(text.strip())
    if found is None:
        return None
    day, clock, zulu, sign, hours, minutes = found.groups()
    try:
        wall = dt.datetime.fromisoformat(f"{day}T{clock}")
        if not (zulu or sign):
            return wall
        ahead = dt.timedelta() if zulu else dt.timedelta(hours=int(hours), minutes=int(minutes))
        return wall.replace(tzinfo=dt.timezone(-ahead if sign == "-" else ahead))
    except ValueError:
        return None


def _zone_differs(at: dt.datetime, zone: str) -> bool:
    """Whether the terminal believes in another offset than its place has."""
    return at.tzinfo is not None and at.utcoffset() != zoneinfo.ZoneInfo(zone).utcoffset(at.replace(tzinfo=None))


def _strangeness(event: Event, options: Mapping[str, str]) -> list[str]:
    """What an event says of its sender that is not as we know it: its MAC, its address."""
    known = {"macAddress": options.get("mac", ""), "ipAddress": options.get("address", "")}
    told = {name: _said(event, name).lower() for name in known}
    return [name for name, value in known.items() if value and told[name] and told[name] != value.lower()]


def _said(values: Mapping[str, Any], *names: str, longest: int = 60) -> str:
    """The first of these that says something, as a short text without NUL and lone surrogates."""
    for name in names:
        value = values.get(name)
        if isinstance(value, bool):
            value = str(value).lower()
        if isinstance(value, str | int | float) and value != "":
            clean = str(value)[: longest * 4].encode(errors="replace").decode().replace("\0", "").strip()
            if clean:
                return clean[:longest]
    return ""


def _number(values: Mapping[str, Any], *names: str) -> int | None:
    told = _said(values, *names)
    return int(told) if told.isascii() and told.isdecimal() and len(told) < 10 else None


def _bad(number: int, text: str, fault: Fault) -> BadLine:
    clean = text[:LONGEST_SHOWN].encode(errors="replace").decode().replace("\0", "␀")
    return BadLine(number, clean, fault)
