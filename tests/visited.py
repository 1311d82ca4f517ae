"""A simulated terminal that is visited, listening on real sockets in a thread of its own."""

import asyncio
import contextlib
import threading


@contextlib.contextmanager
def listening(unit):
    """`with listening(unit): …` — it answers at `unit.port`; `unit.loop` is where it lives."""
    up, loop = threading.Event(), asyncio.new_event_loop()

    async def live():
        unit.stopped = asyncio.Event()
        await unit.listen("127.0.0.1", 0)
        up.set()
        await unit.stopped.wait()
        await unit.close()

    thread = threading.Thread(target=loop.run_until_complete, args=(live(),))
    unit.loop = loop
    thread.start()
    assert up.wait(10)
    try:
        yield unit
    finally:
        loop.call_soon_threadsafe(unit.stopped.set)
        thread.join()
        loop.close()
