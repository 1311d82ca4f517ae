"""Lines of records, of people and of the terminal itself: apart, and what each of them is."""

import itertools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum

from kaoqin.devices.protocols.hanvon.messages import pairs_of, text_of, wall_clock
from kaoqin.devices.protocols.masking import hashed, hidden, without_pictures
from kaoqin.devices.wire import BadLine, Decoded, Dialect, PersonOnTerminal, Reading
from kaoqin.devices.words import Fault

EVENT, SEARCH, PEOPLE, INFO = "event", "search", "people", "info"
LONGEST_PIN, LONGEST_SHOWN = 60, 2000
_LINE_END = re.compile(r"\r\n|\n|\r")
_OPENS = re.compile(r"\s*[A-Za-z]{2,30}\s*\(")
_TIME = re.compile(r'(?<!\w)time\s*=\s*"')
_HEAD = frozenset({"result", "dev_id", "total", "sn", "reason", "command", "time"})
_BULK = frozenset({"photo", "face_data", "pic", "capture"})
_PICTURES = re.compile(rb'((?<!\w)(?:photo|pic|capture|face_data|fp_data|finger_data|palm_data)\s*=\s*")([^"]+)')
_SECRETS = re.compile(rb'((?<!\w)(?:password|passwd|pwd|secretkey|comm_?key|id_?card\w*)\s*=\s*")([^"]+)')
_EVIDENCE = {"status": "status", "card_src": "verify", "workcode": "workcode", "authority": "authority"}


class What(Enum):
    """What a line of a message is."""

    RECORD = "record"
    HEAD = "head"
    MORE = "more"
    BLANK = "blank"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Line:
    what: What
    text: str
    pairs: Mapping[str, str]


def mask(body: bytes) -> bytes:
    """The body without pictures, templates and passwords."""
    kept = _PICTURES.sub(lambda found: found[1] + hashed(found[2]), body)
    return without_pictures(_SECRETS.sub(lambda found: found[1] + hidden(found[2]), kept))


def lines_of(text: str, *, whole: bool = False) -> Iterator[Line]:
    """The lines of a message, without its word and brackets; one that holds several times is as many lines. `whole`:
    line ends say nothing, as in a message about one record."""
    inside = _LINE_END.sub(" ", text) if whole else text
    for part in _LINE_END.split(inside):
        begins = [found.start() for found in _TIME.finditer(part)]
        cuts = [0, *begins, len(part)] if len(begins) > 1 else [0, len(part)]
        for begin, end in itertools.pairwise(cuts):
            yield _line(part[begin:end])


def _line(part: str) -> Line:
    told = _OPENS.sub("", part, count=1).strip().removesuffix(")").strip()
    pairs = dict(reversed(pairs_of(told)))
    if not told:
        return Line(What.BLANK, "", {})
    if "id" in pairs or ("time" in pairs and "result" not in pairs):
        return Line(What.RECORD, told, pairs)
    if pairs and pairs.keys() <= _HEAD:
        return Line(What.HEAD, told, pairs)
    return Line(What.MORE if pairs and pairs.keys() <= _BULK else What.OTHER, told, pairs)


def decode(kind: str, body: bytes, dialect: Dialect) -> Decoded:
    """What a masked body says. Takes any bytes; loses no line."""
    text = text_of(body, dialect.options.get("encoding", ""))
    if kind == PEOPLE:
        return _people(text)
    if kind == INFO:
        return Decoded(facts=facts_of(dict(pairs_of(text))))
    return _punches(text, whole=kind == EVENT)


def _punches(text: str, *, whole: bool) -> Decoded:
    readings: list[Reading] = []
    bad_lines: list[BadLine] = []
    noted = blank = 0
    for number, line in enumerate(lines_of(text, whole=whole), 1):
        if line.what is What.BLANK:
            blank += 1
        elif line.what in {What.HEAD, What.MORE}:
            noted += 1
        else:
            made = _punch(line) if line.what is What.RECORD else Fault.KIND
            if isinstance(made, Reading):
                readings.append(made)
            else:
                bad_lines.append(_bad(number, line, made))
    return Decoded(readings=readings, bad_lines=bad_lines, noted=noted, blank=blank)


def _punch(line: Line) -> Reading | Fault:
    at = wall_clock(line.pairs.get("time", ""))
    pin = line.pairs.get("id", "").strip()
    if at is None:
        return Fault.TIME
    if not 0 < len(pin) <= LONGEST_PIN or not pin.isprintable():
        return Fault.PIN
    told = {name: line.pairs.get(key, "").strip()[:40] for key, name in _EVIDENCE.items()}
    extra = {name: value for name, value in told.items() if value}
    return Reading(pin, at, told["status"], told["verify"], extra=extra)


def _people(text: str) -> Decoded:
    """A line a person, as the client writes them and a terminal tells them."""
    people: list[PersonOnTerminal] = []
    bad_lines: list[BadLine] = []
    for number, part in enumerate((part for part in _LINE_END.split(text) if part.strip()), 1):
        pairs = dict(reversed(pairs_of(part)))
        pin = pairs.get("id", "").strip()
        if 0 < len(pin) <= LONGEST_PIN and pin.isprintable():
            people.append(_person(pin, pairs))
        else:
            bad_lines.append(BadLine(number, part[:LONGEST_SHOWN], Fault.PIN))
    return Decoded(people=people, bad_lines=bad_lines)


def _person(pin: str, pairs: Mapping[str, str]) -> PersonOnTerminal:
    told = {name: pairs.get(name, "").strip() for name in ("name", "authority", "card_num", "calid")}
    return PersonOnTerminal(
        pin, told["name"][:60], told["authority"][:20], card_of(told["card_num"])[:40], told["calid"][:20]
    )


def card_of(told: str) -> str:
    """A card as a number: terminals write it as `0X0ABCDE`, and all F or nought for none."""
    digits = told.lower().removeprefix("0x")
    if not digits or set(digits) <= {"f"} or not digits.strip("0"):
        return ""
    try:
        return str(int(digits, 16)) if told.lower().startswith("0x") else told
    except ValueError:
        return told


def facts_of(pairs: Mapping[str, str]) -> dict[str, str]:
    """What a terminal tells of itself: the names others have for it, and the rest as it says."""
    serial = pairs.get("sn") or pairs.get("dev_id", "")
    told = {
        "serial": serial.strip() if len(serial.strip()) >= 6 else "",
        "model": pairs.get("type") or pairs.get("model", ""),
        "firmware": pairs.get("edition", ""),
    }
    rest = {name: value for name, value in pairs.items() if name not in {"result", "time", "dev_id", "sn", "type"}}
    return {name: value.strip() for name, value in {**rest, **told}.items() if value.strip()}


def _bad(number: int, line: Line, fault: Fault) -> BadLine:
    return BadLine(number, line.text[:LONGEST_SHOWN], fault)
