"""The steps of the timed segments of a day: plan, absences, windows, flex, missing, late, early, worked."""

from collections.abc import Iterator

from reckon.attendance.scene import Scene
from reckon.attendance.trace import Duration, Step, Told, Word, make_step


def plan_steps(scene: Scene) -> Iterator[Step]:
    """Rules 2, 3 and 4 for each segment."""
    for row in scene.segments:
        yield _plan(scene, row)
        yield from _absences(scene, row)
        if scene.made.effective.open[row]:
            yield _windows(scene, row)


def attendance_steps(scene: Scene) -> Iterator[Step]:
    """Rules 6 to 10 for each segment."""
    serious_told = False
    for row in scene.segments:
        yield from _flex(scene, row)
        yield from _missing(scene, row)
        if not scene.made.missing.counted[row]:
            continue
        yield from _late(scene, row, told=serious_told)
        serious_told = serious_told or bool(scene.made.lateness.serious[row])
        yield from _early(scene, row)
        yield _worked(scene, row)


def _number(scene: Scene, row: int) -> int:
    return int(scene.made.segments.number[row])


def _plan(scene: Scene, row: int) -> Step:
    segments = scene.made.segments
    minutes = int(segments.planned_minutes[row])
    told: dict[str, Told] = {"segment": _number(scene, row), "minutes": Duration(minutes)}
    told |= {"start": scene.moment(segments.start[row]), "end": scene.moment(segments.end[row])}
    gives = {"planned_minutes": minutes}
    if segments.break_end[row] == segments.break_start[row]:
        return make_step("plan", 2, gives, **told)
    rest: dict[str, Told] = {
        "break_start": scene.moment(segments.break_start[row]),
        "break_end": scene.moment(segments.break_end[row]),
    }
    return make_step("plan_with_break", 2, gives, **told, **rest)


def _absences(scene: Scene, row: int) -> Iterator[Step]:
    effective, segment = scene.made.effective, _number(scene, row)
    for name, column in (("leave", effective.leave_minutes), ("trip", effective.trip_minutes)):
        minutes = int(column[row])
        if minutes:
            yield make_step(name, 3, {f"{name}_minutes": minutes}, segment=segment, minutes=Duration(minutes))
    if not effective.open[row]:
        yield make_step("covered", 3, segment=segment)
    elif effective.touched[row]:
        start, end = scene.moment(effective.start[row]), scene.moment(effective.end[row])
        left = Duration(int(effective.minutes[row]))
        yield make_step("effective", 3, segment=segment, start=start, end=end, minutes=left)


def _windows(scene: Scene, row: int) -> Step:
    windows = scene.made.windows
    return make_step(
        "windows",
        4,
        segment=_number(scene, row),
        in_from=scene.moment(windows.in_from[row]),
        in_to=scene.moment(windows.middle[row]),
        out_from=scene.moment(windows.middle[row] + 1),
        out_to=scene.moment(windows.out_to[row]),
    )


def _flex(scene: Scene, row: int) -> Iterator[Step]:
    plan = scene.made.plan
    moved = int(plan.moved[row])
    if moved:
        yield make_step(
            "flex",
            8,
            segment=_number(scene, row),
            at=scene.moment(scene.made.taken.on_at[row]),
            direction=Word("later" if moved > 0 else "earlier"),
            minutes=Duration(abs(moved)),
            start=scene.moment(plan.start[row]),
            end=scene.moment(plan.end[row]),
        )


def _missing(scene: Scene, row: int) -> Iterator[Step]:
    missing, segment = scene.made.missing, _number(scene, row)
    minutes = int(scene.made.effective.minutes[row])
    told: dict[str, Told] = {"segment": segment, "minutes": Duration(minutes)}
    if missing.absent[row]:
        yield make_step("absent", 6, {"absent_minutes": minutes}, **told)
    for name in ("missing_in", "missing_out"):
        if getattr(missing, name)[row]:
            yield make_step(name, 6, {name: 1}, segment=segment)
    if missing.incomplete[row] and scene.made.company.groups.missing_is_absent[scene.group]:
        yield make_step("missing_as_absent", 6, {"absent_minutes": minutes}, **told)
    elif missing.incomplete[row]:
        yield make_step("unaccounted", 6, {"unaccounted_minutes": minutes}, **told)


def _late(scene: Scene, row: int, *, told: bool) -> Iterator[Step]:
    lateness, rules, segment = scene.made.lateness, scene.made.segments.rules, _number(scene, row)
    if not lateness.raw_late[row]:
        return
    raw = Duration(int(lateness.raw_late[row]))
    yield make_step("late_raw", 7, segment=segment, at=scene.moment(scene.made.missing.on[row]), minutes=raw)
    if allowed := int(lateness.allowed[row]):
        yield make_step("late_allowed", 9, {"forgiven_minutes": allowed}, minutes=Duration(allowed))
    if grace := int(lateness.late_grace[row]):
        limit = Duration(int(rules("late_grace")[row]))
        yield make_step("late_grace", 7, {"forgiven_minutes": grace}, grace=limit, minutes=Duration(grace))
    if late := int(lateness.late_minutes[row]):
        yield make_step("late", 7, {"late_minutes": late}, minutes=Duration(late))
    if lateness.serious[row]:
        threshold = Duration(int(rules("serious_late")[row]))
        yield make_step("serious_late", 7, {} if told else {"serious_late": 1}, threshold=threshold)
    if absent := int(lateness.absent_late[row]):
        threshold = Duration(int(rules("absent_late")[row]))
        yield make_step("late_absent", 7, {"absent_minutes": absent}, minutes=Duration(absent), threshold=threshold)


def _early(scene: Scene, row: int) -> Iterator[Step]:
    lateness, rules, segment = scene.made.lateness, scene.made.segments.rules, _number(scene, row)
    if not lateness.raw_early[row]:
        return
    raw = Duration(int(lateness.raw_early[row]))
    yield make_step("early_raw", 7, segment=segment, at=scene.moment(scene.made.missing.off[row]), minutes=raw)
    if grace := int(lateness.early_grace[row]):
        limit = Duration(int(rules("early_grace")[row]))
        yield make_step("early_grace", 7, {"forgiven_minutes": grace}, grace=limit, minutes=Duration(grace))
    if early := int(lateness.early_minutes[row]):
        yield make_step("early", 7, {"early_minutes": early}, minutes=Duration(early))
    if absent := int(lateness.absent_early[row]):
        threshold = Duration(int(rules("absent_early")[row]))
        yield make_step("early_absent", 7, {"absent_minutes": absent}, minutes=Duration(absent), threshold=threshold)


def _worked(scene: Scene, row: int) -> Step:
    made, minutes = scene.made, int(scene.made.worked[row])
    on, off = scene.moment(made.missing.on[row]), scene.moment(made.missing.off[row])
    gives = {"worked_minutes": minutes}
    return make_step("worked", 10, gives, segment=_number(scene, row), on=on, off=off, minutes=Duration(minutes))
