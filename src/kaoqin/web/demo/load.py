"""Loading the demo: build, plan, live three months, settle."""

import datetime as dt
import random
from collections.abc import Callable, Iterator
from typing import Any

from django.db import transaction

from kaoqin.attendance import actions as attendance
from kaoqin.attendance.actions import Approved, Interval
from kaoqin.core.sentences import Sentence
from kaoqin.org.models import Employee
from kaoqin.punches.ledger import Press, take
from kaoqin.punches.words import Source
from kaoqin.scheduling import actions as scheduling
from kaoqin.scheduling import queries as plans
from kaoqin.scheduling import roster, skill_actions
from kaoqin.scheduling.models import RosterDay, Shift
from kaoqin.scheduling.words import Cell, ShiftPlan
from kaoqin.web.demo.companies import BUILDER, Builder, Company, build_plant, build_sales
from kaoqin.web.demo.kiosk import fill_kiosk
from kaoqin.web.demo.leave import fill_leave
from kaoqin.web.demo.life import Mishaps, day_of_work, field_day
from kaoqin.web.demo.overtime import open_banks
from kaoqin.web.demo.phones import DemoPhone, fill_phones
from kaoqin.web.demo.tracks import fill_tracks
from kaoqin.web.demo.visits import fill_visits

DAY = dt.timedelta(days=1)
ZONE = "Asia/Shanghai"
Say = Callable[[str], None]


def three_months_before(today: dt.date) -> dt.date:
    """The first of the month three months ago."""
    month = today.month - 3
    return dt.date(today.year + (month - 1) // 12, (month - 1) % 12 + 1, 1)


@transaction.atomic
def load(today: dt.date, now: dt.datetime, say: Say) -> list[DemoPhone]:
    """Put both companies in, from three months ago up to now; returns the phones of the sales people."""
    begins_on = three_months_before(today)
    companies = []
    for seed, (said, build) in enumerate((("销售公司 30 人", build_sales), ("工厂 2,000 人", build_plant)), start=7):
        say(f"演示数据:{said} …")
        builder = Builder(begins_on, now, seed)
        company = build(builder)
        _plan(company, begins_on, today, now)
        companies.append(company)
    say("演示数据:三个月的打卡 …")
    _live(companies, begins_on, today, now)
    phones = fill_phones(companies[0], begins_on, today, now)
    fill_kiosk(companies[1], begins_on, today, now)
    say("演示数据:客户与拜访 …")
    fill_visits(companies[0], phones, begins_on, today, now)
    fill_tracks(phones, now)
    say("演示数据:假期与余额 …")
    open_banks([e for c in companies for some in c.people.values() for e in some], begins_on, today, now)
    fill_leave(companies, begins_on, today, now)
    _approvals(companies, begins_on, today, now)
    return phones


def _plan(company: Company, begins_on: dt.date, today: dt.date, now: dt.datetime) -> None:
    for name, group in company.groups.items():
        people = company.people[name]
        scheduling.join_group([e.pk for e in people], group.group, begins_on, by=BUILDER, at=now)
        if group.pattern is not None:
            length = group.pattern.days.count()
            positions = {e.pk: (number * 2) % length for number, e in enumerate(people)}
            span = (begins_on, today + 31 * DAY)
            roster.roll_out(group.pattern, positions, *span, by=BUILDER, at=now, today=today)
    _move_days_off(company, today, now)
    _swap_shifts(company, today, now)
    _teach(company, begins_on, today, now)


def _move_days_off(company: Company, today: dt.date, now: dt.datetime) -> None:
    """Real rosters have hand-made changes: some days off are moved."""
    draw = random.Random(11)  # noqa: S311
    for employee in company.people.get("rotation", [])[::30]:
        date = today - draw.randrange(3, 60) * DAY
        rest = RosterDay.objects.filter(employee=employee, date=date).exclude(shift=None).first()
        if rest and date > employee.hired_on:
            _paint(
                [Cell(employee.pk, date, None)],
                Sentence("{name} 调休 {date}", name=employee.name, date=date),
                today,
                now,
            )


def _swap_shifts(company: Company, today: dt.date, now: dt.datetime) -> None:
    """Two of a rotation change places on a day: each works the other's shift."""
    draw = random.Random(13)  # noqa: S311
    people = company.people.get("rotation", [])
    for first, second in zip(people[1::30], people[2::30], strict=False):
        date = today - draw.randrange(3, 60) * DAY
        rows = plans.roster([first.pk, second.pk], date, date)
        one, other = (rows[e.pk, date].shift_id for e in (first, second))
        if one and other and date > max(first.hired_on, second.hired_on):
            cells = [Cell(first.pk, date, other), Cell(second.pk, date, one)]
            _paint(
                cells,
                Sentence("换班:{first} 与 {second} {date}", first=first.name, second=second.name, date=date),
                today,
                now,
            )


def _teach(company: Company, begins_on: dt.date, today: dt.date, now: dt.datetime) -> None:
    """The warehouse's shift needs a fork-lift paper; most have it, some papers end soon, three people have none."""
    people = [e.pk for e in company.people.get("twice", [])]
    if not people:
        return
    told: dict[str, Any] = {"by": BUILDER, "at": now}
    skill = skill_actions.new_skill("叉车证", **told)
    skill_actions.need(skill, [Shift.objects.get(code="TWO").pk], begins_on, **told)
    skill_actions.give(skill, people[3:18], begins_on, today + 20 * DAY, **told)
    skill_actions.give(skill, people[18:], begins_on, None, **told)


def _paint(cells: list[Cell], title: Sentence, today: dt.date, now: dt.datetime) -> None:
    roster.paint(cells, by=BUILDER, at=now, today=today, title=title)


def _live(companies: list[Company], begins_on: dt.date, today: dt.date, now: dt.datetime) -> None:
    shifts = plans.shifts()
    presses: list[Press] = []
    for number, company in enumerate(companies):
        everybody = [e for people in company.people.values() for e in people]
        terminals = ["SH2601"] if number == 0 else [f"SZ26{n:02d}" for n in range(1, 9)]
        rows = RosterDay.objects.filter(employee__in=everybody, date__range=(begins_on, today), shift__isnull=False)
        by_id = {e.pk: e for e in everybody}
        for key, date, shift in rows.order_by("employee_id", "date").values_list("employee_id", "date", "shift_id"):
            if by_id[key].hired_on <= date and shift:
                presses += _presses(by_id[key], date, shifts[shift], terminals)
    past = [p for p in presses if p.device_time < now.astimezone(_zone()).replace(tzinfo=None)]
    take(past, source=Source.TERMINAL, by=BUILDER, at=now)
    take(past[: len(past) // 200], source=Source.TERMINAL, by=BUILDER, at=now)  # a terminal that sends a batch twice
    take(_dead_clock(companies[1].people["twice"]), source=Source.TERMINAL, by=BUILDER, at=now)
    take(_strangers(today), source=Source.TERMINAL, by=BUILDER, at=now)


def _zone() -> dt.tzinfo:
    import zoneinfo

    return zoneinfo.ZoneInfo(ZONE)


def _presses(employee: Employee, date: dt.date, shift: plans.DatedShift, terminals: list[str]) -> Iterator[Press]:
    draw = random.Random(f"{employee.number} {date}")  # noqa: S311
    plan = shift.on(date)
    times = field_day(draw, date) if plan.free else day_of_work(draw, date, plan, Mishaps())
    origin = "" if plan.free else terminals[int(employee.number[-5:]) % len(terminals)]
    place = draw.choice(("客户现场", "经销商门店", "展会", "客户办公室")) if plan.free else ""
    for at in times:
        yield Press(employee.number, at, ZONE, origin=origin, person_name=employee.name, place=place)


def _dead_clock(people: list[Employee]) -> list[Press]:
    """A terminal whose battery died: after a power cut it began again at 2000-01-01."""
    begin = dt.datetime.combine(dt.date(2000, 1, 1), dt.time(0, 3))
    return [
        Press(e.number, begin + dt.timedelta(minutes=3 * n), ZONE, origin="SZ2608", person_name=e.name)
        for n, e in enumerate(people[:25])
    ]


def _strangers(today: dt.date) -> list[Press]:
    """Numbers nobody has: an agency worker, and one enrolled without leading zeros."""
    days = [today - n * DAY for n in range(1, 9)]
    pairs = [(key, day, hour) for key in ("W9001", "77") for day in days for hour in (8, 17)]
    return [Press(key, dt.datetime.combine(day, dt.time(hour, 52)), ZONE, origin="SZ2601") for key, day, hour in pairs]


def _approvals(companies: list[Company], begins_on: dt.date, today: dt.date, now: dt.datetime) -> None:
    """Trips, outings and agreed overtime, as approved paper would have it."""
    draw = random.Random(23)  # noqa: S311
    people = {e.pk: e for company in companies for group in company.people.values() for e in group}
    absences = [
        _absence(draw, employee, begins_on, today) for employee in draw.sample(list(people.values()), len(people) // 12)
    ]
    absences = [one for one in absences if one.interval.start.date() > one.employee.hired_on]
    attendance.record_absences(absences, by=BUILDER, at=now)
    rows = RosterDay.objects.filter(date__range=(begins_on, today), planned__isnull=False)
    planned = list(rows.order_by("employee_id", "date").values_list("employee_id", "date", "shift_id"))
    shifts = plans.shifts()
    agreed = [
        _overtime(people[employee_id], date, shifts[shift_id].on(date))
        for employee_id, date, shift_id in draw.sample(planned, len(planned) // 150)
    ]
    attendance.record_all_overtime(agreed, by=BUILDER, at=now)


def _absence(draw: random.Random, employee: Employee, begins_on: dt.date, today: dt.date) -> Approved:
    day = begins_on + draw.randrange((today - begins_on).days) * DAY
    begin = dt.datetime.combine(day, dt.time(8))
    hours = draw.choice((4, 9, 9, 24, 48))
    kind = draw.choice(("trip", "outing", "trip"))
    return Approved(employee, Interval(begin, begin + dt.timedelta(hours=hours)), kind, "演示")


def _overtime(employee: Employee, date: dt.date, plan: ShiftPlan) -> Approved:
    """Three hours after the shift's end."""
    end = dt.datetime.combine(date, dt.time()) + dt.timedelta(minutes=plan.segments[-1].end)
    return Approved(employee, Interval(end, end + dt.timedelta(hours=3)), remark="演示")
