"""Steps that wait too long: whoever must decide is reminded, then the next one above is asked."""

import datetime as dt

from django.db import transaction
from django.utils import timezone
from procrastinate.contrib.django import app

from kaoqin.approvals.carrying import hold, note, tell_deciders
from kaoqin.approvals.models import RequestStep, Seat
from kaoqin.approvals.words import Answer, Deed, State, StepState
from kaoqin.org import lead_queries
from kaoqin.org import queries as org
from kaoqin.security.doors import SYSTEM


@app.periodic(cron="*/10 * * * *")
@app.task(name="approvals.chase")
def chase_on_time(timestamp: int) -> None:
    """Every ten minutes."""
    chase(dt.datetime.fromtimestamp(timestamp, dt.UTC))


def chase(at: dt.datetime) -> int:
    """Remind and pass on what is due; returns how many steps. Each in a transaction of its own."""
    due = RequestStep.objects.filter(state=StepState.OPEN)
    reminded = due.filter(remind_at__lte=at).values_list("pk", flat=True)
    escalated = due.filter(escalate_at__lte=at).values_list("pk", flat=True)
    return sum(_remind(key, at) for key in list(reminded)) + sum(_escalate(key, at) for key in list(escalated))


@transaction.atomic
def _remind(step_id: int, at: dt.datetime) -> bool:
    step = _held_step(step_id)
    if step is None or step.remind_at is None:
        return False
    step.remind_at = None
    step.save(update_fields=["remind_at"])
    note(step.request, Deed.OVERDUE, SYSTEM, at)
    tell_deciders("requests.reminded", step.request, at)
    return True


@transaction.atomic
def _escalate(step_id: int, at: dt.datetime) -> bool:
    """Each who was asked and did not answer gives the seat to the line manager, where there is one with an account."""
    step = _held_step(step_id)
    if step is None or step.escalate_at is None:
        return False
    step.escalate_at = None
    step.save(update_fields=["escalate_at"])
    for seat in step.seats.filter(ready=True, answer=Answer.NONE):
        _pass_up(step, seat, at)
    tell_deciders("requests.waiting", step.request, at)
    return True


def _held_step(step_id: int) -> RequestStep | None:
    """The step, its request held, if it is still open."""
    request_id = RequestStep.objects.values_list("request_id", flat=True).get(pk=step_id)
    held = hold(request_id)
    step = RequestStep.objects.get(pk=step_id)
    step.request = held
    return step if held.state == State.OPEN and step.state == StepState.OPEN else None


def _pass_up(step: RequestStep, seat: Seat, at: dt.datetime) -> None:
    above = _above(seat.account_id, step.request.employee.account_id, timezone.localdate(at))
    if above is None:
        return
    before, seat.account_id = seat.account.name, above
    seat.save(update_fields=["account"])
    note(step.request, Deed.ESCALATED, SYSTEM, at, other=above, text=before)


def _above(account_id: int, applicant: int | None, on: dt.date) -> int | None:
    """The account of the nearest line manager above who has one and is not the applicant."""
    employee = org.employees_of([account_id]).get(account_id)
    chain = lead_queries.leading(on).chain(employee.pk) if employee else []
    accounts = org.accounts_of(chain)
    return next((accounts[one] for one in chain if one in accounts and accounts[one] != applicant), None)
