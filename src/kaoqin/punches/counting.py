"""How many punches of a day the ledger has of each terminal, compared with what the terminals counted."""

import datetime as dt
from collections import defaultdict

from django.utils import timezone
from procrastinate.contrib.django import app

from kaoqin.core.arrays import server_cursor
from kaoqin.core.time import store_wall_clock
from kaoqin.devices import actions, queries

_COUNTS = """
SELECT origin, count(*) FROM punches_punch
WHERE at >= %s AND at < %s AND device_time >= %s AND device_time < %s AND origin = ANY(%s::text[]) GROUP BY origin
"""
DAY = dt.timedelta(days=1)


def known_counts(serials: list[str], day: dt.date) -> dict[str, int]:
    """By terminal how many punches of a day of its wall clock there are; those without any are left out."""
    begin = store_wall_clock(dt.datetime.combine(day, dt.time()))
    with server_cursor() as cursor:
        cursor.execute(_COUNTS, [begin - DAY, begin + 2 * DAY, begin, begin + DAY, serials])
        return dict(cursor.fetchall())


@app.periodic(cron="* * * * *")
@app.task(name="punches.compare_counts", lock="punches.compare_counts", queueing_lock="punches.compare_counts")
def compare_counts(timestamp: int) -> None:
    """Every minute: what terminals counted meanwhile, one question a day they counted."""
    compare(timezone.now())


def compare(at: dt.datetime) -> None:
    """Tell the terminals' room how many the ledger has, of all it has not been told of."""
    by_day: dict[dt.date, list[tuple[int, str]]] = defaultdict(list)
    for command_id, serial, day in queries.counts_told(at):
        by_day[day].append((command_id, serial))
    for day, asked in by_day.items():
        known = known_counts([serial for _, serial in asked], day)
        for command_id, serial in asked:
            actions.note_count(command_id, known.get(serial, 0), at=at)
