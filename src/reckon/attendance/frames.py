"""Arrow tables in, checked NumPy columns out; everything wrong with the input is found here, at once."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from reckon.attendance.company import Company, Facts, Shifts, Staff
from reckon.attendance.lookups import Found, empty_among, find_column, find_texts
from reckon.attendance.overlaps import check_roster
from reckon.attendance.rulebook import read_calendar, read_groups, read_late_off_late_on, read_staff
from reckon.attendance.schema import TEXT, TIME
from reckon.attendance.sheets import Sheet
from reckon.attendance.shift_rules import read_shifts
from reckon.attendance.times import read_moments, to_local
from reckon.attendance.words import USE_COLUMNS, Faults, Origin, Tables
from reckon.columns import Bools, Ints, ints

_EMPLOYEE = "employees 表中的工号 (an employee_no of the table employees)"


@dataclass(frozen=True)
class Frames:
    """The whole input, checked. `punch_known` tells, row by row, whether the employee exists."""

    staff: Staff
    company: Company
    facts: Facts
    punch_known: Bools


@dataclass(frozen=True)
class _Border:
    """What the big tables need of the small ones."""

    staff: Staff
    zones: list[str]
    zone: Ints
    shifts: Shifts
    sound_shifts: Bools
    employees: Sheet
    shift_rows: Sheet


def validate(tables: Tables, first: int, last: int) -> Frames:
    """Check all tables for the range first to last (day numbers). Raises Faults with every fault."""
    sheets = {name: _sheet(tables, name, rows) for name, rows in vars(tables).items() if isinstance(rows, pa.Table)}
    groups = read_groups(sheets["groups"])
    staff, zones, zone = read_staff(sheets["employees"], groups, sheets["groups"])
    shifts, sound = read_shifts(sheets["shifts"])
    late_off = read_late_off_late_on(sheets.get("late_off_late_on"), shifts, sheets["shifts"])
    calendar = read_calendar(sheets["calendar"], first, last)
    border = _Border(staff, zones, zone, shifts, sound, sheets["employees"], sheets["shifts"])
    facts, known = _read_facts(sheets, border)
    faults = [*tables.faults, *(fault for sheet in sheets.values() for fault in sheet.faults)]
    if faults:
        raise Faults(faults)
    return Frames(staff, Company(groups, shifts, late_off, calendar), facts, known)


def _sheet(tables: Tables, name: str, rows: pa.Table) -> Sheet:
    return Sheet(name, rows, tables.origins.get(name, Origin(name)))


def _read_facts(sheets: dict[str, Sheet], border: _Border) -> tuple[Facts, Bools]:
    with ThreadPoolExecutor() as pool:  # each reads a table of its own; NumPy and Arrow let them run side by side
        roster = pool.submit(_read_roster, sheets["roster"], border)
        punches = pool.submit(_read_punches, sheets["punches"], border)
        absences = pool.submit(_read_intervals, sheets.get("absences"), border)
        overtime = pool.submit(_read_intervals, sheets.get("overtime"), border)
    roster_employee, roster_date, roster_shift = roster.result()
    punch_employee, punch_minute, known = punches.result()
    absence_employee, absence_start, absence_end = absences.result()
    overtime_employee, overtime_start, overtime_end = overtime.result()
    kinds, kind = _read_kinds(sheets.get("absences"))
    facts = Facts(
        roster_employee=roster_employee,
        roster_date=roster_date,
        roster_shift=roster_shift,
        punch_employee=punch_employee,
        punch_minute=punch_minute,
        absence_employee=absence_employee,
        absence_start=absence_start,
        absence_end=absence_end,
        absence_kind=kind,
        overtime_employee=overtime_employee,
        overtime_start=overtime_start,
        overtime_end=overtime_end,
        kinds=kinds,
    )
    return facts, known


def _employees(sheet: Sheet, border: _Border, *, must_exist: bool) -> Found:
    """Who each row is about; an empty cell is a fault, an unknown one only where `must_exist`."""
    column = sheet.column("employee_no")
    if column is None:
        nobody = np.zeros(len(sheet), bool)
        return Found(nobody.astype(np.int64), nobody)
    found = find_column(border.staff.employee_no, column)
    unknown = np.flatnonzero(~found.known)
    empty = empty_among(column, unknown)
    sheet.fault(empty, "employee_no", TEXT)
    if must_exist:
        sheet.fault_reference(np.setdiff1d(unknown, empty), "employee_no", _EMPLOYEE, border.employees)
    return found


def _minutes(sheet: Sheet, name: str, border: _Border, who: Found) -> tuple[Ints, Bools]:
    """A column of local times as minutes, and where they are sound."""
    column = sheet.column(name)
    if column is None:
        return np.zeros(len(sheet), np.int64), np.zeros(len(sheet), bool)
    moments = read_moments(column)
    sheet.fault(np.flatnonzero(~moments.good), name, TIME)
    zone = np.append(border.zone, -1)[np.where(who.known, who.place, -1)]  # of nobody known: none
    return to_local(moments, zone, border.zones), moments.good


def _read_roster(sheet: Sheet, border: _Border) -> tuple[Ints, Ints, Ints]:
    who = _employees(sheet, border, must_exist=True)
    date, shift = sheet.read("date"), sheet.read("shift")
    found = find_texts(border.shifts.name, shift.distinct)
    known = found.known[shift.codes]
    of_shifts = "shifts 表中的班次,或空 (a shift of the table shifts, or empty)"
    sheet.fault_reference(np.flatnonzero(~known), "shift", of_shifts, border.shift_rows)
    place, days = found.place[shift.codes], date.numbers
    sound = who.known & date.good & known & border.sound_shifts[place]
    check_roster(sheet, border.shifts, who.place, days, place, np.flatnonzero(sound))
    return who.place, days, place


def _read_punches(sheet: Sheet, border: _Border) -> tuple[Ints, Ints, Bools]:
    for name in USE_COLUMNS:
        if name in sheet.rows.column_names:
            sheet.fault_about(name, name, "另一个列名;结果有此列 (another name: the result has this column)")
    who = _employees(sheet, border, must_exist=False)
    minute, _ = _minutes(sheet, "at", border, who)
    return who.place, minute, who.known


def _read_intervals(sheet: Sheet | None, border: _Border) -> tuple[Ints, Ints, Ints]:
    if sheet is None:
        return ints([]), ints([]), ints([])
    who = _employees(sheet, border, must_exist=True)
    start, start_good = _minutes(sheet, "start", border, who)
    end, end_good = _minutes(sheet, "end", border, who)
    wrong = start_good & end_good & (end <= start)
    sheet.fault(np.flatnonzero(wrong), "end", "晚于 start 的时间 (a time after start)")
    return who.place, start, end


def _read_kinds(sheet: Sheet | None) -> tuple[tuple[str, ...], Ints]:
    if sheet is None:
        return (), ints([])
    cells = sheet.read("kind")
    used, code = np.unique(cells.codes, return_inverse=True)
    kinds, kind = np.unique(cells.distinct[used], return_inverse=True)
    return tuple(kinds.tolist()), ints(kind)[code]
