"""A crowd of terminals on one server: do polls stay quick while many upload at once, and is anything lost?

Run as `python -m benchmarks.crowd [--terminals 2000 --uploading 100 --lines 10000 --seconds 90]`. One granian process
on an embedded PostgreSQL of its own. All terminals poll every 15 s or so; some have a batch that they all upload at
once. Calls above capacity must be told 503 in plain text, none may run into a time-out, and the ledger must have
every line once.
"""

import argparse
import asyncio
import datetime as dt
import os
import time

from benchmarks.database import empty, start
from benchmarks.terminals import PORT, served
from kaoqin.devices.protocols.zk_attendance.simulator import AttendanceUnit
from kaoqin.devices.simulated import Habits, Person, Record
from kaoqin.devices.simulation import Fleet, Journal, Network

LONGEST_SECONDS = 600
OUTAGE_SECONDS = 20
"""Those with lines to upload have no network at first, and all have it again at the same moment."""


def prepare(terminals: int) -> None:
    """Terminals that are approved, and people whose numbers they know."""
    from django.utils import timezone

    from kaoqin.devices.models import Device
    from kaoqin.org.models import Employee, Site

    site, now, since = Site.objects.create(code="B", name="B"), timezone.now(), dt.date(2025, 1, 1)
    Employee.objects.bulk_create(Employee(number=f"{n:05d}", name=f"B{n}", hired_on=since) for n in range(500))
    Device.objects.bulk_create(
        Device(serial=serial(n), first_seen_at=now, site=site, state="approved") for n in range(terminals)
    )


def serial(number: int) -> str:
    return f"CROWD{number:05d}"


def unit(number: int, lines: int, batch: int, now: float) -> AttendanceUnit:
    """A terminal with so many lines to upload. Nobody presses while it is measured."""
    people = [Person(f"{n:05d}") for n in range(500)]
    outage = (now, now + OUTAGE_SECONDS) if lines else None
    habits = Habits(batch=batch, presses_per_second=0, offline=outage)
    made = AttendanceUnit(serial(number), people, habits, 1, now)
    for n in range(lines):
        at = f"2026-03-{1 + n // 86400:02d} {n // 3600 % 24:02d}:{n // 60 % 60:02d}:{n % 60:02d}"
        made.memory.unsent.append(Record(n, f"{n % 500:05d}", at, "01"[n % 2], "15"))
    return made


async def crowd(units: list[AttendanceUnit], seconds: float) -> Fleet:
    """For at least so long that all have polled some times, and until everything is sent."""
    fleet = Fleet(units, Network("127.0.0.1", PORT), Journal(None), 1)
    begun, sent_after = time.monotonic(), 0.0

    def tell(now: Fleet) -> None:
        nonlocal sent_after
        passed = time.monotonic() - begun
        counts = now.tally.counts
        if not now.waiting:
            sent_after = sent_after or passed
            if passed > seconds:
                now.stop()
        print(f"\r{passed:4.0f} s  polls {counts['poll']:>6,}  waiting {now.waiting:>9,}  503 {counts['503']:>5,}  "
              f"away {counts['away']}  timeouts {counts['late']}", end="", flush=True)  # fmt: skip

    await fleet.run(LONGEST_SECONDS, tell, until_sent=False)
    print(f"\neverything sent after {sent_after:.0f} s")
    return fleet


def main(argv: list[str] | None = None) -> None:
    """Print latencies of polls and uploads, lines a second, what was told 503, and that nothing was lost."""
    parser = argparse.ArgumentParser()
    for name, usual in (("terminals", 2000), ("uploading", 100), ("lines", 10_000), ("batch", 10_000), ("seconds", 90)):
        parser.add_argument(f"--{name}", type=int, default=usual)
    wanted = parser.parse_args(argv)
    os.environ |= {"KAOQIN_PORT": str(PORT), "KAOQIN_WEB_PROCESSES": "1"}
    start()
    empty()
    prepare(wanted.terminals)
    print(f"{wanted.terminals:,} terminals, {wanted.uploading} upload {wanted.lines:,} lines each at once; "
          f"load before {os.getloadavg()[0]:.1f}")  # fmt: skip
    with served():
        now = time.time()
        sizes = [wanted.lines if n < wanted.uploading else 0 for n in range(wanted.terminals)]
        units = [unit(n, lines, wanted.batch, now) for n, lines in enumerate(sizes)]
        fleet = asyncio.run(crowd(units, wanted.seconds))
        report(fleet, sum(sizes))


def report(fleet: Fleet, lines: int) -> None:
    from kaoqin.punches.models import Punch

    tally = fleet.tally
    for name, kind in (("polls", "poll"), ("uploads", "punches")):
        median, most, longest = (tally.of(kind, share) * 1000 for share in (0.5, 0.99, 1.0))
        print(f"{name:>8} ms: median {median:,.0f}, 99 % {most:,.0f}, longest {longest:,.0f}")
    counts = tally.counts
    print(
        f"answers: {counts['200']:,} × 200, {counts['503']:,} × 503; failed {counts['away']}, timeouts {counts['late']}"
    )
    print(f"in the ledger: {Punch.objects.count():,} of {lines:,}; load {os.getloadavg()[0]:.1f}")
    if counts["late"] or counts["away"] or Punch.objects.count() != lines:
        raise SystemExit("lost, timed out or cut off")


if __name__ == "__main__":
    main()
