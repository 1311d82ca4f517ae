"""Which table of an upload means what, and what of it may be kept."""

from kaoqin.devices.protocols.zk_common import archive, masks
from kaoqin.devices.protocols.zk_common.lines import bad, good_pin, lines_of, options_of, pairs_of
from kaoqin.devices.protocols.zk_common.results import decode_results
from kaoqin.devices.protocols.zk_security.rtlog import decode_events
from kaoqin.devices.wire import BadLine, Decoded, Dialect, PersonOnTerminal
from kaoqin.devices.words import Fault

_EVENTS = {"RTLOG", "TABLEDATA:TRANSACTION", "QUERYDATA:TABLEDATA:TRANSACTION"}
_PEOPLE = {"TABLEDATA:USER", "QUERYDATA:TABLEDATA:USER"}
_OPTIONS = {"OPTIONS", "QUERYDATA:OPTIONS:OPTIONS", "QUERYDATA:OPTIONS:"}


def mask(kind: str, body: bytes) -> bytes:
    """A body without passwords, templates, photos and identity cards."""
    if body.startswith(archive.MAGIC) or kind in _EVENTS:
        return body
    return masks.mask_options(body) if kind in _OPTIONS else masks.mask_fields(body)


def decode(kind: str, body: bytes, dialect: Dialect) -> Decoded:
    """What a masked body says. A table nobody knows is kept and noted."""
    if body.startswith(archive.MAGIC):
        return Decoded(bad_lines=[bad(0, "", Fault.ARCHIVE)])
    if kind in _EVENTS:
        return decode_events(body, dialect)
    if kind in _PEOPLE:
        return _decode_people(body, dialect)
    if kind == "DEVICECMD":
        return decode_results(body, dialect)
    if kind in _OPTIONS:
        return Decoded(facts=options_of(body.decode("utf-8", "replace").replace("\0", "")), noted=1)
    return Decoded(noted=len([line for line in body.split(b"\n") if line.strip()]))


def _decode_people(body: bytes, dialect: Dialect) -> Decoded:
    people: list[PersonOnTerminal] = []
    bad_lines: list[BadLine] = []
    blank = 0
    for number, line in lines_of(body, dialect):
        told = line.strip(" ␀")
        if not told:
            blank += 1
            continue
        pairs = pairs_of(told[5:] if told[:5].lower() == "user " else told)
        pin = pairs.get("pin", "")
        if good_pin(pin):
            people.append(_person(pin, pairs))
        else:
            bad_lines.append(bad(number, line, Fault.PIN))
    return Decoded(people=people, bad_lines=bad_lines, blank=blank)


def _person(pin: str, pairs: dict[str, str]) -> PersonOnTerminal:
    card = pairs.get("cardno", "")
    return PersonOnTerminal(
        pin,
        pairs.get("name", "")[:60],
        pairs.get("privilege", "")[:10],
        "" if card == "0" else card[:40],
        pairs.get("group", "")[:20],
    )
