"""Shared by all tests: hypothesis without deadlines (the machine is shared), and the cast on request."""

import datetime as dt

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile(
    "house",
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.load_profile("house")

NOW = dt.datetime(2026, 11, 20, 2, 0, tzinfo=dt.UTC)


@pytest.fixture
def cast(db):
    """Lin, Chen, Zhao, Wang, He, Sun, Outsider, as `tests/cast.py` tells."""
    from cast import make_cast

    return make_cast()
