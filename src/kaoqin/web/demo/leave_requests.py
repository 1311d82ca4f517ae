"""Leave that people of the demo ask for: waiting, agreed, sent back, and one that ends earlier."""

import datetime as dt

from kaoqin.approvals import deciding_actions
from kaoqin.approvals.models import Request
from kaoqin.core.words import Refusal
from kaoqin.leave import asking_actions, queries
from kaoqin.leave.asking import AskedLeave
from kaoqin.leave.models import TakenLeave
from kaoqin.org.models import Employee
from kaoqin.security.doors import actor_of
from kaoqin.security.models import Account
from kaoqin.security.words import Actor

DAY = dt.timedelta(days=1)
WEEKS = 8


def ask_for_leave(today: dt.date, at: dt.datetime) -> None:
    """Requests from the next Monday on; where a week is in the way (a holiday, leave already), the one after."""
    monday = today + (7 - today.weekday()) * DAY
    _ask("lin", "annual", monday, 2, "回老家", today, at)
    agreed = _ask("lin", "personal", monday + 3 * DAY, 1, "办证件", today, at, times=("14:00", "17:00"))
    _decide(agreed, "wang", True, "", today, at)
    back = _ask("wang", "sick", monday + 7 * DAY, 1, "体检复查", today, at)
    _decide(back, "boss", False, "请附上预约单", today, at)
    _ask("wang", "annual", monday + 14 * DAY, 5, "全家出游", today, at)
    _ask("zhao", "annual", monday, 2, "搬家", today, at)
    long = _ask("lin", "annual", monday + 14 * DAY, 3, "陪父母旅游", today, at)
    _decide(long, "wang", True, "工作交接给同事", today, at)
    _end_earlier(long, today, at)


def _by(username: str, today: dt.date) -> Actor:
    return actor_of(Account.objects.get(username=username), today)


def _ask(
    who: str,
    kind: str,
    first: dt.date,
    days: int,
    reason: str,
    today: dt.date,
    at: dt.datetime,
    times: tuple[str, str] = ("", ""),
) -> Request | None:
    """Ask in the first week in which it can be; None where there is none (the demo of the tests is smaller)."""
    by = _by(who, today)
    employee = Employee.objects.filter(pk=by.employee_id or 0).first()
    for week in range(WEEKS if employee else 0):
        begin = first + 7 * week * DAY
        asked = AskedLeave(kind, begin, begin + (days - 1) * DAY, "", "", *times, reason)
        try:
            return asking_actions.ask(employee, asked, by=by, at=at) if employee else None
        except Refusal:
            continue
    return None


def _decide(made: Request | None, who: str, yes: bool, text: str, today: dt.date, at: dt.datetime) -> None:
    if made is not None:
        act = deciding_actions.approve if yes else deciding_actions.send_back
        act(made, text, by=_by(who, today), at=at)


def _end_earlier(made: Request | None, today: dt.date, at: dt.datetime) -> None:
    """The last day of an agreed leave is not wanted any more."""
    leave = TakenLeave.objects.filter(request_id=made.pk).select_related("employee", "kind").first() if made else None
    if leave is not None:
        last = dt.date.fromisoformat(leave.days[-1][0])
        since = queries.interval(leave.employee_id, last, last)[0]
        asking_actions.ask_end(leave, since, "客户临时来访", by=_by("lin", today), at=at)
