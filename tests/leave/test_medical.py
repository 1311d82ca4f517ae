"""The medical period (医疗期): the nation's table, Shanghai's own, and the window it is counted in."""

import datetime as dt

import pytest

from kaoqin.core.years import add_months, whole_months
from kaoqin.leave.medical import NATIONAL, SHANGHAI, allowed, medical_period


def d(text):
    return dt.date.fromisoformat(text)


ON = d("2026-06-30")


@pytest.mark.parametrize(
    ("total", "here", "months", "window"),
    [
        (9, 4, 3, 6),
        (9, 5, 6, 12),
        (10, 4, 6, 12),
        (10, 5, 9, 15),
        (20, 9, 9, 15),
        (20, 10, 12, 18),
        (20, 15, 18, 24),
        (25, 20, 24, 30),
    ],
)
def test_the_table_of_the_nation(total, here, months, window):
    assert allowed(add_months(ON, -12 * total), add_months(ON, -12 * here), ON, NATIONAL) == (months, window)


@pytest.mark.parametrize(("here", "months"), [(0, 3), (1, 4), (5, 8), (21, 24), (30, 24)])
def test_shanghai_counts_service_here_and_has_no_window(here, months):
    assert allowed(d("1990-01-01"), add_months(ON, -12 * here), ON, SHANGHAI) == (months, None)


def test_days_of_rest_count_and_the_window_begins_with_the_first_day():
    found = medical_period([(d("2026-03-02"), d("2026-03-08"))], d("2020-01-01"), d("2024-01-01"), ON, NATIONAL)
    assert (found.months, found.used_days, found.allowed_days) == (3, 7, 90)
    assert (found.since, found.until) == (d("2026-03-02"), d("2026-09-01"))
    assert not found.over


def test_an_illness_after_the_window_begins_another():
    spells = [(d("2025-01-01"), d("2025-02-28")), (d("2026-06-01"), d("2026-06-10"))]
    found = medical_period(spells, d("2020-01-01"), d("2024-01-01"), ON, NATIONAL)
    assert (found.since, found.used_days) == (d("2026-06-01"), 10)
    over = medical_period(spells[:1], d("2020-01-01"), d("2024-01-01"), ON, NATIONAL)
    assert (over.since, over.used_days) == (None, 0)


def test_more_than_is_allowed_is_seen():
    found = medical_period([(d("2026-01-01"), d("2026-04-01"))], d("2024-01-01"), d("2024-01-01"), d("2026-04-01"), 1)
    assert found.over


def test_months_of_service():
    assert whole_months(d("2024-02-29"), d("2025-02-28")) == 12
    assert whole_months(d("2024-03-31"), d("2024-04-29")) == 0
    assert whole_months(d("2024-03-31"), d("2024-04-30")) == 1
    assert whole_months(d("2026-01-01"), d("2025-01-01")) == 0
