"""What people must know of yesterday's visits: each what was missed and short, each manager the team's in one digest.

Every night. Told once by day and person: the night may come twice. Somebody who was not to work that day has not missed
anything, but what was planned and not visited is what it is; the notice says so, and judges nothing.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone
from procrastinate.contrib.django import app

from kaoqin.core.sentences import Sentence
from kaoqin.core.words import say_list
from kaoqin.field import photos, settling
from kaoqin.field.models import PlanStop, Visit
from kaoqin.field.visit_queries import visited
from kaoqin.field.words import DIGEST, MISSED, SHORT
from kaoqin.notices import actions as notices
from kaoqin.org import lead_queries
from kaoqin.org import queries as org

DAY = dt.timedelta(days=1)
NAMED = 5
"""So many customers are named in a notice; of the rest it says how many."""


@app.periodic(cron="10 17 * * *")
@app.task(name="field.tell_nightly", queueing_lock="field.tell_nightly")
def tell_nightly(timestamp: int) -> None:
    """Ten past one in China: yesterday's visits end, and what came of the day is told."""
    now = timezone.now()
    end_open(now)
    tell_of(timezone.localdate(now) - DAY, now)
    photos.drop_unused(now)
    photos.forget_old(now)


def end_open(at: dt.datetime) -> int:
    """Visits nobody checked out of end at their midnight; returns of how many people and days."""
    days = set(Visit.objects.filter(ended_at=None).values_list("employee_id", "date"))
    for employee_id, date in sorted(days):
        with transaction.atomic():
            org.hold([employee_id], date)
            settling.settle(employee_id, date, at=at)
    return len(days)


@transaction.atomic
def tell_of(date: dt.date, at: dt.datetime) -> int:
    """Tell of a day that is over; returns how many were told now."""
    missed = _missed(date)
    short = _short(date)
    accounts = org.accounts_of({*missed, *short})
    told = sum(_tell_missed(accounts[who], names, date, at) for who, names in missed.items() if who in accounts)
    told += sum(_tell_short(accounts[who], rows, at) for who, rows in short.items() if who in accounts)
    return told + _tell_managers(missed, short, date, at)


def _missed(date: dt.date) -> dict[int, list[str]]:
    """By employee, the customers planned and not visited on a day."""
    rows = PlanStop.objects.filter(~visited(), date=date).order_by("employee", "place")
    found: dict[int, list[str]] = defaultdict(list)
    for employee_id, name in rows.values_list("employee_id", "customer__name"):
        found[employee_id].append(name)
    return found


def _short(date: dt.date) -> dict[int, list[Visit]]:
    found: dict[int, list[Visit]] = defaultdict(list)
    for row in Visit.objects.filter(date=date, short=True).select_related("customer", "terms").order_by("started_at"):
        found[row.employee_id].append(row)
    return found


def _tell_missed(account_id: int, names: list[str], date: dt.date, at: dt.datetime) -> bool:
    title = Sentence("{day} 有 {count} 家计划的拜访没有完成", day=f"{date:%m-%d}", count=len(names))
    body = Sentence("没有拜访:{names}。", names=_few(names))
    link = f"/field/plans/?week={date.isoformat()}"
    return bool(notices.tell(MISSED, [account_id], title, body, link, key=date.isoformat(), at=at))


def _tell_short(account_id: int, rows: list[Visit], at: dt.datetime) -> int:
    """One notice for each visit: the person may still say why."""
    told = 0
    for row in rows:
        what = {"name": row.customer.name, "minutes": row.dwell_minutes, "least": row.terms.least_minutes}
        title = Sentence("「{name}」停留 {minutes} 分钟,少于 {least} 分钟", **what)
        told += notices.tell(SHORT, [account_id], title, "", f"/field/visits/{row.pk}/", key=str(row.pk), at=at)
    return told


def _tell_managers(missed: dict[int, list[str]], short: dict[int, list[Visit]], date: dt.date, at: dt.datetime) -> int:
    """Each line manager once, of all the people led."""
    leads = lead_queries.line_managers({*missed, *short}, date)
    teams: dict[int, list[int]] = defaultdict(list)
    for employee_id, manager_id in sorted(leads.items()):
        teams[manager_id].append(employee_id)
    accounts = org.accounts_of(teams)
    known = org.by_ids({*missed, *short}).in_bulk()
    told = 0
    for manager_id, people in teams.items():
        if manager_id not in accounts:
            continue
        lines = [_line(known[who].name, missed.get(who, []), short.get(who, [])) for who in people]
        title = Sentence("{day} 团队拜访:{count} 人有未完成或过短的拜访", day=f"{date:%m-%d}", count=len(people))
        link = f"/field/visits/?first={date.isoformat()}&last={date.isoformat()}"
        body = "\n".join(lines)
        told += notices.tell(DIGEST, [accounts[manager_id]], title, body, link, key=date.isoformat(), at=at)
    return told


def _line(name: str, missed: list[str], short: list[Visit]) -> str:
    return str(Sentence("{name}:未拜访 {missed} 家,过短 {short} 次", name=name, missed=len(missed), short=len(short)))


def _few(names: Iterable[str]) -> str:
    listed = list(names)
    if len(listed) <= NAMED:
        return say_list(listed)
    return str(Sentence("{names} 等 {count} 家", names=say_list(listed[:NAMED]), count=len(listed)))
