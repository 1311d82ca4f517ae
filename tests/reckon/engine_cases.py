"""Plain builders for the engine's cases: Chen, employee 007, around Thursday 2026-10-08, a work day.

Times are written from that day: `08:57`, `+1 06:10` (the next morning), `-1 22:00` (the evening before).
2026-10-01 to 03 are statutory, Saturdays and Sundays rest days.
"""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

import pyarrow as pa

from reckon.attendance import Results, Tables, settle

TODAY = date(2026, 10, 8)
FIRST_KNOWN, LAST_KNOWN = date(2026, 9, 1), date(2026, 11, 30)
CHEN = "007"
Row = dict[str, str]
Rows = dict[str, list[Row]]

DAY = {"start": "09:00", "end": "18:00", "break_start": "12:00", "break_end": "13:00"}
NIGHT = {"start": "22:00", "end": "30:00"}
MORNING = {"start": "08:00", "end": "12:00"}
AFTERNOON = {"start": "14:00", "end": "18:00"}
FREE: Row = {"start": "", "end": ""}
COLUMNS = {
    "employees": ["employee_no", "name", "department", "group"],
    "groups": ["group"],
    "shifts": ["shift", "segment", "start", "end"],
    "roster": ["employee_no", "date", "shift"],
    "punches": ["employee_no", "at", "source", "place"],
    "calendar": ["date", "kind", "name"],
    "absences": ["employee_no", "kind", "start", "end"],
    "overtime": ["employee_no", "start", "end"],
    "late_off_late_on": ["shift", "off_after", "on_later"],
}


def on(offset: int) -> str:
    """The date so many days after today."""
    return (TODAY + timedelta(days=offset)).isoformat()


def at(told: str) -> str:
    """`+1 06:10` as the file interface writes it; a full time stays as it is."""
    if "T" in told:
        return told
    *offset, clock = told.split()
    clock = clock if clock.count(":") == 2 else f"{clock}:00"
    return f"{on(int(offset[0]) if offset else 0)}T{clock}"


def shift(name: str, *segments: Mapping[str, object]) -> list[Row]:
    """The rows of a shift."""
    return [
        {"shift": name, "segment": str(number)} | {key: str(value) for key, value in segment.items()}
        for number, segment in enumerate(segments, 1)
    ]


def kind_of(day: date) -> str:
    """The calendar of these cases."""
    if date(2026, 10, 1) <= day <= date(2026, 10, 3):
        return "statutory"
    return "rest" if day.weekday() > 4 else "workday"


def company(
    *shifts: list[Row],
    roster: Mapping[int, str],
    punches: Iterable[str] = (),
    absences: Iterable[tuple[str, str, str]] = (),
    overtime: Iterable[tuple[str, str]] = (),
    later: Iterable[tuple[int, int]] = (),
    group: Row | None = None,
    employee: Row | None = None,
) -> Rows:
    """The input tables of a company of one, as rows of text."""
    days = [FIRST_KNOWN + timedelta(days=number) for number in range((LAST_KNOWN - FIRST_KNOWN).days + 1)]
    first_shift = shifts[0][0]["shift"] if shifts else ""
    return {
        "employees": [{"employee_no": CHEN, "name": "陈", "group": "G"} | (employee or {})],
        "groups": [{"group": "G"} | (group or {})],
        "shifts": [row for rows in shifts for row in rows],
        "roster": [{"employee_no": CHEN, "date": on(day), "shift": name} for day, name in roster.items()],
        "punches": [{"employee_no": CHEN, "at": at(told)} for told in punches],
        "absences": [{"employee_no": CHEN, "kind": k, "start": at(s), "end": at(e)} for k, s, e in absences],
        "overtime": [{"employee_no": CHEN, "start": at(start), "end": at(end)} for start, end in overtime],
        "late_off_late_on": [{"shift": first_shift, "off_after": str(a), "on_later": str(b)} for a, b in later],
        "calendar": [{"date": day.isoformat(), "kind": kind_of(day)} for day in days],
    }


def arrow(name: str, rows: list[Row]) -> pa.Table:
    """Rows of text as an Arrow table with the contract's columns and whatever the rows have."""
    columns = dict.fromkeys([*COLUMNS[name], *(key for row in rows for key in row)])
    return pa.table({key: pa.array([row.get(key, "") for row in rows], pa.string()) for key in columns})


def tables(rows: Rows) -> Tables:
    """All tables of a company."""
    held: dict[str, Any] = {name: arrow(name, some) for name, some in rows.items()}
    return Tables(**held)


def settled(rows: Rows, first: date = TODAY, last: date | None = None) -> Results:
    """Settle a company, for today unless told otherwise."""
    return settle(tables(rows), first, last or first, workers=1)


def day_row(rows: Rows, offset: int = 0) -> dict[str, object]:
    """Chen's row of `days` so many days after today."""
    day = TODAY + timedelta(days=offset)
    (row,) = settled(rows, day).days.to_pylist()
    return row


def numbers(row: Mapping[str, object]) -> dict[str, object]:
    """The numbers of a row that are not nought, without the word minutes."""
    return {
        name.removesuffix("_minutes"): value
        for name, value in row.items()
        if isinstance(value, int) and value and name != "employee_no"
    }


def day(*shifts: list[Row], offset: int = 0, **told: object) -> dict[str, object]:
    """The numbers of a day that are not nought; the shift named `shift` is planned unless a roster is told."""
    told.setdefault("roster", {0: shifts[0][0]["shift"]} if shifts else {})
    return numbers(day_row(company(*shifts, **told), offset))  # type: ignore[arg-type]


def fates(rows: Rows, offset: int = 0) -> list[tuple[str, str, int | None, str | None, str]]:
    """What became of each punch: (at, date, segment, point, use) in the order of the input."""
    table = settled(rows, TODAY + timedelta(days=offset)).punch_use.to_pylist()
    return [
        (row["at"], row["date"] and row["date"].isoformat(), row["segment"], row["point"], row["use"]) for row in table
    ]
