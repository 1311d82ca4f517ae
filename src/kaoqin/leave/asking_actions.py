"""Asking for leave and for its end, and what follows when it is approved or taken back.

Guarantees: what is asked for is refused where it could not be taken besides all that is asked for already; whoever asks
is held meanwhile, so that two requests at once cannot ask for the same hours; approving takes leave by the one door
(`actions.take`), whose refusal is that of the deciding click.
"""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from kaoqin.approvals import actions as approvals
from kaoqin.approvals import attaching
from kaoqin.approvals import queries as requests
from kaoqin.approvals.models import Request
from kaoqin.approvals.words import Details
from kaoqin.core.time import load_wall_clock
from kaoqin.core.words import Refusal, say_list
from kaoqin.leave import actions, queries
from kaoqin.leave.actions import Rehearsal
from kaoqin.leave.asking import LEAVE, LEAVE_END, AskedLeave, keep_end, read_leave, say_since
from kaoqin.leave.models import TakenLeave
from kaoqin.leave.words import say_days
from kaoqin.org import queries as org
from kaoqin.org.models import Employee
from kaoqin.security.doors import SYSTEM
from kaoqin.security.words import Actor

File = tuple[str, bytes]
"""A file's name and content."""
PROMISED = "…"
"""A proof that is not there yet: what stands in its place while one only looks what a leave would cost."""


def try_out(
    employee: Employee, asked: AskedLeave, *, at: dt.datetime, proof: str = PROMISED, besides: int = 0
) -> Rehearsal:
    """What a leave would cost and leave over after all that is asked for already (but for the request `besides`)."""
    others = [read_leave(one.details) for one in requests.undecided(LEAVE.code, employee.pk, besides=besides)]
    first = [(one.kind, *one.interval(employee.pk)) for one in others]
    start, end = asked.interval(employee.pk)
    return actions.rehearse(employee, asked.kind, start, end, by=SYSTEM, at=at, proof=proof, first=first)


def why_not(tried: Rehearsal) -> Refusal | None:
    """Why it is refused; where what is asked for already stands in the way, with that."""
    refused = tried.refused
    if refused is None or refused.code != "leave.balance_short" or not tried.held:
        return refused
    held = say_days(tried.held, tried.cost.kind.rules.day_minutes)
    said = gettext("{why}另有 {held} 在审批中,已经留出。").format(why=refused.sentence, held=held)
    return Refusal(refused.code, said, refused.field)


@transaction.atomic
def ask(employee: Employee, asked: AskedLeave, files: Sequence[File] = (), *, by: Actor, at: dt.datetime) -> Request:
    """Ask for leave, for oneself or as HR for somebody. Refuses what `take` would refuse."""
    approvals.require_for(employee, by, at)
    details = _checked(employee, asked, [name for name, _ in files], at)
    made = approvals.submit(LEAVE.code, employee, details, by=by, at=at)
    _attach(made, files, by, at)
    return made


@transaction.atomic
def ask_again(
    request: Request, asked: AskedLeave, files: Sequence[File] = (), *, by: Actor, at: dt.datetime
) -> Request:
    """The same, for a request that was sent back."""
    approvals.require_for(request.employee, by, at)
    names = [*requests.file_names(request.pk), *(name for name, _ in files)]
    details = _checked(request.employee, asked, names, at, besides=request.pk)
    made = approvals.resubmit(request, details, by=by, at=at)
    _attach(made, files, by, at)
    return made


def _checked(
    employee: Employee, asked: AskedLeave, files: list[str], at: dt.datetime, besides: int = 0
) -> dict[str, Any]:
    org.hold([employee.pk], timezone.localdate(at))
    tried = try_out(employee, asked, at=at, proof=say_list(files), besides=besides)
    if refused := why_not(tried):
        raise refused
    return asked.keep(tried.cost, files)


def _attach(made: Request, files: Sequence[File], by: Actor, at: dt.datetime) -> None:
    for name, content in files:
        attaching.attach(made, name, content, by=by, at=at)


def would_give_back(leave: TakenLeave, since: dt.datetime, *, at: dt.datetime) -> int:
    """Minutes that would come back if a leave ended at a moment (naive local); nothing is kept. Refuses as `give_back`."""
    with transaction.atomic():
        back = actions.give_back(leave, since, by=SYSTEM, at=at)
        transaction.set_rollback(True)
    return back


@transaction.atomic
def ask_end(leave: TakenLeave, since: dt.datetime, reason: str, *, by: Actor, at: dt.datetime) -> Request:
    """Ask that the rest of a leave is cancelled (销假). Refuses a second while one is open."""
    approvals.require_for(leave.employee, by, at)
    org.hold([leave.employee_id], timezone.localdate(at))
    open_already = requests.undecided(LEAVE_END.code, leave.employee_id)
    if any(one.details["leave"] == leave.pk for one in open_already):
        raise Refusal("leave.end_asked", gettext("这次请假已经申请销假,正在审批。"), "leave")
    return approvals.submit(LEAVE_END.code, leave.employee, _end(leave, since, reason, at), by=by, at=at)


@transaction.atomic
def ask_end_again(
    request: Request, leave: TakenLeave, since: dt.datetime, reason: str, *, by: Actor, at: dt.datetime
) -> Request:
    """The same, for a request that was sent back."""
    return approvals.resubmit(request, _end(leave, since, reason, at), by=by, at=at)


def _end(leave: TakenLeave, since: dt.datetime, reason: str, at: dt.datetime) -> dict[str, Any]:
    back = would_give_back(leave, since, at=at)
    by_day = queries.by_the_day(timezone.localdate(at))
    said = queries.say_when(leave, by_day), say_since(since, leave.kind_id in by_day)
    return keep_end(leave.pk, leave.kind.code, said, since, back, reason.strip())


def on_approved(*, request_id: int, kind: str, employee_id: int, details: Details, at: dt.datetime, **_: Any) -> None:
    """Leave is taken, or its rest given back, in the transaction of the deciding click."""
    if kind == LEAVE.code:
        _take(request_id, employee_id, details, at)
    elif kind == LEAVE_END.code:
        leave = TakenLeave.objects.select_related("employee", "kind").get(pk=details["leave"])
        since = dt.datetime.fromisoformat(details["since"])
        actions.give_back(leave, since, by=SYSTEM, at=at, reason=details["reason"])


def _take(request_id: int, employee_id: int, details: Details, at: dt.datetime) -> None:
    employee, asked = org.by_ids([employee_id]).get(), read_leave(details)
    proof = say_list(dict.fromkeys([*details["files"], *requests.file_names(request_id)]))[:200]
    start, end = asked.interval(employee_id)
    told: dict[str, Any] = {"reason": asked.reason, "proof": proof, "request_id": request_id}
    actions.take(employee, asked.kind, start, end, by=SYSTEM, at=at, **told)


def on_withdrawn(*, request_id: int, kind: str, at: dt.datetime, **_: Any) -> None:
    """The leave of a request that was taken back is given back, as far as it still holds. An end cannot be undone."""
    if kind == LEAVE_END.code:
        raise Refusal("leave.end_stays", gettext("销假不能撤销;要继续休假,请重新提交请假。"))
    leave = TakenLeave.objects.select_related("employee", "kind").filter(request_id=request_id).first()
    if kind == LEAVE.code and leave is not None and queries.until(leave) > load_wall_clock(leave.start):
        actions.give_back(leave, load_wall_clock(leave.start), by=SYSTEM, at=at, reason=gettext("撤销申请"))
