"""How fast punches of terminals arrive over HTTP, beside a bare COPY of the same rows into the same table, in one run.

Run as `python -m benchmarks.terminals [--lines 30000]`. A granian server of its own on an embedded PostgreSQL of its
own; terminals of Attendance PUSH send requests of 1, 100 and 1000 lines over 1 and 4 connections. Everything a terminal
needs is included: the raw upload, masking, the ledger with its indexes and keys, what is to be settled.
"""

import argparse
import contextlib
import datetime as dt
import http.client
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator

from benchmarks import peer
from benchmarks.database import empty, start

PORT = 8931
PEOPLE = 500
FIRST = dt.datetime(2024, 1, 1)  # noqa: DTZ001 - the terminals' wall clock
TERMINALS = 8


def prepare() -> None:
    """Terminals that are approved, and people whose numbers they know."""
    from django.utils import timezone

    from kaoqin.devices import actions
    from kaoqin.devices.models import Device
    from kaoqin.org.models import Employee, Site
    from kaoqin.security.words import Actor, Granted, Role, Scope, ScopeKind

    site = Site.objects.create(code="B", name="B")
    since = dt.date(2025, 1, 1)
    Employee.objects.bulk_create(Employee(number=f"{n:05d}", name=f"B{n}", hired_on=since) for n in range(PEOPLE))
    now, by = timezone.now(), Actor(None, "B", (Granted(Role.HR, Scope(ScopeKind.ALL)),))
    for number in range(TERMINALS):
        device = Device.objects.create(serial=f"BENCH{number:04d}", first_seen_at=now)
        actions.approve(device, site, by=by, at=now)


def body(first: int, count: int) -> bytes:
    """Lines of a terminal from the `first`-th on; each number gives another line."""
    lines = []
    for number in range(first, first + count):
        time_of = (FIRST + dt.timedelta(seconds=number)).isoformat(" ")
        lines.append(f"{number % PEOPLE:05d}\t{time_of}\t{number % 2}\t{(1, 15, 4)[number % 3]}\t0\t0\t0\n")
    return "".join(lines).encode()


@contextlib.contextmanager
def served() -> Iterator[None]:
    """A server as `kaoqin serve` runs it."""
    from kaoqin.web.management.commands.serve import web_command

    server = subprocess.Popen(web_command("127.0.0.1", PORT))
    try:
        _wait()
        yield
    finally:
        server.terminate()
        server.wait(timeout=15)


def _wait(port: int = PORT) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError), contextlib.closing(http.client.HTTPConnection("127.0.0.1", port)) as line:
            line.request("GET", "/iclock/ping?SN=BENCH0000")
            if line.getresponse().status == 200:
                return
        time.sleep(0.1)
    sys.exit("the server did not start")


def send(serial: str, bodies: list[bytes], port: int) -> None:
    """All bodies of one terminal, one after the other over one connection; each must be acknowledged."""
    line = http.client.HTTPConnection("127.0.0.1", port)
    for one in bodies:
        line.request("POST", f"/iclock/cdata?SN={serial}&table=ATTLOG&Stamp=9999", one)
        answer = line.getresponse()
        told = answer.read()
        assert (answer.status, told.replace(b" ", b"")) == (200, b"OK:%d" % one.count(b"\n")), told
    line.close()


def over_http(size: int, connections: int, lines: int, begun: int, port: int = PORT) -> float:
    """Lines per second; `begun` is the number of the first line, so that all are new."""
    each = max(1, lines // size // connections)
    senders = []
    for number in range(connections):
        first = begun + number * each * size
        bodies = [body(first + n * size, size) for n in range(each)]
        senders.append(threading.Thread(target=send, args=(f"BENCH{number:04d}", bodies, port)))
    at = time.perf_counter()
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    return each * size * connections / (time.perf_counter() - at)


_ROWS = "COPY (SELECT {0} FROM punches_punch ORDER BY id LIMIT {1}) TO STDOUT"


def bare_copy(lines: int) -> float:
    """Rows per second of a COPY of rows as they stand in the ledger into a ledger without them."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(column_name, ',' ORDER BY ordinal_position) FROM information_schema.columns"
                       " WHERE table_name = 'punches_punch' AND column_name <> 'id'")  # fmt: skip
        (columns,) = cursor.fetchone()
        with cursor.copy(_ROWS.format(columns, lines)) as copied:
            rows = b"".join(copied)
    empty_ledger()
    with connection.cursor() as cursor:
        at = time.perf_counter()
        with cursor.copy(f"COPY punches_punch ({columns}) FROM STDIN") as copy:
            copy.write(rows)
        return rows.count(b"\n") / (time.perf_counter() - at)


def empty_ledger() -> None:
    """Nothing in the ledger, nor in what refers to it, whose guards are off meanwhile."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica; TRUNCATE punches_punch CASCADE")
        cursor.execute("RESET session_replication_role")


def main(argv: list[str] | None = None) -> None:
    """Print one line per size of request and number of connections."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--lines", type=int, default=40_000)
    lines = parser.parse_args(argv).lines
    os.environ["KAOQIN_PORT"] = str(PORT)
    start()
    empty()
    prepare()
    print("考勤机上传,ATTLOG over HTTP; share of a bare COPY of the same rows into the same table in the same run")
    with served():
        measured, begun = [], 0
        over_http(1000, 1, 2000, 20_000_000)
        for size in (1, 100, 1000):
            for connections in (1, 4):
                wanted = min(lines, 1500 if size == 1 else lines)
                measured.append((size, connections, over_http(size, connections, wanted, begun)))
                begun += 1_000_000
        copied = bare_copy(lines)
    print(f"{'lines a request':>15} {'connections':>11} {'lines/s':>9} {'of COPY':>8}")
    for size, connections, speed in measured:
        print(f"{size:>15,} {connections:>11} {speed:>9,.0f} {speed / copied:>8.0%}")
    print(f"{'bare COPY':>15} {'':>11} {copied:>9,.0f}")
    beside_the_peer({connections: speed for size, connections, speed in measured if size == 100})


def beside_the_peer(ours: dict[int, float]) -> None:
    """Requests of 100 lines to the nearest open-source peer, and how many times faster ours are."""
    try:
        serials, pins = [f"BENCH{n:04d}" for n in range(TERMINALS)], [f"{n:05d}" for n in range(PEOPLE)]
        with peer.served(serials, pins):
            _wait(peer.PORT)
            over_http(100, 1, 500, 20_000_000, peer.PORT)
            for connections, speed in ours.items():
                theirs = over_http(100, connections, 6_000, connections * 1_000_000, peer.PORT)
                print(
                    f"{'peer, 100':>15} {connections:>11} {theirs:>9,.0f}   ours is {speed / theirs:.1f} times as fast"
                )
    except peer.NoPeer as missing:
        print(f"the peer cannot be installed here: {missing}")


if __name__ == "__main__":
    main()
