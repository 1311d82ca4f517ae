"""The columnar engine agrees with the slow re-telling on random companies: every table, every column.

Drawn companies shrink to a small one when they disagree; the numbered larger ones see far more days in
the same time. To hunt longer than the suite does, give ``check_in_memory`` the companies of more seeds.
"""

from __future__ import annotations

import csv
import tempfile
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import retelling
from companies import COLUMNS, OPTIONAL_TABLES, Company, random_company
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kaoqin import settle_command
from reckon.attendance import Tables, settle

RESULT_TABLES = ("days", "months", "cycles", "punch_use")
Texts = dict[str, list[dict[str, str]]]

in_ci = settings(
    derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
randoms = st.randoms(use_true_random=False)


def retold(company: Company) -> Texts:
    """What the oracle says, every cell as text."""
    results = retelling.settle(company.tables, company.first, company.last)
    return {
        name: [{column: str(cell) for column, cell in row.items()} for row in results[name]] for name in RESULT_TABLES
    }


def texts(table: pa.Table) -> list[dict[str, str]]:
    """The rows of an Arrow table, every cell as the text a CSV file has for it."""
    return [{column: text(cell) for column, cell in row.items()} for row in table.to_pylist()]


def text(cell: object) -> str:
    """One cell as text; null is empty."""
    if isinstance(cell, datetime):
        return cell.isoformat(timespec="seconds")
    return "" if cell is None else str(cell)


def arrow_tables(company: Company) -> Tables:
    """The company's tables as the engine takes them in memory."""
    tables: dict[str, Any] = {}
    for name, rows in company.tables.items():
        if rows or name not in OPTIONAL_TABLES:
            columns = list(rows[0]) if rows else COLUMNS[name].split()
            tables[name] = pa.table(
                {column: pa.array([row[column] for row in rows], pa.string()) for column in columns}
            )
    return Tables(**tables)


def check_in_memory(company: Company) -> None:
    """The engine's tables equal the oracle's, columns in the same order."""
    results = settle(arrow_tables(company), company.first, company.last, workers=1)
    told = retold(company)
    for name in RESULT_TABLES:
        table = getattr(results, name)
        assert texts(table) == told[name], name
        assert not told[name] or table.column_names == list(told[name][0])


def check_files(company: Company, *, parquet_in: bool, parquet_out: bool) -> None:
    """The same through the command: a directory of files in, a directory of files out."""
    with tempfile.TemporaryDirectory() as place:
        company.write(Path(place, "in"), parquet=parquet_in)
        words = ["--from", str(company.first), "--to", str(company.last), "--out", f"{place}/out"]
        words += ["--format", "parquet" if parquet_out else "csv"]
        assert settle_command.run([f"{place}/in", *words]) == 0
        told = retold(company)
        for name in RESULT_TABLES:
            read = read_parquet if parquet_out else read_csv
            assert read(Path(place, "out"), name) == told[name], name


def read_csv(folder: Path, name: str) -> list[dict[str, str]]:
    """The rows of a result file in CSV."""
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def read_parquet(folder: Path, name: str) -> list[dict[str, str]]:
    """The rows of a result file in Parquet."""
    return texts(pq.read_table(folder / f"{name}.parquet"))


@given(randoms)
@settings(in_ci, max_examples=120)
def test_the_engine_agrees_with_the_retelling(random: Random) -> None:
    check_in_memory(random_company(random))


@pytest.mark.parametrize("seeds", [range(first, first + 40) for first in range(0, 160, 40)], ids=str)
def test_the_engine_agrees_on_more_people_and_longer_ranges(seeds: range) -> None:
    for seed in seeds:
        check_in_memory(random_company(Random(seed), most_employees=6, most_days=35))


@given(randoms, st.booleans(), st.booleans())
@settings(in_ci, max_examples=40)
def test_the_command_agrees_on_files(random: Random, parquet_in: bool, parquet_out: bool) -> None:
    check_files(random_company(random), parquet_in=parquet_in, parquet_out=parquet_out)
