"""Plans from a table: who visits whom on which day."""

import datetime as dt

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy

from kaoqin.core.imports import Advance, ImportColumn, ImportKind, Record, RowFault, read_date
from kaoqin.core.words import Refusal
from kaoqin.field import plan_actions as actions
from kaoqin.field import queries
from kaoqin.field.plan_actions import Stop
from kaoqin.field.words import PLAN_VISITS
from kaoqin.org import number_queries
from kaoqin.org import queries as org
from kaoqin.security.words import Actor

COLUMNS = (
    ImportColumn("number", gettext_lazy("工号"), True, ("业务员工号", "负责人工号"), "00012"),
    ImportColumn("date", gettext_lazy("日期"), True, ("拜访日期", "计划日期"), "2026-12-01"),
    ImportColumn("code", gettext_lazy("客户编号"), True, ("编号", "客户编码"), "KH-0001"),
    ImportColumn("time", gettext_lazy("时间"), False, ("计划时间",), "09:30", gettext_lazy("留空为不定时间")),
)


class Known:
    """The people and customers of some rows, as far as whoever imports reaches them."""

    def __init__(self, records: list[Record], by: Actor, today: dt.date) -> None:
        self.today = today
        numbers = number_queries.ids_by_number({one.get("number", "").strip() for one in records})
        reached = org.people(PLAN_VISITS, seen_by=by, on=today).filter(pk__in=numbers.values())
        within = set(reached.values_list("pk", flat=True))
        self.people = {number: key for number, key in numbers.items() if key in within}
        codes = {one.get("code", "").strip() for one in records}
        rows = queries.customers(seen_by=by, on=today).filter(code__in=codes, closed=False)
        self.customers = dict(rows.order_by().prefetch_related(None).values_list("code", "pk"))

    def read(self, record: Record) -> Stop:
        """A row as a stop. Refuses the first thing that is wrong with it, naming its column."""
        employee = self.people.get(record.get("number", "").strip())
        customer = self.customers.get(record.get("code", "").strip())
        if employee is None:
            raise Refusal("field.no_number", gettext("没有这个工号,或者不在您的管理范围内"), "number")
        if customer is None:
            raise Refusal("field.no_code", gettext("没有这个客户,或者已停用"), "code")
        date = read_date(record.get("date", ""))
        if date is None or date < self.today:
            raise Refusal("field.bad_day", gettext("应为今天或以后的日期,如 2026-12-01"), "date")
        return Stop(employee, date, customer, _time(record.get("time", "").strip()))


def _time(text: str) -> dt.time | None:
    if not text:
        return None
    try:
        return dt.time.fromisoformat(text.zfill(5))
    except ValueError:
        raise Refusal("field.bad_time", gettext("应为时间,如 09:30"), "time") from None


def check(records: list[Record], by: Actor, today: dt.date) -> list[RowFault]:
    """The first fault of every row."""
    known, found = Known(records, by, today), []
    for row, record in enumerate(records):
        try:
            known.read(record)
        except Refusal as refusal:
            found.append(RowFault(row, refusal.field, refusal.sentence))
    return found


@transaction.atomic
def take(records: list[Record], by: Actor, at: dt.datetime, advance: Advance) -> str:
    """Plan all of them. All or nothing."""
    today = timezone.localdate(at)
    known = Known(records, by, today)
    made = actions.add_stops([known.read(record) for record in records], by=by, at=at, today=today)
    advance(len(records))
    return gettext("安排了 {count} 家拜访。").format(count=made)


KIND = ImportKind(
    code="visit_plans",
    title=gettext_lazy("导入拜访计划"),
    permission=PLAN_VISITS,
    columns=COLUMNS,
    check=check,
    take=take,
    back="/field/plans/",
    advice=gettext_lazy("每行一人一天的一家客户,按行的先后排顺序。"),
)
