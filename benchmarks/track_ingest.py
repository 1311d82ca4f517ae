"""What it costs to take and reckon the tracks of a sales force: five hundred people who send a point each 3.6 s, 8,000 a day, by
batches every two minutes as the recorder does.

Run as `python -m benchmarks.track_ingest [--people 4]`. A few people's whole day goes through the API and is reckoned every two
minutes as the worker does; processor time is that of this process and of all of PostgreSQL's, multiplied up to five hundred.
At most a tenth of a core, on average over a day, is the goal.
"""

import argparse
import datetime as dt
import json
import time
import uuid
from collections.abc import Iterator, Sequence
from typing import Any

import psutil

from benchmarks.database import empty, start
from benchmarks.phone_days import PhoneDay, phone_day

FORCE, POINTS, BATCH = 500, 8_000, 33
DAY_S, SHIFT_S = 86_400, 8 * 3_600
ZONE = dt.timezone(dt.timedelta(hours=8))
SINCE = dt.date(2026, 1, 1)


def main(told: list[str] | None = None) -> None:
    """Print the share of a core over a day and over a shift, of it the reckoning, and the milliseconds of a request."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--people", type=int, default=4)
    people = parser.parse_args(told).people
    start()
    empty()
    yesterday = dt.datetime.now(ZONE).date() - dt.timedelta(days=1)
    walkers = [_Walker(number, yesterday) for number in range(people)]
    used, reckoning, requests = _live(walkers)
    sent = sum(len(batch) for walker in walkers for batch in walker.batches)
    whole = used * FORCE * POINTS / sent
    print(
        f"tracks of {FORCE} people, {POINTS:,} points each a day ({sent:,} measured): {whole / DAY_S:.1%} of a core over a day "
        f"({whole / SHIFT_S:.1%} over eight hours), {reckoning / used:.0%} of it reckoning; "
        f"{(used - reckoning) * 1000 / requests:.1f} ms a request, PostgreSQL included; "
        f"{whole * 1e6 / FORCE / POINTS:.0f} µs a point"
    )


class _Walker:
    """Somebody with a phone and a session, who punched in and out yesterday, and their day in batches."""

    def __init__(self, number: int, date: dt.date) -> None:
        from django.test import Client

        from kaoqin.consent import choosing
        from kaoqin.org.models import Employee
        from kaoqin.security.actions import grant, open_account
        from kaoqin.security.words import Role, Scope, ScopeKind
        from kaoqin.tracks.words import TRACK
        from kaoqin.web.demo.companies import BUILDER
        from kaoqin.web.demo.phones import DemoPhone

        at = dt.datetime.combine(date, dt.time(7), ZONE)
        account, _ = open_account(
            f"w{number}", f"W{number}", by=BUILDER, at=at, password=uuid.uuid4().hex, must_change=False
        )
        grant(account, Role.EMPLOYEE, Scope(ScopeKind.SELF), by=BUILDER, at=at, begins_on=SINCE)
        employee = Employee.objects.create(number=f"{number:05d}", name=f"W{number}", hired_on=SINCE, account=account)
        self.phone = DemoPhone(employee, "phone", at)
        choosing.choose(TRACK, True, TRACK.version, by=self.phone.by, at=at, today=date)
        for hours in (0, 16):
            _punch(employee, at + dt.timedelta(hours=hours))
        self.client = Client(SERVER_NAME="localhost")
        self.client.force_login(account)
        self.batches = list(_batches(phone_day(20_000 + number, 3.6, visits=16), date))

    def send(self, rows: Sequence[Sequence[float]]) -> None:
        told: dict[str, Any] = {"batch": str(uuid.uuid4()), "phone": self.phone.phone.pk, "points": rows}
        answer = self.client.post("/api/v1/field/tracks", json.dumps(told), content_type="application/json")
        assert answer.status_code == 200, answer.content


def _punch(employee: Any, at: dt.datetime) -> None:
    from kaoqin.punches.ledger import Press, take
    from kaoqin.punches.words import Source
    from kaoqin.security.doors import SYSTEM

    press = Press(
        employee.number, at.replace(tzinfo=None), "Asia/Shanghai", "bench", employee.name, "", "", {}, employee.pk
    )
    take([press], source=Source.PHONE, by=SYSTEM, at=at)


def _batches(day: PhoneDay, date: dt.date) -> Iterator[list[Any]]:
    """The first 8,000 points of a day, so many at a time."""
    midnight = dt.datetime.combine(date, dt.time(), ZONE).timestamp()
    columns = (day.seconds + midnight, day.latitude, day.longitude, day.accuracy_m)
    rows = list(zip(*(column[:POINTS].tolist() for column in columns), strict=True))
    for first in range(0, len(rows), BATCH):
        yield rows[first : first + BATCH]


def _live(walkers: Sequence[_Walker]) -> tuple[float, float, int]:
    """Seconds of processor time in all and of it for reckoning, and how many requests."""
    from django.utils import timezone

    from kaoqin.tracks.settling import reckon_waiting

    reckoning, requests, begun = 0.0, 0, _worked()
    for step in range(max(len(one.batches) for one in walkers)):
        for one in walkers:
            if step < len(one.batches):
                one.send(one.batches[step])
                requests += 1
        before = _worked()
        reckon_waiting(timezone.now())
        reckoning += _worked() - before
    return _worked() - begun, reckoning, requests


def _worked() -> float:
    """Seconds of processor time of this process and of all of PostgreSQL's until now."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pid FROM pg_stat_activity")
        pids = [pid for (pid,) in cursor.fetchall()]
    times = [psutil.Process(pid).cpu_times() for pid in pids if psutil.pid_exists(pid)]
    return float(time.process_time() + sum(one.user + one.system for one in times))


if __name__ == "__main__":
    main()
