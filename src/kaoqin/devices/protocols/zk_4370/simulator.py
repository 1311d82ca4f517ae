"""A simulated terminal that is visited at TCP and UDP 4370, as the terminal: see facts 1C.

It loses parts of long answers, counts records that it does not give, has a wrong clock, and wants a comm key. All it
holds is in `memory`, so what arrived can be compared.
"""

import datetime as dt
import random
import struct
import time
from collections import Counter
from collections.abc import Callable, Sequence

from kaoqin.devices.protocols.zk_4370 import events, records, users
from kaoqin.devices.protocols.zk_4370.frames import Code, Packet, comm_key
from kaoqin.devices.protocols.zk_4370.listening import PART_BYTES, Listening, Session
from kaoqin.devices.protocols.zk_4370.records import Pressed, Shape
from kaoqin.devices.protocols.zk_4370.users import User
from kaoqin.devices.protocols.zk_common.clock import compact, expand
from kaoqin.devices.simulated import Habits, Memory, Person, Record

MOST_USERS, MOST_RECORDS = 3_000, 100_000
SMALL_BYTES = 1024
"""Up to so much is answered at once."""
_EVENT_KIND = 1
_OPTIONS = {"~DeviceName": "Simulated 4370", "MAC": "00:17:61:00:00:01"}


class PullUnit:
    """`VisitedUnit` of this protocol. `withheld`: so many of its newest records it counts and does not give."""

    def __init__(self, serial: str, people: Sequence[Person], habits: Habits, seed: int, now: float) -> None:
        self.serial, self.habits, self.counts = serial, habits, Counter[str]()
        self.memory = Memory(serial, people, habits, seed, now)
        self.shape = Shape(str(habits.record_bytes))
        self.user_size = users.LONG if self.shape is Shape.LONG else users.SHORT
        self.encoding = "gb18030" if habits.language == users.CHINESE else "utf-8"
        self._draw = random.Random(f"{seed}/{serial}/4370")  # noqa: S311 - a simulation, not a secret
        self.comm_key = self._draw.randrange(1, 1_000_000)
        self.users = [self._user(uid, person) for uid, person in enumerate(people, 1)]
        self._uids = {person.pin: uid for uid, person in enumerate(people, 1)}
        self.withheld, self.port, self.event_size = 0, 0, 52 if self.shape is Shape.LONG else 12
        self.time: Callable[[], float] = time.time
        self._told = len(self.memory.records)
        self._listening = Listening(self, self._draw)

    def _user(self, uid: int, person: Person) -> User:
        return User(uid, self.pin_of(person.pin, uid), users.fit(person.name, self.encoding, self.user_size))

    def pin_of(self, pin: str, uid: int = 0) -> str:
        """A PIN as this terminal keeps it: one of numbers has lost its leading zeros."""
        if self.user_size == users.LONG:
            return pin
        return str(int(pin)) if pin.isascii() and pin.isdecimal() else str(uid)

    @property
    def login(self) -> str:
        return f"通信密码 comm key {self.comm_key}" if self.comm_key else "无通信密码 no comm key"

    # What it answers

    def hear(self, session: Session, asked: Packet) -> list[Packet]:
        """The answers to a packet, as it sends them."""
        if self._away():
            return []
        do = self._deeds().get(asked.code)
        if not session.let_in and asked.code not in {Code.CONNECT, Code.AUTH, Code.EXIT}:
            return [Packet(Code.UNAUTHORISED, session.number, asked.number)]
        told = do(session, asked.data) if do else [(Code.ERROR, b"")]
        return [Packet(code, session.number, asked.number, data) for code, data in told]

    def _away(self) -> bool:
        offline = self.habits.offline
        return offline is not None and offline[0] <= self.time() < offline[1]

    def _deeds(self) -> dict[int, Callable[[Session, bytes], list[tuple[int, bytes]]]]:
        return {
            Code.CONNECT: self._connect,
            Code.AUTH: self._let_in,
            Code.READ_OPTION: self._option,
            Code.VERSION: lambda session, data: [(Code.OK, b"Ver 6.60 simulated\0")],
            Code.FREE_SIZES: lambda session, data: [(Code.OK, self._sizes())],
            Code.GET_TIME: lambda session, data: [(Code.OK, struct.pack("<I", compact(self.wall())))],
            Code.SET_TIME: self._set_time,
            Code.PREPARE_BUFFER: self._prepare,
            Code.READ_BUFFER: self._read,
            Code.WRITE_USER: self._write_user,
            Code.DELETE_USER: self._delete_user,
            Code.EVENT: self._register,
            Code.RESTART: self._restart,
            **dict.fromkeys((Code.ENABLE, Code.EXIT, Code.FREE_DATA, Code.REFRESH), self._well),
        }

    def wall(self) -> dt.datetime:
        """What its clock shows."""
        return self.memory.clock.wall(self.time())

    @staticmethod
    def _well(session: Session, data: bytes) -> list[tuple[int, bytes]]:
        return [(Code.OK, b"")]

    def _connect(self, session: Session, data: bytes) -> list[tuple[int, bytes]]:
        session.let_in = not self.comm_key
        self.counts["访问"] += 1
        return [(Code.OK if session.let_in else Code.UNAUTHORISED, b"")]

    def _let_in(self, session: Session, data: bytes) -> list[tuple[int, bytes]]:
        session.let_in = data == comm_key(self.comm_key, session.number)
        self.counts["密码错误"] += not session.let_in
        return [(Code.OK if session.let_in else Code.UNAUTHORISED, b"")]

    def _option(self, session: Session, data: bytes) -> list[tuple[int, bytes]]:
        name = data.rstrip(b"\0").decode("ascii", "replace")
        options = _OPTIONS | {"~SerialNumber": self.serial}
        return [(Code.OK, f"{name}={options[name]}\0".encode())] if name in options else [(Code.ERROR, b"")]

    def _sizes(self) -> bytes:
        told = [0] * 23
        told[4], told[8] = len(self.users), len(self.memory.records)
        told[14:20] = 3_000, MOST_USERS, MOST_RECORDS, 3_000, MOST_USERS - told[4], MOST_RECORDS - told[8]
        return struct.pack("<23i", *told)

    def _set_time(self, session: Session, data: bytes) -> list[tuple[int, bytes]]:
        wall = expand(struct.unpack("<I", data)[0]) if len(data) == 4 else None
        if wall is None:
            return [(Code.ERROR, b"")]
        self.memory.clock.set(wall.replace(tzinfo=dt.UTC), 0, self.time())
        return [(Code.OK, b"")]

    def _prepare(self, session: Session, data: bytes) -> list[tuple[int, bytes]]:
        code = struct.unpack("<bhii", data)[1] if len(data) == 11 else 0
        if code not in {Code.READ_LOG, Code.READ_USERS}:
            return [(Code.ERROR, b"")]
        rows = b"".join(
            self._log() if code == Code.READ_LOG else (users.write(one, self.user_size) for one in self.users)
        )
        session.prepared = struct.pack("<I", len(rows)) + rows
        if len(session.prepared) <= SMALL_BYTES:
            return [(Code.DATA, session.prepared)]
        return [(Code.OK, b"\0" + struct.pack("<II", len(session.prepared), len(session.prepared)))]

    def _log(self) -> list[bytes]:
        shown = self.memory.records[: len(self.memory.records) - self.withheld]
        self.counts["记录"] += len(shown)
        return [self._row(record) for record in shown]

    def _row(self, record: Record) -> bytes:
        uid = self._uids.get(record.pin, 0)
        at = compact(dt.datetime.fromisoformat(record.at))
        pressed = Pressed(self.pin_of(record.pin, uid), at, int(record.state), int(record.verify))
        return records.write(pressed, self.shape, uid)

    def _read(self, session: Session, data: bytes) -> list[tuple[int, bytes]]:
        """A piece in parts; with bad luck one part is missing, or there is no piece at all."""
        begin, length = struct.unpack("<ii", data) if len(data) == 8 else (0, 0)
        piece = session.prepared[max(begin, 0) : max(begin, 0) + max(length, 0)]
        most = PART_BYTES[session.transport]
        parts = [piece[at : at + most] for at in range(0, len(piece), most)]
        if parts and self._draw.random() < self.habits.lost:
            self.counts["丢失"] += 1
            if self._draw.random() < 0.5:
                return [(Code.ERROR, b"")]
            parts.pop(self._draw.randrange(len(parts)))
        series = [(int(Code.DATA), part) for part in parts]
        return [(Code.PREPARE_DATA, struct.pack("<I", len(piece))), *series, (Code.OK, b"")]

    def _write_user(self, session: Session, data: bytes) -> list[tuple[int, bytes]]:
        if len(data) != self.user_size:
            return [(Code.ERROR, b"")]
        told = users.read(data)
        self.users = [*(one for one in self.users if one.uid != told.uid), told]
        self._uids[told.pin] = told.uid
        return [(Code.OK, b"")]

    def _delete_user(self, session: Session, data: bytes) -> list[tuple[int, bytes]]:
        uid = struct.unpack("<H", data)[0] if len(data) == 2 else 0
        left = [one for one in self.users if one.uid != uid]
        known = len(left) < len(self.users)
        self.users = left
        return [(Code.OK if known else Code.ERROR, b"")]

    def _register(self, session: Session, data: bytes) -> list[tuple[int, bytes]]:
        session.wants_events = True
        return [(Code.OK, b"")]

    def _restart(self, session: Session, data: bytes) -> list[tuple[int, bytes]]:
        self.counts["重启"] += 1
        return [(Code.OK, b"")]

    # What happens at it

    def pass_time(self, now: float) -> None:
        """People press until now, and whoever registered for events is told."""
        self.memory.pass_time(now)
        fresh, self._told = self.memory.records[self._told :], len(self.memory.records)
        for record in fresh:
            for session in self._listening.sessions:
                if session.wants_events and not self._away():
                    session.send(Packet(Code.EVENT, _EVENT_KIND, 0, self._event(record)))

    def _event(self, record: Record) -> bytes:
        at, pin = dt.datetime.fromisoformat(record.at), self.pin_of(record.pin, self._uids.get(record.pin, 0))
        return events.say_event(pin, at, int(record.state), int(record.verify), self.event_size)

    # Where it listens

    async def listen(self, host: str, port: int) -> None:
        self.port = await self._listening.open(host, port)

    async def close(self) -> None:
        await self._listening.close()
