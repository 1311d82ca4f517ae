"""Bytes to text: the encodings of real files, and the trap of 肖英."""

import pytest

from kaoqin.punches.formats import FormatRefusal
from kaoqin.punches.formats.tools.text import decode

LINE = "00123\t李四\t2026-03-02 08:00:00\n"
PLAIN = "00123\t2026-03-02 08:00:00\n"


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (LINE.encode("utf-8"), "utf-8"),
        (LINE.encode("utf-8-sig"), "utf-8"),
        (LINE.encode("gb18030"), "gb18030"),
        (LINE.encode("utf-16"), "utf-16-le"),
        (LINE.encode("utf-16-le"), "utf-16-le"),
        (LINE.encode("utf-16-be"), "utf-16-be"),
        (b"\xfe\xff" + LINE.encode("utf-16-be"), "utf-16-be"),
        (LINE.encode("utf-32"), "utf-32-le"),
        (b"\x84\x31\x95\x33" + LINE.encode("gb18030"), "gb18030"),
    ],
)
def test_chinese_text_is_read_in_every_encoding_met(data: bytes, encoding: str) -> None:
    found = decode(data)
    assert (found.text, found.encoding, found.doubt) == (LINE, encoding, "")


def test_ascii_is_ascii() -> None:
    assert decode(PLAIN.encode()).encoding == "ascii"


def test_a_name_whose_gbk_bytes_are_valid_utf8_is_still_read_as_chinese() -> None:
    assert "肖英".encode("gb18030").decode("utf-8") == "ФӢ"
    found = decode("1\t肖英\n".encode("gb18030"))
    assert found.text == "1\t肖英\n"
    assert "UTF-8" in found.doubt


def test_utf8_without_chinese_that_is_no_gb18030_stays_utf8() -> None:
    found = decode("1\t€\n".encode())
    assert (found.text, found.encoding) == ("1\t€\n", "utf-8")


@pytest.mark.parametrize("name", ["喆", "堃", "㛃", "𠮷"])
def test_rare_characters_of_names_survive_in_gb18030(name: str) -> None:
    assert decode(f"1\t张{name}\n".encode("gb18030")).text == f"1\t张{name}\n"


def test_one_broken_line_does_not_spoil_the_others() -> None:
    found = decode("1\t张三\n".encode("gb18030") + b"\xff\xff\xfe\n" + "2\t李四\n".encode())
    assert found.text.split("\n")[0] == "1\t张三"
    assert found.text.split("\n")[2] == "2\t李四"
    assert "\\xff" in found.text
    assert "无法" in found.doubt


def test_utf8_names_and_gbk_garbage_in_one_file_are_each_read_in_their_own() -> None:
    data = "1\t张三\n2\t李四\n".encode() + "断电重启\n".encode("gb18030")
    found = decode(data)
    assert found.text == "1\t张三\n2\t李四\n断电重启\n"
    assert "混有" in found.doubt


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_of_every_system_are_one(end: str) -> None:
    assert decode(f"a{end}b{end}".encode()).text == "a\nb\n"


def test_nul_bytes_are_shown_as_the_database_takes_no_nul() -> None:
    assert decode(b"1\t2026-03-02 08:00:00\n" * 9 + b"\0\0\0").text.endswith("␀␀␀")


def test_a_person_may_choose_the_encoding() -> None:
    data = "1\t張三\n".encode("big5")
    assert decode(data).text != "1\t張三\n"
    assert decode(data, "big5").text == "1\t張三\n"


def test_a_wrongly_chosen_encoding_is_said() -> None:
    assert "utf-8" in decode("1\t张三\n".encode("gb18030"), "utf-8").doubt


@pytest.mark.parametrize("encoding", ["zlib_codec", "rot13", "utf-7", "nope"])
def test_other_codecs_are_refused(encoding: str) -> None:
    with pytest.raises(FormatRefusal, match="不支持编码"):
        decode(b"1", encoding)


def test_binary_data_is_refused_with_advice() -> None:
    with pytest.raises(FormatRefusal, match="二进制"):
        decode(bytes(range(1, 32)) * 50)
