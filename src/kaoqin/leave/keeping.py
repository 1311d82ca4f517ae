"""Balances brought up to a day: what is due is granted, what ended expires or is paid out, facts that changed adjust.

May run any number of times: what is granted already is not granted again. A run after a pause begins with the year of the
last one. People are done some thousands at a time, each portion in one transaction and a few questions.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from fractions import Fraction

from django.db import connection, transaction

from kaoqin.core.arrays import array_of
from kaoqin.core.sentences import Sentence
from kaoqin.core.years import add_months
from kaoqin.leave import ledger
from kaoqin.leave.entitling import NOTHING, Child, Due, Past, Person, due, plain
from kaoqin.leave.ledger import Kind, Line, LotRow, from_lot
from kaoqin.leave.models import BalanceRun
from kaoqin.leave.words import AtExpiry, CountMode, Disqualifies, Entitlement, Entry, Source
from kaoqin.org import facts
from kaoqin.org import queries as org

DAY = dt.timedelta(days=1)
PORTION = 2_000
CARRIED_MONTHS = 12
CALENDAR_MONTH, WORKING_MONTH = Fraction(30), Fraction(2175, 100)
"""Days of sick leave that stand for a month: of a kind counted by calendar days, of one counted by workdays."""
Advance = Callable[[int], None]


def keep_all(on: dt.date, at: dt.datetime, advance: Advance | None = None) -> int:
    """Bring everybody's balances up to a day; returns how many entries were written."""
    written = done = 0
    for day in _days(on):
        for ids in _portions(org.employed_ids(dt.date(day.year - 1, 1, 1), day)):
            written += keep(ids, day, at)
            done += len(ids)
            if advance:
                advance(done)
    BalanceRun.objects.update_or_create(ran_on=on, defaults={"entries": written, "finished_at": at})
    return written


def expected(on: dt.date) -> int:
    """How many people a run will go through, each year of its own."""
    return sum(len(org.employed_ids(dt.date(day.year - 1, 1, 1), day)) for day in _days(on))


def _days(on: dt.date) -> list[dt.date]:
    """The days to reckon: the last one of each year that was missed, then the day itself."""
    last = BalanceRun.objects.filter(ran_on__lte=on).order_by("-ran_on").values_list("ran_on", flat=True).first()
    missed = range(last.year if last else on.year, on.year)
    return [*(dt.date(year, 12, 31) for year in missed), on]


def _portions(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for begin in range(0, len(ids), PORTION):
        yield ids[begin : begin + PORTION]


@transaction.atomic
def keep(employee_ids: Iterable[int], on: dt.date, at: dt.datetime) -> int:
    """Bring some people's balances up to a day, who are held until the transaction ends."""
    ids = list(employee_ids)
    org.hold(ids, on)
    kinds = ledger.kinds_on(on)
    written = ledger.write(list(_grants(ids, kinds, on)), at=at, by=None)
    return written + ledger.write(list(_endings(ids, kinds, on)), at=at, by=None)


def _grants(ids: list[int], kinds: dict[str, Kind], on: dt.date) -> Iterator[Line]:
    granted, lots, taken = _granted(ids), defaultdict[tuple[int, int, str], list[LotRow]](list), _Taken(ids, kinds, on)
    for lot in ledger.lots(ids):
        lots[lot.employee_id, lot.kind_id, lot.series].append(lot)
    law, children = ledger.law(), facts.births(ids)
    granting = [kind for kind in kinds.values() if kind.rules.entitlement != Entitlement.BY_HAND]
    for standing in facts.standings(ids, on):
        person = person_of(standing, children.get(standing.employee_id, []))
        for kind in granting:
            for one in due(person, kind.rules, law, on, taken.of(standing.employee_id, kind)):
                place = (standing.employee_id, kind.id, one.series)
                yield from _difference(place, one, granted.get(place, (0, 0)), lots.get(place, []), kind, on)


def person_of(standing: facts.Standing, children: Iterable[object]) -> Person:
    """What the facts of somebody say, as the rules of entitlement read them."""
    names = tuple(name for name in Child.__dataclass_fields__ if name != "key")
    told = tuple(Child(one.pk, **{name: getattr(one, name) for name in names}) for one in children)  # type: ignore[attr-defined]
    return Person(
        standing.hired_on,
        standing.left_on,
        standing.province,
        standing.gender,
        standing.worked_since,
        standing.married_on,
        standing.only_child,
        told,
    )


def _difference(
    place: tuple[int, int, str], one: Due, before: tuple[int, int], lots: list[LotRow], kind: Kind, on: dt.date
) -> Iterator[Line]:
    """The entry that brings a series to what is due: a lot more, or less of the newest lots, never below nothing."""
    employee_id, kind_id, series = place
    minutes, times = before
    more = one.minutes - minutes
    days = plain(Fraction(one.minutes, kind.rules.day_minutes))
    if more > 0 and (one.ends_on is None or one.ends_on >= on):
        accrues = kind.rules.source == Source.ACCRUAL
        entry = Entry.ACCRUAL if accrues else Entry.ADJUSTMENT if times else Entry.GRANT
        said = Sentence("应有 {days} 天", days=days)
        begins_on = max(one.begins_on, on) if times else one.begins_on
        whole = (begins_on, more, begins_on, one.ends_on, f"{series}:{times}", said)
        yield Line(employee_id, kind_id, entry, *whole, series=series, steps=one.steps)
    for lot in reversed(lots):
        less = min(-more, lot.left)
        if less > 0:
            more += less
            said = Sentence("应有改为 {days} 天,收回", days=days)
            key = f"{series}:{times}:{lot.id}"
            yield from_lot(lot, Entry.ADJUSTMENT, on, -less, key, said, series=series, steps=one.steps)


_GRANTED = """
SELECT employee_id, kind_id, series, sum(minutes), count(*) FROM leave_leaveentry
WHERE employee_id = ANY(%s::bigint[]) AND series <> '' AND entry IN ('grant', 'accrual', 'adjustment')
GROUP BY employee_id, kind_id, series
"""
_USED = """
SELECT t.employee_id, t.kind_id, lot.series, -sum(t.minutes) FROM leave_leaveentry t
JOIN leave_leaveentry lot ON lot.id = t.lot_id
WHERE t.employee_id = ANY(%s::bigint[]) AND t.entry IN ('use', 'give_back') GROUP BY t.employee_id, t.kind_id, lot.series
"""
_COSTING = """
SELECT employee_id, kind_id, left(day->>0, 4)::int, sum((day->>2)::int)
FROM leave_takenleave, jsonb_array_elements(days) AS day
WHERE employee_id = ANY(%s::bigint[]) AND kind_id = ANY(%s::bigint[]) GROUP BY 1, 2, 3
"""


def _granted(ids: list[int]) -> dict[tuple[int, int, str], tuple[int, int]]:
    """What each series was granted so far, and in how many entries."""
    with connection.cursor() as cursor:
        cursor.execute(_GRANTED, [array_of(ids)])
        return {(key, kind, series): (int(total), count) for key, kind, series, total, count in cursor.fetchall()}


class _Taken:
    """What was taken in a year: of a kind itself, and of those that cost the annual leave."""

    def __init__(self, ids: list[int], kinds: dict[str, Kind], on: dt.date) -> None:
        costing = {kind.id: kind for kind in kinds.values() if kind.rules.disqualifies}
        with connection.cursor() as cursor:
            cursor.execute(_USED, [array_of(ids)])
            self._used = {(key, kind, series): int(total) for key, kind, series, total in cursor.fetchall()}
            cursor.execute(_COSTING, [array_of(ids), array_of(costing)])
            self._away: dict[tuple[int, int], tuple[Fraction, Fraction]] = {}
            for key, kind_id, year, minutes in cursor.fetchall():
                sick, personal = self._away.get((key, year), (Fraction(0), Fraction(0)))
                more = _costs(costing[kind_id], minutes)
                self._away[key, year] = (sick + more[0], personal + more[1])

    def of(self, employee_id: int, kind: Kind) -> Callable[[int], Past]:
        def past(year: int) -> Past:
            used = self._used.get((employee_id, kind.id, str(year)), 0)
            away = self._away.get((employee_id, year))
            if not used and away is None:
                return NOTHING
            return Past(*(away or (Fraction(0), Fraction(0))), Fraction(used, kind.rules.day_minutes))

        return past


def _costs(kind: Kind, minutes: int) -> tuple[Fraction, Fraction]:
    """(months of sick leave, days of personal leave with pay) that minutes of a kind stand for."""
    days = Fraction(minutes, kind.rules.day_minutes)
    if kind.rules.disqualifies == Disqualifies.SICK:
        month = WORKING_MONTH if kind.rules.count_mode == CountMode.WORKDAYS else CALENDAR_MONTH
        return days / month, Fraction(0)
    return Fraction(0), days if kind.rules.paid_percent == 100 else Fraction(0)


def _endings(ids: list[int], kinds: dict[str, Kind], on: dt.date) -> Iterator[Line]:
    """What is left of lots that are over, by their last day or by their owner's."""
    by_id = {kind.id: kind for kind in kinds.values()}
    gone = {key: left for key, _, left in org.employment(ids) if left and left < on}
    for lot in ledger.lots(ids):
        last = min(lot.ends_on or dt.date.max, gone.get(lot.employee_id, dt.date.max))
        if lot.left > 0 and last < on and lot.kind_id in by_id:
            yield from _ending(lot, last, lot.employee_id in gone, by_id[lot.kind_id])


def _ending(lot: LotRow, last: dt.date, left: bool, kind: Kind) -> Iterator[Line]:
    after, key, rules = last + DAY, f"over:{lot.id}:{lot.takings}", kind.rules
    if rules.at_expiry == AtExpiry.PAYOUT:
        said = Sentence("{last} 止未休,另按日工资的 {percent}% 折算", last=last, percent=rules.payout_percent)
        yield from_lot(lot, Entry.PAYOUT, after, -lot.left, key, said)
    elif rules.at_expiry == AtExpiry.CARRY and not left and lot.entry != Entry.CARRY:
        yield from carry(lot, lot.left, after, key)
    else:
        yield from_lot(lot, Entry.EXPIRY, after, -lot.left, key, Sentence("{last} 止未休,作废", last=last))


def carry(lot: LotRow, minutes: int, on: dt.date, key: str) -> list[Line]:
    """The two entries that carry minutes of a lot over: out of it, and into one that lasts a year longer."""
    begins_on = (lot.ends_on or on) + DAY
    ends_on = add_months(begins_on, CARRIED_MONTHS) - DAY
    said = Sentence("结转到 {ends_on}", ends_on=ends_on)
    into = Sentence("自上一年结转,{ends_on} 前休完", ends_on=ends_on)
    return [
        from_lot(lot, Entry.CARRY, on, -minutes, key, said),
        Line(lot.employee_id, lot.kind_id, Entry.CARRY, begins_on, minutes, begins_on, ends_on, f"{key}:into", into),
    ]
