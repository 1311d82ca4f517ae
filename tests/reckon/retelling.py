"""The settlement contract told again, slowly: the oracle against which the columnar engine is tested.

One employee at a time, minute by minute, with sets of minutes and no cleverness. Every rule of the
contract is a function named after it. Input rows are dicts of strings as in the CSV files, and are
taken to be valid (nothing is checked here); results are dicts of strings and ints in the columns
and the order of the result files.

A minute is an int: minutes of local wall-clock time since 0001-01-01 00:00, so that
``minute // 1440`` is the calendar date's ordinal and ``minute % 1440`` the time of day.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from fractions import Fraction
from itertools import pairwise
from zoneinfo import ZoneInfo

Row = dict[str, str]
Tables = dict[str, list[Row]]
Cell = str | int
Result = dict[str, Cell]

DAY = 24 * 60
TRIP_KINDS = {"trip", "outing", "field"}

DEFAULTS: dict[str, Row] = {
    "employees": {"timezone": "Asia/Shanghai", "hired_on": "", "left_on": ""},
    "groups": {
        "system": "standard",
        "cycle": "month",
        "overtime_basis": "both",
        "overtime_after": "0",
        "overtime_min": "30",
        "overtime_step": "30",
        "early_overtime": "0",
        "missing_punch": "incomplete",
    },
    "shifts": {
        "segment": "1",
        "start": "",
        "end": "",
        "break_start": "",
        "break_end": "",
        "in_required": "1",
        "out_required": "1",
        "in_before": "240",
        "out_after": "480",
        "late_grace": "0",
        "early_grace": "0",
        "serious_late": "0",
        "absent_late": "0",
        "absent_early": "0",
        "flex_early": "0",
        "flex_late": "0",
        "day_start": "05:00",
        "required_minutes": "480",
    },
    "roster": {"shift": ""},
    "punches": {"source": "", "place": ""},
}

MINUTE_COLUMNS = (
    "planned_minutes",
    "worked_minutes",
    "late_minutes",
    "early_minutes",
    "absent_minutes",
    "leave_minutes",
    "trip_minutes",
    "forgiven_minutes",
    "unaccounted_minutes",
    "overtime_workday_minutes",
    "overtime_rest_minutes",
    "overtime_statutory_minutes",
    "statutory_worked_minutes",
    "night_minutes",
)


# --- Reading cells ---------------------------------------------------------------------------------


def with_defaults(table: str, row: Row) -> Row:
    """The row with every empty or absent cell replaced by its default."""
    return DEFAULTS.get(table, {}) | {column: cell for column, cell in row.items() if cell}


def clock_minutes(text: str) -> int:
    """Minutes since midnight of ``HH:MM``; past 24:00 is the next day."""
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)


def midnight(day: date) -> int:
    """The first minute of a calendar date."""
    return day.toordinal() * DAY


def calendar_date(minute: int) -> date:
    """The calendar date on which a minute lies."""
    return date.fromordinal(minute // DAY)


def rule_1_minute(text: str, zone: ZoneInfo) -> int:
    """Rule 1: a time counts at its local wall-clock minute, seconds cut off."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is not None:
        moment = moment.astimezone(zone)
    return midnight(moment.date()) + moment.hour * 60 + moment.minute


def written_time(minute: int | None) -> str:
    """Local time as the contract writes it; empty where there is none."""
    if minute is None:
        return ""
    return f"{calendar_date(minute)}T{minute % DAY // 60:02}:{minute % 60:02}:00"


# --- What one employee has -------------------------------------------------------------------------


@dataclass
class Interval:
    """An approved interval [start, end); ``kind`` is empty for overtime."""

    kind: str
    start: int
    end: int

    def minutes(self) -> set[int]:
        return set(range(self.start, self.end))


@dataclass
class Segment:
    """One segment of a timed shift on one roster day, and what becomes of it."""

    day: date
    number: str
    rules: Row
    start: int
    end: int
    planned: set[int]
    leave: set[int] = field(default_factory=set)
    trip: set[int] = field(default_factory=set)
    effective: set[int] = field(default_factory=set)
    in_from: int = 0
    in_until: int = 0
    out_from: int = 0
    out_until: int = 0
    on: int | None = None
    off: int | None = None
    moved: int = 0

    def setting(self, column: str) -> int:
        return int(self.rules[column])

    def effective_start(self) -> int:
        return min(self.effective)

    def effective_end(self) -> int:
        return max(self.effective) + 1

    def flexed_start(self) -> int:
        return self.start + self.moved

    def flexed_end(self) -> int:
        return self.end + self.moved


@dataclass
class FreeDay:
    """A roster day with a free shift: its span, its required minutes, the punches it sees."""

    day: date
    start: int
    end: int
    required: int
    punches: list[int] = field(default_factory=list)


@dataclass
class Employee:
    """One employee with everything the input says about them."""

    number: str
    zone: ZoneInfo
    hired_on: date
    left_on: date
    group: Row
    shift_on: dict[date, str] = field(default_factory=dict)
    punch_rows: dict[int, list[int]] = field(default_factory=dict)
    absences: list[Interval] = field(default_factory=list)
    overtime: list[Interval] = field(default_factory=list)
    segments: list[Segment] = field(default_factory=list)
    free_days: dict[date, FreeDay] = field(default_factory=dict)
    rest_presence: dict[date, list[int]] = field(default_factory=dict)

    def employed_on(self, day: date) -> bool:
        """Rule 16: employed from hired_on to left_on, both included."""
        return self.hired_on <= day <= self.left_on

    def segments_of(self, day: date) -> list[Segment]:
        return [segment for segment in self.segments if segment.day == day]


@dataclass
class DayTally:
    """The minutes of one employee-day while they are being counted."""

    planned: int = 0
    worked: set[int] = field(default_factory=set)
    late: int = 0
    serious_late: int = 0
    early: int = 0
    absent: int = 0
    missing_in: int = 0
    missing_out: int = 0
    leave: list[int] = field(default_factory=list)
    trip: int = 0
    forgiven: int = 0
    unaccounted: int = 0
    overtime: list[int] = field(default_factory=list)
    first_in: int | None = None
    last_out: int | None = None


@dataclass
class Company:
    """The input tables, read."""

    shifts: dict[str, list[Row]]
    late_off_late_on: dict[str, list[tuple[int, int]]]
    day_kind: dict[date, str]
    leave_kinds: list[str]
    employees: list[Employee]
    punches: list[Row]

    def is_free(self, shift: str) -> bool:
        return not self.shifts[shift][0]["start"]

    def is_statutory(self, minute: int) -> bool:
        return self.day_kind.get(calendar_date(minute)) == "statutory"


def read_company(tables: Tables) -> Company:
    """The tables as the objects above, employees sorted by number."""
    shifts: dict[str, list[Row]] = {}
    for row in tables["shifts"]:
        shifts.setdefault(row["shift"], []).append(with_defaults("shifts", row))
    for rows in shifts.values():
        rows.sort(key=lambda row: int(row["segment"]))
    later: dict[str, list[tuple[int, int]]] = {}
    for row in tables.get("late_off_late_on", []):
        later.setdefault(row["shift"], []).append((int(row["off_after"]), int(row["on_later"])))
    kinds = {row["kind"] for row in tables.get("absences", [])} - TRIP_KINDS
    return Company(
        shifts=shifts,
        late_off_late_on=later,
        day_kind={date.fromisoformat(row["date"]): row["kind"] for row in tables["calendar"]},
        leave_kinds=sorted(kinds),
        employees=sorted(read_employees(tables), key=lambda employee: employee.number),
        punches=tables["punches"],
    )


def read_employees(tables: Tables) -> Iterator[Employee]:
    """Every employee with their roster, punches (by minute), absences and overtime."""
    groups = {row["group"]: with_defaults("groups", row) for row in tables["groups"]}
    for cells in tables["employees"]:
        row = with_defaults("employees", cells)
        number, zone = row["employee_no"], ZoneInfo(row["timezone"])
        employee = Employee(
            number=number,
            zone=zone,
            hired_on=date.fromisoformat(row["hired_on"]) if row["hired_on"] else date.min,
            left_on=date.fromisoformat(row["left_on"]) if row["left_on"] else date.max,
            group=groups[row["group"]],
            absences=read_intervals(tables.get("absences", []), number, zone),
            overtime=read_intervals(tables.get("overtime", []), number, zone),
        )
        for line in tables["roster"]:
            if line["employee_no"] == number and line["shift"]:
                employee.shift_on[date.fromisoformat(line["date"])] = line["shift"]
        for index, line in enumerate(tables["punches"]):
            if line["employee_no"] == number:
                employee.punch_rows.setdefault(rule_1_minute(line["at"], zone), []).append(index)
        yield employee


def read_intervals(rows: list[Row], number: str, zone: ZoneInfo) -> list[Interval]:
    """The approved intervals of one employee, in minutes."""
    return [
        Interval(row.get("kind", ""), rule_1_minute(row["start"], zone), rule_1_minute(row["end"], zone))
        for row in rows
        if row["employee_no"] == number
    ]


# --- Rules 2 to 9: plans, windows, punches ---------------------------------------------------------


def rule_2_plan(company: Company, employee: Employee) -> None:
    """Rule 2: the segments of every roster day from D 00:00, each [start, end) less its break.

    Rule 16: no day before hired_on or after left_on, hence no plan either.
    """
    for day, shift in sorted(employee.shift_on.items()):
        if not employee.employed_on(day):
            continue
        for rules in company.shifts[shift]:
            if company.is_free(shift):
                start = midnight(day) + clock_minutes(rules["day_start"])
                required = int(rules["required_minutes"])
                employee.free_days[day] = FreeDay(day, start, start + DAY, required)
            else:
                employee.segments.append(planned_segment(day, rules))
    employee.segments.sort(key=lambda segment: segment.start)
    for day, free in employee.free_days.items():
        if next_day := employee.free_days.get(day + timedelta(days=1)):
            free.end = min(free.end, next_day.start)  # rule 11: no minute belongs to two free days


def planned_segment(day: date, rules: Row) -> Segment:
    """One segment placed on the time line of its roster day."""
    start = midnight(day) + clock_minutes(rules["start"])
    end = midnight(day) + clock_minutes(rules["end"])
    planned = set(range(start, end)) - break_minutes(day, rules)
    return Segment(day, rules["segment"], rules, start, end, planned)


def break_minutes(day: date, rules: Row) -> set[int]:
    """The break of a segment; empty where it has none."""
    if not rules["break_start"]:
        return set()
    begin = midnight(day) + clock_minutes(rules["break_start"])
    return set(range(begin, midnight(day) + clock_minutes(rules["break_end"])))


def rule_3_absences(employee: Employee) -> None:
    """Rule 3: absences are cut out; leave goes before trip; what is left is the effective plan."""
    leave = minutes_absent(employee, on_trip=False)
    trip = minutes_absent(employee, on_trip=True) - leave
    for segment in employee.segments:
        segment.leave = segment.planned & leave
        segment.trip = segment.planned & trip
        segment.effective = segment.planned - leave - trip


def minutes_absent(employee: Employee, *, on_trip: bool) -> set[int]:
    """All minutes under a trip, outing or field absence, or else under leave."""
    chosen = [absence for absence in employee.absences if (absence.kind in TRIP_KINDS) == on_trip]
    return set().union(*(absence.minutes() for absence in chosen))


def windowed(segments: Iterable[Segment]) -> list[Segment]:
    """Rule 3: a segment wholly covered has no window and is skipped."""
    return [segment for segment in segments if segment.effective]


def rule_4_windows(employee: Employee) -> None:
    """Rule 4: in-window up to the effective middle, out-window from there; neighbours cut at c."""
    segments = windowed(employee.segments)
    for segment in segments:
        first, past = segment.effective_start(), segment.effective_end()
        middle = first + (past - first) // 2
        segment.in_from = segment.start - segment.setting("in_before")
        segment.in_until = middle
        segment.out_from = middle + 1
        segment.out_until = segment.end + segment.setting("out_after")
    for earlier, later in pairwise(segments):
        overlap_begins = max(earlier.out_from, later.in_from)
        overlap_ends = min(earlier.out_until, later.in_until)
        if overlap_begins <= overlap_ends:
            cut = earlier.end + (later.start - earlier.end) // 2
            cut = min(max(cut, later.in_from - 1), earlier.out_until)
            earlier.out_until = cut
            later.in_from = cut + 1


def punches_between(employee: Employee, first: int, last: int) -> list[int]:
    """The punched minutes from first to last, both included, in time order."""
    return sorted(minute for minute in employee.punch_rows if first <= minute <= last)


def rule_5_which_punch(employee: Employee) -> None:
    """Rule 5: on is the earliest in the in-window, off the latest in the out-window.

    One window empty and several punches in the other: that window gives both, if they are 60
    minutes or more apart and the borrowed one lies inside the effective plan's boundary.
    """
    for segment in windowed(employee.segments):
        ins = punches_between(employee, segment.in_from, segment.in_until)
        outs = punches_between(employee, segment.out_from, segment.out_until)
        segment.on = ins[0] if ins else None
        segment.off = outs[-1] if outs else None
        if not outs and len(ins) > 1 and ins[-1] > segment.effective_start() and ins[-1] - ins[0] >= 60:
            segment.off = ins[-1]
        if not ins and len(outs) > 1 and outs[0] < segment.effective_end() and outs[-1] - outs[0] >= 60:
            segment.on = outs[0]


def rule_8_flex(employee: Employee) -> None:
    """Rule 8: without absence and with an on punch, start and end move with it; the break stays."""
    for segment in windowed(employee.segments):
        absent = any(away.start < segment.end and segment.start < away.end for away in employee.absences)
        if segment.on is None or absent:
            continue
        early, late = segment.setting("flex_early"), segment.setting("flex_late")
        segment.moved = min(max(segment.on - segment.start, -early), late)
        flexed = set(range(segment.flexed_start(), segment.flexed_end()))
        segment.planned = flexed - break_minutes(segment.day, segment.rules)
        segment.effective = segment.planned


def rule_9_forgiven(company: Company, employee: Employee, segment: Segment, late: int) -> int:
    """Rule 9: minutes of today's lateness forgiven because yesterday ended late."""
    before = windowed(employee.segments_of(segment.day - timedelta(days=1)))
    offs = [earlier for earlier in before if earlier.off is not None]
    if not offs or offs[-1].off is None:
        return 0
    stayed = offs[-1].off - before[-1].flexed_end()
    steps = company.late_off_late_on.get(segment.rules["shift"], [])
    return min(late, max((later for after, later in steps if stayed >= after), default=0))


# --- Rules 6, 7, 10: a timed day -------------------------------------------------------------------


def timed_day(company: Company, employee: Employee, day: date) -> DayTally:
    """The plan's side of a day with a timed shift: every planned minute finds its place."""
    tally = DayTally()
    for segment in employee.segments_of(day):
        tally.planned += len(segment.planned)
        tally.leave += sorted(segment.leave)
        tally.trip += len(segment.trip)
    for segment in windowed(employee.segments_of(day)):
        if not rule_6_missing(employee, segment, tally):
            rules_7_and_10(company, employee, segment, tally)
        tally.first_in = segment.on if tally.first_in is None else tally.first_in
        tally.last_out = tally.last_out if segment.off is None else segment.off
    return tally


def rule_6_missing(employee: Employee, segment: Segment, tally: DayTally) -> bool:
    """Rule 6: whether a required point lacks its punch, and where the effective plan then goes."""
    no_in = segment.on is None and segment.setting("in_required") == 1
    no_out = segment.off is None and segment.setting("out_required") == 1
    if not (no_in or no_out):
        return False
    if segment.on is None and segment.off is None:
        tally.absent += len(segment.effective)
        return True
    tally.missing_in += int(no_in)
    tally.missing_out += int(no_out)
    if employee.group["missing_punch"] == "absent":
        tally.absent += len(segment.effective)
    else:
        tally.unaccounted += len(segment.effective)
    return True


def rules_7_and_10(company: Company, employee: Employee, segment: Segment, tally: DayTally) -> None:
    """Rule 10: worked is the effective plan from on to off; rule 7 judges what lies before and after.

    Rule 6: a point not required and without punch stands at the effective boundary.
    """
    on = segment.effective_start() if segment.on is None else segment.on
    off = segment.effective_end() if segment.off is None else segment.off
    tally.worked |= {minute for minute in segment.effective if on <= minute < off}
    rule_7_late(company, employee, segment, tally, len({m for m in segment.effective if m < on}))
    rule_7_early(segment, tally, len({m for m in segment.effective if m >= off}))


def rule_7_late(company: Company, employee: Employee, segment: Segment, tally: DayTally, late: int) -> None:
    """Rule 7, late: late-off-late-on first (rule 9); grace and thresholds look at the rest."""
    forgiven = rule_9_forgiven(company, employee, segment, late)
    tally.forgiven += forgiven
    late -= forgiven
    if late <= segment.setting("late_grace"):
        tally.forgiven += late
        return
    if reaches(late, segment.setting("serious_late")):
        tally.serious_late = 1
    if reaches(late, segment.setting("absent_late")):
        tally.absent += late
    else:
        tally.late += late


def rule_7_early(segment: Segment, tally: DayTally, early: int) -> None:
    """Rule 7, early."""
    if early <= segment.setting("early_grace"):
        tally.forgiven += early
    elif reaches(early, segment.setting("absent_early")):
        tally.absent += early
    else:
        tally.early += early


def reaches(minutes: int, threshold: int) -> bool:
    """Rule 7: a threshold of 0 never applies."""
    return 0 < threshold <= minutes


# --- Rule 11: a free day ---------------------------------------------------------------------------


def rule_11_punches(employee: Employee) -> None:
    """Rule 11: a free day sees the punches from its start to the next that no window took."""
    taken = set(minutes_in_windows(employee))
    for free in employee.free_days.values():
        seen = punches_between(employee, free.start, free.end - 1)
        free.punches = [minute for minute in seen if minute not in taken]


def minutes_in_windows(employee: Employee) -> Iterator[int]:
    """The punched minutes that some window of a timed shift holds."""
    for segment in windowed(employee.segments):
        yield from punches_between(employee, segment.in_from, segment.in_until)
        yield from punches_between(employee, segment.out_from, segment.out_until)


def rule_11_free_day(employee: Employee, free: FreeDay, overtime: list[int]) -> DayTally:
    """Rule 11: worked from first to last punch; leave, then trip, count up to what is missing."""
    tally = DayTally(planned=free.required, overtime=overtime)
    leave = minutes_absent(employee, on_trip=False)
    trip = minutes_absent(employee, on_trip=True) - leave
    span = set(range(free.start, free.end))
    if len(free.punches) > 1:
        present = set(range(free.punches[0], free.punches[-1]))
        tally.worked = present - leave - trip - set(overtime)
    missing = max(free.required - len(tally.worked), 0)
    tally.leave = sorted(leave & span)[:missing]
    missing -= len(tally.leave)
    tally.trip = min(len(trip & span), missing)
    missing -= tally.trip
    rule_11_rest(free, tally, missing)
    return tally


def rule_11_rest(free: FreeDay, tally: DayTally, missing: int) -> None:
    """Rule 11: the rest is early with two punches, unaccounted with one, absent with none."""
    if not free.punches:
        tally.absent = missing
        return
    tally.first_in = free.punches[0]
    if len(free.punches) == 1:
        tally.missing_out = 1
        tally.unaccounted = missing
    else:
        tally.last_out = free.punches[-1]
        tally.early = missing


# --- Rules 12 to 14: overtime ----------------------------------------------------------------------


def rule_12_rest_days(employee: Employee) -> None:
    """Rule 12: on a day without a shift, the punches of the calendar date that nothing else took."""
    taken = set(minutes_in_windows(employee))
    for free in employee.free_days.values():
        taken |= set(free.punches)
    for minute in sorted(set(employee.punch_rows) - taken):
        day = calendar_date(minute)
        if employee.employed_on(day) and day not in employee.shift_on:
            employee.rest_presence.setdefault(day, []).append(minute)


def rule_12_presence(employee: Employee, day: date) -> set[int]:
    """Rule 12: presence outside the plan of one day (a free day's is its on to its off)."""
    if day in employee.free_days:
        seen = employee.free_days[day].punches
        return set(range(seen[0], seen[-1])) if seen else set()
    if day not in employee.shift_on:
        seen = employee.rest_presence.get(day, [])
        return set(range(seen[0], seen[-1])) if seen else set()
    presence: set[int] = set()
    segments = windowed(employee.segments_of(day))
    if segments and segments[-1].off is not None:
        counts_from = segments[-1].flexed_end() + int(employee.group["overtime_after"])
        presence |= set(range(counts_from, segments[-1].off))
    if segments and segments[0].on is not None and employee.group["early_overtime"] == "1":
        presence |= set(range(segments[0].on, segments[0].flexed_start()))
    return presence


def rule_12_day_of(employee: Employee, interval: Interval) -> date:
    """Rule 12: the roster day with a shift whose whole window holds the start, the later of two,
    else the calendar date of the start."""
    days = [
        segments[0].day
        for day in employee.shift_on
        if (segments := employee.segments_of(day))
        and segments[0].start - segments[0].setting("in_before") <= interval.start
        and interval.start <= segments[-1].end + segments[-1].setting("out_after")
    ]
    return max(days, default=calendar_date(interval.start))


def rule_12_overtime(company: Company, employee: Employee, day: date) -> list[int]:
    """Rule 12: the counted overtime minutes of one day, in time order."""
    mine = [interval for interval in employee.overtime if rule_12_day_of(employee, interval) == day]
    approved = set().union(*(interval.minutes() for interval in mine))
    presence = rule_12_presence(employee, day)
    basis = employee.group["overtime_basis"]
    if day in employee.free_days:
        counted = {"approved": approved, "punched": set(), "both": approved & presence}[basis]
    else:
        counted = {"approved": approved, "punched": presence, "both": approved & presence}[basis]
    for segment in employee.segments:
        counted = counted - segment.planned
    if employee.group["system"] == "untimed":
        counted = {minute for minute in counted if company.is_statutory(minute)}
    return rule_12_rounded(employee, sorted(counted))


def rule_12_rounded(employee: Employee, minutes: list[int]) -> list[int]:
    """Rule 12: under overtime_min nothing, else down to a multiple of overtime_step."""
    if len(minutes) < int(employee.group["overtime_min"]):
        return []
    step = int(employee.group["overtime_step"])
    return minutes[: len(minutes) // step * step]


def rule_13_kind(company: Company, employee: Employee, day: date, minute: int) -> str:
    """Rule 13: which overtime column a minute of a day goes to."""
    if company.is_statutory(minute):
        return "overtime_statutory_minutes"
    if day in employee.shift_on or employee.group["system"] == "comprehensive":
        return "overtime_workday_minutes"
    return "overtime_rest_minutes"


def rule_14_is_night(minute: int) -> bool:
    """Rule 14: between 22:00 and 06:00."""
    return not 6 * 60 <= minute % DAY < 22 * 60


# --- Results ---------------------------------------------------------------------------------------


def tally_of(company: Company, employee: Employee, day: date) -> DayTally:
    """Everything counted for one employee-day."""
    overtime = rule_12_overtime(company, employee, day)
    if day in employee.free_days:
        return rule_11_free_day(employee, employee.free_days[day], overtime)
    if day in employee.shift_on:
        tally = timed_day(company, employee, day)
    else:
        tally = DayTally()
        if seen := employee.rest_presence.get(day):
            tally.first_in, tally.last_out = seen[0], seen[-1]
    tally.overtime = overtime
    return tally


def day_row(company: Company, employee: Employee, day: date, tally: DayTally) -> Result:
    """One row of ``days``."""
    kinds = [rule_13_kind(company, employee, day, minute) for minute in tally.overtime]
    present = [*tally.worked, *tally.overtime]
    row: Result = {
        "employee_no": employee.number,
        "date": str(day),
        "shift": employee.shift_on.get(day, ""),
        "day_kind": company.day_kind[day],
        "planned_minutes": tally.planned,
        "worked_minutes": len(tally.worked),
        "late_minutes": tally.late,
        "serious_late": tally.serious_late,
        "early_minutes": tally.early,
        "absent_minutes": tally.absent,
        "missing_in": tally.missing_in,
        "missing_out": tally.missing_out,
        "leave_minutes": len(tally.leave),
        "trip_minutes": tally.trip,
        "forgiven_minutes": tally.forgiven,
        "unaccounted_minutes": tally.unaccounted,
        "overtime_workday_minutes": kinds.count("overtime_workday_minutes"),
        "overtime_rest_minutes": kinds.count("overtime_rest_minutes"),
        "overtime_statutory_minutes": kinds.count("overtime_statutory_minutes"),
        "statutory_worked_minutes": sum(company.is_statutory(minute) for minute in tally.worked),
        "night_minutes": sum(rule_14_is_night(minute) for minute in present),
        "first_in": written_time(tally.first_in),
        "last_out": written_time(tally.last_out),
    }
    return row | {"status": rule_15_status(row, tally)}


def rule_15_status(row: Result, tally: DayTally) -> str:
    """Rule 15: the applying codes in order; rest or normal where none applies."""
    applies = {
        "absent": tally.absent,
        "missing": tally.missing_in or tally.missing_out,
        "serious_late": tally.serious_late,
        "late": tally.late and not tally.serious_late,
        "early": tally.early,
        "leave": tally.leave,
        "trip": tally.trip,
        "overtime": tally.overtime,
    }
    codes = [code for code, applying in applies.items() if applying]
    return "+".join(codes) or ("normal" if row["shift"] else "rest")


def leave_by_kind(employee: Employee, leave: list[int]) -> dict[str, int]:
    """Leave minutes per kind; where two overlap, the one that starts first, then by kind."""
    counts: dict[str, int] = {}
    leaves = [absence for absence in employee.absences if absence.kind not in TRIP_KINDS]
    leaves.sort(key=lambda absence: (absence.start, absence.kind))
    for minute in leave:
        kind = next(absence.kind for absence in leaves if absence.start <= minute < absence.end)
        counts[kind] = counts.get(kind, 0) + 1
    return counts


def month_row(company: Company, number: str, month: str, days: list[Result], leave: dict[str, int]) -> Result:
    """One row of ``months`` from the rows of its days and its leave minutes per kind."""
    planned = [row for row in days if row["shift"]]
    row: Result = {
        "employee_no": number,
        "month": month,
        "planned_days": len(planned),
        "attended_days": sum(1 for row in planned if row["worked_minutes"]),
        "rest_days": len(days) - len(planned),
    }
    row |= {column: total(days, column) for column in MINUTE_COLUMNS}
    row |= {
        "late_times": sum(1 for row in days if row["late_minutes"]),
        "serious_late_times": total(days, "serious_late"),
        "early_times": sum(1 for row in days if row["early_minutes"]),
        "missing_in": total(days, "missing_in"),
        "missing_out": total(days, "missing_out"),
        "absent_days": absent_days(days),
    }
    return row | {f"leave_{kind}_minutes": leave.get(kind, 0) for kind in company.leave_kinds}


def total(days: list[Result], column: str) -> int:
    """The sum of a number column."""
    return sum(int(row[column]) for row in days)


def absent_days(days: list[Result]) -> str:
    """Σ absent / planned of the day, two decimals, half up."""
    absent = [row for row in days if row["absent_minutes"]]
    share = sum((Fraction(int(row["absent_minutes"]), int(row["planned_minutes"])) for row in absent), Fraction(0))
    hundredths = (share * 200 + 1) // 2
    return f"{hundredths // 100}.{hundredths % 100:02}"


def cycle_of(day: date, cycle: str) -> tuple[date, date]:
    """The first and the last day of the cycle that holds a day."""
    months = {"month": 1, "quarter": 3, "year": 12}[cycle]
    first_month = (day.month - 1) // months * months + 1
    after = first_month + months
    next_begins = date(day.year + (after > 12), after - 12 * (after > 12), 1)
    return date(day.year, first_month, 1), next_begins - timedelta(days=1)


def rule_17_cycle(employee: Employee, cycle: tuple[date, date], days: list[Result]) -> Result:
    """Rule 17: standard, worked, statutory and excess minutes of the cycle's days in the range."""
    standard = 480 * sum(1 for row in days if row["day_kind"] == "workday")
    worked = total(days, "worked_minutes")
    statutory = total(days, "statutory_worked_minutes")
    return {
        "employee_no": employee.number,
        "begins_on": str(cycle[0]),
        "ends_on": str(cycle[1]),
        "standard_minutes": standard,
        "worked_minutes": worked,
        "statutory_minutes": statutory,
        "excess_minutes": max(worked - standard - statutory, 0),
    }


def punch_fates(employee: Employee) -> dict[int, Result]:
    """What became of every punched minute of one employee."""
    fates: dict[int, Result] = {}
    for minute in employee.punch_rows:
        employed = employee.employed_on(calendar_date(minute))
        fates[minute] = fate(use="outside_window" if employed else "not_employed")
    for segment in windowed(employee.segments):
        for minute in punches_between(employee, segment.in_from, segment.in_until):
            fates[minute] = fate(str(segment.day), segment.number, "in", "superseded")
        for minute in punches_between(employee, segment.out_from, segment.out_until):
            fates[minute] = fate(str(segment.day), segment.number, "out", "superseded")
        if segment.on is not None:
            fates[segment.on] = fate(str(segment.day), segment.number, "in", "used")
        if segment.off is not None:
            fates[segment.off] = fate(str(segment.day), segment.number, "out", "used")
    without_timed = employee.rest_presence | {day: free.punches for day, free in employee.free_days.items()}
    for day, seen in without_timed.items():
        if seen:
            fates[seen[-1]] = fate(str(day), point="out", use="presence")
            fates[seen[0]] = fate(str(day), point="in", use="presence")
    return fates


def fate(day: str = "", segment: str = "", point: str = "", use: str = "") -> Result:
    """The last four columns of ``punch_use``."""
    return {"date": day, "segment": segment, "point": point, "use": use}


def punch_use(company: Company) -> list[Result]:
    """Every punch row with its fate, in the order of the input."""
    fates: list[Result] = [fate(use="unknown_employee") for _ in company.punches]
    for employee in company.employees:
        minutes = punch_fates(employee)
        for minute, indexes in employee.punch_rows.items():
            fates[indexes[0]] = minutes[minute]
            for index in indexes[1:]:
                fates[index] = fate(use="duplicate")
    return [{**row, **end} for row, end in zip(company.punches, fates, strict=True)]


def place_punches(company: Company, employee: Employee) -> None:
    """Rules 2 to 5, 8, and the punches of days without a timed shift: all days of the input."""
    rule_2_plan(company, employee)
    rule_3_absences(employee)
    rule_4_windows(employee)
    rule_5_which_punch(employee)
    rule_8_flex(employee)
    rule_11_punches(employee)
    rule_12_rest_days(employee)


def settle(tables: Tables, first: date, last: date) -> dict[str, list[Result]]:
    """The four result tables for the dates from first to last, both included."""
    company = read_company(tables)
    results: dict[str, list[Result]] = {"days": [], "months": [], "cycles": []}
    for employee in company.employees:
        place_punches(company, employee)
        days: list[Result] = []
        leave: dict[str, dict[str, int]] = {}
        day = first
        while day <= last:
            if employee.employed_on(day):
                tally = tally_of(company, employee, day)
                days.append(day_row(company, employee, day, tally))
                for kind, minutes in leave_by_kind(employee, tally.leave).items():
                    in_month = leave.setdefault(f"{day:%Y-%m}", {})
                    in_month[kind] = in_month.get(kind, 0) + minutes
            day += timedelta(days=1)
        results["days"] += days
        results["months"] += month_rows(company, employee, days, leave)
        results["cycles"] += cycle_rows(employee, days)
    return results | {"punch_use": punch_use(company)}


def month_rows(
    company: Company, employee: Employee, days: list[Result], leave: dict[str, dict[str, int]]
) -> list[Result]:
    """The rows of ``months`` of one employee."""
    months = sorted({str(row["date"])[:7] for row in days})
    return [
        month_row(
            company,
            employee.number,
            month,
            [row for row in days if str(row["date"]).startswith(month)],
            leave.get(month, {}),
        )
        for month in months
    ]


def cycle_rows(employee: Employee, days: list[Result]) -> list[Result]:
    """The rows of ``cycles`` of one employee; none outside comprehensive groups."""
    if employee.group["system"] != "comprehensive":
        return []
    cycles: dict[tuple[date, date], list[Result]] = {}
    for row in days:
        cycle = cycle_of(date.fromisoformat(str(row["date"])), employee.group["cycle"])
        cycles.setdefault(cycle, []).append(row)
    return [rule_17_cycle(employee, cycle, rows) for cycle, rows in sorted(cycles.items())]
