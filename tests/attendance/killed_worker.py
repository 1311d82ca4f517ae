"""A worker as a process of its own, on the tests' database: it does what the queue holds and ends.

`python killed_worker.py NOW close|settle` ends by SIGKILL in the middle of the second batch: nothing is rolled back by
the program, nothing is said.
"""

import datetime as dt
import os
import signal
import sys
from typing import Any

import django
from django.utils import timezone


def die_in_second(module: Any, name: str) -> None:
    """The second call of a function does its work, and the process dies before anything of it is committed."""
    real, calls = getattr(module, name), []

    def called(*args: Any, **kwargs: Any) -> Any:
        calls.append(name)
        told = real(*args, **kwargs)
        if len(calls) == 2:
            os.kill(os.getpid(), signal.SIGKILL)
        return told

    setattr(module, name, called)


def main(now: str, dies_at: str = "") -> None:
    django.setup()
    from django.core.management import call_command
    from procrastinate.contrib.django import app

    from kaoqin.attendance import closing, settling

    moment = dt.datetime.fromisoformat(now)
    timezone.now = lambda: moment
    closing.BATCH = settling.BATCH = settling.SIDE_BY_SIDE = 1
    if dies_at == "close":
        die_in_second(closing, "_settle_what_waits")
    elif dies_at == "settle":
        die_in_second(settling, "settle_people")
    app.periodic_registry.periodic_tasks.clear()  # what comes by the clock is not this test's
    call_command("procrastinate", "worker", "--one-shot")


if __name__ == "__main__":
    main(*sys.argv[1:])
