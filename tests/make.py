"""Plain builders for tests. Everything goes through the rooms' actions, as a person with all rights."""

import datetime as dt
import itertools

from kaoqin.attendance import actions as attendance
from kaoqin.attendance.actions import Interval, Rules
from kaoqin.attendance.models import Queued, Touched
from kaoqin.attendance.settling import drain
from kaoqin.core.jobs import do_job
from kaoqin.org import actions as org
from kaoqin.org.models import Department, Site
from kaoqin.punches.ledger import Press, take
from kaoqin.punches.words import Source
from kaoqin.scheduling import actions as scheduling
from kaoqin.scheduling.models import Calendar
from kaoqin.scheduling.words import GroupMode, Segment, ShiftPlan
from kaoqin.security import actions as security
from kaoqin.security.words import Actor, Granted, Role, Scope, ScopeKind

NOW = dt.datetime(2026, 11, 20, 2, 0, tzinfo=dt.UTC)
"""When all tests play: Friday, 2026-11-20, 10:00 in Shanghai."""
TODAY = dt.date(2026, 11, 20)
DAY = dt.timedelta(days=1)
SINCE = dt.date(2026, 1, 1)
PASSWORD = "Right-2026"
ROOT = Actor(None, "搭建", tuple(Granted(role, Scope(ScopeKind.ALL)) for role in (Role.HR, Role.ADMINISTRATOR)))
DAY_PLAN = ShiftPlan("白班", (Segment(540, 1080, 720, 780),))
NIGHT_PLAN = ShiftPlan("夜班", (Segment(1320, 1800),))
FREE_PLAN = ShiftPlan("外勤", (), day_start=300, required_minutes=480)
_numbers = itertools.count(1)


def number(prefix="T"):
    return f"{prefix}{next(_numbers):05d}"


def day(text):
    """`11-20` of 2026, or a whole ISO date."""
    return dt.date.fromisoformat(text if len(text) == 10 else f"2026-{text}")


def at(text):
    """`11-20 09:00` of 2026 as a naive local time."""
    return dt.datetime.fromisoformat(f"2026-{text}")


def calendar():
    """The national calendar, seeded once."""
    scheduling.seed_china()
    return Calendar.objects.get(code="CN")


def department(name="部门", above=None, since=SINCE, code=""):
    return org.open_department(code or number("D"), name, above, since, by=ROOT, at=NOW)


def site(name="上海", timezone="Asia/Shanghai", code=""):
    return org.keep_site(org.SiteDetails(code or number("S"), name, timezone), by=ROOT, at=NOW)


def employee(name="某人", hired_on=SINCE, where=None, there=None, title="", no=""):
    where = where or Department.objects.order_by("pk").first() or department()
    there = there or Site.objects.order_by("pk").first() or site()
    return org.hire(no or number(), name, hired_on, org.Place(where, there, title), by=ROOT, at=NOW)


def leave(employee, left_on):
    org.leave(employee, left_on, by=ROOT, at=NOW)


def account(username, *granted, employee=None, since=SINCE):
    """An account that may log in at once; `granted` are (role, scope) pairs."""
    made, _ = security.open_account(username, username, by=ROOT, at=NOW, password=PASSWORD, must_change=False)
    for role, scope in granted:
        security.grant(made, role, scope, by=ROOT, at=NOW, begins_on=since)
    if employee:
        employee.account = made
        employee.save(update_fields=["account"])
    return made


def shift(code="D", plan=DAY_PLAN, since=SINCE):
    return scheduling.new_shift(code, plan, since, by=ROOT, at=NOW)


def group(week=None, mode=None, rules=None, since=SINCE, name="考勤组", follows_calendar=True):
    """A group with its plan and rules from a day on; without a week it is planned by the roster."""
    made = scheduling.new_group(number("G"), name, by=ROOT, at=NOW)
    how = mode or (GroupMode.FIXED if week else GroupMode.ROSTER)
    told = {"mode": how, "calendar": calendar(), "week": week or {}, "follows_calendar": follows_calendar}
    scheduling.plan_group(made, since, **told, by=ROOT, at=NOW)
    attendance.keep_rules(made, since, rules or Rules(), by=ROOT, at=NOW)
    return made


def weekdays(shift):
    return dict.fromkeys(range(5), shift)


def join(group, *employees, since=None):
    return scheduling.join_group([e.pk for e in employees], group, since or day("10-01"), by=ROOT, at=NOW)


def punch(employee, *times, zone="Asia/Shanghai", origin="T1"):
    """Presses of an employee's own number at `11-20 09:00`, …; returns what became of them."""
    presses = [Press(employee.number, at(one), zone, origin=origin) for one in times]
    return take(presses, source=Source.TERMINAL, by=ROOT, at=NOW)


def absence(employee, kind, begin, end):
    return attendance.record_absence(employee, kind, Interval(at(begin), at(end)), by=ROOT, at=NOW)


def overtime(employee, begin, end):
    return attendance.record_overtime(employee, Interval(at(begin), at(end)), by=ROOT, at=NOW)


def nobody_waits():
    """Forget what is to be settled again."""
    Touched.objects.all().delete()
    Queued.objects.all().delete()


def settle():
    """Settle all that waits, as the worker would."""
    while drain(1000):
        pass


def work_off(run):
    """Do a job somebody asked for, as the worker would, and give it back as it is then."""
    from procrastinate.contrib.django.models import ProcrastinateJob

    do_job(**ProcrastinateJob.objects.get(args__run_id=run.pk).args)
    run.refresh_from_db()
    return run
