"""What simulated terminals of both PUSH dialects do alike: greet, poll, send at least once, answer commands.

At-least-once: a batch leaves the memory when its answer was read; until then it comes again, cut anew.
"""

import random
import re
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import islice
from typing import Any, NamedTuple, TypeVar

from kaoqin.devices.protocols.zk_common.texts import encoding_of, fit_name
from kaoqin.devices.simulated import Habits, Memory, Person, Record, Reply, Route, Sending

_ROUTES = {
    Route.PLAIN: "/iclock/{}",
    Route.ENDING: "/iclock/{}.aspx",
    Route.SLASH: "/iclock/{}/",
    Route.DOUBLED: "/iclock/iclock/{}",
}
_COMMAND = re.compile(r"C:([A-Za-z0-9]{1,16}):(.*)")
NOTHING: Mapping[str, str] = {}


class Done(NamedTuple):
    """A result: its code, what stands beside it, what lines below it; `word` where it is not the command's first."""

    code: int
    beside: Mapping[str, str] = NOTHING
    below: Mapping[str, str] = NOTHING
    word: str = ""


WELL, WRONG, NOBODY, FULL, UNSUPPORTED = Done(0), Done(-1), Done(-10), Done(-1001), Done(-1002)
Item = TypeVar("Item")


class PushUnit(ABC):
    """A terminal of a PUSH dialect. Subclasses know the dialect's words."""

    error_seconds, poll_seconds = 60.0, 15.0

    def __init__(self, serial: str, people: Sequence[Person], habits: Habits, seed: int, now: float) -> None:
        self.serial, self.habits = serial, habits
        self.memory = Memory(serial, people, habits, seed, now)
        self.encoding = encoding_of(habits.language)
        self.greeted = False
        self._draw = random.Random(f"{seed}/{serial}/network")  # noqa: S311 - a simulation, not a secret
        self._tasks: deque[Sending] = deque()
        self._again: Sending | None = None
        self._cut = habits.batch
        self._answered: dict[str, Done] = {}
        self._silent_until = now + self._draw.random() * self.poll_seconds / habits.pace
        self._poll_at = self._upload_at = self._silent_until

    @property
    def waiting(self) -> int:
        return len(self.memory.unsent)

    def turn(self, now: float) -> Sending | float:
        """Polls come first, then answers to commands, then punches."""
        next_press = self.memory.pass_time(now)
        free_at = max(self._silent_until, self._offline_until(now))
        if now < free_at:
            return min(free_at, next_press)
        if not self.greeted:
            return self.greeting()
        if now >= self._poll_at:
            self._poll_at = now + self.poll_seconds / self.habits.pace
            return self.send("poll", "getrequest")
        return self._something_to_send(now) or min(self._poll_at, max(self._upload_at, next_press, now + 0.001))

    def _something_to_send(self, now: float) -> Sending | None:
        if self._again:
            return self._again
        if now < self._upload_at:
            return None
        if self._tasks:
            return self._tasks[0]
        batch = tuple(islice(self.memory.unsent, self._cut))
        return self.say_punches(batch) if batch else None

    def _offline_until(self, now: float) -> float:
        begin, end = self.habits.offline or (now, now)
        return end if begin <= now < end else now

    def heard(self, sending: Sending, reply: Reply, now: float) -> bool:
        """What is done is forgotten; what was refused waits for the next poll, what failed for longer."""
        if reply.status != 200:
            self.hold(now, for_long=reply.status >= 500 or sending.kind == "greet")
            return False
        if sending.kind == "greet":
            self.heard_greeting(sending, reply, now)
        elif sending.kind == "poll":
            self._heard_commands(reply.body)
        elif not sending.done_by(reply):
            self.hold(now, for_long=False)
            return False
        else:
            self._forget(sending)
        return True

    def unheard(self, sending: Sending, now: float) -> None:
        """The network failed: after a while the terminal greets anew, and cuts its records anew."""
        self.greeted = False
        self._cut = self._draw.randint(1, self.habits.batch)
        self.hold(now, for_long=True)

    def hold(self, now: float, *, for_long: bool) -> None:
        if for_long:
            self._silent_until = now + self.error_seconds / self.habits.pace
        self._upload_at = now + self.poll_seconds / self.habits.pace

    def _forget(self, sending: Sending) -> None:
        if sending is self._again:
            self._again = None
            return
        if self._tasks and sending is self._tasks[0]:
            self._tasks.popleft()
        else:
            for _ in sending.records:
                self.memory.unsent.popleft()
            self._cut = self.habits.batch
        if sending.records and self._draw.random() < self.habits.doubled:
            self._again = sending

    def send(self, kind: str, name: str, query: str = "", body: bytes | None = None, **told: Any) -> Sending:
        """A request to `name` as this firmware writes paths; with a body it is a POST."""
        path = _ROUTES[self.habits.route].format(name)
        target = f"{path}?SN={self.serial}{'&' if query else ''}{query}"
        return Sending(kind, "GET" if body is None else "POST", target, body or b"", **told)

    def later(self, sendings: Iterable[Sending]) -> None:
        """To be sent, in this order, before new punches."""
        self._tasks.extend(sendings)

    def _heard_commands(self, body: bytes) -> None:
        """Each is carried out once; one that comes again is answered again."""
        results = []
        for line in re.split("\r?\n", body.decode(self.encoding, "replace")):
            found = _COMMAND.fullmatch(line)
            if found:
                number, text = found.groups()
                if number not in self._answered:
                    self._answered[number] = self.obey(text)
                if self._draw.random() >= self.habits.results_lost:
                    results.append(self._say_result(number, text, self._answered[number]))
        if results:
            self.later([self.send("other", "devicecmd", body="".join(results).encode(self.encoding, "replace"))])

    def _say_result(self, number: str, text: str, done: Done) -> str:
        beside = "".join(f"&{name}={value}" for name, value in done.beside.items())
        below = "".join(f"{name}={value}\n" for name, value in done.below.items())
        return f"ID={number}&Return={done.code}&CMD={done.word or text.split(' ', 1)[0]}{beside}\n{below}"

    def obey(self, text: str) -> Done:
        """Carry out a command; one that is not known is refused with the protocol's code."""
        for beginning, does in self.commands().items():
            if text == beginning or text.startswith(f"{beginning} "):
                return does(text[len(beginning) :].strip())
        return UNSUPPORTED

    def batches(self, items: Sequence[Item]) -> list[Sequence[Item]]:
        """Records or people in as many batches as they need."""
        return [items[begin : begin + self.habits.batch] for begin in range(0, len(items), self.habits.batch)]

    def put_person(self, pin: str, name: str, card: str, privilege: str) -> Done:
        """What is told is kept, of the name as much as fits; a field that was not told is empty then."""
        if not pin:
            return WRONG
        if pin not in self.memory.people and len(self.memory.people) >= self.habits.most_people:
            return FULL
        self.memory.people[pin] = Person(pin, fit_name(name, self.encoding), card, privilege or "0")
        return WELL

    def remove_person(self, pin: str) -> Done:
        return WELL if self.memory.people.pop(pin, None) else NOBODY

    def restart(self, told: str = "") -> Done:
        """Greets anew."""
        self.greeted = False
        return WELL

    @abstractmethod
    def commands(self) -> Mapping[str, Callable[[str], Done]]:
        """What it does, by how a command begins."""

    @abstractmethod
    def greeting(self) -> Sending:
        """What it says until it is greeted."""

    @abstractmethod
    def heard_greeting(self, sending: Sending, reply: Reply, now: float) -> None:
        """What it was answered."""

    @abstractmethod
    def say_punches(self, records: Sequence[Record]) -> Sending:
        """Records as they are sent."""
