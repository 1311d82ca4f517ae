"""On the phone: two forgotten punches and no third; two people change shifts, and the board leaves that alone."""

import pytest
from hands import TOLD, agree, ask_for, fill, lead, submit, undo
from playwright.sync_api import expect

import make
from kaoqin.approvals.models import Request
from kaoqin.scheduling import queries, roster
from kaoqin.scheduling.words import Cell


@pytest.fixture
def led(company):
    lead(company)
    return company


def mend(page, server, employee, day):
    """From the day's own page: its time is there already."""
    page.goto(f"{server.url}/attendance/people/{employee.pk}/2026-{day}/")
    page.click("text=申请补卡")
    assert page.input_value("#id_moment") == f"2026-{day}T18:00"
    fill(page, lapse="forgot")


def test_two_corrections_of_a_quota_of_two_and_no_third(visit, led, live_server, at_work):
    for day in ("11-17", "11-18", "11-19"):
        make.punch(led.chen, f"{day} 08:58")
    chen, wang = visit("chen", width=390), visit("wang", width=390)
    days = {n: f"{live_server.url}/attendance/people/{led.chen.pk}/2026-11-{n}/" for n in (17, 18, 19)}
    at_work.sees(chen, days[19], "结果:缺卡")
    for number, day in enumerate(("11-17", "11-18"), start=1):
        mend(chen, live_server, led.chen, day)
        expect(chen.locator("#advice")).to_contain_text(f"这是第 {number} 次")
        chen.fill("#id_reason", "走得急")
        submit(chen)
        agree(wang, live_server)
        at_work.sees(chen, days[int(day[-2:])], "结果:正常")

    mend(chen, live_server, led.chen, "11-19")
    said = "11 月「忘记打卡」的补卡最多 2 次,已用 2 次(11-17、11-18),不能再补。"
    expect(chen.locator("#advice")).to_contain_text(said)
    chen.fill("#id_reason", "又忘了")
    chen.click("text=提交申请")
    expect(chen.locator(".invalid-feedback")).to_have_text(said)
    assert chen.input_value("#id_reason") == "又忘了"

    undo(visit("he"), live_server, Request.objects.earliest("pk"), "补错了一天")
    at_work.sees(chen, days[17], "结果:缺卡")


@pytest.fixture
def two_nights(led):
    """Zhao works the night of November 23rd, Qian rests; both lead nobody, Wang leads Qian's department, too."""
    led.qian = make.employee("钱早班", where=led.plant, no="13")
    led.accounts["qian2"] = make.account("qian2", employee=led.qian)
    make.join(led.night_group, led.qian)
    cells = [Cell(led.zhao.pk, make.day("11-23"), led.night.pk), Cell(led.qian.pk, make.day("11-23"), None)]
    roster.paint(cells, **TOLD, today=make.TODAY)
    return led


def shifts(company):
    """The shift of each on the day that is swapped."""
    rows = queries.roster([company.zhao.pk, company.qian.pk], make.day("11-23"), make.day("11-23"))
    return [rows[who.pk, make.day("11-23")].shift_id for who in (company.zhao, company.qian)]


def test_two_people_swap_a_shift_with_both_consents(visit, two_nights, live_server):
    zhao, qian, he = visit("zhao", width=390), visit("qian2", width=390), visit("he")
    ask_for(zhao, live_server, "换班")
    fill(zhao, other="13", my_date="2026-11-23")
    expect(zhao.locator("#advice")).to_contain_text("11-23 N → 休")
    expect(zhao.locator("#advice")).to_contain_text("11-23 休 → N")
    expect(zhao.locator(".course-step strong")).to_have_text(["qian2", "he"])
    zhao.fill("#id_reason", "家里有事")
    submit(zhao)
    expect(zhao.locator("main")).to_contain_text("对方同意")
    agree(qian, live_server)
    assert shifts(two_nights) == [two_nights.night.pk, None]

    he.set_viewport_size({"width": 390, "height": 844})
    agree(he, live_server)
    assert shifts(two_nights) == [None, two_nights.night.pk]
    he.set_viewport_size({"width": 1440, "height": 900})
    he.goto(f"{live_server.url}/roster/?month=2026-11&q=钱早班")
    expect(he.locator("td[data-date='2026-11-23']")).to_have_text("N")
    expect(he.locator("[data-undo-button]")).to_be_disabled()

    undo(he, live_server, Request.objects.get(), "两人又商量好了")
    assert shifts(two_nights) == [two_nights.night.pk, None]
