"""What holds for every company: the sum, the order of rows, neighbours, parts of a range, parts of the staff."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import pytest
from companies import Company, random_company
from engine_cases import Rows, tables
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reckon.attendance import Results, explain, read_tables, run, settle
from reckon.attendance.words import MINUTE_COLUMNS

many = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
chance = st.randoms(use_true_random=False)
FREE_OF_THE_SUM = {"planned_minutes", "statutory_worked_minutes", "night_minutes"}
ADDS_UP = [name for name in MINUTE_COLUMNS if name not in FREE_OF_THE_SUM and not name.startswith("overtime")]

Day = dict[str, object]


def settled(company: Company) -> Results:
    return settle(tables(company.tables), company.first, company.last, workers=1)


def by_day(results: Results) -> dict[tuple[str, date], Day]:
    return {(row["employee_no"], row["date"]): row for row in results.days.to_pylist()}


def timed_shifts(company: Company) -> set[str]:
    return {row["shift"] for row in company.tables["shifts"] if row.get("start")}


@many
@given(chance)
def test_every_planned_minute_of_a_timed_shift_is_accounted_for(random: Random) -> None:
    company = random_company(random)
    for row in settled(company).days.to_pylist():
        if row["shift"] in timed_shifts(company):
            assert sum(row[name] for name in ADDS_UP) == row["planned_minutes"], row


@many
@given(chance)
def test_the_order_of_rows_does_not_matter(random: Random) -> None:
    company = random_company(random)
    shuffled: Rows = {name: random.sample(rows, len(rows)) for name, rows in company.tables.items()}
    one, other = settled(company), settled(replace(company, tables=shuffled))
    assert one.days.equals(other.days)
    assert one.months.to_pylist() == other.months.to_pylist()
    assert one.cycles.equals(other.cycles)
    assert uses(one) == uses(other)


def uses(results: Results) -> list[tuple[str, ...]]:
    """What each punch served, rows of one minute left out: of those the first of the file is used."""
    rows = [tuple(map(str, row.values())) for row in results.punch_use.to_pylist()]
    twice = {row[0] for row in rows if row[-1] == "duplicate"}
    return sorted(row for row in rows if row[0] not in twice)


@many
@given(chance, st.data())
def test_adding_a_punch_touches_its_neighbours_days_only(random: Random, data: st.DataObject) -> None:
    company = random_company(random)
    employee = data.draw(st.sampled_from(company.tables["employees"]))["employee_no"]
    minute = data.draw(st.integers(0, (company.last - company.first).days * 1440 + 1439))
    at = datetime.combine(company.first, time()) + timedelta(minutes=minute)
    punch = {"employee_no": employee, "at": at.isoformat(), "source": "", "place": ""}
    more = replace(company, tables=company.tables | {"punches": [*company.tables["punches"], punch]})
    before, results = by_day(settled(company)), settled(more)
    after, fate = by_day(results), results.punch_use.to_pylist()[-1]
    changed = {key for key, row in before.items() if after[key] != row}
    if fate["date"] is None:
        assert changed == set()
    # the day itself; the next by late-off-late-on; days before whose overtime runs into a plan moved by flex
    assert all(who == employee and -3 <= (day - fate["date"]).days <= 1 for who, day in changed)


@many
@given(chance)
def test_settling_part_of_a_range_is_cutting_the_whole(random: Random) -> None:
    company = random_company(random)
    days = (company.last - company.first).days
    first = company.first + timedelta(days=random.randint(0, days))
    last = first + timedelta(days=random.randint(0, (company.last - first).days))
    whole, part = settled(company), settled(replace(company, first=first, last=last))
    assert part.days.to_pylist() == [row for row in whole.days.to_pylist() if first <= row["date"] <= last]
    assert part.punch_use.equals(whole.punch_use)


@settings(parent=many, max_examples=20)
@given(chance)
def test_csv_and_parquet_give_the_same(random: Random) -> None:
    company = random_company(random)
    with TemporaryDirectory() as place:
        texts = company.write(Path(place) / "csv")
        columns = company.write(Path(place) / "parquet", parquet=True)
        one, other = (settle(read_tables(folder), company.first, company.last) for folder in (texts, columns))
    assert one.days.equals(other.days)
    assert one.months.to_pylist() == other.months.to_pylist()
    assert punch_rows(one) == punch_rows(other)


def punch_rows(results: Results) -> list[list[object]]:
    """An empty cell is a null in Parquet."""
    return [[value or None for value in row.values()] for row in results.punch_use.to_pylist()]


@pytest.mark.parametrize("seed", range(12))
def test_the_staff_may_be_cut_into_any_parts(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    company = random_company(Random(seed), most_employees=6)
    whole = settled(company)
    monkeypatch.setattr(run, "PART", 1)
    parts = settle(tables(company.tables), company.first, company.last, workers=2)
    for name in ("days", "months", "cycles", "punch_use"):
        assert getattr(whole, name).to_pylist() == getattr(parts, name).to_pylist()


@settings(parent=many, max_examples=30)
@given(chance)
def test_the_steps_of_a_trace_add_up_to_the_day(random: Random) -> None:
    company = random_company(random)
    held = tables(company.tables)
    for (employee, day), row in by_day(settled(company)).items():
        trace = explain(held, employee, day)
        told = {name: sum(step.gives.get(name, 0) for step in trace.steps) for name in NUMBERS}
        assert told == {name: row[name] for name in NUMBERS}
        assert trace.day["status"] == row["status"]


NUMBERS = [*MINUTE_COLUMNS, "serious_late", "missing_in", "missing_out"]
