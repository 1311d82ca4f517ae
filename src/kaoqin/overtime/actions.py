"""Changes in room overtime: it is asked for, agreed and taken back; the bank is used, adjusted and paid out."""

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy

from kaoqin.approvals import actions as approvals
from kaoqin.approvals import attaching
from kaoqin.approvals.models import Request
from kaoqin.approvals.words import Details
from kaoqin.core import outcomes
from kaoqin.core.sentences import Sentence
from kaoqin.core.time import load_wall_clock, store_wall_clock
from kaoqin.core.words import Refusal
from kaoqin.core.years import add_months
from kaoqin.org import facts
from kaoqin.org import queries as org
from kaoqin.org.models import Employee
from kaoqin.overtime import bank, queries
from kaoqin.overtime.asking import OVERTIME, Wanted, read_wanted
from kaoqin.overtime.bank import Line, write
from kaoqin.overtime.judging import DAY, Finding, Wish, judge
from kaoqin.overtime.models import BankEntry, Overtime, OvertimeRules
from kaoqin.overtime.queries import Spell, minutes_of
from kaoqin.overtime.words import ASK_FOR_OTHERS, COMP_TIME, MANAGE_BANK, Entry, Rules, Way
from kaoqin.scheduling.models import Group
from kaoqin.security.audit import record, record_all
from kaoqin.security.doors import may, require
from kaoqin.security.words import Actor

File = tuple[str, bytes]
"""A file's name and content."""
credit = bank.credit


@transaction.atomic
def ask(employee: Employee, wanted: Wanted, files: Sequence[File] = (), *, by: Actor, at: dt.datetime) -> Request:
    """Ask for overtime, for oneself or, as who leads them, for several; before it or some days after."""
    rehearse(employee.pk, wanted, by=by, at=at)
    made = approvals.submit(OVERTIME.code, employee, wanted.keep(), by=by, at=at)
    _attach(made, files, by, at)
    return made


@transaction.atomic
def ask_again(request: Request, wanted: Wanted, files: Sequence[File] = (), *, by: Actor, at: dt.datetime) -> Request:
    """The same, for a request that was sent back."""
    rehearse(request.employee_id, wanted, by=by, at=at)
    made = approvals.resubmit(request, wanted.keep(), by=by, at=at)
    _attach(made, files, by, at)
    return made


def _attach(made: Request, files: Sequence[File], by: Actor, at: dt.datetime) -> None:
    for name, content in files:
        attaching.attach(made, name, content, by=by, at=at)


def rehearse(applicant_id: int, wanted: Wanted, *, by: Actor, at: dt.datetime) -> list[str]:
    """What would be said of overtime that is asked for: warnings. Refuses what cannot be agreed to, and people out of
    reach, and work that is too long ago."""
    wanted.refuse_bad()
    others = [key for key in wanted.people if key != applicant_id]
    if others:
        _require_reach(others, by, at)
    _refuse_late(applicant_id, wanted, by, at)
    return check(wanted)


def _require_reach(people: Iterable[int], by: Actor, at: dt.datetime) -> None:
    on = timezone.localdate(at)
    for key in people:
        org.person(key, ASK_FOR_OTHERS, seen_by=by, on=on)


def _refuse_late(applicant_id: int, wanted: Wanted, by: Actor, at: dt.datetime) -> None:
    days = queries.rules_of([applicant_id], wanted.start.date())[applicant_id].days_after
    if wanted.start.date() < timezone.localdate(at) - days * DAY and not may(by, MANAGE_BANK):
        said = gettext("加班最晚在 {days} 天内补申请,更早的请找人事。").format(days=days)
        raise Refusal("overtime.too_late", said, "date")


def check(wanted: Wanted) -> list[str]:
    """What must be warned of, by person. Refuses whom the law spares it, what overlaps, what a cap forbids."""
    for day in {wanted.start.date(), (wanted.end - dt.timedelta(minutes=1)).date()}:
        facts.refuse_protected(wanted.people, day, gettext_lazy("加班"), "people")
    found = list(_findings(wanted))
    for one in found:
        if one.blocks:
            raise Refusal("overtime.not_allowed", one.said, one.field)
    return list(dict.fromkeys(one.said for one in found))


def _findings(wanted: Wanted) -> Iterable[Finding]:
    on = wanted.start.date()
    people = org.by_ids(wanted.people).in_bulk()
    lies, rules = queries.spells(wanted.people, wanted.start, wanted.end), queries.rules_of(wanted.people, on)
    agreed = queries.agreed_around(wanted.people, on)
    for key in wanted.people:
        name, rows = people[key].name, agreed.get(key, [])
        _refuse_overlap(name, rows, lies[key], wanted)
        wish = Wish(name, lies[key].parts, wanted.way, _that_day(rows, lies[key]), _that_month(rows, on, rules[key]))
        yield from judge(wish, rules[key])


def _refuse_overlap(name: str, rows: Sequence[Overtime], spell: Spell, wanted: Wanted) -> None:
    if spell.overlaps:
        said = gettext("{name}这段时间有排班「{code}」,不用申请加班。").format(name=name, code=spell.overlaps)
        raise Refusal("overtime.planned", said, "start")
    low, high = store_wall_clock(wanted.start), store_wall_clock(wanted.end)
    other = next((row for row in rows if row.start < high and row.end > low), None)
    if other:
        start, end = f"{load_wall_clock(other.start):%m-%d %H:%M}", f"{load_wall_clock(other.end):%H:%M}"
        said = gettext("{name}在 {start} 至 {end} 已有批准的加班。").format(name=name, start=start, end=end)
        raise Refusal("overtime.overlaps", said, "start")


def _that_day(rows: Sequence[Overtime], spell: Spell) -> int:
    """Minutes agreed before for the same day."""
    return sum(minutes_of(row) for row in rows if load_wall_clock(row.start).date() == spell.day)


def _that_month(rows: Sequence[Overtime], on: dt.date, rules: Rules) -> int:
    counting = [row for row in rows if rules.banked_counts or row.way != Way.BANK]
    dates = ((load_wall_clock(row.start).date(), row) for row in counting)
    return sum(minutes_of(row) for date, row in dates if (date.year, date.month) == (on.year, on.month))


def on_approved(*, request_id: int, kind: str, details: Details, by: Actor, at: dt.datetime, **_: Any) -> None:
    """Agreed overtime of all, in the transaction of the deciding click; everybody is held, so that two requests cannot
    pass a cap together."""
    if kind != OVERTIME.code:
        return
    wanted = read_wanted(details)
    org.hold(wanted.people, wanted.start.date())
    check(wanted)
    told = {"way": wanted.way, "reason": wanted.reason[:200], "request_id": request_id, "made_at": at}
    told |= {"start": store_wall_clock(wanted.start), "end": store_wall_clock(wanted.end), "made_by_id": by.account_id}
    try:
        made = Overtime.objects.bulk_create([Overtime(employee_id=key, **told) for key in wanted.people])
    except IntegrityError as overlap:
        raise Refusal("overtime.overlaps", gettext("这段时间已有批准的加班。"), "start") from overlap
    _remember(made, "overtime.agree", _say_agreed, wanted, by, at)
    for one in made:
        _tell_agreed(one, wanted, by, at)


def _remember(
    rows: Sequence[Overtime], action: str, say: Callable[..., Sentence], wanted: Wanted, by: Actor, at: dt.datetime
) -> None:
    people = org.by_ids(wanted.people).in_bulk()
    deeds = ((people[row.employee_id], say(people[row.employee_id].name, wanted), {"overtime": row.pk}) for row in rows)
    record_all(by, action, deeds, at=at)


def _say_agreed(name: str, wanted: Wanted) -> Sentence:
    when = {"start": f"{wanted.start:%m-%d %H:%M}", "end": f"{wanted.end:%H:%M}", "way": wanted.way.label}
    return Sentence("批准 {name} {start} 至 {end} 加班,{way}", name=name, **when)


def _say_ended(name: str, wanted: Wanted) -> Sentence:
    return Sentence("撤销 {name} {start} 的加班", name=name, start=f"{wanted.start:%m-%d %H:%M}")


def _tell_agreed(one: Overtime, wanted: Wanted, by: Actor, at: dt.datetime) -> None:
    outcomes.tell(
        "overtime.agreed",
        origin=one.origin,
        employee_id=one.employee_id,
        start=wanted.start,
        end=wanted.end,
        remark=wanted.reason[:200],
        by=by,
        at=at,
    )


def on_withdrawn(*, request_id: int, kind: str, details: Details, by: Actor, at: dt.datetime, **_: Any) -> None:
    """Overtime of a request that was taken back counts no more; its days are settled again, and the bank follows."""
    if kind != OVERTIME.code:
        return
    rows = list(Overtime.objects.select_for_update().filter(request=request_id, ended_at=None).order_by("pk"))
    Overtime.objects.filter(pk__in=[row.pk for row in rows]).update(ended_at=at)
    _remember(rows, "overtime.end", _say_ended, read_wanted(details), by, at)
    for one in rows:
        outcomes.tell("overtime.ended", origin=one.origin, by=by, at=at)


def on_absence_agreed(
    *, origin: str, employee_id: int, kind: str, start: dt.datetime, minutes: int, by: Actor, at: dt.datetime, **_: Any
) -> None:
    """Leave of comp time takes from the bank; refused where it is short."""
    if kind == COMP_TIME and minutes:
        bank.use(employee_id, origin, start.date(), minutes, by=by, at=at)


def on_absence_ended(*, origin: str, end: dt.datetime, minutes: int, by: Actor, at: dt.datetime, **_: Any) -> None:
    bank.give_back(origin, minutes, end.date(), by=by, at=at)


@transaction.atomic
def adjust(
    employee: Employee, minutes: int, reason: str, *, by: Actor, at: dt.datetime, ends_on: dt.date | None = None
) -> int:
    """HR gives comp time, usable from today to a day, or takes some away; returns what is left then.

    Refuses no reason, nothing to change, and to take more than there is.
    """
    today = timezone.localdate(at)
    found = org.person(employee.pk, MANAGE_BANK, seen_by=by, on=today)
    org.hold([found.pk], today)
    _refuse_adjustment(minutes, reason, ends_on, today)
    said = Sentence("人事调整:{reason}", reason=reason.strip())
    key = f"hand:{BankEntry.objects.filter(employee=found).count()}"
    if minutes > 0:
        until = ends_on or add_months(today, queries.rules_of([found.pk], today)[found.pk].months_valid)
        lines = [Line(found.pk, Entry.ADJUSTMENT, today, minutes, today, until, 200, key, said)]
    else:
        lines = bank.less(found.pk, -minutes, today, said, key)
    write(lines, at, by.account_id)
    deed = Sentence("调整 {name} 的调休 {minutes} 分钟", name=found.name, minutes=minutes)
    record(by, "overtime.adjust", found, deed, at=at, reason=reason.strip())
    return queries.balance(found.pk, today).left


def _refuse_adjustment(minutes: int, reason: str, ends_on: dt.date | None, today: dt.date) -> None:
    if not reason.strip():
        raise Refusal("overtime.reason", gettext("请写明原因。"), "reason")
    if not minutes:
        raise Refusal("overtime.no_change", gettext("请填写增加或减少的小时数。"), "hours")
    if ends_on and ends_on < today:
        raise Refusal("overtime.ended", gettext("有效期不能早于今天。"), "ends_on")


@dataclass(frozen=True)
class Opening:
    """What somebody brings along from another system: minutes usable until a day."""

    employee: Employee
    minutes: int
    ends_on: dt.date


@transaction.atomic
def open_balances(openings: Sequence[Opening], *, by: Actor, at: dt.datetime) -> None:
    """Opening balances, once a person. Refuses people out of reach and who has one already."""
    today = timezone.localdate(at)
    require(by, MANAGE_BANK)
    whom = {one.employee.pk for one in openings}
    reached = set(org.people(MANAGE_BANK, seen_by=by, on=today).filter(pk__in=whom).values_list("pk", flat=True))
    for key in whom - reached:
        org.person(key, MANAGE_BANK, seen_by=by, on=today)
    lines = (_opening(one, today) for one in openings if one.minutes)
    try:
        with transaction.atomic():
            write(lines, at, by.account_id)
    except IntegrityError as twice:
        raise Refusal("overtime.opened", gettext("其中有人已经导入过期初余额,请用「调整」。")) from twice
    deeds = ((one.employee, _say_opening(one), dict[str, Any]()) for one in openings)
    record_all(by, "overtime.open", deeds, at=at)


def _say_opening(one: Opening) -> Sentence:
    return Sentence("{name} 的调休期初余额 {minutes} 分钟", name=one.employee.name, minutes=one.minutes)


def _opening(one: Opening, today: dt.date) -> Line:
    said = Sentence("迁移期初余额")
    return Line(one.employee.pk, Entry.OPENING, today, one.minutes, today, one.ends_on, 200, "opening", said)


@transaction.atomic
def keep_rules(group: Group | None, begins_on: dt.date, rules: Rules, *, by: Actor, at: dt.datetime) -> OvertimeRules:
    """The rules of a group, or (None) of the company, from a day on. Comp time credited before keeps its last day."""
    require(by, MANAGE_BANK, everywhere=True)
    if not 1 <= rules.months_valid <= 36:
        raise Refusal("overtime.months", gettext("有效期应为 1 至 36 个月。"), "months_valid")
    made, _ = OvertimeRules.objects.update_or_create(group=group, begins_on=begins_on, defaults=vars(rules))
    name = group.name if group else gettext_lazy("全公司")
    said = Sentence("{name} 自 {begins_on} 的加班规则", name=name, begins_on=begins_on)
    record(by, "overtime.keep_rules", made, said, at=at, **vars(rules))
    return made


def pay_out(on: dt.date, at: dt.datetime) -> int:
    """What nobody took in time is paid instead: as the night does it."""
    return bank.pay_out(on, at)
