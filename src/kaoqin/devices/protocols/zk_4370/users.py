"""People as a terminal keeps them, in records of 72 and 28 bytes, and how a name gets there and back. Pure (facts 1C)."""

import codecs
import struct
from collections.abc import Sequence
from typing import NamedTuple

from kaoqin.devices.protocols.zk_4370.records import is_pin, text_of
from kaoqin.devices.protocols.zk_common.texts import decode_text, encoding_of, fit_name
from kaoqin.devices.wire import BadLine, Dialect, PersonOnTerminal
from kaoqin.devices.words import Fault

CHINESE = "83"
LONG, SHORT = 72, 28
MOST_UID = 0xFFFF
ROLE = 0xFE
"""The bits of a privilege that say who one is; the last one says that one is locked out."""
_LONG, _SHORT = struct.Struct("<HB8s24sIx7sx24s"), struct.Struct("<HB5s8sIxBhI")
_PASSWORDS = {LONG: slice(3, 11), SHORT: slice(3, 8)}


class User(NamedTuple):
    """One person of a terminal. `name` and `password` are its bytes; `card` 0: none. `zone` is of 28 bytes only."""

    uid: int
    pin: str
    name: bytes = b""
    privilege: int = 0
    password: bytes = b""
    card: int = 0
    group: bytes = b"1"
    zone: int = 0

    @property
    def role(self) -> int:
        """0 anybody, 2 may enrol, 6 and 14 administrate."""
        return self.privilege & ROLE


def read(record: bytes) -> User:
    """A record of 72 or 28 bytes."""
    if len(record) == LONG:
        uid, privilege, password, name, card, group, pin = _LONG.unpack(record)
        return User(uid, text_of(pin), name.partition(b"\0")[0], privilege, password, card, group.rstrip(b"\0"))
    uid, privilege, password, name, card, group_number, zone, number = _SHORT.unpack(record)
    name = name.partition(b"\0")[0]
    return User(uid, str(number), name, privilege, password, card, str(group_number).encode(), zone)


def write(user: User, size: int) -> bytes:
    """The record of a person. One of 28 bytes takes PINs that are numbers without leading zeros."""
    uid, pin, name, privilege, password, card, group, zone = user
    if size == LONG:
        return _LONG.pack(uid, privilege, password[:8], name[:24], card, group[:7], pin.encode()[:24])
    group_number = int(group) if group.isdigit() and int(group) < 256 else 1
    return _SHORT.pack(uid, privilege, password[:5], name[:8], card, group_number, zone, int(pin))


def holds(pin: str, size: int) -> bool:
    """Whether a record of this size can hold a PIN as it is."""
    if size == LONG:
        return pin.isascii() and is_pin(pin) and len(pin) <= 24
    return pin.isascii() and pin.isdecimal() and str(int(pin)) == pin and int(pin) <= 0xFFFFFFFF


def size_of(table: bytes, held: int) -> int:
    """The size of the records of a list of so many people: the one that comes nearest."""
    fitting = [size for size in (LONG, SHORT) if len(table) % size == 0] or [LONG, SHORT]
    return min(fitting, key=lambda size: abs(len(table) // size - held))


def cut(table: bytes, size: int) -> list[bytes]:
    """The whole records of a list; a rest that is none is left out."""
    return [table[begin : begin + size] for begin in range(0, len(table) - size + 1, size)]


def mask(table: bytes, size: int) -> bytes:
    """The list without passwords."""
    kept = bytearray(table)
    where = _PASSWORDS[size]
    for begin in range(0, len(kept), size):
        secret = slice(begin + where.start, min(begin + where.stop, len(kept)))
        kept[secret] = bytes(len(kept[secret]))
    return bytes(kept)


def free_uid(users: Sequence[User]) -> int | None:
    """A uid nobody has: the one after the last, so that a number is not given twice soon; None where all are taken."""
    taken = {user.uid for user in users}
    after = max(taken, default=0) + 1
    return after if after < MOST_UID else next((uid for uid in range(1, MOST_UID) if uid not in taken), None)


def person(number: int, record: bytes, dialect: Dialect) -> PersonOnTerminal | BadLine:
    """Somebody as the terminal knows them, or what is wrong with the record."""
    user = read(record)
    if not is_pin(user.pin):
        return BadLine(number, f"#{user.uid}", Fault.PIN)
    card, group = str(user.card or ""), text_of(user.group)[:20]
    return PersonOnTerminal(user.pin, name_of(user.name, dialect), str(user.role), card, group)


def name_of(raw: bytes, dialect: Dialect) -> str:
    """A name as text: of a Chinese unit, unless the terminal or a person says otherwise."""
    return decode_text(raw, dialect.language or CHINESE, dialect.options.get("encoding", "")).strip()[:60]


def encoding_for(dialect: Dialect) -> str:
    """The encoding of names: Chinese units of this protocol read GB18030, which holds 喆 and 堃."""
    chinese = (dialect.language or CHINESE) == CHINESE
    usual = "gb18030" if chinese else encoding_of(dialect.language)
    try:
        return codecs.lookup(dialect.options.get("encoding", "") or usual).name
    except LookupError:
        return usual


def fit(name: str, encoding: str, size: int) -> bytes:
    """A name as a record of this size can hold it, cut between characters."""
    return fit_name(name, encoding, 24 if size == LONG else 8).encode(encoding)


def held(name: str, dialect: Dialect) -> str:
    """A name as a terminal with long records tells it back after it was put there."""
    encoding = encoding_for(dialect)
    return fit(name, encoding, LONG).decode(encoding, "ignore")
