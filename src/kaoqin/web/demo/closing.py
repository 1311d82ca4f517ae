"""Month end of the demo: last month closed for some, being confirmed by others; an objection, and a difference."""

import datetime as dt
from collections.abc import Sequence

from kaoqin.attendance import closing, confirming
from kaoqin.attendance.closing import BATCH, MonthPlan
from kaoqin.attendance.monthly import Rule
from kaoqin.attendance.settling import settle_all
from kaoqin.org.models import Department, Employee
from kaoqin.org.queries import below
from kaoqin.punches.ledger import Press, take
from kaoqin.punches.words import Source
from kaoqin.scheduling.models import Group
from kaoqin.security.doors import actor_of
from kaoqin.security.models import Account
from kaoqin.web.demo.companies import BUILDER

DAY = dt.timedelta(days=1)
CLOSED = "QH-W2"
"""The department of the plant that is closed; everybody else is being asked."""
LATE_BATCH = 12
"""People whose punches a terminal sends after the month was closed."""


def end_the_month(today: dt.date, at: dt.datetime) -> None:
    """Close last month for one department, ask the others, and let a late batch come."""
    month = (today.replace(day=1) - DAY).replace(day=1)
    rule = Rule(free_late_times=3, free_late_minutes=10, lates_per_half_day=6)
    for group in Group.objects.order_by("pk"):
        closing.keep_month_rule(group, dt.date(month.year - 1, 1, 1), MonthPlan(1, rule), by=BUILDER, at=at)
    done = _people(CLOSED, today)
    others = list(Employee.objects.exclude(pk__in=done).order_by("pk").values_list("pk", flat=True))
    closed_at = at - dt.timedelta(hours=2)
    for place in range(0, len(done), BATCH):
        closing.close_people(done[place : place + BATCH], month, None, closed_at, with_faults=True)
    confirming.ask_people(others, month, today + 5 * DAY, at)
    _answer(month, today, at)
    _late_batch(done, month, at)
    settle_all()


def _people(code: str, today: dt.date) -> list[int]:
    where = Department.objects.filter(code=code).first()
    ids = below([where.pk], today) if where else set()
    found = Employee.objects.filter(postings__department__in=ids).distinct().order_by("pk")
    return list(found.values_list("pk", flat=True))


def _answer(month: dt.date, today: dt.date, at: dt.datetime) -> None:
    """Lin objects; the heads with an account confirm what they see."""
    for username in ("lin", "boss"):
        account = Account.objects.filter(username=username, employee__isnull=False).first()
        asked = account and account.employee.confirmations.filter(first__month=month.month).first()  # type: ignore[attr-defined]
        if account is None or asked is None:
            continue
        by = actor_of(account, today)
        if username == "lin":
            confirming.object_to(asked.first, "12 日在客户现场,忘了打下班卡,请按审批单更正。", by=by, at=at)
        else:
            seen = confirming.sheet_of(asked)
            confirming.confirm(asked.first, seen.digest, by=by, at=at)


def _late_batch(people: Sequence[int], month: dt.date, at: dt.datetime) -> None:
    """A terminal was out for a morning of last month and sends what it kept."""
    late = Employee.objects.filter(pk__in=people[:LATE_BATCH]).order_by("pk")
    presses = [
        Press(
            e.number,
            dt.datetime.combine(month + 14 * DAY, dt.time(7, 40)) + n * dt.timedelta(minutes=1),
            "Asia/Shanghai",
            origin="SZ2605",
        )
        for n, e in enumerate(late)
    ]
    take(presses, source=Source.TERMINAL, by=BUILDER, at=at)
