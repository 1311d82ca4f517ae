"""What is asked for as a correction (补卡): its details as JSON, what people read, the quota of its reason."""

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext, gettext_lazy

from kaoqin.approvals import queries as approvals
from kaoqin.approvals.models import Request
from kaoqin.approvals.words import Details, Lines, RequestKind, State, request_kind
from kaoqin.attendance.models import CorrectionQuota
from kaoqin.attendance.words import QUOTAS, Lapse, Point, Quota
from kaoqin.core.time import load_wall_clock
from kaoqin.scheduling import queries as scheduling

DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Wanted:
    """A punch that is missing: of which roster day, which point of which segment (from 1), when (naive local), why."""

    date: dt.date
    point: Point
    segment: int
    moment: dt.datetime
    lapse: Lapse
    reason: str

    def keep(self) -> dict[str, Any]:
        """The details as JSON."""
        told = {"date": self.date.isoformat(), "moment": self.moment.isoformat(), "segment": self.segment}
        return {**told, "point": str(self.point), "lapse": str(self.lapse), "reason": self.reason}


def read_wanted(details: Details) -> Wanted:
    """A correction as its details were kept."""
    date, moment = dt.date.fromisoformat(details["date"]), dt.datetime.fromisoformat(details["moment"])
    return Wanted(date, Point(details["point"]), details["segment"], moment, Lapse(details["lapse"]), details["reason"])


def say_point(point: Point, segment: int) -> str:
    """`上班`; of a later segment `第 2 段上班`."""
    return (
        str(point.label)
        if segment == 1
        else gettext("第 {segment} 段{point}").format(segment=segment, point=point.label)
    )


def lines(details: Details) -> Lines:
    """What a person reads of it."""
    wanted = read_wanted(details)
    return [
        (gettext("补卡时间"), f"{wanted.moment:%Y-%m-%d %H:%M}"),
        (gettext("补哪一次"), f"{wanted.date:%m-%d} {say_point(wanted.point, wanted.segment)}"),
        (gettext("原因"), str(wanted.lapse.label)),
        (gettext("说明"), wanted.reason),
    ]


def facts(details: Details) -> Mapping[str, Decimal]:
    """Nothing that can be counted."""
    return {}


CORRECTION = request_kind(
    RequestKind(
        *("correction", gettext_lazy("补卡"), lines, facts, "/requests/new/correction/", "fingerprint"),
        about=gettext_lazy("忘打卡、打卡失败时补一次,每月有次数"),
        mends=frozenset({"absent", "missing", "late", "serious_late", "early"}),
        place=20,
    )
)


def quota(employee_id: int, lapse: Lapse, on: dt.date) -> Quota:
    """What holds for somebody and a reason on a day: their group's, else the company's, else the house's."""
    return quotas([employee_id], lapse, on)[employee_id]


def quotas(employee_ids: Sequence[int], lapse: Lapse, on: dt.date) -> dict[int, Quota]:
    """What holds for each of some people: two questions for any number of them."""
    groups = scheduling.groups_of(employee_ids, on)
    rows = CorrectionQuota.objects.filter(lapse=lapse, begins_on__lte=on).order_by("group_id", "-begins_on")
    known = {row.group_id: Quota(row.most, row.within_days, row.proof) for row in rows.distinct("group_id")}
    usual = known.get(None, QUOTAS[lapse])
    return {key: known.get(groups[key].pk, usual) if key in groups else usual for key in employee_ids}


def still_forgettable(employee_ids: Sequence[int], date: dt.date, today: dt.date) -> dict[int, int | None]:
    """Who may still ask for a punch they forgot on a day, with how many more of that month (None: as many as needed)."""
    held = quotas(employee_ids, Lapse.FORGOT, date)
    rows = approvals.requests_of_all(CORRECTION.code, employee_ids, (State.OPEN, State.SENT_BACK, State.APPROVED))
    wanted = rows.filter(details__lapse=Lapse.FORGOT, details__date__startswith=f"{date:%Y-%m}-")
    used_ = Counter(wanted.values_list("employee_id", flat=True))
    left = {key: one.most if one.most is None else one.most - used_[key] for key, one in held.items()}
    soon = {key for key, one in held.items() if date >= today - one.within_days * DAY}
    return {key: some for key, some in left.items() if key in soon and (some is None or some > 0)}


def used(employee_id: int, lapse: Lapse, month: dt.date, states: tuple[State, ...], but: int = 0) -> list[Request]:
    """Somebody's requests for a reason, of days in a month, in some states; one may be left out."""
    rows = approvals.requests_of(CORRECTION.code, employee_id, states).exclude(pk=but)
    wanted = rows.filter(details__lapse=lapse, details__date__startswith=f"{month:%Y-%m}-")
    return list(wanted.order_by("details__date", "pk"))


@dataclass(frozen=True)
class PlannedPoint:
    """A point of a roster day at which a punch is planned, and when (naive local); nothing planned on days without."""

    point: Point
    segment: int
    moment: dt.datetime | None

    @property
    def key(self) -> str:
        return f"{self.segment}:{self.point}"

    @property
    def label(self) -> str:
        said = say_point(self.point, self.segment)
        return f"{said} {self.moment:%m-%d %H:%M}" if self.moment else said


def points_of(employee_id: int, date: dt.date) -> list[PlannedPoint]:
    """The points of somebody's roster day, in order; where no times are planned one may add any punch of the day."""
    row = scheduling.roster([employee_id], date, date).get((employee_id, date))
    if row is None or not row.planned:
        return [PlannedPoint(point, 1, None) for point in Point]
    return [
        PlannedPoint(point, number, load_wall_clock(at))
        for number, span in enumerate(row.planned, start=1)
        for point, at in ((Point.IN, span.lower), (Point.OUT, span.upper))
    ]
