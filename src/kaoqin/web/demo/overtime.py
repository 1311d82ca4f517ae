"""Overtime, corrections and swaps of the demo: opening balances, and requests in several states."""

import datetime as dt
from collections.abc import Callable
from contextlib import suppress

from kaoqin.approvals import deciding_actions
from kaoqin.approvals.models import Request
from kaoqin.attendance import correction_actions
from kaoqin.attendance.correcting import Wanted as Missing
from kaoqin.attendance.correcting import points_of
from kaoqin.attendance.words import Lapse
from kaoqin.core.words import Refusal
from kaoqin.org.models import Employee
from kaoqin.overtime import actions
from kaoqin.overtime.actions import Opening
from kaoqin.overtime.asking import Wanted
from kaoqin.overtime.words import Rules, Way
from kaoqin.punches.ledger import Press, take
from kaoqin.punches.words import Source
from kaoqin.scheduling import swap_actions
from kaoqin.scheduling.models import RosterDay
from kaoqin.web.demo.companies import BUILDER
from kaoqin.web.demo.requests import DAY, Stage

ZONE = "Asia/Shanghai"
OPENING_MINUTES = 960


def open_banks(people: list[Employee], begins_on: dt.date, today: dt.date, now: dt.datetime) -> None:
    """The company's rules, and what every seventh brought along from the time before."""
    actions.keep_rules(None, begins_on, Rules(), by=BUILDER, at=now)
    openings = [Opening(one, OPENING_MINUTES, today + 120 * DAY) for one in people[::7]]
    actions.open_balances(openings, by=BUILDER, at=now)


def ask_for_overtime(today: dt.date, at: dt.datetime) -> None:
    """The shift worker of the demo asks, his manager decides; the smaller demo of the tests has neither."""
    stage = Stage(today, at)
    people = {one.number: one for one in Employee.objects.filter(number__in=("00155", "00153"))}
    if len(people) == 2:
        zhao, qian = people["00155"], people["00153"]
        _rest_days(stage, zhao)
        _corrections(stage, zhao)
        _swap(stage, zhao, qian)


def _asked(ask: Callable[[], Request]) -> Request | None:
    """What somebody asks for, where nothing is in the way."""
    with suppress(Refusal):
        return ask()
    return None


def _rest_days(stage: Stage, zhao: Employee) -> None:
    """Rest days of the last week that were worked and become comp time; one to come waits."""
    around = (stage.today - 6 * DAY, stage.today + 10 * DAY)
    rests = RosterDay.objects.filter(employee=zhao, shift=None, date__range=around).order_by("date")
    for day in rests.values_list("date", flat=True):
        begins, ends = (dt.datetime.combine(day, dt.time(hour)) for hour in (17, 21))
        wanted = Wanted((zhao.pk,), begins, ends, Way.BANK, "赶交付")
        made = _asked(lambda wanted=wanted: actions.ask(zhao, wanted, by=stage.by("zhao"), at=stage.at))  # type: ignore[misc]
        if made and day < stage.today:
            presses = [Press(zhao.number, when, ZONE, person_name=zhao.name) for when in (begins, ends)]
            take(presses, source=Source.TERMINAL, by=BUILDER, at=stage.at)
            deciding_actions.approve(made, "辛苦了", by=stage.by("plant"), at=stage.at)
        elif made:
            return


def _corrections(stage: Stage, zhao: Employee) -> None:
    """Two forgotten punches, all of the quota: one agreed, one waits."""
    worked = RosterDay.objects.filter(employee=zhao, shift__isnull=False, date__lt=stage.today)
    days = list(worked.order_by("-date").values_list("date", flat=True)[:2])
    for number, day in enumerate(reversed(days)):
        point = points_of(zhao.pk, day)[-1]
        if point.moment:
            missing = Missing(day, point.point, point.segment, point.moment, Lapse.FORGOT, "交接班时忘了")
            made = _asked(
                lambda missing=missing: correction_actions.ask(zhao, missing, by=stage.by("zhao"), at=stage.at)  # type: ignore[misc]
            )
            if made and not number:
                deciding_actions.approve(made, "下次注意", by=stage.by("plant"), at=stage.at)


def _swap(stage: Stage, zhao: Employee, qian: Employee) -> None:
    """The first of the next days on which the two may swap; it waits for the other's yes."""
    for ahead in range(2, 20):

        def ask(day: dt.date = stage.today + ahead * DAY) -> Request:
            swap = swap_actions.plan(zhao, qian, [day], "家里有事")
            return swap_actions.ask(zhao, swap, by=stage.by("zhao"), at=stage.at)

        if _asked(ask):
            return
