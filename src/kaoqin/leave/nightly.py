"""Every night balances are brought up to the day; when facts or rosters change, those of the people concerned."""

import datetime as dt
from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone
from procrastinate.contrib.django import app

from kaoqin.leave import keeping
from kaoqin.leave.nursing import lay_all

AT_ONCE = 50
"""People whose balances follow in the same transaction; of more the worker takes care."""


@app.periodic(cron="20 17 * * *")
@app.task(name="leave.keep_nightly", lock="leave.keep", queueing_lock="leave.keep")
def keep_nightly(timestamp: int) -> None:
    """Twenty past one in China: grants, expiry, and the hours of nursing mothers."""
    now = timezone.now()
    keeping.keep_all(timezone.localdate(now), now)
    lay_all(now)


@app.task(name="leave.keep_people", lock="leave.keep")
def keep_people(employee_ids: list[int]) -> None:
    """Bring the balances of some people up to today."""
    now = timezone.now()
    keeping.keep(employee_ids, timezone.localdate(now), now)


def on_facts(employee_ids: Sequence[int], at: dt.datetime) -> None:
    """Facts of people changed: what they are entitled to follows at once."""
    if len(employee_ids) <= AT_ONCE:
        keeping.keep(employee_ids, timezone.localdate(at), at)
    else:
        _later(employee_ids)


def on_people_changed(employee_ids: Sequence[int], first: dt.date) -> None:
    """Somebody came, moved or left."""
    _later(employee_ids)


def _later(employee_ids: Sequence[int]) -> None:
    ids = list(employee_ids)
    transaction.on_commit(lambda: keep_people.defer(employee_ids=ids))


def on_plans_changed(employee_ids: Sequence[int], first: dt.date, last: dt.date | None) -> None:
    """Rosters changed: the hours of nursing mothers among the people follow."""
    lay_all(timezone.now(), employee_ids)
