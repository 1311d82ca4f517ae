"""The file interface: tables from a directory, result tables into one. CSV or Parquet, by the file's name."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from reckon.attendance.csv_files import read_csv, write_csv
from reckon.attendance.narrow import OWN_TABLES, picked, rows_of
from reckon.attendance.schema import COLUMNS, TIME_COLUMNS
from reckon.attendance.sheets import taken
from reckon.attendance.words import (
    OPTIONAL_TABLES,
    REQUIRED_TABLES,
    RESULT_TABLES,
    Fault,
    Origin,
    Progress,
    Results,
    Tables,
)

if TYPE_CHECKING:
    from pyarrow.parquet import ParquetFile, RowGroupMetaData

FORMATS = ("csv", "parquet")
_ROWS_PER_GROUP = 1_000_000


@dataclass(frozen=True)
class Read:
    """One table read: its rows, where they stood, and what was wrong with the file itself."""

    rows: pa.Table
    origin: Origin
    faults: tuple[Fault, ...] = ()


def read_tables(folder: Path, employee_no: str | None = None) -> Tables:
    """Read all tables of a directory; with `employee_no` only that employee's rows of OWN_TABLES.

    What is wrong with a file as such (missing, not UTF-8, uneven rows) is noted in `Tables.faults`.
    """
    names = (*REQUIRED_TABLES, *OPTIONAL_TABLES)
    with ThreadPoolExecutor() as pool:
        read = dict(zip(names, pool.map(lambda name: _read(folder, name, employee_no), names), strict=True))
    there = {name: table for name, table in read.items() if table is not None}
    return Tables(
        **{name: table.rows for name, table in there.items()},
        origins={name: table.origin for name, table in there.items()},
        faults=tuple(fault for table in there.values() for fault in table.faults),
    )


def _read(folder: Path, name: str, employee_no: str | None) -> Read | None:
    found = [path for path in (folder / f"{name}.{ending}" for ending in FORMATS) if path.is_file()]
    if len(found) > 1:
        return _unreadable(name, found[0].name, f"{name} 只有一个文件 (one file, not also {found[1].name})")
    if not found:
        if name in OPTIONAL_TABLES:
            return None
        return _unreadable(name, f"{name}.csv", f"文件 {name}.csv 或 {name}.parquet (one of these files)")
    only = employee_no if name in OWN_TABLES else None
    read = _read_parquet if found[0].suffix == ".parquet" else _read_csv
    return read(found[0], name, only)


def _unreadable(name: str, file: str, expected: str, value: str = "") -> Read:
    rows = pa.table({field.name: pa.array([], pa.string()) for field in COLUMNS[name]})
    return Read(rows, Origin(file, readable=False), (Fault(file, 1, "", value, expected),))


def _read_csv(path: Path, name: str, employee_no: str | None) -> Read:
    wanted = None if name == "punches" else [field.name for field in COLUMNS[name]]
    rows, line, faults = read_csv(path, wanted, TIME_COLUMNS, employee_no)
    if not rows.column_names:
        blank = _unreadable(name, path.name, "有表头的 CSV 文件 (a CSV file with a header row)")
        return replace(blank, faults=faults or blank.faults)
    kept = rows_of(rows, employee_no)
    if kept is None:
        return Read(rows, Origin(path.name, line), faults)
    return Read(taken(rows, kept), picked(path.name, kept, line), faults)


def _read_parquet(path: Path, name: str, employee_no: str | None) -> Read:
    import pyarrow.parquet as pq  # only who has such files waits for it

    try:
        file = pq.ParquetFile(path)
        texts = [f.name for f in file.schema_arrow if pa.types.is_string(f.type) and f.name not in TIME_COLUMNS]
        file = pq.ParquetFile(path, read_dictionary=texts)
        wanted = None if name == "punches" else {field.name for field in COLUMNS[name]}
        columns = [f.name for f in file.schema_arrow if wanted is None or f.name in wanted]
        if employee_no is None:
            return Read(file.read(columns), Origin(path.name))
        return _read_groups(file, path.name, columns, employee_no)
    except (pa.ArrowInvalid, OSError) as wrong:
        return _unreadable(name, path.name, "Parquet 文件 (a Parquet file)", str(wrong).splitlines()[0])


def _read_groups(file: "ParquetFile", name: str, columns: list[str], employee_no: str) -> Read:
    """Only the row groups that may hold the employee, and of them only its rows."""
    tables, kept, offset = [file.schema_arrow.empty_table().select(columns)], [], 0
    for number in range(file.num_row_groups):
        if _may_hold(file.metadata.row_group(number), employee_no):
            group = file.read_row_group(number, columns)
            rows = rows_of(group, employee_no)
            rows = np.arange(group.num_rows) if rows is None else rows
            tables.append(taken(group, rows))
            kept.append(rows + offset)
        offset += file.metadata.row_group(number).num_rows
    return Read(pa.concat_tables(tables), picked(name, np.concatenate([np.zeros(0, np.int64), *kept])))


def _may_hold(group: "RowGroupMetaData", employee_no: str) -> bool:
    for number in range(group.num_columns):
        column = group.column(number)
        bounds = column.statistics if column.path_in_schema == "employee_no" else None
        if bounds is not None and bounds.has_min_max and isinstance(bounds.min, str):
            return bounds.min <= employee_no <= str(bounds.max)
    return True


def use_steady_memory() -> None:
    """Let Arrow take its memory from jemalloc where it can: for large files it keeps what the default gives back.

    For a process of its own to call once; it concerns all that uses Arrow there.
    """
    if "jemalloc" in pa.supported_memory_backends():
        pa.set_memory_pool(pa.jemalloc_memory_pool())


def write_results(results: Results, out: Path, ending: str = "csv", progress: Progress | None = None) -> None:
    """Write the four result tables into a directory, all of them complete or none.

    The big one is written beside the others: writing lets other threads run.
    """
    out.mkdir(parents=True, exist_ok=True)
    tables: dict[str, pa.Table] = {name: getattr(results, name) for name in RESULT_TABLES}
    parts = {name: out / f".{name}.{ending}.part" for name in tables}
    writer = write_csv if ending == "csv" else _write_parquet
    total, written = sum(table.num_rows for table in tables.values()), dict.fromkeys(tables, 0)

    def write(name: str) -> None:
        for rows in writer(tables[name], parts[name]):
            written[name] = rows
            if progress:
                progress("写出", sum(written.values()), total)

    try:
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(write, reversed(RESULT_TABLES)))
        for name, part in parts.items():
            part.replace(out / f"{name}.{ending}")
    finally:
        for part in parts.values():
            part.unlink(missing_ok=True)


def _write_parquet(table: pa.Table, path: Path) -> Iterator[int]:
    """Write a table, telling after each batch how many rows are written."""
    import pyarrow.parquet as pq

    # store_schema=False: texts that are dictionaries here are plain texts to whoever reads the file
    # bounds of texts and dictionaries of times cost a third of the time and serve nobody
    few: Any = [field.name for field in table.schema if not pa.types.is_timestamp(field.type)]
    ordered: Any = [field.name for field in table.schema if not pa.types.is_dictionary(field.type)]
    with pq.ParquetWriter(
        path, table.schema, store_schema=False, use_dictionary=few, write_statistics=ordered
    ) as writer:
        for start in range(0, max(table.num_rows, 1), _ROWS_PER_GROUP):
            writer.write_table(table.slice(start, _ROWS_PER_GROUP))
            yield min(start + _ROWS_PER_GROUP, table.num_rows)
