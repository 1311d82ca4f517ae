"""Opening balances from a table (迁移期初余额): what everybody has left of a kind when this system takes over."""

import datetime as dt
from decimal import Decimal, InvalidOperation

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy

from kaoqin.core.imports import Advance, ImportColumn, ImportKind, Record, RowFault, portions, read_date
from kaoqin.core.sentences import in_every_language
from kaoqin.leave import balance_actions, ledger
from kaoqin.leave.balance_actions import Opening
from kaoqin.leave.ledger import Kind
from kaoqin.leave.words import RECORD_LEAVE, Source
from kaoqin.org import number_queries
from kaoqin.org import queries as org
from kaoqin.security.words import Actor

MOST = Decimal(400)
COLUMNS = (
    ImportColumn("number", gettext_lazy("工号"), True, ("员工编号", "员工工号"), "00123"),
    ImportColumn("kind", gettext_lazy("假期类型"), True, ("假期", "类型"), "年假"),
    ImportColumn("days", gettext_lazy("剩余天数"), True, ("余额", "剩余", "天数"), "4.5"),
    ImportColumn("ends_on", gettext_lazy("有效期至"), False, ("到期日", "过期日期"), "2026-12-31"),
)


def _kinds(on: dt.date) -> dict[str, Kind]:
    """The open kinds with a balance, by every name they go by."""
    kinds = [one for one in ledger.kinds_on(on).values() if one.rules.source != Source.NONE and not one.rules.closed]
    return {name: one for one in kinds for name in (*in_every_language(one.row.name), one.code)}


def _days(text: str) -> Decimal | None:
    try:
        days = Decimal(text.removesuffix("天").strip())
    except InvalidOperation:
        return None
    return days if days.is_finite() and 0 <= days <= MOST else None


def check(records: list[Record], by: Actor, today: dt.date) -> list[RowFault]:
    """Numbers out of reach, kinds without a balance, days that are none, and the same twice."""
    numbers = number_queries.ids_by_number({record.get("number", "") for record in records})
    whom = org.people(RECORD_LEAVE, seen_by=by, on=today).filter(pk__in=numbers.values())
    reached, kinds, seen = set(whom.values_list("pk", flat=True)), _kinds(today), set[tuple[str, str]]()
    faults = []
    for row, record in enumerate(records):
        number, kind = record.get("number", ""), kinds.get(record.get("kind", ""))
        if numbers.get(number) not in reached:
            faults.append(RowFault(row, "number", gettext("没有这个工号,或者不在您的管理范围内")))
        if kind is None:
            faults.append(RowFault(row, "kind", gettext("没有这种有余额的假期")))
        elif (number, kind.code) in seen:
            faults.append(RowFault(row, "kind", gettext("同一人同一种假重复")))
        else:
            seen.add((number, kind.code))
        if _days(record.get("days", "")) is None:
            faults.append(RowFault(row, "days", gettext("应为 0 至 400 的天数,如 4.5")))
        until = read_date(record["ends_on"]) if record.get("ends_on") else today
        if until is None or until < today:
            faults.append(RowFault(row, "ends_on", gettext("应为今天或以后的日期")))
    return faults


@transaction.atomic
def take(records: list[Record], by: Actor, at: dt.datetime, advance: Advance) -> str:
    kinds = _kinds(timezone.localdate(at))
    for portion in portions(records, advance):
        people = number_queries.by_numbers({record["number"] for record in portion})
        openings = []
        for record in portion:
            kind, days = kinds[record["kind"]], _days(record["days"])
            until = read_date(record["ends_on"]) if record.get("ends_on") else None
            minutes = int((days or Decimal(0)) * kind.rules.day_minutes)
            openings.append(Opening(people[record["number"]], kind.code, minutes, until))
        balance_actions.open_balances(openings, by=by, at=at)
    return gettext("已写入 {count} 条期初余额。").format(count=len(records))


KIND = ImportKind(
    "balances",
    gettext_lazy("导入期初余额"),
    RECORD_LEAVE,
    COLUMNS,
    check,
    take,
    "/leave/",
    gettext_lazy("先导入个人情况(参加工作日期),再导入余额:差额记为一笔调整,写明是迁移。"),
)
