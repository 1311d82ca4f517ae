"""Explaining one day: settle its employee and read the columns that made the numbers."""

from collections.abc import Iterator
from datetime import date, datetime

import numpy as np
import pyarrow as pa

from reckon.attendance.company import REST
from reckon.attendance.explain_rest import (
    absence_steps,
    free_run_steps,
    free_steps,
    overtime_steps,
    punch_steps,
    rate_steps,
)
from reckon.attendance.explain_segments import attendance_steps, plan_steps
from reckon.attendance.frames import validate
from reckon.attendance.narrow import narrow
from reckon.attendance.results import cut_range, days_table
from reckon.attendance.scene import Scene, version
from reckon.attendance.settle import reckon
from reckon.attendance.trace import Cell, Step, Trace, Word, make_step
from reckon.attendance.words import BASES, DAY_KINDS, SYSTEMS, Tables
from reckon.dated import day_number


class UnknownDayError(LookupError):
    """There is no such employee, or not on that day."""


def explain(tables: Tables, employee_no: str, day: date) -> Trace:
    """How the result of an employee's day came about, out of the computation that makes the results.

    The tables may hold other employees too. Raises Faults where this employee's input is wrong and
    UnknownDayError where there is no such employee or not on that day.
    """
    number = day_number(day)
    tables = narrow(tables, employee_no)
    frames = validate(tables, number, number)
    if not len(frames.staff):
        raise UnknownDayError(f"没有工号为 {employee_no} 的员工 (no employee {employee_no})")
    made = reckon(frames.staff, frames.company, frames.facts, number, number)
    cut = cut_range(made, number, number)
    if not len(cut.rows):
        raise UnknownDayError(f"{employee_no} 于 {day} 不在职 (not employed on that day)")
    scene = Scene(made, int(cut.rows[0]), tables.punches)
    row = days_table(cut, pa.array([employee_no]), 0).to_pylist()[0]
    cells = {name: _cell(value) for name, value in row.items()}
    return Trace(employee_no, day.isoformat(), cells, tuple(_steps(scene, str(cells["status"]))))


def _cell(value: object) -> Cell:
    if isinstance(value, datetime | date):
        return value.isoformat()
    return value if isinstance(value, int) or value is None else str(value)


def _steps(scene: Scene, status: str) -> Iterator[Step]:
    """All steps in the order of the rules."""
    yield _rules(scene)
    yield _shift(scene)
    yield from absence_steps(scene)
    yield from plan_steps(scene)
    yield from free_run_steps(scene)
    yield from punch_steps(scene)
    yield from attendance_steps(scene)
    yield from overtime_steps(scene)
    yield from free_steps(scene)
    yield from rate_steps(scene)
    yield make_step("status", 15, status=Word(status, "status"))


def _rules(scene: Scene) -> Step:
    groups, group, days = scene.made.company.groups, scene.group, scene.made.days
    kind, _ = scene.made.company.calendar.kind_on(days.date[[scene.day]])
    return make_step(
        "rules",
        16,
        group=str(groups.name[group]),
        group_version=version(str(groups.version[group])),
        system=Word(SYSTEMS[groups.system[group]]),
        basis=Word(BASES[groups.basis[group]]),
        kind=Word(DAY_KINDS[int(np.asarray(kind)[0])]),
    )


def _shift(scene: Scene) -> Step:
    shifts = scene.made.company.shifts
    if scene.shift == REST:
        return make_step("no_shift", 16)
    name, text = str(shifts.name[scene.shift]), str(shifts.version[scene.shift])
    return make_step("shift", 2, shift=name, version=version(text))
