"""The oracle itself, proved on examples reckoned by hand: at least one for each rule of the contract.

Chen works the day shift 09:00-18:00 with a break 12:00-13:00 (480 planned minutes), Zhao the night
shift 22:00-30:00. All of it happens from Thursday 2026-10-01 (statutory) to Sunday 2026-10-11;
2026-10-08 and 09 are ordinary work days, 2026-10-10 and 11 a weekend.
"""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from companies import random_company
from hypothesis import given, settings
from hypothesis import strategies as st
from retelling import Result, Row, Tables, settle

THU, FRI, SAT, SUN = "2026-10-08", "2026-10-09", "2026-10-10", "2026-10-11"
OFFICE: Row = {"shift": "office", "segment": "1", "start": "09:00", "end": "18:00"}
LUNCH: Row = {"break_start": "12:00", "break_end": "13:00"}
NIGHT: Row = {"shift": "night", "segment": "1", "start": "22:00", "end": "30:00"}
MORNING: Row = {"shift": "split", "segment": "1", "start": "08:00", "end": "12:00"}
AFTERNOON: Row = {"shift": "split", "segment": "2", "start": "13:00", "end": "17:00"}
FREE: Row = {"shift": "free", "segment": "1", "start": "", "end": ""}


def calendar_kind(day: date) -> str:
    if day <= date(2026, 10, 3):
        return "statutory"
    return "rest" if day.weekday() >= 5 else "workday"


def one_person(
    *shifts: Row,
    roster: dict[str, str],
    punches: tuple[str, ...] = (),
    absences: tuple[tuple[str, str, str], ...] = (),
    overtime: tuple[tuple[str, str], ...] = (),
    later: tuple[Row, ...] = (),
    group: Row | None = None,
    employee: Row | None = None,
) -> Tables:
    """A company of one employee, 007, in one group."""
    days = [date(2026, 9, 30) + timedelta(days=count) for count in range(40)]
    return {
        "employees": [{"employee_no": "007", "group": "G"} | (employee or {})],
        "groups": [{"group": "G"} | (group or {})],
        "shifts": list(shifts),
        "late_off_late_on": list(later),
        "roster": [{"employee_no": "007", "date": day, "shift": shift} for day, shift in roster.items()],
        "punches": [{"employee_no": "007", "at": at} for at in punches],
        "absences": [{"employee_no": "007", "kind": k, "start": s, "end": e} for k, s, e in absences],
        "overtime": [{"employee_no": "007", "start": start, "end": end} for start, end in overtime],
        "calendar": [{"date": str(day), "kind": calendar_kind(day)} for day in days],
    }


def day_of(tables: Tables, day: str) -> Result:
    """The one row of ``days`` for a date."""
    wanted = date.fromisoformat(day)
    return settle(tables, wanted, wanted)["days"][0]


def numbers(row: Result) -> dict[str, int]:
    """The columns of a row that hold a number above 0, without those every row has."""
    return {column: cell for column, cell in row.items() if isinstance(cell, int) and cell}


def uses(tables: Tables, day: str = THU) -> list[tuple[str, ...]]:
    """Of each punch: time of day, date, segment, point, use."""
    wanted = date.fromisoformat(day)
    rows = settle(tables, wanted, wanted)["punch_use"]
    return [(str(r["at"])[11:16], str(r["date"]), str(r["segment"]), str(r["point"]), str(r["use"])) for r in rows]


def office_day(on: str, off: str, **cells: str) -> Result:
    """Thursday on the office shift with lunch, with two punches and the shift's cells changed."""
    punches = (f"{THU}T{on}:00", f"{THU}T{off}:00")
    return day_of(one_person(OFFICE | LUNCH | cells, roster={THU: "office"}, punches=punches), THU)


def test_rule_1_seconds_are_cut_off_and_a_minute_counts_once() -> None:
    punches = (f"{THU}T09:00:59", f"{THU} 09:00:01", f"{THU}T18:00:00")
    tables = one_person(OFFICE | LUNCH, roster={THU: "office"}, punches=punches)
    assert numbers(day_of(tables, THU)) == {"planned_minutes": 480, "worked_minutes": 480}
    assert [use for *_, use in uses(tables)] == ["used", "duplicate", "used"]


def test_rule_1_an_offset_is_converted_to_the_employees_zone() -> None:
    punches = (f"{THU}T01:00:00Z", f"{THU}T19:00:00+09:00")
    row = day_of(one_person(OFFICE | LUNCH, roster={THU: "office"}, punches=punches), THU)
    assert (row["first_in"], row["last_out"]) == (f"{THU}T09:00:00", f"{THU}T18:00:00")
    assert row["status"] == "normal"


def test_rule_2_the_break_is_not_planned() -> None:
    assert office_day("09:00", "18:00")["planned_minutes"] == 480
    assert office_day("09:00", "18:00", break_start="", break_end="")["planned_minutes"] == 540


def test_rule_3_leave_goes_before_trip_and_covers_planned_minutes_only() -> None:
    # Leave 11:00-14:00 covers 120 planned minutes; the trip 13:30-15:00 adds 60 beyond it.
    absences = (
        ("sick", f"{THU}T11:00:00", f"{THU}T14:00:00"),
        ("trip", f"{THU}T13:30:00", f"{THU}T15:00:00"),
    )
    punches = (f"{THU}T09:00:00", f"{THU}T18:00:00")
    tables = one_person(OFFICE | LUNCH, roster={THU: "office"}, punches=punches, absences=absences)
    assert numbers(day_of(tables, THU)) == {
        "planned_minutes": 480,
        "worked_minutes": 300,
        "leave_minutes": 120,
        "trip_minutes": 60,
    }
    assert day_of(tables, THU)["status"] == "leave+trip"


def test_rule_3_a_segment_wholly_covered_has_no_window() -> None:
    # Without the morning's window the afternoon's begins 240 minutes before 13:00, uncut.
    leave = (("annual", f"{THU}T00:00:00", f"{THU}T12:00:00"),)
    punches = (f"{THU}T08:59:00", f"{THU}T09:00:00", f"{THU}T17:00:00")
    tables = one_person(MORNING, AFTERNOON, roster={THU: "split"}, punches=punches, absences=leave)
    assert uses(tables) == [
        ("08:59", "", "", "", "outside_window"),
        ("09:00", THU, "2", "in", "used"),
        ("17:00", THU, "2", "out", "used"),
    ]


def test_rule_4_neighbouring_windows_are_cut_in_the_middle() -> None:
    # c = 12:00 + 60 // 2 = 12:30: the morning ends there, the afternoon begins at 12:31.
    punches = (f"{THU}T08:00:00", f"{THU}T12:30:00", f"{THU}T12:31:00", f"{THU}T17:00:00")
    tables = one_person(MORNING, AFTERNOON, roster={THU: "split"}, punches=punches)
    assert [use[2:] for use in uses(tables)] == [
        ("1", "in", "used"),
        ("1", "out", "used"),
        ("2", "in", "used"),
        ("2", "out", "used"),
    ]


def test_rule_4_the_cut_moves_into_the_overlap() -> None:
    # The afternoon looks back 10 minutes only (12:50): c moves from 12:30 to 12:49.
    punches = (f"{THU}T08:00:00", f"{THU}T12:49:00", f"{THU}T12:50:00", f"{THU}T17:00:00")
    tables = one_person(MORNING, AFTERNOON | {"in_before": "10"}, roster={THU: "split"}, punches=punches)
    assert [use[2:4] for use in uses(tables)] == [("1", "in"), ("1", "out"), ("2", "in"), ("2", "out")]


def test_rule_4_the_middle_belongs_to_the_in_window() -> None:
    # 09:00 + 540 // 2 = 13:30 is the in-window's last minute, 13:31 the out-window's first.
    tables = one_person(OFFICE | LUNCH, roster={THU: "office"}, punches=(f"{THU}T13:30:00", f"{THU}T13:31:00"))
    assert [use[3] for use in uses(tables)] == ["in", "out"]


def test_rule_4_windows_reach_across_midnight_to_the_next_day() -> None:
    # Night of Thursday ends Friday 06:00, Friday's office begins 09:00: cut at 07:30.
    punches = (f"{THU}T22:00:00", f"{FRI}T07:30:00", f"{FRI}T07:31:00", f"{FRI}T18:00:00")
    tables = one_person(NIGHT, OFFICE, roster={THU: "night", FRI: "office"}, punches=punches)
    assert [use[1:4] for use in uses(tables)] == [
        (THU, "1", "in"),
        (THU, "1", "out"),
        (FRI, "1", "in"),
        (FRI, "1", "out"),
    ]


def test_rule_5_earliest_on_latest_off() -> None:
    punches = tuple(f"{THU}T{at}:00" for at in ("08:50", "08:55", "18:01", "18:09"))
    tables = one_person(OFFICE | LUNCH, roster={THU: "office"}, punches=punches)
    assert [use[3:] for use in uses(tables)] == [
        ("in", "used"),
        ("in", "superseded"),
        ("out", "superseded"),
        ("out", "used"),
    ]


def test_rule_5_the_last_of_the_in_window_is_off_if_an_hour_after_on() -> None:
    # Left at 10:00 or 10:01 after arriving 09:01: 59 minutes is not enough, 60 are.
    assert office_day("09:01", "10:00")["status"] == "missing"
    row = office_day("09:01", "10:01")
    assert (row["worked_minutes"], row["late_minutes"], row["early_minutes"]) == (60, 1, 419)


def test_rule_5_the_first_of_the_out_window_is_on_if_an_hour_before_off() -> None:
    # Arrived 14:00 (effective middle 13:30), left 15:00: late 180 + 60 (lunch is not planned).
    row = office_day("14:00", "15:00")
    assert (row["late_minutes"], row["worked_minutes"], row["early_minutes"]) == (240, 60, 180)
    assert office_day("14:01", "15:00")["missing_in"] == 1


def test_rule_6_no_punch_at_all_is_absence() -> None:
    row = day_of(one_person(OFFICE | LUNCH, roster={THU: "office"}), THU)
    assert numbers(row) == {"planned_minutes": 480, "absent_minutes": 480}
    assert row["status"] == "absent"


def test_rule_6_one_required_punch_missing() -> None:
    on_only = (f"{THU}T09:00:00",)
    row = day_of(one_person(OFFICE | LUNCH, roster={THU: "office"}, punches=on_only), THU)
    assert numbers(row) == {"planned_minutes": 480, "missing_out": 1, "unaccounted_minutes": 480}
    group = {"missing_punch": "absent"}
    tables = one_person(OFFICE | LUNCH, roster={THU: "office"}, punches=on_only, group=group)
    assert numbers(day_of(tables, THU)) == {"planned_minutes": 480, "missing_out": 1, "absent_minutes": 480}


def test_rule_6_a_point_not_required_stands_at_the_boundary() -> None:
    shift = OFFICE | LUNCH | {"out_required": "0"}
    row = day_of(one_person(shift, roster={THU: "office"}, punches=(f"{THU}T09:10:00",)), THU)
    assert numbers(row) == {"planned_minutes": 480, "worked_minutes": 470, "late_minutes": 10}
    shift |= {"in_required": "0"}
    row = day_of(one_person(shift, roster={THU: "office"}), THU)
    assert numbers(row) == {"planned_minutes": 480, "worked_minutes": 480}


def test_rule_7_grace_is_included_and_above_it_all_counts() -> None:
    assert office_day("09:05", "18:00", late_grace="5")["forgiven_minutes"] == 5
    assert office_day("09:06", "18:00", late_grace="5")["late_minutes"] == 6
    assert office_day("09:00", "17:55", early_grace="5")["forgiven_minutes"] == 5
    assert office_day("09:00", "17:54", early_grace="5")["early_minutes"] == 6


def test_rule_7_thresholds() -> None:
    assert office_day("09:29", "18:00", serious_late="30")["status"] == "late"
    assert office_day("09:30", "18:00", serious_late="30")["status"] == "serious_late"
    row = office_day("10:00", "16:00", absent_late="60", absent_early="121")
    assert (row["absent_minutes"], row["late_minutes"], row["early_minutes"]) == (60, 0, 120)
    assert office_day("09:00", "15:59", absent_early="121")["absent_minutes"] == 121


def test_rule_8_start_and_end_move_with_the_on_punch() -> None:
    flex = {"flex_early": "30", "flex_late": "60"}
    assert numbers(office_day("09:40", "18:40", **flex)) == {"planned_minutes": 480, "worked_minutes": 480}
    row = office_day("10:10", "18:50", **flex)
    assert (row["late_minutes"], row["early_minutes"], row["worked_minutes"]) == (10, 10, 460)
    assert numbers(office_day("08:20", "17:30", **flex)) == {"planned_minutes": 480, "worked_minutes": 480}


def test_rule_8_not_where_an_absence_touches_the_segment() -> None:
    shift = OFFICE | LUNCH | {"flex_late": "60"}
    punches = (f"{THU}T09:10:00", f"{THU}T17:00:00")
    for kind, column in (("sick", "leave_minutes"), ("outing", "trip_minutes")):
        absences = ((kind, f"{THU}T17:00:00", f"{THU}T18:00:00"),)
        row = day_of(one_person(shift, roster={THU: "office"}, punches=punches, absences=absences), THU)
        assert (row["late_minutes"], row[column], row["worked_minutes"]) == (10, 60, 410)


def late_after(off: str, on: str, came: str = "09:00") -> Result:
    """Friday's row after leaving at ``off`` on Thursday; 2 h late off gives 30 minutes, 3 h gives 60."""
    later: tuple[Row, ...] = (
        {"shift": "office", "off_after": "120", "on_later": "30"},
        {"shift": "office", "off_after": "180", "on_later": "60"},
    )
    punches = (f"{THU}T{came}:00", f"{THU}T{off}:00", f"{FRI}T{on}:00", f"{FRI}T18:00:00")
    shift = OFFICE | LUNCH | {"late_grace": "5", "serious_late": "10", "flex_early": "60"}
    roster = {THU: "office", FRI: "office"}
    return day_of(one_person(shift, roster=roster, punches=punches, later=later), FRI)


def test_rule_9_late_off_late_on() -> None:
    assert late_after("19:59", "09:30")["late_minutes"] == 30
    assert numbers(late_after("20:00", "09:30"))["forgiven_minutes"] == 30
    assert late_after("20:00", "09:35")["forgiven_minutes"] == 35  # 30 by this rule, 5 by grace
    row = late_after("20:00", "09:39")
    assert (row["forgiven_minutes"], row["late_minutes"], row["serious_late"]) == (30, 9, 0)
    assert late_after("20:00", "09:40")["serious_late"] == 1
    assert late_after("21:00", "10:00")["forgiven_minutes"] == 60
    # Came at 08:00: flex moved Thursday's end to 17:00, so 19:00 is 2 h past it.
    assert late_after("19:00", "09:30", came="08:00")["forgiven_minutes"] == 30
    assert late_after("18:59", "09:30", came="08:00")["late_minutes"] == 30


@given(st.randoms(use_true_random=False))
@settings(deadline=None, derandomize=True, max_examples=100)
def test_rule_10_every_planned_minute_finds_one_place(random: Random) -> None:
    company = random_company(random)
    places = ("worked", "late", "early", "absent", "leave", "trip", "forgiven", "unaccounted")
    for row in settle(company.tables, company.first, company.last)["days"]:
        if row["shift"] not in ("", "free", "flexi"):
            assert row["planned_minutes"] == sum(int(row[f"{place}_minutes"]) for place in places)


def free_day(*punches: str, **parts: object) -> Result:
    """Thursday on a free shift of 480 minutes from 05:00."""
    tables = one_person(FREE, roster={THU: "free", FRI: "free"}, punches=punches)
    return day_of(tables | {name: rows for name, rows in parts.items() if isinstance(rows, list)}, THU)


def test_rule_11_first_to_last_punch_of_the_free_day() -> None:
    # 05:00 is the first minute of Thursday, 04:59 the day after its last.
    row = free_day(f"{THU}T04:59:00", f"{THU}T05:00:00", f"{FRI}T04:59:00", f"{FRI}T05:00:00")
    assert numbers(row) == {"planned_minutes": 480, "worked_minutes": 1439, "night_minutes": 479}
    row = free_day(f"{THU}T10:00:00", f"{THU}T17:00:00")
    assert (row["worked_minutes"], row["early_minutes"]) == (420, 60)


def test_rule_11_leave_counts_up_to_what_is_missing() -> None:
    # 420 worked less 60 of leave inside = 360; 120 are missing: leave 90 in all, trip 30 of 60.
    absences = [
        {"employee_no": "007", "kind": "sick", "start": f"{THU}T16:00:00", "end": f"{THU}T17:30:00"},
        {"employee_no": "007", "kind": "outing", "start": f"{THU}T17:00:00", "end": f"{THU}T18:30:00"},
    ]
    row = free_day(f"{THU}T10:00:00", f"{THU}T17:00:00", absences=absences)
    assert numbers(row) == {
        "planned_minutes": 480,
        "worked_minutes": 360,
        "leave_minutes": 90,
        "trip_minutes": 30,
    }


def test_rule_11_one_punch_or_none() -> None:
    assert numbers(free_day(f"{THU}T10:00:00")) == {
        "planned_minutes": 480,
        "missing_out": 1,
        "unaccounted_minutes": 480,
    }
    assert numbers(free_day()) == {"planned_minutes": 480, "absent_minutes": 480}


def test_rule_11_counted_overtime_is_not_worked() -> None:
    # Present 09:00-19:00; approved 18:00-20:00 cut to 18:00-19:00; 540 are worked.
    overtime = [{"employee_no": "007", "start": f"{THU}T18:00:00", "end": f"{THU}T20:00:00"}]
    row = free_day(f"{THU}T09:00:00", f"{THU}T19:00:00", overtime=overtime)
    assert (row["worked_minutes"], row["overtime_workday_minutes"]) == (540, 60)


def overtime_day(off: str, group: Row, *approved: tuple[str, str]) -> int:
    """Workday overtime of Thursday, 08:20 to ``off``, with approved times of day."""
    overtime = tuple((f"{THU}T{start}:00", f"{THU}T{end}:00") for start, end in approved)
    punches = (f"{THU}T08:20:00", f"{THU}T{off}:00")
    tables = one_person(OFFICE | LUNCH, roster={THU: "office"}, punches=punches, overtime=overtime, group=group)
    return int(day_of(tables, THU)["overtime_workday_minutes"])


def test_rule_12_the_three_bases() -> None:
    approved = ("17:30", "19:30")
    assert overtime_day("20:10", {"overtime_basis": "approved"}, approved) == 90
    assert overtime_day("20:10", {"overtime_basis": "punched"}, approved) == 120
    assert overtime_day("19:10", {"overtime_basis": "both"}, approved) == 60
    assert overtime_day("20:10", {"overtime_basis": "both"}) == 0


def test_rule_12_counts_from_the_end_moved_by_flex() -> None:
    # Came at 08:30: the end moves to 17:30, so 18:15 is 45 minutes past it.
    punches = (f"{THU}T08:30:00", f"{THU}T18:15:00")
    shift = OFFICE | LUNCH | {"flex_early": "30"}
    tables = one_person(shift, roster={THU: "office"}, punches=punches, group={"overtime_basis": "punched"})
    assert day_of(tables, THU)["overtime_workday_minutes"] == 30


def test_rule_12_minimum_step_and_the_minutes_that_never_count() -> None:
    punched = {"overtime_basis": "punched"}
    assert overtime_day("18:29", punched) == 0
    assert overtime_day("18:30", punched) == 30
    assert overtime_day("18:59", punched) == 30
    assert overtime_day("19:29", punched | {"overtime_after": "30"}) == 30
    assert overtime_day("18:50", punched | {"early_overtime": "1"}) == 90  # 40 before and 50 after


def test_rule_12_on_a_day_without_a_shift() -> None:
    punches = (f"{SAT}T09:00:00", f"{SAT}T12:00:00", f"{SAT}T17:45:00")
    tables = one_person(OFFICE, roster={SAT: ""}, punches=punches, group={"overtime_basis": "punched"})
    row = day_of(tables, SAT)
    assert numbers(row) == {"overtime_rest_minutes": 510}
    assert (row["first_in"], row["last_out"]) == (f"{SAT}T09:00:00", f"{SAT}T17:45:00")
    assert [use[3:] for use in uses(tables)] == [
        ("in", "presence"),
        ("", "outside_window"),
        ("out", "presence"),
    ]


def test_rule_12_an_interval_belongs_to_the_later_day_whose_window_holds_its_start() -> None:
    # Friday 06:10 lies in Thursday night's window (to 14:00) and in Friday's office window (from 05:00).
    overtime = ((f"{FRI}T06:10:00", f"{FRI}T07:10:00"),)
    group = {"overtime_basis": "approved"}
    tables = one_person(NIGHT, OFFICE, roster={THU: "night", FRI: "office"}, overtime=overtime, group=group)
    assert day_of(tables, THU)["overtime_workday_minutes"] == 0
    assert day_of(tables, FRI)["overtime_workday_minutes"] == 60
    tables = one_person(NIGHT, roster={THU: "night"}, overtime=overtime, group=group)
    assert day_of(tables, THU)["overtime_workday_minutes"] == 60


def test_rule_12_untimed_keeps_statutory_minutes_only() -> None:
    group = {"overtime_basis": "punched", "system": "untimed"}
    assert overtime_day("20:00", group) == 0
    punches = ("2026-10-03T20:00:00", "2026-10-03T23:00:00")
    row = day_of(one_person(OFFICE, roster={}, punches=punches, group=group), "2026-10-03")
    assert row["overtime_statutory_minutes"] == 180


def test_rule_13_each_minute_by_its_calendar_date() -> None:
    # The night shift of Saturday 3 October (statutory) ends on Sunday the 4th (rest).
    punches = ("2026-10-03T22:00:00", "2026-10-04T08:00:00")
    tables = one_person(NIGHT, roster={"2026-10-03": "night"}, punches=punches, group={"overtime_basis": "punched"})
    assert numbers(day_of(tables, "2026-10-03")) == {
        "planned_minutes": 480,
        "worked_minutes": 480,
        "overtime_workday_minutes": 120,
        "statutory_worked_minutes": 120,
        "night_minutes": 480,
    }


def test_rule_13_rest_days_give_workday_overtime_under_comprehensive() -> None:
    group = {"overtime_basis": "punched", "system": "comprehensive"}
    punches = (f"{SAT}T09:00:00", f"{SAT}T10:00:00")
    row = day_of(one_person(OFFICE, roster={}, punches=punches, group=group), SAT)
    assert numbers(row) == {"overtime_workday_minutes": 60}


def test_rule_14_night_is_from_22_to_6() -> None:
    # 21:00-30:30 less nothing: worked 21:00-06:00 has 480 night minutes, overtime 06:00-06:30 none.
    punches = (f"{THU}T21:00:00", f"{FRI}T06:30:00")
    shift = NIGHT | {"start": "21:00"}
    tables = one_person(shift, roster={THU: "night"}, punches=punches, group={"overtime_basis": "punched"})
    row = day_of(tables, THU)
    assert (row["worked_minutes"], row["overtime_workday_minutes"], row["night_minutes"]) == (540, 30, 480)


def test_rule_15_codes_in_order() -> None:
    leave = (("sick", f"{THU}T08:00:00", f"{THU}T09:00:00"),)
    punches = (f"{THU}T09:10:00", f"{THU}T12:00:00", f"{THU}T13:00:00", f"{THU}T16:00:00")
    tables = one_person(MORNING, AFTERNOON, roster={THU: "split"}, punches=punches, absences=leave)
    assert day_of(tables, THU)["status"] == "late+early+leave"
    assert day_of(tables, SAT)["status"] == "rest"
    assert office_day("09:00", "18:00")["status"] == "normal"


def test_rule_16_no_row_outside_employment_but_the_last_night_is_finished() -> None:
    punches = (f"{THU}T22:00:00", f"{FRI}T06:00:00", f"{FRI}T14:01:00", "2026-10-07T09:00:00")
    roster = {THU: "night", FRI: "night"}
    employee = {"hired_on": THU, "left_on": THU}
    tables = one_person(NIGHT, roster=roster, punches=punches, employee=employee)
    results = settle(tables, date(2026, 10, 1), date(2026, 10, 31))
    assert [(row["date"], row["status"]) for row in results["days"]] == [(THU, "normal")]
    assert [row["use"] for row in results["punch_use"]] == ["used", "used", "not_employed", "not_employed"]


def test_rule_17_excess_over_the_standard() -> None:
    # Thursday to Sunday: two work days = 960; four days of 480 worked = 1920; nothing statutory.
    days = (THU, FRI, SAT, SUN)
    punches = tuple(f"{day}T{at}:00" for day in days for at in ("09:00", "18:00"))
    tables = one_person(
        OFFICE | LUNCH,
        roster=dict.fromkeys(days, "office"),
        punches=punches,
        group={"system": "comprehensive"},
    )
    cycle = settle(tables, date(2026, 10, 8), date(2026, 10, 11))["cycles"]
    assert [numbers(row) for row in cycle] == [{"standard_minutes": 960, "worked_minutes": 1920, "excess_minutes": 960}]


def test_rule_17_statutory_minutes_are_not_excess() -> None:
    days = ("2026-10-02", "2026-10-03", "2026-10-04")
    punches = tuple(f"{day}T{at}:00" for day in (*days, "2026-10-05") for at in ("09:00", "18:00"))
    roster = dict.fromkeys((*days, "2026-10-05"), "office")
    tables = one_person(OFFICE | LUNCH, roster=roster, punches=punches, group={"system": "comprehensive"})
    # Friday and Saturday are statutory, Sunday is a rest day, Monday the one work day.
    cycle = settle(tables, date(2026, 10, 2), date(2026, 10, 5))["cycles"][0]
    assert numbers(cycle) == {
        "standard_minutes": 480,
        "worked_minutes": 1920,
        "statutory_minutes": 960,
        "excess_minutes": 480,
    }


def test_months_sum_their_days_and_split_leave_by_kind() -> None:
    # Sick starts first and keeps all of 09:00-14:00; of the two to 15:00, annual is first by kind.
    absences = (
        ("personal", f"{THU}T13:00:00", f"{THU}T15:00:00"),
        ("annual", f"{THU}T13:00:00", f"{THU}T15:00:00"),
        ("annual", f"{THU}T10:00:00", f"{THU}T11:00:00"),
        ("sick", f"{THU}T09:00:00", f"{THU}T14:00:00"),
    )
    punches = (f"{THU}T15:00:00", f"{THU}T18:00:00", f"{SUN}T10:00:00", f"{SUN}T18:00:00")
    roster = dict.fromkeys((THU, FRI, SUN), "office")
    tables = one_person(OFFICE | LUNCH | {"absent_late": "60"}, roster=roster, punches=punches, absences=absences)
    month = settle(tables, date(2026, 10, 8), date(2026, 10, 11))["months"][0]
    assert month["month"] == "2026-10"
    assert (month["planned_days"], month["attended_days"], month["rest_days"]) == (3, 2, 1)
    kinds = [month[f"leave_{kind}_minutes"] for kind in ("annual", "personal", "sick")]
    assert kinds == [60, 0, 240]
    assert month["absent_days"] == "1.13"  # Friday whole, Sunday 60 of 480: 1.125, half up
    assert (month["planned_minutes"], month["worked_minutes"], month["leave_minutes"]) == (1440, 600, 300)


def test_punches_of_unknown_employees_are_kept() -> None:
    tables = one_person(OFFICE, roster={THU: "office"})
    tables["punches"] = [{"employee_no": "7", "at": f"{THU}T09:00:00"}] * 2
    assert [use[4] for use in uses(tables)] == ["unknown_employee", "unknown_employee"]
