"""Asking for a swap (换班), and what follows when it is approved or taken back: the roster days of two people."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy

from kaoqin.approvals import actions as approvals
from kaoqin.approvals.models import Request
from kaoqin.approvals.words import Details
from kaoqin.core.sentences import Sentence
from kaoqin.core.time import load_wall_clock
from kaoqin.core.words import Refusal, say_minutes
from kaoqin.org import facts
from kaoqin.org import queries as org
from kaoqin.org.models import Employee
from kaoqin.scheduling import queries, roster, skills
from kaoqin.scheduling.models import RestRule
from kaoqin.scheduling.swaps import DAY, SWAP, Span, Swap, read_swap, short_rests, touches_night
from kaoqin.scheduling.words import MANAGE_RULES, Cell
from kaoqin.security.audit import record
from kaoqin.security.doors import require
from kaoqin.security.words import Actor

AROUND = 2 * DAY


def plan(mine: Employee, other: Employee, dates: Sequence[dt.date], reason: str) -> Swap:
    """A swap of what is planned now. Refuses oneself, days without a plan, and what would change nothing."""
    if mine.pk == other.pk:
        raise Refusal("scheduling.own_swap", gettext("不能和自己换班。"), "other")
    days = tuple(sorted(set(dates)))
    rows = queries.roster([mine.pk, other.pk], days[0], days[-1])
    for who in (mine, other):
        missing = next((day for day in days if (who.pk, day) not in rows), None)
        if missing:
            said = gettext("{name} {date} 还没有排班,不能换。").format(name=who.name, date=missing)
            raise Refusal("scheduling.not_planned", said, "my_date")
    stood = tuple(Cell(who.pk, day, rows[who.pk, day].shift_id) for day in days for who in (mine, other))
    swap = Swap(mine.pk, other.pk, days, stood, reason.strip())
    if swap.swapped() == list(stood):
        raise Refusal("scheduling.nothing_to_swap", gettext("两个人的班一样,不用换。"), "other_date")
    return swap


@transaction.atomic
def ask(employee: Employee, swap: Swap, *, by: Actor, at: dt.datetime) -> Request:
    """Ask for a swap; the other's yes comes before all steps."""
    rehearse(swap, by=by, at=at)
    return approvals.submit(SWAP.code, employee, swap.keep(), consents=[swap.other], by=by, at=at)


@transaction.atomic
def ask_again(request: Request, swap: Swap, *, by: Actor, at: dt.datetime) -> Request:
    """The same, for a request that was sent back, with the same colleague: another must be asked anew."""
    if list(request.consents) != [swap.other]:
        raise Refusal("scheduling.another_colleague", gettext("换成另一位同事,请重新提交一个申请。"), "other")
    rehearse(swap, by=by, at=at)
    return approvals.resubmit(request, swap.keep(), by=by, at=at)


def rehearse(swap: Swap, *, by: Actor, at: dt.datetime) -> list[str]:
    """What would be warned of: the swap is done and all taken back. Refuses what `carry_out` would, and past days."""
    if swap.dates[0] < timezone.localdate(at):
        raise Refusal("scheduling.past_swap", gettext("已经过去的日子不能换班。"), "my_date")
    with transaction.atomic():
        warnings = carry_out(swap, by=by, at=at)
        transaction.set_rollback(True)
    return warnings


def carry_out(swap: Swap, *, by: Actor, at: dt.datetime) -> list[str]:
    """Write the roster days; returns what is warned of. Refuses two who are not in one group, a roster that changed,
    overlaps, a shift whose skill somebody lacks, too little rest where that blocks, and nights for those whom the law
    spares them."""
    _refuse_groups(swap)
    _refuse_changed(swap.stood)
    names = dict(org.by_ids([swap.mine, swap.other]).values_list("pk", "name"))
    title = Sentence(
        "换班:{first} 与 {second} {date}", first=names[swap.mine], second=names[swap.other], date=swap.dates[0]
    )
    skills.refuse_lacking(swap.swapped(), names, "other_date")
    roster.agree(swap.swapped(), title, by=by, at=at)
    _refuse_nights(swap)
    return _rests(swap, names)


def _refuse_groups(swap: Swap) -> None:
    for day in swap.dates:
        groups = queries.groups_of([swap.mine, swap.other], day)
        if groups.get(swap.mine) != groups.get(swap.other) or not groups:
            raise Refusal("scheduling.other_group", gettext("两个人不在同一个考勤组,不能换班。"), "other")


def _refuse_changed(stood: Sequence[Cell]) -> None:
    dates = [one.date for one in stood]
    rows = queries.roster({one.employee_id for one in stood}, min(dates), max(dates))
    for one in stood:
        row = rows.get((one.employee_id, one.date))
        if row is None or row.shift_id != one.shift_id:
            said = gettext("{date} 的排班在申请之后改过了,请重新申请。").format(date=one.date)
            raise Refusal("scheduling.roster_changed", said, "my_date")


def _days_of_work(swap: Swap) -> dict[int, list[Span]]:
    """Each one's work from two days before the first date to two after the last, a span for a day."""
    rows = queries.roster([swap.mine, swap.other], swap.dates[0] - AROUND, swap.dates[-1] + AROUND)
    found: dict[int, list[Span]] = {swap.mine: [], swap.other: []}
    for (key, _), row in sorted(rows.items(), key=lambda one: one[0][1]):
        if row.planned:
            found[key].append((load_wall_clock(row.planned.lower), load_wall_clock(row.planned.upper)))
    return found


def _refuse_nights(swap: Swap) -> None:
    rows = queries.roster([swap.mine, swap.other], swap.dates[0], swap.dates[-1])
    for (key, date), row in rows.items():
        if date in swap.dates and row.planned:
            span = load_wall_clock(row.planned.lower), load_wall_clock(row.planned.upper)
            if touches_night(span):
                facts.refuse_protected([key], date, gettext_lazy("夜班"), "other_date")


def _rests(swap: Swap, names: dict[int, str]) -> list[str]:
    rule = queries.rest_rule(swap.dates[0])
    said = [
        gettext("{name} {end} 下班,{begin} 又上班,中间不足 {least}。").format(
            name=names[key], end=f"{end:%m-%d %H:%M}", begin=f"{begin:%m-%d %H:%M}", least=say_minutes(rule.minutes)
        )
        for key, spans in _days_of_work(swap).items()
        for end, begin in short_rests(spans, dt.timedelta(minutes=rule.minutes))
    ]
    if said and rule.blocks:
        raise Refusal("scheduling.short_rest", said[0], "other_date")
    return said


def on_approved(*, kind: str, details: Details, by: Actor, at: dt.datetime, **_: Any) -> None:
    """The roster days of both, in the transaction of the deciding click; both are held."""
    if kind == SWAP.code:
        swap = read_swap(details)
        org.hold([swap.mine, swap.other], swap.dates[0])
        carry_out(swap, by=by, at=at)


def on_withdrawn(*, kind: str, details: Details, by: Actor, at: dt.datetime, **_: Any) -> None:
    """What stood before stands again. Refused where the roster was changed since."""
    if kind == SWAP.code:
        swap = read_swap(details)
        org.hold([swap.mine, swap.other], swap.dates[0])
        _refuse_changed(swap.swapped())
        roster.agree(swap.stood, Sentence("撤销换班 {date}", date=swap.dates[0]), by=by, at=at)


@transaction.atomic
def keep_rest(begins_on: dt.date, minutes: int, blocks: bool, *, by: Actor, at: dt.datetime) -> RestRule:
    """How long people rest between two days of work when shifts are swapped, from a day on."""
    require(by, MANAGE_RULES, everywhere=True)
    made, _ = RestRule.objects.update_or_create(begins_on=begins_on, defaults={"minutes": minutes, "blocks": blocks})
    said = Sentence("自 {begins_on} 换班须间隔 {minutes} 分钟", begins_on=begins_on, minutes=minutes)
    record(by, "scheduling.keep_rest", made, said, at=at, blocks=blocks)
    return made
