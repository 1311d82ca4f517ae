"""So many things are done at once and so many wait; the rest is told to come again.

The threads of a gate are the only ones that hold database connections for terminals, however many call.
"""

import threading
import time
from collections.abc import Callable, Hashable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from django.db import connections

IDLE_SECONDS = 1.0
Thing = TypeVar("Thing")
Made = TypeVar("Made")


class Busy(Exception):  # noqa: N818 - an answer, not a failure
    """More wait than may."""


class Gate:
    """`workers` threads; at most `places` calls and `most_bytes` bytes are inside, working or waiting."""

    def __init__(self, workers: int, places: int, most_bytes: int = 0) -> None:
        self._threads = ThreadPoolExecutor(workers, thread_name_prefix="terminals")
        self._lock = threading.Lock()
        self._places, self._bytes = places, most_bytes
        self._running: dict[Callable[[], object], Future[object]] = {}

    def enter(self, size: int) -> None:
        """Take a place for so many bytes. Raises Busy; who entered must leave."""
        with self._lock:
            if self._places < 1 or self._bytes < size:
                raise Busy
            self._places -= 1
            self._bytes -= size

    def leave(self, size: int) -> None:
        with self._lock:
            self._places += 1
            self._bytes += size

    def work(self, function: Callable[..., Made], *told: Any) -> Made:
        """Do it in one of the threads and wait for what it gives or raises."""
        return self.begin(function, *told).result()

    def begin(self, function: Callable[..., Made], *told: Any) -> Future[Made]:
        """Do it in one of the threads."""
        return self._threads.submit(_connected, function, *told)

    def close(self) -> None:
        """End the threads when they have done what they were given."""
        self._threads.shutdown()

    def later(self, function: Callable[[], object]) -> None:
        """Do it some time soon; not twice at once."""
        with self._lock:
            running = self._running.get(function)
            if running is None or running.done():
                self._running[function] = self._threads.submit(_connected, function)


@dataclass
class _Waiting(Generic[Thing, Made]):
    """A thing that waits to be done, of whom, how large, and what becomes of it."""

    thing: Thing
    whose: Hashable
    size: int
    made: "Future[Made]" = field(default_factory=Future)


class Together(Generic[Thing, Made]):
    """Things that wait at a gate at the same time are done together, so that they share what doing costs: at most
    `most` of them and `most_size` in all, and only one of the same owner. Where that fails, each is done alone.

    While one turn is at work another begins only when `enough` is inside: small things that wait a moment share more.
    """

    def __init__(
        self, gate: Gate, do: Callable[[Sequence[Thing]], Sequence[Made]], most: int, most_size: int, enough: int
    ) -> None:
        self._gate, self._do, self._most, self._most_size, self._enough = gate, do, most, most_size, enough
        self._lock = threading.Lock()
        self._waiting: list[_Waiting[Thing, Made]] = []
        self._turns = self._inside = 0

    def work(self, thing: Thing, whose: Hashable, size: int) -> Made:
        """Do it, with others or alone, and wait for what it gives or raises."""
        one: _Waiting[Thing, Made] = _Waiting(thing, whose, size)
        if self._comes(one):
            self._gate.begin(self._take_turns)
        try:
            return one.made.result()
        finally:
            with self._lock:
                self._inside -= size

    def _comes(self, one: _Waiting[Thing, Made]) -> bool:
        """Let it wait; whether a turn must begin for it."""
        with self._lock:
            self._waiting.append(one)
            self._inside += one.size
            begins = not self._turns or self._inside >= self._enough
            self._turns += begins
        return begins

    def _take_turns(self) -> None:
        """Until nothing waits."""
        while some := self._choose():
            self._do_some(some)

    def _do_some(self, some: Sequence[_Waiting[Thing, Made]]) -> None:
        try:
            self._finish(some)
        except Exception as broken:
            if len(some) == 1:
                some[0].made.set_exception(broken)
            else:
                for one in some:
                    self._do_alone(one)

    def _do_alone(self, one: _Waiting[Thing, Made]) -> None:
        try:
            self._finish([one])
        except Exception as broken:
            one.made.set_exception(broken)

    def _finish(self, some: Sequence[_Waiting[Thing, Made]]) -> None:
        made = self._do([one.thing for one in some])
        for one, what in zip(some, made, strict=True):
            one.made.set_result(what)

    def _choose(self) -> list[_Waiting[Thing, Made]]:
        """The first that waits, and as many of the next as fit; where nothing waits the turn is over."""
        chosen: dict[Hashable, _Waiting[Thing, Made]] = {}
        size = 0
        with self._lock:
            for one in self._waiting:
                fits = not chosen or (size + one.size <= self._most_size and len(chosen) < self._most)
                if one.whose not in chosen and fits:
                    chosen[one.whose] = one
                    size += one.size
            self._waiting = [one for one in self._waiting if chosen.get(one.whose) is not one]
            self._turns -= not chosen
        return list(chosen.values())


_last = threading.local()


def _connected(function: Callable[..., Made], *told: Any) -> Made:
    """A thread lives long: a connection that was idle is looked at before, and one that may have broken afterwards."""
    if time.monotonic() - getattr(_last, "used_at", 0.0) > IDLE_SECONDS:
        _renew()
    try:
        return function(*told)
    except Exception:
        _renew()
        raise
    finally:
        _last.used_at = time.monotonic()


def _renew() -> None:
    for connection in connections.all(initialized_only=True):
        connection.close_if_unusable_or_obsolete()
