"""What simulated terminals of every protocol are made of: people, presses, a clock, habits; and requests by HTTP.

Pure: whoever runs a terminal tells it the true time, in seconds since 1970, and brings it what the server said.
"""

import datetime as dt
import random
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from enum import StrEnum
from typing import NamedTuple, Protocol

DAY = dt.timedelta(days=1)
EPOCH = dt.datetime(1970, 1, 1)  # noqa: DTZ001 - wall clocks are naive
DEAD_CLOCK = dt.datetime(2000, 1, 1)  # noqa: DTZ001
AHEAD_BY_HAND = dt.timedelta(days=3)
DRIFT = 1 / 60
"""A clock that drifts gains a second a minute."""


class ClockFault(StrEnum):
    """`dead`: begins at 2000-01-01 until it is set; `drift`, `future`: believes no server."""

    NONE = "none"
    DEAD = "dead"
    DRIFT = "drift"
    FUTURE = "future"


class Route(StrEnum):
    """How a firmware writes the path."""

    PLAIN = "plain"
    ENDING = "aspx"
    SLASH = "slash"
    DOUBLED = "doubled"


class Person(NamedTuple):
    """Somebody a terminal knows; a `privilege` but 0 is an administrator's."""

    pin: str
    name: str = ""
    card: str = ""
    privilege: str = "0"


class Record(NamedTuple):
    """One press as a terminal keeps it; `at` is its wall clock as it writes it."""

    number: int
    pin: str
    at: str
    state: str
    verify: str


@dataclass(frozen=True, slots=True)
class Habits:
    """How a terminal behaves. Rates are per second, shares from 0 to 1; `pace` divides every wait of the protocol.

    `offline` is when it has no network, as seconds since 1970 from and to; `offset_minutes` is its zone before a server
    told it one. `lost` is the share of long answers that a terminal which is visited loses a part of; `results_lost` is
    the share of commands it carries out and never tells the result of.
    """

    language: str = "83"
    columns: int = 7
    route: Route = Route.PLAIN
    clock: ClockFault = ClockFault.NONE
    batch: int = 100
    backlog_days: int = 0
    presses_per_second: float = 1 / 60
    doubled: float = 0.0
    pace: float = 1.0
    offline: tuple[float, float] | None = None
    offset_minutes: int = 480
    lost: float = 0.0
    record_bytes: int = 40
    most_people: int = 3000
    results_lost: float = 0.0


@dataclass(frozen=True, slots=True)
class Sending:
    """A request. It is done when `200` is read and a body that begins with `expects` (that is it, where `exactly`).

    `kind` is one of `greet`, `poll`, `punches`, `other`; `records` are those it carries.
    """

    kind: str
    method: str
    target: str
    body: bytes = b""
    expects: bytes = b"OK"
    exactly: bool = False
    records: Sequence[Record] = ()

    def done_by(self, reply: "Reply") -> bool:
        matches = reply.body == self.expects if self.exactly else reply.body.startswith(self.expects)
        return reply.status == 200 and matches


@dataclass(frozen=True, slots=True)
class Reply:
    """What a terminal read; `date` is the server's clock, in UTC."""

    status: int
    body: bytes
    date: dt.datetime | None = None


class Unit(Protocol):
    """One simulated terminal."""

    serial: str

    def turn(self, now: float) -> Sending | float:
        """What it sends now, or until when it has nothing to send."""
        ...

    def heard(self, sending: Sending, reply: Reply, now: float) -> bool:
        """The server answered; True if what was sent is done and need not be sent again."""
        ...

    def unheard(self, sending: Sending, now: float) -> None:
        """No answer was read: it will be sent again."""
        ...

    @property
    def waiting(self) -> int:
        """How many of its records no server has acknowledged."""
        ...


class VisitedUnit(Protocol):
    """One simulated terminal that is visited: it listens. `counts`: what happened to it so far, by a word for people."""

    serial: str
    counts: Counter[str]

    @property
    def login(self) -> str:
        """What people type in to be let in there."""
        ...

    async def listen(self, host: str, port: int) -> None:
        """From now on it answers there."""
        ...

    async def close(self) -> None:
        """It answers no more."""
        ...

    def pass_time(self, now: float) -> object:
        """People press until now."""
        ...


class Clock:
    """The wall clock of a terminal: as far from the true time as its zone and its fault put it."""

    def __init__(self, habits: Habits, now: float) -> None:
        self._fault, self._since = habits.clock, now
        self._offset = dt.timedelta(minutes=habits.offset_minutes)
        self._set_at = now
        if habits.clock is ClockFault.FUTURE:
            self._offset += AHEAD_BY_HAND
        elif habits.clock is ClockFault.DEAD:
            self._offset = DEAD_CLOCK + habits.backlog_days * DAY - from_epoch(now)

    def wall(self, at: float) -> dt.datetime:
        """What it shows at a true time, to the second."""
        gained = (at - self._since) * DRIFT if self._fault is ClockFault.DRIFT else 0
        return (from_epoch(at + gained) + self._offset).replace(microsecond=0)

    def set(self, utc: dt.datetime, offset_minutes: int, now: float) -> None:
        """The server told it the time, to the second; a clock that believes no server stays as it is."""
        if self._fault in {ClockFault.NONE, ClockFault.DEAD}:
            self._offset = utc.replace(tzinfo=None) - from_epoch(int(now)) + dt.timedelta(minutes=offset_minutes)


def from_epoch(seconds: float) -> dt.datetime:
    return EPOCH + dt.timedelta(seconds=seconds)


class Memory:
    """The presses of a terminal: those it kept before the simulation began, and new ones as time passes."""

    def __init__(self, serial: str, people: Sequence[Person], habits: Habits, seed: int, now: float) -> None:
        self._draw = random.Random(f"{seed}/{serial}")  # noqa: S311 - a simulation, not a secret
        self._habits = habits
        self.people = {person.pin: person for person in people}
        self.clock = Clock(habits, now)
        self.records: list[Record] = []
        self.unsent: deque[Record] = deque()
        self._last: dict[str, dt.datetime] = {}
        for at, pin, state in sorted(self._backlog(self.clock.wall(now))):
            self._keep(at, pin, state)
        self._next = now + self._pause()

    @property
    def _passers(self) -> tuple[str, ...]:
        """Whoever the terminal knows now."""
        return tuple(self.people)

    def _backlog(self, until: dt.datetime) -> Iterator[tuple[dt.datetime, str, str]]:
        """In at half past eight, out at half past five, everybody on every day but Sundays."""
        today = dt.datetime.combine(until.date(), dt.time())
        for day in (today - number * DAY for number in range(1, self._habits.backlog_days + 1)):
            for pin in self._passers if day.weekday() < 6 else ():
                yield day + dt.timedelta(hours=8, minutes=30, seconds=self._draw.gauss(-300, 400)), pin, "0"
                yield day + dt.timedelta(hours=17, minutes=30, seconds=self._draw.gauss(600, 500)), pin, "1"

    def pass_time(self, now: float) -> float:
        """Presses until now; gives when the next one will be."""
        while self._next <= now:
            passers = self._passers
            if passers:
                self._keep(self.clock.wall(self._next), self._draw.choice(passers), self._draw.choice("01"))
            self._next += self._pause()
        return self._next

    def _pause(self) -> float:
        rate = self._habits.presses_per_second
        return self._draw.expovariate(rate) if rate else float("inf")

    def _keep(self, at: dt.datetime, pin: str, state: str) -> None:
        """Somebody who presses twice within a second is taken once, as terminals do."""
        at = at.replace(microsecond=0)
        if self._last.get(pin) == at:
            return
        self._last[pin] = at
        self.press(pin, at, state, self._draw.choice(("1", "15", "4")))

    def press(self, pin: str, at: dt.datetime, state: str = "0", verify: str = "15") -> None:
        """Somebody at the terminal, at its wall clock."""
        self.records.append(Record(len(self.records) + 1, pin, at.isoformat(" "), state, verify))
        self.unsent.append(self.records[-1])

    def between(self, first: str, last: str) -> list[Record]:
        """Records between two wall clocks, both included."""
        return [record for record in self.records if first <= record.at <= last]


def say_http(sending: Sending, host: str) -> bytes:
    """A request as terminals write it."""
    head = [
        f"{sending.method} {sending.target} HTTP/1.1",
        f"Host: {host}",
        "User-Agent: kaoqin simulate",
        "Connection: close",
        "Accept: */*",
    ]
    if sending.method == "POST":
        head += ["Content-Type: text/plain", f"Content-Length: {len(sending.body)}"]
    return "\r\n".join([*head, "", ""]).encode("ascii") + sending.body


class NoReply(Exception):  # noqa: N818 - what happens on a network
    """What was read is no answer by HTTP."""


def hear_http(raw: bytes) -> Reply:
    """An answer read to its end. Raises NoReply for one that was cut short or is none."""
    head, gap, body = raw.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    words = first.split(" ", 2)
    if not gap or not first.startswith("HTTP/1.") or len(words) < 2 or not words[1].isdecimal():
        raise NoReply(first[:80])
    told = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    length = told.get("content-length", "")
    if length.isdecimal() and len(body) < int(length):
        raise NoReply(f"{len(body)} < {length}")
    return Reply(int(words[1]), body, _date(told.get("date", "")))


def _date(text: str) -> dt.datetime | None:
    try:
        return parsedate_to_datetime(text).astimezone(dt.UTC) if text else None
    except ValueError:
        return None
