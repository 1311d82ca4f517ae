"""A file as the formats see it: its text with the encoding found, or its sheets."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePath

from django.utils.translation import gettext

from kaoqin.core.workbooks import is_book
from kaoqin.punches.formats.tools.books import sheets_of
from kaoqin.punches.formats.tools.delimited import rows_of, sniff_delimiter
from kaoqin.punches.formats.tools.html_tables import html_sheets, is_html
from kaoqin.punches.formats.tools.sheet import NumberedRow, Sheet
from kaoqin.punches.formats.tools.text import Decoded, decode
from kaoqin.punches.formats.words import Caution, FormatRefusal

MAX_TEXT_BYTES = 256 * 1024 * 1024
MAX_BOOK_BYTES = 64 * 1024 * 1024
MAX_LINES = 5_000_000
_HEAD_LINES = 300
_AGL_BINARY = b"GENLOGData"


@dataclass(frozen=True)
class Source:
    """One file. What is not asked for is not read."""

    name: str
    data: bytes
    encoding_chosen: str = ""

    @cached_property
    def is_book(self) -> bool:
        return is_book(self.data)

    @cached_property
    def decoded(self) -> Decoded | None:
        """The text, or None for an Excel file."""
        return None if self.is_book else decode(self.data, self.encoding_chosen)

    @property
    def stem(self) -> str:
        """The file's name without folder and extension."""
        return PurePath(self.name).stem

    @property
    def encoding(self) -> str:
        return self.decoded.encoding if self.decoded else ""

    @property
    def cautions(self) -> tuple[Caution, ...]:
        doubt = self.decoded.doubt if self.decoded else ""
        return (
            (Caution("formats.encoding_doubt", gettext("{doubt}。如有乱码请选择编码后重读。").format(doubt=doubt)),)
            if doubt
            else ()
        )

    @cached_property
    def lines(self) -> list[str]:
        """The lines of a text file; none for an Excel file or a web page."""
        if self.decoded is None or self._is_html:
            return []
        lines = self.decoded.text.split("\n")
        if len(lines) > MAX_LINES:
            raise FormatRefusal(
                "formats.too_many_lines",
                gettext("文件超过 {limit:,} 行，请拆成几个文件再导入。").format(limit=MAX_LINES),
            )
        return lines

    @cached_property
    def head(self) -> list[str]:
        """The first lines that are not blank."""
        return [line for line in self.lines[: _HEAD_LINES * 3] if line.strip()][:_HEAD_LINES]

    @cached_property
    def delimiter(self) -> str:
        return sniff_delimiter(self.lines)

    @cached_property
    def sheets(self) -> Sequence[Sheet]:
        """The tables: a book's sheets, or a text's one table."""
        if self.decoded is None:
            return sheets_of(self.data)
        return html_sheets(self.decoded.text) if self._is_html else [self.table(self.delimiter)]

    def table(self, delimiter: str) -> Sheet:
        """The text as one table with this delimiter."""

        def load() -> Iterator[NumberedRow]:
            return rows_of(self.lines, delimiter)

        return Sheet("", load)

    def sheet(self, name: str) -> Sheet:
        """The sheet of this name; refused when there is none."""
        for sheet in self.sheets:
            if sheet.name == name:
                return sheet
        raise FormatRefusal("formats.no_sheet", gettext("文件里没有名为“{name}”的工作表。").format(name=name))

    @cached_property
    def _is_html(self) -> bool:
        return self.decoded is not None and is_html(self.decoded.text)


def open_source(name: str, data: bytes, encoding: str = "") -> Source:
    """The file, if it can be one of ours at all; refuses empty, too large and known binary files."""
    if not data or data.isspace():
        raise FormatRefusal("formats.empty", gettext("文件是空的，没有任何打卡记录。"))
    if _AGL_BINARY in data[:64]:
        raise FormatRefusal(
            "formats.agl_binary",
            gettext(
                "这是考勤机的二进制文件(AGL_001.DAT)，无法直接读取。请在考勤机 U 盘菜单里选择下载为文本，导入同一 U 盘上的 AGL_001.TXT 或 GLG_001.TXT。"
            ),
        )
    at_most = MAX_BOOK_BYTES if is_book(data) else MAX_TEXT_BYTES
    if len(data) > at_most:
        limit = f"{at_most // 1024 // 1024} MB"
        raise FormatRefusal(
            "formats.too_large", gettext("文件超过 {limit}，请按月份拆成几个文件再导入。").format(limit=limit)
        )
    return Source(name, data, encoding)
