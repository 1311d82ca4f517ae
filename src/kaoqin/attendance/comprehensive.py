"""The ledger of comprehensive hours (综合计算工时, rule 17): per person and cycle, as the engine reckons them now."""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from kaoqin.attendance import reckoning
from kaoqin.attendance.models import RuleVersion
from kaoqin.attendance.spans import cut_spans
from kaoqin.attendance.words import SEE_CLOSED, System
from kaoqin.org import queries as org
from kaoqin.org.models import Employee
from kaoqin.scheduling import queries as scheduling
from kaoqin.security.words import Actor


@dataclass(frozen=True)
class Hours:
    """A cycle of somebody, minutes: the standard of the days employed in it, worked, of that on statutory holidays (300 %),
    and beyond the standard (150 %). `partial`: joined or left within the cycle, or it is not over."""

    employee: Employee
    group: str
    first: dt.date
    last: dt.date
    standard: int
    worked: int
    statutory: int
    excess: int
    partial: bool

    @property
    def percent(self) -> int:
        """How much of the standard has been worked."""
        return self.worked * 100 // self.standard if self.standard else 0


@dataclass(frozen=True)
class GroupHours:
    """The sums of a group, minutes."""

    group: str
    people: int
    standard: int
    worked: int
    statutory: int
    excess: int


def ledger(day: dt.date, *, seen_by: Actor, on: dt.date) -> list[Hours]:
    """The cycles that hold a day of the people within reach who are under the comprehensive system, by group and number.

    Days after `on` are not counted: the standard of a running cycle is that of the days that are over.
    """
    ids = _under_it(
        list(org.employed(org.people(SEE_CLOSED, seen_by=seen_by, on=on), day, day).values_list("pk", flat=True)), day
    )
    lengths: dict[int, list[int]] = defaultdict(list)
    for employee_id, months in ids.items():
        lengths[months].append(employee_id)
    found: list[Hours] = []
    for months, people in sorted(lengths.items()):
        found += _of(people, day, months, on)
    return sorted(found, key=lambda one: (one.group, one.employee.number))


_MONTHS = {"month": 1, "quarter": 3, "year": 12}


def _under_it(ids: Sequence[int], day: dt.date) -> dict[int, int]:
    """Who is under the comprehensive system on a day, with the months of a cycle."""
    rules = RuleVersion.objects.filter(system=System.COMPREHENSIVE).in_bulk()
    return {
        key: _MONTHS[rules[rule_id].cycle]
        for span in cut_spans(ids, day, day)[0]
        for key, rule_id in span.rule_of.items()
        if rule_id in rules
    }


def _of(people: Sequence[int], day: dt.date, months: int, on: dt.date) -> list[Hours]:
    begin = day.replace(month=(day.month - 1) // months * months + 1, day=1)
    end = (begin + dt.timedelta(days=31 * months)).replace(day=1) - dt.timedelta(days=1)
    last = min(end, on - dt.timedelta(days=1))
    who, groups = org.by_ids(people).in_bulk(), scheduling.groups_of(people, day)
    told = []
    for key, (standard, worked, statutory, excess) in reckoning.cycles(people, begin, last).items():
        employee = who[key]
        cut = employee.hired_on > begin or (employee.left_on is not None and employee.left_on < end) or last < end
        told.append(Hours(employee, groups[key].name, begin, end, standard, worked, statutory, excess, cut))
    return told


def by_group(found: Sequence[Hours]) -> list[GroupHours]:
    """Sums by group."""
    rows: dict[str, list[Hours]] = defaultdict(list)
    for one in found:
        rows[one.group].append(one)
    return [
        GroupHours(
            name,
            len(some),
            *(sum(getattr(one, column) for one in some) for column in ("standard", "worked", "statutory", "excess")),
        )
        for name, some in sorted(rows.items())
    ]
