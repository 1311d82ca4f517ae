"""The small tables read and checked: employees, groups, calendar, late-off-late-on."""

import numpy as np

from reckon.attendance.company import (
    Calendar,
    Groups,
    LateOffLateOn,
    Shifts,
    Staff,
)
from reckon.attendance.lookups import find_texts
from reckon.attendance.sheets import Sheet
from reckon.columns import Ints, ints, starts_of_runs
from reckon.dated import day_of

_CLOCKS = ("start", "end", "break_start", "break_end")


def repeated(keys: Ints) -> Ints:
    """Rows whose key stands in an earlier row already."""
    order = np.argsort(keys, kind="stable")
    again = np.ones(len(keys), bool)
    again[starts_of_runs(keys[order])] = False
    return np.sort(order[again])


def first_row(code: Ints, kinds: int) -> Ints:
    """The first row of each code 0 … kinds - 1."""
    row = np.zeros(kinds, np.int64)
    row[code[::-1]] = np.arange(len(code))[::-1]
    return row


def read_groups(sheet: Sheet) -> Groups:
    """The attendance groups, in ascending order of their name."""
    names = sheet.read("group")
    distinct, code = np.unique(names.texts, return_inverse=True)
    again = repeated(code)
    sheet.fault(again[names.good[again]], "group", "不重复的考勤组 (each group once)")
    first = first_row(code, len(distinct))

    def column(name: str) -> Ints:
        return sheet.read(name).numbers[first]

    return Groups(
        name=distinct,
        version=sheet.read("version").texts[first],
        system=column("system"),
        cycle=column("cycle"),
        basis=column("overtime_basis"),
        overtime_after=column("overtime_after"),
        overtime_min=column("overtime_min"),
        overtime_step=column("overtime_step"),
        early_overtime=column("early_overtime") == 1,
        missing_is_absent=column("missing_punch") == 1,
    )


def read_staff(sheet: Sheet, groups: Groups, to: Sheet) -> tuple[Staff, list[str], Ints]:
    """The employees in order of their number, the time zones in use, and the zone of each employee.

    `to` is the table of the groups.
    """
    numbers, group, zone = sheet.read("employee_no"), sheet.read("group"), sheet.read("timezone")
    hired, left = sheet.read("hired_on"), sheet.read("left_on")
    distinct, code = np.unique(numbers.texts, return_inverse=True)
    again = repeated(code)
    sheet.fault(again[numbers.good[again]], "employee_no", "不重复的工号 (each employee_no once)")
    found = find_texts(groups.name, group.texts)
    sheet.fault(np.flatnonzero(group.good & ~found.known), "group", "groups 表中的考勤组 (a group of the table groups)")
    late = hired.good & left.good & (hired.numbers > left.numbers)
    sheet.fault(np.flatnonzero(late), "left_on", "不早于 hired_on 的日期 (a date not before hired_on)")
    row = first_row(code, len(distinct))
    zones, zone_code = np.unique(zone.texts[row], return_inverse=True)
    staff = Staff(distinct, found.place[row], hired.numbers[row], left.numbers[row])
    return staff, zones.tolist(), ints(zone_code)


def read_calendar(sheet: Sheet, first: int, last: int) -> Calendar:
    """The calendar, checked to know every date from first to last (day numbers)."""
    dates, kinds = sheet.read("date"), sheet.read("kind")
    again = repeated(dates.numbers)
    sheet.fault(again[dates.good[again]], "date", "不重复的日期 (each date once)")
    known = dates.numbers[dates.good]
    for missing in np.setdiff1d(np.arange(first, last + 1), known).tolist() if sheet.whole else ():
        value = day_of(missing).isoformat()
        sheet.fault_about("date", value, "日历中有核算范围内的每一天 (every date of the range in the calendar)")
    order = np.argsort(known, kind="stable")
    return Calendar(known[order], kinds.numbers[dates.good][order])


def read_late_off_late_on(sheet: Sheet | None, shifts: Shifts, to: Sheet) -> LateOffLateOn:
    """The rows of late-off-late-on; they may only name shifts (of the table `to`) of one timed segment."""
    if sheet is None:
        return LateOffLateOn(ints([]), ints([]), ints([]))
    shift = sheet.read("shift")
    found = find_texts(shifts.name, shift.texts)
    known = found.known & (found.place > 0)
    unknown = np.flatnonzero(shift.good & ~known)
    sheet.fault_reference(unknown, "shift", "shifts 表中的班次 (a shift of the table shifts)", to)
    several = known & (shifts.count[found.place] != 1)
    sheet.fault(np.flatnonzero(several), "shift", "单段班次 (a shift of one timed segment)")
    off_after, on_later = sheet.read("off_after"), sheet.read("on_later")
    return LateOffLateOn(found.place, off_after.numbers, on_later.numbers)
