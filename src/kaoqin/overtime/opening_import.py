"""Opening balances of comp time from a table (迁移期初余额)."""

import datetime as dt
from decimal import Decimal, InvalidOperation

from django.db import transaction
from django.utils.translation import gettext, gettext_lazy

from kaoqin.core.imports import Advance, ImportColumn, ImportKind, Record, RowFault, portions, read_date
from kaoqin.org import number_queries
from kaoqin.org import queries as org
from kaoqin.overtime import actions
from kaoqin.overtime.actions import Opening
from kaoqin.overtime.words import MANAGE_BANK
from kaoqin.security.words import Actor

MOST_HOURS = Decimal(1000)
COLUMNS = (
    ImportColumn("number", gettext_lazy("工号"), True, ("员工编号", "员工工号"), "00123"),
    ImportColumn("hours", gettext_lazy("剩余小时"), True, ("余额", "小时", "调休小时"), "12.5"),
    ImportColumn("ends_on", gettext_lazy("有效期至"), True, ("到期日", "过期日期"), "2027-03-31"),
)


def _minutes(text: str) -> int | None:
    try:
        hours = Decimal(text.removesuffix("小时").strip())
    except InvalidOperation:
        return None
    return int(hours * 60) if hours.is_finite() and 0 < hours <= MOST_HOURS else None


def check(records: list[Record], by: Actor, today: dt.date) -> list[RowFault]:
    """Numbers out of reach or twice, hours that are none, days that are over."""
    numbers = number_queries.ids_by_number({record.get("number", "") for record in records})
    whom = org.people(MANAGE_BANK, seen_by=by, on=today).filter(pk__in=numbers.values())
    reached, seen, faults = set(whom.values_list("pk", flat=True)), set[str](), []
    for row, record in enumerate(records):
        number, until = record.get("number", ""), read_date(record.get("ends_on", ""))
        if numbers.get(number) not in reached:
            faults.append(RowFault(row, "number", gettext("没有这个工号,或者不在您的管理范围内")))
        elif number in seen:
            faults.append(RowFault(row, "number", gettext("工号重复")))
        seen.add(number)
        if _minutes(record.get("hours", "")) is None:
            faults.append(RowFault(row, "hours", gettext("应为大于 0 的小时数,如 12.5")))
        if until is None or until < today:
            faults.append(RowFault(row, "ends_on", gettext("应为今天或以后的日期")))
    return faults


@transaction.atomic
def take(records: list[Record], by: Actor, at: dt.datetime, advance: Advance) -> str:
    for portion in portions(records, advance):
        people = number_queries.by_numbers({record["number"] for record in portion})
        told = ((people[one["number"]], _minutes(one["hours"]), read_date(one["ends_on"])) for one in portion)
        openings = [Opening(who, minutes, until) for who, minutes, until in told if minutes and until]
        actions.open_balances(openings, by=by, at=at)
    return gettext("已写入 {count} 条期初余额。").format(count=len(records))


KIND = ImportKind(
    "bank",
    gettext_lazy("导入调休期初余额"),
    MANAGE_BANK,
    COLUMNS,
    check,
    take,
    "/bank/",
    gettext_lazy("每人一次;之后请用「调整」。没休完的到期按 200% 折算加班费。"),
)
