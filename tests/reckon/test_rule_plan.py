"""Rules 1 to 5: the minute of a punch, plans, absences, windows and which punch is taken."""

import pytest
from engine_cases import AFTERNOON, DAY, MORNING, NIGHT, company, day, day_row, fates, on, shift

WHOLE = {"planned": 480, "worked": 480}


def test_seconds_are_cut_off() -> None:
    made = day(shift("day", DAY), punches=["09:00:59", "18:00:00"])
    assert made == WHOLE


def test_one_minute_late_is_late() -> None:
    made = day(shift("day", DAY), punches=["09:01:00", "18:00"])
    assert made == {"planned": 480, "worked": 479, "late": 1}


def test_punches_of_one_minute_are_one_and_the_earlier_row_stands_for_them() -> None:
    rows = company(shift("day", DAY), roster={0: "day"}, punches=["08:57:40", "08:57:10", "18:00"])
    assert [fate[-1] for fate in fates(rows)] == ["used", "duplicate", "used"]


def test_two_punches_of_one_minute_do_not_make_an_in_and_an_out() -> None:
    assert day(shift("day", DAY), punches=["08:57:40", "08:57:10"])["missing_out"] == 1


def test_a_night_shift_belongs_to_the_day_it_begins_on() -> None:
    rows = company(shift("night", NIGHT), roster={0: "night"}, punches=["21:50", "+1 06:05"])
    row = day_row(rows)
    assert (row["worked_minutes"], row["night_minutes"]) == (480, 480)
    assert str(row["last_out"]) == f"{on(1)} 06:05:00"
    assert fates(rows)[1] == (f"{on(1)}T06:05:00", on(0), 1, "out", "used")


def test_a_break_is_not_planned_and_not_worked() -> None:
    assert day(shift("day", DAY), punches=["09:00", "12:30"]) == {"planned": 480, "worked": 180, "early": 300}


def test_leave_in_the_morning_moves_the_effective_start() -> None:
    made = day(shift("day", DAY), punches=["13:00", "18:00"], absences=[("annual", "09:00", "13:00")])
    assert made == {"planned": 480, "worked": 300, "leave": 180}


def test_leave_counts_planned_minutes_only_once_however_often_it_is_approved() -> None:
    leaves = [("annual", "09:00", "11:00"), ("sick", "10:00", "12:30")]
    made = day(shift("day", DAY), punches=["13:00", "18:00"], absences=leaves)
    assert made["leave"] == 180


def test_a_trip_under_leave_counts_as_leave() -> None:
    away = [("trip", "09:00", "12:00"), ("annual", "10:00", "11:00")]
    made = day(shift("day", DAY), punches=["13:00", "18:00"], absences=away)
    assert (made["leave"], made["trip"]) == (60, 120)


@pytest.mark.parametrize("kind", ["trip", "outing", "field"])
def test_work_elsewhere_is_a_trip_and_no_leave(kind: str) -> None:
    made = day(shift("day", DAY), absences=[(kind, "00:00", "+1 00:00")])
    assert made == {"planned": 480, "trip": 480}


def test_a_segment_wholly_covered_needs_no_punch_and_has_no_window() -> None:
    rows = company(shift("day", DAY), roster={0: "day"}, punches=["10:00"], absences=[("annual", "09:00", "18:00")])
    assert day_row(rows)["status"] == "leave"
    assert fates(rows)[0][-1] == "outside_window"


def test_leave_over_the_break_alone_leaves_the_plan_whole() -> None:
    made = day(shift("day", DAY), punches=["09:00", "18:00"], absences=[("annual", "12:00", "13:00")])
    assert made == WHOLE


def test_leave_next_to_the_break_ends_the_effective_plan_before_it() -> None:
    made = day(shift("day", DAY), punches=["09:00", "12:00"], absences=[("annual", "13:00", "18:00")])
    assert made == {"planned": 480, "worked": 180, "leave": 300}


@pytest.mark.parametrize(
    ("told", "use"), [("04:59", "outside_window"), ("05:00", "used"), ("13:30", "used"), ("13:31", "used")]
)
def test_the_in_window_begins_in_before_and_ends_in_the_middle(told: str, use: str) -> None:
    rows = company(shift("day", DAY), roster={0: "day"}, punches=[told])
    point = {"05:00": "in", "13:30": "in", "13:31": "out"}.get(told)
    assert fates(rows)[0][3:] == (point, use)


@pytest.mark.parametrize(("told", "use"), [("+1 02:00", "used"), ("+1 02:01", "presence")])
def test_the_out_window_ends_out_after(told: str, use: str) -> None:
    """The next day is a day without a shift, which sees what no window took."""
    rows = company(shift("day", DAY), roster={0: "day"}, punches=[told])
    assert fates(rows)[0][-1] == use


@pytest.mark.parametrize(("told", "segment", "point"), [("13:00", 1, "out"), ("13:01", 2, "in")])
def test_windows_of_neighbours_meet_in_the_middle_of_the_gap(told: str, segment: int, point: str) -> None:
    rows = company(shift("split", MORNING, AFTERNOON), roster={0: "split"}, punches=[told])
    assert fates(rows)[0][2:4] == (segment, point)


@pytest.mark.parametrize(("told", "day_of", "point"), [("+1 01:30", 0, "out"), ("+1 01:31", 1, "in")])
def test_windows_of_neighbouring_days_meet_too(told: str, day_of: int, point: str) -> None:
    late = shift("late", {"start": "09:00", "end": "18:00", "in_before": "600"})
    rows = company(late, roster={0: "late", 1: "late"}, punches=[told])
    assert fates(rows)[0][1:4] == (on(day_of), 1, point)


@pytest.mark.parametrize(("told", "segment"), [("12:30", 1), ("12:31", 2)])
def test_the_cut_moves_into_the_overlap(told: str, segment: int) -> None:
    """The middle is 13:00, but the morning's out-window ends at 12:30 already."""
    short = shift("split", MORNING | {"out_after": "30"}, AFTERNOON)
    assert fates(company(short, roster={0: "split"}, punches=[told]))[0][2] == segment


@pytest.mark.parametrize(("told", "segment"), [("13:29", 1), ("13:30", 2)])
def test_the_cut_moves_up_to_the_next_in_window(told: str, segment: int) -> None:
    """The middle is 13:00, but the afternoon's in-window begins at 13:30 only."""
    short = shift("split", MORNING, AFTERNOON | {"in_before": "30"})
    assert fates(company(short, roster={0: "split"}, punches=[told]))[0][2] == segment


def test_windows_that_share_one_minute_are_cut_too() -> None:
    """Both would hold 13:00: the morning keeps it."""
    tight = shift("split", MORNING | {"out_after": "60"}, AFTERNOON | {"in_before": "60"})
    rows = company(tight, roster={0: "split"}, punches=["13:00", "13:01"])
    assert [fate[2:4] for fate in fates(rows)] == [(1, "out"), (2, "in")]


@pytest.mark.parametrize(
    ("leave", "told", "point"),
    [
        (("13:00", "18:00"), "10:30", "in"),
        (("13:00", "18:00"), "10:31", "out"),
        (("09:00", "12:00"), "15:30", "in"),
        (("09:00", "12:00"), "15:31", "out"),
        (("09:00", "10:00"), "14:00", "in"),
        (("09:00", "10:00"), "14:01", "out"),
    ],
)
def test_the_middle_is_that_of_the_effective_plan(leave: tuple[str, str], told: str, point: str) -> None:
    rows = company(shift("day", DAY), roster={0: "day"}, punches=[told], absences=[("sick", *leave)])
    assert fates(rows)[0][3] == point


def test_windows_reach_over_a_segment_wholly_on_leave() -> None:
    rows = company(
        shift("split", MORNING, AFTERNOON),
        roster={0: "split"},
        punches=["08:00", "15:00"],
        absences=[("annual", "14:00", "18:00")],
    )
    assert fates(rows)[1][2:] == (1, "out", "used")


def test_a_punch_where_two_segments_touch_belongs_to_the_earlier() -> None:
    rows = company(shift("split", MORNING, {"start": "12:00", "end": "16:00"}), roster={0: "split"}, punches=["12:00"])
    assert fates(rows)[0][2:4] == (1, "out")


def test_the_roster_before_the_range_has_windows_too() -> None:
    """The night of the day before the range keeps its morning punch from becoming today's in."""
    rows = company(
        shift("night", NIGHT),
        shift("day", DAY | {"in_before": "600"}),
        roster={-1: "night", 0: "day"},
        punches=["06:40", "09:10", "18:00"],
    )
    assert day_row(rows)["late_minutes"] == 10


def test_the_earliest_in_and_the_latest_out_are_taken() -> None:
    rows = company(shift("day", DAY), roster={0: "day"}, punches=["08:50", "08:40", "18:10", "18:20"])
    assert [fate[-1] for fate in fates(rows)] == ["superseded", "used", "superseded", "used"]
    row = day_row(rows)
    assert (str(row["first_in"])[11:16], str(row["last_out"])[11:16]) == ("08:40", "18:20")


@pytest.mark.parametrize(("second", "early"), [("09:59", None), ("10:00", 420)])
def test_the_last_of_the_in_window_is_off_an_hour_after_on(second: str, early: int | None) -> None:
    made = day(shift("day", DAY), punches=["09:00", second])
    assert made.get("early") == early
    assert made.get("missing_out") == (None if early else 1)


@pytest.mark.parametrize(("second", "out"), [("09:00", None), ("09:01", "out")])
def test_off_in_the_in_window_must_be_after_the_effective_start(second: str, out: str | None) -> None:
    rows = company(shift("day", DAY), roster={0: "day"}, punches=["07:00", second])
    assert (fates(rows)[1][3] == "out") == (out is not None)


@pytest.mark.parametrize(("first", "late"), [("16:59", 419), ("17:01", None)])
def test_the_first_of_the_out_window_is_on_an_hour_before_off(first: str, late: int | None) -> None:
    made = day(shift("day", DAY), punches=[first, "18:00"])
    assert made.get("late") == late
    assert made.get("missing_in") == (None if late else 1)


@pytest.mark.parametrize(("first", "point"), [("17:59", "in"), ("18:00", "out")])
def test_on_in_the_out_window_must_be_before_the_effective_end(first: str, point: str) -> None:
    rows = company(shift("day", DAY), roster={0: "day"}, punches=[first, "20:00"])
    assert fates(rows)[0][3] == point
