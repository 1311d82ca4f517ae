"""HR changes the grace minutes in a draft, tries them on October, sees who gains and why, and publishes with a date."""

import pytest
from playwright.sync_api import expect

import make
from kaoqin.attendance.models import DayResult
from kaoqin.core.models import JobRun
from kaoqin.scheduling import queries as plans


@pytest.fixture
def october(company):
    """Chen came 5 minutes late once, and 20 once."""
    make.punch(company.chen, "10-12 09:05", "10-12 18:00", "10-13 09:20", "10-13 18:00")
    make.settle()
    return company


def test_grace_is_tried_seen_and_published(visit, october, live_server):
    before = list(DayResult.objects.order_by("pk").values())
    he = visit("he")
    he.click("summary:has-text('考勤')")
    he.click("a:has-text('规则试算')")
    he.click("a:has-text('新建试算') >> nth=0")
    he.select_option("#id_group", label="白班组")
    he.fill("#id_name", "迟到宽限 5 分")
    he.click("button:has-text('从现行规则开始')")
    he.fill(f"#id_shift-{october.day.pk}-1-late_grace", "5")
    he.click("button:has-text('保存草稿')")
    expect(he.locator("main, .page-wrapper").first).to_contain_text("迟到宽限(分)")
    he.click("button:has-text('开始试算')")
    he.wait_for_selector("progress")
    he.reload()
    he.wait_for_selector("progress")
    make.work_off(JobRun.objects.get(kind="trials.run"))
    he.wait_for_selector("text=受影响的人")
    expect(he.locator("#list")).to_contain_text("迟到 −5 分")
    assert list(DayResult.objects.order_by("pk").values()) == before
    he.click("#list a:has-text('陈大白')")
    he.click("a:has-text('为什么')")
    expect(he.locator(".trial-apart").last).to_be_visible()
    he.click(".page-pretitle a >> nth=0")
    he.click("a:has-text('所有人')")
    he.click("a:has-text('再算一次或发布')")
    he.fill("#id_begins_on", "2026-12-01")
    he.once("dialog", lambda dialog: dialog.accept())
    he.click("button:has-text('发布')")
    he.wait_for_selector("text=已发布,规则自 2026-12-01 起生效")
    shift = plans.shift(october.day.pk)
    assert [shift.on(make.day(day)).segments[0].late_grace for day in ("11-30", "12-01")] == [0, 5]


def test_the_outcome_fits_a_phone(visit, october, live_server):
    from kaoqin.trials import actions, running

    trial = actions.begin(october.day_group, "看看", by=october.by("he"), at=make.NOW)
    running.try_all(made := actions.run(trial, [make.day("10-01")], None, by=october.by("he"), at=make.NOW))
    he = visit("he", width=390)
    for address in ("/trials/", f"/trials/{trial.pk}/", f"/trials/{trial.pk}/edit/", f"/trials/runs/{made.pk}/"):
        he.goto(f"{live_server.url}{address}")
        assert he.evaluate("document.documentElement.scrollWidth") <= 390, address
