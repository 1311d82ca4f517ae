"""What the tests of trials do again and again."""

import make
from kaoqin.core.models import JobRun
from kaoqin.trials import actions, queries
from kaoqin.trials.terms import Terms

OCTOBER = make.day("10-01")
HR = {"by": make.ROOT, "at": make.NOW}


def settled(cast):
    """Chen came 5 and 20 minutes late, Wang 8, and both left; He never came. All is settled."""
    make.punch(cast.chen, "10-12 09:05", "10-12 18:00", "10-13 09:20", "10-13 18:00")
    make.punch(cast.wang, "10-12 09:08", "10-12 18:00")
    make.settle()
    return cast


def change(trial, *, grace=None, shift=None, month=None, **rules):
    """The draft with another grace for a shift, other rules of the month, other rules."""
    told = Terms.load(trial.after).keep()
    told["rules"] |= rules
    told["month"] |= month or {}
    if grace is not None:
        told["shifts"][str(shift.pk)]["segments"][0]["late_grace"] = grace
    return actions.change(trial, trial.name, Terms.load(told), **HR)


def run(trial, *months, department=None, by=None):
    """The run of a draft, done as the worker would."""
    made = actions.run(trial, list(months or [OCTOBER]), department, by=by or make.ROOT, at=make.NOW)
    make.work_off(JobRun.objects.get(pk=made.job_id))
    made.refresh_from_db()
    return made


def row(made, employee):
    return queries.people(made, seen_by=make.ROOT, on=make.TODAY).get(employee=employee)
