"""钉钉: raw records and daily sheets."""

import datetime as dt

import pytest
from punch_file_builders import Value, dingtalk_raw, dingtalk_times, text, xlsx
from punch_samples import DAILY_ROWS, DINGTALK_DAILY_HEADER
from reading_checks import at, skipped, told

from kaoqin.punches import formats
from kaoqin.punches.formats import Fault, KeyKind, Options, Reading, Skip, SourceType


def raw(*records: dict[str, Value], options: Options | None = None) -> Reading:
    return formats.read(xlsx({"原始记录": dingtalk_raw(records)}), "考勤.xlsx", "dingtalk_raw", options)


class TestDingtalkRaw:
    def test_a_full_record(self) -> None:
        reading = raw(
            {
                "姓名": "陈一",
                "工号": "00123",
                "UserId": "u1",
                "考勤日期": "2021-09-01 星期三",
                "考勤时间": "2021-09-01 09:00",
                "打卡时间": "2021-09-01 08:55",
                "打卡结果": "正常",
                "打卡地址": "临江大厦",
                "打卡备注": "早到",
                "打卡设备": "iPhone 12",
                "数据来源": "手机打卡",
            }
        )
        (punch,) = reading.punches
        assert (punch.person_key, punch.key_kind, punch.local_time) == ("00123", KeyKind.EMPLOYEE_NO, at(1, 8, 55))
        assert (punch.person_name, punch.place, punch.device) == ("陈一", "临江大厦", "iPhone 12")
        assert (punch.remark, punch.source_type) == ("早到", SourceType.PHONE)
        assert (reading.header_row, skipped(reading)) == (3, {Skip.TITLE: 2, Skip.HEADER: 1})

    @pytest.mark.parametrize(
        ("time", "moment"),
        [
            ("2021-09-01 08:55", at(1, 8, 55)),
            ("2021-09-01 08:55:07", at(1, 8, 55, 7)),
            (at(1, 8, 55, 7), at(1, 8, 55, 7)),
            ("08:55", at(1, 8, 55)),
            (dt.time(8, 55), at(1, 8, 55)),
            ("次日 01:20", at(2, 1, 20)),
            ("次日01:20", at(2, 1, 20)),
            (dt.timedelta(hours=25, minutes=20), at(2, 1, 20)),
            (44440.371527777, at(1, 8, 55)),
        ],
    )
    def test_times_as_text_as_excel_days_and_as_clocks_of_the_day(self, time: Value, moment: dt.datetime) -> None:
        assert told(raw({"工号": "1", "考勤日期": "2021-09-01", "打卡时间": time})) == [("1", moment)]

    @pytest.mark.parametrize(
        "day", ["2021-09-01", "2021-09-01 星期三", "21-09-01 星期三", dt.date(2021, 9, 1), at(1, 0), 44440]
    )
    def test_days_as_text_and_as_excel_days(self, day: Value) -> None:
        assert told(raw({"工号": "1", "考勤日期": day, "打卡时间": "08:55"})) == [("1", at(1, 8, 55))]

    def test_a_number_as_person_keeps_no_dot_zero_and_is_pointed_out(self) -> None:
        reading = raw({"工号": 123, "打卡时间": "2021-09-01 08:55"})
        assert reading.punches[0].person_key == "123"
        assert [caution.code for caution in reading.cautions] == ["formats.numeric_keys"]

    @pytest.mark.parametrize("number", [1234567890123456789, 12.5, -1])
    def test_a_number_excel_has_damaged_is_no_person(self, number: float) -> None:
        (line,) = raw({"工号": number, "打卡时间": "2021-09-01 08:55"}).bad_lines
        assert line.code is Fault.NUMBER

    def test_without_number_the_user_id_and_then_the_name_tell_who_it_was(self) -> None:
        reading = raw(
            {"姓名": "陈一", "工号": "--", "UserId": "u1", "打卡时间": "2021-09-01 08:55"},
            {"姓名": "李二", "打卡时间": "2021-09-01 08:56"},
        )
        assert [(punch.person_key, punch.key_kind) for punch in reading.punches] == [
            ("u1", KeyKind.USER_ID),
            ("李二", KeyKind.NAME),
        ]
        assert [caution.code for caution in reading.cautions] == ["formats.names_only"]

    def test_a_record_of_nobody_is_quarantined(self) -> None:
        (line,) = raw({"打卡时间": "2021-09-01 08:55"}).bad_lines
        assert line.code is Fault.PERSON

    @pytest.mark.parametrize("result", ["未打卡", "缺卡", "旷工"])
    def test_a_missing_punch_is_counted_not_taken(self, result: str) -> None:
        reading = raw(
            {"工号": "1", "打卡结果": result}, {"工号": "1", "打卡时间": "2021-09-01 18:00", "打卡结果": result}
        )
        assert (reading.lines, skipped(reading)[Skip.NO_PUNCH]) == ([], 2)

    @pytest.mark.parametrize("result", ["旷工迟到", "严重迟到", "迟到", "早退"])
    def test_a_late_punch_is_a_punch(self, result: str) -> None:
        (punch,) = raw({"工号": "1", "打卡时间": "2021-09-01 18:00", "打卡结果": result}).punches
        assert punch.remark == result

    @pytest.mark.parametrize("result", ["打卡无效：此记录已被更新", "无效", "已作废", "已失效", "已撤销"])
    def test_a_punch_the_platform_took_back_is_counted_not_taken(self, result: str) -> None:
        reading = raw({"工号": "1", "打卡时间": "2021-09-01 18:00", "打卡结果": result})
        assert (reading.lines, skipped(reading)[Skip.VOIDED]) == ([], 1)

    @pytest.mark.parametrize(
        ("record", "kind"),
        [
            ({"打卡结果": "外勤"}, SourceType.FIELD),
            ({"打卡结果": "补卡审批通过"}, SourceType.CORRECTION),
            ({"数据来源": "考勤机"}, SourceType.DEVICE),
            ({"数据来源": "DING_ATM"}, SourceType.DEVICE),
            ({"数据来源": "管理员改动"}, SourceType.ADMIN),
            ({"数据来源": "系统自动"}, SourceType.SYSTEM),
            ({"数据来源": "蓝牙"}, SourceType.PHONE),
            ({"打卡备注": "路上堵车"}, SourceType.UNKNOWN),
        ],
    )
    def test_how_it_was_made(self, record: dict[str, Value], kind: SourceType) -> None:
        (punch,) = raw({"工号": "1", "打卡时间": "2021-09-01 18:00", **record}).punches
        assert punch.source_type is kind

    def test_a_clock_without_a_day_and_a_broken_day_are_quarantined(self) -> None:
        reading = raw(
            {"工号": "1", "打卡时间": "08:55"},
            {"工号": "1", "考勤日期": "九月一日", "打卡时间": "08:55"},
            {"工号": "1", "考勤日期": "21-09-01 星期四", "打卡时间": "08:55"},
            {"工号": "1", "考勤日期": "2021-09-01", "打卡时间": "1630457700"},
            {"工号": "1", "考勤日期": "2021-09-01", "打卡时间": 0},
        )
        codes = [line.code for line in reading.bad_lines]
        assert codes == [Fault.TIME, Fault.DATE, Fault.WEEKDAY, Fault.TEXT, Fault.TIME]

    def test_as_csv_too(self) -> None:
        data = text(
            ["原始记录表", "姓名,工号,考勤日期,打卡时间,打卡结果", "陈一,00123,2021-09-01,2021-09-01 08:55,正常"],
            "gb18030",
        )
        assert formats.recognise("a.csv", data)[0].format == "dingtalk_raw"
        assert told(formats.read(data, "a.csv", "dingtalk_raw")) == [("00123", at(1, 8, 55))]

    def test_in_a_workbook_with_all_sheets_the_raw_records_come_first(self) -> None:
        book = xlsx(
            {
                "月度汇总": [
                    ["月度汇总 统计日期：2021-09-01 至 2021-09-03"],
                    ["姓名", "工号", "1", "2", "3"],
                    ["陈一", "1", "正常", "休息", "迟到2分钟"],
                ],
                "打卡时间": dingtalk_times([["陈一", "", "", "1", "", "", "08:55 18:05"]]),
                "每日统计": DAILY_ROWS,
                "原始记录": dingtalk_raw([{"工号": "1", "打卡时间": "2021-09-01 08:55"}]),
            }
        )
        found = [(one.format, one.sheet) for one in formats.recognise("钉钉.xlsx", book)]
        assert found[:3] == [("dingtalk_raw", "原始记录"), ("time_matrix", "打卡时间"), ("dingtalk_daily", "每日统计")]
        assert "月度汇总" not in [sheet for _, sheet in found]


def daily(*row: Value) -> Reading:
    rows = [
        ["每日统计表 统计日期：2021-09-01 至 2021-09-30"],
        ["报表生成时间：2021-10-08 10:00"],
        DINGTALK_DAILY_HEADER,
    ]
    person = ["陈一", "组", "部", "00123", "职", "u1", "21-09-01 星期三", None, "班"]
    return formats.read(xlsx({"每日统计": [*rows, [*person, *row]]}), "a.xlsx", "dingtalk_daily")


class TestDingtalkDaily:
    def test_three_pairs(self) -> None:
        reading = daily(
            "08:00", "正常", "12:00", "正常", "13:00", "正常", "17:30", "早退", "18:30", "正常", "次日 00:10", "外勤"
        )
        assert [punch.local_time for punch in reading.punches] == [
            *(at(1, 8), at(1, 12), at(1, 13), at(1, 17, 30), at(1, 18, 30), at(2, 0, 10))
        ]
        assert [punch.remark for punch in reading.punches] == ["", "", "", "早退", "", "外勤"]
        assert reading.punches[-1].source_type is SourceType.FIELD

    def test_a_day_without_punch(self) -> None:
        assert skipped(daily(None, "缺卡", None, "缺卡"))[Skip.NO_PUNCH] == 1

    def test_an_off_duty_time_before_the_on_duty_time_without_a_mark_is_asked_about(self) -> None:
        reading = daily("20:00", "正常", "05:00", "正常")
        assert [line.code for line in reading.bad_lines] == [Fault.TIME_ORDER]
        assert told(reading) == [("00123", at(1, 20))]


def test_more_sheets_of_the_same_format_are_pointed_out_and_can_be_read_one_by_one() -> None:
    records = {month: dingtalk_raw([{"工号": month, "打卡时间": "2021-09-01 08:00"}]) for month in ("八月", "九月")}
    book = xlsx(dict(records))
    assert [one.sheet for one in formats.recognise("a.xlsx", book)][:2] == ["八月", "九月"]
    first = formats.read(book, "a.xlsx", "dingtalk_raw")
    assert [caution.code for caution in first.cautions] == ["formats.other_sheets"]
    assert "“九月”" in first.cautions[0].sentence
    second = formats.read(book, "a.xlsx", "dingtalk_raw", Options(sheet="九月"))
    assert [punch.person_key for punch in second.punches] == ["九月"]
    assert not second.cautions
