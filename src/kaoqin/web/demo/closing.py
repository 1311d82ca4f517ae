"""Month end of the demo: last month closed for some, being confirmed by others; an objection, and a difference."""

import datetime as dt
from collections.abc import Sequence

from kaoqin.attendance import closing, confirming
from kaoqin.attendance.closing import BATCH
from kaoqin.attendance.models import Confirmation, DayResult
from kaoqin.attendance.month_plans import MonthPlan, keep_month_rule
from kaoqin.attendance.monthly import Rule
from kaoqin.attendance.settling import settle_all
from kaoqin.core.time import load_wall_clock
from kaoqin.org.models import Department, Employee
from kaoqin.org.place_queries import below
from kaoqin.punches.ledger import Press, take
from kaoqin.punches.words import Source
from kaoqin.scheduling.models import Group, RosterDay
from kaoqin.security.doors import actor_of
from kaoqin.security.models import Account
from kaoqin.web.demo.companies import BUILDER

DAY = dt.timedelta(days=1)
CLOSED = "QH-W2"
"""The department of the plant that is closed; everybody else is being asked."""
LATE_BATCH = 6
"""Punches that a terminal sends after the month was closed."""
MINUTE = dt.timedelta(minutes=1)
ZONE = "Asia/Shanghai"


def end_the_month(today: dt.date, at: dt.datetime) -> None:
    """Close last month for one department, ask the others, and let a late batch come."""
    month = (today.replace(day=1) - DAY).replace(day=1)
    rule = Rule(free_late_times=3, free_late_minutes=10, lates_per_half_day=6)
    for group in Group.objects.order_by("pk"):
        keep_month_rule(group, dt.date(month.year - 1, 1, 1), MonthPlan(1, rule), by=BUILDER, at=at)
    done = _people(CLOSED, today)
    others = list(Employee.objects.exclude(pk__in=done).order_by("pk").values_list("pk", flat=True))
    for place in range(0, len(done), BATCH):
        closing.close_people(done[place : place + BATCH], month, None, at, with_faults=True)
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
        asked = Confirmation.objects.filter(employee__account__username=username, last__gte=month).first()
        if asked is None:
            continue
        by = actor_of(Account.objects.get(username=username), today)
        if username == "lin":
            confirming.object_to(asked.first, "12 日在客户现场,忘了打下班卡,请按审批单更正。", by=by, at=at)
        else:
            confirming.confirm(asked.first, confirming.sheet_of(asked).digest, by=by, at=at)


def _late_batch(people: Sequence[int], month: dt.date, at: dt.datetime) -> None:
    """A terminal that was out sends what it kept: some had pressed after all."""
    end = (month + 31 * DAY).replace(day=1)
    missing = DayResult.objects.filter(employee__in=people, date__gte=month, date__lt=end, missing_in=1)
    days = {(row.employee_id, row.date): row for row in missing.select_related("employee").order_by("pk")[:LATE_BATCH]}
    rows = RosterDay.objects.filter(employee__in={key for key, _ in days}, date__gte=month, date__lt=end)
    presses = [
        Press(
            days[row.employee_id, row.date].employee.number,
            load_wall_clock(row.planned.lower) - 7 * MINUTE,
            ZONE,
            "SZ2605",
        )
        for row in rows
        if row.planned and (row.employee_id, row.date) in days
    ]
    take(presses, source=Source.TERMINAL, by=BUILDER, at=at + MINUTE)
