"""The old 刷卡记录表: a block of rows a person."""

# ruff: noqa: DTZ001 - the wall clocks of a file have no zone

import datetime as dt

import pytest
from punch_file_builders import Rows, Value, card_sheet, xls, xlsx
from reading_checks import skipped

from kaoqin.punches import formats
from kaoqin.punches.formats import Fault, Options, Reading, Skip, SourceType

INFO = ["工号：", None, "00012", None, "姓名：", "陈一", None, "部门：", "装配"]


def cards(*blocks, per_block: bool = True, options: Options | None = None, old: bool = True) -> Reading:  # type: ignore[no-untyped-def]
    rows = card_sheet(blocks, per_block)
    build = xls if old else xlsx
    return formats.read(build({"员工刷卡记录表": rows}), "1_(12月)员工刷卡记录表.xls", "card_sheet", options)


class TestCardSheet:
    @pytest.mark.parametrize("old", [True, False])
    @pytest.mark.parametrize("per_block", [True, False])
    def test_two_rows_a_person_in_xls_and_xlsx(self, old: bool, per_block: bool) -> None:
        reading = cards((INFO, [["08:0112:0313:0118:05"]]), (["工号：", "13"], []), per_block=per_block, old=old)
        assert [punch.local_time.strftime("%d %H:%M") for punch in reading.punches] == [
            *("01 08:01", "01 12:03", "01 13:01", "01 18:05")
        ]
        assert {(punch.person_key, punch.person_name, punch.source_type) for punch in reading.punches} == {
            ("00012", "陈一", SourceType.DEVICE)
        }

    @pytest.mark.parametrize(
        "info",
        [
            INFO,
            ["工号:00012", "姓名:陈一", "部门:装配"],
            ["工号：00012  姓名：陈一  部门：装配"],
            ["考勤号码：", "00012", "姓 名：", "陈一"],
            ["姓名：", "陈一", "工号：", "00012"],
        ],
    )
    def test_labels_as_met(self, info: list[Value]) -> None:
        (punch,) = cards((info, [["08:01"]])).punches
        assert (punch.person_key, punch.person_name) == ("00012", "陈一")

    def test_labels_without_colon_when_there_is_more_than_one_person(self) -> None:
        reading = cards(
            (["工号", None, 64, "姓名", "陈一", "部门", "装配"], [["09:27\n18:54\n"]]),
            (["工号", None, 65, "姓名", "李二", "部门", "装配"], [["09:28"]]),
            per_block=False,
        )
        assert [punch.person_key for punch in reading.punches] == ["64", "64", "65"]
        assert [caution.code for caution in reading.cautions] == ["formats.numeric_keys"]

    def test_punches_of_one_day_over_several_rows_are_one_sequence(self) -> None:
        reading = cards((INFO, [["08:01"], ["12:03"], ["18:05"]]))
        assert [punch.cell for punch in reading.punches] == ["A5", "A6", "A7"]
        assert not reading.bad_lines
        assert [line.code for line in cards((INFO, [["18:05"], ["08:01"]])).bad_lines] == [Fault.TIME_ORDER]

    def test_people_without_any_punch_are_counted(self) -> None:
        reading = cards((INFO, []), (["工号：13  姓名：李二"], [["08:00"]]))
        assert skipped(reading)[Skip.NO_PUNCH_AT_ALL] == 1
        assert len(reading.punches) == 1

    def test_a_row_of_weekdays_below_the_numbers_changes_nothing(self) -> None:
        reading = cards((INFO, [["日", "一", "二", "三", "四"], ["08:00", "08:01"]]))
        assert [punch.local_time.day for punch in reading.punches] == [1, 2]

    def test_other_sheets_of_the_book_are_not_taken_for_punches(self) -> None:
        plans = [["排班信息表"], ["工号", "姓名", "1", "2"], ["1", "陈一", "25", "26"]]
        data = xls({"排班信息": plans, "刷卡记录": card_sheet([(INFO, [["08:00"]])])})
        found = formats.recognise("a.xls", data)
        assert (found[0].format, found[0].sheet) == ("card_sheet", "刷卡记录")
        assert len(formats.read(data, "a.xls", "card_sheet").punches) == 1

    def test_without_a_year_the_person_is_asked(self) -> None:
        rows = card_sheet([(INFO, [["08:00"]])])
        rows[1] = ["考勤日期：12/01 ~ 12/05"]  # type: ignore[index]
        data = xls({"员工刷卡记录表": rows})
        reading = formats.read(data, "1_(12月)员工刷卡记录表.xls", "card_sheet")
        assert [question.option for question in reading.questions] == ["period"]
        period = (dt.date(2024, 12, 1), dt.date(2024, 12, 31))
        answered = formats.read(data, "x.xls", "card_sheet", Options(period=period))
        assert answered.punches[0].local_time == dt.datetime(2024, 12, 1, 8, 0)

    def test_without_a_row_of_days_the_columns_are_the_days_of_the_period_and_that_is_said(self) -> None:
        rows: Rows = [
            ["刷卡记录表"],
            ["考勤日期：2024/12/01 ~ 12/05"],
            INFO,
            ["08:0118:05", None, "07:59", None, None, "08:00"],
        ]
        data = xls({"刷卡记录表": rows})
        assert formats.recognise("a.xls", data)[0].format == "card_sheet"
        reading = formats.read(data, "a.xls", "card_sheet")
        assert [punch.local_time.day for punch in reading.punches] == [1, 1, 3]
        assert [line.code for line in reading.bad_lines] == [Fault.DAY]  # a sixth column of five days
        assert [caution.code for caution in reading.cautions] == ["formats.days_by_place"]

    def test_a_foot_is_no_punch(self) -> None:
        reading = cards((INFO, [["08:00"], ["制表人：", "何六"]]))
        assert skipped(reading)[Skip.FOOTER] == 1
        assert not reading.bad_lines

    def test_punches_before_any_person_are_not_lost(self) -> None:
        rows = card_sheet([(["编码 7"], [["08:00"]]), (INFO, [["08:01"]])])
        reading = formats.read(xlsx({"刷卡记录": rows}), "a.xlsx", "card_sheet")
        assert [(line.code, line.raw) for line in reading.bad_lines] == [(Fault.PERSON, "\t\t\t\t2024-12-01\t08:00")]
        assert len(reading.punches) == 1

    def test_a_month_shorter_than_its_header_asks_nothing(self) -> None:
        reading = cards((INFO, [["08:00", None, None, None, None]]))
        assert not reading.questions
