"""The file interface: CSV and Parquet, text and typed, give the same; what is written can be read."""

import csv
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import typed_tables as typed
from engine_cases import CHEN, DAY, FREE, NIGHT, TODAY, Rows, arrow, company, on, settled, shift

from reckon.attendance import Results, read_tables, settle, write_results
from reckon.attendance.words import RESULT_TABLES


def busy() -> Rows:
    """A few days of everything."""
    return company(
        shift("day", DAY | {"late_grace": "5"}),
        shift("night", NIGHT),
        shift("free", FREE),
        roster={-2: "night", -1: "", 0: "day", 1: "day", 2: "free"},
        punches=["-2 21:55", "-1 06:10", "09:06", "18:00", "+1 08:50", "+1 20:00", "+2 10:00", "+2 20:00"],
        absences=[("年假", "+1 09:00", "+1 10:00")],
        overtime=[("+1 18:00", "+1 20:00")],
        later=[(60, 30)],
    )


def write_csv(folder: Path, rows: Rows, *, encoding: str = "utf-8", newline: str = "\n") -> Path:
    """The company as CSV files."""
    folder.mkdir(exist_ok=True)
    for name, some in rows.items():
        table = arrow(name, some)
        with (folder / f"{name}.csv").open("w", encoding=encoding, newline="") as file:
            writer = csv.writer(file, lineterminator=newline)
            writer.writerow(table.column_names)
            writer.writerows(zip(*(column.to_pylist() for column in table.columns), strict=True))
    return folder


def run(folder: Path, first: date = TODAY - timedelta(days=3), last: date = TODAY + timedelta(days=3)) -> Results:
    return settle(read_tables(folder), first, last)


def same(one: Results, other: Results, tables: tuple[str, ...] = RESULT_TABLES) -> None:
    for name in tables:
        assert getattr(one, name).to_pylist() == getattr(other, name).to_pylist()


@pytest.mark.parametrize(("encoding", "newline"), [("utf-8", "\n"), ("utf-8-sig", "\r\n")])
def test_csv_with_or_without_bom_and_carriage_returns(tmp_path: Path, encoding: str, newline: str) -> None:
    same(
        run(write_csv(tmp_path, busy(), encoding=encoding, newline=newline)),
        settled(busy(), TODAY - timedelta(days=3), TODAY + timedelta(days=3)),
    )


def test_leading_zeros_survive(tmp_path: Path) -> None:
    rows = busy()
    rows["employees"].append({"employee_no": "7", "group": "G"})
    made = run(write_csv(tmp_path, rows))
    assert set(made.days.column("employee_no").to_pylist()) == {"007", "7"}


def test_the_order_of_columns_and_unknown_columns_do_not_matter(tmp_path: Path) -> None:
    write_csv(tmp_path, busy())
    (tmp_path / "groups.csv").write_text("remark,group\nours,G\n", "utf-8")
    same(run(tmp_path), settled(busy(), TODAY - timedelta(days=3), TODAY + timedelta(days=3)))


def test_optional_tables_may_be_absent(tmp_path: Path) -> None:
    write_csv(tmp_path, busy())
    for name in ("late_off_late_on", "absences", "overtime"):
        (tmp_path / f"{name}.csv").unlink()
    assert run(tmp_path).days.num_rows == 7


def test_tables_may_have_no_rows() -> None:
    rows = busy() | {"roster": [], "punches": [], "absences": [], "overtime": [], "late_off_late_on": []}
    assert set(settled(rows).days.column("status").to_pylist()) == {"rest"}
    nobody = busy() | {"employees": [], "roster": [], "absences": [], "overtime": []}
    made = settled(nobody)
    assert made.days.num_rows == made.months.num_rows == 0
    assert set(made.punch_use.column("use").to_pylist()) == {"unknown_employee"}
    nobody["punches"] = [{"employee_no": CHEN, "at": "2026-10-08T09:00:00Z"}]
    assert settled(nobody).punch_use.num_rows == 1


def test_files_may_have_a_header_only(tmp_path: Path) -> None:
    rows = busy() | {"roster": [], "punches": [], "absences": [], "overtime": [], "late_off_late_on": []}
    write_results(run(write_csv(tmp_path / "in", rows)), tmp_path)
    assert (tmp_path / "punch_use.csv").read_text("utf-8") == "employee_no,at,source,place,date,segment,point,use\n"
    assert (tmp_path / "cycles.csv").read_text("utf-8").count("\n") == 1


def test_a_range_that_ends_before_it_begins() -> None:
    with pytest.raises(ValueError, match="is after"):
        settled(busy(), TODAY, TODAY - timedelta(days=1))


@pytest.mark.parametrize(
    "told",
    [
        "2026-10-08T09:06:00",
        "2026-10-08 09:06:59",
        "2026-10-08T09:06",
        "2026-10-08T09:06:31.25",
        "2026-10-08T01:06:31Z",
        "2026-10-08T01:06:31+00:00",
        "2026-10-08 10:06:31+0900",
        "2026-10-07T15:06:31-10",
    ],
)
def test_a_time_with_an_offset_is_carried_to_the_zone_of_the_employee(told: str) -> None:
    rows = company(shift("day", DAY), roster={0: "day"}, punches=["18:00"])
    rows["punches"].append({"employee_no": CHEN, "at": told})
    assert settled(rows).days.to_pylist()[0]["late_minutes"] == 6


def test_zones_with_summer_time() -> None:
    """2026-10-25 01:00 UTC is 02:00 in Berlin, again: the clocks went back that night."""
    rows = company(shift("night", NIGHT), roster={16: "night"}, employee={"timezone": "Europe/Berlin"})
    rows["punches"] = [{"employee_no": CHEN, "at": at} for at in ("2026-10-24T20:00:00Z", "2026-10-25T05:00:00Z")]
    (row,) = settled(rows, date(2026, 10, 24)).days.to_pylist()
    assert (str(row["first_in"]), str(row["last_out"])) == ("2026-10-24 22:00:00", "2026-10-25 06:00:00")
    assert row["worked_minutes"] == 480


def test_parquet_of_text_gives_the_same(tmp_path: Path) -> None:
    for name, some in busy().items():
        pq.write_table(arrow(name, some), tmp_path / f"{name}.parquet")
    same(run(tmp_path), settled(busy(), TODAY - timedelta(days=3), TODAY + timedelta(days=3)))


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_typed_parquet_gives_the_same(tmp_path: Path, unit: str) -> None:
    for name, some in busy().items():
        pq.write_table(typed.as_typed(arrow(name, some), unit), tmp_path / f"{name}.parquet")
    expected = settled(busy(), TODAY - timedelta(days=3), TODAY + timedelta(days=3))
    same(run(tmp_path), expected, ("days", "months", "cycles"))


def test_timestamps_with_a_zone_are_instants() -> None:
    rows = company(shift("day", DAY), roster={0: "day"})
    held = {name: arrow(name, some) for name, some in rows.items()}
    moments = [datetime(2026, 10, 8, 1, 6, tzinfo=UTC), datetime(2026, 10, 8, 18, 0, tzinfo=ZoneInfo("Asia/Shanghai"))]
    at = pa.array(moments, pa.timestamp("us", "UTC"))
    held["punches"] = pa.table({"employee_no": [CHEN, CHEN], "at": at})
    row = settle(typed.tables_of(held), TODAY, TODAY).days.to_pylist()[0]
    assert (row["late_minutes"], row["worked_minutes"]) == (6, 474)


def test_texts_may_be_bytes_views_or_large_and_employee_numbers_whole_numbers() -> None:
    rows = company(
        shift("day", DAY), roster={0: "day"}, punches=["09:06", "18:00"], absences=[("sick", "08:00", "09:00")]
    )
    held = {name: arrow(name, some) for name, some in rows.items()}
    for name in ("employees", "roster", "punches", "absences"):
        held[name] = held[name].set_column(0, "employee_no", pa.array([7] * held[name].num_rows, pa.int64()))
    punches = held["punches"]
    held["punches"] = punches.set_column(1, "at", punches.column("at").cast(pa.large_string()))
    held["roster"] = held["roster"].set_column(2, "shift", pa.array([b"day"], pa.binary()))
    held["absences"] = held["absences"].set_column(1, "kind", pa.array(["sick"], pa.string_view()))
    (row,) = settle(typed.tables_of(held), TODAY, TODAY).days.to_pylist()
    assert (row["employee_no"], row["shift"], row["late_minutes"]) == ("7", "day", 6)


def test_numbers_may_be_floats_and_flags_booleans() -> None:
    rows = company(shift("day", DAY | {"late_grace": "5", "out_required": "0"}), roster={0: "day"}, punches=["09:05"])
    held = {name: arrow(name, some) for name, some in rows.items()}
    shifts = held["shifts"]
    typed_columns = {
        "segment": pa.array([1.0]),
        "late_grace": pa.array([Decimal("5")]),
        "out_required": pa.array([False]),
        "early_grace": pa.array([float("nan")]),
    }
    columns = {name: shifts.column(name) for name in shifts.column_names} | typed_columns
    row = settle(typed.tables_of(held | {"shifts": pa.table(columns)}), TODAY, TODAY).days.to_pylist()[0]
    assert (row["forgiven_minutes"], row["worked_minutes"]) == (5, 475)


def test_results_are_written_as_csv(tmp_path: Path) -> None:
    made = settled(busy(), TODAY, TODAY)
    write_results(made, tmp_path / "out")
    lines = (tmp_path / "out" / "days.csv").read_text("utf-8").splitlines()
    assert lines[0] == ",".join(made.days.column_names)
    assert lines[1] == (
        "007,2026-10-08,day,workday,480,474,6,0,0,0,0,0,0,0,0,0,0,0,0,0,0,2026-10-08T09:06:00,2026-10-08T18:00:00,late"
    )
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "cycles.csv",
        "days.csv",
        "months.csv",
        "punch_use.csv",
    ]


def test_text_that_needs_quotes_is_quoted(tmp_path: Path) -> None:
    rows = company(shift("day", DAY), roster={0: "day"}, punches=["09:00"])
    rows["punches"][0] |= {"place": 'a "gate", 门\n2', "source": ""}
    write_results(settled(rows), tmp_path)
    with (tmp_path / "punch_use.csv").open(encoding="utf-8", newline="") as file:
        (row,) = csv.DictReader(file)
    assert (row["place"], row["source"], row["use"]) == ('a "gate", 门\n2', "", "used")


def test_both_formats_hold_the_same(tmp_path: Path) -> None:
    made = settled(busy(), TODAY - timedelta(days=3), TODAY + timedelta(days=3))
    write_results(made, tmp_path, "csv")
    write_results(made, tmp_path, "parquet")
    for name in RESULT_TABLES:
        table = pq.read_table(tmp_path / f"{name}.parquet")
        assert not any(pa.types.is_dictionary(field.type) for field in table.schema)
        with (tmp_path / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            told = list(csv.DictReader(file))
        assert told == [{key: as_text(value) for key, value in row.items()} for row in table.to_pylist()]


def as_text(value: object) -> str:
    if isinstance(value, date):  # a datetime too
        return value.isoformat()
    return "" if value is None else str(value)


def test_fractions_of_a_second_are_kept_in_the_columns_of_the_input(tmp_path: Path) -> None:
    held = {name: arrow(name, some) for name, some in company(shift("day", DAY), roster={0: "day"}).items()}
    at = pa.array(["2026-10-08T09:00:00.250"]).cast(pa.timestamp("ms"))
    held["punches"] = pa.table({"employee_no": [CHEN], "at": at})
    write_results(settle(typed.tables_of(held), TODAY, TODAY), tmp_path)
    assert "2026-10-08T09:00:00.250,2026-10-08,1,in,used" in (tmp_path / "punch_use.csv").read_text("utf-8")


def test_nothing_is_left_behind_where_writing_fails(tmp_path: Path) -> None:
    made = settled(busy())
    broken = Results(made.days, made.months, made.cycles, pa.table({"odd": pa.array([[1]])}))
    with pytest.raises(pa.ArrowInvalid):
        write_results(broken, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_one_employee_can_be_read_alone(tmp_path: Path) -> None:
    rows = busy()
    rows["employees"].append({"employee_no": "008", "group": "G"})
    rows["punches"] += [{"employee_no": "008", "at": f"{on(0)}T09:00:00"}] * 3
    write_csv(tmp_path / "csv", rows)
    (tmp_path / "parquet").mkdir()
    for name, some in rows.items():
        pq.write_table(arrow(name, some), tmp_path / "parquet" / f"{name}.parquet", row_group_size=2)
    for kind in ("csv", "parquet"):
        alone = read_tables(tmp_path / kind, "008")
        assert (alone.employees.num_rows, alone.punches.num_rows, alone.roster.num_rows) == (1, 3, 0)
        assert alone.origins["punches"].line(0) == 10
