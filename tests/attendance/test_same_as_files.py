"""The database path gives what the file path gives on the same data, day by day and month by month."""

import csv
from random import Random

import pytest
from companies import random_company
from company_rows import LATER, could_be, load
from django.db import transaction

from kaoqin import settle_command
from kaoqin.attendance.models import DayResult, MonthResult, SettlementFault, Totals
from kaoqin.attendance.settling import settle_people

MINUTES = [field.name for field in Totals._meta.get_fields()]
DAY = ["shift", "day_kind", *MINUTES, "serious_late", "missing_in", "missing_out", "status"]
MONTH = [
    *MINUTES,
    *("planned_days", "attended_days", "rest_days", "late_times", "serious_late_times", "early_times"),
    *("missing_in", "missing_out", "absent_days"),
]


def by_files(company, folder):
    """Days and months as `kaoqin settle` writes them: {(number, date): cells}, {(number, month): cells}."""
    company.write(folder / "in")
    span = ["--from", str(company.first), "--to", str(company.last)]
    assert settle_command.run([str(folder / "in"), *span, "--out", str(folder / "out")]) == 0
    return read(folder / "out/days.csv", "date", [*DAY, "first_in", "last_out"]), read_months(folder / "out/months.csv")


def read(path, key, columns):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return {(row["employee_no"], row[key]): [row[name] for name in columns] for row in csv.DictReader(file)}


def read_months(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return {
            (row["employee_no"], row["month"]): [*(row[n] for n in MONTH), leave(row)] for row in csv.DictReader(file)
        }


def leave(row):
    """The minutes of leave by kind that are not nought."""
    kinds = [name for name in row if name.startswith("leave_") and name != "leave_minutes"]
    return {name[6:-8]: int(row[name]) for name in kinds if int(row[name])}


def by_database(company):
    people = load(company)
    number = {employee.pk: no for no, employee in people.items()}
    settle_people(list(number), company.first, company.last, LATER)
    days = {
        (number[d.employee_id], str(d.date)): [*cells(d, DAY), time(d.first_in), time(d.last_out)]
        for d in DayResult.objects.all()
    }
    months = {
        (number[m.employee_id], f"{m.month:%Y-%m}"): [*cells(m, MONTH), m.leave_by_kind]
        for m in MonthResult.objects.all()
    }
    return days, months


def cells(row, names):
    told = (getattr(row, name) for name in names)
    return [str(int(value)) if isinstance(value, bool) else str(value) for value in told]


def time(at):
    return f"{at:%Y-%m-%dT%H:%M:%S}" if at else ""


@pytest.mark.parametrize("seeds", [range(20), range(20, 40), range(40, 60)])
def test_random_companies_come_out_the_same(db, tmp_path, seeds):
    seen = 0
    for seed in seeds:
        company = random_company(Random(seed), most_employees=3, most_days=9)
        if could_be(company):
            with transaction.atomic():
                days, months = by_database(company)
                assert not SettlementFault.objects.exists(), SettlementFault.objects.values("sentences")
                transaction.set_rollback(True)
            expected = by_files(company, tmp_path / str(seed))
            assert days == expected[0], seed
            assert months == expected[1], seed
            seen += len(days)
    assert seen > 100
