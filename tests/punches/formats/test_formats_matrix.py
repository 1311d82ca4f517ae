"""A row a person, a column a day: 钉钉 打卡时间, 企业微信 打卡时间记录."""

import datetime as dt

import pytest
from punch_file_builders import Rows, Value, dingtalk_times, xlsx
from reading_checks import at, skipped, told

from kaoqin.punches import formats
from kaoqin.punches.formats import Fault, Options, Overnight, Reading, Skip, SourceType


def matrix(*cells: Value, options: Options | None = None, title: str | None = None, name: str = "a.xlsx") -> Reading:
    person = ["陈一", "组", "部", "00123", "职", "u1", *cells]
    rows = dingtalk_times([person]) if title is None else dingtalk_times([person], title)
    return formats.read(xlsx({"打卡时间": rows}), name, "time_matrix", options)


class TestTimeMatrix:
    def test_header_words_numbers_and_weekdays_get_their_dates(self) -> None:
        reading = matrix(*["08:00"] * 7)
        assert [punch.local_time.day for punch in reading.punches] == [1, 2, 3, 4, 5, 6, 7]
        assert [punch.cell for punch in reading.punches][:2] == ["G5", "H5"]

    def test_marks_of_a_cell(self) -> None:
        reading = matrix("08:55外勤 \n18:05(补卡) \n次日 01:20")
        assert [(punch.local_time, punch.source_type) for punch in reading.punches] == [
            (at(1, 8, 55), SourceType.FIELD),
            (at(1, 18, 5), SourceType.CORRECTION),
            (at(2, 1, 20), SourceType.UNKNOWN),
        ]

    def test_cells_without_punch_and_people_without_any(self) -> None:
        rows = dingtalk_times(
            [["陈一", "", "", "1", "", "", "08:00", "未打卡", "休息"], ["李二", "", "", "2"], ["合计"]]
        )
        reading = formats.read(xlsx({"打卡时间": rows}), "a.xlsx", "time_matrix")
        assert skipped(reading) == {Skip.TITLE: 2, Skip.HEADER: 2, Skip.NO_PUNCH: 2, Skip.NO_PUNCH_AT_ALL: 2}

    def test_one_bad_clock_does_not_spoil_the_others_of_its_cell(self) -> None:
        reading = matrix("08:55 25:10 18:05")
        assert told(reading) == [("00123", at(1, 8, 55)), ("00123", at(1, 18, 5))]
        assert [(line.raw, line.cell) for line in reading.bad_lines] == [("00123\t\t\t陈一\t2021-09-01\t25:10", "G5")]

    def test_a_repaired_cell_is_read_with_its_own_day(self) -> None:
        reading = matrix("25:10")
        line = formats.read_line("00123\t\t\t陈一\t2021-09-01\t05:10 次日 01:00", "time_matrix", reading.options)
        assert [one.local_time for one in line if isinstance(one, formats.PunchLine)] == [at(1, 5, 10), at(2, 1, 0)]

    def test_a_clock_before_the_last_one_is_asked_about(self) -> None:
        reading = matrix("20:01 07:59")
        assert told(reading) == [("00123", at(1, 20, 1))]
        assert [line.code for line in reading.bad_lines] == [Fault.TIME_ORDER]
        assert [question.option for question in reading.questions] == ["overnight"]

    @pytest.mark.parametrize(("answer", "day"), [(Overnight.SAME_DAY, 1), (Overnight.NEXT_DAY, 2)])
    def test_and_read_as_answered(self, answer: Overnight, day: int) -> None:
        reading = matrix("20:01 07:59", options=Options(overnight=answer))
        assert told(reading) == [("00123", at(1, 20, 1)), ("00123", at(day, 7, 59))]
        assert not reading.questions
        again = formats.read_line(reading.punches[1].raw, "time_matrix", Options())
        assert again[0][2] == at(day, 7, 59)

    def test_without_a_period_the_person_is_asked_for_it(self) -> None:
        reading = matrix("08:00", title="打卡时间表")
        assert [line.code for line in reading.bad_lines] == [Fault.DAY]
        assert [question.option for question in reading.questions] == ["period"]
        answered = matrix(
            "08:00", title="打卡时间表", options=Options(period=(dt.date(2021, 9, 1), dt.date(2021, 9, 7)))
        )
        assert told(answered) == [("00123", at(1, 8, 0))]

    def test_the_period_may_stand_in_the_file_name(self) -> None:
        reading = matrix("08:00", title="打卡时间表", name="打卡时间_20210901-20210907.xlsx")
        assert told(reading) == [("00123", at(1, 8, 0))]

    def test_a_header_that_contradicts_the_period_gives_no_dates(self) -> None:
        reading = matrix("08:00", "08:00", "08:00", "08:00", title="统计日期：2021-10-01 至 2021-10-07")
        assert [punch.local_time.day for punch in reading.punches] == [1, 2, 3]  # 4 October 2021 is a Monday, not 六
        assert [line.code for line in reading.bad_lines] == [Fault.DAY]

    def test_the_matrix_of_wecom_numbers_with_weekdays_in_one_header_row(self) -> None:
        rows: Rows = [
            ["打卡时间记录"],
            ["统计时间:2026.06.01 ~ 2026.06.03"],
            ["制表"],
            ["姓名", "账号", "部门", "1 星期一", "2 星期二", "3 星期三"],
            ["陈一", "chenyi", "部", "08:58、18:10(外出)", "--", "09:00，18:00"],
        ]
        data = xlsx({"Sheet1": rows})
        assert formats.recognise("打卡时间记录.xlsx", data)[0].format == "time_matrix"
        reading = formats.read(data, "打卡时间记录.xlsx", "time_matrix")
        assert told(reading)[0] == ("chenyi", at(1, 8, 58, month=6, year=2026))
        assert [punch.local_time.day for punch in reading.punches] == [1, 1, 3, 3]

    def test_full_dates_in_the_header_need_no_period(self) -> None:
        rows: Rows = [["工号", "姓名", dt.date(2021, 9, 1), "2021/9/2"], ["007", "陈一", dt.time(8, 0), "08:01 18:00"]]
        reading = formats.read(xlsx({"x": rows}), "a.xlsx", "time_matrix")
        assert told(reading) == [("007", at(1, 8)), ("007", at(2, 8, 1)), ("007", at(2, 18))]

    def test_times_of_nobody_are_kept_for_repair(self) -> None:
        rows = dingtalk_times([["", "", "", "", "", "", "08:00"]])
        (line,) = formats.read(xlsx({"打卡时间": rows}), "a.xlsx", "time_matrix").bad_lines
        assert (line.code, line.raw) == (Fault.PERSON, "\t\t\t\t2021-09-01\t08:00")
