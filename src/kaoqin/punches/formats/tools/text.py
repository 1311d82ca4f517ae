"""Bytes to text: BOMs, UTF-16 without BOM, UTF-8, GB18030. Never loses a byte silently.

Trial decoding "UTF-8, else GB18030" is not enough: 682 common characters are valid UTF-8 on their own in
GB2312 (肖英 = D0A4 D3A2 reads as two Cyrillic letters). So text that decodes as UTF-8 is taken for UTF-8 only
when it shows Chinese characters; otherwise GB18030 is tried first, as Chinese is expected here.
"""

import codecs
import re
from dataclasses import dataclass
from itertools import islice

from django.utils.translation import gettext

from kaoqin.punches.formats.words import FormatRefusal

KNOWN_ENCODINGS = ("utf-8", "gb18030", "utf-16-le", "utf-16-be", "big5", "cp1252", "cp1254")
"""What a person may choose when the text looks wrong."""

_CHINESE = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (b"\x84\x31\x95\x33", "gb18030"),
)
_SAMPLE_BYTES = 65536
_SAMPLE_LINES = 2000
_CONTROL = bytes(set(range(32)) - set(b"\t\r\n\x0c\x1a\x00"))


@dataclass(frozen=True)
class Decoded:
    """`doubt` says in Chinese what could not be decoded; empty when every byte was."""

    text: str
    encoding: str
    doubt: str = ""


def decode(data: bytes, chosen: str = "") -> Decoded:
    """The text of a file, with line ends as LF and NUL bytes made visible (␀)."""
    found = _chosen(data, chosen) if chosen else _by_bom(data) or _by_looks(data)
    text = found.text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "␀")
    return Decoded(text, found.encoding, found.doubt)


def shows_chinese(text: str) -> bool:
    return _CHINESE.search(text) is not None


def _chosen(data: bytes, encoding: str) -> Decoded:
    if encoding not in KNOWN_ENCODINGS:
        known = "、".join(KNOWN_ENCODINGS)
        raise FormatRefusal(
            "formats.unknown_encoding",
            gettext("不支持编码 {found}，可选 {known}。").format(found=encoding[:20], known=known),
        )
    for bom, name in _BOMS:
        if name == encoding and data.startswith(bom):
            return _whole(data[len(bom) :], encoding)
    return _whole(data, encoding)


def _by_bom(data: bytes) -> Decoded | None:
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return _whole(data[len(bom) :], encoding)
    return None


def _by_looks(data: bytes) -> Decoded:
    wide = _wide_encoding(data)
    if wide:
        return _whole(data, wide)
    _refuse_binary(data)
    if data.isascii():
        return Decoded(data.decode("ascii"), "ascii")
    return _narrow(data)


def _narrow(data: bytes) -> Decoded:
    """UTF-8 that shows Chinese, else GB18030, else UTF-8 without Chinese, else line by line."""
    as_utf8 = _try(data, "utf-8")
    if as_utf8 is not None and shows_chinese(as_utf8):
        return Decoded(as_utf8, "utf-8")
    as_gb = _try(data, "gb18030")
    if as_gb is not None and as_utf8 is None and _is_mixed(data):
        return Decoded(_line_by_line(data), "gb18030", gettext("文件里混有 UTF-8 和 GB18030 两种编码，已逐行判断"))
    if as_gb is not None:
        return Decoded(
            as_gb, "gb18030", "" if as_utf8 is None else gettext("文字按 UTF-8 也能读(但没有汉字)，已按 GB18030 读取")
        )
    if as_utf8 is not None:
        return Decoded(as_utf8, "utf-8")
    return Decoded(
        _line_by_line(data), "gb18030", gettext("有些行的字节无法按 GB18030 或 UTF-8 解码，已原样标出(\\x..)")
    )


def _is_mixed(data: bytes) -> bool:
    """Whether a good part of the lines with other than ASCII is UTF-8 with Chinese: GBK hardly ever looks so."""
    lines = list(islice((line for line in data.split(b"\n") if not line.isascii()), _SAMPLE_LINES))
    chinese = [text for text in (_try(line, "utf-8") for line in lines) if text is not None and shows_chinese(text)]
    return len(chinese) > 0.2 * len(lines)


def _line_by_line(data: bytes) -> str:
    return "\n".join(_one_line(line) for line in data.split(b"\n"))


def _one_line(line: bytes) -> str:
    as_utf8 = _try(line, "utf-8")
    if as_utf8 is not None and (line.isascii() or shows_chinese(as_utf8)):
        return as_utf8
    return line.decode("gb18030", errors="backslashreplace")


def _whole(data: bytes, encoding: str) -> Decoded:
    text = _try(data, encoding)
    if text is not None:
        return Decoded(text, encoding)
    broken = data.decode(encoding, errors="replace")
    return Decoded(broken, encoding, gettext("有些字节无法按 {encoding} 解码，已用 � 代替").format(encoding=encoding))


def _try(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return None


def _wide_encoding(data: bytes) -> str:
    """UTF-16 without BOM: digits and blanks have a zero byte always on the same side."""
    sample = data[:_SAMPLE_BYTES]
    if len(sample) < 4 or len(data) % 2:
        return ""
    half = len(sample) // 2
    low, high = sample[0::2].count(0) / half, sample[1::2].count(0) / half
    if high > 0.3 and low < 0.05:
        return "utf-16-le"
    return "utf-16-be" if low > 0.3 and high < 0.05 else ""


def _refuse_binary(data: bytes) -> None:
    sample = data[:_SAMPLE_BYTES]
    if len(sample) - len(sample.translate(None, _CONTROL)) > len(sample) * 0.05:
        advice = gettext("请在考勤机或软件里导出文本(TXT、CSV)或 Excel 文件")
        raise FormatRefusal(
            "formats.binary", gettext("这是二进制文件，不是打卡记录文本。{advice}。").format(advice=advice)
        )
