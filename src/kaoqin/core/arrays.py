"""Many values in a question of the database as one array, and arrays in its answer as columns."""

import contextlib
import datetime as dt
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from django.contrib.postgres.fields import ArrayField
from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.db.models import BigIntegerField, BooleanField, F, Func, Value
from django.db.models.functions import Cast
from numpy.typing import NDArray
from psycopg import Cursor
from psycopg.adapt import Buffer, Loader
from psycopg.pq import Format
from pyarrow import csv

Columns = dict[str, NDArray[np.int64]]


def array_of(values: Iterable[int | dt.date]) -> str:
    """Numbers or dates as PostgreSQL writes an array, for `= ANY(%s::bigint[])`."""
    return f"{{{','.join(map(str, values))}}}"


def text_array(values: Iterable[str]) -> str:
    """Texts as PostgreSQL writes an array, for `= ANY(%s::text[])`: thirty times as fast as to have a list of them bound."""
    kept = list(values)
    joined = '","'.join(kept)
    if "\\" in joined or joined.count('"') != 2 * max(len(kept) - 1, 0):
        joined = '","'.join(value.replace("\\", "\\\\").replace('"', '\\"') for value in kept)
    return f'{{"{joined}"}}' if kept else "{}"


def any_of(field: str, ids: Iterable[int]) -> Func:
    """A condition for `filter`: the column holds one of the ids. For thousands of ids much cheaper than `__in`."""
    array = Cast(Value(array_of(ids)), ArrayField(BigIntegerField()))
    return Func(F(field), array, arg_joiner=" = ANY(", template="%(expressions)s)", output_field=BooleanField())


class _AsBytes(Loader):
    format = Format.BINARY

    def load(self, data: Buffer) -> bytes:
        return bytes(data)


# PostgreSQL's type numbers, how an element looks on the wire (its length, then the value), and what 0 means in ours.
_ARRAYS = {
    "int8[]": (1016, np.dtype([("length", ">i4"), ("value", ">i8")]), 0),
    "date[]": (1182, np.dtype([("length", ">i4"), ("value", ">i4")]), 10_957),
    "timestamptz[]": (1185, np.dtype([("length", ">i4"), ("value", ">i8")]), 946_684_800_000_000),
}
_HEAD = 20
"""Bytes before the first element of an array of one dimension."""


@contextlib.contextmanager
def server_cursor(*, arrays: bool = False) -> Iterator[CursorWrapper]:
    """A cursor whose values are bound by the server: bytes and arrays travel as they are and not as a text of SQL, and a
    question that is asked often is planned once. With `arrays`, those of the answer are bytes."""
    connection.ensure_connection()
    cursor: Any = Cursor(connection.connection)
    if arrays:
        cursor.format = Format.BINARY
        for oid, _, _ in _ARRAYS.values():
            cursor.adapters.register_loader(oid, _AsBytes)
    with (connection.make_debug_cursor if connection.queries_logged else connection.make_cursor)(cursor) as wrapped:
        yield wrapped


def fetch_arrays(query: str, parameters: dict[str, Any], kinds: dict[str, str]) -> tuple[list[int], list[int], Columns]:
    """The rows of a question whose columns are an id and then arrays of equal length, without nulls.

    `kinds` names the arrays' types by column. Returns the ids, how many elements each has, and each column with the
    elements of all rows one after the other (dates as days, moments as microseconds, both since 1970 UTC). Millions of
    elements cost little more than the database takes to find them.
    """
    with server_cursor(arrays=True) as cursor:
        cursor.execute(query, parameters)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    ids, *arrays = zip(*rows, strict=True) if rows else ((), *(() for _ in kinds))
    columns = {name: _elements(arrays[place], *_ARRAYS[kind][1:]) for place, (name, kind) in enumerate(kinds.items())}
    size = next(iter(_ARRAYS[kind][1].itemsize for kind in kinds.values()))
    counts = [(len(array) - _HEAD) // size for array in arrays[0]]
    return list(ids), counts, columns


def _elements(arrays: Sequence[bytes], element: np.dtype[Any], epoch: int) -> NDArray[np.int64]:
    told = np.frombuffer(b"".join([array[_HEAD:] for array in arrays]), element)["value"]
    return told.astype(np.int64) + epoch


def copy_table(table: str, rows: pa.Table) -> int:
    """The rows of an Arrow table into the columns of those names, by COPY; returns how many."""
    buffer = io.BytesIO()
    csv.write_csv(rows, buffer, csv.WriteOptions(include_header=False, batch_size=16_384))
    into = f"COPY {table} ({', '.join(rows.column_names)}) FROM STDIN (FORMAT csv)"
    with connection.cursor() as cursor, cursor.copy(into) as copy:
        copy.write(buffer.getbuffer())
    return len(rows)
