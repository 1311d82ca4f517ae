"""The roster checked: one row per employee and date, and no two plans of one employee that overlap."""

import numpy as np

from reckon.attendance.cells import MINUTES_IN_DAY
from reckon.attendance.company import Shifts
from reckon.attendance.sheets import Sheet
from reckon.columns import Ints, ranges, sorting
from reckon.dated import day_of

_DATES = 4_000_000  # more than there are dates, so that employee and date make one key
_FIRST_DATE = -1_000_000


def check_roster(sheet: Sheet, shifts: Shifts, employee: Ints, date: Ints, shift: Ints, rows: Ints) -> None:
    """Note what is wrong among the given rows of the roster, all of them sound and of sound shifts."""
    key = employee[rows] * _DATES + (date[rows] - _FIRST_DATE)
    order = sorting(key)
    rows, key = rows[order], key[order]
    again = np.append(False, key[1:] == key[:-1])[: len(key)]
    sheet.fault(rows[again], "date", "每人每天一行 (one row per employee and date)")
    rows = rows[~again & shifts.timed[shift[rows]]]
    suspects = _overlapping_employees(shifts, employee[rows], date[rows], shift[rows])
    if len(suspects):
        rows = rows[np.isin(employee[rows], suspects)]
        _note_overlaps(sheet, shifts, employee, date, shift, rows)


def _overlapping_employees(shifts: Shifts, employee: Ints, date: Ints, shift: Ints) -> Ints:
    """Employees with a day whose span runs into the next one's: a quick look over all."""
    start = date * MINUTES_IN_DAY + shifts.segments.start[shifts.first_segment(shift)]
    end = date * MINUTES_IN_DAY + shifts.segments.end[shifts.last_segment(shift)]
    same = employee[1:] == employee[:-1]
    return np.unique(employee[1:][same & (end[:-1] > start[1:])])


def _note_overlaps(sheet: Sheet, shifts: Shifts, employee: Ints, date: Ints, shift: Ints, rows: Ints) -> None:
    """The exact look, segment by segment, at the employees under suspicion."""
    of, segment = ranges(shifts.first[shift[rows]], shifts.count[shift[rows]])
    row = rows[of]
    start = date[row] * MINUTES_IN_DAY + shifts.segments.start[segment]
    end = date[row] * MINUTES_IN_DAY + shifts.segments.end[segment]
    reach: dict[int, tuple[int, int]] = {}
    for at in np.lexsort((start, employee[row])).tolist():
        who, here = int(employee[row[at]]), int(row[at])
        until, other = reach.get(who, (start[at], here))
        if until > start[at] and other != here:
            other_day = day_of(int(date[other])).isoformat()
            expected = f"与 {other_day} 的班次不重叠 (a plan that does not overlap that of {other_day})"
            sheet.fault(row[at : at + 1], "shift", expected)
        reach[who] = max((int(end[at]), here), (until, other))
