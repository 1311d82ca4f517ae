"""Leave of the demo: what is known of people, their balances, leave of many kinds, a mother and one who is ill long."""

import datetime as dt
import random

from kaoqin.core.words import Refusal
from kaoqin.leave import actions, keeping, kind_actions, nursing, queries
from kaoqin.leave.words import Place, Rules
from kaoqin.org import facts
from kaoqin.org.facts import Delivery, Facts
from kaoqin.org.models import Employee
from kaoqin.org.words import Gender
from kaoqin.web.demo.companies import BUILDER, Company

DAY = dt.timedelta(days=1)
COMPANY_DAYS = 3
KNOWN = {
    "YC00012": Facts(Gender.MALE, dt.date(1990, 5, 6), dt.date(2012, 7, 1)),
    "YC00013": Facts(Gender.FEMALE, dt.date(1984, 3, 9), dt.date(2006, 7, 1)),
    "00155": Facts(Gender.MALE, dt.date(1996, 8, 17), dt.date(2018, 7, 1)),
    "00003": Facts(Gender.FEMALE, dt.date(1994, 2, 11), dt.date(2016, 7, 1)),
    "00004": Facts(Gender.FEMALE, dt.date(1995, 11, 23), dt.date(2017, 7, 1)),
    "00005": Facts(Gender.MALE, dt.date(1989, 9, 2), dt.date(2011, 7, 1)),
}
"""People of whom the guide reckons by hand."""


def fill_leave(companies: list[Company], begins_on: dt.date, today: dt.date, now: dt.datetime) -> None:
    """Facts, balances of the year, leave that was agreed in it."""
    people = [e for company in companies for group in company.people.values() for e in group]
    draw = random.Random(31)  # noqa: S311
    told = [(one, _facts(one, draw)) for one in people if draw.random() < 0.97 or one.number in KNOWN]
    facts.keep_all_facts(told, by=BUILDER, at=now)
    extra = Rules(**{**vars(queries.kind("company_annual", today).rules), "entitled_days": COMPANY_DAYS})
    kind_actions.keep_kind(
        "company_annual", dt.date(today.year, 1, 1), extra, by=BUILDER, at=now, law="演示:每年福利年假"
    )
    by_number = {one.number: one for one in people}
    _families(by_number, today, now)
    keeping.keep_all(today, now)
    _taken(draw, people, begins_on, today, now)
    _told_in_the_guide(by_number, today, now)


def _facts(employee: Employee, draw: random.Random) -> Facts:
    if employee.number in KNOWN:
        return KNOWN[employee.number]
    since = employee.hired_on - draw.randrange(0, 5_500) * DAY
    gender = draw.choice((Gender.MALE, Gender.FEMALE))
    born_on = since - draw.randrange(19, 25) * 366 * DAY
    return Facts(gender, born_on, since, only_child=draw.random() < 0.2)


def _families(people: dict[str, Employee], today: dt.date, now: dt.datetime) -> None:
    """One who nurses, one who expects, one who became a father."""
    births = {
        "00003": Delivery(born_on=today - 200 * DAY),
        "00004": Delivery(expected_on=today + 50 * DAY),
        "YC00012": Delivery(born_on=today - 20 * DAY),
    }
    for number, delivery in births.items():
        facts.keep_birth(people[number], delivery, by=BUILDER, at=now)
    nursing.plan_nursing(people["00003"], today - 40 * DAY, Place.END, by=BUILDER, at=now)


def _taken(draw: random.Random, people: list[Employee], begins_on: dt.date, today: dt.date, now: dt.datetime) -> None:
    span = (today - begins_on).days
    for employee in draw.sample(people, len(people) // 7):
        first = begins_on + draw.randrange(span + 20) * DAY
        kind = draw.choice(("annual", "annual", "annual", "sick", "personal", "comp_time"))
        last = first + draw.choice((0, 0, 1, 2)) * DAY
        if employee.number not in KNOWN:
            _take(employee, kind, first, last, now)


def _take(employee: Employee, kind: str, first: dt.date, last: dt.date, now: dt.datetime) -> None:
    """Whole roster days of leave, where there is something to take and nothing in the way."""
    if first <= employee.hired_on:
        return
    try:
        start, end = queries.interval(employee.pk, first, last)
        actions.take(employee, kind, start, end, by=BUILDER, at=now, reason="演示", proof="演示")
    except Refusal:
        return


def _told_in_the_guide(people: dict[str, Employee], today: dt.date, now: dt.datetime) -> None:
    """Leave of the people of whom the guide tells, as far as they were hired."""
    spans = {"YC00012": ("annual", 30, 28), "00155": ("annual", 24, 23), "00005": ("sick", 45, 4)}
    for number, (kind, first, last) in spans.items():
        if number in people:
            _take(people[number], kind, today - first * DAY, today - last * DAY, now)
