"""Asking for a correction (补卡), and what follows when it is approved or taken back: a punch that was added."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from kaoqin.approvals import actions as approvals
from kaoqin.approvals import attaching
from kaoqin.approvals.models import Request
from kaoqin.approvals.words import Details, State
from kaoqin.attendance.correcting import CORRECTION, DAY, Wanted, quota, read_wanted, used
from kaoqin.attendance.models import CorrectionQuota
from kaoqin.attendance.words import MANAGE_ATTENDANCE_RULES, RECORD_APPROVALS, Lapse, Quota
from kaoqin.core.sentences import Sentence
from kaoqin.core.words import Refusal
from kaoqin.org import queries as org
from kaoqin.org.models import Employee
from kaoqin.punches import actions as punches
from kaoqin.scheduling.models import Group
from kaoqin.security.audit import record
from kaoqin.security.doors import may, require
from kaoqin.security.words import Actor

File = tuple[str, bytes]
"""A file's name and content."""
ASKED = (State.OPEN, State.SENT_BACK, State.APPROVED)


@transaction.atomic
def ask(employee: Employee, wanted: Wanted, files: Sequence[File] = (), *, by: Actor, at: dt.datetime) -> Request:
    """Ask for a punch to be added. Refuses what is over the quota, too late, in the future or without its proof."""
    org.hold([employee.pk], wanted.date)
    check(employee.pk, wanted, by=by, at=at)
    _require_proof(employee.pk, wanted, files)
    made = approvals.submit(CORRECTION.code, employee, wanted.keep(), by=by, at=at)
    _attach(made, files, by, at)
    return made


@transaction.atomic
def ask_again(request: Request, wanted: Wanted, files: Sequence[File] = (), *, by: Actor, at: dt.datetime) -> Request:
    """The same, for a request that was sent back; what was attached to it still proves it."""
    org.hold([request.employee_id], wanted.date)
    check(request.employee_id, wanted, by=by, at=at, but=request.pk)
    if not request.files.exists():
        _require_proof(request.employee_id, wanted, files)
    made = approvals.resubmit(request, wanted.keep(), by=by, at=at)
    _attach(made, files, by, at)
    return made


def _attach(made: Request, files: Sequence[File], by: Actor, at: dt.datetime) -> None:
    for name, content in files:
        attaching.attach(made, name, content, by=by, at=at)


def check(employee_id: int, wanted: Wanted, *, by: Actor, at: dt.datetime, but: int = 0) -> str:
    """How much of the quota is left after this one, in words. Refuses what cannot be asked for; HR is bound by the quota
    and not by the days."""
    today, held = timezone.localdate(at), quota(employee_id, wanted.lapse, wanted.date)
    if not wanted.date - DAY <= wanted.moment.date() <= wanted.date + 2 * DAY:
        raise Refusal("attendance.moment", gettext("补卡时间应在这个班的前后一天之内。"), "moment")
    if wanted.moment > timezone.localtime(at).replace(tzinfo=None):
        raise Refusal("attendance.in_future", gettext("不能补将来的卡。"), "moment")
    if wanted.date < today - held.within_days * DAY and not may(by, RECORD_APPROVALS):
        said = gettext("「{lapse}」须在 {days} 天内补卡,{date} 已经超过,请找人事。")
        told = {"lapse": wanted.lapse.label, "days": held.within_days, "date": wanted.date}
        raise Refusal("attendance.too_late", said.format(**told), "date")
    return _within_quota(employee_id, wanted, held, ASKED, but)


def _within_quota(employee_id: int, wanted: Wanted, held: Quota, states: tuple[State, ...], but: int) -> str:
    if held.most is None:
        return ""
    before = used(employee_id, wanted.lapse, wanted.date, states, but)
    told = {"month": wanted.date.month, "most": held.most, "lapse": wanted.lapse.label, "used": len(before)}
    if len(before) >= held.most:
        told["days"] = gettext("、").join(f"{read_wanted(one.details).date:%m-%d}" for one in before)
        said = gettext("{month} 月「{lapse}」的补卡最多 {most} 次,已用 {used} 次({days}),不能再补。")
        raise Refusal("attendance.quota", said.format(**told), "lapse")
    said = gettext("{month} 月「{lapse}」补卡最多 {most} 次,已用 {used} 次,这是第 {nth} 次。")
    return said.format(**told, nth=len(before) + 1)


def _require_proof(employee_id: int, wanted: Wanted, files: Sequence[File]) -> None:
    if quota(employee_id, wanted.lapse, wanted.date).proof and not files:
        said = gettext("「{lapse}」须附上证明(照片或文件)。").format(lapse=wanted.lapse.label)
        raise Refusal("attendance.proof", said, "lapse")


def on_approved(*, request_id: int, kind: str, employee_id: int, details: Details, by: Actor, at: dt.datetime) -> None:
    """The punch is added, in the transaction of the deciding click; the employee is held, so that two of the last one of
    a quota are not both agreed."""
    if kind != CORRECTION.code:
        return
    wanted = read_wanted(details)
    org.hold([employee_id], wanted.date)
    held = quota(employee_id, wanted.lapse, wanted.date)
    _within_quota(employee_id, wanted, held, (State.APPROVED,), request_id)
    employee = org.by_ids([employee_id]).get()
    reason = f"{wanted.lapse.label}:{wanted.reason}"[:200]
    punches.agree_correction(employee, wanted.moment, reason, by=by, at=at, request_id=request_id)


def on_withdrawn(*, request_id: int, kind: str, by: Actor, at: dt.datetime, **_: Any) -> None:
    """The punch of a request that was taken back counts no more."""
    if kind == CORRECTION.code:
        punches.end_correction(request_id, by=by, at=at)


@transaction.atomic
def keep_quota(
    group: Group | None, lapse: Lapse, begins_on: dt.date, held: Quota, *, by: Actor, at: dt.datetime
) -> CorrectionQuota:
    """How often punches may be added for a reason, in a group or (None) the company, from a day on."""
    require(by, MANAGE_ATTENDANCE_RULES, everywhere=True)
    where: dict[str, Any] = {"group": group, "lapse": lapse, "begins_on": begins_on}
    made, _ = CorrectionQuota.objects.update_or_create(**where, defaults=vars(held))
    said = Sentence("自 {begins_on} 的补卡次数:{lapse}", begins_on=begins_on, lapse=lapse.label)
    record(by, "attendance.keep_quota", made, said, at=at, **vars(held))
    return made
