"""Changes in room leave: it is taken and given back, balances are adjusted, kinds and parameters are kept."""

import datetime as dt
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from kaoqin.core import outcomes
from kaoqin.core.jobs import Progress, ask, work
from kaoqin.core.lots import give
from kaoqin.core.models import JobRun
from kaoqin.core.sentences import Sentence
from kaoqin.core.time import load_wall_clock, store_wall_clock
from kaoqin.core.words import Refusal
from kaoqin.core.years import whole_months
from kaoqin.leave import keeping, ledger, queries
from kaoqin.leave.counting import DAY, cost
from kaoqin.leave.entitling import plain
from kaoqin.leave.ledger import Kind, Line, LotRow, from_lot, write
from kaoqin.leave.models import LeaveEntry, LeaveKind, LeaveKindVersion, RegionParameter, TakenLeave
from kaoqin.leave.plans import planned_days
from kaoqin.leave.queries import Cost
from kaoqin.leave.words import (
    KIND_NAMES,
    MANAGE_KINDS,
    RECORD_LEAVE,
    Confidence,
    CountMode,
    Entry,
    Rules,
    Source,
    kind_name,
    say_days,
)
from kaoqin.org import facts
from kaoqin.org import queries as org
from kaoqin.org.models import Employee
from kaoqin.scheduling import queries as scheduling
from kaoqin.security.audit import record
from kaoqin.security.doors import require
from kaoqin.security.words import Actor

LONGEST = dt.timedelta(days=400)
LAW = Path(__file__).with_name("law")
Wish = tuple[str, dt.datetime, dt.datetime]
"""Leave that is asked for: the kind's code and [start, end) in naive local time."""
SEEDED_FROM = dt.date(2008, 1, 1)


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
    _hold(employee, by, at)
    _refuse_interval(start, end)
    other = queries.overlapping(employee.pk, start, end)
    if other:
        told = {"kind": other.kind.name, "start": f"{load_wall_clock(other.start):%m-%d %H:%M}"}
        raise Refusal("leave.overlaps", gettext("与 {start} 开始的{kind}重叠。").format(**told), "start")
    wanted = queries.cost(employee.pk, kind_code, start, end)
    _refuse_kind(employee, wanted, proof)
    lines = _draw(employee, wanted, at)
    made = TakenLeave.objects.create(
        employee=employee, kind=wanted.kind.row, reason=reason.strip(), proof=proof.strip(), request_id=request_id,
        start=store_wall_clock(start), end=store_wall_clock(end), made_at=at, made_by_id=by.account_id,
        **_days(wanted),
    )  # fmt: skip
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


def _hold(employee: Employee, by: Actor, at: dt.datetime) -> None:
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
        "absences.agreed", origin=made.origin, employee_id=made.employee_id, kind=made.kind.code, start=start, end=end,
        minutes=made.taken_minutes, remark=made.reason, by=by, at=at,
    )  # fmt: skip


@transaction.atomic
def give_back(leave: TakenLeave, since: dt.datetime, *, by: Actor, at: dt.datetime, reason: str = "") -> int:
    """The rest of a leave from a moment of naive local time on is cancelled (销假); at its start, all of it.

    Returns the minutes of the ledger that come back. Refuses a moment at or after its end.
    """
    _hold(leave.employee, by, at)
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
    said = Sentence("自 {since} 销假", since=f"{since:%m-%d %H:%M}") if not reason else Sentence(
        "自 {since} 销假:{reason}", since=f"{since:%m-%d %H:%M}", reason=reason.strip())  # fmt: skip
    return [
        from_lot(lots[key], Entry.GIVE_BACK, since.date(), some, f"back:{made.pk}:{key}:{lots[key].takings}", said,
                 taken_id=made.pk)
        for key, some in give(taken, minutes)
    ]  # fmt: skip


@transaction.atomic
def adjust(
    employee: Employee, kind_code: str, minutes: int, reason: str, *, by: Actor, at: dt.datetime,
    ends_on: dt.date | None = None,
) -> int:  # fmt: skip
    """HR gives minutes of a kind, usable from today to a day (default: the year's end), or takes some away.

    Returns what is left then. Refuses no reason, and to take more than there is.
    """
    _hold(employee, by, at)
    today = timezone.localdate(at)
    found = queries.kind(kind_code, today)
    if not reason.strip():
        raise Refusal("leave.reason", gettext("请写明原因。"), "reason")
    if not minutes:
        raise Refusal("leave.no_change", gettext("请填写增加或减少的天数。"), "days")
    if ends_on and ends_on < today:
        raise Refusal("leave.ended", gettext("有效期不能早于今天。"), "ends_on")
    key = f"hand:{LeaveEntry.objects.filter(employee=employee, kind=found.id).count()}"
    said = Sentence("人事调整:{reason}", reason=reason.strip())
    write(_adjustments(employee, found, minutes, key, said, today, ends_on), at=at, by=by.account_id)
    told = {"name": employee.name, "kind": found.row.name, "days": plain(Fraction(minutes, found.rules.day_minutes))}
    record(
        by, "leave.adjust", employee, Sentence("调整 {name} 的{kind} {days} 天", **told), at=at, reason=reason.strip()
    )
    return queries.explain(employee.pk, kind_code, today).left


def _adjustments(
    employee: Employee, kind: Kind, minutes: int, key: str, said: Sentence, today: dt.date, ends_on: dt.date | None
) -> list[Line]:
    if minutes > 0:
        last = ends_on or dt.date(today.year, 12, 31)
        return [Line(employee.pk, kind.id, Entry.ADJUSTMENT, today, minutes, today, last, key, said)]
    lots = [lot for lot in ledger.lots([employee.pk]) if lot.kind_id == kind.id and queries.usable(lot, today)]
    there = sum(lot.left for lot in lots)
    if there < -minutes:
        said_left = say_days(there, kind.rules.day_minutes)
        raise Refusal("leave.balance_short", gettext("只剩 {left},不能减这么多。").format(left=said_left), "days")
    lines = []
    for lot in lots:
        less = min(lot.left, -minutes)
        if less > 0:
            minutes += less
            lines.append(from_lot(lot, Entry.ADJUSTMENT, today, -less, f"{key}:{lot.id}", said))
    return lines


@transaction.atomic
def carry_over(employee: Employee, kind_code: str, minutes: int, *, by: Actor, at: dt.datetime) -> None:
    """With the employee's consent, what would end this year may be taken a year longer. Carried once, not again."""
    _hold(employee, by, at)
    today = timezone.localdate(at)
    found = queries.kind(kind_code, today)
    lots = [lot for lot in ledger.lots([employee.pk]) if lot.kind_id == found.id and queries.usable(lot, today)]
    lots = [lot for lot in lots if lot.ends_on and lot.ends_on.year == today.year and lot.entry != Entry.CARRY]
    there = sum(lot.left for lot in lots)
    if not 0 < minutes <= there:
        said = gettext("可以结转的只有 {left};上一年结转来的不能再结转。").format(
            left=say_days(there, found.rules.day_minutes)
        )
        raise Refusal("leave.carry_short", said, "days")
    lines: list[Line] = []
    for lot in lots:
        some = min(lot.left, minutes)
        minutes -= some
        lines += keeping.carry(lot, some, today, f"carry:{lot.id}:{lot.takings}") if some > 0 else []
    write(lines, at=at, by=by.account_id)
    told = {"name": employee.name, "kind": found.row.name}
    record(by, "leave.carry_over", employee, Sentence("经本人同意结转 {name} 的{kind}", **told), at=at)


@dataclass(frozen=True)
class Opening:
    """What somebody had left of a kind when this system took over: minutes, usable to a day."""

    employee: Employee
    kind_code: str
    minutes: int
    ends_on: dt.date | None = None


@transaction.atomic
def open_balances(openings: Sequence[Opening], *, by: Actor, at: dt.datetime) -> None:
    """Balances brought from elsewhere: what is due is granted, and the difference entered as an adjustment."""
    require(by, RECORD_LEAVE)
    today = timezone.localdate(at)
    for one in openings:
        org.person(one.employee.pk, RECORD_LEAVE, seen_by=by, on=today)
    ids = [one.employee.pk for one in openings]
    keeping.keep(ids, today, at)
    kinds, lots = ledger.kinds_on(today), ledger.lots(ids)
    said, lines = Sentence("迁移期初余额"), []
    counts = _entry_counts(ids)
    for one in openings:
        kind = kinds[one.kind_code]
        own = [lot for lot in lots if (lot.employee_id, lot.kind_id) == (one.employee.pk, kind.id)]
        there = sum(lot.left for lot in own if queries.usable(lot, today))
        key = f"opening:{counts.get((one.employee.pk, kind.id), 0)}"
        if one.minutes != there:
            lines += _adjustments(one.employee, kind, one.minutes - there, key, said, today, one.ends_on)
    write(lines, at=at, by=by.account_id)
    record(by, "leave.open_balances", "leave", Sentence("迁移期初余额 {count} 条", count=len(openings)), at=at)


def _entry_counts(ids: Sequence[int]) -> dict[tuple[int, int], int]:
    counts: dict[tuple[int, int], int] = {}
    for place in LeaveEntry.objects.filter(employee__in=ids).values_list("employee_id", "kind_id"):
        counts[place] = counts.get(place, 0) + 1
    return counts


@transaction.atomic
def keep_kind(
    code: str, begins_on: dt.date, rules: Rules, *, by: Actor, at: dt.datetime, law: str = "", new: bool = False
) -> LeaveKindVersion:
    """A kind's rules from a day on; what follows for balances, the next run brings."""
    require(by, MANAGE_KINDS, everywhere=True)
    code = code.strip()
    if not code or (new and LeaveKind.objects.filter(code=code).exists()):
        raise Refusal("leave.code_taken", gettext("名称不能为空,也不能与已有的假期重名。"), "code")
    if new and code in {str(name) for name in KIND_NAMES.values()}:
        raise Refusal("leave.code_taken", gettext("「{code}」已经有了。").format(code=code), "code")
    if not 1 <= rules.step_minutes <= 480 or not 60 <= rules.day_minutes <= 1440:
        raise Refusal("leave.step", gettext("最小单位应为 1 至 480 分钟,一天应为 60 至 1440 分钟。"), "step_minutes")
    kind, _ = LeaveKind.objects.get_or_create(code=code)
    version, _ = LeaveKindVersion.objects.update_or_create(
        kind=kind,
        begins_on=begins_on,
        defaults={**vars(rules), "law": law.strip(), "confidence": Confidence.COMPANY},
    )
    told = {"kind": kind.name, "begins_on": begins_on}
    record(by, "leave.keep_kind", kind, Sentence("{kind}自 {begins_on} 的规则", **told), at=at, rules=_plain(rules))
    return version


def _plain(rules: Rules) -> dict[str, Any]:
    return {
        name: value if isinstance(value, bool | int) or value is None else str(value)
        for name, value in vars(rules).items()
    }


@dataclass(frozen=True)
class Told:
    """A parameter of a region as somebody knows it: from a day on, with where it stands."""

    region: str
    name: str
    begins_on: dt.date
    value: Decimal
    source: str


@transaction.atomic
def keep_parameter(told: Told, *, by: Actor, at: dt.datetime) -> RegionParameter:
    """What a region's law gives from a day on; entered again, it is looked at anew."""
    require(by, MANAGE_KINDS, everywhere=True)
    if told.value < 0:
        raise Refusal("leave.value", gettext("数值不能为负。"), "value")
    if not told.source.strip():
        raise Refusal("leave.source", gettext("请写明依据,如文件名和条款。"), "source")
    kept, _ = RegionParameter.objects.update_or_create(
        region=told.region,
        name=told.name,
        begins_on=told.begins_on,
        defaults={
            "value": told.value,
            "source": told.source.strip(),
            "confidence": Confidence.COMPANY,
            "checked_on": timezone.localdate(at),
        },
    )
    what = {"region": kept.get_region_display() or "—", "name": kept.get_name_display(), "value": plain(told.value)}
    record(by, "leave.keep_parameter", kept, Sentence("地方参数:{region} {name} {value}", **what), at=at)
    return kept


@transaction.atomic
def keep_balances(*, by: Actor, at: dt.datetime) -> JobRun:
    """Bring everybody's balances up to today; a job with progress."""
    require(by, RECORD_LEAVE, everywhere=True)
    record(by, "leave.keep_balances", "leave", Sentence("更新全部假期余额"), at=at)
    return ask("leave.keep", gettext("更新假期余额"), account_id=by.account_id, at=at)


@work("leave.keep")
def keep_with_progress(progress: Progress) -> dict[str, Any]:
    now = timezone.now()
    today = timezone.localdate(now)
    progress.expect(keeping.expected(today))
    written = keeping.keep_all(today, now, progress.advance)
    return {"said": gettext("已更新,新增 {count} 笔。").format(count=written), "address": "/leave/"}


def seed() -> None:
    """The kinds of the law and what is known of the provinces; kept as people have edited them."""
    if LeaveKind.objects.exists():
        return
    for position, (code, told) in enumerate(tomllib.loads((LAW / "kinds.toml").read_text()).items(), start=1):
        law, confidence = told.pop("law"), told.pop("confidence")
        kind = LeaveKind.objects.create(code=code, position=position)
        rules = Rules(**{**told, "most_days_each": Decimal(told.get("most_days_each", 0))})
        LeaveKindVersion.objects.create(kind=kind, begins_on=SEEDED_FROM, law=law, confidence=confidence, **vars(rules))
    said = tomllib.loads((LAW / "regions.toml").read_text())
    RegionParameter.objects.bulk_create(
        RegionParameter(
            region=one["region"], name=name, begins_on=one["begins_on"], value=value, source=one["source"],
            confidence=one["confidence"], checked_on=said["checked_on"],
        )
        for one in said["parameter"]
        for name, value in one["values"].items()
    )  # fmt: skip
