"""What is done at a terminal when a command is carried out there."""

import contextlib
import struct
from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy

from kaoqin.devices.protocols.zk_4370 import bodies, phrases, users
from kaoqin.devices.protocols.zk_4370.conversation import Conversation, Silent
from kaoqin.devices.protocols.zk_4370.frames import Code
from kaoqin.devices.protocols.zk_4370.line import UDP
from kaoqin.devices.protocols.zk_4370.tables import People, read_people
from kaoqin.devices.protocols.zk_4370.users import User
from kaoqin.devices.wire import Done

REFUSED, CANNOT_HOLD, UNKNOWN = -1, -2, -3
"""The terminal said no; its records cannot hold that PIN, or it is full; no phrase of ours."""


async def carry_out(line: Conversation, do: str, told: Mapping[str, Any], transport: str) -> Done:
    """Do what a phrase says. Raises VisitFailed where the terminal is gone."""
    match do:
        case phrases.PUT:
            return await _put(line, told, transport)
        case phrases.REMOVE:
            return await _remove(line, str(told.get("pin", "")))
        case phrases.PEOPLE:
            found = await read_people(line)
            return Done(len(found.rows), bodies.pages_of_users(found.rows, found.size) if found.rows else ())
        case phrases.RESTART:
            return await _restart(line)
    return Done(UNKNOWN)


async def _restart(line: Conversation) -> Done:
    """It may go before it answers."""
    with contextlib.suppress(Silent, OSError):
        return Done(REFUSED if (await line.ask(Code.RESTART, again=1)).code == Code.ERROR else 0)
    return Done()


async def _put(line: Conversation, told: Mapping[str, Any], transport: str) -> Done:
    """Write somebody: who is there already keeps uid, password, group, and the card where none is told."""
    people = await read_people(line)
    size = people.size or (users.SHORT if transport == UDP else users.LONG)
    known = _known(people, told["pin"])
    uid = known.uid if known else users.free_uid(people.users)
    if uid is None or not users.holds(told["pin"], size):
        return Done(CANNOT_HOLD)
    before = known or User(uid, told["pin"])
    now = before._replace(
        name=users.fit(told["name"], told["encoding"], size),
        privilege=told["role"] | (before.privilege & ~users.ROLE),
        card=told["card"] or before.card,
    )
    return await _changed(line, Code.WRITE_USER, users.write(now, size))


async def _remove(line: Conversation, pin: str) -> Done:
    """Forget somebody; who is not there is forgotten already."""
    known = _known(await read_people(line), pin)
    return await _changed(line, Code.DELETE_USER, struct.pack("<H", known.uid)) if known else Done()


async def _changed(line: Conversation, code: Code, data: bytes) -> Done:
    """A change, which the terminal takes up when it is told to look again."""
    if (await line.ask(code, data)).code != Code.OK:
        return Done(REFUSED)
    await line.ask(Code.REFRESH)
    return Done()


def _known(people: People, pin: str) -> User | None:
    return next((user for user in people.users if user.pin == pin), None)


def reason(code: int) -> str:
    """Why a terminal did not do what it was told."""
    return str(_REASONS.get(code, gettext("考勤机返回代码 {code}").format(code=code)))


_REASONS: Mapping[int, str | Promise] = {
    REFUSED: gettext_lazy("考勤机拒绝了这条命令"),
    CANNOT_HOLD: gettext_lazy("机内存不下这个编号,或者已存满"),
    UNKNOWN: gettext_lazy("固件不支持这条命令"),
}
