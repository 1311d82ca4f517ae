"""Loading the demo: build, plan, live three months, settle."""

import datetime as dt
import random
from collections.abc import Callable, Iterator

from django.db import transaction

from kaoqin.attendance import actions as attendance
from kaoqin.attendance.actions import Interval
from kaoqin.core.sentences import Sentence
from kaoqin.org.models import Employee
from kaoqin.punches.ledger import Press, take
from kaoqin.punches.words import Source
from kaoqin.scheduling import queries as plans
from kaoqin.scheduling import roster
from kaoqin.scheduling.models import Membership, RosterDay
from kaoqin.scheduling.words import Cell
from kaoqin.web.demo.companies import BUILDER, Builder, Company, build_plant, build_sales
from kaoqin.web.demo.life import Mishaps, day_of_work, field_day

DAY = dt.timedelta(days=1)
ZONE = "Asia/Shanghai"
Say = Callable[[str], None]


def three_months_before(today: dt.date) -> dt.date:
    """The first of the month three months ago."""
    month = today.month - 3
    return dt.date(today.year + (month - 1) // 12, (month - 1) % 12 + 1, 1)


@transaction.atomic
def load(today: dt.date, now: dt.datetime, say: Say) -> None:
    """Put both companies in, from three months ago up to now."""
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
    _approvals(companies, begins_on, today, now)


def _plan(company: Company, begins_on: dt.date, today: dt.date, now: dt.datetime) -> None:
    for name, group in company.groups.items():
        people = company.people[name]
        Membership.objects.bulk_create(
            Membership(employee=e, group=group.group, begins_on=max(e.hired_on, begins_on)) for e in people
        )
        if group.pattern is None:
            roster.lay_weeks(begins_on, today + roster.AHEAD, groups=[group.group])
        else:
            length = group.pattern.days.count()
            positions = {e.pk: (number * 2) % length for number, e in enumerate(people)}
            span = (begins_on, today + 31 * DAY)
            roster.roll_out(group.pattern, positions, *span, by=BUILDER, at=now, today=today)
    _swap_some(company, today, now)


def _swap_some(company: Company, today: dt.date, now: dt.datetime) -> None:
    """Real rosters have hand-made changes: some days off are moved."""
    draw = random.Random(11)  # noqa: S311
    for employee in company.people.get("rotation", [])[:40]:
        date = today - draw.randrange(3, 60) * DAY
        rest = RosterDay.objects.filter(employee=employee, date=date).exclude(shift=None).first()
        if rest and date > employee.hired_on:
            roster.paint(
                [Cell(employee.pk, date, None)],
                by=BUILDER,
                at=now,
                today=today,
                title=Sentence("{name} 调休 {date}", name=employee.name, date=date),
            )


def _live(companies: list[Company], begins_on: dt.date, today: dt.date, now: dt.datetime) -> None:
    shifts = plans.shifts()
    presses: list[Press] = []
    for number, company in enumerate(companies):
        everybody = [e for people in company.people.values() for e in people]
        terminals = ["SH2601"] if number == 0 else [f"SZ26{n:02d}" for n in range(1, 9)]
        rows = RosterDay.objects.filter(employee__in=everybody, date__range=(begins_on, today), shift__isnull=False)
        by_id = {e.pk: e for e in everybody}
        for row in rows.order_by("employee_id", "date").iterator(chunk_size=10_000):
            employee = by_id[row.employee_id]
            if employee.hired_on <= row.date and row.shift_id:
                presses += _presses(employee, row.date, shifts[row.shift_id], terminals)
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
    origin = "" if plan.free else terminals[employee.pk % len(terminals)]
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
    """Leave, trips and agreed overtime, as approved paper would have it."""
    draw = random.Random(23)  # noqa: S311
    kinds = ("annual", "sick", "personal", "annual", "trip", "comp_time")
    everybody = [e for company in companies for people in company.people.values() for e in people]
    for employee in draw.sample(everybody, 320):
        begin = dt.datetime.combine(begins_on + draw.randrange((today - begins_on).days) * DAY, dt.time(8))
        hours = draw.choice((4, 9, 9, 24, 48))
        interval = Interval(begin, begin + dt.timedelta(hours=hours))
        if begin.date() > employee.hired_on:
            attendance.record_absence(employee, draw.choice(kinds), interval, by=BUILDER, at=now, remark="演示")
    shifts = plans.shifts()
    rows = RosterDay.objects.filter(date__range=(begins_on, today), planned__isnull=False).order_by(
        "employee_id", "date"
    )
    for row in draw.sample(list(rows.values_list("employee_id", "date", "shift_id")), 900):
        employee_id, date, shift_id = row
        end = dt.datetime.combine(date, dt.time()) + dt.timedelta(minutes=shifts[shift_id].on(date).segments[-1].end)
        interval = Interval(end, end + dt.timedelta(hours=3))
        attendance.record_overtime(Employee.objects.get(pk=employee_id), interval, by=BUILDER, at=now, remark="演示")
