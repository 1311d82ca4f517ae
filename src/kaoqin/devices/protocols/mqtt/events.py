"""What messages say: a punch, somebody refused, or nothing that is kept apart."""

import datetime as dt
import json
import re
from collections.abc import Mapping
from typing import Any

from kaoqin.devices.protocols.masking import hashed, hidden, without_pictures
from kaoqin.devices.wire import BadLine, Decoded, Operation, Reading
from kaoqin.devices.words import Deed, Fault

LONGEST_PIN, LONGEST_SHOWN = 60, 2000
RECORD, STRANGER = "RecPush", "StrSnapPush"
ALLOWED, BLOCKED, LATE, REPLAYED = "1", "1", "0", "2"
_TEXT = rb'((?:[^"\\]|\\.)+)'
_PICTURES = re.compile(rb'(?i)("(?:pic|scene|picture|snap|photo|image|face)"\s*:\s*")' + _TEXT)
_SECRETS = re.compile(rb'(?i)("(?:idcard|idnum|telnum\d?|phone|password|address|birthday|native)"\s*:\s*")' + _TEXT)
_WALL = re.compile(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})[T ](\d{1,2}):(\d{1,2}):(\d{1,2})(?:\.\d+)?", re.ASCII)
Event = Mapping[str, Any]


def mask(body: bytes) -> bytes:
    """The body without pictures, identity cards and telephones."""
    kept = _PICTURES.sub(lambda found: found[1] + hashed(found[2]), body)
    return without_pictures(_SECRETS.sub(lambda found: found[1] + hidden(found[2]), kept))


def read_message(body: bytes) -> Event | None:
    """A message as names and values; None for what is none."""
    try:
        told = json.loads(text_of(body), strict=False)
    except (ValueError, RecursionError):
        return None
    return told if isinstance(told, dict) else None


def text_of(body: bytes) -> str:
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        return body.decode("gb18030", "replace")


def info_of(message: Event) -> Event:
    """What a message is about, by names in small letters."""
    inside = message.get("info")
    return {str(name).lower(): value for name, value in (inside if isinstance(inside, dict) else {}).items()}


def said(values: Event, *names: str, longest: int = 60) -> str:
    """The first of these that says something, as a short text without NUL and lone surrogates."""
    for name in names:
        value = values.get(name)
        if isinstance(value, str | int | float) and not isinstance(value, bool):
            clean = str(value)[: longest * 4].encode(errors="replace").decode().replace("\0", "").strip()
            if clean:
                return clean[:longest]
    return ""


def wall_clock(text: str) -> dt.datetime | None:
    """`2026-03-02 08:00:00`: the terminal's wall clock."""
    found = _WALL.fullmatch(text.strip())
    try:
        return dt.datetime(*(int(part) for part in found.groups())) if found else None  # type: ignore[arg-type] # noqa: DTZ001
    except ValueError:
        return None


def decode_message(body: bytes) -> Decoded:
    """What a masked message says: a reading, a bad line, an operation, or noted."""
    if not body.strip():
        return Decoded(blank=1)
    message = read_message(body)
    if message is None:
        return Decoded(bad_lines=[_bad(body, Fault.UNREAD)])
    operator = said(message, "operator")
    if operator not in {RECORD, STRANGER}:
        return Decoded(noted=1)
    made = _event(info_of(message), stranger=operator == STRANGER)
    if isinstance(made, Reading):
        return Decoded(readings=[made])
    if isinstance(made, Operation):
        return Decoded(operations=[made])
    return Decoded(bad_lines=[_bad(body, made)])


def _event(info: Event, *, stranger: bool) -> Reading | Operation | Fault:
    at = wall_clock(said(info, "time"))
    if at is None:
        return Fault.TIME
    pin = "" if stranger else _person(info)
    status = said(info, "verifystatus")
    if not pin:
        values = (said(info, "recordid", "snapid"), said(info, "similarity1"))
        return Operation(Deed.REJECTED, (STRANGER if stranger else status or RECORD)[:20], at, values=values)
    if len(pin) > LONGEST_PIN or not pin.isprintable():
        return Fault.PIN
    if (status and status != ALLOWED) or said(info, "persontype") == BLOCKED:
        return Fault.EVENT_REFUSED
    return _punch(pin, at, info)


def _punch(pin: str, at: dt.datetime, info: Event) -> Reading:
    number = said(info, "recordid", longest=40)
    extra = {
        "name": said(info, "personname", "persionname", "persistname"),
        "similarity": said(info, "similarity1", longest=20),
        "temperature": said(info, "temperature", longest=20),
        "stored": said(info, "sendintime") == LATE,
        "replayed": said(info, "pushtype") == REPLAYED,
    }
    kept = {name: value for name, value in extra.items() if value}
    return Reading(pin, at, "", "face", number, f"#{number}" if number else "", kept)


def _person(info: Event) -> str:
    """Who it was: our own number, of somebody enrolled at the terminal its number; nought is nobody."""
    own, local = (said(info, name, longest=LONGEST_PIN + 1) for name in ("customid", "personid"))
    return own or ("" if not local.strip("0") or local.startswith("-") else local)


def _bad(body: bytes, fault: Fault) -> BadLine:
    clean = text_of(body)[:LONGEST_SHOWN].encode(errors="replace").decode().replace("\0", "␀")
    return BadLine(1, clean, fault)
