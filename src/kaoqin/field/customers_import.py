"""Customers from a table, by their codes: new ones are added, known ones described anew."""

import datetime as dt

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy

from kaoqin.core.imports import Advance, ImportColumn, ImportKind, Record, RowFault, portions, read_number
from kaoqin.core.places import Datum
from kaoqin.core.words import Refusal
from kaoqin.field import customer_actions as actions
from kaoqin.field.customer_actions import CustomerDetails, Where
from kaoqin.field.words import MANAGE_CUSTOMERS, RADIUS_M
from kaoqin.org import number_queries
from kaoqin.security.words import Actor

DATUMS = {
    **{one.value: one for one in Datum},
    **dict.fromkeys(("GPS", "WGS-84", "WGS84"), Datum.WGS84),
    **dict.fromkeys(("高德", "腾讯", "AMap", "Tencent", "GCJ-02", "GCJ02"), Datum.GCJ02),
    **dict.fromkeys(("百度", "Baidu", "BD-09", "BD09"), Datum.BD09),
}
COLUMNS = (
    ImportColumn("code", gettext_lazy("客户编号"), True, ("编号", "客户编码", "code"), "KH-0001"),
    ImportColumn("name", gettext_lazy("客户名称"), True, ("客户", "名称", "客户简称"), "城南便利店"),
    ImportColumn("address", gettext_lazy("地址"), False, ("客户地址", "详细地址"), "上海市徐汇区示例路 1 号"),
    ImportColumn("contact_name", gettext_lazy("联系人"), False, (), "周经理"),
    ImportColumn("contact_phone", gettext_lazy("联系电话"), False, ("电话", "手机"), "13800000000"),
    ImportColumn("latitude", gettext_lazy("纬度"), False, ("lat",), "31.230400"),
    ImportColumn("longitude", gettext_lazy("经度"), False, ("lng", "lon"), "121.473700"),
    ImportColumn("datum", gettext_lazy("坐标系"), False, (), "高德", gettext_lazy("GPS、高德、腾讯或百度")),
    ImportColumn("radius_m", gettext_lazy("半径(米)"), False, ("半径",), "100", gettext_lazy("留空为 100 米")),
    ImportColumn("owner", gettext_lazy("负责人工号"), False, ("工号", "业务员工号"), "00012"),
)
LENGTHS = {"code": 40, "name": 80, "address": 200, "contact_name": 40, "contact_phone": 30}


def read(record: Record, owners: dict[str, int]) -> CustomerDetails:
    """A row as a customer. Refuses the first thing that is wrong with it, naming its column."""
    told = {name: record.get(name, "").strip() for name in LENGTHS}
    for name, most in LENGTHS.items():
        if len(told[name]) > most:
            raise Refusal("field.long", gettext("太长,最多 {most} 字").format(most=most), name)
    number = record.get("owner", "").strip()
    if number and number not in owners:
        raise Refusal("field.no_number", gettext("没有这个工号"), "owner")
    owner = (owners[number],) if number else ()
    return CustomerDetails(**told, where=_where(record), owners=owner)


def _where(record: Record) -> Where | None:
    latitude, longitude = (record.get(name, "").strip() for name in ("latitude", "longitude"))
    if not latitude and not longitude:
        return None
    datum = DATUMS.get(record.get("datum", "").strip())
    if datum is None:
        raise Refusal("field.datum", gettext("填了经纬度时,应为 GPS、高德、腾讯或百度"), "datum")
    radius = read_number(record, "radius_m") if record.get("radius_m", "").strip() else RADIUS_M
    made = Where(read_number(record, "latitude"), read_number(record, "longitude"), datum, int(radius))
    actions.refuse_no_place(made)
    return made


def check(records: list[Record], by: Actor, today: dt.date) -> list[RowFault]:
    """The first fault of every row; a code that stands twice."""
    owners, seen, found = _owners(records), set[str](), []
    for row, record in enumerate(records):
        code = record.get("code", "").strip()
        try:
            read(record, owners)
        except Refusal as refusal:
            found.append(RowFault(row, refusal.field, refusal.sentence))
            continue
        if code in seen:
            found.append(RowFault(row, "code", gettext("前面已经有这个编号")))
        seen.add(code)
    return found


def _owners(records: list[Record]) -> dict[str, int]:
    return number_queries.ids_by_number({record.get("owner", "").strip() for record in records} - {""})


@transaction.atomic
def take(records: list[Record], by: Actor, at: dt.datetime, advance: Advance) -> str:
    """Keep all of them. All or nothing."""
    owners, today = _owners(records), timezone.localdate(at)
    added = changed = 0
    for portion in portions(records, advance):
        told = [read(record, owners) for record in portion]
        fresh, known = actions.keep_customers(told, by=by, at=at, today=today)
        added, changed = added + fresh, changed + known
    return gettext("新增 {added} 个客户,更新 {changed} 个。").format(added=added, changed=changed)


KIND = ImportKind(
    code="customers",
    title=gettext_lazy("导入客户"),
    permission=MANAGE_CUSTOMERS,
    columns=COLUMNS,
    check=check,
    take=take,
    back="/field/customers/",
    advice=gettext_lazy("已有的编号会更新;没有经纬度的客户可以之后在客户页面上校准。"),
)
