"""Rule 16 and 17, months and punch_use: who has rows, what they sum."""

from datetime import date
from decimal import Decimal

import numpy as np
import pytest
from engine_cases import AFTERNOON, CHEN, DAY, FREE, MORNING, TODAY, company, fates, on, settled, shift

from reckon.attendance.rules.cycles import cycle_of
from reckon.attendance.rules.months import absent_hundredths

OCTOBER = (date(2026, 10, 1), date(2026, 10, 31))
WEEK = dict.fromkeys(range(-3, 2), "day")


def months(rows: dict[str, list[dict[str, str]]], first: date, last: date) -> list[dict[str, object]]:
    return settled(rows, first, last).months.to_pylist()


def test_a_month_counts_days_with_and_without_a_shift() -> None:
    rows = company(shift("day", DAY), roster=WEEK, punches=["09:00", "18:00", "+1 09:10", "+1 18:00"])
    (month,) = months(rows, *OCTOBER)
    assert (month["month"], month["planned_days"], month["attended_days"], month["rest_days"]) == ("2026-10", 5, 2, 26)
    assert (month["late_times"], month["late_minutes"], month["absent_days"]) == (1, 10, Decimal("3.00"))


def test_a_range_over_two_months_makes_two_rows() -> None:
    rows = company(shift("day", DAY), roster=WEEK)
    assert [month["month"] for month in months(rows, date(2026, 9, 30), OCTOBER[0])] == ["2026-09", "2026-10"]


@pytest.mark.parametrize(("hired", "left", "dates"), [("", "", 3), (on(0), "", 2), ("", on(0), 2), (on(0), on(0), 1)])
def test_rows_only_while_employed_first_and_last_day_included(hired: str, left: str, dates: int) -> None:
    rows = company(shift("day", DAY), roster=WEEK, employee={"hired_on": hired, "left_on": left})
    assert settled(rows, date(2026, 10, 7), date(2026, 10, 9)).days.num_rows == dates


def test_who_left_before_the_range_has_no_month() -> None:
    rows = company(shift("day", DAY), roster=WEEK, employee={"left_on": "2026-09-30"})
    assert months(rows, *OCTOBER) == []


def test_leave_by_kind_goes_to_the_leave_that_starts_first_then_by_kind() -> None:
    leaves = [("sick", "10:00", "18:00"), ("annual", "09:00", "12:00"), ("marriage", "10:00", "14:00")]
    rows = company(shift("day", DAY), roster={0: "day"}, absences=[*leaves, ("trip", "+1 09:00", "+1 10:00")])
    (month,) = months(rows, TODAY, TODAY)
    by_kind = {name: value for name, value in month.items() if name.startswith("leave_") and name != "leave_minutes"}
    assert by_kind == {"leave_annual_minutes": 180, "leave_marriage_minutes": 60, "leave_sick_minutes": 240}
    assert month["leave_minutes"] == 480


def test_leave_of_a_free_day_goes_to_its_earliest_minutes() -> None:
    leaves = [("sick", "08:00", "12:00"), ("annual", "12:00", "20:00")]
    rows = company(shift("free", FREE), roster={0: "free"}, absences=leaves)
    (month,) = months(rows, TODAY, TODAY)
    assert (month["leave_sick_minutes"], month["leave_annual_minutes"]) == (240, 240)


def test_absent_days_are_shares_of_the_days() -> None:
    rows = company(
        shift("split", MORNING, AFTERNOON | {"end": "16:00"}), roster={0: "split"}, punches=["08:00", "12:00"]
    )
    (month,) = months(rows, TODAY, TODAY)
    assert month["absent_days"] == Decimal("0.33")


def test_absent_days_round_half_up_where_floating_point_would_not() -> None:
    absent, planned = np.array([[29, 1]]), np.array([[200, 200]])
    assert absent_hundredths(absent, planned, np.array([0, 1])).tolist() == [[15, 1]]
    assert absent_hundredths(np.array([[1, 1, 1]]), np.array([[300, 300, 300]]), np.array([0])).tolist() == [[1]]


@pytest.mark.parametrize(
    ("months_long", "begins_on", "ends_on"),
    [(1, "2026-10-01", "2026-10-31"), (3, "2026-10-01", "2026-12-31"), (12, "2026-01-01", "2026-12-31")],
)
def test_cycles_of_the_calendar(months_long: int, begins_on: str, ends_on: str) -> None:
    assert [day.isoformat() for day in cycle_of(date(2026, 10, 31), months_long)] == [begins_on, ends_on]


def test_a_comprehensive_cycle_pays_what_exceeds_the_standard() -> None:
    """Two work days make 960 standard minutes; three days of 480 are worked."""
    rows = company(
        shift("day", DAY),
        roster={0: "day", 1: "day", 2: "day"},
        punches=[f"+{day} {clock}" for day in range(3) for clock in ("09:00", "18:00")],
        group={"system": "comprehensive"},
    )
    (cycle,) = settled(rows, TODAY, date(2026, 10, 11)).cycles.to_pylist()
    assert (cycle["begins_on"], cycle["ends_on"]) == OCTOBER
    assert (cycle["standard_minutes"], cycle["worked_minutes"], cycle["excess_minutes"]) == (960, 1440, 480)


def test_statutory_minutes_stay_at_300_percent() -> None:
    rows = company(
        shift("day", DAY), roster={-7: "day"}, punches=["-7 09:00", "-7 18:00"], group={"system": "comprehensive"}
    )
    (cycle,) = settled(rows, date(2026, 10, 1), date(2026, 10, 3)).cycles.to_pylist()
    assert (cycle["standard_minutes"], cycle["statutory_minutes"], cycle["excess_minutes"]) == (0, 480, 0)


def test_the_standard_counts_work_days_while_employed() -> None:
    rows = company(shift("day", DAY), roster={}, group={"system": "comprehensive"}, employee={"hired_on": on(1)})
    (cycle,) = settled(rows, *OCTOBER).cycles.to_pylist()
    assert cycle["standard_minutes"] == 16 * 480


def test_other_systems_have_no_cycle() -> None:
    assert settled(company(shift("day", DAY), roster=WEEK), *OCTOBER).cycles.num_rows == 0


def test_punch_use_tells_every_row_in_the_order_of_the_input() -> None:
    rows = company(
        shift("day", DAY),
        roster={0: "day"},
        punches=["18:00", "08:00", "08:50", "-20 09:00", "03:00"],
        employee={"hired_on": on(-1)},
    )
    rows["punches"].append({"employee_no": "7", "at": f"{on(0)}T09:00:00"})
    uses = [fate[-1] for fate in fates(rows)]
    assert uses == ["used", "used", "superseded", "not_employed", "outside_window", "unknown_employee"]


def test_a_punch_after_the_last_day_serves_the_night_that_began_on_it() -> None:
    rows = company(
        shift("night", {"start": "22:00", "end": "30:00"}),
        roster={0: "night"},
        punches=["22:00", "+1 06:00", "+1 15:00"],
        employee={"left_on": on(0)},
    )
    assert [fate[-1] for fate in fates(rows)] == ["used", "used", "not_employed"]


def test_punch_use_keeps_the_columns_of_the_input() -> None:
    rows = company(shift("day", DAY), roster={0: "day"}, punches=["09:00"])
    rows["punches"][0] |= {"device": "门 1", "source": "face"}
    table = settled(rows).punch_use
    assert table.column_names == ["employee_no", "at", "source", "place", "device", "date", "segment", "point", "use"]
    assert table.to_pylist()[0]["device"] == "门 1"


def test_days_are_sorted_and_named_as_in_the_contract() -> None:
    rows = company(shift("day", DAY), roster=WEEK)
    rows["employees"] = [{"employee_no": number, "group": "G"} for number in ("9", "10", CHEN)]
    days = settled(rows, TODAY, date(2026, 10, 9)).days
    assert [(row["employee_no"], row["date"].day) for row in days.to_pylist()] == [
        (number, day) for number in (CHEN, "10", "9") for day in (8, 9)
    ]
    assert ",".join(days.column_names) == (
        "employee_no,date,shift,day_kind,planned_minutes,worked_minutes,late_minutes,serious_late,early_minutes,"
        "absent_minutes,missing_in,missing_out,leave_minutes,trip_minutes,forgiven_minutes,unaccounted_minutes,"
        "overtime_workday_minutes,overtime_rest_minutes,overtime_statutory_minutes,statutory_worked_minutes,"
        "night_minutes,first_in,last_out,status"
    )
