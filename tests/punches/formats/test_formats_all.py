"""Rules that hold for every format: recognised, nothing dropped, and what it hands out can be read again."""

import contextlib
import json
from collections import Counter

import pytest
from punch_samples import SAMPLES, Sample

from kaoqin.punches import formats
from kaoqin.punches.formats import BadLine, FormatRefusal, Options, PunchLine
from kaoqin.punches.formats.tools.source import open_source

every_sample = pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)


def read(sample: Sample) -> formats.Reading:
    return formats.read(sample.data, sample.name, sample.format)


@every_sample
def test_a_real_file_is_recognised_best_first_with_a_reason(sample: Sample) -> None:
    told = formats.recognise(sample.name, sample.data)
    assert told[0].format == sample.format
    assert [one.confidence for one in told] == sorted((one.confidence for one in told), reverse=True)
    assert all(0 < one.confidence <= 1 and one.reason and one.title for one in told)


@every_sample
def test_the_content_decides_when_the_name_says_nothing(sample: Sample) -> None:
    assert formats.recognise("upload.bin", sample.data)[0].format == sample.format


@every_sample
def test_good_and_bad_lines_are_told_apart(sample: Sample) -> None:
    reading = read(sample)
    assert (len(reading.punches), len(reading.bad_lines)) == (sample.punches, sample.bad_lines)
    assert reading.format == sample.format


@every_sample
def test_every_line_that_is_not_blank_is_a_line_or_counted_as_skipped(sample: Sample) -> None:
    source = open_source(sample.name, sample.data)
    by_format = {"zk_attlog", "agl_text", "hanwang"}
    if sample.format in by_format:
        numbers = {number for number, line in enumerate(source.lines, 1) if line.strip()}
    else:
        numbers = {number for sheet in source.sheets for number, _ in sheet.rows()}
    reading = read(sample)
    skipped = {number for told in reading.skipped for number in told.first_line_nos}
    assert {line.line_no for line in reading.lines} | skipped == numbers


@every_sample
def test_a_bad_line_says_in_chinese_what_was_expected(sample: Sample) -> None:
    for line in read(sample).bad_lines:
        assert line.code.startswith("punches.")
        assert any("一" <= letter <= "鿿" for letter in line.sentence)
        assert len(line.sentence) <= 300


@every_sample
def test_each_punch_can_be_read_again_from_its_own_line(sample: Sample) -> None:
    reading = read(sample)
    for line in reading.punches:
        again = formats.read_line(line.raw, sample.format, reading.options)
        assert (line.person_key, line.local_time, line.person_name) in [
            (one.person_key, one.local_time, one.person_name) for one in again if isinstance(one, PunchLine)
        ]


@every_sample
def test_a_bad_line_stays_bad_until_it_is_repaired(sample: Sample) -> None:
    reading = read(sample)
    for line in reading.bad_lines:
        again = formats.read_line(line.raw, sample.format, reading.options)
        assert [one.code for one in again if isinstance(one, BadLine)] == [line.code]


@every_sample
def test_the_options_of_a_reading_read_the_file_to_the_same_lines(sample: Sample) -> None:
    reading = read(sample)
    kept = Options.from_json(json.loads(json.dumps(reading.options.to_json(), ensure_ascii=False)))
    assert kept == reading.options
    assert formats.read(sample.data, sample.name, sample.format, kept) == reading


@every_sample
def test_reading_twice_gives_the_same(sample: Sample) -> None:
    assert read(sample) == read(sample)


@every_sample
def test_a_quarantine_of_rows_knows_each_bad_cell_once(sample: Sample) -> None:
    places = Counter((line.line_no, line.cell) for line in read(sample).bad_lines)
    assert not places or max(places.values()) == 1


@every_sample
def test_every_other_format_refuses_or_reads_without_any_other_error(sample: Sample) -> None:
    for one in formats.FORMATS:
        with contextlib.suppress(FormatRefusal):
            formats.read(sample.data, sample.name, one.code)


def test_the_first_rows_of_a_file_can_be_shown_with_a_proposed_mapping() -> None:
    sample = next(one for one in SAMPLES if one.name == "考勤.csv")
    shown = formats.peek(sample.name, sample.data).sheets[0]
    assert shown.rows[0] == (1, ("部门", "姓名", "考勤号码", "日期时间", "机器号", "编号", "比对方式", "卡号"))
    assert shown.proposal is not None
    assert shown.proposal.key == "考勤号码"


def test_a_file_nobody_knows_is_recognised_as_nothing_and_can_still_be_shown() -> None:
    data = "你好\n世界\n".encode()
    assert formats.recognise("notes.txt", data) == []
    assert formats.peek("notes.txt", data).sheets[0].proposal is None
    with pytest.raises(FormatRefusal, match="认不出哪一列"):
        formats.read(data, "notes.txt", "mapped")


def test_an_unknown_format_and_an_unknown_sheet_are_refused() -> None:
    with pytest.raises(FormatRefusal, match="没有名为 nope 的格式"):
        formats.read(b"1", "x", "nope")
    sample = SAMPLES[3]
    with pytest.raises(FormatRefusal, match="没有名为“别的”的工作表"):
        formats.read(sample.data, sample.name, sample.format, Options(sheet="别的"))
