"""Employees confirm their month or object to it (考勤确认); what they saw is kept with its digest. Silence confirms nothing."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext
from procrastinate.contrib.django import app

from kaoqin.attendance import months
from kaoqin.attendance.closing import BATCH
from kaoqin.attendance.cycles import PersonPeriod
from kaoqin.attendance.models import Confirmation
from kaoqin.attendance.months import Sheet
from kaoqin.attendance.saying import say_day
from kaoqin.attendance.scopes import Scope, periods, standing
from kaoqin.attendance.words import (
    ANSWER_OBJECTIONS,
    CLOSE_MONTHS,
    MONTH_READY,
    OBJECTION,
    OBJECTION_ANSWERED,
    SEE_OWN_DAYS,
    Answer,
)
from kaoqin.core.jobs import Progress, ask, work
from kaoqin.core.models import JobRun
from kaoqin.core.sentences import Sentence
from kaoqin.core.words import NotFound, Refusal
from kaoqin.notices import queries as notices
from kaoqin.notices.actions import tell
from kaoqin.org import lead_queries
from kaoqin.security import queries as security
from kaoqin.security.audit import record
from kaoqin.security.doors import actor_of, may, require
from kaoqin.security.words import Actor

DAY = dt.timedelta(days=1)
UNANSWERED = (Answer.ASKED, Answer.ANSWERED)
DAYS_TO_ANSWER = range(1, 31)


@transaction.atomic
def ask_all(scope: Scope, days_to_answer: int, *, by: Actor, at: dt.datetime) -> JobRun:
    """Ask everybody of a scope whose cycle is over and open to confirm it within some days; a job with progress."""
    require(by, CLOSE_MONTHS)
    if days_to_answer not in DAYS_TO_ANSWER:
        raise Refusal("attendance.days_to_answer", gettext("确认期限为 1 至 30 天。"), "days_to_answer")
    today = timezone.localdate(at)
    found = standing(periods(scope, by=by, on=today), today, with_faults=True)
    if not found.ready:
        raise Refusal("attendance.nobody_to_ask", gettext("没有可以发起确认的人:周期未结束,或已经月结。"))
    told = {"month": f"{scope.month:%Y-%m}", "count": len(found.ready)}
    record(by, "attendance.ask_to_confirm", "attendance", Sentence("请 {count} 人确认 {month} 考勤", **told), at=at)
    arguments = {"ids": sorted(found.ready), "month": scope.month.isoformat(), "moment": at.isoformat()}
    arguments["due_on"] = (today + days_to_answer * DAY).isoformat()
    title = gettext("发起 {month} 考勤确认").format(month=told["month"])
    return ask("attendance.ask_to_confirm", title, account_id=by.account_id, at=at, **arguments)


@work("attendance.ask_to_confirm", resumes=True)
def ask_with_progress(progress: Progress, ids: list[int], month: str, moment: str, due_on: str) -> dict[str, Any]:
    """Ask batch by batch; who was asked already is not asked again."""
    progress.expect(len(ids))
    told = dt.date.fromisoformat(month), dt.date.fromisoformat(due_on), dt.datetime.fromisoformat(moment)
    for place in range(0, len(ids), BATCH):
        ask_people(ids[place : place + BATCH], *told)
        progress.advance(min(place + BATCH, len(ids)))
    said = gettext("已请 {count} 人确认,{due_on} 前答复。").format(count=len(ids), due_on=due_on)
    return {"said": said, "address": f"/closing/confirmations/?month={month[:7]}"}


@transaction.atomic
def ask_people(ids: Sequence[int], month: dt.date, due_on: dt.date, at: dt.datetime) -> int:
    """Ask some people to confirm their cycles of a month, and tell them; returns how many were not asked before."""
    ready = standing(months.periods_in(ids, month), timezone.localdate(at), with_faults=True).ready
    rows = [
        Confirmation(employee_id=key, first=one.first, last=one.last, asked_at=at, due_on=due_on)
        for key, some in ready.items()
        for one in some
    ]
    before = Confirmation.objects.count()
    Confirmation.objects.bulk_create(rows, ignore_conflicts=True, batch_size=BATCH)
    for first, last in sorted({(row.first, row.last) for row in rows}):
        whom = [row.employee_id for row in rows if row.first == first]
        title = Sentence("请确认 {first} 至 {last} 的考勤", first=first, last=last)
        body = Sentence("请在 {due_on} 前核对并确认;有不对的地方,请提出异议。", due_on=due_on)
        tell(
            MONTH_READY, notices.accounts_of(whom), title, body, f"/my/months/{first}/", key=f"{first}:{due_on}", at=at
        )
    return Confirmation.objects.count() - before


def own(first: dt.date, *, by: Actor) -> Confirmation:
    """What one was asked to confirm oneself."""
    require(by, SEE_OWN_DAYS)
    found = Confirmation.objects.filter(employee=by.employee_id or 0, first=first).select_related("employee").first()
    if found is None:
        raise NotFound("attendance.not_asked", gettext("没有需要您确认的考勤。"))
    return found


@transaction.atomic
def confirm(first: dt.date, digest: str, *, by: Actor, at: dt.datetime) -> Confirmation:
    """One's own month is right, as it was seen: by its digest. Refuses where the numbers are others by now."""
    found = _to_answer(first, by)
    seen = sheet_of(found)
    if seen.digest != digest:
        raise Refusal("attendance.changed", gettext("考勤数据刚刚有更新,请重新核对后再确认。"))
    found.state, found.answered_at, found.digest, found.sheet = Answer.CONFIRMED, at, digest, frozen(seen)
    found.save(update_fields=["state", "answered_at", "digest", "sheet"])
    said = Sentence(
        "{name} 确认 {first} 至 {last} 的考勤", name=found.employee.name, first=found.first, last=found.last
    )
    record(by, "attendance.confirm_month", found.employee, said, at=at, digest=digest)
    return found


@transaction.atomic
def object_to(first: dt.date, reason: str, *, by: Actor, at: dt.datetime) -> Confirmation:
    """One's own month is not right, and why: HR and the line manager are told."""
    found = _to_answer(first, by)
    if not reason.strip():
        raise Refusal("attendance.no_reason", gettext("请写明哪里不对。"), "reason")
    found.state, found.answered_at, found.reason = Answer.OBJECTED, at, reason.strip()
    found.save(update_fields=["state", "answered_at", "reason"])
    name, link = found.employee.name, f"/closing/confirmations/{found.pk}/"
    record(
        by,
        "attendance.object_to_month",
        found.employee,
        Sentence("{name} 对考勤有异议", name=name),
        at=at,
        reason=found.reason,
    )
    tell(
        OBJECTION,
        _who_answers(found, at),
        Sentence("{name} 对考勤有异议", name=name),
        found.reason,
        link,
        key=f"{found.pk}:{at}",
        at=at,
    )
    return found


def _to_answer(first: dt.date, by: Actor) -> Confirmation:
    found = Confirmation.objects.select_for_update(of=("self",)).select_related("employee").get(pk=own(first, by=by).pk)
    if months.closed_on(found.employee_id, found.first):
        raise Refusal("attendance.closed_already", gettext("这个月已经月结。有不对的地方,请联系人事。"))
    if found.state == Answer.CONFIRMED:
        raise Refusal("attendance.confirmed_already", gettext("您已经确认过了。"))
    return found


def _who_answers(found: Confirmation, at: dt.datetime) -> set[int]:
    """The accounts of HR, and of the line manager where they may answer: a head without that role could only look on."""
    today = timezone.localdate(at)
    leader = lead_queries.leading(today).manager(found.employee_id)
    accounts = security.in_use(notices.accounts_of([leader] if leader else []))
    managers = {key for key, one in accounts.items() if _may_answer(found, actor_of(one, today), today)}
    return managers | security.holders(CLOSE_MONTHS, today)


def _may_answer(found: Confirmation, by: Actor, on: dt.date) -> bool:
    if not may(by, ANSWER_OBJECTIONS):
        return False
    return months.confirmations(ANSWER_OBJECTIONS, seen_by=by, on=on).filter(pk=found.pk).exists()


def objection(confirmation_id: int, *, by: Actor, on: dt.date) -> Confirmation:
    """What somebody within reach said of a month."""
    found = months.confirmations(ANSWER_OBJECTIONS, seen_by=by, on=on).filter(pk=confirmation_id).first()
    if found is None:
        raise NotFound("attendance.no_confirmation", gettext("没有这条确认,或者不在您的管理范围内。"))
    return found


@transaction.atomic
def reply(confirmation_id: int, said: str, *, by: Actor, at: dt.datetime) -> Confirmation:
    """Answer an objection: the person is asked to confirm again."""
    found = objection(confirmation_id, by=by, on=timezone.localdate(at))
    if found.employee_id == by.employee_id:
        raise Refusal("attendance.own_objection", gettext("自己的异议请由他人答复。"))
    if found.state != Answer.OBJECTED:
        raise Refusal("attendance.answered_already", gettext("这条异议已经答复。"))
    if not said.strip():
        raise Refusal("attendance.no_reply", gettext("请写明答复。"), "reply")
    found.state, found.reply, found.replied_at, found.replied_by_id = Answer.ANSWERED, said.strip(), at, by.account_id
    found.due_on = max(found.due_on, timezone.localdate(at) + 2 * DAY)
    found.save(update_fields=["state", "reply", "replied_at", "replied_by", "due_on"])
    record(
        by,
        "attendance.reply_to_objection",
        found.employee,
        Sentence("答复 {name} 的考勤异议", name=found.employee.name),
        at=at,
        reply=found.reply,
    )
    to = notices.accounts_of([found.employee_id])
    tell(
        OBJECTION_ANSWERED,
        to,
        Sentence("您的考勤异议已答复"),
        found.reply,
        f"/my/months/{found.first}/",
        key=f"{found.pk}:{at}",
        at=at,
    )
    return found


@app.periodic(cron="0 1 * * *")
@app.task(name="attendance.remind_to_confirm")
def remind_to_confirm(timestamp: int) -> None:
    """Each morning: who has a day left is reminded; where the time is over the month counts as read, not as confirmed."""
    at = dt.datetime.fromtimestamp(timestamp, dt.UTC)
    chase(timezone.localdate(at), at)


@transaction.atomic
def chase(today: dt.date, at: dt.datetime) -> int:
    """Remind whose time ends tomorrow, and note as read what was not answered in time; returns how many."""
    open_rows = Confirmation.objects.filter(state__in=UNANSWERED)
    soon: dict[dt.date, list[int]] = {}
    for employee_id, first in open_rows.filter(due_on=today + DAY).values_list("employee", "first"):
        soon.setdefault(first, []).append(employee_id)
    for first, whom in soon.items():
        title = Sentence("考勤确认明天截止")
        tell(
            MONTH_READY,
            notices.accounts_of(whom),
            title,
            "",
            f"/my/months/{first}/",
            key=f"{first}:last:{today}",
            at=at,
        )
    return open_rows.filter(due_on__lt=today).update(state=Answer.READ, answered_at=at)


def sheet_of(found: Confirmation) -> Sheet:
    """What there is to confirm now."""
    group_id = months.period_named(found.employee_id, found.first, found.last).group_id
    return months.sheet(found.employee, PersonPeriod(group_id, found.first, found.last))


def frozen(seen: Sheet) -> dict[str, Any]:
    """A sheet as JSON, as it was seen: for the evidence and its PDF."""
    return {
        "sums": {name: str(value) if name == "absent_days" else value for name, value in seen.sums.items()},
        "leave": seen.leave,
        "late_absent_days": str(seen.verdict.absent_days),
        "free_lates": len(seen.verdict.free),
        "full_broken_by": list(seen.verdict.broken_by),
        "days": [
            {
                "date": f"{day.date}",
                "shift": day.shift,
                "in": f"{day.first_in:%H:%M}" if day.first_in else "",
                "out": f"{day.last_out:%H:%M}" if day.last_out else "",
                "worked": day.worked_minutes,
                "said": say_day(day),
            }
            for day in seen.days
        ],
    }
