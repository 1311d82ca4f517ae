"""Requests of the demo: who leads whom, a flow for long trips, and requests in every state."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from kaoqin.approvals import actions as approvals
from kaoqin.approvals import deciding_actions, delegating, flow_actions
from kaoqin.approvals.flowing import StepPlan, When
from kaoqin.approvals.models import Request
from kaoqin.approvals.words import Mode, Who
from kaoqin.attendance import trip_actions
from kaoqin.attendance.actions import Interval
from kaoqin.attendance.trips import Trip
from kaoqin.org import lead_actions
from kaoqin.org.models import Department, Employee
from kaoqin.security.doors import actor_of
from kaoqin.security.models import Account
from kaoqin.security.words import Actor, Role
from kaoqin.web.demo.companies import BUILDER

HEADS = {"YC": "YC00001", "YC-E": "YC00011", "YC-S": "YC00021", "QH": "00001", "QH-W1": "00151", "QH-W2": "00551"}
DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Stage:
    """The demo at one moment: who people are, and when it is."""

    today: dt.date
    at: dt.datetime

    def by(self, username: str) -> Actor:
        return actor_of(Account.objects.get(username=username), self.today)

    def ask(self, username: str, kind: str, begin: int, days: int, hours: tuple[int, int], *words: str) -> Request:
        """Ask for something that begins some days from now; words are place and purpose, then companions' numbers."""
        by = self.by(username)
        first, last = self.today + begin * DAY, self.today + (begin + days - 1) * DAY
        when = [dt.datetime.combine(day, dt.time(hour)) for day, hour in zip((first, last), hours, strict=True)]
        place, purpose, *numbers = words
        going = Employee.objects.filter(number__in=numbers).order_by("number")
        trip = Trip(Interval(*when), place, purpose, tuple(one.pk for one in going))
        return trip_actions.ask(kind, Employee.objects.get(pk=by.employee_id or 0), trip, by=by, at=self.at)


def lead_and_ask(today: dt.date, at: dt.datetime) -> None:
    """Heads of departments, a flow for trips of more than five days, and some requests under way."""
    people = {one.number: one for one in Employee.objects.filter(number__in=HEADS.values())}
    rooms = {room.code: room for room in Department.objects.filter(code__in=HEADS)}
    since = today - 400 * DAY
    told = [
        lead_actions.Heads(rooms[code], people[number], max(since, people[number].hired_on))
        for code, number in HEADS.items()
        if number in people  # the demo of the tests is smaller
    ]
    lead_actions.state_heads(told, by=BUILDER, at=at)
    _long_trips(today, at)
    _requests(Stage(today, at))


def _long_trips(today: dt.date, at: dt.datetime) -> None:
    """A flow of its own, with reminders, for trips of more than five days."""
    made = flow_actions.new_flow("长途出差", by=BUILDER, at=at)
    conditions = When(frozenset({"trip"}), over={"days": Decimal(5)})
    flow_actions.keep_settings(made, flow_actions.FlowSettings(conditions, None, True), by=BUILDER, at=at)
    flow_actions.put_step(made, 0, StepPlan(Who.MANAGER, remind_hours=24, escalate_hours=72), by=BUILDER, at=at)
    flow_actions.add_step(made, StepPlan(Who.HEAD), by=BUILDER, at=at)
    flow_actions.add_step(made, StepPlan(Who.ROLE, Mode.ANY, role=Role.HR), by=BUILDER, at=at)
    flow_actions.publish(made, today, by=BUILDER, at=at)


def _requests(stage: Stage) -> None:
    wang, lin = stage.by("wang"), stage.by("lin")
    stage.ask("lin", "trip", 5, 3, (9, 18), "杭州", "拜访经销商,签明年的框架合同", "YC00013")
    stage.ask("lin", "outing", 2, 1, (13, 17), "浦东客户", "新品演示")
    agreed = stage.ask("lin", "outing", 9, 1, (9, 12), "虹桥会展中心", "布展")
    deciding_actions.approve(agreed, "注意安全", by=wang, at=stage.at)
    back = stage.ask("lin", "trip", 14, 2, (9, 18), "南京", "培训")
    deciding_actions.send_back(back, "请写明培训内容和费用由谁承担", by=wang, at=stage.at)
    refused = stage.ask("lin", "outing", 11, 1, (9, 11), "税务局", "代办发票")
    deciding_actions.refuse(refused, "财务会去办", by=wang, at=stage.at)
    long = stage.ask("lin", "trip", 20, 7, (9, 18), "广州、深圳", "华南渠道巡访", "YC00014", "YC00015")
    deciding_actions.approve(long, "", by=wang, at=stage.at)
    withdrawn = stage.ask("wang", "outing", 4, 1, (9, 12), "总部", "季度汇报")
    approvals.withdraw(withdrawn, "改为线上", by=wang, at=stage.at)
    stage.ask("wang", "trip", 6, 2, (8, 20), "苏州", "客户验厂", "YC00012")
    if stage.by("zhao").employee_id:
        stage.ask("zhao", "outing", 3, 1, (9, 15), "设备厂", "学习新焊机")
    approvals.comment(long, "机票已经看好了", by=lin, at=stage.at)
    whose, to = (Employee.objects.get(pk=one.employee_id or 0) for one in (stage.by("boss"), wang))
    delegating.delegate(whose, to, stage.today + 30 * DAY, stage.today + 37 * DAY, by=stage.by("boss"), at=stage.at)
