"""People hear of their exceptions (异常提醒): each morning of yesterday's, and of all that are open before a month is closed.

An exception is told once: a word (`late`) of a day. What is explained meanwhile, by approved leave or a correction, is no
word of the day's status any more; a notice of it is taken back.
"""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext
from procrastinate.contrib.django import app

from kaoqin.attendance import months, queries
from kaoqin.attendance.correcting import CORRECTION, still_forgettable
from kaoqin.attendance.cycles import PersonPeriod, period_of
from kaoqin.attendance.models import ClosedMonth, DayResult, ToldException
from kaoqin.attendance.scopes import Scope, periods
from kaoqin.attendance.words import (
    CLOSE_MONTHS,
    EXCEPTION,
    EXCEPTIONS,
    SEE_DAYS,
    STATUS_LABELS,
    TEAM_EXCEPTIONS,
)
from kaoqin.core.arrays import any_of
from kaoqin.core.jobs import Progress, ask, work
from kaoqin.core.models import JobRun
from kaoqin.core.sentences import Sentence
from kaoqin.core.words import Refusal
from kaoqin.notices import queries as notices
from kaoqin.notices.actions import take_back, tell
from kaoqin.org import lead_queries
from kaoqin.org import queries as org
from kaoqin.security import queries as security
from kaoqin.security.audit import record
from kaoqin.security.doors import SYSTEM, require
from kaoqin.security.words import Actor

DAY = dt.timedelta(days=1)
LOOKS_BACK = 3
"""Days: what a terminal sends later, or HR changes, is told by the end of the month."""
MOST_NAMES = 8


class Odd(NamedTuple):
    """A day of somebody with the words that are exceptions, the gravest first."""

    employee_id: int
    words: tuple[str, ...]


@app.periodic(cron="30 0 * * *")
@app.task(name="attendance.tell_exceptions", queueing_lock="attendance.tell_exceptions")
def tell_exceptions(timestamp: int) -> None:
    """Half past eight in China, when the night's settlement is over; when it goes out is each person's choice."""
    at = dt.datetime.fromtimestamp(timestamp, dt.UTC)
    today = timezone.localdate(at)
    for back in range(LOOKS_BACK, 0, -1):
        tell_day(today - back * DAY, at)
    tell_ended(today, at)


@transaction.atomic
def tell_day(date: dt.date, at: dt.datetime) -> int:
    """Tell everybody the exceptions of a day they were not told of yet, and their managers; returns how many people."""
    now = {one.employee_id: one.words for one in _odd(date)}
    before = _told(date)
    _mended(date, now, before, at)
    new = [Odd(key, tuple(word for word in words if word not in before[key])) for key, words in now.items()]
    found = [one for one in new if one.words]
    rows = [
        ToldException(employee_id=one.employee_id, date=date, words="+".join(one.words), told_at=at) for one in found
    ]
    ToldException.objects.bulk_create(rows, batch_size=5_000)
    _tell_people(date, found, at)
    _tell_managers(date, [one.employee_id for one in found], at)
    return len(found)


def _odd(date: dt.date) -> list[Odd]:
    rows = _open_days(date, date).values_list("employee_id", "status")
    return [Odd(key, _words(status)) for key, status in rows.order_by("employee_id")]


def _words(status: str) -> tuple[str, ...]:
    there = set(status.split("+"))
    return tuple(word for word in EXCEPTIONS if word in there)


def _open_days(first: dt.date, last: dt.date) -> QuerySet[DayResult]:
    """Finished days with exceptions that were not closed."""
    closed = ClosedMonth.objects.filter(
        employee=OuterRef("employee_id"), reopened_at=None, first__lte=OuterRef("date"), last__gte=OuterRef("date")
    )
    rows = DayResult.objects.filter(queries.is_exception(), date__range=(first, last), provisional=False)
    return rows.exclude(Exists(closed))


def _told(date: dt.date) -> Mapping[int, set[str]]:
    """The words each was told of a day."""
    found: dict[int, set[str]] = defaultdict(set)
    for key, words in ToldException.objects.filter(date=date).values_list("employee_id", "words"):
        found[key] |= set(words.split("+"))
    return found


def _mended(date: dt.date, now: Mapping[int, tuple[str, ...]], before: Mapping[int, set[str]], at: dt.datetime) -> None:
    """What was told and is not so any more leaves the inbox; should it be so again, it is told again."""
    gone = [key for key, words in before.items() if not words & set(now.get(key, ()))]
    rows = ToldException.objects.filter(any_of("employee_id", gone), date=date)
    for words in set(rows.values_list("words", flat=True)):
        still = ToldException.objects.filter(date=date, words=words).exclude(any_of("employee_id", gone))
        keep = notices.accounts_of(still.values_list("employee_id", flat=True))
        take_back(EXCEPTION, _key(date, words.split("+")), keep=keep, at=at)
    rows.delete()


def _key(date: dt.date, words: Iterable[str]) -> str:
    return f"{date}:{'+'.join(words)}"


def _tell_people(date: dt.date, found: Sequence[Odd], at: dt.datetime) -> None:
    """As many notices are written at once as there are different sentences, however many people there are."""
    left = still_forgettable([one.employee_id for one in found], date, timezone.localdate(at))
    alike: dict[tuple[tuple[str, ...], Any], list[int]] = defaultdict(list)
    for one in found:
        may_ask = one.employee_id in left and bool(CORRECTION.mends & set(one.words))
        alike[one.words, left[one.employee_id] if may_ask else 0].append(one.employee_id)
    for (words, more), whom in alike.items():
        title, link = _title(date, words), f"/my/attendance/{date}/"
        tell(EXCEPTION, notices.accounts_of(whom), title, _way_out(more), link, key=_key(date, words), at=at)


def _title(date: dt.date, words: Sequence[str]) -> Sentence:
    """`11-19 考勤异常:缺卡、迟到`."""
    labels = dict(zip("abc", (STATUS_LABELS[word] for word in words), strict=False))
    told = {"date": f"{date:%m-%d}", **labels}
    if len(labels) == 1:
        return Sentence("{date} 考勤异常:{a}", **told)
    if len(labels) == 2:
        return Sentence("{date} 考勤异常:{a}、{b}", **told)
    return Sentence("{date} 考勤异常:{a}、{b}、{c}", **told)


def _way_out(more: int | None) -> Sentence:
    """What one can do: `more` corrections are left of the month (None: as many as needed)."""
    if more is None:
        return Sentence("请核对。忘打卡可以申请补卡;请假、外出请补申请。")
    if more:
        return Sentence("请核对。忘打卡可以申请补卡,当月还可补 {more} 次;请假、外出请补申请。", more=more)
    return Sentence("请核对。补卡次数已用完或已过期限;请假、外出请补申请,有疑问请找主管或人事。")


def _tell_managers(date: dt.date, employee_ids: Sequence[int], at: dt.datetime) -> None:
    """One digest for each who leads some of these people and may see their days."""
    for account, whom in _by_manager(employee_ids, timezone.localdate(at)).items():
        title = Sentence("{date} 团队考勤异常:{count} 人", date=f"{date:%m-%d}", count=len(whom))
        link = f"/attendance/exceptions/?month={date:%Y-%m}"
        tell(TEAM_EXCEPTIONS, [account], title, _names(whom), link, key=f"{date}:{at:%Y-%m-%d}", at=at)


def _by_manager(employee_ids: Sequence[int], today: dt.date) -> dict[int, list[int]]:
    """The account of each line manager who may see days, with those of the people whom they lead."""
    leads = lead_queries.line_managers(employee_ids, today)
    accounts = org.accounts_of(set(leads.values()))
    allowed = security.who_may(SEE_DAYS, set(accounts.values()), today)
    found: dict[int, list[int]] = defaultdict(list)
    for key, manager in leads.items():
        if accounts.get(manager) in allowed:
            found[accounts[manager]].append(key)
    return found


def _names(employee_ids: Sequence[int]) -> Sentence:
    rows = org.by_ids(employee_ids).order_by("number")
    said = "、".join(rows.values_list("name", flat=True)[:MOST_NAMES])
    if len(employee_ids) <= MOST_NAMES:
        return Sentence("{names}", names=said)
    return Sentence("{names} 等 {count} 人", names=said, count=len(employee_ids))


def tell_ended(today: dt.date, at: dt.datetime) -> int:
    """The morning after a cycle has ended: what is open of it; returns how many people."""
    known = months.rhythms()
    ends = {period_of(known.get(group_id, ()), today - DAY).last for group_id in {0, *known}}
    if today - DAY not in ends:
        return 0
    found = periods(Scope((today - DAY).replace(day=1)), by=SYSTEM, on=today)
    over = {key: [one for one in some if one.last == today - DAY] for key, some in found.items()}
    return tell_open({key: some for key, some in over.items() if some}, at)


@transaction.atomic
def push(scope: Scope, *, by: Actor, at: dt.datetime) -> JobRun:
    """Tell everybody of a scope, and their managers, what is open of their cycle: a job. Refuses where nothing is."""
    require(by, CLOSE_MONTHS)
    found = periods(scope, by=by, on=timezone.localdate(at))
    count = len(open_days(found))
    if not count:
        raise Refusal("attendance.nothing_open", gettext("没有还开着的考勤异常。"))
    told = {"month": f"{scope.month:%Y-%m}", "count": count}
    record(by, "attendance.push_exceptions", "attendance", Sentence("推送 {month} 考勤异常,{count} 人", **told), at=at)
    title = gettext("推送 {month} 考勤异常").format(month=told["month"])
    arguments = {"ids": sorted(found), "month": scope.month.isoformat(), "moment": at.isoformat()}
    return ask("attendance.push_exceptions", title, account_id=by.account_id, at=at, **arguments)


@work("attendance.push_exceptions", resumes=True)
def push_with_progress(progress: Progress, ids: list[int], month: str, moment: str) -> dict[str, Any]:
    """Whoever was told on this day already is not told again."""
    progress.expect(len(ids))
    count = tell_open(months.periods_in(ids, dt.date.fromisoformat(month)), dt.datetime.fromisoformat(moment))
    progress.advance(len(ids))
    return {"said": gettext("已提醒 {count} 人和他们的主管。").format(count=count), "address": "/closing/"}


def open_days(found: Mapping[int, Sequence[PersonPeriod]]) -> dict[int, int]:
    """How many days with exceptions each has in the cycles given, of those that are not closed; who has none is not there."""
    counted: Counter[int] = Counter()
    spans: dict[tuple[dt.date, dt.date], list[int]] = defaultdict(list)
    for key, some in found.items():
        for one in some:
            spans[one.first, one.last].append(key)
    for span, ids in spans.items():
        counted.update(_open_days(*span).filter(any_of("employee_id", ids)).values_list("employee_id", flat=True))
    return dict(counted)


@transaction.atomic
def tell_open(found: Mapping[int, Sequence[PersonPeriod]], at: dt.datetime) -> int:
    """Tell people how many days of their cycles are open, and managers of how many people; returns how many people."""
    days = open_days(found)
    month = max((some[-1].month for some in found.values()), default=timezone.localdate(at))
    today, named = timezone.localdate(at), f"{month:%Y-%m}"
    alike: dict[int, list[int]] = defaultdict(list)
    for key, count in days.items():
        alike[count].append(key)
    body = Sentence("请在月结前处理:忘打卡的补卡,请假、外出的补申请;有疑问请找主管或人事。")
    for count, whom in alike.items():
        title = Sentence("{month} 还有 {count} 天考勤异常", month=named, count=count)
        link = f"/my/attendance/?month={named}"
        tell(EXCEPTION, notices.accounts_of(whom), title, body, link, key=f"{named}:{today}", at=at)
    for account, whom in _by_manager(list(days), today).items():
        title = Sentence("{month} 团队还有 {count} 人有考勤异常", month=named, count=len(whom))
        link = f"/attendance/exceptions/?month={named}"
        tell(TEAM_EXCEPTIONS, [account], title, _names(whom), link, key=f"{named}:{today}", at=at)
    return len(days)
