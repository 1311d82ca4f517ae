"""Anybody's own table: proposed and given mappings, kept as JSON; options."""

# ruff: noqa: DTZ001 - the wall clocks of a file have no zone

import datetime as dt
import json

import pytest
from punch_file_builders import Rows, html, text, xlsx

from kaoqin.punches import formats
from kaoqin.punches.formats import Fault, FormatRefusal, KeyKind, Mapping, Options, Overnight, Reading, Skip
from kaoqin.punches.formats.options import Options as SameOptions

EIGHT = dt.datetime(2026, 3, 2, 8, 0)


def proposed(data: bytes, name: str = "a.csv") -> Mapping:
    mapping = formats.peek(name, data).sheets[0].proposal
    assert mapping is not None
    return mapping


def read(data: bytes, mapping: Mapping | None = None, **more: object) -> Reading:
    return formats.read(data, "a.csv", "mapped", Options(mapping=mapping, **more))  # type: ignore[arg-type]


def told(reading: Reading) -> list[tuple[str, dt.datetime]]:
    return [(punch.person_key, punch.local_time) for punch in reading.punches]


class TestProposals:
    @pytest.mark.parametrize(
        ("header", "key", "kind", "times", "date"),
        [
            ("工号,姓名,打卡时间", "工号", KeyKind.EMPLOYEE_NO, ("打卡时间",), None),
            ("部门,姓名,考勤号码,日期时间,机器号,编号,比对方式,卡号", "考勤号码", KeyKind.PIN, ("日期时间",), None),
            ("登记号码,姓名,日期,时间", "登记号码", KeyKind.PIN, ("时间",), "日期"),
            (
                "考勤号码,姓名,日期,上班时间,下班时间,签到时间,签退时间",
                "考勤号码",
                KeyKind.PIN,
                ("签到时间", "签退时间"),
                "日期",
            ),
            ("人员编号/工号,姓名,部门,时间,考勤点", "人员编号/工号", KeyKind.PIN, ("时间",), None),
            ("AC-No.,Name,Time,State", "AC-No.", KeyKind.PIN, ("Time",), None),
            ("Department,Name,No.,Date/Time,Location ID", "No.", KeyKind.PIN, ("Date/Time",), None),
            (
                "Employee ID,Name,Date,Clock In,Clock Out",
                "Employee ID",
                KeyKind.EMPLOYEE_NO,
                ("Clock In", "Clock Out"),
                "Date",
            ),
            (
                "账号,姓名,打卡日期,第一次打卡,第二次打卡",
                "账号",
                KeyKind.USER_ID,
                ("第一次打卡", "第二次打卡"),
                "打卡日期",
            ),
            ("姓名,日期,打卡1,打卡2,打卡3", "姓名", KeyKind.NAME, ("打卡1", "打卡2", "打卡3"), "日期"),
            ("EnNo,Name,DateTime", "EnNo", KeyKind.PIN, ("DateTime",), None),
            ("工号,考勤号码,姓名,打卡时间", "工号", KeyKind.EMPLOYEE_NO, ("打卡时间",), None),
        ],
    )
    def test_header_words_in_chinese_and_english(
        self, header: str, key: str, kind: KeyKind, times: tuple[str, ...], date: str | None
    ) -> None:
        mapping = proposed(text([header, ""]))
        assert (mapping.key, mapping.key_kind, mapping.times, mapping.date) == (key, kind, times, date)

    @pytest.mark.parametrize(
        "header", ["姓名,部门", "日期,打卡时间", "工号,应打卡时间", "工号,上班时间,下班时间", "a,b,c"]
    )
    def test_without_a_person_and_a_punch_time_nothing_is_proposed(self, header: str) -> None:
        assert formats.peek("a.csv", text([header, ""])).sheets[0].proposal is None

    def test_two_headers_alike_are_told_apart_by_place(self) -> None:
        mapping = proposed(text(["工号,打卡时间,打卡时间", "1,2026-03-02 08:00,2026-03-02 18:00"]))
        assert mapping.times == (2, 3)

    def test_without_header_times_and_numbers_are_found_by_their_looks(self) -> None:
        data = text(["00123,2026-03-02 08:00:00", "00124,2026-03-02 08:00:00"])
        assert proposed(data) == Mapping(key=1, times=(2,))
        assert told(read(data)) == [("00123", EIGHT), ("00124", EIGHT)]
        assert formats.recognise("a.txt", data)[0].confidence < 0.5

    def test_blanks_between_columns(self) -> None:
        assert told(read(text(["00123 2026-03-02 08:00:00 1", "00124 2026-03-02 08:00:00 1"])))[0] == ("00123", EIGHT)


class TestReading:
    @pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
    @pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16"])
    def test_delimiters_and_encodings(self, delimiter: str, encoding: str) -> None:
        lines = [line.replace(",", delimiter) for line in ("工号,姓名,打卡时间", "007,肖英,2026/3/2 8:00")]
        reading = read(text(lines, encoding))
        assert told(reading) == [("007", EIGHT)]
        assert reading.punches[0].person_name == "肖英"

    @pytest.mark.parametrize("cell", ["00123", " 00123 ", '="00123"', "'00123", "00123\u3000"])
    def test_leading_zeros_survive_whatever_guards_them(self, cell: str) -> None:
        assert told(read(text(["工号,打卡时间", f"{cell},2026-03-02 08:00"])))[0][0] == "00123"

    def test_separate_date_and_clock_columns_several_clocks_in_a_cell(self) -> None:
        reading = read(text(["工号,日期,打卡记录", '1,2026-03-02,"08:00 12:01\n次日 01:00"']))
        assert [moment for _, moment in told(reading)] == [
            EIGHT,
            EIGHT.replace(hour=12, minute=1),
            dt.datetime(2026, 3, 3, 1),
        ]

    def test_excel_dates_clocks_and_numbers(self) -> None:
        rows: Rows = [["工号", "日期", "签到时间", "签退时间"], ["007", dt.date(2026, 3, 2), dt.time(8, 0), 0.75]]
        reading = formats.read(xlsx({"x": rows}), "a.xlsx", "mapped")
        assert [moment for _, moment in told(reading)] == [EIGHT, EIGHT.replace(hour=18)]

    def test_a_web_page_named_xls(self) -> None:
        data = html([["考勤明细"], ["工号", "姓名", "打卡时间"], ["007", "肖英", "2026-03-02 08:00"]], "gb18030")
        reading = formats.read(data, "a.xls", "mapped")
        assert (told(reading), reading.header_row) == ([("007", EIGHT)], 2)

    def test_times_with_an_offset_stay_aware(self) -> None:
        reading = read(text(["工号,打卡时间", "1,2026-03-02T08:00:00+08:00"]))
        assert reading.punches[0].local_time == dt.datetime(2026, 3, 2, 8, 0, tzinfo=dt.timezone(dt.timedelta(hours=8)))

    def test_day_and_month_over_the_whole_column(self) -> None:
        reading = read(text(["工号,打卡时间", "1,03/04/2026 08:00", "1,30/04/2026 08:00"]))
        assert [moment.day for _, moment in told(reading)] == [3, 30]
        open_one = read(text(["工号,日期,打卡时间", "1,03/04/2026,08:00"]))
        assert [question.option for question in open_one.questions] == ["date_order"]
        assert [line.code for line in open_one.bad_lines] == [Fault.DATE_ORDER]

    def test_night_shifts_written_without_a_mark_are_asked_about(self) -> None:
        data = text(["工号,日期,签到时间,签退时间", "1,2026-03-02,20:00,05:00"])
        assert [question.option for question in read(data).questions] == ["overnight"]
        assert told(read(data, overnight=Overnight.NEXT_DAY))[1][1] == dt.datetime(2026, 3, 3, 5, 0)

    def test_titles_repeated_headers_feet_and_empty_rows_are_counted(self) -> None:
        lines = [
            "考勤明细表",
            "工号,打卡时间",
            "1,2026-03-02 08:00",
            "",
            "工号,打卡时间",
            "2,",
            "合计,",
            ",",
            "制表：何六",
        ]
        reading = read(text(lines))
        counted = {told.reason: told.count for told in reading.skipped}
        assert counted == {Skip.TITLE: 1, Skip.HEADER: 2, Skip.NO_PUNCH: 1, Skip.FOOTER: 2}
        assert told(reading) == [("1", EIGHT)]

    @pytest.mark.parametrize("cell", [44440, 44440.0, 12.5, 99999.5, -1.5, 2021.5, True])
    def test_bare_excel_numbers_that_are_no_date_with_a_clock_are_quarantined(self, cell: float) -> None:
        reading = formats.read(xlsx({"x": [["工号", "打卡时间"], ["007", cell]]}), "a.xlsx", "mapped")
        assert [line.code for line in reading.bad_lines] == [Fault.TIME]

    def test_a_bare_excel_number_with_a_clock_is_read(self) -> None:
        reading = formats.read(xlsx({"x": [["工号", "打卡时间"], ["007", 46083 + 1 / 3]]}), "a.xlsx", "mapped")
        assert told(reading) == [("007", EIGHT)]

    @pytest.mark.parametrize("number", ["1.23457E+17", 1234567890123456789])
    def test_a_number_cut_by_excel_is_shown_as_it_is(self, number: str | float) -> None:
        rows: Rows = [["工号", "打卡时间"], [number, "2026-03-02 08:00"]]
        (line,) = formats.read(xlsx({"x": rows}), "a.xlsx", "mapped").bad_lines
        assert line.code is Fault.NUMBER
        assert "e+1" in line.raw.lower()

    def test_two_stray_quotes_far_apart_do_not_swallow_what_is_between(self) -> None:
        good = ["2,好,2026-03-02 08:00"] * 40
        lines = ["工号,姓名,打卡时间", '1,"坏,2026-03-02 08:00', *good, '1,坏",2026-03-02 08:00']
        assert len(read(text(lines)).punches) >= 40

    def test_an_unclosed_quote_does_not_swallow_the_file(self) -> None:
        lines = ["工号,姓名,打卡时间", '1,"坏,2026-03-02 08:00', *["2,好,2026-03-02 08:00"] * 40]
        assert len(read(text(lines)).punches) >= 40


class TestGivenMapping:
    DATA = text(["编码,当天,几点,门", "007,260302,0800,东门", "008,260302,9999,东门"])
    MAPPING = Mapping(
        key="编码",
        times=("几点",),
        date="当天",
        place="门",
        date_format="YYMMDD",
        time_format="hhmm",
        key_kind=KeyKind.EMPLOYEE_NO,
    )

    def test_columns_by_header_with_patterns(self) -> None:
        reading = read(self.DATA, self.MAPPING)
        (punch,) = reading.punches
        assert (punch.person_key, punch.local_time, punch.place) == ("007", EIGHT, "东门")
        assert punch.key_kind is KeyKind.EMPLOYEE_NO
        assert "hhmm" in reading.bad_lines[0].sentence
        (again,) = formats.read_line("008\t260302\t0900\t东门", "mapped", reading.options)
        assert again[2] == EIGHT.replace(hour=9)

    def test_columns_by_place_and_rows_to_pass_over(self) -> None:
        mapping = Mapping(key=1, times=(2,), skip_rows=2)
        reading = read(text(["标题", "x,y", "007,2026-03-02 08:00"]), mapping)
        assert told(reading) == [("007", EIGHT)]
        assert reading.skipped[0].count == 2

    def test_a_delimiter_of_its_own(self) -> None:
        mapping = Mapping(key=1, times=(2,), delimiter=";")
        assert told(read(text(["007;2026-03-02 08:00;a,b,c", "008;2026-03-02 08:00;a,b,c"]), mapping))[0] == (
            "007",
            EIGHT,
        )

    def test_a_column_that_is_not_there_is_refused(self) -> None:
        with pytest.raises(FormatRefusal, match="“当天”"):
            read(text(["工号,打卡时间", "1,2026-03-02 08:00"]), self.MAPPING)

    def test_a_bad_pattern_is_refused(self) -> None:
        with pytest.raises(FormatRefusal, match="看不懂日期时间格式"):
            read(self.DATA, Mapping(key="编码", times=("几点",), time_format="随便"))

    def test_it_is_kept_as_json(self) -> None:
        kept = json.loads(json.dumps(self.MAPPING.to_json()))
        assert Mapping.from_json(kept) == self.MAPPING
        assert "device" not in kept

    @pytest.mark.parametrize(
        "told",
        [
            None,
            [],
            {},
            {"key": "工号"},
            {"key": "工号", "times": []},
            {"key": "工号", "times": "打卡时间"},
            {"key": 0, "times": [1]},
            {"key": True, "times": [1]},
            {"key": "", "times": [1]},
            {"key": "工号", "times": [1], "surprise": 1},
            {"key": "工号", "times": [1], "key_kind": "shoe"},
            {"key": "工号", "times": [1], "key_kind": []},
            {"key": "工号", "times": [1], "skip_rows": -1},
            {"key": "工号", "times": [1], "delimiter": ",,"},
            {"key": "工号", "times": [1], "time_format": 7},
            {"key": "工号", "times": [1.5]},
            {1: 2, "key": "x", "times": [1]},
        ],
    )
    def test_json_that_is_no_mapping_is_refused(self, told: object) -> None:
        with pytest.raises(FormatRefusal, match="列映射无法使用"):
            Mapping.from_json(told)


class TestOptions:
    def test_nothing_decided_is_an_empty_object(self) -> None:
        assert Options().to_json() == {}
        assert Options.from_json({}) == Options()
        assert SameOptions is Options

    @pytest.mark.parametrize(
        "told",
        [
            None,
            {"date_order": "sideways"},
            {"overnight": 1},
            {"period": ["2021-09-30", "2021-09-01"]},
            {"period": ["2021-09-01"]},
            {"period": "2021-09"},
            {"period": ["2001-01-01", "2021-09-01"]},
            {"header": 5},
            {"mapping": {"key": "x"}},
        ],
    )
    def test_json_that_is_no_decision_is_refused(self, told: object) -> None:
        with pytest.raises(FormatRefusal):
            Options.from_json(told)
