"""Consents from a table: who signed for what, and when. All of them to the newest text unless a version is told."""

import datetime as dt
import re
from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy

from kaoqin.consent import actions, queries
from kaoqin.consent.actions import Giving
from kaoqin.consent.models import Notice
from kaoqin.consent.words import RECORD_CONSENTS, Trait
from kaoqin.core.imports import Advance, ImportColumn, ImportKind, Record, RowFault, portions, read_date
from kaoqin.core.sentences import in_every_language
from kaoqin.org import number_queries
from kaoqin.org import queries as org
from kaoqin.org.models import Employee
from kaoqin.security.words import Actor

TRAITS = {name: trait for trait in Trait for name in (*in_every_language(trait.label), trait.value)}
COLUMNS = (
    ImportColumn("number", gettext_lazy("工号"), True, ("员工编号", "员工工号"), "00123"),
    ImportColumn(
        "traits",
        gettext_lazy("同意内容"),
        True,
        ("生物特征", "授权内容"),
        "指纹、人脸",
        gettext_lazy("指纹、人脸、掌纹、指静脉、照片,多项用顿号隔开"),
    ),
    ImportColumn("on", gettext_lazy("同意日期"), True, ("签字日期", "授权日期"), "2026-03-01"),
    ImportColumn(
        "version", gettext_lazy("告知书版本"), False, ("版本",), "1", gettext_lazy("留空为当前版本;填数字,如 1")
    ),
    ImportColumn("note", gettext_lazy("备注"), False, ("存放位置",), "档案柜 3"),
)


def read_traits(text: str) -> list[Trait] | None:
    """`指纹、人脸` as traits; None where a word is none of them."""
    found = [TRAITS.get(word.lower()) for word in re.split(r"[\s,,;;、/]+", text.strip()) if word]
    known = [trait for trait in found if trait]
    return known if known and len(known) == len(found) else None


def _notices() -> dict[str, Notice]:
    """The texts by version; the newest by none."""
    found = {str(one.version): one for one in Notice.objects.all()}
    newest = queries.newest_notice()
    return found | ({"": newest} if newest else {})


def check(records: list[Record], by: Actor, today: dt.date) -> list[RowFault]:
    """Every fault of every row."""
    numbers = number_queries.ids_by_number({record.get("number", "") for record in records})
    whom = org.people(RECORD_CONSENTS, seen_by=by, on=today).filter(pk__in=numbers.values())
    reached = {employee.number: employee for employee in whom}
    versions = _notices()
    return [
        RowFault(row, column, said)
        for row, record in enumerate(records)
        for column, said in _faults(record, reached.get(record.get("number", "")), versions, today)
    ]


def _faults(
    record: Record, employee: Employee | None, versions: dict[str, Notice], today: dt.date
) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    on = read_date(record.get("on", ""))
    if employee is None:
        found.append(("number", gettext("没有这个工号,或者不在您的管理范围内")))
    elif employee.left_on and employee.left_on < today:
        found.append(("number", gettext("已于 {day} 离职").format(day=employee.left_on)))
    if read_traits(record.get("traits", "")) is None:
        found.append(("traits", gettext("应为指纹、人脸、掌纹、指静脉或照片")))
    if on is None:
        found.append(("on", gettext("应为日期,如 2026-03-01")))
    elif on > today:
        found.append(("on", gettext("不能晚于今天")))
    if record.get("version", "").strip() not in versions:
        found.append(("version", gettext("没有这一版告知书,请先发布")))
    if len(record.get("note", "")) > 200:
        found.append(("note", gettext("太长,最多 200 字")))
    return found


@transaction.atomic
def take(records: list[Record], by: Actor, at: dt.datetime, advance: Advance) -> str:
    """Record all of them, some thousands of rows at a time. All or nothing."""
    versions, today = _notices(), timezone.localdate(at)
    new = sum(
        actions.give_all(_givings(portion, versions, today), today=today, by=by, at=at)
        for portion in portions(records, advance)
    )
    return gettext("新登记 {count} 项同意。").format(count=new)


def _givings(records: Sequence[Record], versions: dict[str, Notice], today: dt.date) -> list[Giving]:
    people = number_queries.by_numbers(record["number"] for record in records)
    return [
        Giving(
            people[record["number"]],
            trait,
            read_date(record["on"]) or today,
            versions[record.get("version", "").strip()],
            note=record.get("note", ""),
        )
        for record in records
        for trait in read_traits(record["traits"]) or ()
    ]


KIND = ImportKind(
    code="consents",
    title=gettext_lazy("导入生物特征同意"),
    permission=RECORD_CONSENTS,
    columns=COLUMNS,
    check=check,
    take=take,
    back="/consents/",
    advice=gettext_lazy("每行一名员工;签字原件请留存,这里只登记谁、何时、同意了什么。"),
)
