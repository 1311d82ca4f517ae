"""The table `shifts` read and checked: segments in time order, breaks inside them, flex, free shifts."""

import numpy as np

from reckon.attendance.company import SegmentRules, Shifts
from reckon.attendance.rulebook import first_row, repeated
from reckon.attendance.schema import CLOCK
from reckon.attendance.sheets import Sheet
from reckon.columns import Bools, Ints, Objects, starts_of_runs

_CLOCKS = ("start", "end", "break_start", "break_end")
_SEGMENTS = 1_000_000  # more than a shift can have, so that shift and segment make one key


def read_shifts(sheet: Sheet) -> tuple[Shifts, Bools]:
    """The shifts in ascending order of their name, after the rest shift; and which of them are free of faults."""
    names, number = sheet.read("shift"), sheet.read("segment")
    distinct, code = np.unique(names.texts, return_inverse=True)
    columns = {name: sheet.read(name).numbers for name in SegmentRules.__dataclass_fields__}
    again = repeated(code * _SEGMENTS + number.numbers)
    sheet.fault(again[(names.good & number.good)[again]], "segment", "班次内不重复的段号 (each segment once)")
    free = _check_clocks(sheet, columns)
    order = np.lexsort((number.numbers, code))
    order = order[np.isin(order, again, invert=True)]
    _check_order(sheet, code, order, free, number.numbers, columns)
    _check_flex(sheet, code[order], order, free, columns)
    shifts = _shifts(sheet, distinct, code, order[~free[order]], free, columns)
    faulty = np.bincount(code, sheet.wrong, len(distinct)) > 0
    return shifts, np.concatenate([[True], ~faulty])


def _check_clocks(sheet: Sheet, columns: dict[str, Ints]) -> Bools:
    """Note wrong planned times and breaks; returns which rows are free shifts. Sets absent breaks."""
    clocks = {name: sheet.read(name) for name in _CLOCKS}
    given = {name: cells.given for name, cells in clocks.items()}
    for one, other in (("start", "end"), ("end", "start"), ("break_start", "break_end"), ("break_end", "break_start")):
        sheet.fault(np.flatnonzero(given[other] & ~given[one]), one, CLOCK)
    start, end = columns["start"], columns["end"]
    backwards = given["start"] & ~sheet.wrong & (end <= start)
    sheet.fault(np.flatnonzero(backwards), "end", "晚于 start 的时刻 (a time after start)")
    rested = given["start"] & given["break_start"]
    _check_breaks(sheet, columns, rested & ~sheet.wrong)
    columns["break_start"] = np.where(rested, columns["break_start"], end)
    columns["break_end"] = np.where(rested, columns["break_end"], end)
    return ~given["start"] & ~given["end"]


def _check_breaks(sheet: Sheet, columns: dict[str, Ints], rows: Bools) -> None:
    """Note breaks that flex could push out of their segment, and those as long as the segment."""
    begins, ends = columns["break_start"], columns["break_end"]
    start, end = columns["start"], columns["end"]
    low, high = start + columns["flex_late"], end - columns["flex_early"]
    wrong = (begins < low) | (ends > high) | (begins >= ends) | (ends - begins >= end - start)
    expected = (
        "在 [start + flex_late, end − flex_early] 之内且短于该段的休息 (a break inside, shorter than the segment)"
    )
    sheet.fault(np.flatnonzero(rows & wrong), "break_start", expected)


def _check_order(sheet: Sheet, code: Ints, order: Ints, free: Bools, number: Ints, columns: dict[str, Ints]) -> None:
    """Note segments that are not 1, 2, … in time order, and free shifts of more than one row."""
    sound, first = ~sheet.wrong, starts_of_runs(code[order])
    runs = np.diff(np.append(first, len(order)))
    place = np.arange(len(order)) - np.repeat(first, runs)
    wrong = order[number[order] != place + 1]
    sheet.fault(wrong[sound[wrong]], "segment", "从 1 起连续的段号 (1, 2, … within the shift)")
    crowded = order[free[order] & (np.repeat(runs, runs) > 1)]
    one_row = "时刻;自由工时班次只有一行 (a clock time: a free shift has one row only)"
    sheet.fault(crowded[sound[crowded]], "start", one_row)
    later = np.flatnonzero(place > 0)
    row, before = order[later], order[later - 1]
    early = sound[row] & sound[before] & ~free[row] & ~free[before]
    early &= columns["start"][row] < columns["end"][before]
    sheet.fault(row[early], "start", "不早于上一段的 end (not before the end of the segment before)")


def _check_flex(sheet: Sheet, code: Ints, order: Ints, free: Bools, columns: dict[str, Ints]) -> None:
    """Note flex of shifts that are not one timed segment; `code` is that of the rows in `order`."""
    several = free[order] | (np.bincount(code, minlength=1)[code] > 1)
    for name in ("flex_early", "flex_late"):
        rows = order[several & (columns[name][order] > 0)]
        sheet.fault(rows, name, "0;弹性只用于单段班次 (0: flex goes with shifts of one timed segment only)")


def _shifts(
    sheet: Sheet, distinct: Objects, code: Ints, timed_rows: Ints, free: Bools, columns: dict[str, Ints]
) -> Shifts:
    row = first_row(code, len(distinct))
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
