"""Dates and clocks: the shapes that are read, and the many that are not."""

# ruff: noqa: DTZ001 - the wall clocks of a file have no zone

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kaoqin.punches.formats import DateOrder, FormatRefusal
from kaoqin.punches.formats.tools.cell_times import says_no_punch, times_in
from kaoqin.punches.formats.tools.clock import Unread, orders_seen, parse_clock, parse_date, parse_moment
from kaoqin.punches.formats.tools.headers import role_of
from kaoqin.punches.formats.tools.patterns import compiled, read_date, read_time
from kaoqin.punches.formats.tools.period import dates_of, day_header, find_period

DAY_FIRST, MONTH_FIRST = DateOrder.DAY_FIRST, DateOrder.MONTH_FIRST
EAST = dt.timezone(dt.timedelta(hours=8))


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-03-02 08:00:01", dt.datetime(2026, 3, 2, 8, 0, 1)),
        ("2026-03-02T08:00:01", dt.datetime(2026, 3, 2, 8, 0, 1)),
        ("2026-03-02 08:00", dt.datetime(2026, 3, 2, 8, 0)),
        ("2026-03-02  08:00:01", dt.datetime(2026, 3, 2, 8, 0, 1)),
        ("2026/3/2 8:00:01", dt.datetime(2026, 3, 2, 8, 0, 1)),
        ("2026.03.02 08:00", dt.datetime(2026, 3, 2, 8, 0)),
        ("2026年3月2日 08:00", dt.datetime(2026, 3, 2, 8, 0)),
        ("2026年3月2日08:00", dt.datetime(2026, 3, 2, 8, 0)),
        ("2026/03/02 星期一 08:00", dt.datetime(2026, 3, 2, 8, 0)),
        ("2026-03-02(周一) 08：00", dt.datetime(2026, 3, 2, 8, 0)),
        ("2026-03-02 08:00:01.25", dt.datetime(2026, 3, 2, 8, 0, 1, 250000)),
        ("2026-03-02 01:19:29PM", dt.datetime(2026, 3, 2, 13, 19, 29)),
        ("2026-03-02 12:00:00 AM", dt.datetime(2026, 3, 2, 0, 0)),
        ("2026-03-02 12:00:00 pm", dt.datetime(2026, 3, 2, 12, 0)),
        ("2026-03-02 13:05:11 PM", dt.datetime(2026, 3, 2, 13, 5, 11)),
        ("2026-03-02 00:05:11 AM", dt.datetime(2026, 3, 2, 0, 5, 11)),
        ("2026-03-02 下午 1:19", dt.datetime(2026, 3, 2, 13, 19)),
        ("20260302080001", dt.datetime(2026, 3, 2, 8, 0, 1)),
        ("20260302 08:00:01", dt.datetime(2026, 3, 2, 8, 0, 1)),
        ("05/05/2026 08:00", dt.datetime(2026, 5, 5, 8, 0)),
        ("2026-03-02T08:00:01+08:00", dt.datetime(2026, 3, 2, 8, 0, 1, tzinfo=EAST)),
        ("2026-03-02 08:00:01Z", dt.datetime(2026, 3, 2, 8, 0, 1, tzinfo=dt.UTC)),
        ("2026-03-02 08:00:01-0330", dt.datetime(2026, 3, 2, 8, 0, 1, tzinfo=dt.timezone(-dt.timedelta(minutes=210)))),
    ],
)
def test_unmistakable_moments_are_read(text: str, moment: dt.datetime) -> None:
    assert parse_moment(text) == moment
    assert getattr(parse_moment(text), "tzinfo", None) == moment.tzinfo


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("1704096000", Unread.SHAPE),  # epoch seconds are no year 1704
        ("1704096000000", Unread.SHAPE),
        ("46083.375", Unread.SHAPE),
        ("2026-03-02", Unread.SHAPE),
        ("08:00:00", Unread.SHAPE),
        ("2026-03-0208:00:00", Unread.SHAPE),
        ("2026-3/2 08:00", Unread.SHAPE),
        ("26-03-02 08:00", Unread.SHAPE),
        ("2026-W10-1 08:00:00", Unread.SHAPE),
        ("2026-03-02 08", Unread.SHAPE),
        ("2026-03-02 8:5", Unread.SHAPE),
        ("2026-03-02 08:00:00 晚", Unread.SHAPE),
        ("2026-03-02 08+05:00", Unread.SHAPE),
        ("2026-03-02x08:00:00", Unread.SHAPE),
        ("２026-03-02 08:00:00", Unread.SHAPE),
        ("2 March 2026 08:00", Unread.SHAPE),
        ("", Unread.SHAPE),
        ("2026-02-30 08:00:00", Unread.IMPOSSIBLE),
        ("2026-13-02 08:00", Unread.IMPOSSIBLE),
        ("2026-03-02 24:00:00", Unread.IMPOSSIBLE),
        ("2026-03-02 08:60:00", Unread.IMPOSSIBLE),
        ("2026-03-02 13:05:11 AM", Unread.IMPOSSIBLE),
        ("2026-03-02 0:05:11 PM", Unread.IMPOSSIBLE),
        ("0001-01-01 00:00:00", Unread.IMPOSSIBLE),
        ("9999-12-31 23:59:59", Unread.IMPOSSIBLE),
        ("20261302080001", Unread.IMPOSSIBLE),
        ("03/04/2026 08:00", Unread.ORDER),
        ("30/06/2026 08:00", Unread.ORDER),
        ("2026/03/02 星期二 08:00", Unread.WEEKDAY),
    ],
)
def test_anything_else_is_not_read_and_says_why(text: str, why: Unread) -> None:
    assert parse_moment(text) is why


def test_day_and_month_are_read_only_in_the_given_order() -> None:
    assert parse_moment("03/04/2026 08:00", DAY_FIRST) == dt.datetime(2026, 4, 3, 8, 0)
    assert parse_moment("03/04/2026 08:00", MONTH_FIRST) == dt.datetime(2026, 3, 4, 8, 0)
    assert parse_moment("30-06-2026 08:00", MONTH_FIRST) is Unread.IMPOSSIBLE


def test_the_order_seen_in_a_file_counts_only_dates_that_tell_something() -> None:
    texts = ["30/06/2026 08:00", "06/30/2026", "03/04/2026 1:00", "05/05/2026", "2026-03-04", "13/13/2026", "x"]
    assert orders_seen(texts) == {DAY_FIRST: 1, MONTH_FIRST: 1, None: 1}


@given(st.datetimes(dt.datetime(1900, 1, 1), dt.datetime(2199, 12, 31)))
def test_every_written_second_comes_back(moment: dt.datetime) -> None:
    moment = moment.replace(microsecond=0)
    for shape in ("%Y-%m-%d %H:%M:%S", "%Y/%m/%d %H:%M:%S", "%Y年%m月%d日 %H:%M:%S", "%Y%m%d%H%M%S"):
        assert parse_moment(moment.strftime(shape)) == moment
    assert parse_moment(moment.strftime("%m-%d-%Y  %I:%M:%S%p"), MONTH_FIRST) == moment
    assert parse_moment(moment.strftime("%d/%m/%Y %H:%M:%S"), DAY_FIRST) == moment


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-03-02", dt.date(2026, 3, 2)),
        ("2026/3/2", dt.date(2026, 3, 2)),
        ("20260302", dt.date(2026, 3, 2)),
        ("2026/03/02 星期一", dt.date(2026, 3, 2)),
        ("21-09-01 星期三", dt.date(2021, 9, 1)),
        ("21-09-01 星期四", Unread.WEEKDAY),
        ("21-09-01", Unread.SHAPE),
        ("2026-03-32", Unread.IMPOSSIBLE),
        ("44440", Unread.SHAPE),
    ],
)
def test_dates(text: str, day: dt.date | Unread) -> None:
    assert parse_date(text) == day


def test_clocks() -> None:
    assert parse_clock("8:05") == dt.time(8, 5)
    assert parse_clock("上午 8:05") == dt.time(8, 5)
    assert parse_clock("25:00") is Unread.IMPOSSIBLE
    assert parse_clock("0805") is Unread.SHAPE


def clocks(text: str) -> list[str]:
    told = times_in(text)
    assert not told.unknown
    return [
        ("+" if one.next_day else "") + (one.clock.isoformat() if one.clock else "?") + "".join(one.marks)
        for one in told.times
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("08:0112:0313:0118:05", ["08:01:00", "12:03:00", "13:01:00", "18:05:00"]),
        ("08:01:1212:03:15", ["08:01:12", "12:03:15"]),
        ("08:017:30", ["08:01:00", "07:30:00"]),
        ("08:55  \n18:05  \n", ["08:55:00", "18:05:00"]),
        ("09:00、12:00，18:00", ["09:00:00", "12:00:00", "18:00:00"]),
        ("08：55；18：00", ["08:55:00", "18:00:00"]),
        ("08:55-18:05", ["08:55:00", "18:05:00"]),
        ("8:55 AM 6:05PM", ["08:55:00", "18:05:00"]),
        ("08:55外勤\n18:05", ["08:55:00外勤", "18:05:00"]),
        ("09:05(外勤)、18:20(补卡)", ["09:05:00外勤", "18:20:00补卡"]),
        ("外勤 08:55 18:05", ["08:55:00外勤", "18:05:00"]),
        ("上班 08:55 下班 18:05", ["08:55:00", "18:05:00"]),
        ("上班：08:55 下班：18:05", ["08:55:00", "18:05:00"]),
        ("09:12 迟到12分钟", ["09:12:00迟到12分钟"]),
        ("18:00 次日 01:20", ["18:00:00", "+01:20:00"]),
        ("18:00次日01:20", ["18:00:00", "+01:20:00"]),
        ("18:00\n次日01:20", ["18:00:00", "+01:20:00"]),
        ("01:20(次日) 18:00", ["+01:20:00", "18:00:00"]),
        ("18:00 01:20+1", ["18:00:00", "+01:20:00"]),
        ("01:20次日", ["+01:20:00"]),
        ("25:10 18:00", ["?", "18:00:00"]),
    ],
)
def test_the_clocks_of_a_cell(text: str, found: list[str]) -> None:
    assert clocks(text) == found


@pytest.mark.parametrize(
    "text",
    ["8.30", "0830", "事假06-03 09:00到06-03 18:00", "正常 (09:00,18:00)", "08:5", "晚上08:30", "上午", "08:55 #12"],
)
def test_a_cell_that_is_not_understood_whole_is_not_read_in_part(text: str) -> None:
    told = times_in(text)
    assert told.unknown or not told.times


@pytest.mark.parametrize(
    "text", ["", "--", "未打卡", "休息", "年假", "病假1天", "缺卡 缺卡", "出差", "正常", "√", "旷工"]
)
def test_words_that_say_there_was_no_punch(text: str) -> None:
    assert says_no_punch(text)


@pytest.mark.parametrize(
    "evil",
    [
        "病假" * 5000,
        "假" * 9999 + "x",
        "2021-09-01" + " " * 99999 + "x",
        "外" + "1" * 99999,
        "[" * 99999,
        "(" * 99999,
        "1" * 99999,
    ],
)
def test_no_text_makes_a_reader_think_for_long(evil: str) -> None:
    says_no_punch(evil + "!")
    times_in(evil)
    assert parse_moment(evil) is parse_date(evil) is parse_clock(evil) is Unread.SHAPE
    assert day_header(evil) is None
    assert find_period([evil]) is None
    assert role_of(evil) is None


@pytest.mark.parametrize("text", ["08:55", "坏", "未打卡 18:05", "abc", "12"])
def test_words_that_do_not(text: str) -> None:
    assert not says_no_punch(text)


def test_a_given_pattern_reads_its_own_shape_and_no_other() -> None:
    assert read_time("20260302080033", "YYYYMMDDhhmmss") == dt.datetime(2026, 3, 2, 8, 0, 33)
    assert read_time("02/03/26 01:20 PM", "DD/MM/YY hh:mm AM") == dt.datetime(2026, 3, 2, 13, 20)
    assert read_time("0801", "hhmm") == dt.time(8, 1)
    assert read_date("3/2/2026", "M/D/YYYY") == dt.date(2026, 3, 2)
    assert read_time("2026-03-02 08:00", "YYYYMMDDhhmmss") is Unread.SHAPE
    assert read_time("20261302080033", "YYYYMMDDhhmmss") is Unread.IMPOSSIBLE
    assert read_time("13:20 PM", "hh:mm AM") is Unread.IMPOSSIBLE
    assert read_date("0801", "hhmm") is Unread.SHAPE
    assert read_time("20260302", "YYYYMMDD") is Unread.SHAPE


@pytest.mark.parametrize("pattern", ["", "YYYY", "hh", "DD hh:mm", "YYYYYYYY", "YYYY YY MM DD", "text"])
def test_a_pattern_that_is_no_whole_date_or_clock_is_refused(pattern: str) -> None:
    with pytest.raises(FormatRefusal, match="看不懂日期时间格式"):
        compiled(pattern)


SEPTEMBER = (dt.date(2021, 9, 1), dt.date(2021, 9, 30))


@pytest.mark.parametrize(
    ("texts", "period"),
    [
        (["打卡时间表 统计日期：2021-09-01 至 2021-09-30"], SEPTEMBER),
        (["考勤日期:2021/09/01~09/30  制表时间:2021/10/02"], SEPTEMBER),
        (["统计时间:2021.09.01 ～ 2021.09.30"], SEPTEMBER),
        (["2021年9月考勤"], SEPTEMBER),
        (["生成 2021-08", "2021-09-01 -- 2021-09-30"], SEPTEMBER),
        (["上下班打卡_日报_20210901-20210930"], SEPTEMBER),
        (["2021-09"], SEPTEMBER),
        (["2020年12月"], (dt.date(2020, 12, 1), dt.date(2020, 12, 31))),
        (["报表生成时间：2021-10-08 10:00"], None),
        (["06-01 ～ 06-07 制表时间:2026-06-07"], None),
        (["2021-09-31 至 2021-10-05"], None),
        (["2021-09-30 至 2021-09-01"], None),
        (["2021年13月"], None),
    ],
)
def test_the_period_of_a_table(texts: list[str], period: tuple[dt.date, dt.date] | None) -> None:
    assert find_period(texts) == period


def days(*cells: str | float | dt.date, period: tuple[dt.date, dt.date] | None = SEPTEMBER) -> list[int | None]:
    headers = [header for header in map(day_header, cells) if header]
    assert len(headers) == len(cells)
    return [day.day if day else None for day in dates_of(headers, period)]


def test_header_cells_get_their_dates_from_the_period() -> None:
    assert days("1", "2", "3", "六", "日", 6.0, "7 星期二") == [1, 2, 3, 4, 5, 6, 7]
    assert days("9-1", "09-02 星期四", "9月3日", "2021-09-04") == [1, 2, 3, 4]
    assert days("1", "5") == [1, 5]
    assert days(dt.date(2021, 9, 1), "2021/9/2", period=None) == [1, 2]


def test_header_cells_that_contradict_the_period_get_no_date() -> None:
    assert days("1", "2", "日") == [1, 2, None]  # the 3rd is a Friday
    assert days("1 星期五") == [None]
    assert days("31") == [None]
    assert days("8-1") == [None]
    assert days("2021-10-01") == [None]
    assert days("1", "2", period=None) == [None, None]


def test_a_period_over_two_months_runs_on() -> None:
    period = (dt.date(2021, 9, 26), dt.date(2021, 10, 25))
    assert days("26", "30", "1", "25", period=period) == [26, 30, 1, 25]


@pytest.mark.parametrize("cell", ["姓名", "32", "0", 12.5, "13-1", "08:55", "合计"])
def test_other_cells_are_no_days(cell: str | float) -> None:
    assert day_header(cell) is None
