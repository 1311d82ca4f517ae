"""The small tables read and checked: employees, groups, shifts, late-off-late-on, calendar."""

import numpy as np

from reckon.attendance.cells import MINUTES_IN_DAY
from reckon.attendance.company import (
    Calendar,
    Groups,
    LateOffLateOn,
    SegmentRules,
    Shifts,
    Staff,
)
from reckon.attendance.lookups import find_texts
from reckon.attendance.schema import CLOCK
from reckon.attendance.sheets import Sheet
from reckon.columns import Bools, Ints, Objects, ints, starts_of_runs
from reckon.dated import day_of

_CLOCKS = ("start", "end", "break_start", "break_end")


def repeated(keys: Ints) -> Ints:
    """Rows whose key stands in an earlier row already."""
    order = np.argsort(keys, kind="stable")
    again = np.ones(len(keys), bool)
    again[starts_of_runs(keys[order])] = False
    return np.sort(order[again])


def _first_row(code: Ints, kinds: int) -> Ints:
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
    first = _first_row(code, len(distinct))

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


def read_staff(sheet: Sheet, groups: Groups) -> tuple[Staff, list[str], Ints]:
    """The employees in order of their number, the time zones in use, and the zone of each employee."""
    numbers, group, zone = sheet.read("employee_no"), sheet.read("group"), sheet.read("timezone")
    hired, left = sheet.read("hired_on"), sheet.read("left_on")
    distinct, code = np.unique(numbers.texts, return_inverse=True)
    again = repeated(code)
    sheet.fault(again[numbers.good[again]], "employee_no", "不重复的工号 (each employee_no once)")
    found = find_texts(groups.name, group.texts)
    sheet.fault(np.flatnonzero(group.good & ~found.known), "group", "groups 表中的考勤组 (a group of the table groups)")
    late = hired.good & left.good & (hired.numbers > left.numbers)
    sheet.fault(np.flatnonzero(late), "left_on", "不早于 hired_on 的日期 (a date not before hired_on)")
    row = _first_row(code, len(distinct))
    zones, zone_code = np.unique(zone.texts[row], return_inverse=True)
    staff = Staff(distinct, found.place[row], hired.numbers[row], left.numbers[row])
    return staff, zones.tolist(), ints(zone_code)


def read_calendar(sheet: Sheet, first: int, last: int) -> Calendar:
    """The calendar, checked to know every date from first to last (day numbers)."""
    dates, kinds = sheet.read("date"), sheet.read("kind")
    again = repeated(dates.numbers)
    sheet.fault(again[dates.good[again]], "date", "不重复的日期 (each date once)")
    known = dates.numbers[dates.good]
    for missing in np.setdiff1d(np.arange(first, last + 1), known).tolist():
        value = day_of(missing).isoformat()
        sheet.fault_about("date", value, "日历中有核算范围内的每一天 (every date of the range in the calendar)")
    order = np.argsort(known, kind="stable")
    return Calendar(known[order], kinds.numbers[dates.good][order])


def read_shifts(sheet: Sheet) -> Shifts:
    """The shifts in ascending order of their name, after the rest shift."""
    names, number = sheet.read("shift"), sheet.read("segment")
    distinct, code = np.unique(names.texts, return_inverse=True)
    order = np.lexsort((number.numbers, code))
    columns = {name: sheet.read(name).numbers for name in SegmentRules.__dataclass_fields__}
    free = _check_clocks(sheet, columns)
    _check_order(sheet, code, order, free, columns, names.good & number.good)
    _check_flex(sheet, code, free, columns)
    return _shifts(sheet, distinct, code, order[~free[order]], free, columns)


def _check_clocks(sheet: Sheet, columns: dict[str, Ints]) -> Bools:
    """Note wrong planned times and breaks; returns which rows are free shifts. Sets absent breaks."""
    clocks = {name: sheet.read(name) for name in _CLOCKS}
    given = {name: cells.given for name, cells in clocks.items()}
    sound = np.logical_and.reduce([cells.good for cells in clocks.values()])
    for one, other in (("start", "end"), ("end", "start"), ("break_start", "break_end"), ("break_end", "break_start")):
        sheet.fault(np.flatnonzero(given[other] & ~given[one]), one, CLOCK)
    timed = given["start"] & given["end"] & sound
    start, end = columns["start"], columns["end"]
    sheet.fault(np.flatnonzero(timed & (end <= start)), "end", "晚于 start 的时刻 (a time after start)")
    rested = timed & given["break_start"] & given["break_end"]
    begins, ends = columns["break_start"], columns["break_end"]
    low, high = start + columns["flex_late"], end - columns["flex_early"]
    outside = (begins < low) | (ends > high) | (begins >= ends) | (ends - begins >= end - start)
    expected = (
        "在 [start + flex_late, end − flex_early] 之内的休息 (a break inside that span, shorter than the segment)"
    )
    sheet.fault(np.flatnonzero(rested & (end > start) & outside), "break_start", expected)
    columns["break_start"] = np.where(rested, begins, end)
    columns["break_end"] = np.where(rested, ends, end)
    return ~given["start"] & ~given["end"]


def _check_order(sheet: Sheet, code: Ints, order: Ints, free: Bools, columns: dict[str, Ints], sound: Bools) -> None:
    """Note segments that are not 1, 2, … in time order, and free shifts of more than one row."""
    first = starts_of_runs(code[order])
    runs = np.diff(np.append(first, len(order)))
    place = np.arange(len(order)) - np.repeat(first, runs)
    number = sheet.read("segment").numbers[order]
    wrong = order[number != place + 1]
    sheet.fault(wrong[sound[wrong]], "segment", "从 1 起连续的段号 (1, 2, … within the shift)")
    alone = np.repeat(runs == 1, runs)
    crowded = order[free[order] & ~alone]
    sheet.fault(
        crowded[sound[crowded]], "start", "时刻;自由工时班次只有一行 (a clock time: a free shift has one row only)"
    )
    later = order[1:][place[1:] > 0]
    before = order[:-1][place[1:] > 0]
    early = (columns["start"][later] < columns["end"][before]) & ~free[later] & ~free[before]
    sheet.fault(later[early & sound[later]], "start", "不早于上一段的 end (not before the end of the segment before)")


def _check_flex(sheet: Sheet, code: Ints, free: Bools, columns: dict[str, Ints]) -> None:
    several = free | (np.bincount(code, minlength=1)[code] > 1)
    for name in ("flex_early", "flex_late"):
        rows = np.flatnonzero(several & (columns[name] > 0))
        sheet.fault(rows, name, "0;弹性只用于单段班次 (0: flex goes with shifts of one timed segment only)")


def _shifts(
    sheet: Sheet, distinct: Objects, code: Ints, timed_rows: Ints, free: Bools, columns: dict[str, Ints]
) -> Shifts:
    row = _first_row(code, len(distinct))
    count = np.bincount(code[timed_rows], minlength=len(distinct))
    fields = {name: values[timed_rows] for name, values in columns.items()}
    return Shifts(
        name=np.array(["", *distinct], object),
        version=np.array(["", *sheet.read("version").texts[row]], object),
        first=np.concatenate([[0], np.cumsum(count) - count]),
        count=np.concatenate([[0], count]),
        free=np.concatenate([[False], free[row] & (count == 0)]),
        day_start=np.concatenate([[0], sheet.read("day_start").numbers[row]]),
        required_minutes=np.concatenate([[0], sheet.read("required_minutes").numbers[row]]),
        segments=SegmentRules(**fields),
    )


def read_late_off_late_on(sheet: Sheet | None, shifts: Shifts) -> LateOffLateOn:
    """The rows of late-off-late-on; they may only name shifts of one timed segment."""
    if sheet is None:
        return LateOffLateOn(ints([]), ints([]), ints([]))
    shift = sheet.read("shift")
    found = find_texts(shifts.name, shift.texts)
    known = found.known & (found.place > 0)
    sheet.fault(np.flatnonzero(shift.good & ~known), "shift", "shifts 表中的班次 (a shift of the table shifts)")
    several = known & (shifts.count[found.place] != 1)
    sheet.fault(np.flatnonzero(several), "shift", "单段班次 (a shift of one timed segment)")
    off_after, on_later = sheet.read("off_after"), sheet.read("on_later")
    return LateOffLateOn(found.place, off_after.numbers, on_later.numbers)


def longest_reach(shifts: Shifts) -> tuple[int, int]:
    """How many whole days before and after its own date a roster row can reach for punches."""
    rules = shifts.segments
    if not len(rules.start):
        return 1, 2
    before = int((rules.in_before - rules.start).max())
    after = int((rules.end + rules.out_after).max())
    return max(-(-before // MINUTES_IN_DAY), 1), after // MINUTES_IN_DAY + 1
