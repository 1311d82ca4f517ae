"""`OPERLOG`: one table, the type of a line in its first word: `OPLOG 21⇥…`, `USER PIN=…`, templates, pictures."""

from collections.abc import Callable

from kaoqin.devices.protocols.zk_common.clock import read_time
from kaoqin.devices.protocols.zk_common.lines import bad, good_pin, lines_of, pairs_of
from kaoqin.devices.wire import BadLine, Decoded, Dialect, Operation, PersonOnTerminal
from kaoqin.devices.words import Deed, Fault

_ALARMS = {3, 32, 33, 34}
_REMOVED = {9, 10, 11, 12}
_DEEDS = {
    0: Deed.STARTED,
    1: Deed.STOPPED,
    2: Deed.REJECTED,
    **dict.fromkeys(_ALARMS, Deed.ALARM),
    4: Deed.MENU,
    5: Deed.SETTINGS,
    **dict.fromkeys((6, 7, 8, *range(14, 21), 30, 31, 36, *range(68, 76), *range(101, 108), 113, 114), Deed.ENROLLED),
    **dict.fromkeys(_REMOVED, Deed.REMOVED),
    13: Deed.CLEARED,
    21: Deed.CLOCK_SET,
    22: Deed.RESET,
    23: Deed.RECORDS_DELETED,
    24: Deed.ADMINISTRATORS_CLEARED,
    **dict.fromkeys((*range(25, 30), 37), Deed.DOOR),
    35: Deed.PHOTOS_DELETED,
    **dict.fromkeys((39, 41), Deed.DOWNLOADED),
    43: Deed.DELETED_AFTER_DOWNLOAD,
    **dict.fromkeys((*range(76, 90), 108), Deed.SETTINGS),
    **dict.fromkeys(range(121, 127), Deed.ENROLLED),
}
Read = Operation | PersonOnTerminal | BadLine | None


def decode_operlog(body: bytes, dialect: Dialect) -> Decoded:
    """Every line is an operation, a person, a bad line, blank, or noted: a template or picture, kept masked."""
    operations: list[Operation] = []
    people: list[PersonOnTerminal] = []
    bad_lines: list[BadLine] = []
    noted = blank = 0
    for number, line in lines_of(body, dialect):
        if not line.strip(" ␀"):
            blank += 1
            continue
        read = _read(number, line)
        if isinstance(read, Operation):
            operations.append(read)
        elif isinstance(read, PersonOnTerminal):
            people.append(read)
        elif isinstance(read, BadLine):
            bad_lines.append(read)
        else:
            noted += 1
    return Decoded(operations=operations, people=people, bad_lines=bad_lines, noted=noted, blank=blank)


def _read(number: int, line: str) -> Read:
    word, _, told = line.strip().partition(" ")
    known = _KINDS.get(word.upper())
    if known:
        return known(number, line, told.strip())
    if word.isalnum() and pairs_of(told):
        return None
    return bad(number, line, Fault.KIND)


def _oplog(number: int, line: str, told: str) -> Read:
    columns = [column.strip() for column in told.split("\t")]
    columns += [""] * (4 - len(columns))
    code, operator, time, target = columns[:4]
    at = read_time(time)
    if not (code.isascii() and code.isdecimal() and len(code) < 10):
        return bad(number, line, Fault.OPERATION)
    if at is None:
        return bad(number, line, Fault.TIME)
    values = tuple(value[:60] for value in columns[4:12])
    return Operation(_DEEDS.get(int(code), Deed.OTHER), code, at, operator[:60], target[:60], values)


def _user(number: int, line: str, told: str) -> Read:
    pairs = pairs_of(told)
    pin = pairs.get("pin", "")
    if not good_pin(pin):
        return bad(number, line, Fault.PIN)
    return PersonOnTerminal(
        pin,
        pairs.get("name", "")[:60],
        pairs.get("pri", "")[:10],
        _card(pairs.get("card", ""))[:40],
        pairs.get("grp", "")[:20],
    )


def _card(text: str) -> str:
    """A card number in decimal; `[15CD5B07]` is four bytes, the lowest first."""
    if len(text) == 10 and text[0] == "[" and text[-1] == "]":
        try:
            return str(int.from_bytes(bytes.fromhex(text[1:-1]), "little"))
        except ValueError:
            return text
    return "" if text == "0" else text


def _fault(number: int, line: str, told: str) -> Read:
    """`ERRORLOG`: something the terminal could not do; it says no time."""
    pairs = pairs_of(told)
    values = tuple(pairs.get(name, "")[:60] for name in ("errmsg", "dataorigin", "cmdid", "additional"))
    return Operation(Deed.FAULT, pairs.get("errcode", "")[:20], None, values=values)


_KINDS: dict[str, Callable[[int, str, str], Read]] = {"OPLOG": _oplog, "USER": _user, "ERRORLOG": _fault}
