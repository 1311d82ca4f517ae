"""What is done soon after a commit: once for all who asked, and after the last of them."""

import threading

import pytest

from kaoqin.core import soon
from kaoqin.core.soon import Soon


class Door:
    """A function that waits to be let on, and counts how often it was done."""

    def __init__(self):
        self.begun, self.go_on, self.times = threading.Semaphore(0), threading.Semaphore(0), 0

    def __call__(self):
        self.begun.release()
        assert self.go_on.acquire(timeout=10)
        self.times += 1


@pytest.fixture
def door(settings, monkeypatch):
    settings.SOON_IS_NOW = False
    monkeypatch.setattr(soon, "PAUSE_SECONDS", 0)
    return Door()


def finished(asked):
    asked._thread.shutdown()


def test_many_who_ask_while_it_waits_are_served_by_one(door):
    asked = Soon(door)
    asked.ask()
    assert door.begun.acquire(timeout=10)
    for _ in range(5):
        asked.ask()
    door.go_on.release(2)
    finished(asked)
    assert door.times == 2


def test_who_asks_while_it_is_done_has_it_done_again(door):
    asked = Soon(door)
    for _ in range(3):
        asked.ask()
        assert door.begun.acquire(timeout=10)
        door.go_on.release()
    finished(asked)
    assert door.times == 3


def test_what_failed_is_done_when_asked_again(door):
    times = []

    def fail_once():
        times.append(1)
        door.begun.release()
        if len(times) == 1:
            raise OSError

    asked = Soon(fail_once)
    for _ in range(2):
        asked.ask()
        assert door.begun.acquire(timeout=10)
    finished(asked)
    assert len(times) == 2


def test_where_soon_is_now_it_is_done_before_the_answer(settings):
    settings.SOON_IS_NOW = True
    done = []
    Soon(lambda: done.append(1)).ask()
    assert done == [1]
