"""Clicks at the same time, on connections of their own: one after the other, each on what the other left."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from asking import Company, deeds, flow, lead, state
from django.db import connection

from kaoqin.approvals import actions, carrying, deciding_actions
from kaoqin.approvals.flowing import StepPlan
from kaoqin.approvals.models import RequestEntry
from kaoqin.approvals.words import Mode, Who
from kaoqin.core.words import Refusal


@pytest.fixture
def us(company):
    lead(company)
    return Company(company)


@pytest.fixture
def together(monkeypatch):
    """`together(one, other)`: both begin before either may go on; gives what each gave or refused."""
    gate = threading.Barrier(2, timeout=20)
    hold = carrying.hold

    def at_once(request_id):
        if threading.current_thread() is not threading.main_thread():
            gate.wait()
        return hold(request_id)

    monkeypatch.setattr(carrying, "hold", at_once)

    def run(deed):
        try:
            return deed().state
        except Refusal as refusal:
            return refusal.code
        finally:
            connection.close()

    def both(*deeds_):
        with ThreadPoolExecutor(2) as pool:
            return sorted(pool.map(run, deeds_))

    return both


def decide(us, request, who):
    told = us.by(who)
    return lambda: deciding_actions.approve(request, **told)


def test_two_who_must_both_agree_do_so_at_once(us, together):
    flow(StepPlan(Who.PEOPLE, Mode.ALL, people=(us.cast.wang.pk, us.cast.he.pk)))
    made = us.ask("chen")
    assert together(decide(us, made, "wang"), decide(us, made, "he")) == ["approved", "open"]
    assert state(made) == "approved"
    assert deeds(made).count("approved") == 1


def test_of_two_of_whom_one_is_enough_one_comes_late(us, together):
    flow(StepPlan(Who.PEOPLE, Mode.ANY, people=(us.cast.wang.pk, us.cast.he.pk)))
    made = us.ask("chen")
    assert together(decide(us, made, "wang"), decide(us, made, "he")) == ["approvals.over", "approved"]
    assert RequestEntry.objects.filter(request=made, deed="yes").count() == 1


def test_a_click_while_it_is_withdrawn(us, together):
    made = us.ask("chen")
    chen = us.by("chen")

    def take_back():
        actions.withdraw(made, **chen)
        made.refresh_from_db()
        return made

    answers = together(decide(us, made, "wang"), take_back)
    assert answers in (["approvals.over", "approved"], ["approvals.over", "withdrawn"])
    assert state(made) == answers[1]
