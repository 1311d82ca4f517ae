"""So many things are done at once and so many wait; the rest is told to come again.

The threads of a gate are the only ones that hold database connections for terminals, however many call.
"""

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

from django.db import connections

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


def _connected(function: Callable[..., Made], *told: Any) -> Made:
    """A thread lives long: a connection that broke or grew old is replaced before and after."""
    _renew()
    try:
        return function(*told)
    finally:
        _renew()


def _renew() -> None:
    for connection in connections.all(initialized_only=True):
        connection.close_if_unusable_or_obsolete()
