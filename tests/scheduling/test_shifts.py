"""Shifts: what is refused, and what a dated version changes."""

from dataclasses import replace

import pytest

import make
from kaoqin.core.words import NotAllowed, Refusal
from kaoqin.scheduling import actions, queries, roster
from kaoqin.scheduling.models import RosterDay
from kaoqin.scheduling.words import Cell, Segment, ShiftPlan

ONE = Segment(540, 1080, 720, 780)


def plan(*segments, **told):
    return ShiftPlan("班", segments, **told)


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        (ShiftPlan(" ", (ONE,)), "scheduling.shift_name"),
        (plan(Segment(540, 540)), "scheduling.segment_times"),
        (plan(Segment(1080, 540)), "scheduling.segment_times"),
        (plan(Segment(1320, 2881)), "scheduling.segment_times"),
        (plan(replace(ONE, break_end=None)), "scheduling.break_half"),
        (plan(replace(ONE, break_start=539)), "scheduling.break_outside"),
        (plan(replace(ONE, break_end=1081)), "scheduling.break_outside"),
        (plan(replace(ONE, break_end=720)), "scheduling.break_outside"),
        (plan(replace(ONE, break_start=540, break_end=1080)), "scheduling.break_outside"),
        (plan(Segment(480, 720), Segment(719, 1020)), "scheduling.segments_overlap"),
        (plan(Segment(480, 720), Segment(780, 1020), flex_late=30), "scheduling.flex_one_segment"),
        (plan(flex_early=30), "scheduling.flex_one_segment"),
        (plan(ONE, flex_late=181), "scheduling.flex_break"),
        (plan(ONE, flex_early=301), "scheduling.flex_break"),
        (plan(ONE, late_off_late_on=((60, 30), (60, 40))), "scheduling.late_off_twice"),
        (plan(required_minutes=0), "scheduling.free_shift"),
        (plan(required_minutes=1441), "scheduling.free_shift"),
        (plan(day_start=1440), "scheduling.free_shift"),
    ],
)
def test_a_shift_that_cannot_be_is_refused(db, wrong, code):
    with pytest.raises(Refusal) as refused:
        make.shift("X", wrong)
    assert refused.value.code == code
    assert queries.shifts() == {}


@pytest.mark.parametrize(
    "right",
    [
        plan(Segment(1320, 2880)),
        plan(replace(ONE, break_start=540)),
        plan(replace(ONE, break_end=1080)),
        plan(Segment(480, 720), Segment(720, 1020)),
        plan(ONE, flex_late=180, flex_early=300),
        plan(required_minutes=1440, day_start=1439),
    ],
)
def test_a_shift_at_the_edge_is_kept_as_it_was_said(db, right):
    made = make.shift("X", right)
    assert queries.shift(made.pk).on(make.SINCE) == right


def test_a_code_is_taken_once_and_only_hr_makes_shifts(cast):
    with pytest.raises(Refusal, match="已被使用"):
        make.shift("D")
    with pytest.raises(NotAllowed):
        actions.new_shift("X", make.DAY_PLAN, make.SINCE, by=cast.by("wang"), at=make.NOW)


def test_a_version_begins_on_its_day_and_nothing_is_guessed_before_the_first(db):
    made = make.shift("D", since=make.day("03-01"))
    later = plan(Segment(600, 1140))
    actions.change_shift(made, later, make.day("11-10"), by=make.ROOT, at=make.NOW)
    dated = queries.shift(made.pk)
    assert [dated.on(make.day(day)) for day in ("03-01", "11-09", "11-10")] == [make.DAY_PLAN, make.DAY_PLAN, later]
    with pytest.raises(Refusal, match="才生效"):
        dated.on(make.day("02-28"))


def spans(employee):
    rows = RosterDay.objects.filter(employee=employee).order_by("date")
    return [f"{row.planned.lower:%d %H:%M}-{row.planned.upper:%d %H:%M}" if row.planned else "" for row in rows]


def test_a_new_version_places_the_planned_days_anew_from_its_day_on(db):
    anna, made = make.employee(), make.shift()
    cells = [Cell(anna.pk, make.day(day), made.pk) for day in ("11-23", "11-24", "11-25")]
    roster.paint(cells, by=make.ROOT, at=make.NOW, today=make.TODAY)
    actions.change_shift(made, plan(Segment(1320, 1800)), make.day("11-24"), by=make.ROOT, at=make.NOW)
    assert spans(anna) == ["23 09:00-23 18:00", "24 22:00-25 06:00", "25 22:00-26 06:00"]
    actions.change_shift(made, make.FREE_PLAN, make.day("11-25"), by=make.ROOT, at=make.NOW)
    assert spans(anna) == ["23 09:00-23 18:00", "24 22:00-25 06:00", ""]


def test_a_version_that_makes_plans_overlap_is_refused_and_all_stays(db):
    anna, day, night = make.employee(), make.shift(), make.shift("N", make.NIGHT_PLAN)
    cells = [Cell(anna.pk, make.day("11-23"), night.pk), Cell(anna.pk, make.day("11-24"), day.pk)]
    roster.paint(cells, by=make.ROOT, at=make.NOW, today=make.TODAY)
    with pytest.raises(Refusal, match="时间重叠"):
        actions.change_shift(night, plan(Segment(1320, 1981)), make.day("11-01"), by=make.ROOT, at=make.NOW)
    assert spans(anna) == ["23 22:00-24 06:00", "24 09:00-24 18:00"]
    assert len(queries.shift(night.pk).plans) == 1
    actions.change_shift(night, plan(Segment(1320, 1980)), make.day("11-01"), by=make.ROOT, at=make.NOW)


FORM = {
    "code": "X1",
    "name": "夜",
    "colour": "blue",
    "begins_on": "2026-11-01",
    "day_start": "05:00",
    "required_minutes": "480",
    "flex_early": "0",
    "flex_late": "0",
    "late_off": "120:60;180:90",
    "segment-TOTAL_FORMS": "3",
    "segment-INITIAL_FORMS": "0",
}


def segment_form(number, start="", end="", pause=("", "")):
    told = {"start": start, "end": end, "break_start": pause[0], "break_end": pause[1], "in_before": "240"}
    told |= dict.fromkeys(("late_grace", "early_grace", "serious_late", "absent_late", "absent_early"), "0")
    told |= {"out_after": "480", "in_required": "on", "out_required": "on"}
    return {f"segment-{number}-{name}": value for name, value in told.items()}


def form(*segments):
    return {
        **FORM,
        **{k: v for n in range(3) for k, v in segment_form(n, *(segments[n] if n < len(segments) else ())).items()},
    }


def test_the_form_reads_clocks_past_midnight_and_late_off(enter):
    answer = enter("he").post("/shifts/new/", form(("22:00", "30:00", ("26:00", "26:30"))))
    assert answer.status_code == 302
    made = next(s for s in queries.shifts().values() if s.code == "X1").latest()
    assert made.segments == (Segment(1320, 1800, 1560, 1590),)
    assert made.late_off_late_on == ((120, 60), (180, 90))


@pytest.mark.parametrize(
    ("start", "end", "said"),
    [("25:61", "30:00", "应为 HH:MM"), ("09:00", "", "须同时填写"), ("18:00", "09:00", "须晚于上班时间")],
)
def test_the_form_says_what_is_wrong_and_keeps_what_was_typed(enter, start, end, said):
    answer = enter("he").post("/shifts/new/", form((start, end)))
    assert answer.status_code == 422
    text = answer.content.decode()
    assert said in text
    assert f'value="{start}"' in text
