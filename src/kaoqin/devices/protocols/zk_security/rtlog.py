"""`rtlog` and `transaction`: one event a line, `key=value` pairs in any order and number."""

import datetime as dt
from collections.abc import Mapping

from kaoqin.devices.protocols.zk_common.clock import expand, read_time
from kaoqin.devices.protocols.zk_common.lines import bad, good_pin, lines_of, not_blank, pairs_of
from kaoqin.devices.wire import BadLine, Decoded, Dialect, Operation, Reading
from kaoqin.devices.words import Deed, Fault

_SAME = {
    "time_second": "time",
    "verified": "verifytype",
    "inoutstate": "inoutstatus",
    "eventtype": "event",
    "doorid": "eventaddr",
}
_TABLE_WORD = "transaction "


def decode_events(body: bytes, dialect: Dialect) -> Decoded:
    """Every line is a punch, a door event, a bad line (refused passages too: a person decides), or blank."""
    readings: list[Reading] = []
    events: list[Operation] = []
    bad_lines: list[BadLine] = []
    blank = 0
    for number, line in lines_of(body, dialect):
        if not line.strip(" ␀"):
            blank += 1
            continue
        read = _read(number, line)
        if isinstance(read, Reading):
            readings.append(read)
        elif isinstance(read, Operation):
            events.append(read)
        else:
            bad_lines.append(read)
    return Decoded(readings=readings, operations=events, bad_lines=bad_lines, blank=blank)


def _read(number: int, line: str) -> Reading | Operation | BadLine:
    told = _told(line)
    at = _time(told.get("time", ""))
    if at is None:
        return bad(number, line, Fault.TIME)
    pin, event = told.get("pin", ""), told.get("event", "")
    if pin in {"", "0"}:
        values = tuple(told.get(name, "")[:60] for name in ("eventaddr", "inoutstatus", "verifytype", "index"))
        return Operation(Deed.DOOR, event[:20], at, target=told.get("cardno", "")[:60], values=values)
    if not good_pin(pin):
        return bad(number, line, Fault.PIN)
    if not (event.isascii() and event.isdecimal() and len(event) < 10):
        return bad(number, line, Fault.EVENT)
    if 20 <= int(event) < 200:
        return bad(number, line, Fault.EVENT_REFUSED)
    return _punch(pin, at, event, told)


def _told(line: str) -> dict[str, str]:
    text = line.strip()
    if text[: len(_TABLE_WORD)].lower() == _TABLE_WORD:
        text = text[len(_TABLE_WORD) :]
    return {_SAME.get(name, name): value for name, value in pairs_of(text).items()}


def _time(text: str) -> dt.datetime | None:
    """A wall clock, or the compact number that `transaction` rows have."""
    if text.isascii() and text.isdecimal() and len(text) < 12:
        return expand(int(text))
    return read_time(text)


def _punch(pin: str, at: dt.datetime, event: str, told: Mapping[str, str]) -> Reading:
    state, verify, index = (told.get(name, "")[:40] for name in ("inoutstatus", "verifytype", "index"))
    kept = {
        "card": told.get("cardno", ""),
        "mask": told.get("maskflag", ""),
        "temperature": told.get("temperature", ""),
    }
    extra = {"status": state, "verify": verify, "event": event, "door": told.get("eventaddr", "")[:20]}
    extra |= not_blank({name: value[:40] for name, value in kept.items()})
    return Reading(pin, at, state, verify, index, f"{state}/{verify}#{index}", {k: v for k, v in extra.items() if v})
