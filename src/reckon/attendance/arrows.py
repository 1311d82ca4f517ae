"""Reckoned columns out: NumPy to Arrow, with the result tables' names and types."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from reckon.attendance.words import ArrowArray
from reckon.columns import Bools, Ints

NUMBER = pa.int32()
MOMENT = pa.timestamp("s")
HUNDREDTHS = pa.decimal128(9, 2)


def number(values: Ints, there: Bools | None = None) -> ArrowArray:
    """Whole numbers; null where not `there`."""
    return pa.array(values.astype(np.int32), NUMBER, mask=None if there is None else ~there)


def date(values: Ints, there: Bools | None = None) -> ArrowArray:
    """Day numbers as dates."""
    return number(values, there).cast(pa.date32())


def moment(minutes: Ints, there: Bools) -> ArrowArray:
    """Local minutes since 1970 as local times."""
    return pa.array(minutes * 60, pa.int64(), mask=~there).cast(MOMENT)


def hundredths(values: Ints) -> ArrowArray:
    """Hundredths as decimals with two places (128 bits: the number and its sign)."""
    words = np.ascontiguousarray(np.stack([values, values >> 63], axis=1))
    return pa.Array.from_buffers(HUNDREDTHS, len(values), [None, pa.py_buffer(words.tobytes())])


def words(codes: Ints, of: Sequence[str] | ArrowArray, there: Bools | None = None) -> ArrowArray:
    """Positions among few texts as texts, dictionary-encoded; null where not `there`."""
    texts = of if isinstance(of, pa.Array) else pa.array(of, pa.string())
    return pa.DictionaryArray.from_arrays(number(codes, there), texts)
