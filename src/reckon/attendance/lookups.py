"""Names of one table found in another."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from reckon.attendance.cells import is_empty
from reckon.attendance.sheets import distinct_values
from reckon.attendance.words import ArrowArray, ArrowColumn
from reckon.columns import Bools, Ints, Objects, ints


@dataclass(frozen=True)
class Found:
    """For each row the position of its name among the names, where `known`."""

    place: Ints
    known: Bools


def find_texts(names: Objects, values: Objects) -> Found:
    """Find a short column of texts."""
    places = {name: place for place, name in enumerate(names)}
    found = [places.get(value) for value in values]
    known = np.array([place is not None for place in found], bool)
    return Found(ints([place or 0 for place in found]), known)


def find_column(names: Objects, column: ArrowColumn) -> Found:
    """Find a raw column of any length, text or typed."""
    wanted = pa.array(names, pa.string())
    parts = [_find(chunk, wanted) for chunk in column.chunks] or [ints([])]
    place = np.concatenate(parts)
    return Found(np.maximum(place, 0), place >= 0)


def empty_among(column: ArrowColumn, rows: Ints) -> Ints:
    """Those of the rows whose cell is empty."""
    if not len(rows):
        return rows
    distinct, codes = distinct_values(column.take(pa.array(rows, pa.int64())))
    empty: Bools = np.array([is_empty(value) for value in distinct], bool)
    kept: Ints = rows[empty[codes]]
    return kept


def _find(chunk: ArrowArray, wanted: ArrowArray) -> Ints:
    if not pa.types.is_dictionary(chunk.type):
        return _places(pc.index_in(as_text(chunk), value_set=wanted))
    places = np.append(_places(pc.index_in(as_text(chunk.dictionary), value_set=wanted)), -1)
    found: Ints = places[_places(chunk.indices)]
    return found


def _places(indices: ArrowArray) -> Ints:
    return ints(indices.fill_null(-1).to_numpy(zero_copy_only=False))


def as_text(values: ArrowArray) -> ArrowArray:
    """The values as Arrow strings."""
    return values if pa.types.is_string(values.type) else values.cast(pa.string())
