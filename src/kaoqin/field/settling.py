"""What becomes of a day's visits when one is told: each ends where `ends` says, and the outbox is told what is new."""

import datetime as dt

from kaoqin.core import outbox
from kaoqin.core.time import as_instant
from kaoqin.field.ends import End, Stay, ends_of
from kaoqin.field.models import Visit
from kaoqin.field.words import Ending

DAY = dt.timedelta(days=1)


def settle(employee_id: int, date: dt.date, *, at: dt.datetime) -> None:
    """Find when somebody's visits of a day ended, as far as is known, and keep what is new. The caller holds the person."""
    rows = list(_told(employee_id, date))
    for row, end in zip(rows, ends_of([_stay(row) for row in rows], at), strict=True):
        _keep(row, end, at)


def _told(employee_id: int, date: dt.date) -> list[Visit]:
    rows = Visit.objects.filter(employee=employee_id, date=date).select_related("terms", "customer", "employee")
    return list(rows.order_by("started_at", "pk"))


def _stay(row: Visit) -> Stay:
    midnight = as_instant(dt.datetime.combine(row.date + DAY, dt.time()), row.zone)
    return Stay(row.started_at, midnight, row.out_at)


def _keep(row: Visit, end: End, at: dt.datetime) -> None:
    how = end.how or ""
    if (row.ended_at, row.ending) == (end.at, how):
        return
    row.ended_at, row.ending, row.dwell_minutes = end.at, how, end.dwell_minutes
    row.short = is_short(row)
    row.save(update_fields=["ended_at", "ending", "dwell_minutes", "short"])
    if end.at is not None:
        outbox.tell("field.visit_ended", at=at, **facts(row))


def is_short(row: Visit) -> bool:
    """Whether somebody stayed for less than the kind asks. Of a stay that nobody can measure nothing is said."""
    return row.dwell_minutes is not None and row.dwell_minutes < row.terms.least_minutes


def facts(row: Visit) -> dict[str, object]:
    """A visit as systems outside are told it: without coordinates, photos and answers."""
    return {
        "visit": row.pk,
        "employee": row.employee.number,
        "customer": row.customer.code,
        "started_at": row.started_at.isoformat(),
        "ended_at": row.ended_at.isoformat() if row.ended_at else None,
        "ending": Ending(row.ending).value if row.ending else None,
        "dwell_minutes": row.dwell_minutes,
        "short": row.short,
        "verdict": row.verdict,
        "distance_m": row.distance_m,
    }
