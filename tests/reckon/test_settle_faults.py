"""Every fault of the input: where it stands, what stands there, what was expected; all of them at once."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from engine_cases import AFTERNOON, CHEN, DAY, FREE, MORNING, NIGHT, TODAY, Rows, company, settled, shift, tables

from reckon.attendance import Fault, Faults, read_tables, settle

WEEK = dict.fromkeys(range(3), "day")


def sound() -> Rows:
    """A company without a fault, with a row in every table."""
    return company(
        shift("day", DAY),
        shift("split", MORNING, AFTERNOON),
        shift("free", FREE),
        roster=WEEK,
        punches=["09:00", "18:00"],
        absences=[("annual", "+1 09:00", "+1 12:00")],
        overtime=[("19:00", "20:00")],
        later=[(60, 30)],
    )


def faults(rows: Rows, first: date = TODAY, last: date = TODAY) -> list[tuple[str, int, str, str]]:
    """Where the faults stand: (table, line, column, value)."""
    with pytest.raises(Faults) as told:
        settled(rows, first, last)
    return [(fault.file, fault.line, fault.column, fault.value) for fault in told.value.faults]


def test_the_sound_company_has_none() -> None:
    assert settled(sound()).days.num_rows == 1


@pytest.mark.parametrize(
    ("table", "row", "column", "value"),
    [
        ("employees", 0, "employee_no", ""),
        ("employees", 0, "group", ""),
        ("employees", 0, "group", "nobody's"),
        ("employees", 0, "timezone", "Asia/Nowhere"),
        ("employees", 0, "timezone", "../etc"),
        ("employees", 0, "hired_on", "2026-02-30"),
        ("employees", 0, "left_on", "2026/10/01"),
        ("groups", 0, "system", "flexible"),
        ("groups", 0, "cycle", "week"),
        ("groups", 0, "overtime_basis", "none"),
        ("groups", 0, "overtime_after", "-1"),
        ("groups", 0, "overtime_min", "half"),
        ("groups", 0, "overtime_step", "0"),
        ("groups", 0, "early_overtime", "2"),
        ("groups", 0, "missing_punch", "ignore"),
        ("shifts", 0, "shift", ""),
        ("shifts", 0, "segment", "0"),
        ("shifts", 0, "segment", "2"),
        ("shifts", 0, "start", ""),
        ("shifts", 0, "start", "9:00"),
        ("shifts", 0, "start", "09:60"),
        ("shifts", 0, "end", ""),
        ("shifts", 0, "end", "09:00"),
        ("shifts", 0, "end", "08:00"),
        ("shifts", 0, "break_start", ""),
        ("shifts", 0, "break_end", ""),
        ("shifts", 0, "break_start", "13:00"),
        ("shifts", 0, "break_start", "08:59"),
        ("shifts", 0, "in_required", "yes"),
        ("shifts", 0, "late_grace", "1.5"),
        ("shifts", 0, "in_before", "1000000"),
        ("shifts", 2, "start", "11:59"),
        ("shifts", 2, "flex_late", "10"),
        ("shifts", 1, "flex_early", "10"),
        ("shifts", 3, "flex_late", "10"),
        ("shifts", 3, "day_start", "5"),
        ("shifts", 3, "required_minutes", "8h"),
        ("late_off_late_on", 0, "shift", "split"),
        ("late_off_late_on", 0, "shift", "free"),
        ("late_off_late_on", 0, "shift", "evening"),
        ("late_off_late_on", 0, "off_after", ""),
        ("late_off_late_on", 0, "on_later", "-5"),
        ("roster", 1, "employee_no", "7"),
        ("roster", 1, "date", ""),
        ("roster", 1, "date", "2026-10-32"),
        ("roster", 1, "date", "10/09/2026"),
        ("roster", 1, "shift", "evening"),
        ("punches", 1, "employee_no", ""),
        ("punches", 1, "at", ""),
        ("punches", 1, "at", "2026-10-08"),
        ("punches", 1, "at", "2026-10-08T24:00:00"),
        ("punches", 1, "at", "2026-10-08T18:00:60"),
        ("punches", 1, "at", "2026-02-29T18:00:00"),
        ("punches", 1, "at", "2026-10-08T18:00:00+25:00"),
        ("punches", 1, "at", "18:00"),
        ("absences", 0, "employee_no", "7"),
        ("absences", 0, "kind", ""),
        ("absences", 0, "start", "yesterday"),
        ("absences", 0, "end", "2026-10-09T09:00:00"),
        ("overtime", 0, "employee_no", ""),
        ("overtime", 0, "start", "2026-10-08T25:00:00"),
        ("overtime", 0, "end", "2026-10-08T18:59:00"),
        ("calendar", 40, "date", "11 Oct"),
        ("calendar", 40, "kind", "holiday"),
        ("calendar", 40, "kind", ""),
    ],
)
def test_a_wrong_cell_is_told_with_its_place(table: str, row: int, column: str, value: str) -> None:
    rows = sound()
    rows[table][row][column] = value
    assert (table, row + 2, column, value) in faults(rows)


def test_an_unknown_employee_is_a_fault_everywhere_but_among_punches() -> None:
    rows = sound()
    rows["punches"][0]["employee_no"] = "stranger"
    assert settled(rows).punch_use.to_pylist()[0]["use"] == "unknown_employee"


def test_all_faults_are_told_not_the_first() -> None:
    rows = sound()
    rows["groups"][0]["system"] = "x"
    rows["shifts"][0]["end"] = "y"
    rows["roster"][0]["date"] = "z"
    rows["roster"][2]["shift"] = "w"
    rows["punches"][0]["at"] = "v"
    rows["absences"][0]["kind"] = ""
    assert faults(rows) == [
        ("absences", 2, "kind", ""),
        ("groups", 2, "system", "x"),
        ("punches", 2, "at", "v"),
        ("roster", 2, "date", "z"),
        ("roster", 4, "shift", "w"),
        ("shifts", 2, "end", "y"),
    ]


@pytest.mark.parametrize("table", ["employees", "groups", "shifts", "roster", "calendar"])
def test_a_row_that_repeats_a_key_is_a_fault(table: str) -> None:
    rows = sound()
    rows[table].append(dict(rows[table][0]))
    key = {"employees": "employee_no", "groups": "group", "shifts": "segment"}.get(table, "date")
    assert {(place[0], place[1], place[2]) for place in faults(rows)} == {(table, len(rows[table]) + 1, key)}


def test_who_left_before_being_hired() -> None:
    rows = sound()
    rows["employees"][0] |= {"hired_on": "2026-10-02", "left_on": "2026-10-01"}
    assert faults(rows) == [("employees", 2, "left_on", "2026-10-01")]


@pytest.mark.parametrize(
    ("flex", "sound_break"),
    [({"flex_late": "180"}, True), ({"flex_late": "181"}, False), ({"flex_early": "301"}, False)],
)
def test_flex_must_leave_the_break_inside(flex: dict[str, str], sound_break: bool) -> None:
    rows = company(shift("day", DAY | flex), roster=WEEK)
    if sound_break:
        assert settled(rows).days.num_rows == 1
    else:
        assert faults(rows) == [("shifts", 2, "break_start", "12:00")]


def test_a_break_as_long_as_the_segment() -> None:
    rows = company(
        shift("day", {"start": "09:00", "end": "10:00", "break_start": "09:00", "break_end": "10:00"}), roster={}
    )
    assert faults(rows) == [("shifts", 2, "break_start", "09:00")]


def test_a_free_shift_has_one_row() -> None:
    rows = company(shift("mixed", MORNING, FREE), roster={})
    assert faults(rows) == [("shifts", 3, "start", "")]


def test_plans_that_overlap() -> None:
    rows = company(
        shift("night", NIGHT), shift("early", {"start": "05:59", "end": "12:00"}), roster={0: "night", 1: "early"}
    )
    with pytest.raises(Faults) as told:
        settled(rows)
    (fault,) = told.value.faults
    assert (fault.file, fault.line, fault.column, fault.value) == ("roster", 3, "shift", "early")
    assert "2026-10-08" in fault.expected


def test_plans_that_touch_do_not_overlap() -> None:
    rows = company(
        shift("night", NIGHT), shift("early", {"start": "06:00", "end": "12:00"}), roster={0: "night", 1: "early"}
    )
    assert settled(rows).days.num_rows == 1


def test_segments_of_two_days_may_interleave() -> None:
    """The day's last segment lies in the gap of the next day's segments."""
    long = shift("long", {"start": "08:00", "end": "09:00"}, {"start": "36:30", "end": "37:30"})
    rows = company(long, shift("split", MORNING, AFTERNOON), roster={0: "long", 1: "split"})
    assert settled(rows).days.num_rows == 1


def test_a_date_of_the_range_that_the_calendar_lacks() -> None:
    rows = sound()
    rows["calendar"] = [row for row in rows["calendar"] if row["date"] not in {"2026-10-08", "2026-10-10"}]
    missing = [("calendar", 1, "date", "2026-10-08"), ("calendar", 1, "date", "2026-10-10")]
    assert faults(rows, TODAY, date(2026, 10, 10)) == missing


def test_the_calendar_may_lack_dates_outside_the_range() -> None:
    rows = sound()
    rows["calendar"] = [row for row in rows["calendar"] if row["date"] == "2026-10-08"]
    assert settled(rows).days.num_rows == 1


def test_a_missing_column_is_a_fault_where_it_has_no_default() -> None:
    held = tables(sound())
    without = {name: getattr(held, name).drop_columns([column]) for name, column in LACKING.items()}
    with pytest.raises(Faults) as told:
        settle(type(held)(**(vars(held) | without)), TODAY, TODAY)
    assert {(f.file, f.line, f.column) for f in told.value.faults} >= {(t, 1, c) for t, c in LACKING.items()}


@pytest.mark.parametrize(
    "column", [pa.array([b"\xff", b""], pa.binary()), pa.array([[1], []]), pa.array([{"at": 1}, None])]
)
def test_a_column_that_holds_no_values(column: Any) -> None:
    held = tables(sound())
    punches = held.punches.set_column(1, "at", column)
    with pytest.raises(Faults) as told:
        settle(replace(held, punches=punches), TODAY, TODAY)
    assert [(f.file, f.line, f.column, f.value) for f in told.value.faults] == [("punches", 1, "at", str(column.type))]


LACKING = {"employees": "group", "roster": "date", "punches": "at", "calendar": "kind", "absences": "kind"}


def test_columns_with_a_default_may_be_missing() -> None:
    rows = {name: [dict(row) for row in some] for name, some in sound().items()}
    held = tables(rows)
    lean = type(held)(**(vars(held) | {"employees": held.employees.select(["employee_no", "group"])}))
    assert settle(lean, TODAY, TODAY).days.num_rows == 1


def test_a_fault_is_one_line() -> None:
    told = str(Fault("punches.csv", 7, "at", "2026-13-01\n", "时间"))
    assert told == "punches.csv:7: at: '2026-13-01\\n': 应为 时间"


# --- Faults of the files themselves ----------------------------------------------------------------


def write(folder: Path, rows: Rows) -> Path:
    """The company as CSV files."""
    for name, some in rows.items():
        columns = list(dict.fromkeys(key for row in some for key in row)) or ["employee_no"]
        lines = [",".join(columns), *(",".join(row.get(column, "") for column in columns) for row in some)]
        (folder / f"{name}.csv").write_text("\n".join(lines) + "\n", "utf-8")
    return folder


def file_faults(folder: Path) -> list[tuple[str, int, str, str]]:
    with pytest.raises(Faults) as told:
        settle(read_tables(folder), TODAY, TODAY)
    return [(fault.file, fault.line, fault.column, fault.value) for fault in told.value.faults]


def test_a_missing_file(tmp_path: Path) -> None:
    write(tmp_path, sound())
    (tmp_path / "roster.csv").unlink()
    assert file_faults(tmp_path) == [("roster.csv", 1, "", "")]


def test_a_table_in_both_kinds_of_file(tmp_path: Path) -> None:
    write(tmp_path, sound())
    (tmp_path / "roster.parquet").write_bytes(b"")
    assert file_faults(tmp_path)[0][:2] == ("roster.csv", 1)


def test_an_empty_file(tmp_path: Path) -> None:
    write(tmp_path, sound())
    (tmp_path / "calendar.csv").write_text("")
    assert file_faults(tmp_path) == [("calendar.csv", 1, "", "")]


def test_a_file_that_is_no_parquet(tmp_path: Path) -> None:
    write(tmp_path, sound())
    (tmp_path / "punches.csv").unlink()
    (tmp_path / "punches.parquet").write_text("not really")
    assert file_faults(tmp_path)[0][:2] == ("punches.parquet", 1)


def test_uneven_rows_and_wrong_cells_are_told_together(tmp_path: Path) -> None:
    write(tmp_path, sound())
    told = f"employee_no,at\n{CHEN},2026-10-08T09:00:00\n{CHEN}\n\n{CHEN},soon\n{CHEN},2026-10-08T18:00:00,gate\n"
    (tmp_path / "punches.csv").write_text(told, "utf-8")
    assert file_faults(tmp_path) == [
        ("punches.csv", 3, "at", CHEN),
        ("punches.csv", 5, "at", "soon"),
        ("punches.csv", 6, "at", f"{CHEN},2026-10-08T18:00:00,gate"),
    ]


def test_lines_are_those_of_the_file_whatever_cells_hold(tmp_path: Path) -> None:
    write(tmp_path, sound())
    told = f'employee_no,at,place\n{CHEN},2026-10-08T09:00:00,"two\nlines"\n\n{CHEN},soon,\n'
    (tmp_path / "punches.csv").write_text(told, "utf-8")
    assert file_faults(tmp_path) == [("punches.csv", 5, "at", "soon")]


def test_text_that_is_not_utf_8(tmp_path: Path) -> None:
    write(tmp_path, sound())
    told = f"employee_no,at,place\n{CHEN},2026-10-08T09:00:00,ok\n{CHEN},2026-10-08T18:00:00,东门\n"
    (tmp_path / "punches.csv").write_bytes(told.encode("gbk"))
    assert [fault[:3] for fault in file_faults(tmp_path)] == [("punches.csv", 3, "place")]


def test_a_column_named_twice(tmp_path: Path) -> None:
    write(tmp_path, sound())
    (tmp_path / "calendar.csv").write_text("date,kind,kind\n2026-10-08,workday,rest\n", "utf-8")
    assert file_faults(tmp_path) == [("calendar.csv", 1, "kind", "kind")]


def test_a_punch_column_named_as_one_of_the_results(tmp_path: Path) -> None:
    write(tmp_path, sound())
    (tmp_path / "punches.csv").write_text(f"employee_no,at,use\n{CHEN},2026-10-08T09:00:00,x\n", "utf-8")
    assert file_faults(tmp_path) == [("punches.csv", 1, "use", "use")]
