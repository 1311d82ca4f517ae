"""The trace: every number with the step that made it, in both languages, out of the same computation."""

import pytest
from engine_cases import CHEN, DAY, FREE, NIGHT, TODAY, Rows, company, on, shift, tables

from reckon.attendance import Faults, Trace, UnknownDayError, explain
from reckon.attendance.trace import Duration, Moment, Word
from reckon.attendance.wording import CHINESE, TEXTS
from reckon.attendance.words import BASES, DAY_KINDS, POINTS, STATUSES, SYSTEMS, USES


def trace(rows: Rows) -> Trace:
    return explain(tables(rows), CHEN, TODAY)


def told(rows: Rows) -> list[str]:
    return [step.zh for step in trace(rows).steps]


def test_a_late_night_reads_as_an_employee_would_ask() -> None:
    night = NIGHT | {"late_grace": "5", "serious_late": "30"}
    rows = company(
        shift("夜班", night), roster={0: "夜班"}, punches=["22:31", "+1 07:10"], group={"overtime_basis": "punched"}
    )
    assert told(rows) == [
        "适用考勤组「G」:标准工时,加班按打卡。当天是工作日。",
        "排班:班次「夜班」。",
        "第 1 段计划 22:00 至 次日 06:00,计划工时 8 小时。",
        "第 1 段上班卡取 18:00 至 次日 02:00 最早的一次,下班卡取 次日 02:01 至 次日 14:00 最晚的一次。",
        "22:31 打卡:作为 2026-10-08 第 1 段的上班卡。",
        "次日 07:10 打卡:作为 2026-10-08 第 1 段的下班卡。",
        "第 1 段 22:31 上班,晚到 31 分。",
        "迟到 31 分。",
        "达到 30 分,为严重迟到。",
        "第 1 段 22:31 至 次日 07:10 在计划内出勤 7 小时 29 分。",
        "计划外在岗 次日 06:00 至 次日 07:10。",
        "按打卡:1 小时 10 分。",
        "按 30 分取整,计 1 小时(舍去最后的 10 分)。",
        "计为加班:次日 06:00 至 次日 07:00。",
        "工作日加班 1 小时(150 %)。",
        "出勤与加班中 7 小时 29 分在夜间(22:00 至 次日 06:00)。",
        "结果:严重迟到、加班。",
    ]


def test_every_punch_is_told_with_its_place_and_fate() -> None:
    rows = company(shift("day", DAY), roster={0: "day"}, punches=["03:00", "08:50", "08:50", "08:55", "18:00"])
    rows["punches"][1] |= {"source": "face", "place": "东门"}
    codes = [step.code for step in trace(rows).steps if step.code.startswith("punch_")]
    assert codes == ["punch_outside_window", "punch_used", "punch_duplicate", "punch_superseded", "punch_used"]
    assert "08:50 打卡(face・东门):作为 2026-10-08 第 1 段的上班卡。" in told(rows)


def test_absences_and_what_they_leave() -> None:
    rows = company(
        shift("day", DAY), roster={0: "day"}, punches=["13:00", "18:00"], absences=[("annual", "09:00", "12:00")]
    )
    steps = {step.code: step for step in trace(rows).steps}
    assert steps["leave"].gives == {"leave_minutes": 180}
    assert steps["effective"].values == {
        "segment": 1,
        "start": f"{on(0)}T13:00:00",
        "end": f"{on(0)}T18:00:00",
        "minutes": 300,
    }
    assert steps["effective"].en == "Segment 1 is left to attend from 13:00 to 18:00: 5 h."


def test_late_off_late_on_names_its_rule() -> None:
    rows = company(
        shift("day", DAY),
        roster={-1: "day", 0: "day"},
        punches=["-1 09:00", "-1 19:30", "09:20", "18:00"],
        later=[(60, 30)],
    )
    (step,) = [step for step in trace(rows).steps if step.code == "late_allowed"]
    assert (step.rule, step.gives) == (9, {"forgiven_minutes": 20})


def test_versions_of_rules_are_told_where_the_caller_keeps_them() -> None:
    rows = company(shift("day", DAY | {"version": "2026-09-01"}), roster={0: "day"}, group={"version": "第 3 版"})
    assert "「G」(第 3 版)" in told(rows)[0]
    assert "「day」(2026-09-01)" in told(rows)[1]


def test_a_free_day() -> None:
    rows = company(shift("free", FREE), roster={0: "free"}, punches=["10:00"], absences=[("sick", "13:00", "15:00")])
    codes = [step.code for step in trace(rows).steps]
    assert codes == [
        "rules",
        "shift",
        "absence",
        "free_run",
        "punch_presence",
        "free_single",
        "free_leave",
        "free_unaccounted",
        "status",
    ]


def test_a_day_without_a_shift() -> None:
    assert told(company(roster={}))[1:] == ["当天没有排班。", "结果:休息。"]


def test_other_employees_do_not_matter_not_even_their_faults() -> None:
    rows = company(shift("day", DAY), roster={0: "day"}, punches=["09:00"])
    rows["punches"].append({"employee_no": "008", "at": "nonsense"})
    assert trace(rows).day["missing_out"] == 1


def test_a_fault_of_this_employee_keeps_its_line() -> None:
    rows = company(shift("day", DAY), roster={0: "day"}, punches=["09:00"])
    rows["punches"] = [{"employee_no": "008", "at": "nonsense"}, {"employee_no": CHEN, "at": "soon"}]
    with pytest.raises(Faults) as wrong:
        trace(rows)
    assert [(fault.line, fault.value) for fault in wrong.value.faults] == [(3, "soon")]


@pytest.mark.parametrize(("number", "employee"), [("8", {}), (CHEN, {"left_on": on(-1)})])
def test_a_day_that_is_not(number: str, employee: dict[str, str]) -> None:
    rows = company(shift("day", DAY), roster={0: "day"}, employee=employee)
    with pytest.raises(UnknownDayError):
        explain(tables(rows), number, TODAY)


def test_the_text_tells_both_languages() -> None:
    lines = trace(company(roster={})).text().splitlines()
    assert lines[0] == "007 2026-10-08"
    assert lines[3:5] == ["  2. 当天没有排班。", "     No shift was planned."]


def test_moments_and_durations() -> None:
    midnight = Moment.today(TODAY)
    told = [Moment(midnight, since) for since in (540, 1800, -120, 2880)]
    assert [moment.zh for moment in told] == ["09:00", "次日 06:00", "前一日 22:00", "10-10 00:00"]
    assert [moment.en for moment in told] == ["09:00", "06:00 next day", "22:00 the day before", "10-10 00:00"]
    assert [Duration(minutes).zh for minutes in (0, 59, 60, 61)] == ["0 分", "59 分", "1 小时", "1 小时 1 分"]
    assert [Duration(minutes).en for minutes in (0, 60, 61)] == ["0 min", "1 h", "1 h 1 min"]


def test_every_word_has_its_chinese() -> None:
    words = {*SYSTEMS, *BASES, *DAY_KINDS, *POINTS, *STATUSES, "normal"}
    assert words <= CHINESE.keys()
    assert {f"punch_{use}" for use in USES if use != "unknown_employee"} <= TEXTS.keys()
    assert Word("late+overtime").zh == "迟到、加班"
