"""CSV in and out: fast by Arrow where the file is even, row by row where a fault must be told."""

import csv
from collections.abc import Collection, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from itertools import islice
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as arrow_csv

from reckon.attendance.csv_lines import Line, holds, line_of, lines_about, records
from reckon.attendance.words import ArrowColumn, Fault, line_after_header

_BLOCK = 16 << 20
_ROWS_PER_BATCH = 100_000
_STRUCTURAL = r'[",\r\n]'
QUOTED = arrow_csv.WriteOptions(include_header=False, quoting_style="needed")
PLAIN = arrow_csv.WriteOptions(include_header=False, quoting_style="none")
_TEXT = pa.dictionary(pa.int32(), pa.string())


def read_csv(
    path: Path, wanted: Collection[str] | None, times: Collection[str], employee_no: str | None = None
) -> tuple[pa.Table, Line, tuple[Fault, ...]]:
    """Read a CSV file as text: (rows, the line of each row, faults of the file). No columns: no header.

    Reads the `wanted` columns (None: all); those in `times` as plain text, the others as dictionaries.
    With `employee_no` rows of others may be left out, where that is quicker.
    """
    header = _header(path)
    twice = {name for name in header if header.count(name) > 1}
    if not header or twice:
        faults = [Fault(path.name, 1, name, name, "每列一个名称 (each column name once)") for name in twice]
        return pa.table({}), line_after_header, tuple(faults)
    columns = [name for name in header if wanted is None or name in wanted]
    types: dict[str, pa.DataType] = {name: pa.string() if name in times else _TEXT for name in columns}
    try:
        if employee_no and (excerpt := lines_about(path, header, "employee_no", employee_no)):
            return _read_fast(BytesIO(excerpt.content), columns, types), excerpt.line, ()
        return _read_fast(path, columns, types, quoted=holds(path, b'"')), line_of(path), ()
    except (pa.ArrowInvalid, UnicodeDecodeError):
        return _read_slowly(path, header, types)


def _header(path: Path) -> list[str]:
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        return next(csv.reader(file), [])


def _read_fast(
    source: Path | BytesIO, columns: list[str], types: Mapping[str, pa.DataType], *, quoted: bool = False
) -> pa.Table:
    return arrow_csv.read_csv(
        source,
        arrow_csv.ReadOptions(block_size=_BLOCK),
        arrow_csv.ParseOptions(newlines_in_values=quoted),
        arrow_csv.ConvertOptions(include_columns=columns, column_types=dict(types), strings_can_be_null=False),
    )


def _read_slowly(
    path: Path, header: list[str], types: Mapping[str, pa.DataType]
) -> tuple[pa.Table, Line, tuple[Fault, ...]]:
    """Row by row, leaving out and noting rows that are uneven or not UTF-8."""
    faults, rows, lines = [], [], []
    for line, row in islice(((line, row) for line, row in records(path) if row), 1, None):
        fault = _wrong_row(path.name, line, row, header)
        if fault:
            faults.append(fault)
        else:
            rows.append(row)
            lines.append(line)
    columns = dict(zip(header, zip(*rows, strict=True), strict=True)) if rows else dict.fromkeys(header, ())
    table = pa.table({name: pa.array(columns[name], pa.string()).cast(types[name]) for name in types})
    return table, lines.__getitem__, tuple(faults)


def _wrong_row(file: str, line: int, row: list[str], header: list[str]) -> Fault | None:
    for name, value in zip(header, row, strict=False):
        if not value.isprintable() and any("\udc80" <= letter <= "\udcff" for letter in value):
            shown = value.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
            return Fault(file, line, name, shown, "UTF-8 编码的文字 (text in UTF-8)")
    if len(row) != len(header):
        column = header[len(row)] if len(row) < len(header) else header[-1]
        return Fault(file, line, column, ",".join(row), f"{len(header)} 格 ({len(header)} cells, not {len(row)})")
    return None


def write_csv(table: pa.Table, path: Path) -> Iterator[int]:
    """Write a table as CSV: UTF-8, header, times with a T; two batches are formatted side by side.

    Tells after each batch how many rows are written.
    """
    starts = range(0, table.num_rows, _ROWS_PER_BATCH)
    with path.open("wb") as file, ThreadPoolExecutor(2) as pool:
        file.write(_formatted(pa.table({name: [name] for name in table.column_names})))
        for some in _by_twos(starts):
            batches = [table.slice(start, _ROWS_PER_BATCH) for start in some]
            for start, content in zip(some, pool.map(_formatted, batches), strict=True):
                file.write(content)
                yield min(start + _ROWS_PER_BATCH, table.num_rows)


def _by_twos(starts: range) -> Iterator[tuple[int, ...]]:
    rest = iter(starts)
    while pair := tuple(islice(rest, 2)):
        yield pair


def _formatted(batch: pa.Table) -> memoryview:
    batch = pa.table([_printable(column) for column in batch.columns], batch.column_names)
    sink = BytesIO()
    arrow_csv.write_csv(batch, sink, QUOTED if any(map(_needs_quotes, batch.columns)) else PLAIN)
    return sink.getbuffer()


def _printable(column: ArrowColumn) -> ArrowColumn:
    """Local times as `2026-10-01T08:57:00`, with a fraction of the second where there is one."""
    if pa.types.is_timestamp(column.type) and column.type.tz is None:
        encoded = column.combine_chunks().dictionary_encode()
        moments = encoded.dictionary.to_numpy(zero_copy_only=False)
        whole = np.array_equal(moments, moments.astype("datetime64[s]"))
        texts = np.datetime_as_string(moments, unit="s" if whole else "auto")
        return pa.chunked_array([pa.DictionaryArray.from_arrays(encoded.indices, pa.array(texts, pa.string()))])
    return column


def _needs_quotes(column: ArrowColumn) -> bool:
    if pa.types.is_dictionary(column.type):
        return any(_needs_quotes(pa.chunked_array([chunk.dictionary])) for chunk in column.chunks)
    if not (pa.types.is_string(column.type) or pa.types.is_large_string(column.type)):
        return False
    return bool(pc.any(pc.match_substring_regex(column, _STRUCTURAL)).as_py())
