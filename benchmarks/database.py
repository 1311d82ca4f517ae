"""How fast a month is settled from PostgreSQL into PostgreSQL, beside the engine on files with the same data, in one run;
and how long closing that month takes beside settling it.

Run as `python -m benchmarks.database [--sizes 1000,10000]`. Uses an embedded PostgreSQL of its own.
"""

import argparse
import datetime as dt
import io
import json
import os
import sys
import tempfile
import time
from pathlib import Path
from subprocess import run

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from benchmarks.settle import write_company

FIRST, LAST = dt.date(2026, 10, 1), dt.date(2026, 10, 31)
NOW = dt.datetime(2026, 11, 20, 2, tzinfo=dt.UTC)
ROOT = Path(__file__).resolve().parents[1]


def start() -> None:
    """An empty database, and Django on it."""
    from kaoqin.core.database import start_embedded

    folder = ROOT / "var" / "bench"
    os.environ["KAOQIN_DATA_DIR"] = str(folder)
    os.environ["DATABASE_URL"] = start_embedded(folder)
    os.environ["DJANGO_SETTINGS_MODULE"] = "kaoqin.config.settings"
    import django

    django.setup()


def empty() -> None:
    from django.core.management import call_command
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    call_command("migrate", verbosity=0, interactive=False)


def copy(table: str, rows: pa.Table) -> None:
    """Rows into a table, by COPY."""
    from django.db import connection

    buffer = io.BytesIO()
    pyarrow.csv.write_csv(rows, buffer, pyarrow.csv.WriteOptions(include_header=False))
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} FROM STDIN (FORMAT csv)") as stream:
        stream.write(buffer.getbuffer())


def load(folder: Path) -> list[int]:
    """The company of the files into the database; returns the employee ids."""
    from django.db import connection

    from kaoqin.attendance.models import RuleVersion
    from kaoqin.org.models import Department, DepartmentVersion, Employee, Site
    from kaoqin.scheduling.actions import seed_china
    from kaoqin.scheduling.models import Calendar, Group, GroupPlan, Shift, ShiftSegment, ShiftVersion

    seed_china()
    since = dt.date(2026, 1, 1)
    site, department = Site.objects.create(code="B", name="B"), Department.objects.create(code="B")
    DepartmentVersion.objects.create(department=department, begins_on=since, name="B")
    for row in pyarrow.csv.read_csv(folder / "groups.csv").to_pylist():
        code = row.pop("group")
        group = Group.objects.create(code=code, name=code)
        GroupPlan.objects.create(group=group, begins_on=since, mode="roster", calendar=Calendar.objects.get())
        RuleVersion.objects.create(group=group, begins_on=since, **row)
    _load_shifts(folder, since, Shift, ShiftVersion, ShiftSegment)
    for name in ("employees", "roster", "punches", "absences", "overtime"):
        rows = pq.read_table(folder / f"{name}.parquet")
        columns = ", ".join(f'"{field.name}" {_type(field.type)}' for field in rows.schema)
        with connection.cursor() as cursor:
            cursor.execute(f"DROP TABLE IF EXISTS bench_{name}; CREATE UNLOGGED TABLE bench_{name} ({columns})")
        copy(f"bench_{name}", rows)
    with connection.cursor() as cursor:
        cursor.execute(LOAD, {"site": site.pk, "department": department.pk, "since": since, "now": NOW})
        cursor.execute("VACUUM ANALYZE")
    return list(Employee.objects.order_by("pk").values_list("pk", flat=True))


def _type(of: pa.DataType) -> str:
    return "timestamp" if pa.types.is_timestamp(of) else "date" if pa.types.is_date(of) else "text"


def _minutes(clock: object) -> int | None:
    hours, minutes = str(clock).split(":") if clock else ("", "")
    return int(hours) * 60 + int(minutes) if clock else None


def _load_shifts(folder: Path, since: dt.date, shifts: type, versions: type, segments: type) -> None:
    read = pyarrow.csv.ConvertOptions(
        column_types={n: pa.string() for n in ("start", "end", "break_start", "break_end")}, strings_can_be_null=True
    )
    for row in pyarrow.csv.read_csv(folder / "shifts.csv", convert_options=read).to_pylist():
        shift, _ = shifts.objects.get_or_create(code=row["shift"])  # type: ignore[attr-defined]
        free = {"free": True, "required_minutes": row["required_minutes"]} if not row["start"] else {}
        told = {"name": row["shift"], "flex_late": row["flex_late"], **free}
        version, _ = versions.objects.get_or_create(shift=shift, begins_on=since, defaults=told)  # type: ignore[attr-defined]
        if row["start"]:
            clocks = {name: _minutes(row[name]) for name in ("start", "end", "break_start", "break_end")}
            kept = {name: row[name] for name in ("late_grace", "serious_late", "out_after")}
            segments.objects.create(version=version, number=row["segment"], **clocks, **kept)  # type: ignore[attr-defined]


LOAD = """
INSERT INTO org_employee (number, name, phone, email, hired_on) SELECT employee_no, name, '', '', %(since)s FROM bench_employees;
INSERT INTO org_posting (employee_id, department_id, site_id, title, begins_on) SELECT id, %(department)s, %(site)s, '', %(since)s FROM org_employee;
INSERT INTO scheduling_membership (employee_id, group_id, begins_on)
    SELECT e.id, g.id, %(since)s FROM bench_employees b JOIN org_employee e ON e.number = b.employee_no JOIN scheduling_group g ON g.code = b."group";
INSERT INTO scheduling_rosterday (employee_id, date, shift_id, source)
    SELECT e.id, b.date, s.id, 'import' FROM bench_roster b JOIN org_employee e ON e.number = b.employee_no JOIN scheduling_shift s ON s.code = b.shift;
INSERT INTO punches_punch (content_key, employee_id, person_key, person_name, device_time, zone, at, received_at, source, origin, place, trust, evidence)
    SELECT gen_random_uuid(), e.id, b.employee_no, '', b.at AT TIME ZONE 'UTC', 'Asia/Shanghai', b.at AT TIME ZONE 'Asia/Shanghai', %(now)s, 'terminal', '', '', 'counts', '{}'
    FROM bench_punches b JOIN org_employee e ON e.number = b.employee_no;
INSERT INTO attendance_absence (employee_id, kind, start, "end", remark, made_at)
    SELECT e.id, b.kind, b.start AT TIME ZONE 'UTC', b."end" AT TIME ZONE 'UTC', '', %(now)s FROM bench_absences b JOIN org_employee e ON e.number = b.employee_no;
INSERT INTO attendance_agreedovertime (employee_id, start, "end", remark, made_at)
    SELECT e.id, b.start AT TIME ZONE 'UTC', b."end" AT TIME ZONE 'UTC', '', %(now)s FROM bench_overtime b JOIN org_employee e ON e.number = b.employee_no;
"""


def settle_files(folder: Path) -> float:
    begun = time.perf_counter()
    command = [
        ROOT / ".venv/bin/kaoqin",
        "settle",
        folder,
        "--from",
        str(FIRST),
        "--to",
        str(LAST),
        "--out",
        folder / "out",
        "--format",
        "parquet",
    ]
    run([str(word) for word in command], check=True)
    return time.perf_counter() - begun


def settle_database(ids: list[int]) -> float:
    """As the worker does it: everybody is marked, then drained batch by batch."""
    from kaoqin.attendance.settling import mark, settle_all

    begun = time.perf_counter()
    mark(dict.fromkeys(ids, (FIRST, LAST)))
    settle_all()
    return time.perf_counter() - begun


def close_database() -> dict[str, float]:
    """What `benchmarks.closing` measures, in a process of its own as the worker is: its memory is not the settlement's."""
    told = run([sys.executable, "-m", "benchmarks.closing"], check=True, capture_output=True, text=True, cwd=ROOT)
    return dict(json.loads(told.stdout.splitlines()[-1]))


def main(argv: list[str] | None = None) -> None:
    """Print one line per size: seconds of both ways, a second settlement that changes nothing, and the ratio; then of
    closing and its ratio to settling."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--sizes", default="1000,10000")
    sizes = [int(size) for size in parser.parse_args(argv).sizes.split(",")]
    start()
    print("PostgreSQL → PostgreSQL, one month; ratio to the engine on files (Parquet) in the same run")
    print("closing the month: ratio to settling it in the same run, at most 2; most memory of its process")
    heads = ("files s", "database s", "again s", "ratio", "ask s", "close s", "ratio", "MB")
    print(f"{'employees':>10} " + " ".join(f"{head:>10}" for head in heads))
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder:
            company = Path(folder) / "company"
            write_company(company, size, "parquet")
            empty()
            ids = load(company)
            files = settle_files(company)
            first = settle_database(ids)
            again = settle_database(ids)
            close = close_database()
            told = (files, first, again, first / files, close["asking"], close["working"])
            told += ((close["asking"] + close["working"]) / first, close["memory_mb"])
            print(f"{size:>10} " + " ".join(f"{number:>10.2f}" for number in told), flush=True)


if __name__ == "__main__":
    main()
