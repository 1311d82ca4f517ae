"""What is asked for as overtime: its details as JSON, what people read of it, what a flow may ask."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext, gettext_lazy

from kaoqin.approvals.words import Details, Lines, RequestKind, request_kind
from kaoqin.core.words import Refusal, say_list, say_minutes
from kaoqin.org import queries as org
from kaoqin.overtime.words import Way

LONGEST = dt.timedelta(hours=24)
MOST_PEOPLE = 50


@dataclass(frozen=True)
class Wanted:
    """Overtime of some people (employee ids), [start, end) in naive local time, how it is repaid, and why."""

    people: tuple[int, ...]
    start: dt.datetime
    end: dt.datetime
    way: Way
    reason: str

    @property
    def minutes(self) -> int:
        return int((self.end - self.start).total_seconds()) // 60

    def keep(self) -> dict[str, Any]:
        """The details as JSON."""
        when = {"start": self.start.isoformat(), "end": self.end.isoformat()}
        return {**when, "people": list(self.people), "way": str(self.way), "reason": self.reason}

    def refuse_bad(self) -> None:
        """Refuse a time that is none, one of more than a day, and too many people."""
        if self.end <= self.start:
            raise Refusal("overtime.interval", gettext("结束时间须晚于开始时间。"), "end")
        if self.end - self.start > LONGEST:
            raise Refusal("overtime.too_long", gettext("一次加班最长 24 小时,跨多天请分开申请。"), "end")
        if not 1 <= len(self.people) <= MOST_PEOPLE:
            said = gettext("一次最多为 {most} 人申请。").format(most=MOST_PEOPLE)
            raise Refusal("overtime.many_people", said, "people")


def read_wanted(details: Details) -> Wanted:
    """Overtime as its details were kept."""
    start, end = (dt.datetime.fromisoformat(details[name]) for name in ("start", "end"))
    return Wanted(tuple(details["people"]), start, end, Way(details["way"]), details["reason"])


def facts(details: Details) -> Mapping[str, Decimal]:
    """Hours from start to end, of one person."""
    return {"hours": round(Decimal(read_wanted(details).minutes) / 60, 2)}


def lines(details: Details) -> Lines:
    """What a person reads of it."""
    wanted = read_wanted(details)
    names = org.by_ids(wanted.people).order_by("number").values_list("name", flat=True)
    end = f"{wanted.end:%H:%M}" if wanted.end.date() == wanted.start.date() else f"{wanted.end:%m-%d %H:%M}"
    return [
        (gettext("时间"), f"{wanted.start:%Y-%m-%d %H:%M} – {end}"),
        (gettext("时长"), say_minutes(wanted.minutes)),
        (gettext("补偿"), str(wanted.way.label)),
        (gettext("事由"), wanted.reason),
        (gettext("加班人员"), say_list(names)),
    ]


OVERTIME = request_kind(
    RequestKind(
        *("overtime", gettext_lazy("加班"), lines, facts, "/requests/new/overtime/", "clock-edit"),
        about=gettext_lazy("事前申请或事后补报,计加班费或存调休"),
        place=30,
    )
)
