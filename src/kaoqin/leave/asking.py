"""What is asked for as leave or as its end: details as JSON, what people read of it, what a flow may ask."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy

from kaoqin.approvals import queries as approvals
from kaoqin.approvals.words import Details, Lines, RequestKind, request_kind
from kaoqin.core.words import say_minutes
from kaoqin.leave import queries
from kaoqin.leave.counting import Stretch
from kaoqin.leave.models import LeaveKind
from kaoqin.leave.queries import Cost
from kaoqin.leave.words import Half, kind_name, say_days


@dataclass(frozen=True)
class AskedLeave:
    """Leave as it is asked for: by roster days with halves, or, where there are times, by the clock (`09:00`, local)."""

    kind: str
    first: dt.date
    last: dt.date
    first_half: str = ""
    last_half: str = ""
    start_time: str = ""
    end_time: str = ""
    reason: str = ""

    @property
    def by_the_clock(self) -> bool:
        return bool(self.start_time)

    def interval(self, employee_id: int) -> Stretch:
        """The wall-clock interval on the roster as it is now."""
        if not self.by_the_clock:
            return queries.interval(employee_id, self.first, self.last, self.first_half, self.last_half)
        start, end = dt.time.fromisoformat(self.start_time), dt.time.fromisoformat(self.end_time)
        return dt.datetime.combine(self.first, start), dt.datetime.combine(self.last, end)

    def keep(self, cost: Cost, files: list[str]) -> dict[str, Any]:
        """The details as JSON, with what it cost when it was asked for, in minutes, and the names of its proofs."""
        told = {**asdict(self), "first": self.first.isoformat(), "last": self.last.isoformat()}
        costs = {"minutes": cost.minutes, "taken_minutes": cost.taken_minutes}
        return {**told, **costs, "day_minutes": cost.kind.rules.day_minutes, "files": files}


def read_leave(details: Details) -> AskedLeave:
    """Leave as its details were kept."""
    plain = ("kind", "first_half", "last_half", "start_time", "end_time", "reason")
    first, last = (dt.date.fromisoformat(details[name]) for name in ("first", "last"))
    return AskedLeave(first=first, last=last, **{name: details[name] for name in plain})


def _say_when(asked: AskedLeave) -> str:
    begin, end = asked.first.isoformat(), asked.last.isoformat()
    if asked.by_the_clock:
        last = asked.end_time if asked.first == asked.last else f"{end} {asked.end_time}"
        return f"{begin} {asked.start_time} – {last}"
    halves = [str(Half(one).label) if one else "" for one in (asked.first_half, asked.last_half)]
    if asked.first == asked.last:
        return " ".join(filter(None, (begin, *halves)))
    return " – ".join(" ".join(filter(None, pair)) for pair in zip((begin, end), halves, strict=True))


def say_cost(details: Details) -> str:
    """What it cost when it was asked for: hours by the clock, else days."""
    taken = details["taken_minutes"]
    return say_minutes(taken) if details["start_time"] else say_days(taken, details["day_minutes"])


def facts(details: Details) -> Mapping[str, Decimal | str]:
    """The kind of leave, days of its ledger and hours on the roster."""
    return {"kind": details["kind"], **_amounts(details["taken_minutes"], details["day_minutes"], details["minutes"])}


def _amounts(taken: int, day_minutes: int, minutes: int) -> dict[str, Decimal]:
    return {"days": round(Decimal(taken) / day_minutes, 2), "hours": round(Decimal(minutes) / 60, 2)}


def lines(details: Details) -> Lines:
    """What a person reads of it."""
    asked = read_leave(details)
    told = [
        (gettext("假期类型"), str(kind_name(asked.kind))),
        (gettext("时间"), _say_when(asked)),
        (gettext("时长"), say_cost(details)),
        (gettext("事由"), asked.reason),
    ]
    return [(label, text) for label, text in told if text]


def keep_end(
    leave_id: int, kind: str, said: tuple[str, str], since: dt.datetime, back: int, reason: str
) -> dict[str, Any]:
    """The end of a leave as JSON: which one with its kind, when it is and since when it ends as people read them, the
    moment it ends, minutes back."""
    told = {"leave": leave_id, "kind": kind, "since": since.isoformat(timespec="minutes")}
    return {**told, "when": said[0], "since_said": said[1], "back_minutes": back, "reason": reason}


def say_since(since: dt.datetime, by_the_day: bool) -> str:
    """Since when a leave ends: a day of leave by the day, else the moment."""
    return f"{since:%Y-%m-%d}" if by_the_day else f"{since:%Y-%m-%d %H:%M}"


def end_facts(details: Details) -> Mapping[str, Decimal | str]:
    """The kind of leave, and what comes back, in days of eight hours and in hours."""
    back = details["back_minutes"]
    return {"kind": details["kind"], **_amounts(back, 480, back)}


def end_lines(details: Details) -> Lines:
    told = [
        (gettext("原请假"), f"{kind_name(details['kind'])} {details['when']}"),
        (gettext("不再休的从"), details["since_said"]),
        (gettext("退回"), say_days(details["back_minutes"], 480)),
        (gettext("事由"), details["reason"]),
    ]
    return [(label, text) for label, text in told if text]


def pending(employee_id: int) -> dict[str, int]:
    """Minutes of each kind of leave that somebody has asked for and nobody decided yet."""
    found: dict[str, int] = {}
    for one in approvals.undecided(LEAVE.code, employee_id):
        kind = one.details["kind"]
        found[kind] = found.get(kind, 0) + one.details["taken_minutes"]
    return found


def finer() -> dict[str, str | Promise]:
    """The kinds of leave there are, code → name, in their order."""
    return {row.code: row.name for row in LeaveKind.objects.order_by("position", "code")}


LEAVE = request_kind(
    RequestKind(
        *("leave", gettext_lazy("请假"), lines, facts, "/requests/new/leave/", "beach"),
        about=gettext_lazy("年假、调休、病假、事假等,按排班算扣多少"),
        mends=frozenset({"absent", "late", "serious_late", "early"}),
        for_others=True,
        finer=finer,
        place=10,
    )
)
LEAVE_END = request_kind(
    RequestKind(
        *("leave_end", gettext_lazy("销假"), end_lines, end_facts, "/requests/new/leave-end/", "user-check"),
        about=gettext_lazy("提前回来上班,剩下的假退回"),
        for_others=True,
        finer=finer,
        place=70,
    )
)
