"""What those who decide do: say yes or no, send back, add an approver, hand over, decide many."""

import datetime as dt
from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from kaoqin.approvals import queries
from kaoqin.approvals.carrying import course_of, end, go_on, hold_open, insert, note, pause, steps_now, tell_deciders
from kaoqin.approvals.models import Request, RequestStep, Seat
from kaoqin.approvals.words import DECIDE, MANAGE_REQUESTS, Answer, Deed, State, StepState, Who
from kaoqin.core.words import NotAllowed, Refusal
from kaoqin.org import queries as org
from kaoqin.org.models import Employee
from kaoqin.security.doors import require
from kaoqin.security.words import Actor


def _hold_mine(request: Request, by: Actor, at: dt.datetime) -> tuple[Request, list[int]]:
    """The open request, held, and whose seats `by` may answer. Refuses whoever may answer none."""
    require(by, DECIDE)
    held = hold_open(request.pk)
    seats = queries.ready_seats(by, timezone.localdate(at)).filter(step__request=held)
    mine = sorted(set(seats.values_list("account_id", flat=True)), key=lambda who: who != by.account_id)
    if mine:
        return held, mine
    if Seat.objects.filter(step__request=held, step__round=held.round, account=by.account_id).exists():
        raise Refusal("approvals.not_waiting", gettext("这一步已经处理过,或者还没有轮到您。"))
    raise NotAllowed("approvals.not_yours", gettext("这个申请不由您审批。"))


def _note_for(held: Request, deed: Deed, mine: list[int], text: str, by: Actor, at: dt.datetime) -> None:
    """An entry that says in whose place it was done, where it was not one's own."""
    other = None if by.account_id in mine else mine[0]
    note(held, deed, by, at, text=text, other=other)


@transaction.atomic
def approve(request: Request, text: str = "", *, by: Actor, at: dt.datetime) -> Request:
    """Say yes in every seat `by` may answer. With the last yes the asking room is told; its refusal is the click's."""
    held, mine = _hold_mine(request, by, at)
    _note_for(held, Deed.YES, mine, text, by, at)
    said = {who: None if who == by.account_id else by.account_id for who in mine}
    go_on(held, by, at, course_of(held, steps_now(held)).agreed(said))
    return held


@transaction.atomic
def refuse(request: Request, text: str, *, by: Actor, at: dt.datetime) -> Request:
    """Say no, with a reason; the request is over."""
    held, mine = _hold_mine(request, by, at)
    _refuse_no_reason(text)
    _note_for(held, Deed.NO, mine, text, by, at)
    ready = Seat.objects.filter(step__request=held, ready=True, account__in=mine)
    ready.update(answer=Answer.NO, answered_by=by.account_id, answered_at=at)
    end(held, State.REFUSED, by, at)
    return held


@transaction.atomic
def send_back(request: Request, text: str, *, by: Actor, at: dt.datetime) -> Request:
    """Give a request back to the applicant, who changes it and submits it again. Not where it undoes another."""
    held, mine = _hold_mine(request, by, at)
    _refuse_no_reason(text)
    if held.undoes_id:
        raise Refusal("approvals.undo_not_sent_back", gettext("撤销申请没有可以修改的内容,请直接同意或不同意。"))
    _note_for(held, Deed.SENT_BACK, mine, text, by, at)
    end(held, State.SENT_BACK, by, at)
    return held


def _refuse_no_reason(text: str) -> None:
    if not text.strip():
        raise Refusal("approvals.no_reason", gettext("请写明原因,申请人会看到。"), "text")


@transaction.atomic
def add_approver(
    request: Request, employee: Employee, *, before: bool, text: str = "", by: Actor, at: dt.datetime
) -> Request:
    """Let somebody else decide too, before this step or after it."""
    held, _ = _hold_mine(request, by, at)
    account = _account_of(held, employee)
    here = _open_step(held)
    if here.who == Who.CONSENT:
        raise Refusal("approvals.not_to_consent", gettext("对方同意这一步不能加签。"))
    note(held, Deed.ADDED, by, at, text=text, other=account)
    if before:
        pause(here)
    insert(held, here.position if before else here.position + 1, account)
    go_on(held, by, at)
    return held


def _open_step(held: Request) -> RequestStep:
    return held.steps.get(round=held.round, state=StepState.OPEN)


def _account_of(held: Request, employee: Employee) -> int:
    if employee.pk == held.employee_id:
        raise Refusal("approvals.own", gettext("申请人不能审批自己的申请。"), "person")
    account = org.accounts_of([employee.pk]).get(employee.pk)
    if account is None:
        said = gettext("{name} 没有账号,不能审批。").format(name=employee.name)
        raise Refusal("approvals.no_account", said, "person")
    return account


@transaction.atomic
def hand_over(request: Request, employee: Employee, text: str, *, by: Actor, at: dt.datetime) -> Request:
    """HR lets somebody else decide in the place of all who are asked now: they have left, or do not answer."""
    org.person(request.employee_id, MANAGE_REQUESTS, seen_by=by, on=timezone.localdate(at))
    held = hold_open(request.pk)
    _refuse_no_reason(text)
    account = _account_of(held, employee)
    if _open_step(held).who == Who.CONSENT:
        raise Refusal("approvals.not_to_consent", gettext("对方同意这一步不能转交。"))
    note(held, Deed.HANDED_OVER, by, at, text=text, other=account)
    Seat.objects.filter(step=_open_step(held), answer=Answer.NONE).update(account_id=account)
    tell_deciders("requests.waiting", held, at)
    return held


def decide_many(requests: Iterable[Request], yes: bool, text: str, *, by: Actor, at: dt.datetime) -> list[str]:
    """Decide several, each for itself; returns a sentence for each that could not be."""
    require(by, DECIDE)
    refused = []
    for one in requests:
        try:
            approve(one, text, by=by, at=at) if yes else refuse(one, text, by=by, at=at)
        except Refusal as refusal:
            refused.append(gettext("{title}:{why}").format(title=one.title, why=refusal.sentence))
    return refused
