"""A year's days from a table: date, kind and name, as the State Council's notice gives them."""

import datetime as dt

from django.utils.translation import gettext, gettext_lazy

from kaoqin.core.imports import Advance, ImportColumn, ImportKind, Record, RowFault, read_date
from kaoqin.core.sentences import in_every_language
from kaoqin.scheduling import actions, queries
from kaoqin.scheduling.words import MANAGE_RULES, Day, DayKind
from kaoqin.security.words import Actor

KINDS = {
    **{kind.value: kind for kind in DayKind},
    **{name: kind for kind in DayKind for name in in_every_language(kind.label)},
    **dict.fromkeys(in_every_language(gettext_lazy("补班")), DayKind.WORKDAY),
    **dict.fromkeys(in_every_language(gettext_lazy("调休日")), DayKind.REST),
    "上班": DayKind.WORKDAY,
    "休息": DayKind.REST,
    "调休": DayKind.REST,
    "放假": DayKind.REST,
    "法定": DayKind.STATUTORY,
    "法定节日": DayKind.STATUTORY,
    "节日": DayKind.STATUTORY,
}
COLUMNS = (
    ImportColumn("calendar", gettext_lazy("日历"), False, ("日历编码",), "CN", gettext_lazy("日历编码;空为默认日历")),
    ImportColumn("date", gettext_lazy("日期"), True, (), "2027-02-05"),
    ImportColumn(
        "kind",
        gettext_lazy("类型"),
        True,
        ("日期类型",),
        "法定节假日",
        gettext_lazy("工作日 / 休息日 / 法定节假日,或 补班 / 调休"),
    ),
    ImportColumn("name", gettext_lazy("名称"), False, ("节日",), "春节"),
)


def check(records: list[Record], by: Actor, today: dt.date) -> list[RowFault]:
    known = queries.calendars_by_code()
    faults = []
    for row, record in enumerate(records):
        if record.get("calendar") and record["calendar"] not in known:
            faults.append(RowFault(row, "calendar", gettext("没有日历 {code}").format(code=record["calendar"])))
        if read_date(record.get("date", "")) is None:
            faults.append(RowFault(row, "date", gettext("应为日期,如 2027-02-05")))
        if record.get("kind", "") not in KINDS:
            faults.append(RowFault(row, "kind", gettext("应为 工作日、休息日、法定节假日、补班 或 调休")))
    return faults


def take(records: list[Record], by: Actor, at: dt.datetime, advance: Advance) -> str:
    """Keep the days of each calendar."""
    known = queries.calendars_by_code()
    by_calendar: dict[str, list[Day]] = {}
    for record in records:
        day = read_date(record["date"])
        kind = KINDS[record["kind"]]
        if day is not None:
            usual = DayKind.REST if day.weekday() >= 5 else DayKind.WORKDAY
            swapped = kind not in {DayKind.STATUTORY, usual}
            by_calendar.setdefault(record.get("calendar", ""), []).append(
                Day(day, kind, record.get("name", ""), swapped)
            )
    for code, days in by_calendar.items():
        actions.keep_days(known[code] if code else queries.default_calendar(), days, by=by, at=at)
    advance(len(records))
    return gettext("已写入 {count} 天。若这是某年国务院通知的全部,请在日历页点「确认」。").format(count=len(records))


KIND = ImportKind(
    code="calendar",
    title=gettext_lazy("导入日历"),
    permission=MANAGE_RULES,
    columns=COLUMNS,
    check=check,
    take=take,
    back="/calendars/",
)
