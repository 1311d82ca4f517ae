"""What stands behind the pages: a real worker beside the live server, and a watch on how soon its work is seen."""

import asyncio
import contextlib
import statistics
import threading
import time

from procrastinate.contrib.django import app
from procrastinate.periodic import PeriodicRegistry

STARTS_WITHIN_SECONDS = 30
SEEN_WITHIN_SECONDS = 2
"""What is approved or taken back is settled and shown so soon."""
PATIENCE_SECONDS = 30
"""A machine that is busy may be slow once; not half of the time."""


class Worker:
    """The worker in a thread of this process, at the test's moment; it listens, and does nothing by the clock."""

    def __init__(self):
        self._up, self._loop = threading.Event(), asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="worker")

    def __enter__(self):
        self._thread.start()
        assert self._up.wait(STARTS_WITHIN_SECONDS)
        return self

    def __exit__(self, *_):
        self._loop.call_soon_threadsafe(self._work.cancel)
        self._thread.join()

    def _run(self):
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._live())

    async def _live(self):
        ours = app.with_connector(app.connector.get_worker_connector())
        ours.periodic_registry = PeriodicRegistry()
        self._work = asyncio.current_task()
        async with ours.open_async():
            self._up.set()
            with contextlib.suppress(asyncio.CancelledError):
                await ours.run_worker_async(install_signal_handlers=False, delete_jobs="successful")


class Watch:
    """`watch.sees(page, address, "请假")` opens a page until it says something; how long that took is remembered."""

    def __init__(self):
        self.seconds = []

    def sees(self, page, address, text):
        begin = time.monotonic()
        while True:
            page.goto(address)
            said = page.inner_text("main")
            took = time.monotonic() - begin
            if text in said:
                break
            assert took < PATIENCE_SECONDS, f"{address} never said {text!r}: {said}"
        self.seconds.append(round(took, 2))
        return said

    def judge(self):
        print("seen after", self.seconds)  # noqa: T201 - pytest shows it with -s or where a journey fails
        assert not self.seconds or statistics.median(self.seconds) <= SEEN_WITHIN_SECONDS, self.seconds
