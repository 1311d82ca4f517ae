"""钉钉 每日统计: a row a person and day, three pairs 上班1打卡时间 … 下班3打卡时间, always present.

日期 is `21-09-01 星期三`; after midnight the clock is marked 次日. Only what was counted is here: the raw records
(原始记录) hold more, and are preferred when the file has both.
"""

from collections.abc import Sequence
from dataclasses import replace

from django.utils.translation import gettext_lazy

from kaoqin.punches.formats.tools.columns import Columns, TimeGroup, columns_from
from kaoqin.punches.formats.tools.headers import plain
from kaoqin.punches.formats.tools.table_format import TableFormat

_SECTIONS = tuple(f"{half}班{section}打卡" for section in (1, 2, 3) for half in "上下")


def _columns(headers: Sequence[str]) -> Columns | None:
    words = [plain(header) for header in headers]
    times = [(words.index(f"{told}时间"), f"{told}结果") for told in _SECTIONS if f"{told}时间" in words]
    results = tuple((at, words.index(result)) for at, result in times if result in words)
    date = next((words.index(word) for word in ("日期", "考勤日期", "workdate") if word in words), None)
    if not times or date is None:
        return None
    group = TimeGroup(tuple(at for at, _ in times), results=results)
    columns = replace(columns_from(headers, [group], date), result=None, status=None)
    return columns if columns.has_person else None


DINGTALK_DAILY = TableFormat("dingtalk_daily", gettext_lazy("钉钉 每日统计"), _columns, 0.9)
