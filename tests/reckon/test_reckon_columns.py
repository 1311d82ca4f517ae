"""Interval arithmetic on one line, against plain sets of minutes; dated parameters."""

from datetime import date
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reckon.columns import (
    Spans,
    covered,
    first_free,
    ints,
    keep_first,
    last_free,
    outside,
    partition,
    ranges,
    starts_of_runs,
    union,
    within,
)
from reckon.dated import Parameter, UndatedError, day_number, day_of, parameters

interval = st.tuples(st.integers(0, 60), st.integers(0, 20)).map(lambda pair: (pair[0], pair[0] + pair[1]))
intervals = st.lists(interval, max_size=8)


def columns(pairs: list[tuple[int, int]]) -> tuple[np.ndarray, np.ndarray]:
    return ints([begin for begin, _ in pairs]), ints([end for _, end in pairs])


def minutes(pairs: list[tuple[int, int]]) -> set[int]:
    return {minute for begin, end in pairs for minute in range(begin, end)}


def of(spans: Spans) -> list[tuple[int, int]]:
    return list(zip(spans.begins.tolist(), spans.ends.tolist(), strict=True))


@given(intervals)
def test_a_union_is_sorted_disjoint_and_whole(pairs: list[tuple[int, int]]) -> None:
    joined = of(union(*columns(pairs)))
    assert minutes(joined) == minutes(pairs)
    assert all(end < begin for (_, end), (begin, _) in pairwise(joined))


@given(intervals, intervals)
def test_parts_within_and_outside_a_cover(pairs: list[tuple[int, int]], cover: list[tuple[int, int]]) -> None:
    spans = union(*columns(cover))
    for cut, kept in ((within, minutes(cover)), (outside, set(range(100)) - minutes(cover))):
        index, begins, ends = cut(spans, *columns(pairs))
        for number, pair in enumerate(pairs):
            mine = [
                (b, e) for i, b, e in zip(index.tolist(), begins.tolist(), ends.tolist(), strict=True) if i == number
            ]
            assert minutes(mine) == minutes([pair]) & kept
            assert all(begin < end for begin, end in mine)


@given(intervals, intervals)
def test_how_much_is_covered(pairs: list[tuple[int, int]], cover: list[tuple[int, int]]) -> None:
    spans = union(*columns(cover))
    expected = [len(minutes([pair]) & minutes(cover)) for pair in pairs]
    assert covered(spans, *columns(pairs)).tolist() == expected
    twice = covered(spans, *columns(pairs), lambda at: at * 2)
    assert twice.tolist() == [2 * minute for minute in expected]


@given(intervals, st.integers(0, 90))
def test_the_nearest_free_minutes(cover: list[tuple[int, int]], at: int) -> None:
    spans, taken = union(*columns(cover)), minutes(cover)
    assert first_free(spans, ints([at])).tolist() == [next(m for m in range(at, 200) if m not in taken)]
    before = next((m for m in range(at - 1, -1, -1) if m not in taken), -1)
    assert last_free(spans, ints([at])).tolist() == [before + 1]


@given(st.lists(interval, max_size=6), st.integers(0, 80))
def test_an_owner_keeps_its_first_minutes(pairs: list[tuple[int, int]], wanted: int) -> None:
    begins, ends = columns(of(union(*columns(pairs))))
    owners = np.zeros(len(begins), np.int64)
    kept = keep_first(owners, begins, ends, np.full(len(begins), wanted))
    left = minutes(list(zip(begins.tolist(), kept.tolist(), strict=True)))
    assert left == set(sorted(minutes(pairs))[:wanted])


def test_each_owner_keeps_its_own() -> None:
    kept = keep_first(ints([1, 1, 4]), ints([0, 20, 5]), ints([10, 30, 15]), ints([15, 15, 3]))
    assert kept.tolist() == [10, 25, 8]


def test_ranges_and_runs() -> None:
    owner, numbers = ranges(ints([5, 0, 8]), ints([2, 0, 3]))
    assert (owner.tolist(), numbers.tolist()) == ([0, 0, 2, 2, 2], [5, 6, 8, 9, 10])
    assert starts_of_runs(ints([3, 3, 1, 3])).tolist() == [0, 2, 3]


@given(st.lists(st.integers(0, 11)))
def test_a_partition_keeps_the_order_of_rows(codes: list[int]) -> None:
    parts = partition(ints(codes), 4, 3)
    assert [part.tolist() for part in parts] == [
        [row for row, code in enumerate(codes) if code // 4 == number] for number in range(3)
    ]


def test_a_dated_value_is_in_force_from_its_first_day() -> None:
    begins_on = ints([day_number(date(2020, 1, 1)), day_number(date(2026, 7, 1))])
    law = Parameter("hours", "minutes", "invented", begins_on, ints([480, 420]))
    days = ints([day_number(date(2026, 6, 30)), day_number(date(2026, 7, 1))])
    assert law.on(days).tolist() == [480, 420]
    assert law.constant(int(days[1]), int(days[1]) + 30) == 420
    with pytest.raises(UndatedError, match="changes between 2026-06-30 and 2026-07-01"):
        law.constant(int(days[0]), int(days[1]))
    with pytest.raises(UndatedError, match="not known before 2020-01-01"):
        law.on(ints([day_number(date(2019, 12, 31))]))


def test_days_have_numbers() -> None:
    assert day_number(date(1970, 1, 1)) == 0
    assert day_of(day_number(date(2026, 10, 8))) == date(2026, 10, 8)


def test_every_parameter_names_its_source() -> None:
    book = parameters("attendance")
    assert set(book) == {"standard_day_minutes", "night_from", "night_to"}
    assert all(parameter.source and parameter.unit for parameter in book.values())
