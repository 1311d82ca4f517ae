"""Leave is taken, and given back; what taking it would do is rehearsed."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from kaoqin.core import outcomes
from kaoqin.core.lots import give
from kaoqin.core.sentences import Sentence
from kaoqin.core.time import load_wall_clock, store_wall_clock
from kaoqin.core.words import Refusal
from kaoqin.core.years import whole_months
from kaoqin.leave import keeping, ledger, queries
from kaoqin.leave.counting import DAY, cost
from kaoqin.leave.entitling import plain
from kaoqin.leave.ledger import Line, LotRow, from_lot, write
from kaoqin.leave.models import TakenLeave
from kaoqin.leave.plans import planned_days
from kaoqin.leave.queries import Cost
from kaoqin.leave.words import (
    RECORD_LEAVE,
    CountMode,
    Entry,
    Source,
    kind_name,
    say_days,
)
from kaoqin.org import facts
from kaoqin.org import queries as org
from kaoqin.org.models import Employee
from kaoqin.scheduling import queries as scheduling
from kaoqin.security.audit import record
from kaoqin.security.words import Actor

LONGEST = dt.timedelta(days=400)
Wish = tuple[str, dt.datetime, dt.datetime]
"""Leave that is asked for: the kind's code and [start, end) in naive local time."""


@transaction.atomic
def take(
    employee: Employee,
    kind_code: str,
    start: dt.datetime,
    end: dt.datetime,
    *,
    by: Actor,
    at: dt.datetime,
    reason: str = "",
    proof: str = "",
    request_id: int | None = None,
) -> TakenLeave:
    """Leave that was agreed, [start, end) in naive local time: the ledger is charged and the absence told.

    Refuses what overlaps, costs nothing, is not for this person, lacks its proof, or is more than is left. Whoever
    carries an approved request asks as SYSTEM, and gives the request's id, which is taken once.
    """
    hold(employee, by, at)
    _refuse_interval(start, end)
    other = queries.overlapping(employee.pk, start, end)
    if other:
        told = {"kind": other.kind.name, "start": f"{load_wall_clock(other.start):%m-%d %H:%M}"}
        raise Refusal("leave.overlaps", gettext("与 {start} 开始的{kind}重叠。").format(**told), "start")
    wanted = queries.cost(employee.pk, kind_code, start, end)
    _refuse_kind(employee, wanted, proof)
    lines = _draw(employee, wanted, at)
    made = TakenLeave.objects.create(
        employee=employee,
        kind=wanted.kind.row,
        reason=reason.strip(),
        proof=proof.strip(),
        request_id=request_id,
        start=store_wall_clock(start),
        end=store_wall_clock(end),
        made_at=at,
        made_by_id=by.account_id,
        **_days(wanted),
    )
    by_day = {wanted.kind.id} if queries.whole_days(wanted.kind.rules) else set()
    write([_use(made, lot, first, minutes, by_day) for lot, first, minutes in lines], at=at, by=by.account_id)
    told = {"name": employee.name, "start": f"{start:%m-%d %H:%M}", "end": f"{end:%m-%d %H:%M}", "kind": made.kind.name}
    record(by, "leave.take", employee, Sentence("{name} {start} 至 {end} {kind}", **told), at=at, leave=made.pk)
    _tell_agreed(made, start, end, by, at)
    return made


@dataclass(frozen=True)
class Rehearsal:
    """What taking a leave would do: minutes of its kind there before on its first day, and after; or why it is refused.

    Both are None of a kind without a balance. `held` of those before is for what is asked for already.
    """

    cost: Cost
    before: int | None
    held: int
    after: int | None
    refused: Refusal | None


def rehearse(
    employee: Employee,
    kind_code: str,
    start: dt.datetime,
    end: dt.datetime,
    *,
    by: Actor,
    at: dt.datetime,
    proof: str = "",
    first: Sequence[Wish] = (),
) -> Rehearsal:
    """Take a leave and take it all back: exactly what `take` would do and refuse, and nothing of it is kept.

    What is asked for already is taken `first`, as far as that can be.
    """
    with transaction.atomic():
        wanted = queries.cost(employee.pk, kind_code, start, end)
        if wanted.days and wanted.days[-1].date.year > timezone.localdate(at).year:
            keeping.keep([employee.pk], wanted.days[-1].date, at)
        before = queries.usable_minutes(employee.pk, wanted)
        for wish in first:
            _try_take(employee, *wish, by=by, at=at, proof="…")
        left = queries.usable_minutes(employee.pk, wanted)
        refused = _try_take(employee, kind_code, start, end, by=by, at=at, proof=proof)
        transaction.set_rollback(True)
    if before is None or left is None:
        return Rehearsal(wanted, None, 0, None, refused)
    return Rehearsal(wanted, before, before - left, left - wanted.taken_minutes, refused)


def _try_take(employee: Employee, kind_code: str, start: dt.datetime, end: dt.datetime, **told: Any) -> Refusal | None:
    """Take a leave; gives why not, where it is refused."""
    try:
        take(employee, kind_code, start, end, **told)
    except Refusal as refusal:
        return refusal
    return None


def hold(employee: Employee, by: Actor, at: dt.datetime) -> None:
    """Ask, and keep others from this person's balances until the transaction ends."""
    org.person(employee.pk, RECORD_LEAVE, seen_by=by, on=timezone.localdate(at))
    org.hold([employee.pk], timezone.localdate(at))


def _refuse_interval(start: dt.datetime, end: dt.datetime) -> None:
    if end <= start:
        raise Refusal("leave.interval", gettext("结束须晚于开始。"), "end")
    if end - start > LONGEST:
        raise Refusal("leave.interval_too_long", gettext("一次最长 400 天,请检查日期。"), "end")


def _refuse_kind(employee: Employee, wanted: Cost, proof: str) -> None:
    """Refuse a kind that is not for this person, a leave of no cost, one too long, one without its proof."""
    rules, name, on = wanted.kind.rules, wanted.kind.row.name, wanted.start.date()
    (who,) = facts.standings([employee.pk], on)
    if rules.closed:
        raise Refusal("leave.closed", gettext("{kind}已停用。").format(kind=name), "kind")
    if rules.gender and rules.gender != who.gender:
        raise Refusal(
            "leave.not_entitled", gettext("{kind}不适用于{name}。").format(kind=name, name=employee.name), "kind"
        )
    if rules.service_months and whole_months(who.worked_since or who.hired_on, on) < rules.service_months:
        said = gettext("{kind}须工作满 {months} 个月。").format(kind=name, months=rules.service_months)
        raise Refusal("leave.not_entitled", said, "kind")
    if rules.count_mode == CountMode.WORKDAYS:
        _refuse_unplanned(employee, wanted.last)
    if not wanted.taken_minutes:
        raise Refusal("leave.costs_nothing", gettext("这段时间没有排班,不用请假。"), "start")
    days = Fraction(wanted.taken_minutes, rules.day_minutes)
    if rules.most_days_each and days > Fraction(rules.most_days_each):
        said = gettext("{kind}一次最多 {days} 天。").format(kind=name, days=plain(rules.most_days_each))
        raise Refusal("leave.too_long", said, "end")
    if rules.proof_after_days is not None and days > rules.proof_after_days and not proof.strip():
        said = gettext("{kind}超过 {days} 天须有证明,请附上证明材料。").format(kind=name, days=rules.proof_after_days)
        raise Refusal("leave.proof_missing", said, "proof")


def _refuse_unplanned(employee: Employee, last: dt.date) -> None:
    """Days nobody has planned yet would cost nothing now and be workdays later."""
    until = scheduling.planned_until(employee.pk)
    if until is None or last > until:
        said = gettext("{name} 的班只排到 {until},请先排班,再登记 {last} 的假。")
        told = {"name": employee.name, "until": until or "—", "last": last}
        raise Refusal("leave.no_roster", said.format(**told), "last")


def _draw(employee: Employee, wanted: Cost, at: dt.datetime) -> list[tuple[LotRow, dt.date, int]]:
    """The lots a leave is taken from; those of a year to come are granted first. Refuses when it is too much."""
    if wanted.kind.rules.source == Source.NONE:
        return []
    last, today = wanted.days[-1].date, timezone.localdate(at)
    if last.year > today.year:
        keeping.keep([employee.pk], last, at)
    taken, missing = queries.drawn(employee.pk, wanted)
    if missing:
        minutes = wanted.kind.rules.day_minutes
        left = say_days(wanted.taken_minutes - missing, minutes)
        need = say_days(wanted.taken_minutes, minutes)
        said = gettext("{kind}只剩 {left},这次需要 {need}。请改短,或换一种假。")
        raise Refusal("leave.balance_short", said.format(kind=wanted.kind.row.name, left=left, need=need), "end")
    return taken


def _days(wanted: Cost) -> dict[str, Any]:
    days = [[str(day.date), day.minutes, day.taken_minutes] for day in wanted.days]
    return {"days": days, "minutes": wanted.minutes, "taken_minutes": wanted.taken_minutes}


def _use(made: TakenLeave, lot: LotRow, first: dt.date, minutes: int, by_day: set[int]) -> Line:
    said = Sentence("{when} 请{kind}", when=queries.say_when(made, by_day), kind=kind_name(made.kind.code))
    return from_lot(lot, Entry.USE, first, -minutes, f"use:{made.pk}:{lot.id}", said, taken_id=made.pk)


def _tell_agreed(made: TakenLeave, start: dt.datetime, end: dt.datetime, by: Actor, at: dt.datetime) -> None:
    outcomes.tell(
        "absences.agreed",
        origin=made.origin,
        employee_id=made.employee_id,
        kind=made.kind.code,
        start=start,
        end=end,
        minutes=made.taken_minutes,
        remark=made.reason,
        by=by,
        at=at,
    )


@transaction.atomic
def give_back(leave: TakenLeave, since: dt.datetime, *, by: Actor, at: dt.datetime, reason: str = "") -> int:
    """The rest of a leave from a moment of naive local time on is cancelled (销假); at its start, all of it.

    Returns the minutes of the ledger that come back. Refuses a moment at or after its end.
    """
    hold(leave.employee, by, at)
    made = TakenLeave.objects.select_for_update().select_related("employee", "kind").get(pk=leave.pk)
    start, end = load_wall_clock(made.start), queries.until(made)
    since = max(since, start)
    if since >= end:
        raise Refusal(
            "leave.over", gettext("这次请假到 {end} 为止,没有可销的部分。").format(end=f"{end:%m-%d %H:%M}"), "since"
        )
    kept = _kept(made, start, since)
    back: int = made.taken_minutes - sum(taken for _, _, taken in kept)
    write(_given_back(made, back, since, reason), at=at, by=by.account_id)
    made.ended_from, made.ended_at, made.ended_by_id = store_wall_clock(since), at, by.account_id
    made.days, made.taken_minutes = kept, made.taken_minutes - back
    made.minutes = sum(minutes for _, minutes, _ in kept)
    made.save(update_fields=["ended_from", "ended_at", "ended_by", "days", "minutes", "taken_minutes"])
    told = {"name": made.employee.name, "since": f"{since:%m-%d %H:%M}", "kind": made.kind.name}
    record(by, "leave.give_back", made.employee, Sentence("{name} 自 {since} 销{kind}", **told), at=at, leave=made.pk)
    outcomes.tell("absences.ended", origin=made.origin, end=since, minutes=made.taken_minutes, by=by, at=at)
    return back


def _kept(made: TakenLeave, start: dt.datetime, since: dt.datetime) -> list[list[Any]]:
    """What a leave still costs when it ends at a moment: days before it as they were, the day it cuts counted anew."""
    rules = queries.kind(made.kind.code, start.date()).rules
    plans = {day.date: day for day in planned_days(made.employee_id, start.date() - DAY, since.date() + DAY)}
    kept = []
    for date, minutes, taken in made.days:
        day = plans.get(dt.date.fromisoformat(date))
        if day is None or day.begins >= since:
            continue
        part = cost([day], start, since, rules)
        if day.ends <= since:
            kept.append([date, minutes, taken])
        elif part:
            kept.append([date, min(minutes, part[0].minutes), min(taken, part[0].taken_minutes)])
    return kept


def _given_back(made: TakenLeave, minutes: int, since: dt.datetime, reason: str) -> list[Line]:
    """Entries that give minutes back to the lots they came from, the last taken first."""
    rows: dict[int, list[int]] = {}
    for key, some in made.entries.order_by("pk").values_list("lot_id", "minutes"):
        rows.setdefault(key, []).append(some)
    taken = [(key, -sum(parts)) for key, parts in rows.items()]
    lots = {lot.id: lot for lot in ledger.lots([made.employee_id])}
    said = (
        Sentence("自 {since} 销假", since=f"{since:%m-%d %H:%M}")
        if not reason
        else Sentence("自 {since} 销假:{reason}", since=f"{since:%m-%d %H:%M}", reason=reason.strip())
    )
    return [
        from_lot(
            lots[key],
            Entry.GIVE_BACK,
            since.date(),
            some,
            f"back:{made.pk}:{key}:{lots[key].takings}",
            said,
            taken_id=made.pk,
        )
        for key, some in give(taken, minutes)
    ]
