"""Runs simulated terminals against a server: one to some thousands in one process, on plain sockets.

The network is the one that is faulty here: answers are lost on purpose, and what is lost comes again. A journal tells
what was sent and what the server acknowledged, so that the ledger can be compared with it.
"""

import asyncio
import contextlib
import json
import random
import time
from collections import Counter, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kaoqin.devices.simulated import NoReply, Record, Reply, Sending, Unit, VisitedUnit, hear_http, say_http

REMEMBERED = 200_000
LONGEST_LOST_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Network:
    """The way to the server. `lost`: the share of answers that are not read, from 0 to 1."""

    host: str
    port: int
    lost: float = 0.0
    timeout_seconds: float = 30.0


class Journal:
    """JSON lines: batches as they are sent, and those that were acknowledged. Written before anything is sent."""

    def __init__(self, path: Path | None) -> None:
        self._file = path.open("w", encoding="utf-8", buffering=1) if path else None
        self._batch = 0

    def sent(self, unit: Unit, sending: Sending) -> int:
        """Gives the number of the batch."""
        self._batch += 1
        if sending.records:
            self._write(event="sent", batch=self._batch, unit=unit.serial, records=sending.records)
        return self._batch

    def acknowledged(self, batch: int, sending: Sending) -> None:
        if sending.records:
            self._write(event="ok", batch=batch)

    def _write(self, **told: Any) -> None:
        if self._file:
            self._file.write(json.dumps(told, ensure_ascii=False, separators=(",", ":")) + "\n")

    def close(self) -> None:
        if self._file:
            self._file.close()


def read_journal(path: Path) -> tuple[set[tuple[str, Record]], set[tuple[str, Record]]]:
    """(serial, record) of all that was sent, and of all that the server said to have."""
    batches: dict[int, list[tuple[str, Record]]] = {}
    acknowledged: set[tuple[str, Record]] = set()
    for line in path.read_text(encoding="utf-8").splitlines():
        told = json.loads(line)
        if told["event"] == "sent":
            batches[told["batch"]] = [(told["unit"], Record(*record)) for record in told["records"]]
        else:
            acknowledged.update(batches[told["batch"]])
    return {one for batch in batches.values() for one in batch}, acknowledged


class Tally:
    """What happened so far. `counts`: answers by status, and `lost`, `away`, `late`; seconds of calls by kind."""

    def __init__(self) -> None:
        self.begun = time.monotonic()
        self.counts: Counter[str] = Counter()
        self.seconds: dict[str, deque[float]] = {"poll": deque(maxlen=REMEMBERED), "punches": deque(maxlen=REMEMBERED)}
        self.records = 0

    def answered(self, sending: Sending, reply: Reply, seconds: float) -> None:
        self.counts[str(reply.status)] += 1
        self.counts[sending.kind] += 1
        if sending.kind in self.seconds and reply.status == 200:
            self.seconds[sending.kind].append(seconds)

    def of(self, kind: str, share: float) -> float:
        """Seconds that this share of the answered calls of a kind took at most; 0 where there were none."""
        ordered = sorted(self.seconds[kind])
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else 0.0

    @property
    def per_second(self) -> float:
        """Acknowledged records."""
        return self.records / max(time.monotonic() - self.begun, 0.001)


class Fleet:
    """Terminals, each its own task. `stop()` ends them after what they are sending."""

    def __init__(self, units: Sequence[Unit], network: Network, journal: Journal, seed: int) -> None:
        self.units, self.tally = units, Tally()
        self._network, self._journal, self._seed = network, journal, seed
        self._stopped = asyncio.Event()

    def stop(self) -> None:
        self._stopped.set()

    @property
    def waiting(self) -> int:
        """Records that no server has acknowledged."""
        return sum(unit.waiting for unit in self.units)

    async def run(self, seconds: float, tell: Callable[["Fleet"], None], *, until_sent: bool) -> None:
        """Until stopped, or for so many seconds, or until everything is sent; `tell` is called every second."""
        tasks = [asyncio.create_task(self._live(unit)) for unit in self.units]
        end = time.monotonic() + seconds
        try:
            while not self._stopped.is_set() and time.monotonic() < end and not (until_sent and not self.waiting):
                for task in tasks:
                    if task.done():
                        task.result()
                await self._pause(1)
                tell(self)
        finally:
            self.stop()
            await asyncio.gather(*tasks)

    async def _pause(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._stopped.wait(), seconds)

    async def _live(self, unit: Unit) -> None:
        draw = random.Random(f"{self._seed}/{unit.serial}/lost")  # noqa: S311 - a simulation, not a secret
        while not self._stopped.is_set():
            wanted = unit.turn(time.time())
            if isinstance(wanted, Sending):
                await self._exchange(unit, wanted, draw)
            else:
                await self._pause(max(wanted - time.time(), 0.0))

    async def _exchange(self, unit: Unit, sending: Sending, draw: random.Random) -> None:
        """One request: done, refused, or to be sent again."""
        batch, begun = self._journal.sent(unit, sending), time.monotonic()
        losing = draw.random() < self._network.lost
        try:
            async with asyncio.timeout(self._network.timeout_seconds):
                reply = await self._ask(sending, LONGEST_LOST_SECONDS * draw.random() if losing else None)
        except TimeoutError:
            self.tally.counts["late"] += 1
        except (OSError, NoReply):
            self.tally.counts["away"] += 1
        else:
            if reply is not None:
                self._heard(unit, sending, reply, batch, time.monotonic() - begun)
                return
            self.tally.counts["lost"] += 1
        unit.unheard(sending, time.time())

    def _heard(self, unit: Unit, sending: Sending, reply: Reply, batch: int, seconds: float) -> None:
        self.tally.answered(sending, reply, seconds)
        if unit.heard(sending, reply, time.time()):
            self.tally.records += len(sending.records)
            self._journal.acknowledged(batch, sending)

    async def _ask(self, sending: Sending, leave_after: float | None) -> Reply | None:
        """The answer; None where the connection was closed on purpose before it was read."""
        reader, writer = await asyncio.open_connection(self._network.host, self._network.port)
        try:
            writer.write(say_http(sending, f"{self._network.host}:{self._network.port}"))
            await writer.drain()
            if leave_after is not None:
                await asyncio.sleep(leave_after)
                return None
            return hear_http(await reader.read(-1))
        finally:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()


class Standing:
    """Terminals that are visited, each at a port of its own, counting up from `port`. `stop()` ends them."""

    def __init__(self, units: Sequence[VisitedUnit], host: str, port: int) -> None:
        self.units, self.host, self.port = units, host, port
        self._stopped = asyncio.Event()

    def stop(self) -> None:
        self._stopped.set()

    @property
    def counts(self) -> Counter[str]:
        """What happened to all of them so far."""
        return sum((unit.counts for unit in self.units), Counter())

    async def run(self, seconds: float, tell: Callable[["Standing"], None]) -> None:
        """Until stopped, or for so many seconds; `tell` is called every second. Raises OSError for a port in use."""
        end = time.monotonic() + seconds
        async with contextlib.AsyncExitStack() as stack:
            for number, unit in enumerate(self.units):
                await unit.listen(self.host, self.port + number if self.port else 0)
                stack.push_async_callback(unit.close)
            while not self._stopped.is_set() and time.monotonic() < end:
                for unit in self.units:
                    unit.pass_time(time.time())
                tell(self)
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._stopped.wait(), 1)


def divided(people: Sequence[Any], units: int) -> list[Sequence[Any]]:
    """Who is on which terminal: each on one of them; more terminals than people share them."""
    return [people[number::units] or [people[number % len(people)]] if people else [] for number in range(units)]
