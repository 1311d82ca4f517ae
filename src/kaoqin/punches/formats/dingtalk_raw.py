"""钉钉 原始记录: a row a punch. Title and period in row 1, 报表生成时间 in row 2, header in row 3.

姓名 考勤组 部门 工号 职位 UserId 考勤日期 考勤时间(planned) 打卡时间 打卡结果 打卡地址 打卡备注 异常打卡原因 打卡图片
打卡设备 管理员修改备注 … 数据来源. 打卡时间 is a full date-time, or a clock (次日 01:20) that goes with 考勤日期.
"""

from collections.abc import Sequence

from django.utils.translation import gettext_lazy

from kaoqin.punches.formats.tools.columns import Columns, TimeGroup, columns_from
from kaoqin.punches.formats.tools.headers import plain
from kaoqin.punches.formats.tools.table_format import TableFormat

_SIGNS = ({"打卡时间", "打卡结果"}, {"打卡时间", "考勤日期", "考勤时间"})


def _columns(headers: Sequence[str]) -> Columns | None:
    words = [plain(header) for header in headers]
    if not any(signs <= set(words) for signs in _SIGNS):
        return None
    date = next((words.index(word) for word in ("考勤日期", "日期") if word in words), None)
    columns = columns_from(headers, [TimeGroup((words.index("打卡时间"),))], date)
    return columns if columns.has_person else None


DINGTALK_RAW = TableFormat("dingtalk_raw", gettext_lazy("钉钉 原始记录"), _columns, 0.96)
