"""Refuses .xlsx files that are small on disk and huge in memory, by what they hold, not by what they declare."""

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator

from django.utils.translation import gettext

from kaoqin.core.words import Refusal

MAX_UNPACKED_BYTES = 512 * 1024 * 1024
MAX_PARTS = 2000
_CHUNK_BYTES = 1 << 20
_OVERLAP_BYTES = 256
_LOCAL_HEADER_BYTES = 30
_ANY = (re.compile(rb"""r\s*=\s*["']([A-Za-z]+)[0-9]"""), re.compile(rb"""r\s*=\s*["'][A-Za-z]+([0-9]{1,9})"""))
_FILLED_CELL = rb"""<(?:\w+:)?c\s(?:[^>]*?\s)?r\s*=\s*["']%s["'][^>]*(?<!/)>"""
_FILLED = (re.compile(_FILLED_CELL % rb"([A-Za-z]+)[0-9]+"), re.compile(_FILLED_CELL % rb"[A-Za-z]+([0-9]{1,9})"))


def refuse_bomb(data: bytes, max_cells: int) -> None:
    """Unpack every part piece by piece, count bytes, and see how far the cells of a sheet reach."""
    parts, unpacked_bytes = _parts(data), 0
    for info in parts:
        for piece in _unpacked(data, info):
            unpacked_bytes += len(piece)
            if unpacked_bytes > MAX_UNPACKED_BYTES:
                raise Refusal("core.zip_bomb", gettext("这个 Excel 文件解压后太大(超过 512 MB)，请拆分后再导入。"))
    for info in parts:
        _refuse_far_cells(data, info, max_cells)


def refuse_too_many(rows: int, columns: int, at_most: int) -> None:
    """A table that would not fit into memory is refused with its size."""
    if rows * columns > at_most:
        size = gettext("{rows:,} 行 × {columns:,} 列").format(rows=rows, columns=columns)
        raise Refusal(
            "core.too_many_cells", gettext("表格太大({size})，请按月份拆成几个文件再导入。").format(size=size)
        )


def _refuse_far_cells(data: bytes, info: zipfile.ZipInfo, max_cells: int) -> None:
    """The reader allots memory for the whole rectangle a sheet's cells span, empty or not.

    First a quick look at all cells; only when they reach too far, a slow one at those that hold something
    (whole formatted rows are common and harmless).
    """
    rows, columns = _reach(data, info, *_ANY)
    if rows * columns > max_cells:
        refuse_too_many(*_reach(data, info, *_FILLED), max_cells)


def _reach(data: bytes, info: zipfile.ZipInfo, column: re.Pattern[bytes], row: re.Pattern[bytes]) -> tuple[int, int]:
    """Rows and columns the cells of a sheet span."""
    rows, columns, tail = 1, 1, b""
    for piece in _unpacked(data, info):
        text = tail + piece
        if text[:2] in (b"\xff\xfe", b"\xfe\xff"):
            raise _no_xlsx()
        columns = max(columns, *map(_column_number, {b"A", *column.findall(text)}))
        rows = max(rows, *map(int, {b"1", *row.findall(text)}))
        tail = text[-_OVERLAP_BYTES:]
    return rows, columns


def _parts(data: bytes) -> list[zipfile.ZipInfo]:
    try:
        parts = zipfile.ZipFile(io.BytesIO(data)).infolist()
    except Exception as fault:  # zipfile answers damage with many kinds of errors
        raise _no_xlsx() from fault
    names = {info.filename.lower() for info in parts}
    if len(parts) > MAX_PARTS or "xl/workbook.xml" not in names:
        raise _no_xlsx()
    return parts


def _unpacked(data: bytes, info: zipfile.ZipInfo) -> Iterator[bytes]:
    """A part's bytes, a megabyte at a time, whatever its header says of its size."""
    packed = _packed(data, info)
    if info.compress_type == zipfile.ZIP_STORED:
        yield from (packed[at : at + _CHUNK_BYTES] for at in range(0, len(packed), _CHUNK_BYTES))
        return
    if info.compress_type != zipfile.ZIP_DEFLATED:
        raise _no_xlsx()
    inflate = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        piece = inflate.decompress(packed, _CHUNK_BYTES)
        while piece:
            yield piece
            piece = inflate.decompress(inflate.unconsumed_tail, _CHUNK_BYTES)
    except zlib.error as fault:
        raise _no_xlsx() from fault


def _packed(data: bytes, info: zipfile.ZipInfo) -> bytes:
    header = data[info.header_offset : info.header_offset + _LOCAL_HEADER_BYTES]
    if len(header) < _LOCAL_HEADER_BYTES:
        raise _no_xlsx()
    name_bytes, extra_bytes = struct.unpack("<26xHH", header)
    begin = info.header_offset + _LOCAL_HEADER_BYTES + name_bytes + extra_bytes
    return data[begin : begin + info.compress_size]


def _column_number(letters: bytes) -> int:
    """A → 1, AA → 27; more letters than Excel has are as far as can be."""
    if len(letters) > 3:
        return 1 << 20
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - ord("A") + 1
    return number


def _no_xlsx() -> Refusal:
    return Refusal(
        "core.no_xlsx", gettext("这个压缩文件不是可读的 .xlsx 表格，请解压，或用 Excel、WPS 另存为 .xlsx 再导入。")
    )
