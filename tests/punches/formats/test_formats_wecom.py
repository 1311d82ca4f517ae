"""企业微信: daily sheets and single punches."""

# ruff: noqa: DTZ001 - the wall clocks of a file have no zone

import datetime as dt

from punch_file_builders import Value, wecom_daily, xlsx
from reading_checks import at, skipped, told

from kaoqin.punches import formats
from kaoqin.punches.formats import KeyKind, Reading, Skip, SourceType


def wecom(*row: Value) -> Reading:
    person = ["2026/06/05 星期五", "陈一", "chenyi", "部", "职", "规则"]
    return formats.read(xlsx({"概况统计与打卡明细": wecom_daily([[*person, *row]])}), "日报.xlsx", "wecom_daily")


def june(day: int, hour: int, minute: int = 0) -> dt.datetime:
    return at(day, hour, minute, month=6, year=2026)


class TestWecomDaily:
    def test_the_same_punch_told_in_three_places_is_taken_once(self) -> None:
        reading = wecom("09:00", "18:00", 3, "--", "--", "09:00", "正常", "18:00", "正常", "09:00、12:00、18:00")
        assert told(reading) == [("chenyi", june(5, 9)), ("chenyi", june(5, 12)), ("chenyi", june(5, 18))]
        assert reading.punches[0].key_kind is KeyKind.USER_ID

    def test_earliest_and_latest_alone_are_enough(self) -> None:
        reading = wecom("09:00", "次日01:20", 2, "--", "--", "--", "--", "--", "--", "--")
        assert told(reading) == [("chenyi", june(5, 9)), ("chenyi", june(6, 1, 20))]

    def test_field_punches_are_told_apart(self) -> None:
        reading = wecom("09:00", "18:00", 2, "14:00", "15:00", "--", "--", "--", "--", "--")
        field = [punch.local_time for punch in reading.punches if punch.source_type is SourceType.FIELD]
        assert field == [june(5, 14), june(5, 15)]

    def test_dashes_are_no_punch(self) -> None:
        assert skipped(wecom("--", "--", 0, "--", "--", "--", "未打卡", "--", "未打卡", "--"))[Skip.NO_PUNCH] == 1

    def test_both_header_rows_are_found(self) -> None:
        reading = wecom("09:00", "18:00")
        assert (reading.header_row, skipped(reading)) == (3, {Skip.TITLE: 2, Skip.HEADER: 2})
        assert "考勤概况/最早" in reading.columns

    def test_one_header_row_is_enough(self) -> None:
        rows = [["日期", "姓名", "账号", "最早", "最晚"], ["2026/06/05", "陈一", "chenyi", "09:00", "18:00"]]
        reading = formats.read(xlsx({"x": rows}), "a.xlsx", "wecom_daily")
        assert told(reading) == [("chenyi", june(5, 9)), ("chenyi", june(5, 18))]


class TestWecomRaw:
    def test_the_real_time_not_the_planned_one(self) -> None:
        header = ["日期", "姓名", "账号", "打卡类型", "应打卡时间", "实际打卡时间", "打卡状态", "打卡地点"]
        rows = [
            header,
            ["2026/06/05 星期五", "陈一", "chenyi", "上班打卡", "09:00", "08:59", "正常", "临江大厦"],
            ["2026/06/05 星期五", "陈一", "chenyi", "下班打卡", "18:00", "次日00:05", "正常", ""],
            ["2026/06/05 星期五", "陈一", "chenyi", "外出打卡", "--", "2026/06/05 15:00:01", "外出", "客户处"],
            ["2026/06/06 星期六", "陈一", "chenyi", "上班打卡", "09:00", "--", "未打卡", ""],
        ]
        reading = formats.read(xlsx({"打卡详情": rows}), "a.xlsx", "wecom_raw")
        assert [punch.local_time for punch in reading.punches] == [
            june(5, 8, 59),
            june(6, 0, 5),
            dt.datetime(2026, 6, 5, 15, 0, 1),
        ]
        assert [punch.place for punch in reading.punches] == ["临江大厦", "", "客户处"]
        assert skipped(reading)[Skip.NO_PUNCH] == 1
