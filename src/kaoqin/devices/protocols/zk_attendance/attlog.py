"""`ATTLOG`: punches. `PIN⇥time[⇥status⇥verify⇥workcode⇥reserved⇥reserved[⇥mask⇥temperature⇥temperature]]`.

A week of a big site comes as hundreds of thousands of lines, so the usual line goes through few operations: what
stands behind the time is the same on most lines and is read once.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from kaoqin.devices.protocols.zk_common.clock import EARLIEST, LATEST, read_time
from kaoqin.devices.protocols.zk_common.lines import bad, good_pin, lines_of, not_blank, pairs_of
from kaoqin.devices.wire import NOTHING, BadLine, Decoded, Dialect, Operation, Reading
from kaoqin.devices.words import Deed, Fault

_HEADING = "TABLE=ATTLOG"
_PAIR_NAMES = {"datetime": "time", "timestamp": "time", "verified": "verify", "userid": "pin"}
_MASKED_CARD = "[masked 18]"
_IDENTITY = "1"


@dataclass(frozen=True, slots=True)
class Tail:
    """What stands behind the time of a line. `identity`: it is a check of a card, and no punch."""

    state: str = ""
    verify: str = ""
    mark: str = ""
    extra: Mapping[str, str] = field(default_factory=dict)
    identity: bool = False


def decode_attlog(body: bytes, dialect: Dialect) -> Decoded:
    """Every line is a punch, an identity check, a bad line, or blank (the heading `TABLE=ATTLOG` too)."""
    readings: list[Reading] = []
    rest: list[tuple[int, str]] = []
    tails: dict[str, Tail] = {}
    parse, keep = dt.datetime.fromisoformat, readings.append
    lines = enumerate(body.decode("ascii").split("\n"), 1) if _plain(body) else lines_of(body, dialect)
    for number, line in lines:
        pin, _, told = line.partition("\t")
        time = told[:19]
        if pin.isalnum() and len(pin) <= 60 and len(time) == 19 and time[4::3] == "-- ::":
            behind = told[19:]
            tail = tails.get(behind) or tails.setdefault(behind, _tail(behind))
            try:
                at = parse(time)
            except ValueError:
                rest.append((number, line))
                continue
            if tail.identity or (behind and behind[0] not in "\t\r") or not EARLIEST <= at < LATEST:
                rest.append((number, line))
                continue
            keep(Reading(pin, at, tail.state, tail.verify, "", tail.mark, tail.extra))
        else:
            rest.append((number, line))
    return _with_unusual(readings, rest)


def _plain(body: bytes) -> bool:
    return body.isascii() and b"\0" not in body


def _tail(text: str) -> Tail:
    columns = [column.strip() for column in text.strip("\r").split("\t")[1:]]
    columns += [""] * (8 - len(columns))
    state, verify, workcode = columns[0][:20], columns[1][:20], columns[2][:60]
    mark = f"{state}/{verify}" if state or verify else ""
    if columns[5] == _MASKED_CARD or len(columns[5]) == 18:
        extra = not_blank({"workcode": workcode, "card_type": columns[6][:10]})
        return Tail(state, verify, mark, _told(state, verify, extra), columns[6] == _IDENTITY)
    extra = not_blank({"workcode": workcode, "mask": columns[5][:10], "temperature": columns[6][:10]})
    return Tail(state, verify, mark, _told(state, verify, extra))


def _told(state: str, verify: str, extra: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in (("status", state), ("verify", verify)) if value} | extra


def _with_unusual(readings: list[Reading], rest: list[tuple[int, str]]) -> Decoded:
    """The lines that the loop set aside, read with more patience."""
    bad_lines: list[BadLine] = []
    checks: list[Operation] = []
    blank = 0
    for number, line in rest:
        read = _unusual(number, line)
        if isinstance(read, Reading):
            readings.append(read)
        elif isinstance(read, BadLine):
            bad_lines.append(read)
        elif isinstance(read, Operation):
            checks.append(read)
        else:
            blank += 1
    return Decoded(readings=readings, bad_lines=bad_lines, operations=checks, blank=blank)


def _unusual(number: int, line: str) -> Reading | Operation | BadLine | None:
    tidy = line.strip(" \r\ufeff\x1a␀")
    if not tidy.strip() or tidy.upper() == _HEADING:
        return None
    if tidy[:1].isalpha() and "=" in tidy.partition("\t")[0]:
        return _of_pairs(number, tidy)
    pin, tab, told = tidy.partition("\t")
    if not tab:
        return bad(number, line, Fault.COLUMNS)
    time, _, behind = told.partition("\t")
    return _reading(number, line, pin.strip(), time.strip(), _tail(f"\t{behind}" if behind else ""))


def _of_pairs(number: int, line: str) -> Reading | Operation | BadLine:
    """`PIN=1⇥DateTime=2026-03-02 08:00:00⇥Status=0⇥Verified=1`."""
    told = {_PAIR_NAMES.get(name, name): value for name, value in pairs_of(line).items()}
    behind = "\t".join(("", told.get("status", ""), told.get("verify", ""), told.get("workcode", "")))
    return _reading(number, line, told.get("pin", ""), told.get("time", ""), _tail(behind))


def _reading(number: int, line: str, pin: str, time: str, tail: Tail) -> Reading | Operation | BadLine:
    at = read_time(time)
    if at is None:
        return bad(number, line, Fault.TIME)
    if not good_pin(pin):
        return bad(number, line, Fault.PIN)
    if tail.identity:
        return Operation(Deed.IDENTITY_CHECK, tail.state, at, pin)
    return Reading(pin, at, tail.state, tail.verify, "", tail.mark, tail.extra or NOTHING)
