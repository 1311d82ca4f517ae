"""Random small companies with every feature of the settlement contract on, and their files.

Every company is valid by the contract. All choices go through one ``random.Random``, so a seed gives
a company, and hypothesis (``st.randoms``) can draw and shrink one: the first choice is always the
plainest. Times are drawn mostly from the edges of windows, plans, absences and thresholds, a minute
to either side, because that is where an engine goes wrong.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from pathlib import Path
from random import Random
from typing import TypeVar
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.parquet as pq
from retelling import DAY, Employee, FreeDay, Row, Segment, Tables, midnight, place_punches, read_company
from retelling import Company as PlainCompany

COLUMNS = {
    "employees": "employee_no name department group timezone hired_on left_on",
    "groups": "group system cycle overtime_basis overtime_after overtime_min overtime_step"
    " early_overtime missing_punch",
    "shifts": "shift segment start end break_start break_end in_required out_required in_before out_after"
    " late_grace early_grace serious_late absent_late absent_early flex_early flex_late day_start"
    " required_minutes",
    "late_off_late_on": "shift off_after on_later",
    "roster": "employee_no date shift",
    "punches": "employee_no at source place",
    "absences": "employee_no kind start end",
    "overtime": "employee_no start end",
    "calendar": "date kind name",
}
OPTIONAL_TABLES = ("late_off_late_on", "absences", "overtime")
OPTIONAL_COLUMNS = {
    "employees": ("timezone", "hired_on", "left_on"),
    "groups": tuple(COLUMNS["groups"].split()[1:]),
    "shifts": tuple(COLUMNS["shifts"].split()[4:]),
    "punches": ("source", "place"),
    "calendar": ("name",),
}

FIRST_DAYS = [
    date(2026, 10, 1),
    date(2026, 9, 28),
    date(2026, 12, 29),
    date(2028, 2, 27),
    date(2026, 3, 6),
    date(2026, 6, 27),
]
ZONES = ["Asia/Shanghai", "Asia/Urumqi", "America/New_York", "Europe/Berlin", "Asia/Kolkata", "UTC"]
NUMBERS = ["1", "01", "001", "10", "9", "A7", "工3", "0000000012"]
LEAVE_KINDS = ["annual", "sick", "personal", "trip", "outing", "field"]
MARGIN = timedelta(days=2)

T = TypeVar("T")


@dataclass
class Choices:
    """The only source of chance of a company."""

    random: Random

    def pick(self, options: Sequence[T]) -> T:
        """One of the options; the first is the plainest."""
        return options[self.random.randint(0, len(options) - 1)]

    def number(self, low: int, high: int) -> int:
        """A number from low to high, both included."""
        return self.random.randint(low, high)

    def chance(self, percent: int) -> bool:
        """True in so many of a hundred cases."""
        return self.random.randint(0, 99) >= 100 - percent

    def or_default(self, options: Sequence[T], percent: int) -> str:
        """An empty cell (the default), or in so many of a hundred cases one of the options."""
        return str(self.pick(options)) if self.chance(percent) else ""


@dataclass
class Company:
    """The input tables and the range to settle."""

    tables: Tables
    first: date
    last: date

    def write(self, folder: Path, *, parquet: bool = False) -> Path:
        """All tables as files of one kind in the folder; optional tables without rows are left out."""
        folder.mkdir(parents=True, exist_ok=True)
        for name, rows in self.tables.items():
            if rows or name not in OPTIONAL_TABLES:
                columns = list(rows[0]) if rows else COLUMNS[name].split()
                write = write_parquet if parquet else write_csv
                write(folder, name, columns, rows)
        return folder


def write_csv(folder: Path, name: str, columns: list[str], rows: list[Row]) -> None:
    """One table as UTF-8 CSV; tables with an odd number of rows get a BOM."""
    encoding = "utf-8-sig" if len(rows) % 2 else "utf-8"
    with (folder / f"{name}.csv").open("w", encoding=encoding, newline="") as file:
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        writer.writerows(rows)


def write_parquet(folder: Path, name: str, columns: list[str], rows: list[Row]) -> None:
    """One table as Parquet with text columns, an empty cell as null."""
    cells = {column: pa.array([row[column] or None for row in rows], pa.string()) for column in columns}
    pq.write_table(pa.table(cells), folder / f"{name}.parquet")


# --- Groups, shifts, calendar ----------------------------------------------------------------------


def random_group(choose: Choices, name: str) -> Row:
    """One row of groups."""
    return {
        "group": name,
        "system": choose.pick(["", "standard", "comprehensive", "untimed"]),
        "cycle": choose.pick(["", "month", "quarter", "year"]),
        "overtime_basis": choose.pick(["", "approved", "approved", "punched", "punched", "both"]),
        "overtime_after": choose.or_default([0, 1, 30, 60], 40),
        "overtime_min": choose.or_default([0, 1, 29, 30, 31, 60], 60),
        "overtime_step": choose.or_default([1, 30, 15, 60, 7], 60),
        "early_overtime": choose.pick(["", "1", "0", "1"]),
        "missing_punch": choose.pick(["", "incomplete", "absent"]),
    }


def clock(minutes: int) -> str:
    """``HH:MM`` of minutes since midnight."""
    return f"{minutes // 60:02}:{minutes % 60:02}"


def random_free_shift(choose: Choices, name: str) -> list[Row]:
    """A free shift."""
    day_start = choose.pick(["", "", "00:00", "04:00", "12:00", "06:30"])
    row = dict.fromkeys(COLUMNS["shifts"].split(), "")
    row |= {"shift": name, "segment": "1", "day_start": day_start}
    return [row | {"required_minutes": choose.or_default([1, 60, 240, 481, 600], 60)}]


def random_timed_shift(choose: Choices, name: str, most_segments: int) -> list[Row]:
    """A timed shift of one to three segments; flex on one-segment shifts only."""
    start = choose.pick([540, 480, 0, 1, 300, 360, 780, 1080, 1200, 1320, 1380, 1439, 1440, 1500])
    start += choose.pick([0, 0, 0, 1, 30, -1]) if start else 0
    count = min(choose.pick([1, 1, 1, 2, 2, 3]), most_segments)
    rows: list[Row] = []
    for number in range(1, count + 1):
        length = choose.pick([480, 540, 240, 720, 120, 61, 60, 59, 30, 5, 2, 1])
        end = min(start + length, 2 * DAY - 1)
        if end <= start:
            break
        rows.append(random_segment(choose, name, number, start, end))
        start = end + choose.pick([60, 0, 1, 2, 30, 61, 120, 121, 300, 900])
    if len(rows) == 1 and choose.chance(60):
        add_flex(choose, rows[0])
    return rows


def random_segment(choose: Choices, shift: str, number: int, start: int, end: int) -> Row:
    """One segment with or without a break, without flex."""
    row = {
        "shift": shift,
        "segment": str(number),
        "start": clock(start),
        "end": clock(end),
        "break_start": "",
        "break_end": "",
        "in_required": choose.pick(["", "", "", "1", "0"]),
        "out_required": choose.pick(["", "", "", "1", "0"]),
        "in_before": choose.or_default([60, 0, 1, 30, 120, 500, 900], 60),
        "out_after": choose.or_default([60, 0, 1, 30, 120, 600, 1000], 60),
        "late_grace": choose.or_default([5, 0, 1, 10, 60], 50),
        "early_grace": choose.or_default([5, 0, 1, 10, 60], 50),
        "serious_late": choose.or_default([30, 0, 1, 6, 11, 60], 50),
        "absent_late": choose.or_default([60, 0, 1, 30, 31, 120], 40),
        "absent_early": choose.or_default([60, 0, 1, 30, 31, 120], 40),
        "flex_early": "",
        "flex_late": "",
        "day_start": "",
        "required_minutes": "",
    }
    if end - start > 2 and choose.chance(50):
        begin = choose.pick([(start + end) // 2, start, start + 1, choose.number(start, end - 2)])
        finish = choose.pick([min(begin + 60, end - 1), begin + 1, end - 1, end])
        if begin < finish and finish - begin < end - start:
            row |= {"break_start": clock(begin), "break_end": clock(finish)}
    return row


def add_flex(choose: Choices, row: Row) -> None:
    """Flex that keeps the break inside [start + flex_late, end − flex_early]."""
    early, late = (choose.pick([30, 0, 1, 60, 15, 120]) for _ in range(2))
    if row["break_start"]:
        late = min(late, minutes_of(row["break_start"]) - minutes_of(row["start"]))
        early = min(early, minutes_of(row["end"]) - minutes_of(row["break_end"]))
    row |= {"flex_early": str(early), "flex_late": str(late)}


def minutes_of(text: str) -> int:
    """Minutes since midnight of ``HH:MM``."""
    return int(text[:-3]) * 60 + int(text[-2:])


def random_late_off(choose: Choices, shifts: dict[str, list[Row]]) -> list[Row]:
    """Late-off-late-on steps of some one-segment timed shifts."""
    rows: list[Row] = []
    for name, segments in shifts.items():
        if len(segments) == 1 and segments[0]["start"] and choose.chance(50):
            for off_after in sorted({choose.pick([60, 0, 1, 30, 120, 180]) for _ in range(2)}):
                on_later = str(choose.pick([30, 0, 1, 10, 60, 120]))
                rows.append({"shift": name, "off_after": str(off_after), "on_later": on_later})
    return rows


def random_calendar(choose: Choices, first: date, last: date) -> list[Row]:
    """Every date of the range, and mostly those around it."""
    margin = MARGIN if choose.chance(80) else timedelta(0)
    return [
        {"date": str(day), "kind": choose.pick(["workday", "workday", "rest", "statutory"]), "name": ""}
        for day in days_between(first - margin, last + margin)
    ]


def days_between(first: date, last: date) -> list[date]:
    """All dates from first to last, both included."""
    return [first + timedelta(days=count) for count in range((last - first).days + 1)]


# --- Employees and roster --------------------------------------------------------------------------


def random_employee(choose: Choices, number: str, groups: int, first: date, last: date) -> Row:
    """One row of employees; some are hired or leave inside or around the range."""
    hired, left = "", ""
    around = days_between(first - MARGIN, last + MARGIN)
    if choose.chance(25):
        hired = str(choose.pick(around))
    if choose.chance(25):
        left = str(choose.pick([day for day in around if str(day) >= hired]))
    return {
        "employee_no": number,
        "name": f"Employee {number}",
        "department": choose.pick(["", "Plant"]),
        "group": f"G{choose.number(1, groups)}",
        "timezone": choose.pick(["", *ZONES]),
        "hired_on": hired,
        "left_on": left,
    }


def random_roster(choose: Choices, number: str, days: list[date], shifts: dict[str, list[Row]]) -> list[Row]:
    """One employee's roster: shifts that do not overlap, rest days, days without a row."""
    rows: list[Row] = []
    plans: list[tuple[int, int]] = []
    habit = choose.pick(sorted(shifts))
    for day in days:
        name = choose.pick([habit, habit, *sorted(shifts), ""])
        plan = plan_of(day, shifts[name]) if name else []
        if any(start < end and begin < finish for start, finish in plan for begin, end in plans):
            name, plan = "", []
        plans += plan
        if name or choose.chance(50):
            rows.append({"employee_no": number, "date": str(day), "shift": name})
    return rows


def plan_of(day: date, segments: list[Row]) -> list[tuple[int, int]]:
    """The segments of a shift on a day as [start, end); a free shift plans none."""
    return [
        (midnight(day) + minutes_of(segment["start"]), midnight(day) + minutes_of(segment["end"]))
        for segment in segments
        if segment["start"]
    ]


# --- Absences, overtime, punches: around the edges -------------------------------------------------


@dataclass
class Edges:
    """Minutes worth trying for one employee: a list for every segment, free day, date and approval."""

    spots: list[list[int]]

    def near(self, choose: Choices) -> int:
        """A minute of one of the spots, or one a little beside it."""
        return choose.pick(choose.pick(self.spots)) + choose.pick([0, 0, 0, 0, -1, 1, -1, 1, 30, -30, 60, -60])


def edges_of(company: PlainCompany, employee: Employee, days: list[date]) -> Edges:
    """The edges of everything planned for an employee."""
    edges = Edges([[midnight(day) + at for at in (540, 0, 1080, 1320, 360, DAY)] for day in days])
    for segment in employee.segments:
        edges.spots += [segment_edges(segment), *[turning_points(company, employee, segment)] * 2]
    for free in employee.free_days.values():
        edges.spots += [free_edges(free)] * 2
    return edges


def free_edges(free: FreeDay) -> list[int]:
    """The boundaries of a free day, and ordinary hours and midnight inside it."""
    return [free.start, free.end - 1, free.end, free.start + 240, free.start + 900, (free.start // DAY + 1) * DAY]


def segment_edges(segment: Segment) -> list[int]:
    """The boundaries of a segment, its break, and the windows its shift allows."""
    edges = [segment.start, segment.end, (segment.start + segment.end) // 2]
    edges += belonging_edges(segment)
    edges += [minute + 1 for minute in segment.planned if minute + 1 not in segment.planned]
    return edges + [minute for minute in segment.planned if minute - 1 not in segment.planned]


def belonging_edges(segment: Segment) -> list[int]:
    """The two minutes between which an approved interval begins that belongs to the segment's day."""
    return [segment.start - segment.setting("in_before"), segment.end + segment.setting("out_after")]


def turning_points(company: PlainCompany, employee: Employee, segment: Segment) -> list[int]:
    """Every minute of a segment at which its outcome may turn."""
    if not segment.effective:
        return segment_edges(segment)
    first, past = segment.effective_start(), segment.effective_end()
    edges = [first, past, segment.in_from, segment.in_until, segment.out_until, first - 60, past + 60]
    edges += [first + segment.setting(column) for column in ("late_grace", "serious_late", "absent_late")]
    edges += [past - segment.setting(column) for column in ("early_grace", "absent_early")]
    flexes = (0, -segment.setting("flex_early"), segment.setting("flex_late"))
    edges += [boundary + flex for boundary in (segment.start, segment.end) for flex in flexes]
    minimum = int(employee.group["overtime_min"])
    beyond = [minimum, int(employee.group["overtime_after"]) + minimum]
    for off_after, on_later in company.late_off_late_on.get(segment.rules["shift"], []):
        beyond += [off_after] * 3
        edges += [first + on_later, first + on_later + segment.setting("late_grace")]
    edges += [segment.end + flex + more for flex in flexes for more in beyond]
    return [*edges, *(segment.start + flex - minimum for flex in flexes)]


def random_intervals(choose: Choices, edges: Edges, most: int) -> list[tuple[int, int]]:
    """Up to so many intervals that begin and mostly end at an edge, some of them at an earlier one's."""
    intervals: list[tuple[int, int]] = []
    for _ in range(choose.number(0, most)):
        start = edges.near(choose)
        if intervals and choose.chance(40):
            start = choose.pick(choose.pick(intervals)) - choose.pick([0, 0, 60, 1])
        end = start + choose.pick([120, 30, 29, 31, 1, 60, 59, 61, 240, 480, 600, 1440, 2000, 10080])
        later = [edge for spot in edges.spots for edge in spot if start < edge <= start + 1500]
        if later and choose.chance(50):
            end = max(choose.pick(later) + choose.pick([0, 0, -1, 1]), start + 1)
        intervals.append((start, end))
    return intervals


def random_punches(choose: Choices, company: PlainCompany, employee: Employee, edges: Edges) -> list[int]:
    """Punched minutes of one employee: at most segments two that tell a tidy day, and then edges."""
    minutes: list[int] = []
    for segment in employee.segments:
        if not segment.effective or choose.chance(12):
            continue
        turning = turning_points(company, employee, segment)
        middle = segment.in_until
        if not choose.chance(20):
            minutes.append(choose.pick([segment.start, *(at for at in turning if at <= middle)]))
        if not choose.chance(20):
            minutes.append(choose.pick([segment.end, *(at for at in turning if at > middle)]))
        for _ in range(choose.pick([0, 0, 1, 2, 3])):
            minutes.append(choose.pick(turning))
    for free in employee.free_days.values():
        minutes += [choose.pick(free_edges(free)) for _ in range(choose.pick([2, 2, 0, 1, 3]))]
    minutes = [minute + choose.pick([0, 0, -1, 1, 1, -5, 5]) for minute in minutes]
    minutes += [edges.near(choose) for _ in range(choose.pick([0, 1, 2, 4, 6]))]
    for _ in range(choose.pick([0, 0, 1, 2]) if minutes else 0):
        minutes.append(choose.pick(minutes) + choose.pick([0, 60, -60, 59, -59, 61, -61]))
    return minutes


# --- Writing times ---------------------------------------------------------------------------------


def random_at(choose: Choices, minute: int, zone: str, *, seconds: bool = True) -> str:
    """A local minute as one of the ways to write it: T or blank, seconds, an explicit offset."""
    second = choose.pick([0, 0, 1, 31, 59]) if seconds else 0
    local = datetime.combine(
        date.fromordinal(minute // DAY), time(minute % DAY // 60, minute % 60, second), tzinfo=ZoneInfo(zone)
    )
    between = choose.pick(["T", "T", " "])
    exists = local.astimezone(UTC).astimezone(ZoneInfo(zone)).time() == local.time()
    if not (exists and choose.chance(15)):
        return local.replace(tzinfo=None).isoformat(sep=between)
    other: tzinfo = choose.pick([UTC, timezone(timedelta(hours=8)), timezone(-timedelta(hours=3, minutes=30))])
    text = local.astimezone(other).isoformat(sep=between)
    return text.replace("+00:00", "Z") if choose.chance(30) else text


def interval_row(choose: Choices, interval: tuple[int, int], zone: str) -> Row:
    """The start and end cells of an approved interval."""
    start, end = (random_at(choose, minute, zone, seconds=False) for minute in interval)
    return {"start": start, "end": end}


# --- The company -----------------------------------------------------------------------------------


def random_company(random: Random, *, most_employees: int = 2, most_days: int = 6) -> Company:
    """A valid company: see the module's docstring."""
    choose = Choices(random)
    first = choose.pick(FIRST_DAYS)
    last = first + timedelta(days=choose.number(0, most_days - 1))
    tables: Tables = {name: [] for name in COLUMNS}
    group_count = choose.number(1, 2)
    tables["groups"] = [random_group(choose, f"G{number}") for number in range(1, group_count + 1)]
    shifts = random_shifts(choose)
    tables["shifts"] = [row for rows in shifts.values() for row in rows]
    tables["late_off_late_on"] = random_late_off(choose, shifts)
    tables["calendar"] = random_calendar(choose, first, last)
    days = days_between(first - MARGIN, last + MARGIN)
    for number in NUMBERS[: choose.number(1, most_employees)]:
        tables["employees"].append(random_employee(choose, number, group_count, first, last))
        tables["roster"] += random_roster(choose, number, days, shifts)
    for row in tables["employees"]:
        add_facts(choose, tables, row, days)
    finish(choose, tables)
    return Company(tables, first, last)


def random_shifts(choose: Choices) -> dict[str, list[Row]]:
    """One to four timed shifts, and none to two free ones."""
    names = ["day", "night", "split", "早班"][: choose.number(1, 4)]
    most_segments = choose.pick([3, 3, 1])
    shifts = {name: random_timed_shift(choose, name, most_segments) for name in names}
    for name in ["free", "flexi"][: choose.pick([0, 0, 1, 1, 2])]:
        shifts[name] = random_free_shift(choose, name)
    return shifts


def add_facts(choose: Choices, tables: Tables, row: Row, days: list[date]) -> None:
    """Absences, overtime and punches of one employee, each knowing the edges made before it."""
    number, zone = row["employee_no"], row["timezone"] or "Asia/Shanghai"
    edges = edges_of(*read_employee(tables, row), days)
    absences = random_intervals(choose, edges, 4)
    for interval in absences:
        absence = {"employee_no": number, "kind": choose.pick(LEAVE_KINDS)}
        tables["absences"].append(absence | interval_row(choose, interval, zone))
    company, employee = read_employee(tables, row)
    edges = edges_of(company, employee, days)
    edges.spots += [list(interval) for interval in absences]
    edges.spots += [belonging_edges(segment) for segment in employee.segments]
    overtime = random_intervals(choose, edges, 4)
    for interval in overtime:
        tables["overtime"].append({"employee_no": number} | interval_row(choose, interval, zone))
    edges.spots += [list(interval) for interval in overtime]
    for minute in random_punches(choose, company, employee, edges):
        punch = {"employee_no": number, "at": random_at(choose, minute, zone)}
        source, place = choose.pick(["", "gate"]), choose.pick(["", "南门, 1"])
        tables["punches"].append(punch | {"source": source, "place": place})


def read_employee(tables: Tables, row: Row) -> tuple[PlainCompany, Employee]:
    """The employee of a row with plans and windows, as the tables stand."""
    company = read_company(tables | {"employees": [row]})
    employee = company.employees[0]
    place_punches(company, employee)
    return company, employee


def finish(choose: Choices, tables: Tables) -> None:
    """Unknown employees' punches, rows in any order, defaulted columns left out."""
    if choose.chance(20):
        for at in ("2026-10-01T08:57:31", "2026-10-01 08:57:59"):
            tables["punches"].append({"employee_no": "2", "at": at, "source": "", "place": ""})
    if choose.chance(50):
        for rows in tables.values():
            choose.random.shuffle(rows)
    if choose.chance(30):
        for name, columns in OPTIONAL_COLUMNS.items():
            leave_out(tables[name], [column for column in columns if choose.chance(50)])


def leave_out(rows: Iterable[Row], columns: list[str]) -> None:
    """Drops those of the columns that are empty in every row."""
    rows = list(rows)
    for column in columns:
        if not any(row[column] for row in rows):
            for row in rows:
                del row[column]
