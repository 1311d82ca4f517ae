"""Files from terminals: ZKTeco attlog.dat, AGL/GLG_001.TXT, 汉王."""

# ruff: noqa: DTZ001 - the wall clocks of a file have no zone

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st
from punch_file_builders import text

from kaoqin.punches import formats
from kaoqin.punches.formats import (
    BadLine,
    DateOrder,
    Fault,
    FormatRefusal,
    KeyKind,
    Options,
    PunchLine,
    Skip,
    SourceType,
)

EIGHT = dt.datetime(2026, 3, 2, 8, 0)


def attlog(*lines: str, encoding: str = "utf-8", end: str = "\r\n", bom: bytes = b"") -> formats.Reading:
    return formats.read(text(lines, encoding, end, bom), "1_attlog.dat", "zk_attlog")


def only_punch(reading: formats.Reading) -> PunchLine:
    assert not reading.bad_lines
    (punch,) = reading.punches
    return punch


def only_fault(reading: formats.Reading) -> BadLine:
    assert not reading.punches
    (line,) = reading.bad_lines
    return line


class TestAttlog:
    def test_the_usual_line(self) -> None:
        punch = only_punch(attlog("    00123\t2026-03-02 08:00:00\t2\t255\t15\t7"))
        assert punch == PunchLine(
            1,
            "00123",
            EIGHT,
            "    00123\t2026-03-02 08:00:00\t2\t255\t15\t7",
            KeyKind.PIN,
            device="2",
            status="255",
            verify="15",
            workcode="7",
            source_type=SourceType.DEVICE,
        )

    @pytest.mark.parametrize(
        ("columns", "device", "status", "verify", "workcode"),
        [
            ("", "", "", "", ""),
            ("\t1", "1", "", "", ""),
            ("\t1\t0", "1", "0", "", ""),
            ("\t1\t0\t15\t0", "1", "0", "15", "0"),
            ("\t1\t0\t15\t0\t0", "1", "0", "15", "0"),
            ("\t1\t0\t15\t0\t0\t0\t255\t36.5", "1", "0", "15", "0"),
            ("\t 1\t0 \t15\t 0 ", "1", "0", "15", "0"),
        ],
    )
    def test_2_to_10_columns_and_column_3_is_the_device(
        self, columns: str, device: str, status: str, verify: str, workcode: str
    ) -> None:
        punch = only_punch(attlog("1\t2026-03-02 08:00:00" + columns))
        assert (punch.device, punch.status, punch.verify, punch.workcode) == (device, status, verify, workcode)

    @pytest.mark.parametrize("pin", ["1", "00000007", "EMP-20001", "a_b.c", "9" * 60])
    def test_a_pin_is_text(self, pin: str) -> None:
        assert only_punch(attlog(f"   {pin}\t2026-03-02 08:00:00\t1")).person_key == pin

    @pytest.mark.parametrize("pin", ["", "张三", "1 2", "-1", "9" * 61])
    def test_what_is_no_pin_is_no_punch(self, pin: str) -> None:
        line = only_fault(attlog(f"{pin}\t2026-03-02 08:00:00\t1\t0"))
        assert line.code in (Fault.PERSON, Fault.TIME)

    @pytest.mark.parametrize(
        "line",
        [
            "5\t王五\t2026-03-02 08:00:00\t1\t0\t1\t0",
            "5\tWang Wu\t2026-03-02 08:00:00\t1\t0\t1\t0",
            "5\t2026-03-02 08:00:00\t1\t0\t1\t0\t王五",
            "5\t2026-03-02 08:00:00\t1\t0\t1\t0\t0\tWang Wu",
        ],
    )
    def test_some_exports_put_the_name_in(self, line: str) -> None:
        punch = only_punch(attlog(line, encoding="gb18030"))
        assert punch.person_name in ("王五", "Wang Wu")
        assert (punch.device, punch.status, punch.verify, punch.workcode) == ("1", "0", "1", "0")

    @pytest.mark.parametrize("line", ["5\t12\t2026-03-02 08:00:00", "5\t王五\t2026-03-02 08:00:00\t张三\t0"])
    def test_columns_that_make_no_sense_are_not_forced(self, line: str) -> None:
        assert only_fault(attlog(line)).code is Fault.COLUMNS

    def test_columns_divided_by_blanks(self) -> None:
        punch = only_punch(attlog("        1   2026-03-02 08:00:00   1   0   15   0"))
        assert (punch.person_key, punch.local_time, punch.verify) == ("1", EIGHT, "15")

    @pytest.mark.parametrize(
        ("time", "code"),
        [
            ("1704096000", Fault.TIME),
            ("2026-02-30 08:00:00", Fault.IMPOSSIBLE),
            ("2026-03-02 25:00:00", Fault.IMPOSSIBLE),
            ("2026-03-02", Fault.TIME),
            ("03/04/2026 08:00:00", Fault.TIME),
            ("", Fault.TIME),
        ],
    )
    def test_a_time_that_is_none_goes_to_quarantine(self, time: str, code: Fault) -> None:
        assert only_fault(attlog(f"1\t{time}\t1\t0")).code is code

    def test_garbage_between_good_lines_is_kept_and_does_not_stop_the_reading(self) -> None:
        reading = attlog("1\t2026-03-02 08:00:00\t1", "断电重启", "", "2\t2026-03-02 08:00:00\t1", encoding="gb18030")
        assert [line.line_no for line in reading.punches] == [1, 4]
        assert (reading.bad_lines[0].line_no, reading.bad_lines[0].raw) == (2, "断电重启")

    @pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
    @pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"])
    def test_line_ends_and_bom(self, end: str, bom: bytes) -> None:
        assert len(attlog("1\t2026-03-02 08:00:00", "2\t2026-03-02 08:00:00", end=end, bom=bom).punches) == 2

    def test_what_a_stick_pulled_too_early_leaves(self) -> None:
        data = b"    1\t2026-03-02 08:00:00\t1\t0\r\n\x1a" + b"\0" * 20
        reading = formats.read(data, "1_attlog.dat", "zk_attlog")
        assert len(reading.punches) == 1
        assert [(told.reason, told.count) for told in reading.skipped] == [(Skip.CONTROL, 1)]

    def test_nul_bytes_before_a_good_line(self) -> None:
        data = b"    1\t2026-03-02 08:00:00\t1\t0\n" * 9 + b"\0\0\0    2\t2026-03-02 08:00:00\t1\t0\n"
        reading = formats.read(data, "1_attlog.dat", "zk_attlog")
        assert reading.punches[-1].person_key == "2"
        assert "\0" not in reading.punches[-1].raw

    def test_a_repaired_line_becomes_a_punch(self) -> None:
        (line,) = formats.read_line("00123\t2026-03-02 08:00:00\t1", "zk_attlog", Options())
        assert isinstance(line, PunchLine)
        assert line.person_key == "00123"

    def test_an_empty_repair_is_nothing(self) -> None:
        assert formats.read_line("  ", "zk_attlog", Options()) == []

    @given(
        st.lists(
            st.tuples(
                st.from_regex(r"[0-9A-Za-z]{1,9}", fullmatch=True),
                st.datetimes(dt.datetime(1970, 1, 1), dt.datetime(2099, 12, 31)).map(
                    lambda m: m.replace(microsecond=0)
                ),
                st.lists(st.from_regex(r"[0-9]{1,3}", fullmatch=True), max_size=8),
            ),
            min_size=1,
            max_size=30,
        ),
        st.sampled_from(["\n", "\r\n"]),
    )
    def test_what_a_terminal_writes_comes_back_as_it_was(
        self, presses: list[tuple[str, dt.datetime, list[str]]], end: str
    ) -> None:
        lines = ["\t".join([pin.rjust(9), str(moment), *codes]) for pin, moment, codes in presses]
        reading = attlog(*lines, end=end)
        assert not reading.bad_lines
        told = [
            (one.person_key, one.local_time, [one.device, one.status, one.verify, one.workcode])
            for one in reading.punches
        ]
        assert told == [(pin, moment, [*codes, "", "", "", ""][:4]) for pin, moment, codes in presses]


HEADERS = {
    "No\tTMNo\tEnNo\tName\tGMNo\tMode\tIN/OUT\tAntipass\tDateTime": "1\t3\t00012\tTom  \t1\t8\t2\t0\t{}",
    "No\tTMNo\tEnNo\tName\tINOUT\tMode\tDateTime": "1\t3\t00012\tTom\t2\t8\t{}",
    "No\tMchn\tEnNo\tName\tMode\tIOMd\tDateTime": "1\t3\t00012\tTom\t8\t2\t{}",
    "No\tMchn\tEnNo\t\tName\t\tMode\tIOMd\tDateTime\t": "1\t3\t00012\t\tTom\t\t8\t2\t{}\t",
}


def agl(header: str, *lines: str, encoding: str = "utf-8", bom: bytes = b"", options: Options | None = None):  # type: ignore[no-untyped-def]
    return formats.read(text([header, *lines], encoding, bom=bom), "AGL_001.TXT", "agl_text", options)


class TestAgl:
    @pytest.mark.parametrize(("header", "line"), HEADERS.items())
    def test_columns_are_found_by_their_names(self, header: str, line: str) -> None:
        punch = only_punch(agl(header, line.format("2026/03/02 08:00:00")))
        told = (punch.person_key, punch.local_time, punch.person_name, punch.device, punch.status, punch.verify)
        assert told == ("00012", EIGHT, "Tom", "3", "2", "8")

    def test_two_names_in_one_header_cell(self) -> None:
        header = 'No\tTMNo\tEnNo\t"Name GMNo"\tMode\tDateTime'
        apart = agl(header, "1\t3\t00012\tTom\t1\t8\t2026/03/02 08:00:00")
        together = agl(header, "1\t3\t00012\tTom       1\t8\t2026/03/02 08:00:00")
        assert only_punch(apart)[1:3] == only_punch(together)[1:3] == ("00012", EIGHT)
        assert only_punch(apart).verify == only_punch(together).verify == "8"

    def test_a_row_that_does_not_fit_gives_up_only_what_cannot_be_placed(self) -> None:
        header = "No\tTMNo\tEnNo\tName\tGMNo\tMode\tDateTime"
        punch = only_punch(agl(header, "1\t3\t00012\t\tTom\t\t1\t8\t2026/03/02 08:00:00"))
        assert (punch.person_key, punch.local_time, punch.person_name) == ("00012", EIGHT, "")

    @pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16-le"])
    def test_encodings(self, encoding: str) -> None:
        header = "No\tTMNo\tEnNo\tName\tMode\tDateTime"
        bom = b"\xff\xfe" if encoding == "utf-16-le" else b""
        reading = agl(header, "1\t3\t00012\t肖英\t8\t2026/03/02 08:00:00", encoding=encoding, bom=bom)
        assert only_punch(reading).person_name == "肖英"
        assert reading.encoding == encoding

    @pytest.mark.parametrize(
        "time", ["06-30-2016  01:19:29PM", "06/30/2016 13:19:29", "30/06/2016 13:19:29", "2016-06-30  13:19:29"]
    )
    def test_day_and_month_are_decided_over_the_whole_file(self, time: str) -> None:
        header = "No\tTMNo\tEnNo\tName\tMode\tDateTime"
        early = "01" + time[2:] if not time.startswith("2016") else time
        reading = agl(header, f"1\t1\t2\t\t1\t{early.replace('30', '02', 1)}", f"2\t1\t2\t\t1\t{time}")
        assert not reading.questions
        assert reading.punches[-1].local_time == dt.datetime(2016, 6, 30, 13, 19, 29)

    def test_when_nothing_decides_the_person_is_asked_and_nothing_is_taken(self) -> None:
        header, line = "No\tTMNo\tEnNo\tName\tMode\tDateTime", "1\t1\t2\t\t1\t03/04/2026 08:00:00"
        reading = agl(header, line)
        assert only_fault(reading).code is Fault.DATE_ORDER
        (question,) = reading.questions
        assert (question.option, [value for value, _ in question.choices]) == (
            "date_order",
            ["day_first", "month_first"],
        )
        answered = agl(header, line, options=Options(date_order=DateOrder.DAY_FIRST))
        assert only_punch(answered).local_time == dt.datetime(2026, 4, 3, 8, 0)
        assert not answered.questions

    def test_when_the_dates_contradict_each_other_the_person_is_asked(self) -> None:
        header = "No\tTMNo\tEnNo\tName\tMode\tDateTime"
        reading = agl(header, "1\t1\t2\t\t1\t30/06/2026 08:00:00", "2\t1\t2\t\t1\t06/30/2026 08:00:00")
        assert "只能按日/月/年" in reading.questions[0].sentence
        assert len(reading.bad_lines) == 2

    def test_a_header_repeated_by_appending_is_no_punch(self) -> None:
        header = "No\tTMNo\tEnNo\tName\tMode\tDateTime"
        reading = agl(header, "1\t1\t2\t\t1\t2026/03/02 08:00:00", header, "1\t1\t2\t\t1\t2026/03/03 08:00:00")
        assert (len(reading.punches), reading.skipped[0].count) == (2, 2)

    def test_date_and_clock_in_two_columns(self) -> None:
        punch = only_punch(agl("No\tTMNo\tEnNo\tName\tDate\tTime", "1\t1\t2\tTom\t2026/03/02\t08:00:00"))
        assert punch.local_time == EIGHT

    def test_a_bad_number_and_a_bad_time(self) -> None:
        header = "No\tTMNo\tEnNo\tName\tMode\tDateTime"
        reading = agl(header, "1\t1\t张\t\t1\t2026/03/02 08:00:00", "2\t1\t2\t\t1\t2026/03/32 08:00:00", "junk")
        assert [line.code for line in reading.bad_lines] == [Fault.PERSON, Fault.IMPOSSIBLE, Fault.TIME]

    def test_the_binary_twin_is_refused_with_advice(self) -> None:
        data = b"ZoucqGENLOGData" + bytes(200)
        for act in (lambda: formats.recognise("AGL_001.DAT", data), lambda: formats.read(data, "x", "agl_text")):
            with pytest.raises(FormatRefusal, match=r"AGL_001\.TXT") as refused:
                act()
            assert refused.value.code == "formats.agl_binary"


class TestHanwang:
    def test_values_are_found_by_key_and_names_may_hold_blanks(self) -> None:
        lines = [
            'Return(result="success" dev_id="9" total="1"',
            'id="0008" time="2026-03-02 08:00:00" name="欧阳 二" status="1"',
            ")",
        ]
        punch = only_punch(formats.read(text(lines, "gb18030"), "r.txt", "hanwang"))
        assert (punch.person_key, punch.person_name, punch.device, punch.status) == ("0008", "欧阳 二", "9", "1")

    def test_pushed_records_are_read_too(self) -> None:
        line = 'Record(time="2026-03-02 08:00:00" id="8" name="二" workcode="3" status="0" card_src="from_check")'
        reading = formats.read(text([line]), "r.txt", "hanwang")
        assert only_punch(reading).workcode == "3"
        assert formats.recognise("r.txt", text([line]))[0].format == "hanwang"

    def test_a_file_that_is_shorter_than_it_says_is_pointed_out(self) -> None:
        lines = ['Return(result="success" dev_id="9" total="2"', 'time="2026-03-02 08:00:00" id="8"', ")"]
        assert "2 条" in formats.read(text(lines), "r.txt", "hanwang").cautions[0].sentence

    def test_a_failed_answer_is_shown(self) -> None:
        reading = formats.read(text(['Return(result="fail:busy" dev_id="9")']), "r.txt", "hanwang")
        assert "fail:busy" in only_fault(reading).sentence

    @pytest.mark.parametrize(
        ("line", "code"),
        [
            ('id="8" name="二"', Fault.TIME),
            ('time="2026-03-02" id="8"', Fault.TIME),
            ('time="2026-02-30 08:00:00" id="8"', Fault.IMPOSSIBLE),
            ('time="2026-03-02 08:00:00" id=""', Fault.PERSON),
            ("乱码", Fault.TIME),
        ],
    )
    def test_bad_lines(self, line: str, code: Fault) -> None:
        assert only_fault(formats.read(text([line]), "r.txt", "hanwang")).code is code
