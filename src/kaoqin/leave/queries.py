"""Questions about leave: what it costs, what is left and why. Those that show people answer within the asker's reach."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext

from kaoqin.core.lots import draw
from kaoqin.core.sentences import tell
from kaoqin.core.time import load_wall_clock, store_wall_clock
from kaoqin.core.words import NotFound, say_minutes
from kaoqin.core.years import add_years
from kaoqin.leave import ledger
from kaoqin.leave.counting import DAY, DayCost, Stretch, interval_of_days
from kaoqin.leave.counting import cost as count
from kaoqin.leave.entitling import maternity
from kaoqin.leave.keeping import person_of
from kaoqin.leave.ledger import Kind
from kaoqin.leave.medical import NATIONAL, MedicalPeriod, medical_period
from kaoqin.leave.models import (
    LeaveEntry,
    LeaveKind,
    LeaveKindVersion,
    NursingPlan,
    RegionParameter,
    TakenLeave,
)
from kaoqin.leave.plans import planned_days
from kaoqin.leave.words import (
    MANAGE_KINDS,
    RECORD_LEAVE,
    SEE_BALANCES,
    SEE_OWN_LEAVE,
    CountMode,
    Disqualifies,
    Entry,
    JoinedTo,
    Parameter,
    Rules,
    Source,
    Unit,
    say_days,
)
from kaoqin.org import facts
from kaoqin.org import queries as org
from kaoqin.org.models import Employee
from kaoqin.security.doors import may, require
from kaoqin.security.words import Actor

ANNUAL = "annual"
BOOKED = (Entry.USE, Entry.GIVE_BACK, Entry.CARRY)
STALE_DAYS = 365
ENDABLE_DAYS = 31


def kind(code: str, on: dt.date) -> Kind:
    """A kind with its rules on a day; to whom there is none by this word, it does not exist."""
    found = ledger.kinds_on(on).get(code)
    if found is None:
        raise NotFound("leave.no_kind", gettext("{on} 还没有「{kind}」这种假。").format(on=on, kind=code))
    return found


def offered(employee_id: int, on: dt.date, kinds: dict[str, Kind] | None = None) -> list[Kind]:
    """The kinds somebody may take on a day: not closed, and of their gender where a kind is for one."""
    (who,) = facts.standings([employee_id], on)
    found = kinds or ledger.kinds_on(on)
    return [one for one in found.values() if not one.rules.closed and one.rules.gender in ("", who.gender)]


@dataclass(frozen=True)
class Cost:
    """What a leave costs: [start, end), each roster day, and the sums in minutes; `last` is the last day it touches."""

    kind: Kind
    start: dt.datetime
    end: dt.datetime
    last: dt.date
    days: tuple[DayCost, ...]

    @property
    def minutes(self) -> int:
        """Minutes of the roster, as the settlement will count them."""
        return sum(day.minutes for day in self.days)

    @property
    def taken_minutes(self) -> int:
        """Minutes of the ledger, in whole steps of the kind."""
        return sum(day.taken_minutes for day in self.days)


def interval(employee_id: int, first: dt.date, last: dt.date, first_half: str = "", last_half: str = "") -> Stretch:
    """The wall-clock interval of whole roster days of somebody; a night shift goes on into the next morning."""
    return interval_of_days(planned_days(employee_id, first, last), first_half, last_half)


def cost(employee_id: int, kind_code: str, start: dt.datetime, end: dt.datetime) -> Cost:
    """What a leave [start, end), naive local time, costs somebody on the roster as it is now."""
    found = kind(kind_code, start.date())
    days = planned_days(employee_id, start.date() - DAY, end.date() + DAY)
    last = max((day.date for day in days if day.begins < end and day.ends > start), default=end.date())
    return Cost(found, start, end, last, tuple(count(days, start, end, found.rules)))


@dataclass(frozen=True)
class Balance:
    """What somebody has of a kind on a day, in minutes: `left` may still be taken; of it nothing is booked.

    `booked` is agreed for days to come; `ends_on` when the first of what is left ends, `coming` begins later.
    """

    kind: Kind
    left: int
    booked: int
    ends_on: dt.date | None
    coming: int


def balances(employee_id: int, on: dt.date) -> list[Balance]:
    """What somebody has on a day, of every kind with a balance that is offered or of which something is there."""
    return balances_of([employee_id], on)[employee_id]


def balances_of(employee_ids: Collection[int], on: dt.date) -> dict[int, list[Balance]]:
    """What some people have on a day: four questions for anybody."""
    kinds = [one for one in ledger.kinds_on(on).values() if one.rules.source != Source.NONE]
    lots = defaultdict[tuple[int, int], list[ledger.LotRow]](list)
    for lot in ledger.lots(employee_ids):
        lots[lot.employee_id, lot.kind_id].append(lot)
    later = LeaveEntry.objects.filter(employee__in=employee_ids, on__gt=on, entry__in=[Entry.USE, Entry.GIVE_BACK])
    sums = later.values_list("employee_id", "kind_id").annotate(total=Sum("minutes"))
    booked = {(who, what): -total for who, what, total in sums}
    return {
        who: [
            _balance(one, lots.get((who, one.id), []), booked.get((who, one.id), 0), on)
            for one in kinds
            if not one.rules.closed or lots.get((who, one.id))
        ]
        for who in employee_ids
    }


def _balance(kind: Kind, lots: Sequence[ledger.LotRow], booked: int, on: dt.date) -> Balance:
    now = [lot for lot in lots if lot.left and lot.usable(on)]
    ends = [lot.ends_on for lot in now if lot.ends_on]
    coming = sum(lot.left for lot in lots if lot.begins_on > on)
    return Balance(kind, sum(lot.left for lot in now), booked, min(ends, default=None), coming)


def drawn(
    employee_id: int, cost: Cost, kinds: dict[str, Kind] | None = None
) -> tuple[list[tuple[ledger.LotRow, dt.date, int]], int]:
    """From which lots a leave would be taken (lot, first day, minutes), and how many minutes are missing."""
    ranks = ranks_of(cost.kind, kinds or ledger.kinds_on(cost.start.date()))
    rows = {lot.id: lot for lot in ledger.lots([employee_id]) if lot.kind_id in ranks and lot.left > 0}
    lots = [lot.lot(ranks[lot.kind_id]) for lot in rows.values()]
    taken, missing = draw(lots, [(day.date, day.taken_minutes) for day in cost.days])
    return [(rows[key], first, minutes) for key, first, minutes in taken], missing


def usable_minutes(employee_id: int, cost: Cost) -> int | None:
    """What a leave could be taken from on its days; None of a kind without a balance."""
    if cost.kind.rules.source == Source.NONE or not cost.days:
        return None
    ranks = ranks_of(cost.kind, ledger.kinds_on(cost.start.date()))
    days = [day.date for day in cost.days]
    rows = [lot for lot in ledger.lots([employee_id]) if lot.kind_id in ranks]
    return sum(lot.left for lot in rows if any(lot.usable(day) for day in days))


def ranks_of(kind: Kind, kinds: dict[str, Kind]) -> dict[int, int]:
    """The kinds whose lots a leave of this kind draws on, with their turn: company days may go before or after."""
    ranks = {kind.id: 1}
    if kind.code == ANNUAL:
        turn = {JoinedTo.FIRST: 0, JoinedTo.AFTER: 2}
        ranks |= {one.id: turn[JoinedTo(one.rules.joined)] for one in kinds.values() if one.rules.joined}
    return ranks


@dataclass(frozen=True)
class ExplainedLine:
    """One line of why a balance is as it is: when, what, how many minutes, and the steps that led to them."""

    on: dt.date
    entry: str
    said: str
    minutes: int
    steps: tuple[str, ...]
    ends_on: dt.date | None
    booked: bool


@dataclass(frozen=True)
class Explained:
    """Why somebody has so much of a kind on a day: the lines sum to `left`."""

    kind: Kind
    left: int
    lines: tuple[ExplainedLine, ...]


def explain(employee_id: int, kind_code: str, on: dt.date) -> Explained:
    """The entries that make a balance on a day, oldest first: those of all lots usable on it."""
    found = kind(kind_code, on)
    return explain_all(employee_id, [found], on)[found.id]


def explain_all(employee_id: int, kinds: Iterable[Kind], on: dt.date) -> dict[int, Explained]:
    """Why somebody has so much on a day of each kind, by its id; one question."""
    there = Q(ends_on__isnull=True) | Q(ends_on__gte=on)
    rows = LeaveEntry.objects.filter(there, employee=employee_id, begins_on__lte=on)
    lines = defaultdict[int, list[ExplainedLine]](list)
    for row in rows.filter(Q(on__lte=on) | Q(entry__in=BOOKED)).order_by("on", "pk"):
        lines[row.kind_id].append(_explained(row, on))
    return {one.id: Explained(one, sum(line.minutes for line in lines[one.id]), tuple(lines[one.id])) for one in kinds}


def _explained(row: LeaveEntry, on: dt.date) -> ExplainedLine:
    steps = tuple(tell(step, "") for step in row.steps)
    return ExplainedLine(row.on, row.entry, tell(row.said, ""), row.minutes, steps, row.ends_on, row.on > on)


def person(employee_id: int, *, seen_by: Actor, on: dt.date) -> Employee:
    """Somebody whose leave `seen_by` may see: oneself, or people within reach."""
    code = SEE_OWN_LEAVE if employee_id == seen_by.employee_id else SEE_BALANCES
    require(seen_by, code)
    return org.person(employee_id, code, seen_by=seen_by, on=on)


def sees_private(employee_id: int | None, seen_by: Actor) -> bool:
    """Whether somebody sees kinds that tell of health and family: oneself and HR do, a manager does not."""
    return may(seen_by, RECORD_LEAVE) or (employee_id is not None and employee_id == seen_by.employee_id)


def people(department_id: int | None, *, seen_by: Actor, on: dt.date) -> QuerySet[Employee]:
    """The people whose balances `seen_by` may see, by number, with what each has of every kind as `left_<kind id>`."""
    found = org.with_posting(org.people(SEE_BALANCES, seen_by=seen_by, on=on), on)
    found = org.in_departments(found, department_id, on) if department_id else found
    names = {f"left_{one.id}": _left(one.id, on) for one in shown_kinds(seen_by, on)}
    return found.annotate(**names).order_by("number")


def visible_kinds(seen_by: Actor, on: dt.date) -> list[Kind]:
    """The kinds that `seen_by` may see of others."""
    private = sees_private(None, seen_by)
    return [one for one in ledger.kinds_on(on).values() if private or not one.rules.private]


def shown_kinds(seen_by: Actor, on: dt.date) -> list[Kind]:
    """The open kinds with a balance that `seen_by` may see of others."""
    found = visible_kinds(seen_by, on)
    return [one for one in found if one.rules.source != Source.NONE and not one.rules.closed]


def _left(kind_id: int, on: dt.date) -> Coalesce:
    there = Q(ends_on__isnull=True) | Q(ends_on__gte=on)
    rows = LeaveEntry.objects.filter(there, employee=OuterRef("pk"), kind=kind_id, begins_on__lte=on).order_by()
    return Coalesce(Subquery(rows.values("employee").annotate(total=Sum("minutes")).values("total")), Value(0))


def entries(employee: Employee, *, seen_by: Actor) -> QuerySet[LeaveEntry]:
    """All entries of somebody, the newest first; the caller has asked for the person through `person`."""
    rows = LeaveEntry.objects.filter(employee=employee).select_related("kind", "made_by")
    return _hide(rows, employee.pk, seen_by).order_by("-on", "-pk")


def taken(*, seen_by: Actor, on: dt.date) -> QuerySet[TakenLeave]:
    """Agreed leave of the people within reach, the newest first."""
    whom = org.people(SEE_BALANCES, seen_by=seen_by, on=on).filter(pk=OuterRef("employee_id"))
    rows = TakenLeave.objects.filter(Exists(whom)).select_related("employee", "kind", "made_by")
    return _hide(rows, None, seen_by).order_by("-start", "-pk")


def taken_by(employee: Employee, *, seen_by: Actor) -> QuerySet[TakenLeave]:
    """Agreed leave of one person; the caller has asked for the person through `person`."""
    rows = TakenLeave.objects.filter(employee=employee).select_related("kind", "employee")
    return _hide(rows, employee.pk, seen_by).order_by("-start", "-pk")


def endable(employee: Employee, on: dt.date) -> dict[int, TakenLeave]:
    """The agreed leave of somebody that they may ask to end earlier, by id, the newest first: not over for long."""
    since = store_wall_clock(dt.datetime.combine(on, dt.time())) - ENDABLE_DAYS * DAY
    rows = TakenLeave.objects.filter(employee=employee, taken_minutes__gt=0, end__gte=since)
    return {one.pk: one for one in rows.select_related("kind", "employee").order_by("-start")}


def _hide(rows: QuerySet[Any], employee_id: int | None, seen_by: Actor) -> QuerySet[Any]:
    """Without the kinds that tell of health and family, for whoever may not see them."""
    shown: QuerySet[Any] = rows.exclude(kind__code__in=hidden_kinds(employee_id, seen_by=seen_by))
    return shown


def private_kinds() -> frozenset[str]:
    """The codes of the kinds that tell of health and family, by their newest rules."""
    newest = LeaveKindVersion.objects.order_by("kind", "-begins_on").distinct("kind").select_related("kind")
    return frozenset(version.kind.code for version in newest if version.private)


def hidden_kinds(employee_id: int | None, *, seen_by: Actor) -> frozenset[str]:
    """The codes of the kinds that `seen_by` may not tell from other leave: of somebody, or of people in general."""
    return frozenset() if sees_private(employee_id, seen_by) else private_kinds()


def one_taken(taken_id: int, *, seen_by: Actor, on: dt.date) -> TakenLeave:
    """One agreed leave of somebody within reach."""
    require(seen_by, RECORD_LEAVE)
    found = taken(seen_by=seen_by, on=on).filter(pk=taken_id).first()
    if found is None:
        raise NotFound("leave.no_leave", gettext("没有这条请假,或者不在您的管理范围内。"))
    return found


def until(leave: TakenLeave) -> dt.datetime:
    """When a leave ends, what was given back taken off; naive local time, its start where all of it was."""
    start, end = load_wall_clock(leave.start), load_wall_clock(leave.end)
    return min(end, max(start, load_wall_clock(leave.ended_from))) if leave.ended_from else end


def by_the_day(on: dt.date) -> set[int]:
    """Ids of the kinds that are taken by roster days, as `say_when` wants them."""
    return {one.id for one in ledger.kinds_on(on).values() if whole_days(one.rules)}


def say_when(leave: TakenLeave, by_day: set[int]) -> str:
    """From–to of a leave as people say it: roster days of kinds taken by the day, else the wall clock."""
    start, end = load_wall_clock(leave.start), load_wall_clock(leave.end)
    if leave.kind_id in by_day and leave.days:
        first, last = leave.days[0][0], leave.days[-1][0]
        return first if first == last else f"{first} – {last}"
    same = f"{end:%H:%M}" if end.date() == start.date() else f"{end:%Y-%m-%d %H:%M}"
    return f"{start:%Y-%m-%d %H:%M} – {same}"


def say_taken(leave: TakenLeave) -> str:
    """What a leave took: days where it is whole or half ones, else hours."""
    if leave.taken_minutes % 240:
        return say_minutes(leave.taken_minutes)
    return say_days(leave.taken_minutes, 480)


def overlapping(employee_id: int, start: dt.datetime, end: dt.datetime) -> TakenLeave | None:
    """An agreed leave of somebody that touches an interval of naive local time."""
    rows = TakenLeave.objects.filter(employee=employee_id, start__lt=store_wall_clock(end)).select_related("kind")
    rows = rows.annotate(until=Coalesce(F("ended_from"), F("end")))
    return rows.filter(until__gt=F("start")).filter(until__gt=store_wall_clock(start)).first()


def medical(employee: Employee, on: dt.date) -> MedicalPeriod:
    """The medical period (医疗期) of somebody on a day: allowed, used, and until when it is counted."""
    (who,) = facts.standings([employee.pk], on)
    rule = int(ledger.law()(who.province, Parameter.MEDICAL_RULE, on) or NATIONAL)
    ill = LeaveKindVersion.objects.filter(disqualifies=Disqualifies.SICK).values("kind")
    rows = TakenLeave.objects.filter(employee=employee, kind__in=ill)
    spells = [(_first_day(one), _last_day(one)) for one in rows if until(one) > load_wall_clock(one.start)]
    return medical_period(spells, who.worked_since or who.hired_on, who.hired_on, on, rule)


def _first_day(leave: TakenLeave) -> dt.date:
    return dt.date.fromisoformat(leave.days[0][0]) if leave.days else load_wall_clock(leave.start).date()


def _last_day(leave: TakenLeave) -> dt.date:
    """The last calendar day of illness: the last day it cost, or later where rest days follow within it."""
    last = (until(leave) - dt.timedelta(minutes=1)).date()
    told = [dt.date.fromisoformat(day) for day, _, _ in leave.days]
    return max(told) if told and max(told) == last - DAY else last


@dataclass(frozen=True)
class Proposal:
    """Maternity leave as the law gives it: from–to, calendar days, and why; where the hour for nursing ends."""

    begins_on: dt.date
    ends_on: dt.date
    days: int
    steps: tuple[str, ...]
    nursing_until: dt.date | None
    babies: int


def maternity_proposals(employee: Employee, on: dt.date) -> list[Proposal]:
    """What somebody who expects or had a child may take; of children up to one year old."""
    (who,) = facts.standings([employee.pk], on)
    known = facts.births([employee.pk]).get(employee.pk, [])
    told = person_of(who, known)
    law = ledger.law()
    if who.gender != "female":
        return []
    found = []
    for nth, child in enumerate(told.children, start=1):
        day = child.born_on or child.expected_on
        if day is None or child.lost_on or add_years(day, 1) < on:
            continue
        begins_on, days, steps = maternity(who.province, child, nth, law)
        nursing = add_years(child.born_on, 1) - DAY if child.born_on else None
        said = tuple(str(step) for step in steps)
        found.append(Proposal(begins_on, begins_on + (days - 1) * DAY, days, said, nursing, child.babies))
    return found


def nursing_plans(employee: Employee) -> list[NursingPlan]:
    return list(NursingPlan.objects.filter(employee=employee).order_by("-begins_on"))


def payouts(*, seen_by: Actor, on: dt.date) -> QuerySet[LeaveEntry]:
    """Days that were not taken and are paid instead, of the people within reach: what payroll needs, newest first."""
    require(seen_by, RECORD_LEAVE)
    whom = org.people(RECORD_LEAVE, seen_by=seen_by, on=on).filter(pk=OuterRef("employee_id"))
    newest = LeaveKindVersion.objects.filter(kind=OuterRef("kind"), begins_on__lte=OuterRef("on")).order_by(
        "-begins_on"
    )
    rows = LeaveEntry.objects.filter(Exists(whom), entry=Entry.PAYOUT).select_related("employee", "kind")
    return rows.annotate(
        percent=Subquery(newest.values("payout_percent")[:1]), day_minutes=Subquery(newest.values("day_minutes")[:1])
    ).order_by("-on", "employee__number")


def kinds(*, seen_by: Actor, on: dt.date) -> QuerySet[LeaveKindVersion]:
    """The rules of every kind in force on a day, or its first ones to come, in the order of kinds."""
    require(seen_by, MANAGE_KINDS)
    newest = LeaveKindVersion.objects.filter(kind=OuterRef("kind"), begins_on__lte=on).order_by("-begins_on")
    return (
        LeaveKindVersion.objects.filter(pk=Subquery(newest.values("pk")[:1]))
        .select_related("kind")
        .order_by("kind__position", "kind__code")
    )


def versions(code: str, *, seen_by: Actor) -> list[LeaveKindVersion]:
    """All versions of a kind, the newest first."""
    require(seen_by, MANAGE_KINDS)
    found = list(LeaveKindVersion.objects.filter(kind__code=code).select_related("kind").order_by("-begins_on"))
    if not found:
        raise NotFound("leave.no_kind", gettext("没有「{kind}」这种假。").format(kind=code))
    return found


def parameters(*, seen_by: Actor) -> QuerySet[RegionParameter]:
    """The parameters of all regions, the newest version of each first."""
    require(seen_by, MANAGE_KINDS)
    return RegionParameter.objects.order_by("region", "name", "-begins_on")


def parameter(parameter_id: int, *, seen_by: Actor) -> RegionParameter:
    found = parameters(seen_by=seen_by).filter(pk=parameter_id).first()
    if found is None:
        raise NotFound("leave.no_parameter", gettext("没有这个参数。"))
    return found


def stale(parameter: RegionParameter, today: dt.date) -> bool:
    """Whether nobody has looked for more than twelve months whether a parameter still holds."""
    return (today - parameter.checked_on).days > STALE_DAYS


def stale_count(*, seen_by: Actor, today: dt.date) -> int:
    """How many parameters were last looked at more than twelve months ago."""
    return parameters(seen_by=seen_by).filter(checked_on__lt=today - STALE_DAYS * DAY).count()


def without_facts(*, seen_by: Actor, on: dt.date) -> int:
    """How many people at work have no 参加工作日期: their annual leave is reckoned from the day they were hired."""
    whom = org.employed(org.people(RECORD_LEAVE, seen_by=seen_by, on=on), on, on)
    return whom.filter(Q(facts__isnull=True) | Q(facts__worked_since__isnull=True)).count()


def harmless_for_full_attendance(on: dt.date) -> frozenset[str]:
    """The kinds of leave that do not break full attendance (全勤) on a day, by code."""
    found = ledger.kinds_on(on).values()
    return frozenset(one.code for one in found if not one.rules.affects_full_attendance)


def kind_rows(codes: Iterable[str]) -> dict[str, LeaveKind]:
    return {row.code: row for row in LeaveKind.objects.filter(code__in=list(codes))}


def whole_days(rules: Rules) -> bool:
    """Whether a kind is taken by the day or half day: asked for by dates, not by the clock."""
    return rules.unit in {Unit.DAY, Unit.HALF_DAY} or rules.count_mode != CountMode.WORKDAYS
