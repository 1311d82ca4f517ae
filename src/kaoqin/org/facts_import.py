"""Facts of many people from a table: what stands in a cell is kept, an empty cell changes nothing."""

import datetime as dt
from dataclasses import replace
from typing import Any

from django.db import transaction
from django.utils.translation import gettext, gettext_lazy

from kaoqin.core.imports import Advance, ImportColumn, ImportKind, Record, RowFault, portions, read_date
from kaoqin.core.sentences import in_every_language
from kaoqin.core.words import Refusal
from kaoqin.org import facts as known
from kaoqin.org import number_queries, queries
from kaoqin.org.models import PersonalFacts
from kaoqin.org.words import MANAGE_FACTS, Gender
from kaoqin.security.words import Actor

DAYS = ("born_on", "worked_since", "married_on")
GENDERS = {name: one.value for one in Gender for name in (*in_every_language(one.label), one.value)}
YES = {"是": True, "1": True, "yes": True, "否": False, "0": False, "no": False}
COLUMNS = (
    ImportColumn("number", gettext_lazy("工号"), True, ("员工编号", "员工工号"), "00123"),
    ImportColumn("gender", gettext_lazy("性别"), False, (), "女"),
    ImportColumn("born_on", gettext_lazy("出生日期"), False, ("生日", "出生年月日"), "1990-05-01"),
    ImportColumn(
        "worked_since",
        gettext_lazy("参加工作日期"),
        False,
        ("首次参加工作日期", "参加工作时间", "工龄起算日"),
        "2012-07-01",
        gettext_lazy("累计工龄的起点,不是本单位入职日"),
    ),
    ImportColumn("married_on", gettext_lazy("结婚登记日"), False, ("结婚日期",), ""),
    ImportColumn("only_child", gettext_lazy("独生子女"), False, (), "是", gettext_lazy("是 / 否")),
)


def _changes(record: Record) -> dict[str, Any]:
    """What a row says, by fact. Raises ValueError(column) for a cell that cannot be read."""
    told: dict[str, Any] = {}
    for name in (name for name in (*DAYS, "gender", "only_child") if record.get(name)):
        text = record[name].strip()
        value = read_date(text) if name in DAYS else GENDERS.get(text) if name == "gender" else YES.get(text.lower())
        if value is None:
            raise ValueError(name)
        told[name] = value
    return told


_WRONG = {
    **dict.fromkeys(DAYS, gettext_lazy("应为日期,如 2012-07-01")),
    "gender": gettext_lazy("应为 男 或 女"),
    "only_child": gettext_lazy("应为 是 或 否"),
}


def check(records: list[Record], by: Actor, today: dt.date) -> list[RowFault]:
    """Numbers nobody has or that are out of reach, twice the same, and cells that cannot be read."""
    numbers = number_queries.ids_by_number({record.get("number", "") for record in records})
    whom = queries.people(MANAGE_FACTS, seen_by=by, on=today).filter(pk__in=numbers.values())
    reached, seen = set(whom.values_list("pk", flat=True)), set[str]()
    faults = []
    for row, record in enumerate(records):
        number = record.get("number", "")
        if numbers.get(number) not in reached:
            faults.append(RowFault(row, "number", gettext("没有这个工号,或者不在您的管理范围内")))
        elif number in seen:
            faults.append(RowFault(row, "number", gettext("工号重复")))
        seen.add(number)
        try:
            known.Facts(**_changes(record)).refuse_bad(today)
        except ValueError as wrong:
            faults.append(RowFault(row, str(wrong), str(_WRONG[str(wrong)])))
        except Refusal as refusal:
            faults.append(RowFault(row, refusal.field, refusal.sentence))
    return faults


@transaction.atomic
def take(records: list[Record], by: Actor, at: dt.datetime, advance: Advance) -> str:
    for portion in portions(records, advance):
        people = number_queries.by_numbers({record["number"] for record in portion})
        before = PersonalFacts.objects.in_bulk([one.pk for one in people.values()])
        told = []
        for record in portion:
            employee = people[record["number"]]
            row = before.get(employee.pk)
            names = known.Facts.__dataclass_fields__
            now = known.Facts(**{name: getattr(row, name) for name in names}) if row else known.Facts()
            told.append((employee, replace(now, **_changes(record))))
        known.keep_all_facts(told, by=by, at=at)
    return gettext("已更新 {count} 人的个人情况。").format(count=len(records))


KIND = ImportKind(
    "facts",
    gettext_lazy("导入个人情况"),
    MANAGE_FACTS,
    COLUMNS,
    check,
    take,
    "/people/",
    gettext_lazy("空白的单元格不改动已有内容。"),
)
