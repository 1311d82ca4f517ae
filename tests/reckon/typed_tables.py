"""Text tables turned into typed ones, as other systems would write them to Parquet."""

from datetime import date, datetime
from typing import Any

import pyarrow as pa

from reckon.attendance import Tables

DATES = {"date", "hired_on", "left_on"}
NUMBERS = {"segment", "late_grace", "off_after", "on_later"}


def as_typed(table: pa.Table, unit: Any) -> pa.Table:
    """Dates, timestamps and whole numbers typed, empty cells as nulls."""
    columns = {name: _typed(name, table.column(name).to_pylist(), unit) for name in table.column_names}
    return pa.table(columns)


def _typed(name: str, cells: list[Any], unit: Any) -> Any:
    given = [cell or None for cell in cells]
    if name in DATES:
        return pa.array([cell and date.fromisoformat(cell) for cell in given], pa.date32())
    if name == "at" or (name in {"start", "end"} and "T" in "".join(cells)):
        return pa.array([cell and datetime.fromisoformat(cell) for cell in given], pa.timestamp(unit))
    if name in NUMBERS:
        return pa.array([cell and int(cell) for cell in given], pa.int16())
    return pa.array(given, pa.string())


def tables_of(held: dict[str, Any]) -> Tables:
    """Arrow tables by name as the engine takes them."""
    return Tables(**held)
