"""Whose days are being settled now: a batch claims some of those who wait, for as long as its session lives.

A claim is a number in the rows and an advisory lock of the session. Nobody waits for a batch: who is touched while it
works is only noted (`again`). A session that dies loses its lock, and its people wait again.
"""

import datetime as dt
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from django.db import Error, connection, transaction

_CLASS = 1_263_556_977
"""The class of these advisory locks."""
_FORGET_DEAD = """
UPDATE attendance_queued SET claim = NULL, again = false WHERE claim IS NOT NULL AND claim NOT IN (
    SELECT objid::bigint FROM pg_locks WHERE locktype = 'advisory' AND classid = %s AND granted)
"""
# Only people there are: who was deleted since is settled no more.
_QUEUE = """
WITH seen AS MATERIALIZED (SELECT id FROM attendance_touched FOR UPDATE SKIP LOCKED),
gone AS (DELETE FROM attendance_touched t USING seen WHERE t.id = seen.id RETURNING t.employees, t.first, t.last, t.since),
spans AS (
    SELECT e.id, min(first) AS first, max(last) AS last, min(since) AS since
    FROM gone CROSS JOIN unnest(employees) AS touched(id) JOIN org_employee e USING (id) GROUP BY e.id)
INSERT INTO attendance_queued (employee_id, first, last, since, again)
SELECT id, first, last, since, false FROM spans ORDER BY id
ON CONFLICT (employee_id) DO UPDATE
SET first = LEAST(attendance_queued.first, excluded.first), last = GREATEST(attendance_queued.last, excluded.last),
    again = attendance_queued.claim IS NOT NULL
WHERE attendance_queued.claim IS NOT NULL AND NOT attendance_queued.again
    OR attendance_queued.first > excluded.first OR attendance_queued.last < excluded.last
"""
# Today's punches before a company's whole months, which may take a minute: people look at the former.
# Materialized, for a plan may run a subquery again for every row, and each time lock and skip others.
_CLAIM = """
WITH longest AS MATERIALIZED (
    SELECT employee_id FROM attendance_queued WHERE claim IS NULL
    ORDER BY last - first > 7, since, employee_id LIMIT %s
    FOR UPDATE SKIP LOCKED)
UPDATE attendance_queued w SET claim = %s FROM longest WHERE w.employee_id = longest.employee_id
RETURNING w.employee_id, w.first, w.last
"""
# In the order in which queueing locks them.
_HOLD = "SELECT FROM attendance_queued WHERE claim = %s ORDER BY employee_id FOR UPDATE"
_SETTLED = "DELETE FROM attendance_queued WHERE claim = %s AND NOT again"
_AGAIN = "UPDATE attendance_queued SET claim = NULL, again = false WHERE claim = %s"

Waits = list[tuple[int, dt.date, dt.date]]


@contextmanager
def claimed(at_most: int) -> Iterator[Waits]:
    """Some who wait, as (employee id, first, last), a few days before many, then the longest waiting first.

    They are to be settled within, in this transaction; then they wait no more. If it fails, they wait as before.
    """
    claim = secrets.randbelow(2**31)
    _run("SELECT pg_advisory_lock(%s, %s)", _CLASS, claim)
    try:
        _run(_FORGET_DEAD, _CLASS)
        _run(_QUEUE)
        with connection.cursor() as cursor:
            cursor.execute(_CLAIM, [at_most, claim])
            waits = sorted(cursor.fetchall())
        with transaction.atomic():
            yield waits
            for step in (_HOLD, _SETTLED, _AGAIN):
                _run(step, claim)
    finally:
        with suppress(Error):  # a session that is gone has no lock
            _run("SELECT pg_advisory_unlock(%s, %s)", _CLASS, claim)


def _run(query: str, *parameters: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)


_CLOSING = 1_263_556_978


def let_closing_wait() -> None:
    """Until this transaction ends nobody closes days: what is being settled would change under them."""
    _run("SELECT pg_advisory_xact_lock_shared(%s)", _CLOSING)


def let_settling_wait() -> None:
    """Until this transaction ends nothing is settled, and what was being settled is."""
    _run("SELECT pg_advisory_xact_lock(%s)", _CLOSING)
