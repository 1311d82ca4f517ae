"""What waits is settled: marks per employee, one job that drains them, whole months at a time."""

import datetime as dt
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait

from django.db import connection, transaction
from django.utils import timezone
from procrastinate.contrib.django import app

from kaoqin.attendance import queries, reckoning
from kaoqin.attendance.claims import Waits, claimed, let_closing_wait
from kaoqin.attendance.cycle_hours import keep_cycles
from kaoqin.attendance.finding import note_differences
from kaoqin.attendance.models import Waiting
from kaoqin.attendance.storing import store_days, store_gaps, store_months
from kaoqin.core.arrays import server_cursor
from kaoqin.core.jobs import ask_once
from kaoqin.core.soon import Soon
from kaoqin.org import queries as org
from kaoqin.overtime import actions as overtime
from kaoqin.overtime import queries as banked
from kaoqin.scheduling import queries as scheduling

DAY = dt.timedelta(days=1)
BATCH = 5_000
"""People settled in one transaction."""
SIDE_BY_SIDE = 3
"""Batches settled at the same time: while the database writes one, the next is reckoned."""
_LOCK = "attendance.settle_waiting"
_MARK = """
INSERT INTO attendance_touched (employees, first, last, since) SELECT employees, first, last, %s
FROM jsonb_to_recordset(%s::jsonb) AS t(employees bigint[], first date, last date)
"""


def mark(spans: Mapping[int, tuple[dt.date, dt.date]], at: dt.datetime | None = None) -> None:
    """Note days that must be settled again; who notes the same at the same time does not wait. Ask the worker."""
    if not spans:
        return
    alike: dict[tuple[dt.date, dt.date], list[int]] = {}
    for employee_id, span in spans.items():
        alike.setdefault(span, []).append(employee_id)
    rows = [{"employees": ids, "first": str(first), "last": str(last)} for (first, last), ids in alike.items()]
    with server_cursor() as cursor:
        cursor.execute(_MARK, [at or timezone.now(), json.dumps(rows)])
    transaction.on_commit(_worker.ask)


def _ask_worker() -> None:
    """Only once the marks can be seen: a job that was asked for before may begin and end without them."""
    ask_once(settle_waiting, _LOCK)


_worker = Soon(_ask_worker)


def on_punches_changed(spans: Mapping[int, tuple[dt.date, dt.date]]) -> None:
    mark(spans)


def on_plans_changed(employee_ids: Sequence[int], first: dt.date, last: dt.date | None) -> None:
    """A plan touches its neighbours: windows are cut between shifts, lateness forgiven from the day before."""
    until = last + DAY if last else timezone.localdate() + DAY
    mark({key: (first - DAY, max(first, until)) for key in employee_ids})


def on_people_changed(employee_ids: Sequence[int], first: dt.date) -> None:
    on_plans_changed(employee_ids, first, None)


@app.task(name="attendance.settle_waiting", lock=_LOCK)
def settle_waiting() -> None:
    """Settle all that waits."""
    settle_all()


@app.periodic(cron="* * * * *")
@app.task(name="attendance.settle_forgotten", lock=_LOCK)
def settle_forgotten(timestamp: int) -> None:
    """Settle what waits though nobody asked: its process may have died between its commit and asking."""
    settle_all()


def settle_all(tell: Callable[[int], None] | None = None) -> int:
    """Settle all that waits, some batches side by side when there is much; tells and returns how many people."""
    done = 0
    for some in _batches():
        done += some
        if tell:
            tell(done)
    return done


def _batches() -> Iterator[int]:
    """How many people each batch settled."""
    if Waiting.objects.count() <= BATCH:
        yield from iter(lambda: drain(BATCH), 0)
        return
    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        running = {pool.submit(_drain_apart) for _ in range(SIDE_BY_SIDE)}
        while running:
            over, running = wait(running, return_when=FIRST_COMPLETED)
            for some in filter(None, [one.result() for one in over]):
                running.add(pool.submit(_drain_apart))
                yield some


def _drain_apart() -> int:
    try:
        return drain(BATCH)
    finally:
        connection.close()  # each thread has its own


def drain(at_most: int) -> int:
    """Settle some of those that wait, in one transaction; returns how many people."""
    now = timezone.now()
    with claimed(at_most) as waits:
        let_closing_wait()
        for (first, last), people in _by_months(waits, timezone.localdate(now)).items():
            settle_people(people, first, last, now)
    return len(waits)


def _by_months(waits: Waits, today: dt.date) -> dict[tuple[dt.date, dt.date], list[int]]:
    """People by the whole months their days lie in: from when attendance is kept for them, nothing of tomorrow."""
    kept_since = scheduling.first_memberships([employee_id for employee_id, _, _ in waits])
    found: dict[tuple[dt.date, dt.date], list[int]] = {}
    for employee_id, begin, end in waits:
        first, last = max(begin, kept_since.get(employee_id, today)), min(end, today)
        if first <= last:
            found.setdefault((first.replace(day=1), _month_end(last)), []).append(employee_id)
    return found


def _month_end(day: dt.date) -> dt.date:
    return (day.replace(day=28) + 4 * DAY).replace(day=1) - DAY


def settle_people(people: Sequence[int], first: dt.date, last: dt.date, at: dt.datetime) -> int:
    """Settle people over whole months from first to last and keep what changed; returns how many days changed.

    Closed days are reckoned but not changed: what they would be now becomes an adjustment. Today is kept as provisional
    and in no month; the future is not settled.
    """
    today = timezone.localdate(at)
    changed = 0
    over = min(last, today - DAY)
    if first <= over:
        settled = reckoning.settle(people, first, over)
        stored = store_days(settled.days, people, first, over, at, provisional=False)
        changed += stored.changed
        note_differences(stored.differences, settled.gaps, at)
        store_months(settled.months, settled.days, people, first, over, at)
        keep_cycles(settled, people, first, over)
        store_gaps(settled.gaps, people, first, over, at)
        _credit(people, first, over, at)
    if first <= today <= last:
        now = reckoning.settle(people, today, today)
        changed += store_days(now.days, people, today, today, at, provisional=True).changed
    return changed


def _credit(people: Sequence[int], first: dt.date, last: dt.date, at: dt.datetime) -> None:
    """Overtime that becomes comp time is banked as it was settled; most people have none, which one question says."""
    days = banked.banked_days(people, first, last)
    if days:
        overtime.credit(days, queries.counted_overtime(days), at)


@app.periodic(cron="30 16 * * *")
@app.task(name="attendance.close_the_day")
def close_the_day(timestamp: int) -> None:
    """Half past midnight in China: yesterday becomes final for everybody, today begins."""
    today = timezone.localdate(dt.datetime.fromtimestamp(timestamp, dt.UTC))
    mark(dict.fromkeys(org.employed_ids(today - DAY, today), (today - DAY, today)))
