"""企业微信 上下班打卡_日报 (概况统计与打卡明细): a row a person and day, under two header rows.

时间 (`2026/06/07 星期日`) 姓名 账号; 考勤概况 over 最早 最晚; 上班1 over 打卡时间 打卡状态; 打卡时间记录; 外出打卡 over
最早 最晚. The same punch is told in several places; it is taken once, from the richest. `--` is none.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from django.utils.translation import gettext_lazy

from kaoqin.punches.formats.tools.columns import Columns, TimeGroup, columns_from
from kaoqin.punches.formats.tools.headers import plain
from kaoqin.punches.formats.tools.table_format import TableFormat
from kaoqin.punches.formats.words import SourceType

_DATES = ("时间", "日期", "打卡日期")
_ENDS = ("最早", "最晚", "最早打卡", "最晚打卡", "最早打卡时间", "最晚打卡时间", "最早时间", "最晚时间")
_SECTIONS = tuple(f"{half}班{section}打卡" for section in range(1, 10) for half in "上下")


def _columns(headers: Sequence[str]) -> Columns | None:
    words = [plain(header) for header in headers]
    date = next((words.index(word) for word in _DATES if word in words), None)
    groups = [group for group in _groups(words) if group.columns]
    if date is None or not any(group.source_type is SourceType.UNKNOWN for group in groups):
        return None
    columns = replace(columns_from(headers, groups, date), result=None, status=None)
    return columns if columns.has_person else None


def _groups(words: Sequence[str]) -> Iterator[TimeGroup]:
    outside = tuple(at for at, word in enumerate(words) if word.startswith("外出打卡") and word.endswith(_ENDS))
    ends = tuple(at for at, word in enumerate(words) if at not in outside and word.endswith(_ENDS))
    record = tuple(at for at, word in enumerate(words) if word == "打卡时间记录")
    if ends or record:
        yield TimeGroup(outside, SourceType.FIELD)
        yield TimeGroup(record)
        yield _sections(words)
        yield TimeGroup(ends)


def _sections(words: Sequence[str]) -> TimeGroup:
    """上班1 over 打卡时间 and 打卡状态, 下班1 …"""
    times = [(words.index(f"{told}时间"), f"{told}状态") for told in _SECTIONS if f"{told}时间" in words]
    results = tuple((at, words.index(result)) for at, result in times if result in words)
    return TimeGroup(tuple(at for at, _ in times), results=results)


WECOM_DAILY = TableFormat("wecom_daily", gettext_lazy("企业微信 打卡日报"), _columns, 0.93, two_rows=True)
