"""How fast the engine settles a month of 1,000, 10,000 and 100,000 employees, file to file.

Run as `python -m benchmarks.settle [--sizes 1000,10000] [--formats parquet,csv]`. The data is invented, the
same on every run: day shifts, night shifts, split shifts and free shifts, 4 punches a day, some leave,
some overtime, some mishaps; punches in order of time, as devices deliver them.
"""

import argparse
import os
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path
from subprocess import run
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

Array = Any
Ints = Any
FIRST, DAYS = date(2026, 10, 1), 31
STATUTORY = {1, 2, 3}
SHIFTS = """shift,segment,start,end,break_start,break_end,late_grace,serious_late,flex_late,out_after,required_minutes
day,1,09:00,18:00,12:00,13:00,5,30,0,360,
flex,1,09:00,18:00,12:00,13:00,0,60,30,360,
night,1,22:00,30:00,,,5,30,0,240,
split,1,08:00,12:00,,,0,0,0,120,
split,2,14:00,18:00,,,0,0,0,300,
free,1,,,,,0,0,0,0,480
"""
GROUPS = """group,system,cycle,overtime_basis,overtime_min,overtime_step,missing_punch
office,standard,month,both,30,30,incomplete
plant,comprehensive,quarter,punched,30,15,incomplete
field,untimed,month,approved,30,30,absent
"""


def write_company(folder: Path, employees: int, ending: str) -> int:
    """Write the input of a month for so many employees; returns the number of punches."""
    chance = np.random.default_rng(employees)
    folder.mkdir(parents=True)
    (folder / "shifts.csv").write_text(SHIFTS, "utf-8")
    (folder / "groups.csv").write_text(GROUPS, "utf-8")
    _write(_calendar(), folder / "calendar", ending)
    kind = chance.choice(5, employees, p=[0.5, 0.15, 0.2, 0.1, 0.05])
    numbers = pa.array([f"{number:06d}" for number in range(employees)])
    _write(_employees(numbers, kind), folder / "employees", ending)
    works = chance.random((employees, DAYS)) < 0.77
    who, day = np.nonzero(works)
    _write(_roster(numbers, who, day, kind), folder / "roster", ending)
    _write(_leave(chance, numbers, employees), folder / "absences", ending)
    _write(_agreed(chance, numbers, employees), folder / "overtime", ending)
    punches = _punches(chance, numbers, kind, employees)
    _write(punches, folder / "punches", ending)
    return int(punches.num_rows)


def _write(table: pa.Table, path: Path, ending: str) -> None:
    if ending == "parquet":
        pq.write_table(table, path.with_suffix(".parquet"))
        return
    columns = [
        pa.array(np.datetime_as_string(column.to_numpy(), unit="s"))
        if pa.types.is_timestamp(column.type)
        else column.cast(pa.string())
        for column in table.columns
    ]
    options = pyarrow.csv.WriteOptions(quoting_style="none", include_header=False)
    with path.with_suffix(".csv").open("wb") as file:
        file.write((",".join(table.column_names) + "\n").encode())
        pyarrow.csv.write_csv(pa.table(columns, table.column_names), file, options)


def _calendar() -> pa.Table:
    days = [FIRST + timedelta(days=number) for number in range(DAYS)]
    kinds = ["statutory" if d.day in STATUTORY else "rest" if d.weekday() > 4 else "workday" for d in days]
    return pa.table({"date": pa.array(days), "kind": kinds, "name": [""] * DAYS})


def _employees(numbers: Array, kind: Ints) -> pa.Table:
    groups = np.array(["office", "office", "plant", "office", "field"])[kind]
    names = [f"员工{number}" for number in range(len(numbers))]
    return pa.table({"employee_no": numbers, "name": names, "department": groups, "group": groups})


def _dates(day: Ints) -> Array:
    return pa.array((np.datetime64(FIRST) + day).astype("datetime64[D]"))


def _times(minutes: Ints) -> Array:
    return pa.array((np.datetime64(FIRST, "s") + (minutes * 60).astype("timedelta64[s]")).astype("datetime64[ms]"))


def _roster(numbers: Array, who: Ints, day: Ints, kind: Ints) -> pa.Table:
    shifts = pa.array(["day", "flex", "night", "split", "free"])
    shift = pa.DictionaryArray.from_arrays(pa.array(kind[who], pa.int8()), shifts).cast(pa.string())
    return pa.table({"employee_no": numbers.take(pa.array(who)), "date": _dates(day), "shift": shift})


def _leave(chance: np.random.Generator, numbers: Array, employees: int) -> pa.Table:
    count = employees // 2
    who, day = chance.integers(0, employees, count), chance.integers(0, DAYS, count)
    kinds = np.array(["annual", "sick", "personal", "trip"])[chance.integers(0, 4, count)]
    begins = day * 1440 + chance.choice([540, 780, 1320], count)
    ends = begins + chance.choice([60, 240, 540, 3 * 1440], count)
    return pa.table(
        {"employee_no": numbers.take(pa.array(who)), "kind": kinds, "start": _times(begins), "end": _times(ends)}
    )


def _agreed(chance: np.random.Generator, numbers: Array, employees: int) -> pa.Table:
    count = employees * 3
    who, day = chance.integers(0, employees, count), chance.integers(0, DAYS, count)
    begins = day * 1440 + chance.choice([1080, 1140, 540], count)
    return pa.table({"employee_no": numbers.take(pa.array(who)), "start": _times(begins), "end": _times(begins + 150)})


def _punches(chance: np.random.Generator, numbers: Array, kind: Ints, employees: int) -> pa.Table:
    """Four punches per employee and date around the usual times of the shift, in order of time."""
    usual = np.array(
        [
            [535, 721, 778, 1085],
            [550, 721, 778, 1100],
            [1315, 1560, 1590, 1805],
            [475, 722, 835, 1085],
            [520, 700, 900, 1100],
        ]
    )
    planned = usual[kind][:, None, :] + np.arange(DAYS)[None, :, None] * 1440
    seconds = ((planned + chance.normal(0, 12, planned.shape)).ravel() * 60).astype(np.int64)
    who = np.repeat(np.arange(employees, dtype=np.int32), DAYS * 4)
    order = np.argsort(seconds, kind="stable")
    at = (np.datetime64(FIRST, "s") + seconds[order].astype("timedelta64[s]")).astype("datetime64[ms]")
    source = pa.DictionaryArray.from_arrays(pa.array(who[order] % 7, pa.int8()), [f"device-{n}" for n in range(7)])
    place = pa.DictionaryArray.from_arrays(pa.array(who[order] % 3, pa.int8()), ["总部", "一号厂", "二号厂"])
    columns = {"employee_no": numbers.take(pa.array(who[order])), "at": pa.array(at)}
    return pa.table({**columns, "source": source.cast(pa.string()), "place": place.cast(pa.string())})


def measure(folder: Path, out: Path, ending: str) -> dict[str, float]:
    """Settle in a process of its own: seconds of wall time in all and by phase, and peak memory in MB."""
    command = [sys.executable, "-m", "benchmarks.settle", "--one", str(folder), str(out), ending]
    paths = os.pathsep.join(filter(None, sys.path))
    begun = time.perf_counter()
    done = run(command, check=True, capture_output=True, text=True, env=os.environ | {"PYTHONPATH": paths})
    wall = time.perf_counter() - begun
    reading, reckoning, writing, memory = map(float, done.stdout.split())
    return {"all": wall, "reading": reading, "reckoning": reckoning, "writing": writing, "memory": memory}


def settle_once(folder: Path, out: Path, ending: str) -> None:
    """Settle and print the seconds of reading, reckoning and writing, then the peak memory in MB."""
    from reckon.attendance import read_tables, settle, use_steady_memory, write_results

    use_steady_memory()
    marks = [time.perf_counter()]
    tables = read_tables(folder)
    marks.append(time.perf_counter())
    results = settle(tables, FIRST, FIRST + timedelta(days=DAYS - 1))
    marks.append(time.perf_counter())
    write_results(results, out, ending)
    marks.append(time.perf_counter())
    print(*np.diff(marks), peak_memory())


def peak_memory() -> float:
    """The most memory this process has held, in MB (what getrusage tells may be its parent's)."""
    status = Path("/proc/self/status").read_text("ascii")
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")) / 1024


def main(argv: list[str] | None = None) -> None:
    """Print one line per size: seconds, shares of the phases, peak memory."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--sizes", default="1000,10000,100000")
    parser.add_argument("--formats", default="parquet,csv")
    parser.add_argument("--one", nargs=3, help=argparse.SUPPRESS)
    wanted = parser.parse_args(argv)
    if wanted.one:
        folder, out, ending = wanted.one
        settle_once(Path(folder), Path(out), ending)
        return
    for ending in wanted.formats.split(","):
        compare(ending, [int(size) for size in wanted.sizes.split(",")])


def compare(ending: str, sizes: list[int]) -> None:
    """One line per size for one kind of file."""
    print(f"核算一个月,{ending} → {ending} (one month, file to file)")
    print("employees     punches   seconds  reading reckoning writing  peak MB")
    for size in sizes:
        with tempfile.TemporaryDirectory() as place:
            punches = write_company(Path(place) / "in", size, ending)
            took = measure(Path(place) / "in", Path(place) / "out", ending)
        shares = [f"{took[phase] / took['all']:8.0%}" for phase in ("reading", "reckoning", "writing")]
        print(f"{size:>9,} {punches:>11,} {took['all']:>9.2f} {' '.join(shares)} {took['memory']:>8,.0f}", flush=True)


if __name__ == "__main__":
    main()
