"""Rules 11 to 15: free shifts, overtime and its rates, the night, the status."""

import pytest
from engine_cases import AFTERNOON, DAY, FREE, MORNING, NIGHT, company, day, day_row, fates, on, shift

PUNCHED = {"overtime_basis": "punched"}
APPROVED = {"overtime_basis": "approved"}


def overtime(row: dict[str, object]) -> dict[str, object]:
    """Only the columns of overtime."""
    return {name.removeprefix("overtime_"): minutes for name, minutes in row.items() if name.startswith("overtime_")}


# --- Free shifts (自由工时) ------------------------------------------------------------------------


def test_a_free_shift_works_from_its_first_to_its_last_punch() -> None:
    made = day(shift("free", FREE), punches=["10:00", "12:00", "19:00"])
    assert made == {"planned": 480, "worked": 540}


def test_what_is_short_is_early() -> None:
    assert day(shift("free", FREE), punches=["10:00", "17:59"]) == {"planned": 480, "worked": 479, "early": 1}


def test_one_punch_of_a_free_shift_is_unaccounted() -> None:
    rows = company(shift("free", FREE), roster={0: "free"}, punches=["10:00"])
    row = day_row(rows)
    assert (row["missing_out"], row["unaccounted_minutes"], row["last_out"]) == (1, 480, None)
    assert fates(rows)[0][1:] == (on(0), None, "in", "presence")


def test_no_punch_of_a_free_shift_is_absence() -> None:
    assert day(shift("free", FREE)) == {"planned": 480, "absent": 480}


@pytest.mark.parametrize(("told", "day_of"), [("04:59", None), ("05:00", 0), ("+1 04:59", 0), ("+1 05:00", 1)])
def test_a_free_day_runs_from_day_start_to_day_start(told: str, day_of: int | None) -> None:
    """From 05:00 on the next morning belongs to the day without a shift."""
    rows = company(shift("free", FREE), roster={0: "free"}, punches=[told])
    assert fates(rows)[0][1] == (None if day_of is None else on(day_of))


@pytest.mark.parametrize(("told", "day_of"), [("+1 03:59", 0), ("+1 04:00", 1)])
def test_a_free_day_that_starts_earlier_takes_over(told: str, day_of: int) -> None:
    early = shift("early", FREE | {"day_start": "04:00"})
    rows = company(shift("free", FREE), early, roster={0: "free", 1: "early"}, punches=[told])
    assert fates(rows)[0][1] == on(day_of)


def test_what_the_next_free_day_takes_over_is_not_seen_twice() -> None:
    early = shift("early", FREE | {"day_start": "04:00"})
    told = {
        "roster": {0: "free", 1: "early"},
        "punches": ["10:00", "+1 04:30"],
        "absences": [("sick", "+1 04:00", "+1 05:00")],
    }
    assert day(shift("free", FREE), early, **told) == {"planned": 480, "missing_out": 1, "unaccounted": 480}
    assert day(shift("free", FREE), early, offset=1, **told)["leave"] == 60


def test_a_free_day_sees_only_punches_that_no_window_took() -> None:
    rows = company(
        shift("night", NIGHT), shift("free", FREE), roster={-1: "night", 0: "free"}, punches=["06:10", "15:00", "20:00"]
    )
    assert [fate[-1] for fate in fates(rows)] == ["used", "presence", "presence"]
    assert day_row(rows)["worked_minutes"] == 300


def test_leave_then_trip_fill_what_a_free_day_is_short_of() -> None:
    away = [("trip", "08:00", "16:00"), ("sick", "08:00", "10:00")]
    made = day(shift("free", FREE), punches=["16:00", "19:00"], absences=away)
    assert made == {"planned": 480, "worked": 180, "leave": 120, "trip": 180}


def test_absences_are_cut_out_of_free_work() -> None:
    made = day(
        shift("free", FREE),
        punches=["09:00", "18:00"],
        absences=[("sick", "12:00", "14:00"), ("trip", "14:00", "15:00")],
    )
    assert made == {"planned": 480, "worked": 360, "leave": 120}


def test_leave_beyond_the_required_minutes_does_not_count() -> None:
    made = day(shift("free", FREE), absences=[("annual", "00:00", "+1 00:00")])
    assert made == {"planned": 480, "leave": 480}


@pytest.mark.parametrize(
    ("basis", "minutes", "worked"), [("approved", 120, 540), ("both", 60, 540), ("punched", 0, 600)]
)
def test_overtime_of_a_free_day_is_approved_overtime(basis: str, minutes: int, worked: int) -> None:
    made = day(
        shift("free", FREE),
        punches=["09:00", "19:00"],
        overtime=[("18:00", "20:00")],
        group={"overtime_basis": basis},
    )
    assert (made.get("overtime_workday", 0), made["worked"]) == (minutes, worked)


# --- Overtime (加班) -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("off", "minutes"), [("18:29", 0), ("18:30", 30), ("18:59", 30), ("19:00", 60), ("+1 00:30", 390)]
)
def test_overtime_minimum_and_step(off: str, minutes: int) -> None:
    made = day(shift("day", DAY), punches=["09:00", off], group=PUNCHED)
    assert made.get("overtime_workday", 0) == minutes


@pytest.mark.parametrize(("off", "minutes"), [("18:44", 0), ("18:45", 45), ("19:14", 60)])
def test_a_minimum_above_the_step(off: str, minutes: int) -> None:
    group = PUNCHED | {"overtime_min": "45", "overtime_step": "15"}
    made = day(shift("day", DAY), punches=["09:00", off], group=group)
    assert made.get("overtime_workday", 0) == minutes


def test_minutes_right_after_the_end_may_never_count() -> None:
    made = day(shift("day", DAY), punches=["09:00", "19:30"], group=PUNCHED | {"overtime_after": "60"})
    assert made["overtime_workday"] == 30


@pytest.mark.parametrize(("early", "minutes"), [("0", 0), ("1", 60)])
def test_early_overtime_is_a_choice_of_the_group(early: str, minutes: int) -> None:
    made = day(shift("day", DAY), punches=["08:00", "18:00"], group=PUNCHED | {"early_overtime": early})
    assert made.get("overtime_workday", 0) == minutes


def test_the_early_and_the_late_of_a_day_add_up_before_the_step() -> None:
    group = PUNCHED | {"early_overtime": "1"}
    assert day(shift("day", DAY), punches=["08:40", "18:10"], group=group)["overtime_workday"] == 30


def test_flex_moves_the_end_that_overtime_counts_from() -> None:
    made = day(shift("day", DAY | {"flex_late": "30"}), punches=["09:30", "19:00"], group=PUNCHED)
    assert made["overtime_workday"] == 30


@pytest.mark.parametrize(("basis", "minutes"), [("approved", 120), ("punched", 180), ("both", 60)])
def test_the_three_bases(basis: str, minutes: int) -> None:
    made = day(
        shift("day", DAY),
        punches=["09:00", "21:00"],
        overtime=[("20:00", "22:00")],
        group={"overtime_basis": basis},
    )
    assert made["overtime_workday"] == minutes


def test_planned_minutes_are_never_overtime() -> None:
    made = day(shift("day", DAY), punches=["09:00", "18:00"], overtime=[("17:00", "19:00")], group=APPROVED)
    assert made["overtime_workday"] == 60


def test_planned_minutes_of_the_next_day_are_none_either() -> None:
    made = day(
        shift("day", DAY),
        roster={0: "day", 1: "day"},
        punches=["09:00", "18:00"],
        overtime=[("23:00", "+1 10:00")],
        group=APPROVED,
    )
    assert made["overtime_workday"] == 600


def test_the_break_may_be_overtime_where_it_is_approved() -> None:
    made = day(shift("day", DAY), punches=["09:00", "18:00"], overtime=[("12:00", "13:00")], group=APPROVED)
    assert made["overtime_workday"] == 60


def test_approvals_that_overlap_count_once() -> None:
    agreed = [("18:00", "20:00"), ("19:00", "21:00")]
    assert day(shift("day", DAY), overtime=agreed, group=APPROVED)["overtime_workday"] == 180


@pytest.mark.parametrize(
    ("start", "owner"), [("+1 02:00", 0), ("+1 02:01", 1), ("05:00", 0), ("04:59", 0), ("-1 23:00", -1)]
)
def test_an_approval_belongs_to_the_day_whose_windows_hold_its_start(start: str, owner: int) -> None:
    rows = company(shift("day", DAY), roster={0: "day"}, overtime=[(start, "+2 00:00")], group=APPROVED)
    owners = [number for number in (-1, 0, 1) if overtime_of(rows, number)]
    assert owners == [owner]


@pytest.mark.parametrize(("start", "owner"), [("-1 22:00", 0), ("-1 21:59", -1)])
def test_an_approval_may_begin_the_evening_before(start: str, owner: int) -> None:
    early = shift("early", {"start": "02:00", "end": "10:00"})
    rows = company(early, roster={0: "early"}, overtime=[(start, "02:00")], group=APPROVED)
    assert [number for number in (-1, 0) if overtime_of(rows, number)] == [owner]


def overtime_of(rows: dict[str, list[dict[str, str]]], offset: int) -> int:
    row = day_row(rows, offset)
    return sum(int(str(value)) for name, value in row.items() if name.startswith("overtime_"))


def test_an_approval_that_two_days_could_own_belongs_to_the_later() -> None:
    rows = company(
        shift("late", {"start": "14:00", "end": "22:00"}),
        shift("early", {"start": "05:00", "end": "13:00"}),
        roster={0: "late", 1: "early"},
        overtime=[("+1 02:00", "+1 04:00")],
        group=APPROVED,
    )
    assert (overtime_of(rows, 0), overtime_of(rows, 1)) == (0, 120)


def test_presence_on_a_day_without_a_shift() -> None:
    rows = company(roster={}, punches=["+2 09:00", "+2 10:00", "+2 12:10"], group=PUNCHED)
    assert overtime(day(roster={}, offset=2, punches=["+2 09:00", "+2 12:10"], group=PUNCHED)) == {"rest": 180}
    row = day_row(rows, 2)
    assert (str(row["first_in"])[11:16], str(row["last_out"])[11:16], row["status"]) == ("09:00", "12:10", "overtime")
    assert [fate[-1] for fate in fates(rows)] == ["presence", "outside_window", "presence"]


def test_one_punch_on_a_day_without_a_shift_is_both_first_and_last() -> None:
    rows = company(roster={}, punches=["09:00"], group=PUNCHED)
    row = day_row(rows)
    assert row["first_in"] == row["last_out"]
    assert (row["status"], fates(rows)[0][3:]) == ("rest", ("in", "presence"))


def test_the_night_worker_going_home_is_not_present_on_the_rest_day() -> None:
    rows = company(shift("night", NIGHT), roster={0: "night"}, punches=["22:00", "+1 06:00", "+1 09:00"])
    assert fates(rows)[1][-1] == "superseded"
    assert day_row(rows, 1)["first_in"] is None


def test_a_segment_on_leave_is_skipped_when_overtime_looks_for_the_last() -> None:
    made = day(
        shift("split", MORNING, AFTERNOON),
        punches=["08:00", "13:00"],
        absences=[("annual", "14:00", "18:00")],
        group=PUNCHED,
    )
    assert made["overtime_workday"] == 60


# --- Which overtime --------------------------------------------------------------------------------


def test_statutory_minutes_are_counted_by_their_own_date() -> None:
    """The evening shift of 30 September runs two hours into the holiday."""
    evening = shift("evening", {"start": "14:00", "end": "22:00"})
    rows = company(evening, roster={-8: "evening"}, punches=["-8 14:00", "-7 02:00"], group=PUNCHED)
    row = day_row(rows, -8)
    assert (row["overtime_workday_minutes"], row["overtime_statutory_minutes"]) == (120, 120)
    assert (row["day_kind"], row["night_minutes"]) == ("workday", 240)


def test_the_latest_minutes_are_cut() -> None:
    evening = shift("evening", {"start": "14:00", "end": "22:00"})
    rows = company(evening, roster={-8: "evening"}, punches=["-8 14:00", "-7 00:20"], group=PUNCHED)
    row = day_row(rows, -8)
    assert (row["overtime_workday_minutes"], row["overtime_statutory_minutes"]) == (120, 0)


def test_work_on_a_statutory_date_counts_beside_the_work() -> None:
    rows = company(shift("night", NIGHT), roster={-5: "night"}, punches=["-5 22:00", "-4 06:00"])
    row = day_row(rows, -5)
    assert (row["worked_minutes"], row["statutory_worked_minutes"]) == (480, 120)


@pytest.mark.parametrize(("system", "kind"), [("standard", "rest"), ("comprehensive", "workday")])
def test_a_day_without_a_shift_is_rest_overtime_but_not_under_comprehensive_hours(system: str, kind: str) -> None:
    made = day(roster={}, offset=2, punches=["+2 09:00", "+2 12:00"], group=PUNCHED | {"system": system})
    assert overtime(made) == {kind: 180}


def test_a_shift_on_a_rest_date_makes_workday_overtime() -> None:
    made = day(shift("day", DAY), roster={2: "day"}, offset=2, punches=["+2 09:00", "+2 19:00"], group=PUNCHED)
    assert overtime(made) == {"workday": 60}


def test_untimed_hours_keep_statutory_overtime_only() -> None:
    rows = company(
        shift("evening", {"start": "14:00", "end": "22:00"}),
        roster={-8: "evening"},
        punches=["-8 14:00", "-7 01:00"],
        group=PUNCHED | {"system": "untimed"},
    )
    row = day_row(rows, -8)
    assert (row["overtime_workday_minutes"], row["overtime_statutory_minutes"]) == (0, 60)


@pytest.mark.parametrize(
    ("start", "end", "night"),
    [("21:00", "29:00", 420), ("00:00", "06:01", 360), ("20:00", "23:00", 60), ("05:00", "22:00", 60)],
)
def test_night_minutes(start: str, end: str, night: int) -> None:
    made = day(shift("night", {"start": start, "end": end, "in_required": "0", "out_required": "0"}))
    assert made["night"] == night


@pytest.mark.parametrize(
    ("punches", "absences", "status"),
    [
        (["09:00", "18:00"], [], "normal"),
        (["09:10", "17:00"], [], "late+early"),
        (["09:00"], [], "missing"),
        ([], [], "absent"),
        (["13:10", "20:00"], [("annual", "09:00", "12:00")], "late+leave+overtime"),
        (["09:00", "16:00"], [("trip", "16:00", "18:00")], "trip"),
    ],
)
def test_status(punches: list[str], absences: list[tuple[str, str, str]], status: str) -> None:
    rows = company(shift("day", DAY), roster={0: "day"}, punches=punches, absences=absences, group=PUNCHED)
    assert day_row(rows)["status"] == status


def test_a_day_without_a_shift_rests() -> None:
    assert day_row(company(roster={}))["status"] == "rest"
