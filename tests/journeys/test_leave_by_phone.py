"""Leave on the phone: asked for over a holiday and a night shift, decided in three steps with a delegate, in two taps
each; the balance and the day afterwards; taken back again."""

import pytest
from playwright.sync_api import expect

import make
from kaoqin.approvals import delegating, flow_actions
from kaoqin.approvals.flow_actions import FlowSettings
from kaoqin.approvals.flowing import StepPlan, When
from kaoqin.approvals.models import Request
from kaoqin.approvals.words import Who
from kaoqin.attendance.models import DayResult
from kaoqin.core.seeds import plant
from kaoqin.leave import keeping, queries
from kaoqin.org import facts, lead_actions
from kaoqin.org.facts import Facts
from kaoqin.org.lead_actions import Heads
from kaoqin.scheduling import roster
from kaoqin.scheduling.words import Cell
from kaoqin.security.words import Role

TOLD = {"by": make.ROOT, "at": make.NOW}


@pytest.fixture
def night_worker(company):
    """Zhao has fifteen days and works the nights of October 2nd, 8th and 9th; the holiday of October 3rd and the days
    after are free. Wang heads the plant, whom Lin stands in for; He heads the company."""
    plant()
    facts.keep_facts(company.zhao, Facts(gender="male", worked_since=make.day("2000-03-01")), **TOLD)
    keeping.keep([company.zhao.pk], make.TODAY, make.NOW)
    cells = [Cell(company.zhao.pk, make.day(one), company.night.pk) for one in ("10-02", "10-08", "10-09")]
    roster.paint(cells, **TOLD, today=make.TODAY)
    heads = [Heads(company.plant, company.wang, make.SINCE), Heads(company.company, company.he, make.SINCE)]
    lead_actions.state_heads(heads, **TOLD)
    away = (make.TODAY, make.TODAY + make.DAY)
    delegating.delegate(company.wang, company.lin, *away, by=company.by("wang"), at=make.NOW)
    three_steps(company)
    return company.zhao


def three_steps(company):
    """The line manager, Chen, and at last whoever is HR."""
    made = flow_actions.new_flow("请假三步", **TOLD)
    flow_actions.keep_settings(made, FlowSettings(When(frozenset({"leave"})), None, True), **TOLD)
    flow_actions.add_step(made, StepPlan(Who.PEOPLE, people=(company.chen.pk,)), **TOLD)
    flow_actions.add_step(made, StepPlan(Who.ROLE, role=Role.HR), **TOLD)
    flow_actions.publish(made, make.TODAY, **TOLD)


def left(employee):
    return queries.explain(employee.pk, "annual", make.TODAY).left / 480


def pick(page, name, day):
    page.fill(f"#id_{name}", day)
    with page.expect_response("**/requests/new/leave/"):
        page.dispatch_event(f"#id_{name}", "change")


def agree(visit, who):
    """From the home page two taps: the notice or the list, and 同意."""
    page = visit(who, width=390)
    page.click("text=1 个申请等您审批")
    page.once("dialog", lambda dialog: dialog.accept())
    page.click("button:has-text('同意') >> nth=-1")
    page.wait_for_selector("text=已同意")


def test_leave_over_a_holiday_and_a_night_shift(visit, company, night_worker, live_server):
    zhao = visit("zhao", width=390)
    zhao.click(".quick-link:has-text('新申请')")
    zhao.click("a:has-text('请假') >> nth=-1")
    with zhao.expect_response("**/requests/new/leave/"):
        zhao.click(".leave-kind:has-text('年假') >> nth=0")
    pick(zhao, "first", "2026-10-03")
    pick(zhao, "last", "2026-10-09")
    live = zhao.locator("#live")
    expect(live).to_contain_text("2 天")
    expect(live).to_contain_text("13 天")
    assert live.locator(".course-step").count() == 3
    assert zhao.evaluate("document.documentElement.scrollWidth") <= 390
    zhao.click("text=提交申请")
    zhao.wait_for_selector("text=申请已提交")

    for who in ("lin", "chen", "he"):
        agree(visit, who)
    made = Request.objects.get()
    assert (made.state, left(night_worker)) == ("approved", 13)
    make.settle()
    night = DayResult.objects.get(employee=night_worker, date=make.day("10-08"))
    assert (night.leave_minutes, night.absent_minutes) == (480, 0)

    zhao.goto(f"{live_server.url}/my/leave/")
    zhao.wait_for_selector("text=13 天")
    zhao.goto(f"{live_server.url}/notices/")
    zhao.click("text=您的请假:已同意")
    zhao.wait_for_url(f"**/requests/{made.pk}/")

    he = visit("he")
    he.goto(f"{live_server.url}/requests/{made.pk}/")
    he.click("summary:has-text('撤销已同意的申请')")
    he.fill("#undo_text", "员工改期")
    he.click("text=直接撤销(人事)")
    he.wait_for_selector("text=已撤销")
    assert left(night_worker) == 15
    make.settle()
    assert DayResult.objects.get(employee=night_worker, date=make.day("10-08")).leave_minutes == 0
