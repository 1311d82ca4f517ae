"""What HR decides on differences of closed days: into a later month, or not at all."""

import datetime as dt

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from kaoqin.attendance import months
from kaoqin.attendance.models import Adjustment, ClosedMonth
from kaoqin.attendance.words import CLOSE_MONTHS, AdjustmentState
from kaoqin.core.sentences import Sentence
from kaoqin.core.words import NotFound, Refusal
from kaoqin.security.audit import record
from kaoqin.security.words import Actor

DAY = dt.timedelta(days=1)


@transaction.atomic
def accept(adjustment_id: int, *, by: Actor, at: dt.datetime) -> Adjustment:
    """The difference counts in the first month of the person that is not closed yet."""
    found = _waiting(adjustment_id, by, at)
    found.into = _next_open(found, timezone.localdate(at))
    return _decide(found, AdjustmentState.ACCEPTED, "", by, at)


@transaction.atomic
def dismiss(adjustment_id: int, reason: str, *, by: Actor, at: dt.datetime) -> Adjustment:
    """The difference does not count; the reason stays. Found again as it is, it is not asked again."""
    found = _waiting(adjustment_id, by, at)
    if not reason.strip():
        raise Refusal("attendance.no_reason", gettext("请写明原因。"), "reason")
    return _decide(found, AdjustmentState.DISMISSED, reason.strip(), by, at)


def _waiting(adjustment_id: int, by: Actor, at: dt.datetime) -> Adjustment:
    rows = months.adjustments(CLOSE_MONTHS, seen_by=by, on=timezone.localdate(at)).filter(pk=adjustment_id)
    found = rows.select_for_update(of=("self",)).first()
    if found is None:
        raise NotFound("attendance.no_adjustment", gettext("没有这条差异,或者不在您的管理范围内。"))
    if found.state != AdjustmentState.PENDING:
        raise Refusal("attendance.decided_already", gettext("这条差异已经处理。"))
    return found


def _next_open(found: Adjustment, today: dt.date) -> dt.date:
    """The first month after that of the difference which is not closed."""
    closed = set(
        ClosedMonth.objects.filter(employee=found.employee_id, reopened_at=None).values_list("month", flat=True)
    )
    later = (one.month for one in months.periods_of([found.employee_id], today).get(found.employee_id, []))
    known = [month for month in later if month > found.closed.month and month not in closed]
    return known[0] if known else (found.closed.month + 31 * DAY).replace(day=1)


def _decide(found: Adjustment, state: str, reason: str, by: Actor, at: dt.datetime) -> Adjustment:
    found.state, found.reason, found.decided_at, found.decided_by_id = state, reason, at, by.account_id
    found.save(update_fields=["state", "reason", "decided_at", "decided_by", "into"])
    told = {"name": found.employee.name, "date": found.date, "state": AdjustmentState(state).label}
    record(
        by,
        "attendance.decide_adjustment",
        found.employee,
        Sentence("{name} {date} 的月结差异:{state}", **told),
        at=at,
        reason=reason,
    )
    return found
