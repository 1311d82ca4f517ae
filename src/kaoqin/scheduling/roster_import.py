"""The roster from a table: one row a day (工号, 日期, 班次), or a month sheet with a column for each date."""

import datetime as dt

from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy

from kaoqin.core.imports import Advance, ImportColumn, ImportKind, Record, RowFault, read_date
from kaoqin.core.sentences import Sentence
from kaoqin.org import number_queries
from kaoqin.org import queries as org
from kaoqin.scheduling import queries
from kaoqin.scheduling.roster import paint
from kaoqin.scheduling.words import PLAN, Cell, PlanSource
from kaoqin.security.words import Actor

REST_WORDS = frozenset({"", "休", "休息", "R", "-", "OFF"})
COLUMNS = (
    ImportColumn("number", gettext_lazy("工号"), True, ("员工编号", "员工工号", "人员编号"), "00123"),
    ImportColumn("date", gettext_lazy("日期"), True, ("考勤日期", "排班日期"), "2026-10-01"),
    ImportColumn(
        "shift", gettext_lazy("班次"), False, ("班次编码", "班次名称"), "E", gettext_lazy("班次编码;空或「休」为休息")
    ),
)


def reshape(rows: list[list[str]]) -> list[list[str]]:
    """A month sheet (dates as headers) as one row a day; anything else as it is. An empty cell of one plans nothing."""
    for number, header in enumerate(rows[:20]):
        dates = {place: day for place, cell in enumerate(header) if (day := read_date(cell))}
        who = next((place for place, cell in enumerate(header) if cell in COLUMNS[0].names()), None)
        if who is not None and len(dates) >= 2:
            long = [["工号", "日期", "班次"]]
            for row in rows[number + 1 :]:
                long += [
                    [row[who], day.isoformat(), row[place]] for place, day in dates.items() if row[who] and row[place]
                ]
            return long
    return rows


def check(records: list[Record], by: Actor, today: dt.date) -> list[RowFault]:
    numbers = number_queries.ids_by_number({record.get("number", "") for record in records})
    reached = set(org.people(PLAN, seen_by=by, on=today).filter(pk__in=numbers.values()).values_list("pk", flat=True))
    codes = {shift.code: shift for shift in queries.shifts().values()}
    faults = []
    for row, record in enumerate(records):
        employee, day = numbers.get(record.get("number", "")), read_date(record.get("date", ""))
        if employee is None or employee not in reached:
            faults.append(RowFault(row, "number", gettext("没有这个工号,或者不在您的管理范围内")))
        if day is None:
            faults.append(RowFault(row, "date", gettext("应为日期,如 2026-10-01")))
        code = record.get("shift", "")
        if code.upper() not in REST_WORDS and code not in codes:
            faults.append(RowFault(row, "shift", gettext("没有班次 {code}").format(code=code)))
        elif code in codes and day and day < codes[code].begins[0]:
            faults.append(
                RowFault(
                    row,
                    "shift",
                    gettext("班次 {code} 自 {begins_on} 起才生效").format(code=code, begins_on=codes[code].begins[0]),
                )
            )
    return faults


def take(records: list[Record], by: Actor, at: dt.datetime, advance: Advance) -> str:
    """Set the cells, all or nothing; overlapping shifts are refused."""
    numbers = number_queries.ids_by_number({record["number"] for record in records})
    ids = {shift.code: shift.id for shift in queries.shifts().values()}
    cells = {
        (numbers[r["number"]], day): ids.get(r.get("shift", ""))
        for r in records
        if (day := read_date(r["date"])) is not None
    }
    wanted = [Cell(employee, day, shift) for (employee, day), shift in cells.items()]
    paint(
        wanted,
        by=by,
        at=at,
        today=timezone.localdate(at),
        source=PlanSource.IMPORT,
        title=Sentence("导入排班 {count} 格", count=len(wanted)),
    )
    advance(len(records))
    return gettext("已排 {people} 人 {days} 天。").format(people=len({c.employee_id for c in wanted}), days=len(wanted))


KIND = ImportKind(
    code="roster",
    title=gettext_lazy("导入排班"),
    permission=PLAN,
    columns=COLUMNS,
    check=check,
    take=take,
    back="/roster/",
    advice=gettext_lazy("也可以直接导入从排班表导出的月表:每天一列,列头是日期。"),
    reshape=reshape,
)
