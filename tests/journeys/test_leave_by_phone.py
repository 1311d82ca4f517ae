"""Leave on the phone: asked for over a holiday and a night shift, decided in three steps with a delegate, in two taps
each; the balance and the day afterwards; taken back again."""

import threading

import pytest
from hands import TOLD, agree, submit, undo
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


def ask_for_leave(page, kind):
    """From the home page to the kind of leave."""
    page.click(".quick-link:has-text('请假')")
    with page.expect_response("**/requests/new/leave/"):
        page.click(f".leave-kind:has-text('{kind}') >> nth=0")


def test_leave_over_a_holiday_and_a_night_shift(visit, company, night_worker, live_server, at_work):
    day = f"{live_server.url}/attendance/people/{night_worker.pk}/2026-10-08/"
    zhao = visit("zhao", width=390)
    at_work.sees(zhao, day, "结果:旷工")
    zhao.goto(live_server.url)
    ask_for_leave(zhao, "年假")
    pick(zhao, "first", "2026-10-03")
    pick(zhao, "last", "2026-10-09")
    live = zhao.locator("#live")
    expect(live).to_contain_text("2 天")
    expect(live).to_contain_text("13 天")
    expect(live.locator(".course-step strong")).to_have_text(["lin 代 wang", "chen", "he"])
    assert zhao.evaluate("document.documentElement.scrollWidth") <= 390
    submit(zhao)

    for who in ("lin", "chen", "he"):
        agree(visit(who, width=390), live_server)
    at_work.sees(zhao, day, "结果:请假")
    made = Request.objects.get()
    assert (made.state, left(night_worker)) == ("approved", 13)
    night = DayResult.objects.get(employee=night_worker, date=make.day("10-08"))
    assert (night.leave_minutes, night.absent_minutes) == (480, 0)

    zhao.goto(f"{live_server.url}/my/leave/")
    zhao.wait_for_selector("text=13 天")
    zhao.goto(f"{live_server.url}/notices/")
    zhao.click("text=您的请假:已同意")
    zhao.wait_for_url(f"**/requests/{made.pk}/")
    assert "lin 代 wang" in zhao.inner_text("main")

    undo(visit("he"), live_server, made, "员工改期")
    at_work.sees(zhao, day, "结果:旷工")
    assert left(night_worker) == 15


def test_hours_of_leave_across_midnight_belong_to_the_night_shift(visit, company, night_worker, live_server, at_work):
    """Zhao came at 22:00 and went home at 23:30: what is missing until 06:00 is leave of the day the shift began."""
    roster.paint([Cell(night_worker.pk, make.day("11-18"), company.night.pk)], **TOLD, today=make.TODAY)
    make.punch(night_worker, "11-18 21:55", "11-18 23:31")
    day = f"{live_server.url}/attendance/people/{night_worker.pk}/2026-11-18/"
    zhao = visit("zhao", width=390)
    at_work.sees(zhao, day, "结果:早退")
    zhao.click(".list-group a:has-text('请假')")
    with zhao.expect_response("**/requests/new/leave/**"):
        zhao.click(".leave-kind:has-text('事假') >> nth=0")
    assert zhao.input_value("#id_first") == "2026-11-18"
    zhao.fill("#id_start_time", "23:30")
    zhao.fill("#id_last", "2026-11-19")
    zhao.fill("#id_end_time", "06:00")
    with zhao.expect_response("**/requests/new/leave/**"):
        zhao.dispatch_event("#id_end_time", "change")
    expect(zhao.locator("#live")).to_contain_text("6 小时 30 分")
    expect(zhao.locator("#live")).to_contain_text("lin 代 wang")
    submit(zhao)

    for who in ("lin", "chen", "he"):
        agree(visit(who, width=390), live_server)
    at_work.sees(zhao, day, "结果:请假")
    kept = DayResult.objects.get(employee=night_worker, date=make.day("11-18"))
    assert (kept.leave_minutes, kept.early_minutes, kept.worked_minutes) == (390, 0, 90)
    after = DayResult.objects.filter(employee=night_worker, date=make.day("11-19")).first()
    assert after is None or after.leave_minutes == 0

    undo(visit("he"), live_server, Request.objects.get(), "当天到岗了")
    at_work.sees(zhao, day, "结果:早退")


def test_what_is_chosen_while_the_page_still_opens_is_heard(visit, night_worker, live_server):
    zhao, held, chosen = visit("zhao", width=390), [], threading.Event()
    zhao.route("**/*.js", lambda script: script.continue_() if chosen.is_set() else held.append(script))
    zhao.goto(f"{live_server.url}/requests/new/leave/", wait_until="commit")
    zhao.click(".leave-kind:has-text('年假') >> nth=0")
    chosen.set()
    with zhao.expect_response("**/requests/new/leave/"):
        for script in held:
            script.continue_()
