"""Overtime on the phone: agreed, worked, banked as comp time, taken as leave; a statutory day is never banked."""

import pytest
from hands import agree, ask_for, fill, lead, submit, undo
from playwright.sync_api import expect

import make
from kaoqin.approvals.models import Request
from kaoqin.overtime import queries


@pytest.fixture
def led(company):
    lead(company)
    return company


def test_overtime_is_agreed_worked_banked_and_taken(visit, led, live_server, at_work):
    bank = f"{live_server.url}/my/bank/"
    chen, wang = visit("chen", width=390), visit("wang", width=390)
    ask_for(chen, live_server, "加班")
    way = chen.locator("#id_way")
    fill(chen, date="2027-01-01")
    expect(chen.locator("#way-box")).to_contain_text("法定节假日付 300%")
    expect(way.locator("option[value=bank]")).to_be_disabled()
    expect(chen.locator("#advice")).to_contain_text("法定节假日 300%")
    fill(chen, date="2026-11-14", start="09:00", end="17:00")
    expect(chen.locator("#advice")).to_contain_text("休息日 200%")
    expect(chen.locator("#advice")).to_contain_text("wang")
    fill(chen, way="bank")
    chen.fill("#id_reason", "赶交付")
    submit(chen)
    agree(wang, live_server)

    make.punch(led.chen, "11-14 08:55", "11-14 17:10", "11-19 09:00", "11-19 14:01")
    at_work.sees(chen, bank, "为什么是 8 小时")
    day = f"{live_server.url}/attendance/people/{led.chen.pk}/2026-11-19/"
    at_work.sees(chen, day, "结果:早退")

    ask_for(chen, live_server, "请假")
    with chen.expect_response("**/requests/new/leave/"):
        chen.click(".leave-kind:has-text('调休') >> nth=0")
    fill(chen, first="2026-11-19", start_time="14:00", last="2026-11-19", end_time="18:00")
    expect(chen.locator("#live")).to_contain_text("4 小时")
    submit(chen)
    agree(wang, live_server)
    at_work.sees(chen, day, "结果:请假")
    at_work.sees(chen, bank, "为什么是 4 小时")
    chen.click("summary:has-text('为什么是 4 小时')")
    lines = chen.locator("main details li")
    expect(lines).to_have_count(3)
    expect(lines.nth(0)).to_contain_text("休息日加班,核算 480 分钟转调休")
    expect(lines.nth(0)).to_contain_text("+8 小时")
    expect(lines.nth(1)).to_contain_text("使用")
    expect(lines.nth(1)).to_contain_text("-4 小时")

    taken, agreed = Request.objects.order_by("-pk")
    undo(visit("he"), live_server, taken, "客户来访,没有休")
    at_work.sees(chen, day, "结果:早退")
    at_work.sees(chen, bank, "为什么是 8 小时")
    chen.goto(f"{live_server.url}/requests/{agreed.pk}/")
    chen.click("summary:has-text('撤销已同意的申请')")
    chen.fill("#undo_text", "改为付加班费")
    chen.click("button:has-text('申请撤销')")
    chen.wait_for_selector("text=撤销申请已提交")
    agree(wang, live_server)
    at_work.sees(chen, bank, "没有可用的调休")
    assert queries.balance(led.chen.pk, make.TODAY).left == 0
