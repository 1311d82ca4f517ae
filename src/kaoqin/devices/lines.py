"""Who speaks with a terminal: one at a time, over all our processes, by a lock of the database's session.

A visit is short and waits a little. A line that is kept open to a terminal which speaks on one only is let go for a visit.
"""

import contextlib
import time
from collections.abc import Iterator

from django.db import Error as DatabaseError
from django.db import OperationalError, connection, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg.errors import LockNotAvailable

LOCK = 0x6B71_0003
WAIT_SECONDS = 8.0
"""How long a visit waits until a line that is kept open is let go."""
GLANCE_SECONDS = 1.0
"""How often who keeps lines open looks whether somebody waits for one."""
_WANTED = """
SELECT objid::bigint FROM pg_locks WHERE locktype = 'advisory' AND classid = %s AND objsubid = 2 AND NOT granted
AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


@contextlib.contextmanager
def taken(device_id: int, wait_seconds: float) -> Iterator[bool]:
    """Whether the terminal is ours alone within so many seconds; if so, until the end of the block."""
    ours = _try(connection, device_id) or (wait_seconds > 0 and _wait(device_id, wait_seconds))
    try:
        yield ours
    finally:
        if ours:
            _leave(connection, device_id)


def _try(session: BaseDatabaseWrapper, device_id: int) -> bool:
    with session.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [LOCK, device_id])
        return bool(cursor.fetchone()[0])


def _wait(device_id: int, seconds: float) -> bool:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT set_config('lock_timeout', %s, true)", [f"{round(seconds * 1000)}ms"])
            cursor.execute("SELECT pg_advisory_lock(%s, %s)", [LOCK, device_id])
    except OperationalError as fault:
        if isinstance(fault.__cause__, LockNotAvailable):
            return False
        raise
    return True


def _leave(session: BaseDatabaseWrapper, device_id: int) -> None:
    with session.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [LOCK, device_id])


class OpenLines:
    """The terminals to which this process keeps its only line open, in a database session of its own: when it ends, so
    do the locks. All of it asks the database, from one thread."""

    def __init__(self) -> None:
        self._session: BaseDatabaseWrapper | None = None
        self._held: dict[int, object] = {}
        self._wanted: set[int] = set()
        self._looked_at = float("-inf")

    def take(self, device_id: int, holder: object) -> bool:
        """Whether the terminal is the holder's now: nobody else's, in this process or another."""
        if device_id in self._held:
            return False
        with self._asking() as session:
            if _try(session, device_id):
                self._held[device_id] = holder
        return device_id in self._held

    def may_go_on(self, device_id: int) -> bool:
        """Whether it is ours still, and nobody waits for it. At most one question a second, however many are open."""
        if time.monotonic() - self._looked_at >= GLANCE_SECONDS:
            with self._asking() as session, session.cursor() as cursor:
                cursor.execute(_WANTED, [LOCK])
                self._wanted = {row[0] for row in cursor.fetchall()}
            self._looked_at = time.monotonic()
        return device_id in self._held.keys() - self._wanted

    def leave(self, device_id: int, holder: object) -> None:
        """Whoever waits may speak with it, if it was the holder's."""
        if self._held.get(device_id) is holder:
            with self._asking() as session:
                del self._held[device_id]
                self._wanted.discard(device_id)
                _leave(session, device_id)

    def close(self) -> None:
        """All are let go."""
        session, self._session = self._session, None
        self._held.clear()
        if session:
            session.close()

    @contextlib.contextmanager
    def _asking(self) -> Iterator[BaseDatabaseWrapper]:
        """The session; one that broke held nothing any more."""
        self._session = self._session or connections.create_connection("default")
        try:
            yield self._session
        except DatabaseError:
            self.close()
            raise
