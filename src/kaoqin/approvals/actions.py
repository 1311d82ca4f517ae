"""What the people of a request do: submit, submit again, withdraw, ask to undo, remind, comment."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext

from kaoqin.approvals import queries
from kaoqin.approvals.carrying import end as end_request
from kaoqin.approvals.carrying import go_on, hold, hold_open, lay, note, tell_deciders, undo
from kaoqin.approvals.flowing import Facts
from kaoqin.approvals.lookups import OrgLookups
from kaoqin.approvals.models import Request, RequestEntry
from kaoqin.approvals.words import (
    ASK,
    MANAGE_REQUESTS,
    Deed,
    Details,
    State,
    request_kinds,
)
from kaoqin.core.words import Refusal
from kaoqin.org import queries as org
from kaoqin.org.models import Employee
from kaoqin.security.doors import may, require
from kaoqin.security.words import Actor

REMIND_AGAIN = dt.timedelta(hours=2)


@transaction.atomic
def submit(
    kind: str, employee: Employee, details: Details, consents: Sequence[int] = (), *, by: Actor, at: dt.datetime
) -> Request:
    """Ask for something of a declared kind, for oneself or, as HR, for somebody within reach.

    `details` is JSON, owned by the room that asks; `consents` are employees whose yes comes before all steps. Refuses
    where no flow fits or nobody would decide. A request within the limits of its flow is approved at once.
    """
    require_for(employee, by, at)
    told = {name: _plain(value) for name, value in request_kinds()[kind].facts(details).items()}
    lookups = OrgLookups(employee, timezone.localdate(at))
    facts = queries.facts_of(kind, told, lookups)
    version = queries.version_for(facts, lookups.on)
    made = Request.objects.create(
        kind=kind,
        employee=employee,
        details=dict(details),
        facts=told,
        consents=list(consents),
        version=version,
        submitted_at=at,
        submitted_by_id=by.account_id,
    )
    note(made, Deed.SUBMITTED, by, at)
    _begin(made, facts, lookups, consents, by, at)
    return made


def require_for(employee: Employee, by: Actor, at: dt.datetime) -> None:
    """Refuse whoever may not ask for somebody: everybody may for themselves, HR for people within reach."""
    require(by, ASK)
    if employee.pk != by.employee_id:
        org.person(employee.pk, MANAGE_REQUESTS, seen_by=by, on=timezone.localdate(at))


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, Decimal) else value


def _begin(
    held: Request, facts: Facts, lookups: OrgLookups, consents: Sequence[int], by: Actor, at: dt.datetime
) -> None:
    steps = queries.planned(held.version, facts, lookups, consents)
    lay(held, steps)
    if not steps:
        note(held, Deed.AUTOMATIC, by, at)
    go_on(held, by, at)


@transaction.atomic
def resubmit(request: Request, details: Details, *, by: Actor, at: dt.datetime) -> Request:
    """Submit a request that was sent back once more, with other details; all steps begin anew, in the same version."""
    require_for(request.employee, by, at)
    held = hold_open(request.pk, State.SENT_BACK)
    told = {name: _plain(value) for name, value in request_kinds()[held.kind].facts(details).items()}
    held.details = dict(details)
    held.facts, held.state, held.decided_at = told, State.OPEN, None
    held.round += 1
    held.save(update_fields=["details", "facts", "state", "decided_at", "round"])
    note(held, Deed.RESUBMITTED, by, at)
    lookups = OrgLookups(held.employee, timezone.localdate(at))
    _begin(held, queries.facts_of(held.kind, told, lookups), lookups, held.consents, by, at)
    return held


@transaction.atomic
def withdraw(request: Request, text: str = "", *, by: Actor, at: dt.datetime) -> None:
    """The applicant does not want it any more, before it is decided."""
    require_for(request.employee, by, at)
    held = hold_open(request.pk, State.OPEN, State.SENT_BACK)
    note(held, Deed.WITHDRAWN, by, at, text=text)
    end_request(held, State.WITHDRAWN, by, at)


@transaction.atomic
def ask_undo(request: Request, text: str, *, by: Actor, at: dt.datetime) -> Request:
    """Ask to take an approved request back: a request of its own, decided by the version the first one had.

    What consents were needed for the first are not asked again. Refuses a second while one is open.
    """
    require_for(request.employee, by, at)
    held = _hold_approved(request)
    told = {"kind": held.kind, "employee": held.employee, "details": held.details, "facts": held.facts}
    try:
        with transaction.atomic():
            made = Request.objects.create(
                **told, version=held.version, undoes=held, submitted_at=at, submitted_by_id=by.account_id
            )
    except IntegrityError as open_already:
        raise Refusal("approvals.undone_already", gettext("已经申请过撤销,正在审批。")) from open_already
    note(made, Deed.SUBMITTED, by, at, text=text)
    lookups = OrgLookups(held.employee, timezone.localdate(at))
    facts = queries.facts_of(held.kind, held.facts, lookups)
    _begin(made, facts, lookups, (), by, at)
    return made


def _hold_approved(request: Request) -> Request:
    held = hold_open(request.pk, State.APPROVED)
    if held.undoes_id:
        raise Refusal("approvals.undoes_already", gettext("撤销本身不能再撤销,请重新提交申请。"))
    return held


@transaction.atomic
def undo_directly(request: Request, text: str, *, by: Actor, at: dt.datetime) -> None:
    """HR takes an approved request back at once, with a reason; an open request to undo it is over."""
    org.person(request.employee_id, MANAGE_REQUESTS, seen_by=by, on=timezone.localdate(at))
    if not text.strip():
        raise Refusal("approvals.no_reason", gettext("请写明原因。"), "text")
    asked = [hold(one.pk) for one in request.undoings.filter(state=State.OPEN)]
    held = _hold_approved(request)
    for one in asked:
        end_request(one, State.WITHDRAWN, by, at)
    undo(held, by, at, text)


@transaction.atomic
def remind(request: Request, *, by: Actor, at: dt.datetime) -> None:
    """The applicant reminds whoever must decide; not more often than every two hours."""
    require_for(request.employee, by, at)
    held = hold_open(request.pk)
    lately = RequestEntry.objects.filter(request=held, deed=Deed.REMINDED, at__gt=at - REMIND_AGAIN)
    if lately.exists():
        raise Refusal("approvals.reminded_lately", gettext("刚刚催办过,请过两小时再催。"))
    note(held, Deed.REMINDED, by, at)
    tell_deciders("requests.reminded", held, at)


@transaction.atomic
def comment(request: Request, text: str, *, by: Actor, at: dt.datetime) -> None:
    """Say something about a request, for all its people to read."""
    queries.request(request.pk, seen_by=by, on=timezone.localdate(at))
    if not text.strip():
        raise Refusal("approvals.no_text", gettext("请写点什么。"), "text")
    note(hold(request.pk), Deed.COMMENTED, by, at, text=text)


def may_act_for(employee: Employee, *, by: Actor, on: dt.date) -> bool:
    """Whether `by` submits, withdraws and reminds for somebody: oneself, or HR within reach."""
    if employee.pk == by.employee_id:
        return True
    if not may(by, MANAGE_REQUESTS):
        return False
    return org.people(MANAGE_REQUESTS, seen_by=by, on=on).filter(pk=employee.pk).exists()
