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
UPDATE attendance_waiting SET claim = NULL, again = false WHERE claim IS NOT NULL AND claim NOT IN (
    SELECT objid::bigint FROM pg_locks WHERE locktype = 'advisory' AND classid = %s AND granted)
"""
# Today's punches before a company's whole months, which may take a minute: people look at the former.
# Materialized, for a plan may run a subquery again for every row, and each time lock and skip others.
_CLAIM = """
WITH longest AS MATERIALIZED (
    SELECT employee_id FROM attendance_waiting WHERE claim IS NULL
    ORDER BY last - first > 7, since, employee_id LIMIT %s
    FOR UPDATE SKIP LOCKED)
UPDATE attendance_waiting w SET claim = %s FROM longest WHERE w.employee_id = longest.employee_id
RETURNING w.employee_id, w.first, w.last
"""
# In the order in which marking locks them.
_HOLD = "SELECT FROM attendance_waiting WHERE claim = %s ORDER BY employee_id FOR UPDATE"
_SETTLED = "DELETE FROM attendance_waiting WHERE claim = %s AND NOT again"
_AGAIN = "UPDATE attendance_waiting SET claim = NULL, again = false WHERE claim = %s"

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
