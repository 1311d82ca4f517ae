"""The log and the people of a terminal, read again where they came short, so that nothing is missed unseen."""

import struct
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from django.utils.translation import gettext

from kaoqin.devices.protocols.zk_4370 import records, sizes, users
from kaoqin.devices.protocols.zk_4370.bodies import not_yet
from kaoqin.devices.protocols.zk_4370.bulk import Bulk, read_bulk
from kaoqin.devices.protocols.zk_4370.conversation import Conversation
from kaoqin.devices.protocols.zk_4370.frames import Code
from kaoqin.devices.protocols.zk_4370.records import Shape
from kaoqin.devices.protocols.zk_4370.users import User
from kaoqin.devices.wire import CameShort, VisitFailed

READINGS = 3
USERS_ONLY = 5
"""Which part of a person is asked for: no templates."""
_TOTAL = struct.Struct("<I")


@dataclass
class Log:
    """What was read: the records of the first reading, those that only a later one brought, how many the terminal says
    it holds, and what ended the reading early, if anything did. `owners`: the PIN of each uid, for short records."""

    shape: Shape = Shape.LONG
    first: list[bytes] = field(default_factory=list)
    later: list[bytes] = field(default_factory=list)
    held: int = 0
    owners: Mapping[str, str] = field(default_factory=dict)
    fault: VisitFailed | None = None

    @property
    def count(self) -> int:
        return len(self.first) + len(self.later)

    @property
    def failure(self) -> VisitFailed | None:
        """Why this is not all, if it is not; with both numbers where it came short."""
        if self.count >= self.held:
            return self.fault
        sentence = gettext("考勤机里有 {held} 条记录,只读到 {count} 条;读到的已保存,下次再取。")
        told = sentence.format(held=f"{self.held:,}", count=f"{self.count:,}")
        return VisitFailed(told + self.fault.sentence) if self.fault else CameShort(told)


class People(NamedTuple):
    """The people of a terminal, their records, and the size of those: 0 where there is nobody."""

    users: list[User]
    rows: list[bytes]
    size: int


async def read_log(line: Conversation) -> Log:
    """The log, asked for up to three times until there are as many records as the terminal holds."""
    log = Log()
    try:
        for _ in range(READINGS):
            held = await _held(line, sizes.RECORDS)
            log.held = held or 0
            if held == 0 or log.count >= log.held > 0:
                break
            _add(log, await read_bulk(line, Code.READ_LOG))
        if log.first and log.shape.size == Shape.SHORT.size:
            log.owners = {str(user.uid): user.pin for user in (await read_people(line)).users}
    except VisitFailed as fault:
        log.fault = fault
    return log if log.owners or log.shape.size != Shape.SHORT.size else Log(log.shape, held=log.held, fault=log.fault)


def _add(log: Log, bulk: Bulk) -> None:
    """Add what a reading brought, and only what is not there yet."""
    if log.first:
        log.later += not_yet(_whole(bulk, log.shape), Counter(log.first + log.later))
    else:
        log.shape = records.shape_of(_table(bulk), log.held)
        log.first = _whole(bulk, log.shape)
    if bulk.fault:
        raise bulk.fault


async def read_people(line: Conversation) -> People:
    """All people. Raises CameShort where the terminal does not give as many as it holds."""
    found, held = People([], [], 0), 0
    for _ in range(READINGS):
        held = await _held(line, sizes.USERS) or 0
        bulk = await read_bulk(line, Code.READ_USERS, USERS_ONLY) if held else Bulk(0)
        if bulk.fault:
            raise bulk.fault
        size = users.size_of(_table(bulk), held)
        rows = [] if bulk.holes() else users.cut(_table(bulk), size)
        found = People([users.read(row) for row in rows], rows, size if rows else 0)
        if len(rows) >= held:
            return found
    sentence = gettext("考勤机里有 {held} 名人员,只读到 {count} 名。")
    raise CameShort(sentence.format(held=f"{held:,}", count=f"{len(found.users):,}"))


async def _held(line: Conversation, which: int) -> int | None:
    return sizes.held(sizes.read(await line.good(Code.FREE_SIZES)), which)


def _table(bulk: Bulk) -> bytes:
    """The records of a long answer: behind their total size, and no more than that."""
    data = bulk.data
    total = _TOTAL.unpack_from(data)[0] if len(data) >= _TOTAL.size else 0
    return data[_TOTAL.size :][: total or None]


def _whole(bulk: Bulk, shape: Shape) -> list[bytes]:
    """The records of which nothing lacks."""
    lacking = {
        number
        for begin, end in bulk.holes()
        for number in range((begin - _TOTAL.size) // shape.size, (end - _TOTAL.size - 1) // shape.size + 1)
    }
    return [record for number, record in enumerate(records.cut(_table(bulk), shape)) if number not in lacking]
