"""Tables narrowed to one employee, each row keeping its line."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from reckon.attendance.lookups import as_text
from reckon.attendance.sheets import taken
from reckon.attendance.words import ArrowColumn, Origin, Tables, line_after_header
from reckon.columns import Ints

OWN_TABLES = ("employees", "roster", "punches", "absences", "overtime")
"""Tables whose every row is about one employee."""


def narrow(tables: Tables, employee_no: str) -> Tables:
    """Only the rows of OWN_TABLES that are about the employee."""
    changed: dict[str, Any] = {}
    origins = dict(tables.origins)
    for name in OWN_TABLES:
        table: pa.Table | None = getattr(tables, name)
        kept = None if table is None else rows_of(table, employee_no)
        if table is not None and kept is not None:
            origin = origins.get(name, Origin(name))
            changed[name] = taken(table, kept)
            origins[name] = picked(origin.file, kept, origin.line)
    return replace(tables, origins=origins, **changed)


def rows_of(rows: pa.Table, employee_no: str | None) -> Ints | None:
    """The rows of one employee; None for all of them."""
    if employee_no is None or "employee_no" not in rows.column_names:
        return None
    column: ArrowColumn = rows.column("employee_no")
    chunks = [as_text(c.dictionary_decode() if pa.types.is_dictionary(c.type) else c) for c in column.chunks]
    mask = pc.equal(pa.chunked_array(chunks, pa.string()), pa.scalar(employee_no))
    return np.flatnonzero(mask.fill_null(False).to_numpy())


def picked(file: str, kept: Ints, line: Callable[[int], int] = line_after_header) -> Origin:
    """The origin of a table of which only some rows were kept."""
    return Origin(file, lambda row: line(int(kept[row])))
