"""The month of a group: its cycle and its rules, dated."""

import datetime as dt
from dataclasses import dataclass, field

from django.db import transaction
from django.utils.translation import gettext

from kaoqin.attendance import months
from kaoqin.attendance.models import ClosedMonth, MonthRule
from kaoqin.attendance.monthly import Rule
from kaoqin.attendance.words import MANAGE_ATTENDANCE_RULES
from kaoqin.core.sentences import Sentence
from kaoqin.core.words import Refusal
from kaoqin.scheduling.models import Group
from kaoqin.security.audit import record
from kaoqin.security.doors import require
from kaoqin.security.words import Actor


@dataclass(frozen=True)
class MonthPlan:
    """The month of a group: on which day (1 to 28) its cycles begin, and its rules."""

    first_day: int = 1
    rule: Rule = field(default_factory=Rule)


def refuse_closed(group: Group, begins_on: dt.date) -> None:
    """Refuse to begin anything for a group on a day that is closed for somebody of it."""
    closed = ClosedMonth.objects.filter(group=group, last__gte=begins_on, reopened_at=None).order_by("-last").first()
    if closed:
        said = gettext("到 {last} 为止已经月结,新规则请从之后的日期开始。").format(last=closed.last)
        raise Refusal("attendance.closed_already", said, "begins_on")


def month_plan(group_id: int, on: dt.date) -> MonthPlan:
    """The month of a group in force on a day."""
    row = months.rules_in_force([group_id], on).get(group_id)
    return MonthPlan(row.first_day if row else 1, months.rule_of(row))


@transaction.atomic
def keep_month_rule(group: Group, begins_on: dt.date, plan: MonthPlan, *, by: Actor, at: dt.datetime) -> MonthRule:
    """The month of a group from a day on. Refuses a day that was closed already: what was closed keeps its rule."""
    require(by, MANAGE_ATTENDANCE_RULES)
    if not 1 <= plan.first_day <= 28:
        raise Refusal("attendance.first_day", gettext("周期起始日须为 1 至 28 日。"), "first_day")
    refuse_closed(group, begins_on)
    told = {"first_day": plan.first_day, **vars(plan.rule)}
    row, _ = MonthRule.objects.update_or_create(group=group, begins_on=begins_on, defaults=told)
    said_ = Sentence("考勤组 {name} 自 {begins_on} 的月度规则", name=group.name, begins_on=begins_on)
    record(by, "attendance.keep_month_rule", group, said_, at=at, **told)
    return row
