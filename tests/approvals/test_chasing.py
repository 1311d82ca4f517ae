"""What waits too long is reminded of, then passed up; each once."""

import datetime as dt

import pytest
from asking import deeds, flow

import make
from kaoqin.approvals.chasing import chase
from kaoqin.approvals.flowing import StepPlan
from kaoqin.approvals.words import Who
from kaoqin.org import lead_actions

HOUR = dt.timedelta(hours=1)
SECOND = dt.timedelta(seconds=1)


@pytest.fixture
def made(us):
    flow(StepPlan(Who.MANAGER, remind_hours=24, escalate_hours=48))
    return us.ask("lin")


def test_reminded_when_due_and_once(us, made, heard):
    assert chase(make.NOW + 24 * HOUR - SECOND) == 0
    assert chase(make.NOW + 24 * HOUR) == 1
    assert chase(make.NOW + 25 * HOUR) == 0
    assert heard.names() == ["requests.reminded"]
    assert us.waits_for(made) == ["wang"]


def test_passed_up_when_due(us, made, heard):
    assert chase(make.NOW + 48 * HOUR - SECOND) == 1
    assert chase(make.NOW + 48 * HOUR) == 1
    assert us.waits_for(made) == ["he"]
    assert deeds(made) == ["submitted", "overdue", "escalated"]
    us.yes(made, "he")
    assert chase(make.NOW + 99 * HOUR) == 0


def test_it_stays_where_nobody_is_above_but_the_applicant(us, made):
    lead_actions.state_managers(
        [lead_actions.Answers(us.cast.wang, us.cast.lin, make.TODAY)], by=make.ROOT, at=make.NOW
    )
    chase(make.NOW + 48 * HOUR)
    assert us.waits_for(made) == ["wang"]


def test_what_is_decided_is_left_alone(us, made):
    us.no(made, "wang")
    assert chase(make.NOW + 99 * HOUR) == 0
