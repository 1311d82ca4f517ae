"""The steps of a day beside its timed segments: absences, punches, free hours, overtime, rates, night."""

from collections.abc import Iterator

import numpy as np

from reckon.attendance.cells import MINUTES_IN_DAY
from reckon.attendance.rules.hours import night_measure
from reckon.attendance.rules.overtime import UNTIMED
from reckon.attendance.scene import Scene
from reckon.attendance.trace import Duration, Moment, Step, Told, Word, make_step
from reckon.attendance.words import BASES, POINTS, PRESENCE, SUPERSEDED, USED, USES
from reckon.dated import day_of


def absence_steps(scene: Scene) -> Iterator[Step]:
    """Rule 3: the approved absences that meet the day's plan or run."""
    facts, line = scene.made.facts, scene.made.days.line
    begins, ends = _reach(scene)
    for row in np.lexsort((facts.absence_kind, facts.absence_start)).tolist():
        start = int(line.at(facts.absence_employee[row], facts.absence_start[row]))
        end = int(line.at(facts.absence_employee[row], facts.absence_end[row]))
        if start < ends and end > begins:
            kind = Word(facts.kinds[facts.absence_kind[row]])
            yield make_step("absence", 3, kind=kind, start=scene.moment(start), end=scene.moment(end))


def _reach(scene: Scene) -> tuple[int, int]:
    """From where to where the day's plan lies; its calendar date where there is none."""
    made, rows = scene.made, scene.segments
    if rows:
        return int(made.segments.start[rows[0]]), int(made.segments.end[rows[-1]])
    begins = int(made.days.midnight[scene.day] + made.company.shifts.day_start[scene.shift])
    return begins, begins + MINUTES_IN_DAY


def punch_steps(scene: Scene) -> Iterator[Step]:
    """Rules 1, 4, 5: each punch of the day or of its calendar date, and its fate."""
    made = scene.made
    date = int(made.days.date[scene.day])
    places = made.days.line.at(made.facts.punch_employee, made.facts.punch_minute)
    on_date = made.days.line.date(places) == date
    served = np.isin(made.fates.use, (USED, SUPERSEDED, PRESENCE)) & (made.fates.date == date)
    rows = np.flatnonzero(on_date | served)
    for row in rows[np.argsort(places[rows], kind="stable")].tolist():
        yield _punch(scene, row, int(places[row]))


def _punch(scene: Scene, row: int, place: int) -> Step:
    fates, use = scene.made.fates, int(scene.made.fates.use[row])
    told: dict[str, Told] = {"at": scene.moment(place), "where": _where(scene, row)}
    if use in (USED, SUPERSEDED, PRESENCE):
        told |= {"date": day_of(int(fates.date[row])).isoformat(), "point": Word(POINTS[fates.point[row]])}
    if use in (USED, SUPERSEDED):
        told["segment"] = int(fates.segment[row])
    return make_step(f"punch_{USES[use]}", 5, **told)


def _where(scene: Scene, row: int) -> str:
    """Source and place of a punch as told behind its time."""
    table = scene.punch_rows
    cells = [table.column(name)[row].as_py() for name in ("source", "place") if name in table.column_names]
    told = "・".join(str(cell) for cell in cells if cell)
    return f"({told})" if told else ""


def free_run_steps(scene: Scene) -> Iterator[Step]:
    """Rule 11: the run of a free shift."""
    free = scene.made.free
    for row in np.flatnonzero(free.day == scene.day).tolist():
        required = int(free.required_minutes[row])
        yield make_step(
            "free_run",
            11,
            {"planned_minutes": required},
            begins=scene.moment(free.begins[row]),
            ends=scene.moment(free.ends[row]),
            minutes=Duration(required),
        )


def free_steps(scene: Scene) -> Iterator[Step]:
    """Rule 11: what the punches and absences of a free shift made."""
    free, seen = scene.made.free, scene.made.presence
    for row in np.flatnonzero(free.day == scene.day).tolist():
        if seen.count[scene.day] > 1:
            minutes = int(free.worked_minutes[row])
            on, off = scene.moment(seen.first_at[scene.day]), scene.moment(seen.last_at[scene.day])
            yield make_step("free_worked", 11, {"worked_minutes": minutes}, on=on, off=off, minutes=Duration(minutes))
        if free.missing_out[row]:
            yield make_step("free_single", 11, {"missing_out": 1})
        for code, column in _FREE.items():
            if minutes := int(getattr(free, column)[row]):
                yield make_step(code, 11, {column: minutes}, minutes=Duration(minutes))


_FREE = {
    "free_leave": "leave_minutes",
    "free_trip": "trip_minutes",
    "free_short": "early_minutes",
    "free_unaccounted": "unaccounted_minutes",
    "free_absent": "absent_minutes",
}


def overtime_steps(scene: Scene) -> Iterator[Step]:
    """Rules 12 and 13: where overtime came from, what of it counts, at which rate."""
    overtime, groups, group = scene.made.overtime, scene.made.company.groups, scene.group
    for code, spells in (("overtime_presence", overtime.presence), ("overtime_approved", overtime.approved)):
        for begins, ends in scene.of_day(spells):
            yield make_step(code, 12, begins=scene.moment(begins), ends=scene.moment(ends))
    if not (scene.of_day(overtime.presence) or scene.of_day(overtime.approved)):
        return
    based = scene.minutes_of(overtime.based)
    yield make_step("overtime_basis", 12, basis=Word(BASES[groups.basis[group]]), minutes=Duration(based))
    unplanned, eligible = scene.minutes_of(overtime.unplanned), scene.minutes_of(overtime.eligible)
    if unplanned != based:
        yield make_step("overtime_unplanned", 12, minutes=Duration(unplanned))
    if groups.system[group] == UNTIMED and eligible != unplanned:
        yield make_step("overtime_untimed", 12, minutes=Duration(eligible))
    yield from _rounding(scene, eligible)
    for name in ("overtime_workday", "overtime_rest", "overtime_statutory"):
        if minutes := scene.number(f"{name}_minutes"):
            yield make_step(name, 13, {f"{name}_minutes": minutes}, minutes=Duration(minutes))


def _rounding(scene: Scene, eligible: int) -> Iterator[Step]:
    groups, group, counted = scene.made.company.groups, scene.group, scene.made.overtime.counted
    minutes, least = scene.minutes_of(counted), int(groups.overtime_min[group])
    if eligible and eligible < least:
        yield make_step("overtime_below", 12, least=Duration(least))
    elif minutes < eligible:
        step, dropped = Duration(int(groups.overtime_step[group])), Duration(eligible - minutes)
        yield make_step("overtime_step", 12, step=step, minutes=Duration(minutes), dropped=dropped)
    for begins, ends in scene.of_day(counted):
        yield make_step("overtime_counted", 12, begins=scene.moment(begins), ends=scene.moment(ends))


def rate_steps(scene: Scene) -> Iterator[Step]:
    """Rules 13 and 14: work on statutory dates, and at night."""
    if minutes := scene.number("statutory_worked_minutes"):
        yield make_step("statutory_worked", 13, {"statutory_worked_minutes": minutes}, minutes=Duration(minutes))
    if minutes := scene.number("night_minutes"):
        date = int(scene.made.days.date[scene.day])
        night, midnight = night_measure(date, date), scene.moment(scene.made.days.midnight[scene.day]).midnight
        begins, ends = Moment(midnight, night.begins), Moment(midnight, night.ends + MINUTES_IN_DAY)
        gives = {"night_minutes": minutes}
        yield make_step("night", 14, gives, begins=begins, ends=ends, minutes=Duration(minutes))
