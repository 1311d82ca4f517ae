"""Shared by all tests: hypothesis without deadlines, one moment at which all tests play, and the cast on request."""

import pytest
from django.utils import timezone, translation
from hypothesis import HealthCheck, settings

settings.register_profile(
    "house",
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.load_profile("house")


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    """It is Friday, 2026-11-20, 10:00 in Shanghai; `clock(instant)` makes it another moment."""
    import make

    moment = [make.NOW]
    monkeypatch.setattr(timezone, "now", lambda: moment[0])

    def set_to(instant):
        moment[0] = instant

    return set_to


@pytest.fixture(autouse=True)
def chinese():
    """Every test begins in Chinese, whatever language the page before it spoke."""
    translation.activate("zh-hans")


@pytest.fixture
def cast(db):
    """Lin, Chen, Zhao, Wang, He, Sun, Qian and Outsider, as `tests/cast.py` tells."""
    from cast import make_cast

    return make_cast()


@pytest.fixture
def enter(cast, client):
    """`enter("he")` gives a browser in which somebody of the cast is logged in; `enter("")` one of nobody."""

    def as_somebody(name):
        client.logout()
        if name:
            client.force_login(cast.accounts[name])
        return client

    return as_somebody


@pytest.fixture
def committed(transactional_db):
    """A database in which what is done is committed, and seen by other connections and processes."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = DEFAULT")
    yield
    with connection.cursor() as cursor:
        # Emptying the tables is the test's business, not a change of the ledger.
        cursor.execute("SET session_replication_role = replica")
        # The queue's tables are not Django's, which empties the others.
        for table in ("procrastinate_events", "procrastinate_periodic_defers", "procrastinate_jobs"):
            cursor.execute(f"DELETE FROM {table}")  # noqa: S608 - names of ours


@pytest.fixture
def company(committed):
    """The cast, in a database that other sessions see too (a live server, a thread)."""
    from cast import make_cast

    return make_cast()


@pytest.fixture(scope="session", autouse=True)
def no_one_left_behind(django_db_setup, django_db_blocker):
    """A live server's threads may keep a connection for a moment longer; the database is dropped all the same."""
    from django.db import connection

    yield
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
