"""Places from a table: one circle a row, for a site, a group, a department or an employee, by code or number."""

import datetime as dt

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy

from kaoqin.core import places
from kaoqin.core.imports import Advance, ImportColumn, ImportKind, Record, RowFault, portions, read_date, read_number
from kaoqin.core.sentences import in_every_language
from kaoqin.core.words import Refusal
from kaoqin.org import number_queries, place_queries
from kaoqin.org.words import Datum
from kaoqin.phones import actions
from kaoqin.phones.actions import PlaceDetails
from kaoqin.phones.words import MANAGE_PLACES
from kaoqin.scheduling import queries as scheduling
from kaoqin.security.words import Actor

KINDS = {
    word: field
    for field, label in (
        ("site_id", gettext_lazy("地点")),
        ("group_id", gettext_lazy("考勤组")),
        ("department_id", gettext_lazy("部门")),
        ("employee_id", gettext_lazy("员工")),
    )
    for word in in_every_language(label)
}
DATUMS = {
    **{word: one for one in Datum for word in (one.value, *in_every_language(one.label))},
    **dict.fromkeys(("GPS", "WGS-84"), Datum.WGS84),
    **dict.fromkeys(("高德", "腾讯", "AMap", "Tencent", "GCJ-02"), Datum.GCJ02),
    **dict.fromkeys(("百度", "Baidu", "BD-09"), Datum.BD09),
}
COLUMNS = (
    ImportColumn("name", gettext_lazy("名称"), True, ("地点名称", "打卡地点"), "上海办公室"),
    ImportColumn("latitude", gettext_lazy("纬度"), True, ("lat",), "31.230400"),
    ImportColumn("longitude", gettext_lazy("经度"), True, ("lng", "lon"), "121.473700"),
    ImportColumn("datum", gettext_lazy("坐标系"), True, (), "高德", gettext_lazy("GPS、高德、腾讯或百度")),
    ImportColumn("radius_m", gettext_lazy("半径(米)"), True, ("半径", "打卡范围"), "200"),
    ImportColumn("kind", gettext_lazy("适用于"), True, (), "部门", gettext_lazy("地点、考勤组、部门或员工")),
    ImportColumn("whom", gettext_lazy("名称或工号"), True, ("对象", "编号"), "销售部"),
    ImportColumn("begins_on", gettext_lazy("自"), False, ("开始日期",), "2026-03-01", gettext_lazy("留空为今天")),
)


class Whom:
    """Sites, groups, departments and employees by what people call them; a name that means two means nobody."""

    def __init__(self, records: list[Record], today: dt.date) -> None:
        numbers = {record.get("whom", "") for record in records}
        self._known: dict[tuple[str, str], list[int]] = {}
        for name, ids in place_queries.department_keys(today).items():
            self._known["department_id", name] = ids
        for number, key in number_queries.ids_by_number(numbers).items():
            self._known["employee_id", number] = [key]
        for field, choices in (("site_id", place_queries.site_choices()), ("group_id", scheduling.group_choices())):
            for pk, name in choices:
                self._known.setdefault((field, name), []).append(int(pk))

    def of(self, record: Record) -> tuple[str, int] | None:
        field = KINDS.get(record.get("kind", "").strip(), "")
        found = self._known.get((field, record.get("whom", "").strip()), [])
        return (field, found[0]) if len(found) == 1 else None


def read(record: Record, whom: Whom, today: dt.date) -> PlaceDetails:
    """A row as a place. Refuses the first thing that is wrong with it, naming its column."""
    datum, who = DATUMS.get(record.get("datum", "").strip()), whom.of(record)
    begins_on = read_date(record["begins_on"]) if record.get("begins_on", "").strip() else today
    if datum is None:
        raise Refusal("phones.datum", gettext("应为 GPS、高德、腾讯或百度"), "datum")
    if who is None:
        raise Refusal("phones.whom", gettext("没有这个名称或工号,或者有几个同名"), "whom")
    if begins_on is None:
        raise Refusal("phones.begins", gettext("应为日期,如 2026-03-01"), "begins_on")
    corner = read_number(record, "latitude"), read_number(record, "longitude")
    radius = int(read_number(record, "radius_m"))
    made = PlaceDetails(record["name"].strip(), places.Datum(datum), (corner,), radius, begins_on, None, who)
    if len(made.name) > 60:
        raise Refusal("phones.long", gettext("太长,最多 60 字"), "name")
    actions.refuse_no_fence(made)
    return made


def check(records: list[Record], by: Actor, today: dt.date) -> list[RowFault]:
    """The first fault of every row."""
    whom, found = Whom(records, today), []
    for row, record in enumerate(records):
        try:
            read(record, whom, today)
        except Refusal as refusal:
            found.append(RowFault(row, refusal.field, refusal.sentence))
    return found


@transaction.atomic
def take(records: list[Record], by: Actor, at: dt.datetime, advance: Advance) -> str:
    """Add all of them. All or nothing."""
    today = timezone.localdate(at)
    whom = Whom(records, today)
    for portion in portions(records, advance):
        actions.add_places([read(record, whom, today) for record in portion], by=by, at=at)
    return gettext("新增 {count} 个打卡地点。").format(count=len(records))


KIND = ImportKind(
    code="phone_places",
    title=gettext_lazy("导入打卡地点"),
    permission=MANAGE_PLACES,
    columns=COLUMNS,
    check=check,
    take=take,
    back="/phones/places/",
    advice=gettext_lazy("每行一个圆形地点;多边形请在页面上添加。"),
)
