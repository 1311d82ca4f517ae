"""Rules 6 to 10: missing punches, late and early, flex, late-off-late-on, and the sum."""

import pytest
from engine_cases import AFTERNOON, DAY, MORNING, company, day, day_row, shift


def test_no_punch_at_all_is_absence() -> None:
    assert day(shift("day", DAY)) == {"planned": 480, "absent": 480}


def test_absence_is_what_leave_left_of_the_plan() -> None:
    made = day(shift("day", DAY), absences=[("sick", "13:00", "18:00")])
    assert made == {"planned": 480, "absent": 180, "leave": 300}


@pytest.mark.parametrize(("told", "point"), [("09:00", "missing_out"), ("18:00", "missing_in")])
def test_one_punch_leaves_the_segment_unaccounted(told: str, point: str) -> None:
    assert day(shift("day", DAY), punches=[told]) == {"planned": 480, point: 1, "unaccounted": 480}


def test_a_group_may_count_a_missing_punch_as_absence() -> None:
    made = day(shift("day", DAY), punches=["09:00"], group={"missing_punch": "absent"})
    assert made == {"planned": 480, "missing_out": 1, "absent": 480}


def test_a_missing_punch_makes_nobody_late() -> None:
    assert "late" not in day(shift("day", DAY), punches=["09:30"])


@pytest.mark.parametrize(("setting", "told", "worked"), [("out_required", "09:10", 470), ("in_required", "17:50", 470)])
def test_a_point_not_required_stands_at_the_effective_boundary(setting: str, told: str, worked: int) -> None:
    assert day(shift("day", DAY | {setting: "0"}), punches=[told])["worked"] == worked


def test_no_punch_is_absence_even_where_one_point_is_not_required() -> None:
    assert day(shift("day", DAY | {"out_required": "0"})) == {"planned": 480, "absent": 480}


def test_no_point_required_means_no_punch_needed() -> None:
    free = DAY | {"out_required": "0", "in_required": "0"}
    assert day(shift("day", free)) == {"planned": 480, "worked": 480}


@pytest.mark.parametrize(("on", "late", "forgiven"), [("09:05", 0, 5), ("09:06", 6, 0)])
def test_grace_forgives_all_or_nothing(on: str, late: int, forgiven: int) -> None:
    made = day(shift("day", DAY | {"late_grace": "5"}), punches=[on, "18:00"])
    assert (made.get("late", 0), made.get("forgiven", 0)) == (late, forgiven)


@pytest.mark.parametrize(("off", "early", "forgiven"), [("17:55", 0, 5), ("17:54", 6, 0)])
def test_early_grace(off: str, early: int, forgiven: int) -> None:
    made = day(shift("day", DAY | {"early_grace": "5"}), punches=["09:00", off])
    assert (made.get("early", 0), made.get("forgiven", 0)) == (early, forgiven)


@pytest.mark.parametrize(("on", "serious"), [("09:29", 0), ("09:30", 1)])
def test_serious_lateness(on: str, serious: int) -> None:
    row = day_row(company(shift("day", DAY | {"serious_late": "30"}), roster={0: "day"}, punches=[on, "18:00"]))
    assert row["serious_late"] == serious
    assert row["status"] == ("serious_late" if serious else "late")


@pytest.mark.parametrize(("on", "late", "absent"), [("09:59", 59, 0), ("10:00", 0, 60)])
def test_lateness_that_counts_as_absence(on: str, late: int, absent: int) -> None:
    made = day(shift("day", DAY | {"absent_late": "60"}), punches=[on, "18:00"])
    assert (made.get("late", 0), made.get("absent", 0)) == (late, absent)


@pytest.mark.parametrize(("off", "early", "absent"), [("17:01", 59, 0), ("17:00", 0, 60)])
def test_leaving_early_that_counts_as_absence(off: str, early: int, absent: int) -> None:
    made = day(shift("day", DAY | {"absent_early": "60"}), punches=["09:00", off])
    assert (made.get("early", 0), made.get("absent", 0)) == (early, absent)


def test_lateness_within_the_grace_is_never_serious() -> None:
    made = day(shift("day", DAY | {"late_grace": "30", "serious_late": "10"}), punches=["09:20", "18:00"])
    assert made == {"planned": 480, "worked": 460, "forgiven": 20}


def test_lateness_may_be_serious_and_absence() -> None:
    rows = company(
        shift("day", DAY | {"serious_late": "30", "absent_late": "60"}), roster={0: "day"}, punches=["10:30", "18:00"]
    )
    row = day_row(rows)
    assert (row["status"], row["late_minutes"], row["absent_minutes"]) == ("absent+serious_late", 0, 90)


def test_minutes_of_the_break_are_not_late() -> None:
    assert day(shift("day", DAY), punches=["12:40", "18:00"])["late"] == 180


def test_each_segment_has_its_own_grace() -> None:
    split = shift("split", MORNING | {"late_grace": "5"}, AFTERNOON | {"late_grace": "5"})
    made = day(split, punches=["08:05", "12:00", "14:06", "18:00"])
    assert made == {"planned": 480, "worked": 469, "late": 6, "forgiven": 5}


@pytest.mark.parametrize(
    ("on", "off", "made"),
    [
        ("09:30", "18:30", {"worked": 480}),
        ("09:31", "18:31", {"worked": 479, "late": 1}),
        ("09:20", "18:19", {"worked": 479, "early": 1}),
        ("08:30", "17:30", {"worked": 480}),
        ("08:29", "17:30", {"worked": 480}),
        ("08:29", "17:29", {"worked": 479, "early": 1}),
    ],
)
def test_flex_moves_start_and_end(on: str, off: str, made: dict[str, int]) -> None:
    flexible = DAY | {"flex_early": "30", "flex_late": "30"}
    assert day(shift("day", flexible), punches=[on, off]) == {"planned": 480} | made


def test_flex_does_not_move_a_segment_that_an_absence_touches() -> None:
    made = day(
        shift("day", DAY | {"flex_late": "30"}), punches=["09:10", "17:00"], absences=[("sick", "17:00", "18:00")]
    )
    assert made["late"] == 10


def test_flex_moves_a_segment_next_to_an_absence() -> None:
    made = day(
        shift("day", DAY | {"flex_late": "30"}), punches=["09:10", "18:10"], absences=[("sick", "18:00", "20:00")]
    )
    assert made == {"planned": 480, "worked": 480}


def test_flex_without_an_on_punch_stays() -> None:
    made = day(shift("day", DAY | {"flex_late": "30", "in_required": "0"}), punches=["18:00"])
    assert made == {"planned": 480, "worked": 480}


YESTERDAY = ["-1 09:00"]
LATER = [(60, 30), (120, 60)]


@pytest.mark.parametrize(
    ("off", "on", "late", "forgiven"),
    [
        ("-1 18:59", "09:30", 30, 0),
        ("-1 19:00", "09:30", 0, 30),
        ("-1 19:00", "09:31", 1, 30),
        ("-1 20:00", "10:01", 1, 60),
        ("-1 23:59", "10:00", 0, 60),
        ("00:30", "10:00", 0, 60),
    ],
)
def test_late_off_late_on(off: str, on: str, late: int, forgiven: int) -> None:
    made = day(shift("day", DAY), roster={-1: "day", 0: "day"}, punches=[*YESTERDAY, off, on, "18:00"], later=LATER)
    assert (made.get("late", 0), made.get("forgiven", 0)) == (late, forgiven)


def test_grace_and_thresholds_look_at_what_late_off_leaves() -> None:
    strict = DAY | {"late_grace": "5", "serious_late": "20"}
    punches = [*YESTERDAY, "-1 19:00", "09:35", "18:00"]
    made = day(shift("day", strict), roster={-1: "day", 0: "day"}, punches=punches, later=LATER)
    assert made == {"planned": 480, "worked": 445, "forgiven": 35}


def test_late_off_counts_from_the_end_that_flex_moved() -> None:
    flexible = DAY | {"flex_late": "30"}
    punches = ["-1 09:30", "-1 19:15", "09:40", "18:30"]
    made = day(shift("day", flexible), roster={-1: "day", 0: "day"}, punches=punches, later=LATER)
    assert made["late"] == 10


def test_late_off_looks_at_the_calendar_day_before_only() -> None:
    punches = ["-2 09:00", "-2 21:00", "09:10", "18:00"]
    made = day(shift("day", DAY), roster={-2: "day", 0: "day"}, punches=punches, later=LATER)
    assert made["late"] == 10


def test_late_off_is_a_rule_of_todays_shift() -> None:
    """Yesterday's shift may be any, even one without the rule and of several segments."""
    split = shift("split", MORNING, AFTERNOON)
    punches = ["-1 08:00", "-1 12:00", "-1 14:00", "-1 19:00", "09:10", "18:00"]
    made = day(shift("day", DAY), split, roster={-1: "split", 0: "day"}, punches=punches, later=LATER)
    assert made["forgiven"] == 10


def test_late_off_without_a_shift_yesterday_forgives_nothing() -> None:
    made = day(shift("day", DAY), roster={0: "day"}, punches=["-1 09:00", "-1 21:00", "09:10", "18:00"], later=LATER)
    assert made["late"] == 10
