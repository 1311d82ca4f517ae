"""Wi-Fi stations and beacons from a table: one a row, for a site by name."""

import datetime as dt

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy

from kaoqin.core.imports import Advance, ImportColumn, ImportKind, Record, RowFault, portions, read_date
from kaoqin.core.sentences import in_every_language
from kaoqin.core.words import Refusal
from kaoqin.org import place_queries
from kaoqin.phones import mark_actions
from kaoqin.phones.mark_actions import SignalDetails
from kaoqin.phones.words import MANAGE_PLACES, SIGNALS
from kaoqin.security.words import Actor

KINDS = {word: one for one in SIGNALS for word in (one.value, *in_every_language(one.label))}
COLUMNS = (
    ImportColumn("site", gettext_lazy("地点"), True, ("地点名称",), "上海"),
    ImportColumn("kind", gettext_lazy("类型"), True, (), "wifi", gettext_lazy("wifi 或 beacon")),
    ImportColumn("address", gettext_lazy("地址"), True, ("bssid", "mac"), "a4:56:30:12:ab:cd"),
    ImportColumn("name", gettext_lazy("名称"), True, ("ssid",), "三楼东"),
    ImportColumn("begins_on", gettext_lazy("自"), False, ("开始日期",), "2026-03-01", gettext_lazy("留空为今天")),
)


def read(record: Record, sites: dict[str, list[int]], today: dt.date) -> SignalDetails:
    """A row as a station or beacon. Refuses the first thing that is wrong with it, naming its column."""
    found, kind = sites.get(record.get("site", "").strip(), []), KINDS.get(record.get("kind", "").strip())
    begins_on = read_date(record["begins_on"]) if record.get("begins_on", "").strip() else today
    if len(found) != 1:
        raise Refusal("phones.site", gettext("没有这个地点,或者有几个同名"), "site")
    if kind is None:
        raise Refusal("phones.kind", gettext("应为 wifi 或 beacon"), "kind")
    if begins_on is None:
        raise Refusal("phones.begins", gettext("应为日期,如 2026-03-01"), "begins_on")
    address = mark_actions.read_signal(kind, record.get("address", ""))
    return SignalDetails(place_queries.site(found[0]), kind, address, record["name"].strip()[:60], begins_on)


def _sites() -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for pk, name in place_queries.site_choices():
        found.setdefault(name, []).append(int(pk))
    return found


def check(records: list[Record], by: Actor, today: dt.date) -> list[RowFault]:
    """The first fault of every row."""
    sites, found = _sites(), []
    for row, record in enumerate(records):
        try:
            read(record, sites, today)
        except Refusal as refusal:
            found.append(RowFault(row, refusal.field, refusal.sentence))
    return found


@transaction.atomic
def take(records: list[Record], by: Actor, at: dt.datetime, advance: Advance) -> str:
    """Add all of them. All or nothing."""
    sites, today = _sites(), timezone.localdate(at)
    for portion in portions(records, advance):
        for record in portion:
            mark_actions.add_signal(read(record, sites, today), by=by, at=at)
    return gettext("新增 {count} 个 Wi-Fi 或信标。").format(count=len(records))


KIND = ImportKind(
    code="phone_signals",
    title=gettext_lazy("导入 Wi-Fi 与信标"),
    permission=MANAGE_PLACES,
    columns=COLUMNS,
    check=check,
    take=take,
    back="/phones/signals/",
    advice=gettext_lazy("Wi-Fi 填 BSSID(无线接入点的地址,不是网络名称);信标填「UUID major minor」。"),
)
