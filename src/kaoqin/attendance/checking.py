"""What HR looks at before closing a month: how far each group is, and what is still open, each a count with a link."""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection
from django.db.models import Q
from django.utils.translation import gettext

from kaoqin.approvals import queries as approvals
from kaoqin.attendance import months
from kaoqin.attendance.cycles import PersonPeriod, period_of
from kaoqin.attendance.models import (
    Adjustment,
    ClosedMonth,
    Confirmation,
    DayResult,
    SettlementFault,
    Waiting,
)
from kaoqin.attendance.scopes import Scope, periods
from kaoqin.attendance.words import AdjustmentState, Answer
from kaoqin.core.arrays import any_of, array_of
from kaoqin.punches import queries as punches
from kaoqin.punches.words import IMPORT_PUNCHES
from kaoqin.scheduling import queries as scheduling
from kaoqin.scheduling.models import Group
from kaoqin.security.doors import may, reach
from kaoqin.security.words import Actor


@dataclass(frozen=True)
class GroupMonth:
    """How far a group is with a cycle: people, and of them who was asked, said what, is closed and handed over."""

    group: Group
    first: dt.date
    last: dt.date
    transition: bool
    people: int
    asked: int
    confirmed: int
    read: int
    objected: int
    closed: int
    handed_over: int

    @property
    def percent(self) -> int:
        return self.closed * 100 // self.people if self.people else 0


def group_months(month: dt.date, *, seen_by: Actor, on: dt.date) -> list[GroupMonth]:
    """Every group's cycles of a month, by group: a handful of questions for any number of people."""
    found = periods(Scope(month), by=seen_by, on=on)
    counts: dict[tuple[int, dt.date], Counter[str]] = defaultdict(Counter)
    ends: dict[tuple[int, dt.date], dt.date] = {}
    place: dict[tuple[int, dt.date], tuple[int, dt.date]] = {}
    known = months.rhythms()
    for key, some in found.items():
        for one in some:
            begin = period_of(known.get(one.group_id, ()), one.last).first
            where = one.group_id, begin
            counts[where]["people"] += 1
            ends[where], place[key, one.first] = one.last, where
    for key, first, state in _answers(found):
        if (key, first) in place:
            counts[place[key, first]].update({"asked": 1, state: 1})
    for key, first, handed in _closed(found):
        if (key, first) in place:
            counts[place[key, first]].update({"closed": 1, "handed_over": int(handed)})
    groups = scheduling.groups_by_id({group_id for group_id, _ in counts})
    rows = []
    for (group_id, first), count in counts.items():
        period = period_of(known.get(group_id, ()), ends[group_id, first])
        told = (count["people"], count["asked"], count["confirmed"], count["read"], count["objected"])
        rows.append(
            GroupMonth(
                groups[group_id], first, period.last, period.transition, *told, count["closed"], count["handed_over"]
            )
        )
    return sorted(rows, key=lambda row: (row.group.code, row.first))


def _answers(found: dict[int, list[PersonPeriod]]) -> list[tuple[int, dt.date, str]]:
    rows = Confirmation.objects.filter(any_of("employee_id", found))
    return list(rows.values_list("employee", "first", "state"))


def _closed(found: dict[int, list[PersonPeriod]]) -> list[tuple[int, dt.date, bool]]:
    rows = ClosedMonth.objects.filter(any_of("employee_id", found), reopened_at=None)
    return [
        (key, first, handed is not None)
        for key, first, handed in rows.values_list("employee", "first", "handed_over_at")
    ]


@dataclass(frozen=True)
class Check:
    """Something that may be open before a month is closed; `blocks` where those people cannot be closed."""

    label: str
    count: int
    address: str
    blocks: bool = False


_UNPLANNED = """
SELECT count(DISTINCT d.employee_id) FROM attendance_dayresult d
WHERE d.employee_id = ANY(%s::bigint[]) AND d.date BETWEEN %s AND %s AND NOT EXISTS (
    SELECT FROM scheduling_rosterday r WHERE r.employee_id = d.employee_id AND r.date = d.date)
"""


def checks(scope: Scope, *, seen_by: Actor, on: dt.date) -> list[Check]:
    """What is open of the people of a scope and in general, what blocks first."""
    found = periods(scope, by=seen_by, on=on)
    ids = sorted(found)
    first = min((one.first for some in found.values() for one in some), default=scope.month)
    last = max((one.last for some in found.values() for one in some), default=scope.month)
    here, within = any_of("employee_id", ids), Q(first__lte=last, last__gte=first)
    month = f"month={scope.month:%Y-%m}"
    days = DayResult.objects.filter(here, date__range=(first, last), provisional=False)
    missing = days.filter(Q(missing_in__gt=0) | Q(missing_out__gt=0)).count()
    objected = Confirmation.objects.filter(here, state=Answer.OBJECTED, first__gte=first).count()
    asked = Confirmation.objects.filter(here, first__range=(first, last)).values_list("employee", flat=True)
    unasked = len(set(ids) - set(asked) - {key for key, begin, _ in _closed(found) if first <= begin <= last})
    silent = Confirmation.objects.filter(here, state__in=(Answer.ASKED, Answer.ANSWERED), first__gte=first).count()
    waiting = Waiting.objects.filter(here, within).count()
    faults = SettlementFault.objects.filter(here, within).count()
    requests = approvals.in_reach(seen_by=seen_by, on=on).filter(here, state="open").count()
    pending = Adjustment.objects.filter(here, state=AdjustmentState.PENDING).count()
    return [
        Check(gettext("未答复的异议"), objected, f"/closing/confirmations/?{month}&state=objected", blocks=True),
        Check(gettext("无法核算的日子"), faults, "/attendance/faults/", blocks=True),
        Check(gettext("缺卡的人次"), missing, f"/attendance/exceptions/?{month}&status=missing"),
        Check(gettext("未处理完的申请"), requests, "/requests/all/?state=open"),
        Check(gettext("没有排班的人"), _unplanned(ids, first, last), "/roster/"),
        Check(gettext("等待重新核算的人"), waiting, f"/attendance/months/?{month}"),
        *_of_everybody(seen_by),
        Check(gettext("还没有发起确认的人"), unasked, f"/closing/confirmations/?{month}"),
        Check(gettext("还没有答复的人"), silent, f"/closing/confirmations/?{month}&state=asked"),
        Check(gettext("上期待处理的差异"), pending, "/closing/adjustments/?state=pending"),
    ]


def _unplanned(ids: Sequence[int], first: dt.date, last: dt.date) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_UNPLANNED, [array_of(ids), first, last])
        return int(cursor.fetchone()[0])


def _of_everybody(seen_by: Actor) -> list[Check]:
    """Punches that are nobody's or of no time: for who may repair them for the whole company."""
    if not (may(seen_by, IMPORT_PUNCHES) and reach(seen_by, IMPORT_PUNCHES).everyone):
        return []
    seen = punches.waiting(seen_by=seen_by)
    return [
        Check(gettext("不知道是谁的打卡编号"), seen.unknown, "/punches/unknown/"),
        Check(gettext("时钟错误待修复的打卡"), seen.held, "/punches/clock/"),
        Check(gettext("读不懂的打卡行"), seen.bad_lines, "/punches/imports/"),
    ]


def months_to_close(today: dt.date) -> list[dt.date]:
    """The last twelve months by their first day, the one before this first, then this."""
    found = [today.replace(day=1)]
    for _ in range(12):
        found.append((found[-1] - dt.timedelta(days=1)).replace(day=1))
    return [*found[1:2], found[0], *found[2:]]
