"""Carrying a request on: its steps laid, opened, passed, and its end told; the inside of all actions.

Every change of a request begins with `hold`, so that two clicks on one request come one after the other.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext

from kaoqin.approvals import queries
from kaoqin.approvals.deciding import Course, Step
from kaoqin.approvals.deciding import Seat as Place
from kaoqin.approvals.flowing import Planned, read_step, resolve
from kaoqin.approvals.lookups import OrgLookups
from kaoqin.approvals.models import Request, RequestEntry, RequestStep, Seat
from kaoqin.approvals.words import Answer, Deed, Found, Mode, State, StepState, Who, kind_label
from kaoqin.core.outcomes import tell
from kaoqin.core.sentences import Sentence
from kaoqin.core.words import NotFound, Refusal
from kaoqin.security.audit import record
from kaoqin.security.words import Actor

HOUR = dt.timedelta(hours=1)


def hold(request_id: int) -> Request:
    """The request as it is now; whoever else changes it waits until the caller's transaction ends."""
    found = Request.objects.select_for_update(of=("self",)).select_related("employee", "version")
    held = found.filter(pk=request_id).first()
    if held is None:
        raise NotFound("approvals.no_request", gettext("没有这个申请,或者它与您无关。"))
    return held


def hold_open(request_id: int, *states: State) -> Request:
    """The request, held. Refuses one that is in none of the states (none named: open) any more."""
    held = hold(request_id)
    if held.state not in (states or (State.OPEN,)):
        said = gettext("这个申请{state},不能再这样处理。").format(state=held.get_state_display())
        raise Refusal("approvals.over", said)
    return held


def note(held: Request, deed: Deed, by: Actor, at: dt.datetime, *, text: str = "", other: int | None = None) -> None:
    """Add to the timeline, and to the audit what a person did."""
    RequestEntry.objects.create(
        request=held, at=at, deed=deed, account_id=by.account_id, other_id=other, text=text.strip()[:500]
    )
    told = {"name": held.employee.name, "kind": kind_label(held.kind), "deed": deed.label}
    said = (
        Sentence("撤销{name}的{kind}:{deed}", **told) if held.undoes_id else Sentence("{name}的{kind}:{deed}", **told)
    )
    record(by, f"approvals.{deed}", held, said, at=at, text=text)


def lay(held: Request, steps: Sequence[Planned]) -> None:
    """The steps of a round. Refuses where nobody would decide one."""
    for position, one in enumerate(steps):
        _refuse_nobody(position + 1, one)
        planned = one.step.who not in {Who.CONSENT, Who.ADDED}
        row = RequestStep.objects.create(
            request=held,
            round=held.round,
            position=position,
            who=one.step.who,
            mode=one.step.mode,
            plan=one.step.keep() if planned else None,
            found=one.resolved.found,
        )
        seat(row, one.resolved.deciders)


def _refuse_nobody(number: int, one: Planned) -> None:
    if one.resolved.found == Found.NOBODY:
        said = gettext("第 {number} 步({step})找不到可以审批的人,请联系人事。")
        label = queries.step_label(one.step.who, one.step)
        raise Refusal("approvals.nobody", said.format(number=number, step=label))


def seat(step: RequestStep, accounts: Iterable[int]) -> None:
    """The seats of a step, in order."""
    Seat.objects.bulk_create(Seat(step=step, position=n, account_id=who) for n, who in enumerate(accounts))


def insert(held: Request, position: int, account: int) -> RequestStep:
    """A step of one added approver at a position; those from there on move."""
    held.steps.filter(round=held.round, position__gte=position).update(position=F("position") + 1)
    made = RequestStep.objects.create(request=held, round=held.round, position=position, who=Who.ADDED, mode=Mode.ALL)
    seat(made, [account])
    return made


def steps_now(held: Request) -> list[RequestStep]:
    """The steps of the round now with their seats, in order."""
    return list(queries.steps_of(held))


def course_of(held: Request, rows: Sequence[RequestStep]) -> Course:
    """The stored steps as the state machine knows them."""
    steps = tuple(
        Step(Mode(row.mode), tuple(_place(one) for one in row.seats.all()), row.who != Who.CONSENT) for row in rows
    )
    return Course(steps, held.version.once)


def _place(stored: Seat) -> Place:
    return Place(stored.account_id, Answer(stored.answer), stored.answered_by_id)


def go_on(held: Request, by: Actor, at: dt.datetime, course: Course | None = None) -> None:
    """Keep what was said and what follows of it, open the next step, or end the request with yes.

    A step that opens for the first time asks the organisation anew: whoever has left since decides nothing.
    """
    rows = steps_now(held)
    course = (course or course_of(held, rows)).closed()
    row = None if course.open is None else rows[course.open]
    if row is not None and row.opened_at is None:
        _keep(held, rows, course, at)
        _ask_anew(held, row, at)
        go_on(held, by, at)
    elif course != (carried := course.carried()):
        go_on(held, by, at, carried)
    else:
        _keep(held, rows, course, at)
        if row is None:
            _approve(held, by, at)
        else:
            _open(row, at)
            tell_deciders("requests.waiting", held, at)


def _keep(held: Request, rows: Sequence[RequestStep], course: Course, at: dt.datetime) -> None:
    for place, (row, step) in enumerate(zip(rows, course.steps, strict=True)):
        is_open = place == course.open
        for n, (stored, now) in enumerate(zip(row.seats.all(), step.seats, strict=True)):
            _keep_seat(held, stored, now, is_open and n in step.ready, at)
        if step.passed and row.state != StepState.PASSED:
            row.state, row.ended_at = StepState.PASSED, at
            row.save(update_fields=["state", "ended_at"])


def _keep_seat(held: Request, stored: Seat, now: Place, ready: bool, at: dt.datetime) -> None:
    changed = stored.answer != now.answer
    if not changed and stored.ready == ready:
        return
    stored.ready = ready
    if changed:
        stored.answer, stored.answered_by_id, stored.answered_at = now.answer, now.by, at
    stored.save(update_fields=["answer", "answered_by", "answered_at", "ready"])
    if changed and now.answer == Answer.CARRIED:
        RequestEntry.objects.create(request=held, at=at, deed=Deed.CARRIED, account_id=now.who)


def _ask_anew(held: Request, row: RequestStep, at: dt.datetime) -> None:
    """Seat whoever decides a step by the organisation of now, where it is others than when it was laid."""
    row.opened_at = at
    row.save(update_fields=["opened_at"])
    if row.plan is None:
        return
    resolved = resolve(read_step(row.plan), OrgLookups(held.employee, timezone.localdate(at)))
    if resolved.deciders and resolved.deciders != tuple(one.account_id for one in row.seats.all()):
        Seat.objects.filter(step=row).delete()
        RequestStep.objects.filter(pk=row.pk).update(found=resolved.found)
        seat(row, resolved.deciders)


def _open(row: RequestStep, at: dt.datetime) -> None:
    if row.state == StepState.OPEN:
        return
    plan = read_step(row.plan) if row.plan else None
    row.state = StepState.OPEN
    row.remind_at = at + plan.remind_hours * HOUR if plan and plan.remind_hours else None
    row.escalate_at = at + plan.escalate_hours * HOUR if plan and plan.escalate_hours else None
    row.save(update_fields=["state", "remind_at", "escalate_at"])


def pause(row: RequestStep) -> None:
    """A step waits again: somebody is asked before it."""
    row.state = StepState.WAITING
    row.save(update_fields=["state"])
    row.seats.update(ready=False)


def tell_deciders(name: str, held: Request, at: dt.datetime) -> None:
    """Tell whoever must answer now, and who stands in for them."""
    accounts = list(Seat.objects.filter(step__request=held, ready=True).values_list("account_id", flat=True))
    instead = queries.delegates_of(accounts, timezone.localdate(at))
    everybody = list(dict.fromkeys([*accounts, *instead.values()]))
    tell(name, account_ids=everybody, **_told(held), at=at)


def _told(held: Request) -> dict[str, Any]:
    return {
        "request_id": held.pk,
        "kind": held.kind,
        "employee_id": held.employee_id,
        "title": held.title,
        "link": f"/requests/{held.pk}/",
    }


def end(held: Request, state: State, by: Actor, at: dt.datetime) -> None:
    """A request is over, or goes back: nobody is asked any more, and the applicant is told how it stands."""
    held.state, held.decided_at = state, at
    held.save(update_fields=["state", "decided_at"])
    Seat.objects.filter(step__request=held, ready=True).update(ready=False)
    open_steps = held.steps.filter(round=held.round, state__in=[StepState.OPEN, StepState.WAITING])
    open_steps.update(state=StepState.ENDED, ended_at=at)
    tell("requests.decided", state=state, account_id=held.employee.account_id, **_told(held), by=by, at=at)


def _approve(held: Request, by: Actor, at: dt.datetime) -> None:
    RequestEntry.objects.create(request=held, at=at, deed=Deed.APPROVED)
    end(held, State.APPROVED, by, at)
    if held.undoes_id:
        undo(hold_open(held.undoes_id, State.APPROVED), by, at)
    else:
        tell("requests.approved", **outcome(held), by=by, at=at)


def undo(held: Request, by: Actor, at: dt.datetime, text: str = "") -> None:
    """An approved request is taken back; whoever acted on it is told in the same transaction."""
    note(held, Deed.UNDONE, by, at, text=text)
    end(held, State.UNDONE, by, at)
    tell("requests.withdrawn", **outcome(held), by=by, at=at)


def outcome(held: Request) -> dict[str, Any]:
    """What the asking room is told of a request."""
    return {
        "request_id": held.pk,
        "kind": held.kind,
        "employee_id": held.employee_id,
        "details": held.details,
    }
