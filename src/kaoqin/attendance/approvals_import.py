"""Approved absences and overtime from a table, as an OA exports them."""

import datetime as dt
import re
from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext, gettext_lazy

from kaoqin.attendance import actions
from kaoqin.attendance.actions import Interval
from kaoqin.attendance.words import RECORD_APPROVALS, AbsenceKind
from kaoqin.core.imports import Advance, ImportColumn, ImportKind, Record, RowFault, portions, read_date
from kaoqin.core.sentences import in_every_language
from kaoqin.org import number_queries
from kaoqin.org import queries as org
from kaoqin.security.words import Actor

WHO = ImportColumn("number", gettext_lazy("工号"), True, ("员工编号", "员工工号"), "00123")
WHEN = (
    ImportColumn("start", gettext_lazy("开始时间"), True, ("开始", "起始时间"), "2026-10-01 09:00"),
    ImportColumn("end", gettext_lazy("结束时间"), True, ("结束", "截止时间"), "2026-10-01 18:00"),
    ImportColumn("remark", gettext_lazy("备注"), False, ("事由", "原因")),
)
KIND_COLUMN = ImportColumn(
    "kind",
    gettext_lazy("类型"),
    True,
    ("请假类型", "假期类型", "审批类型"),
    "年假",
    gettext_lazy("年假、病假、事假、调休…,或 出差 / 外出 / 外勤"),
)
KINDS = {
    **{name: kind.value for kind in AbsenceKind for name in in_every_language(kind.label)},
    **{value: value for value in AbsenceKind.values},
}


def read_moment(text: str) -> dt.datetime | None:
    """`2026-10-01 09:00[:00]`, with any date `read_date` knows; naive local time."""
    found = re.fullmatch(r"(.+?)[ T](\d{1,2}):(\d{2})(?::\d{2})?", text.strip())
    day = read_date(found.group(1)) if found else None
    if found is None or day is None or not (int(found.group(2)) < 24 and int(found.group(3)) < 60):
        return None
    return dt.datetime.combine(day, dt.time(int(found.group(2)), int(found.group(3))))


def _faults(records: list[Record], by: Actor, today: dt.date) -> list[RowFault]:
    numbers = number_queries.ids_by_number({record.get("number", "") for record in records})
    whom = org.people(RECORD_APPROVALS, seen_by=by, on=today).filter(pk__in=numbers.values())
    reached = set(whom.values_list("pk", flat=True))
    faults = []
    for row, record in enumerate(records):
        if numbers.get(record.get("number", "")) not in reached:
            faults.append(RowFault(row, "number", gettext("没有这个工号,或者不在您的管理范围内")))
        start, end = read_moment(record.get("start", "")), read_moment(record.get("end", ""))
        faults += [
            RowFault(row, key, gettext("应为日期和时间,如 2026-10-01 09:00"))
            for key, at in (("start", start), ("end", end))
            if at is None
        ]
        if start and end and end <= start:
            faults.append(RowFault(row, "end", gettext("结束须晚于开始")))
        elif start and end and end - start > actions.LONGEST:
            faults.append(RowFault(row, "end", gettext("一次最长 400 天")))
        if len(record.get("remark", "")) > 200:
            faults.append(RowFault(row, "remark", gettext("太长,最多 200 字")))
    return faults


def check_absences(records: list[Record], by: Actor, today: dt.date) -> list[RowFault]:
    """The faults of people and times, and a kind that is no word."""
    long = [
        RowFault(row, "kind", gettext("太长,最多 30 字"))
        for row, r in enumerate(records)
        if len(r.get("kind", "")) > 30
    ]
    return _faults(records, by, today) + long


def check_overtime(records: list[Record], by: Actor, today: dt.date) -> list[RowFault]:
    """The faults of absences, and overtime longer than a day."""
    faults = _faults(records, by, today)
    for row, record in enumerate(records):
        start, end = read_moment(record.get("start", "")), read_moment(record.get("end", ""))
        if start and end and end - start > actions.DAY:
            faults.append(RowFault(row, "end", gettext("一次加班最长 24 小时")))
    return faults


@transaction.atomic
def take_absences(records: list[Record], by: Actor, at: dt.datetime, advance: Advance) -> str:
    for portion in portions(records, advance):
        actions.record_absences(_approved(portion), by=by, at=at)
    return gettext("已登记 {count} 条。").format(count=len(records))


@transaction.atomic
def take_overtime(records: list[Record], by: Actor, at: dt.datetime, advance: Advance) -> str:
    for portion in portions(records, advance):
        actions.record_all_overtime(_approved(portion), by=by, at=at)
    return gettext("已登记 {count} 条。").format(count=len(records))


def _approved(records: Sequence[Record]) -> list[actions.Approved]:
    people = number_queries.by_numbers({record["number"] for record in records})
    return [
        actions.Approved(
            people[record["number"]],
            _interval(record),
            KINDS.get(record.get("kind", ""), record.get("kind", "")),
            record.get("remark", ""),
        )
        for record in records
    ]


def _interval(record: Record) -> Interval:
    start, end = read_moment(record["start"]), read_moment(record["end"])
    if start is None or end is None:
        raise ValueError(record)
    return Interval(start, end)


ABSENCES = ImportKind(
    "absences",
    gettext_lazy("导入请假与外出"),
    RECORD_APPROVALS,
    (WHO, KIND_COLUMN, *WHEN),
    check_absences,
    take_absences,
    "/absences/",
)
OVERTIME = ImportKind(
    "overtime", gettext_lazy("导入加班"), RECORD_APPROVALS, (WHO, *WHEN), check_overtime, take_overtime, "/overtime/"
)
