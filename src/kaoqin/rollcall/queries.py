"""Questions about roll-calls: whom to call, what was called, and how it compares."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count, QuerySet
from django.utils.translation import gettext

from kaoqin.attendance import queries as attendance
from kaoqin.core.words import NotFound, Refusal
from kaoqin.devices import queries as devices
from kaoqin.org import queries as org
from kaoqin.org.models import Employee, Site
from kaoqin.punches import queries as punches
from kaoqin.rollcall.comparing import Compared, compare, window
from kaoqin.rollcall.models import RollCall, Tick
from kaoqin.rollcall.words import CALL_ROLL, REVIEW_ROLL, Direction, Match
from kaoqin.security.doors import reach, require
from kaoqin.security.words import Actor

MOST_AT_ONCE = 500


def sites(*, seen_by: Actor, on: dt.date) -> list[tuple[Site, dt.datetime | None]]:
    """The sites of the people within reach, those whose terminals do not call first, each with since when they do not."""
    found = org.sites_of(org.people(CALL_ROLL, seen_by=seen_by, on=on), on)
    out = devices.sites_out()
    return sorted(((site, out.get(site.pk)) for site in found), key=lambda told: (told[1] is None, told[0].name))


def site(site_id: int, *, seen_by: Actor, on: dt.date) -> Site:
    """A site where people within reach work."""
    found = org.sites_of(org.people(CALL_ROLL, seen_by=seen_by, on=on), on).filter(pk=site_id).first()
    if found is None:
        raise NotFound("rollcall.no_site", gettext("没有这个地点,或者那里没有您管理的员工。"))
    return found


@dataclass(frozen=True)
class Called:
    """Somebody on the list: who, the shift, whether expected today, and what is known of the day."""

    employee: Employee
    presence: attendance.Presence

    @property
    def expected(self) -> bool:
        """Somebody with a shift today who has not pressed and is not away."""
        return self.presence.state in {"missing", "later"}


def called(place: Site, department_id: int | None, *, seen_by: Actor, on: dt.date, now: dt.datetime) -> list[Called]:
    """Whom to call at a site: everybody within reach, those who are expected first. Refuses more than 500 at once."""
    people = org.at_site(org.people(CALL_ROLL, seen_by=seen_by, on=on), place.pk, on)
    people = org.in_departments(people, department_id, on) if department_id else people
    ids = list(org.employed(people, on, on).order_by("number").values_list("pk", flat=True)[: MOST_AT_ONCE + 1])
    if len(ids) > MOST_AT_ONCE:
        raise Refusal("rollcall.too_many", gettext("这里超过 {most} 人,请先选部门。").format(most=MOST_AT_ONCE))
    who = org.with_posting(org.by_ids(ids), on).in_bulk()
    rows = [Called(who[one.employee_id], one) for one in attendance.standing(ids, on=on, now=now)]
    return sorted(rows, key=lambda row: not row.expected)


def roll_calls(*, seen_by: Actor) -> QuerySet[RollCall]:
    """Roll-calls, the newest first: all for HR of the whole company, else one's own."""
    require(seen_by, CALL_ROLL)
    rows = RollCall.objects.select_related("site", "called_by", "reviewed_by").annotate(tick_count=Count("ticks"))
    everything = reach(seen_by, REVIEW_ROLL).everyone
    mine = rows if everything else rows.filter(called_by=seen_by.account_id)
    return mine.order_by("-at", "-pk")


def roll_call(roll_call_id: int, *, seen_by: Actor) -> RollCall:
    found = roll_calls(seen_by=seen_by).filter(pk=roll_call_id).first()
    if found is None:
        raise NotFound("rollcall.no_roll_call", gettext("没有这次点名,或者不在您的管理范围内。"))
    return found


@dataclass(frozen=True)
class Line:
    """A person of a roll-call, compared; `tick` where they were ticked."""

    employee: Employee
    compared: Compared
    tick: Tick | None


def lines(call: RollCall, *, at: dt.datetime) -> list[Line]:
    """Everybody of a roll-call, what must be looked at first: six queries for anybody."""
    ticks = {tick.employee_id: tick for tick in call.ticks.all()}
    void = punches.voided(tick.punch_id for tick in ticks.values())
    pressed = punches.pressed([*ticks, *call.passed_over], *window(call.at))
    ticked = {who: tick.punch_id in void for who, tick in ticks.items()}
    complete = devices.all_sent(call.site_id, at)
    found = compare(call.at, Direction(call.direction), ticked, pressed, complete=complete)
    who = org.by_ids([one.employee_id for one in found]).in_bulk()
    rows = [Line(who[one.employee_id], one, ticks.get(one.employee_id)) for one in found]
    order = list(Match)
    return sorted(rows, key=lambda line: (order.index(line.compared.match), line.employee.number))


def to_review(*, seen_by: Actor, at: dt.datetime) -> int:
    """How many roll-calls HR has not reviewed though the terminals have sent what they kept back."""
    require(seen_by, REVIEW_ROLL)
    open_sites = RollCall.objects.filter(reviewed_at=None).values_list("site", flat=True)
    return sum(devices.all_sent(site_id, at) for site_id in open_sites)
