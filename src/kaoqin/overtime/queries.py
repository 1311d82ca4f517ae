"""Questions about overtime: rules in force, what was agreed, on which days comp time is earned, what is in the bank."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from kaoqin.core.arrays import any_of, array_of
from kaoqin.core.time import load_wall_clock, store_wall_clock
from kaoqin.core.words import say_list
from kaoqin.org import queries as org
from kaoqin.org.models import Employee
from kaoqin.overtime import systems
from kaoqin.overtime.judging import DAY, offered, owning_day, parts
from kaoqin.overtime.models import BankEntry, Overtime, OvertimeRules
from kaoqin.overtime.words import MANAGE_BANK, RATES, SEE_BANK, SEE_OWN_BANK, Entry, Rules, Way
from kaoqin.scheduling import queries as scheduling
from kaoqin.scheduling.words import DayKind, ShiftPlan
from kaoqin.security.words import Actor

_FIELDS = tuple(Rules.__dataclass_fields__)
AROUND = 2 * DAY
"""How far the roster day that overtime belongs to may be from its start."""


def rules_of(employee_ids: Iterable[int], on: dt.date) -> dict[int, Rules]:
    """The rules of some people on a day: their group's, else the company's, else the house's. Two questions."""
    ids = list(employee_ids)
    groups = scheduling.groups_of(ids, on)
    rows = OvertimeRules.objects.filter(begins_on__lte=on).order_by("group_id", "-begins_on").distinct("group_id")
    known = {row.group_id: Rules(**{name: getattr(row, name) for name in _FIELDS}) for row in rows}
    usual = known.get(None, Rules())
    return {key: known.get(groups[key].pk, usual) if key in groups else usual for key in ids}


def rules_rows() -> QuerySet[OvertimeRules]:
    """All rules ever stated, the newest first."""
    return OvertimeRules.objects.select_related("group").order_by("-begins_on", "group__name", "pk")


def plans_of(employee_ids: Iterable[int], first: dt.date, last: dt.date) -> dict[int, dict[dt.date, ShiftPlan | None]]:
    """Each person's roster from first to last: the shift as it is on the day, None a planned rest day."""
    rows = scheduling.roster(employee_ids, first, last)
    shifts = scheduling.shifts({row.shift_id for row in rows.values() if row.shift_id})
    found: dict[int, dict[dt.date, ShiftPlan | None]] = defaultdict(dict)
    for (key, date), row in rows.items():
        found[key][date] = shifts[row.shift_id].on(date) if row.shift_id else None
    return found


@dataclass(frozen=True)
class Spell:
    """Overtime of one person where it lies: its roster day, its minutes by kind of day, the shift it would overlap."""

    employee_id: int
    day: dt.date
    parts: Mapping[DayKind, int]
    overlaps: str


def spells(employee_ids: Iterable[int], start: dt.datetime, end: dt.datetime) -> dict[int, Spell]:
    """Where overtime [start, end) of some people lies, in naive local time."""
    ids, first, last = list(employee_ids), start.date() - AROUND, end.date() + AROUND
    plans, groups, calendars = plans_of(ids, first, last), scheduling.groups_of(ids, start.date()), _calendars(start)
    rows = scheduling.roster(ids, first, last)
    overlapping = {
        key: row.shift.code
        for (key, _), row in rows.items()
        if row.shift and row.planned and any(_touches(span, start, end) for span in row.planned)
    }
    kinds = {
        one: _kinds(one, start, end) for one in {calendars.get(groups[key].pk) for key in ids if key in groups} | {None}
    }
    comprehensive = systems.comprehensive(ids, start.date())
    found = {}
    for key in ids:
        mine = kinds[calendars.get(groups[key].pk) if key in groups else None]
        day = owning_day(plans.get(key, {}), start)
        works = key in comprehensive or _works(plans.get(key, {}), day, mine)
        statutory = {date for date, kind in mine.items() if kind == DayKind.STATUTORY}
        found[key] = Spell(key, day, parts(start, end, works, statutory.__contains__), overlapping.get(key, ""))
    return found


def ways(employee_ids: Iterable[int], start: dt.datetime, end: dt.datetime) -> tuple[Way, ...]:
    """The ways in which overtime of some people may be repaid, those of all, the usual one first."""
    ids = list(employee_ids)
    rules = rules_of(ids, start.date())
    each = [offered(one.parts, rules[key]) for key, one in spells(ids, start, end).items()]
    return tuple(way for way in each[0] if all(way in some for some in each))


def _touches(span: Any, start: dt.datetime, end: dt.datetime) -> bool:
    return load_wall_clock(span.lower) < end and start < load_wall_clock(span.upper)


def _works(plans: Mapping[dt.date, ShiftPlan | None], day: dt.date, kinds: Mapping[dt.date, DayKind]) -> bool:
    """Whether a shift is planned on a day; where nobody has planned it yet, whether it is a workday."""
    return plans[day] is not None if day in plans else kinds.get(day) == DayKind.WORKDAY


def _calendars(start: dt.datetime) -> dict[int, int]:
    """Each group's calendar on a day."""
    dated = scheduling.group_calendars()
    told = {key: [one for begins_on, one in rows if begins_on <= start.date()] for key, rows in dated.items()}
    return {key: rows[-1] for key, rows in told.items() if rows}


def _kinds(calendar_id: int | None, start: dt.datetime, end: dt.datetime) -> dict[dt.date, DayKind]:
    days = scheduling.days_known(calendar_id, start.date() - AROUND, end.date() + AROUND)
    return {day.date: DayKind(day.kind) for day in days}


def agreed_around(employee_ids: Iterable[int], on: dt.date) -> dict[int, list[Overtime]]:
    """What was agreed for people in the month of a day and beside it, that still holds, in order."""
    first, last = on.replace(day=1) - AROUND, on.replace(day=28) + 6 * DAY
    rows = Overtime.objects.filter(any_of("employee_id", employee_ids), ended_at=None, **_between(first, last))
    found: dict[int, list[Overtime]] = defaultdict(list)
    for row in rows.order_by("start"):
        found[row.employee_id].append(row)
    return found


def _between(first: dt.date, last: dt.date) -> dict[str, dt.datetime]:
    low, high = (store_wall_clock(dt.datetime.combine(day, dt.time())) for day in (first, last + DAY))
    return {"start__gte": low, "start__lt": high}


def minutes_of(row: Overtime) -> int:
    return int((row.end - row.start).total_seconds()) // 60


def banked_days(employee_ids: Iterable[int], first: dt.date, last: dt.date) -> dict[tuple[int, dt.date], int]:
    """The roster days from first to last on which comp time is earned or was credited, with the minutes agreed for it."""
    ids = list(employee_ids)
    rows = list(
        Overtime.objects.filter(any_of("employee_id", ids), way=Way.BANK, **_between(first - AROUND, last + AROUND))
    )
    rows_of = BankEntry.objects.filter(any_of("employee_id", ids), entry=Entry.CREDIT, lot=None)
    credited = rows_of.filter(begins_on__range=(first, last)).values_list("employee_id", "begins_on")
    found = dict.fromkeys(credited, 0)
    plans = plans_of({row.employee_id for row in rows}, first - 2 * AROUND, last + 2 * AROUND) if rows else {}
    for row in rows:
        day = owning_day(plans.get(row.employee_id, {}), load_wall_clock(row.start))
        if first <= day <= last:
            more = 0 if row.ended_at else minutes_of(row)
            found[row.employee_id, day] = found.get((row.employee_id, day), 0) + more
    return found


@dataclass(frozen=True, slots=True)
class LotRow:
    """A lot of the bank with what is left of it and how many entries took from it."""

    id: int
    employee_id: int
    series: str
    begins_on: dt.date
    ends_on: dt.date
    percent: int
    left: int
    takings: int

    def usable(self, on: dt.date) -> bool:
        return self.begins_on <= on <= self.ends_on


_LOTS = """
SELECT lot.id, lot.employee_id, lot.series, lot.begins_on, lot.ends_on, lot.percent,
       lot.minutes + COALESCE(sum(t.minutes), 0), count(t.id)
FROM overtime_bankentry lot LEFT JOIN overtime_bankentry t ON t.lot_id = lot.id
WHERE lot.lot_id IS NULL AND lot.employee_id = ANY(%s::bigint[])
GROUP BY lot.id ORDER BY lot.employee_id, lot.ends_on, lot.begins_on, lot.id
"""


def lots(employee_ids: Iterable[int]) -> list[LotRow]:
    """All lots of some people, what ends first before the others; one question."""
    with connection.cursor() as cursor:
        cursor.execute(_LOTS, [array_of(employee_ids)])
        return [LotRow(*row) for row in cursor.fetchall()]


@dataclass(frozen=True)
class Balance:
    """What somebody has on a day: minutes that may be taken, when the first of them end, and what was paid out so far."""

    left: int
    ends_on: dt.date | None
    lots: tuple[LotRow, ...]


def balance(employee_id: int, on: dt.date) -> Balance:
    rows = [lot for lot in lots([employee_id]) if lot.left > 0 and lot.usable(on)]
    return Balance(sum(lot.left for lot in rows), min((lot.ends_on for lot in rows), default=None), tuple(rows))


def explained(employee_id: int, on: dt.date) -> list[BankEntry]:
    """Why a balance is as it is: every entry of the lots of which something is left, the oldest first; the sum of their
    minutes is the balance."""
    keys = [lot.id for lot in balance(employee_id, on).lots]
    rows = BankEntry.objects.filter(Q(pk__in=keys) | Q(lot__in=keys))
    return list(rows.order_by("on", "pk"))


def entries(employee_id: int, most: int = 200) -> list[BankEntry]:
    """The ledger of a person, the newest first; the caller has asked whom it may show."""
    return list(BankEntry.objects.filter(employee=employee_id).order_by("-on", "-pk")[:most])


def agreed_of(employee_id: int, most: int = 50) -> list[Overtime]:
    """Overtime agreed for somebody, the newest first."""
    return list(Overtime.objects.filter(employee=employee_id).order_by("-start")[:most])


def people(department: int | None, *, seen_by: Actor, on: dt.date) -> QuerySet[Any]:
    """People within reach with `left` (minutes of comp time usable on a day) and `agreed` (minutes never asked back)."""
    rows = org.with_posting(org.employed(org.people(SEE_BANK, seen_by=seen_by, on=on), on - 62 * DAY, on), on)
    if department:
        rows = org.in_departments(rows, department, on)
    mine = BankEntry.objects.filter(employee=OuterRef("pk"), begins_on__lte=on, ends_on__gte=on)
    total = mine.order_by().values("employee").annotate(total=Sum("minutes")).values("total")
    ended = BankEntry.objects.filter(employee=OuterRef("pk"), entry=Entry.PAYOUT)
    paid = ended.order_by().values("employee").annotate(total=-Sum("minutes")).values("total")
    return rows.annotate(left_minutes=Coalesce(total, 0), paid_minutes=Coalesce(paid, 0)).order_by("number")


def person(employee_id: int, *, seen_by: Actor, on: dt.date) -> Employee:
    """Somebody whose bank `seen_by` may see: oneself, or people within reach."""
    code = SEE_OWN_BANK if employee_id == seen_by.employee_id else SEE_BANK
    return org.person(employee_id, code, seen_by=seen_by, on=on)


def payouts(*, seen_by: Actor, on: dt.date) -> QuerySet[BankEntry]:
    """What was not taken and is paid instead, for payroll, the newest first."""
    whom = org.people(MANAGE_BANK, seen_by=seen_by, on=on).filter(pk=OuterRef("employee_id"))
    rows = BankEntry.objects.filter(Exists(whom), entry=Entry.PAYOUT)
    return rows.select_related("employee").order_by("-on", "employee__number", "pk")


def say_kinds(found: Mapping[DayKind, int]) -> str:
    """Kinds of day with their rate: `休息日 200%`."""
    return say_list(f"{kind.label} {RATES[kind]}%" for kind in found)
