"""企业微信 打卡详情 (打卡明细): a row a punch, 实际打卡时间 beside 应打卡时间, `--` or 未打卡 where there was none.

日期 (or 时间) is `2026/06/05 星期五`; the clock after midnight is marked 次日.
"""

from collections.abc import Sequence

from django.utils.translation import gettext_lazy

from kaoqin.punches.formats.tools.columns import Columns, TimeGroup, columns_from
from kaoqin.punches.formats.tools.headers import plain
from kaoqin.punches.formats.tools.table_format import TableFormat

_TIME = ("实际打卡时间", "打卡时间")
_DATE = ("日期", "打卡日期", "时间", "考勤日期")
_SIGNS = {"打卡状态", "应打卡时间", "打卡类型", "校准状态", "所属规则", "规则名称"}


def _columns(headers: Sequence[str]) -> Columns | None:
    words = [plain(header) for header in headers]
    time = next((words.index(word) for word in _TIME if word in words), None)
    if time is None or len(_SIGNS & set(words)) < (1 if "实际打卡时间" in words else 2):
        return None
    date = next((words.index(word) for word in _DATE if word in words), None)
    columns = columns_from(headers, [TimeGroup((time,))], date)
    return columns if columns.has_person else None


WECOM_RAW = TableFormat("wecom_raw", gettext_lazy("企业微信 打卡详情"), _columns, 0.95)
