"""Whatever the bytes are, the door answers with a reading or with its own refusal."""

# ruff: noqa: DTZ001 - the wall clocks of a file have no zone

import contextlib
import datetime as dt

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from punch_file_builders import Value, xlsx
from punch_samples import SAMPLES

from kaoqin.core.words import Refusal
from kaoqin.punches import formats
from kaoqin.punches.formats import FORMATS, DateOrder, Mapping, Options, Overnight

SHARDS = st.sampled_from(
    [
        *(
            b"\t",
            b"\r\n",
            b"\n",
            b",",
            b'"',
            b"\x00",
            b"\x1a",
            b"\xff\xfe",
            b"\xef\xbb\xbf",
            b"<table><tr><td>",
            b"PK\x03\x04",
        ),
        *(
            b"2026-03-02 08:00:00",
            b"03/04/2026",
            b"08:0112:03",
            b"9999-12-31 23:59:59",
            b"0001-01-01 00:00:00",
            b'time="',
        ),
        *(b"EnNo\tDateTime", b'id="8"', b"Return(", b"99999999999999999999", b"-1", b"1e999", b"00123", b"+1"),
        *(
            word.encode(encoding)
            for word in ("工号", "姓名", "打卡时间", "次日 23:59", "肖英")
            for encoding in ("utf-8", "gb18030")
        ),
        *(
            "日期,上班1打卡时间,最早,最晚\n".encode(),
            "工号：1 姓名：一\n1 2 3\n".encode(),
            "2021-09-01 至 2021-09-30\n".encode(),
        ),
    ]
)
SOUP = st.lists(st.one_of(SHARDS, st.binary(max_size=6)), max_size=60).map(b"".join)
LINES = st.one_of(st.text(max_size=80), SOUP.map(lambda data: data.decode("gb18030", errors="replace")))
ANSWERS = st.builds(
    Options,
    date_order=st.sampled_from([None, *DateOrder]),
    overnight=st.sampled_from([None, *Overnight]),
    mapping=st.sampled_from(
        [None, Mapping(key=1, times=(2,)), Mapping(key=2, times=(1, 3), date=4, time_format="hhmm")]
    ),
)


def read_all_ways(data: bytes, options: Options) -> None:
    for act in (formats.recognise, formats.peek):
        with contextlib.suppress(Refusal):
            act("file.dat", data)
    for one in FORMATS:
        with contextlib.suppress(Refusal):
            check(formats.read(data, "1_attlog.dat", one.code, options))


def check(reading: formats.Reading) -> None:
    for line in reading.lines:
        assert line.line_no >= 1
        assert "\0" not in line.raw
    for punch in reading.punches:
        assert 0 < len(punch.person_key) <= 60
        assert 1900 <= punch.local_time.year <= 2200


@settings(max_examples=150, deadline=None)
@given(SOUP, ANSWERS)
def test_any_bytes(data: bytes, options: Options) -> None:
    read_all_ways(data, options)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(SAMPLES), st.data())
def test_real_files_with_bytes_changed(sample, data: st.DataObject) -> None:  # type: ignore[no-untyped-def]
    spoiled = bytearray(sample.data)
    for _ in range(data.draw(st.integers(1, 8))):
        spoiled[data.draw(st.integers(0, len(spoiled) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(len(spoiled) // 2, len(spoiled)))
    read_all_ways(bytes(spoiled[:cut]), Options())


@pytest.mark.parametrize("code", [one.code for one in FORMATS])
@settings(max_examples=80, deadline=None)
@given(
    text=LINES,
    header=st.lists(st.sampled_from(["工号", "姓名", "日期", "打卡时间", "EnNo", "DateTime", "最早"]), max_size=6),
)
def test_any_repaired_line(code: str, text: str, header: list[str]) -> None:
    options = Options(header=tuple(header), mapping=Mapping(key="工号", times=("打卡时间",), date="日期"))
    with contextlib.suppress(Refusal):
        assert isinstance(formats.read_line(text, code, options), list)


ODD_CELLS = st.one_of(
    st.sampled_from(
        [None, "", "--", "未打卡", "08:00", "08:00 07:00", "25:61", "次日", "次日23:59", "合计", "=1", "'", '="'] * 2
    ),
    st.sampled_from(
        ["工号：", "姓名：一", "1", "31", "六", "2021-09-01", "9999-12-31", "打卡无效", "+1", "(", "上午", "１"]
    ),
    st.sampled_from([True, 0, 1, -1, 0.5, 1.5, 44440, 44440.5, 1e15, 1e300, -1e300, 73050.9999999]),
    st.datetimes(dt.datetime(1900, 1, 1), dt.datetime(9999, 12, 31)),
    st.dates(dt.date(1900, 1, 1), dt.date(9999, 12, 31)),
    st.times().map(lambda clock: clock.replace(tzinfo=None)),
    st.timedeltas(dt.timedelta(0), dt.timedelta(days=5)),
    st.text("工号姓名日期打卡时间08: 次-/", max_size=12),
)
HEADERS = st.sampled_from(
    [
        ["姓名", "工号", "考勤日期", "打卡时间", "打卡结果"],
        ["姓名", "工号", "日期", "上班1打卡时间", "上班1打卡结果", "下班1打卡时间"],
        ["日期", "姓名", "账号", "最早", "最晚", "打卡时间记录"],
        ["日期", "姓名", "账号", "实际打卡时间", "打卡状态"],
        ["姓名", "工号", "2021-09-01", "2", "六", "日"],
        ["工号：1", "姓名：一", "1", "2"],
        ["工号", "姓名", "日期", "签到时间", "签退时间"],
    ]
)


@settings(max_examples=60, deadline=None)
@given(
    HEADERS,
    st.lists(st.lists(ODD_CELLS, max_size=7), max_size=8),
    ANSWERS,
    st.sampled_from(["", "2021-09-01 至 2021-09-30"]),
)
def test_tables_of_odd_cells(header: list[str], rows: list[list[Value]], options: Options, title: str) -> None:
    read_all_ways(xlsx({"打卡时间": [[title], header, ["1", "2", "3"], *rows]}), options)
