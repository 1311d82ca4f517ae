"""A made-up terminal as `kaoqin simulate hikvision` runs it: people press, it is visited, it pushes where it was told to.

What nobody acknowledged comes again; after an outage it comes as stored. All it holds is in `memory`.
"""

import asyncio
import contextlib
import datetime as dt
import random
import time
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import urlsplit

from kaoqin.devices.protocols.hikvision import messages
from kaoqin.devices.protocols.hikvision.simulator import SHAPES, WELL, Simulator
from kaoqin.devices.simulated import Habits, Memory, Person, Record

BEAT_SECONDS, LIVE_SECONDS = 30, 60


class HikvisionUnit(Simulator):
    """`VisitedUnit` of this protocol."""

    def __init__(self, serial: str, people: Sequence[Person], habits: Habits, seed: int, now: float) -> None:
        self._draw = random.Random(f"{seed}/{serial}/hikvision")  # noqa: S311 - a simulation, not a secret
        password, shape = f"Sim-{self._draw.randrange(10**6):06d}", self._draw.choice(SHAPES)
        super().__init__(serial, password=password, offset_hours=habits.offset_minutes / 60, shape=shape)
        self.mac = "24:0f:9b:" + ":".join(f"{self._draw.randrange(256):02x}" for _ in range(3))
        self.habits, self.counts = habits, Counter[str]()
        self.memory = Memory(serial, people, habits, seed, now)
        self.time: Callable[[], float] = time.time
        self.people.users = {one.pin: {"employeeNo": one.pin, "name": one.name, "userType": "normal"} for one in people}
        self.people.faults.most_people = habits.most_people
        self.events = [self._event(record) for record in self.memory.records]
        self._told, self._beat_at = len(self.memory.records), now
        self._sending: asyncio.Future[None] | None = None

    @property
    def login(self) -> str:
        return f"用户名 user {self.user}  密码 password {self.password}"

    # What happens at it

    def pass_time(self, now: float) -> None:
        """People press until now; what waits is sent in a thread, for servers take their time."""
        self.memory.people = {pin: Person(pin, str(told.get("name", ""))) for pin, told in self.people.users.items()}
        self.memory.pass_time(now)
        fresh, self._told = self.memory.records[self._told :], len(self.memory.records)
        for record in fresh:
            self._keep(self._event(record))
        if self._away():
            self.break_lines()
        if self._sending is None or self._sending.done():
            self._sending = asyncio.get_running_loop().run_in_executor(None, self.send_what_waits, now)

    def _event(self, record: Record) -> dict[str, Any]:
        wall = dt.datetime.fromisoformat(record.at).replace(tzinfo=self.zone)
        told = {"major": 5, "minor": 75, "time": wall.isoformat(), "employeeNoString": record.pin}
        told |= {"serialNo": record.number, "currentVerifyMode": "face"}
        return told | {"attendanceStatus": "checkIn" if record.state == "0" else "checkOut"}

    def _keep(self, event: dict[str, Any]) -> None:
        with self._lock:
            self.events.append(event)
            if self.host.get("url"):
                self._waiting.append(event)
            if not self._away():
                self._tell(self._parts(event, live=True))

    def send_what_waits(self, now: float) -> None:
        """Push until one is not taken, and a heart beat when it is time."""
        if not self.host.get("url") or self._away():
            return
        for event in list(self._waiting):
            if not self._pushed(event):
                break
            with self._lock:
                self._waiting = [one for one in self._waiting if one is not event]
        if now - self._beat_at >= BEAT_SECONDS:
            self._beat_at = now
            self.beat_live()
            self.counts["心跳"] += self.beat() == 200

    def _pushed(self, event: dict[str, Any]) -> bool:
        """Whether the terminal knows that it was taken."""
        self.faults.lost_replies = int(self._draw.random() < self.habits.lost)
        wall = self.memory.clock.wall(self.time()).replace(tzinfo=self.zone)
        live = wall - dt.datetime.fromisoformat(event["time"]) < dt.timedelta(seconds=LIVE_SECONDS)
        taken = self.send(self.body(event, live=live)) == 200
        self.counts["推送" if taken else "推送未成"] += 1
        return taken and self._draw.random() >= self.habits.doubled

    # What it answers

    def _away(self) -> bool:
        offline = self.habits.offline
        return offline is not None and offline[0] <= self.time() < offline[1]

    def there(self) -> bool:
        """Not without a network; with bad luck an answer gets lost."""
        return not self._away() and self._draw.random() >= self.habits.lost

    def answer(self, method: str, path: str, body: bytes) -> tuple[int, str]:
        told = super().answer(method, path, body)
        self.counts["访问"] += urlsplit(path).path.endswith("deviceInfo")
        return told

    def _now(self) -> dt.datetime:
        return self.memory.clock.wall(self.time()).replace(tzinfo=self.zone)

    def _set_clock(self, body: bytes) -> str:
        told = messages.clock(messages.fields(body), "UTC")
        ahead = told.utcoffset() or dt.timedelta()
        self.zone = dt.timezone(ahead)
        self.memory.clock.set(told.astimezone(dt.UTC), int(ahead.total_seconds() // 60), self.time())
        return WELL

    # Where it listens

    async def listen(self, host: str, port: int) -> None:
        """In the loop, with a thread for each request: there may be thousands of units."""
        self.open(host, port)
        asyncio.get_running_loop().add_reader(self.server.fileno(), self.server.handle_request)

    async def close(self) -> None:
        asyncio.get_running_loop().remove_reader(self.server.fileno())
        self.break_lines()
        self.server.server_close()
        if self._sending:
            with contextlib.suppress(OSError):
                await self._sending
