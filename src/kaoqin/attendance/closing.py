"""Closing months (月结) of any scope as a job, batch by batch, and handing them over."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext

from kaoqin.attendance import months
from kaoqin.attendance.claims import let_settling_wait
from kaoqin.attendance.cycle_hours import close_cycles
from kaoqin.attendance.freezing import CLOSED_COLUMNS, frozen_rows
from kaoqin.attendance.models import ClosedMonth, Confirmation, Waiting
from kaoqin.attendance.scopes import Scope, periods, standing
from kaoqin.attendance.settling import settle_people
from kaoqin.attendance.words import CLOSE_MONTHS
from kaoqin.core.arrays import any_of
from kaoqin.core.jobs import Progress, ask, work
from kaoqin.core.models import JobRun
from kaoqin.core.sentences import Sentence
from kaoqin.core.words import Refusal
from kaoqin.security.audit import record
from kaoqin.security.doors import require
from kaoqin.security.words import Actor

DAY = dt.timedelta(days=1)
BATCH = 2_500
"""People closed in one transaction: settling waits as long."""


@transaction.atomic
def close(scope: Scope, *, by: Actor, at: dt.datetime, with_faults: bool = False) -> JobRun:
    """Close the months of a scope: a job with progress, which goes on where it was if its process dies."""
    require(by, CLOSE_MONTHS)
    today = timezone.localdate(at)
    found = standing(periods(scope, by=by, on=today), today, with_faults=with_faults)
    if not found.ready:
        raise Refusal(
            "attendance.nothing_to_close", gettext("没有可以月结的人:周期未结束、已经月结,或有未答复的异议。")
        )
    told = {"month": f"{scope.month:%Y-%m}", "count": len(found.ready)}
    record(by, "attendance.close_month", "attendance", Sentence("月结 {month},{count} 人", **told), at=at)
    title = gettext("月结 {month}").format(month=told["month"])
    arguments = {
        "ids": sorted(found.ready),
        "month": scope.month.isoformat(),
        "by": by.account_id,
        "moment": at.isoformat(),
    }
    return ask("attendance.close_month", title, account_id=by.account_id, at=at, with_faults=with_faults, **arguments)


@work("attendance.close_month", resumes=True)
def close_with_progress(
    progress: Progress, ids: list[int], month: str, by: int | None, moment: str, with_faults: bool
) -> dict[str, Any]:
    """Close people batch by batch, each in a transaction of its own; whoever is closed already is passed over."""
    progress.expect(len(ids))
    at = dt.datetime.fromisoformat(moment)
    for place in range(0, len(ids), BATCH):
        close_people(ids[place : place + BATCH], dt.date.fromisoformat(month), by, at, with_faults=with_faults)
        progress.advance(min(place + BATCH, len(ids)))
    done = ClosedMonth.objects.filter(any_of("employee_id", ids), month=month, reopened_at=None)
    count = done.values("employee").distinct().count()
    said = gettext("已月结 {count} 人。").format(count=count)
    if count < len(ids):
        said += gettext("另有 {count} 人在此期间提出异议或无法核算,没有月结。").format(count=len(ids) - count)
    return {"said": said, "address": f"/closing/people/?month={month[:7]}"}


@transaction.atomic
def close_people(
    ids: Sequence[int], month: dt.date, account_id: int | None, at: dt.datetime, *, with_faults: bool = False
) -> int:
    """Close the cycles of some people that are called by a month; returns how many were closed now."""
    let_settling_wait()
    _let_answers_wait(ids)
    _settle_what_waits(ids, month, at)
    found = standing(months.periods_in(ids, month), timezone.localdate(at), with_faults=with_faults).ready
    flat = [(key, one) for key, some in found.items() for one in some]
    rows = list(frozen_rows(flat, account_id, at))
    names = ", ".join(CLOSED_COLUMNS)
    with connection.cursor() as cursor, cursor.copy(f"COPY attendance_closedmonth ({names}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row([row[name] for name in CLOSED_COLUMNS])
    close_cycles(ids, at)
    return len(rows)


def _let_answers_wait(ids: Sequence[int]) -> None:
    """Who confirms or objects meanwhile finds the month closed; an objection that is being made is waited for."""
    rows = Confirmation.objects.filter(any_of("employee_id", ids)).order_by("pk").select_for_update()
    list(rows.values_list("pk"))


def _settle_what_waits(ids: Sequence[int], month: dt.date, at: dt.datetime) -> None:
    """What is closed is what the facts say now."""
    end = (month + 31 * DAY).replace(day=1) - DAY
    waits = Waiting.objects.filter(any_of("employee_id", ids), first__lte=end).values_list("employee", flat=True)
    people = sorted(waits)
    if people:
        settle_people(people, (month - DAY).replace(day=1), end, at)


@transaction.atomic
def hand_over(scope: Scope, *, by: Actor, at: dt.datetime) -> int:
    """Hand the closed months of a scope over to pay: from now on they are never opened again. Returns how many."""
    require(by, CLOSE_MONTHS)
    found = periods(scope, by=by, on=timezone.localdate(at))
    rows = ClosedMonth.objects.filter(any_of("employee_id", found), month=scope.month, reopened_at=None)
    ids = dict(rows.filter(handed_over_at=None).select_for_update().values_list("pk", "employee"))
    if not ids:
        raise Refusal("attendance.nothing_to_hand_over", gettext("没有已月结而未移交的人。"))
    ClosedMonth.objects.filter(any_of("pk", ids)).update(handed_over_at=at)
    told = {"month": f"{scope.month:%Y-%m}", "count": len(ids)}
    record(by, "attendance.hand_over", "attendance", Sentence("移交 {month} 考勤,{count} 人", **told), at=at)
    return len(ids)
