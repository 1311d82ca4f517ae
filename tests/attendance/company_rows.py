"""A company of the engine's tests, put into the database through the rooms' actions."""

import datetime as dt
from zoneinfo import ZoneInfo

from retelling import with_defaults

import make
from kaoqin.attendance import actions as attendance
from kaoqin.attendance.actions import Interval, Rules
from kaoqin.attendance.models import AgreedOvertime
from kaoqin.core.time import store_wall_clock
from kaoqin.punches.ledger import Press, take
from kaoqin.punches.words import Source
from kaoqin.scheduling import actions as scheduling
from kaoqin.scheduling import roster
from kaoqin.scheduling.models import Calendar, CalendarDay, CalendarYear
from kaoqin.scheduling.words import Cell, GroupMode, Segment, ShiftPlan

LONG_AGO = dt.date(2020, 1, 1)
LATER = dt.datetime(2030, 1, 1, tzinfo=dt.UTC)
TOLD = {"by": make.ROOT, "at": LATER}
CLOCKS = ("start", "end", "break_start", "break_end")


def minutes(text):
    hours, rest = text.split(":")
    return int(hours) * 60 + int(rest)


def wall_clock(text, zone):
    """A cell of the contract as naive local time."""
    at = dt.datetime.fromisoformat(text)
    return at.astimezone(ZoneInfo(zone)).replace(tzinfo=None) if at.tzinfo else at


def skips(text, zone):
    """Whether a written local time never was: the clock sprang over it. A terminal cannot have shown it."""
    at = dt.datetime.fromisoformat(text)
    there = at.replace(tzinfo=ZoneInfo(zone))
    return at.tzinfo is None and there.astimezone(dt.UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None) != at


def interleaves(company):
    """Whether a day's shift begins within the pauses of another's: the contract knows it, the board refuses it."""
    shifts = {}
    for row in (with_defaults("shifts", row) for row in company.tables["shifts"]):
        if row["start"]:
            shifts.setdefault(row["shift"], []).extend((minutes(row["start"]), minutes(row["end"])))
    ends = {}
    for row in sorted(company.tables["roster"], key=lambda row: row["date"]):
        if row.get("shift") in shifts:
            midnight = dt.date.fromisoformat(row["date"]).toordinal() * 1440
            begin, end = midnight + min(shifts[row["shift"]]), midnight + max(shifts[row["shift"]])
            if begin < ends.get(row["employee_no"], 0):
                return True
            ends[row["employee_no"]] = max(end, ends.get(row["employee_no"], 0))
    return False


def could_be(company):
    """Whether the board takes the plans and every punch is at a time that was."""
    if interleaves(company):
        return False
    zones = {row["employee_no"]: row.get("timezone") or "Asia/Shanghai" for row in company.tables["employees"]}
    punches = [row for row in company.tables["punches"] if row["employee_no"] in zones]
    return not any(skips(row["at"], zones[row["employee_no"]]) for row in punches)


def load(company):
    """Put all of it in; returns the employees by number."""
    tables = company.tables
    calendar = load_calendar(tables["calendar"])
    shifts = load_shifts(tables["shifts"], tables["late_off_late_on"])
    groups = {row["group"]: load_group(row, calendar) for row in tables["groups"]}
    people = {row["employee_no"]: load_employee(row, groups) for row in tables["employees"]}
    cells = [
        Cell(people[r["employee_no"]][0].pk, dt.date.fromisoformat(r["date"]), shifts.get(r.get("shift", "")))
        for r in tables["roster"]
    ]
    roster.paint(cells, today=LATER.date(), **TOLD)
    load_punches(tables["punches"], people)
    for row in tables["absences"] + tables["overtime"]:
        load_approval(row, *people[row["employee_no"]])
    return {number: employee for number, (employee, _) in people.items()}


def load_calendar(rows):
    """Years the company's dates lie in, and every date as it says."""
    made = Calendar.objects.create(code=make.number("K"), name="日历")
    for year in range(2025, 2030):
        CalendarYear.objects.create(calendar=made, year=year)
    CalendarDay.objects.bulk_create(CalendarDay(calendar=made, date=row["date"], kind=row["kind"]) for row in rows)
    return made


def load_shifts(rows, later):
    """The id of each shift by its name; codes of the database are new in every company."""
    named = {}
    for row in sorted((with_defaults("shifts", row) for row in rows), key=lambda row: int(row["segment"])):
        named.setdefault(row["shift"], []).append(row)
    found = {}
    for name, segments in named.items():
        late_off = tuple((int(r["off_after"]), int(r["on_later"])) for r in later if r["shift"] == name)
        found[name] = scheduling.new_shift(name, shift_plan(segments, late_off), LONG_AGO, **TOLD).pk
    return found


def shift_plan(rows, late_off):
    first = rows[0]
    told = {name: int(first[name]) for name in ("flex_early", "flex_late", "required_minutes")}
    segments = tuple(
        Segment(**{n: cell(n, row[n]) for n in Segment.__dataclass_fields__}) for row in rows if row["start"]
    )
    return ShiftPlan(
        first["shift"], segments, minutes(first["day_start"]), late_off_late_on=tuple(sorted(late_off)), **told
    )


def cell(name, text):
    if name in CLOCKS:
        return minutes(text) if text else None
    return text == "1" if name.endswith("_required") else int(text)


def load_group(row, calendar):
    told = with_defaults("groups", row)
    made = scheduling.new_group(make.number("G"), told["group"], **TOLD)
    scheduling.plan_group(made, LONG_AGO, mode=GroupMode.ROSTER, calendar=calendar, week={}, **TOLD)
    words = {name: told[name] for name in ("system", "cycle", "overtime_basis", "missing_punch")}
    numbers = {name: int(told[name]) for name in ("overtime_after", "overtime_min", "overtime_step")}
    attendance.keep_rules(
        made, LONG_AGO, Rules(**words, **numbers, early_overtime=told["early_overtime"] == "1"), **TOLD
    )
    return made


def load_employee(row, groups):
    """An employee and the zone of the site: a site of one's own."""
    zone = row.get("timezone") or "Asia/Shanghai"
    hired_on = dt.date.fromisoformat(row.get("hired_on") or str(LONG_AGO))
    made = make.employee(row["employee_no"], hired_on, there=make.site(timezone=zone), no=make.number("E"))
    scheduling.join_group([made.pk], groups[row["group"]], LONG_AGO, **TOLD)
    if row.get("left_on"):
        make.leave(made, dt.date.fromisoformat(row["left_on"]))
    return made, zone


def load_punches(rows, people):
    """Every line a press of its own, also those of nobody."""
    presses = []
    for index, row in enumerate(rows):
        employee, zone = people.get(row["employee_no"], (None, "UTC"))
        at = dt.datetime.fromisoformat(row["at"])
        when = at.astimezone(dt.UTC).replace(tzinfo=None) if at.tzinfo else at
        number = employee.number if employee else row["employee_no"]
        presses.append(Press(number, when, "UTC" if at.tzinfo else zone, origin=f"row {index}"))
    take(presses, source=Source.FILE, **TOLD)


def load_approval(row, employee, zone):
    interval = Interval(wall_clock(row["start"], zone), wall_clock(row["end"], zone))
    if "kind" in row:
        attendance.record_absence(employee, row["kind"], interval, **TOLD)
    else:  # the contract knows overtime of days, the page does not
        times = store_wall_clock(interval.start), store_wall_clock(interval.end)
        AgreedOvertime.objects.create(employee=employee, start=times[0], end=times[1], made_at=LATER)
