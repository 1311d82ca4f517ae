"""The process that keeps lines open, in a thread of the test; and a broker."""

import asyncio
import contextlib
import threading
import time
from concurrent.futures import Future

from amqtt.broker import Broker as Amqtt

from kaoqin.devices.listening import Listening

SECONDS = 20


def until(true, seconds=SECONDS):
    """Wait until something holds; what it gave."""
    deadline = time.monotonic() + seconds
    while not (told := true()):
        if time.monotonic() > deadline:
            raise AssertionError("it did not come to pass")
        time.sleep(0.01)
    return told


class Threaded:
    """An event loop in a thread: `with` it, something runs until the end."""

    def __enter__(self):
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self._thread.start()
        self.ask(self.begin())
        return self

    def __exit__(self, *told):
        self.ask(self.end())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(SECONDS)
        self.loop.close()

    def ask(self, coroutine):
        done: Future = asyncio.run_coroutine_threadsafe(coroutine, self.loop)
        return done.result(SECONDS)


class Broker(Threaded):
    """A real broker that anybody may use, on `port`."""

    def __init__(self, port=0):
        self.port = port

    async def begin(self):
        anybody = {"amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": True}}
        listeners = {"default": {"type": "tcp", "bind": f"127.0.0.1:{self.port}", "max_connections": 50}}
        self._broker = Amqtt({"listeners": listeners, "plugins": anybody})
        await self._broker.start()
        (server,) = self._broker._servers.values()
        self.port = server.instance.sockets[0].getsockname()[1]

    async def end(self):
        await self._broker.shutdown()


class Listened(Threaded):
    """`kaoqin listen`, without its process."""

    def __init__(self, ports=None, broker=None, rounds=None):
        self.listening = Listening("127.0.0.1", ports or {}, broker, rounds)

    async def begin(self):
        self._stop = asyncio.Event()
        self._running = asyncio.create_task(self.listening.run(self._stop))

    async def end(self):
        self._stop.set()
        with contextlib.suppress(asyncio.CancelledError):
            await self._running
