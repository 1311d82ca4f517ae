"""One input table being read: columns of values out, faults noted with their place."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from reckon.attendance.cells import Field, Value, is_empty
from reckon.attendance.schema import COLUMNS
from reckon.attendance.words import ArrowArray, ArrowColumn, Fault, Origin
from reckon.columns import Bools, Ints, Objects, ints

_LEGIBLE = (
    pa.types.is_null,
    pa.types.is_boolean,
    pa.types.is_integer,
    pa.types.is_floating,
    pa.types.is_decimal,
    pa.types.is_string,
    pa.types.is_large_string,
    pa.types.is_string_view,
    pa.types.is_date,
    pa.types.is_time,
    pa.types.is_timestamp,
)


@dataclass(frozen=True)
class Cells:
    """A column read: its distinct values (text as objects, the rest whole numbers) and which each row has.

    `given` is False where the cell was empty and the default stands, `good` is False at a fault
    (the value there is meaningless); both row by row.
    """

    distinct: NDArray[Any]
    codes: Ints
    given: Bools
    good: Bools

    @property
    def numbers(self) -> Ints:
        """The number of each row."""
        return ints(self.distinct)[self.codes]

    @property
    def texts(self) -> Objects:
        """The text of each row."""
        return self.distinct.astype(object)[self.codes]


@dataclass
class Sheet:
    """A table of the input with its name in the contract, its origin and the faults found in it."""

    name: str
    rows: pa.Table
    origin: Origin
    faults: list[Fault] = field(default_factory=list)
    wrong: Bools = field(init=False)
    """Rows with a fault."""

    def __post_init__(self) -> None:
        self.wrong = np.zeros(len(self), bool)

    def __len__(self) -> int:
        return self.rows.num_rows

    @property
    def whole(self) -> bool:
        """Whether the table could be read and has the columns it must have: else nothing can refer to it."""
        needed = {spec.name for spec in COLUMNS[self.name] if spec.default is None}
        return self.origin.readable and needed <= set(self.rows.column_names)

    def column(self, name: str) -> ArrowColumn | None:
        """The raw column; None, and a fault if it may not be missing, where the table lacks it."""
        if name in self.rows.column_names:
            return self._legible(name)
        if self._field(name).default is None:
            self.faults.append(Fault(self.origin.file, 1, name, "", f"列 {name} (a column {name})"))
        return None

    def _legible(self, name: str) -> ArrowColumn | None:
        """The column, bytes as the text they are; None, and a fault, where it holds neither text nor values."""
        column: ArrowColumn = self.rows.column(name)
        kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
        try:
            if pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
                return column.cast(pa.string())
        except pa.ArrowInvalid:
            kind = pa.binary()
        if any(is_kind(kind) for is_kind in _LEGIBLE):
            return column
        self.fault_about(name, str(column.type), "文字、数字、日期或时间 (texts, numbers, dates or times)")
        return None

    def read(self, name: str) -> Cells:
        """Read a column of few distinct values by its parser; note every cell that is wrong."""
        spec = self._field(name)
        column = self.column(name)
        if column is None:
            return self._all_default(spec)
        distinct, codes = distinct_values(column)
        parsed = [_parse(spec, value) for value in distinct]
        empty = np.array([is_empty(value) for value in distinct], bool)[codes]
        good = np.array([value is not None for value in parsed], bool)[codes]
        self.fault(np.flatnonzero(~good), name, spec.expected)
        return Cells(_as_column(spec, parsed), codes, ~empty, good)

    def fault(self, rows: Ints, name: str, expected: str) -> None:
        """Note the same fault at several rows of a column."""
        self.wrong[rows] = True
        values: list[object] = [None] * len(rows)
        if name in self.rows.column_names and len(rows):
            values = taken(self.rows.select([name]), rows).column(0).to_pylist()
        for row, value in zip(rows.tolist(), values, strict=True):
            self.faults.append(Fault(self.origin.file, self.origin.line(row), name, shown(value), expected))

    def fault_reference(self, rows: Ints, name: str, expected: str, to: "Sheet") -> None:
        """Note rows that refer to what another table lacks, unless that table is not there to tell."""
        if to.whole:
            self.fault(rows, name, expected)

    def fault_about(self, name: str, value: str, expected: str) -> None:
        """Note a fault of the table as a whole (it stands at line 1)."""
        self.faults.append(Fault(self.origin.file, 1, name, value, expected))

    def _field(self, name: str) -> Field:
        return next(spec for spec in COLUMNS[self.name] if spec.name == name)

    def _all_default(self, spec: Field) -> Cells:
        no = np.zeros(len(self), bool)
        values = _as_column(spec, [spec.default])
        return Cells(values, no.astype(np.int64), no, np.full(len(self), spec.default is not None))


def taken(table: pa.Table, rows: Ints) -> pa.Table:
    """Some rows of a table."""
    numbers: ArrowArray = pa.array(rows, pa.int64())
    return table.take(numbers)


def shown(value: object) -> str:
    """A raw value as a fault shows it."""
    if isinstance(value, datetime):
        return value.isoformat()
    return "" if value is None else str(value)


def distinct_values(column: ArrowColumn) -> tuple[list[object], Ints]:
    """The distinct values of a column (null among them) and for each row the position of its value."""
    if pa.types.is_null(column.type):
        return [None], np.zeros(len(column), np.int64)
    if not pa.types.is_dictionary(column.type):
        column = column.dictionary_encode(null_encoding="encode")
    chunks = column.unify_dictionaries().chunks
    if not chunks:
        return [None], ints([])
    distinct = [*chunks[-1].dictionary.to_pylist(), None]
    null = len(distinct) - 1
    codes = [chunk.indices.fill_null(null).to_numpy(zero_copy_only=False) for chunk in chunks]
    return distinct, np.concatenate(codes).astype(np.int64)


def _parse(spec: Field, value: object) -> Value | None:
    """The value, its default where the cell is empty, None where it is wrong."""
    if is_empty(value):
        return spec.default
    try:
        return spec.parse(value)
    except (ValueError, OverflowError, ArithmeticError):
        return None


def _as_column(spec: Field, parsed: list[Value | None]) -> NDArray[Any]:
    if isinstance(spec.default, str) or spec.parse.__name__ == "text":
        return np.array(["" if value is None else value for value in parsed], object)
    return ints([0 if value is None else value for value in parsed])
