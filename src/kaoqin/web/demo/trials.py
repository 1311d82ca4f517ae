"""A draft of rules in the demo, tried on last month: five minutes late are forgiven, overtime counts by the full hour."""

import datetime as dt
from dataclasses import replace

from kaoqin.scheduling.models import Group
from kaoqin.trials import actions, running
from kaoqin.trials.terms import Terms
from kaoqin.web.demo.companies import BUILDER

LATE_GRACE_MINUTES = 5
OVERTIME_STEP_MINUTES = 60
WAREHOUSE = "QH-TWO"


def try_rules(today: dt.date, at: dt.datetime) -> None:
    """For the warehouse, whose overtime counts by its punches: some gain, some lose."""
    month = (today.replace(day=1) - dt.timedelta(days=1)).replace(day=1)
    group = Group.objects.get(code=WAREHOUSE)
    trial = actions.begin(group, "迟到宽限 5 分,加班按小时取整", by=BUILDER, at=at)
    trial = actions.change(trial, trial.name, _other(Terms.load(trial.after)), by=BUILDER, at=at)
    running.try_all(actions.run(trial, [month], None, by=BUILDER, at=at))


def _other(terms: Terms) -> Terms:
    shifts = {
        key: replace(one, segments=tuple(replace(segment, late_grace=LATE_GRACE_MINUTES) for segment in one.segments))
        for key, one in terms.shifts.items()
    }
    return Terms(terms.rules | {"overtime_step": OVERTIME_STEP_MINUTES}, terms.month, shifts)
