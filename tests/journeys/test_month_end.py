"""Month end: HR asks, an employee objects on the phone, is answered, confirms and takes the paper; HR closes; what a
terminal sends afterwards waits as a difference and goes into the next month; the closed month as workbook and paper."""

import datetime as dt
import http.client

import openpyxl
import pytest
from hands import lead
from playwright.sync_api import expect
from plugged import front_door

import make
from kaoqin.attendance.models import Adjustment, ClosedMonth, DayResult
from kaoqin.scheduling.models import RosterDay
from papers import paper
from terminals import SERIAL, Caller, lines

FORGOTTEN = make.day("10-20")


@pytest.fixture
def october(company):
    """Chen worked all of October; on the 20th the terminal by the door was out when she left."""
    lead(company)
    Caller().approved(company.site)
    worked = RosterDay.objects.filter(employee=company.chen, date__month=10, shift__isnull=False)
    for day in worked.order_by("date").values_list("date", flat=True):
        make.punch(company.chen, f"{day:%m-%d} 08:58", *([] if day == FORGOTTEN else [f"{day:%m-%d} 18:03"]))
    make.settle()
    return company


def job_done(page, said):
    """A job with its bar, worked off by the worker; it says what came of it."""
    page.wait_for_url("**/jobs/*/")
    expect(page.locator("#job")).to_contain_text(said)


def opened(page):
    """The paper behind the page's link, which the browser shows in its own viewer."""
    link = page.locator("a:has-text('PDF')")
    answer = page.request.get(link.evaluate("one => one.href"))
    assert answer.headers["content-disposition"].startswith("inline")
    return paper(answer.body())


def ask_all(he, server):
    """HR looks at what is open, and asks."""
    he.goto(f"{server.url}/closing/")
    expect(he.locator("a:has-text('缺卡的人次')")).to_contain_text("1")
    expect(he.locator("a:has-text('还没有发起确认的人')")).to_contain_text("5")
    he.click("a:has-text('发起确认')")
    he.click("button:has-text('通知这些人确认')")
    job_done(he, "已请 5 人确认")


def object_to(chen, server):
    """From the home page on the phone."""
    chen.goto(server.url)
    chen.click("text=请确认 2026-10-01 至 10-31 的考勤")
    expect(chen.locator("main")).to_contain_text("缺卡")
    assert chen.evaluate("document.documentElement.scrollWidth") <= 390
    chen.click("summary:has-text('有不对的地方?提出异议')")
    chen.click("button:has-text('提交异议')")
    expect(chen.locator(".invalid-feedback")).to_be_visible()
    chen.fill("#id_reason", "20 日下班打了卡,门口的机器没有网")
    chen.click("button:has-text('提交异议')")
    expect(chen.locator("main")).to_contain_text("您的异议正在处理")


def answer(he, server):
    """Before it is answered Chen's month cannot be closed; from the home page to the answer."""
    he.goto(f"{server.url}/closing/")
    expect(he.locator("a:has-text('未答复的异议')")).to_contain_text("不能月结")
    he.goto(f"{server.url}/closing/close/?month=2026-10")
    expect(he.locator("#standing .list-group-item:has-text('可以办理')")).to_contain_text("4")
    he.goto(server.url)
    he.click("text=1 条考勤异议等您答复")
    he.click("tbody a >> nth=0")
    he.fill("#id_reply", "机器修好后会补传,差异计入 11 月")
    he.click("button:has-text('答复')")
    he.wait_for_selector("text=已答复")


def confirm(chen, server):
    """The answer is read, the month confirmed with its time and digest, the paper opened on the phone."""
    chen.goto(server.url)
    chen.click("text=请确认 2026-10-01 至 10-31 的考勤")
    expect(chen.locator("main")).to_contain_text("机器修好后会补传,差异计入 11 月")
    chen.click("button:has-text('确认无误')")
    expect(chen.locator(".alert-success >> nth=-1")).to_contain_text("SHA-256")
    sums = dict(row.inner_text().split("\t") for row in chen.locator("main table tr").all())
    said = opened(chen)
    assert all(f"{label}\n{value}" in said for label, value in sums.items()), (sums, said)
    digest = chen.locator(".alert-success .small").inner_text().removeprefix("SHA-256 ")
    assert digest in said.replace("\n", "")
    assert "员工于 2026-11-20 10:00:00 确认" in said
    return sums


def close(he, server):
    he.goto(f"{server.url}/closing/")
    he.click("a.btn-primary:has-text('月结')")
    expect(he.locator("#standing .list-group-item:has-text('可以办理')")).to_contain_text("5")
    he.click("button:has-text('月结这些人')")
    job_done(he, "已月结 5 人。")
    assert ClosedMonth.objects.filter(answer="confirmed").count() == 1
    he.goto(f"{server.url}/closing/close/?month=2026-10")
    he.click("button:has-text('月结这些人')")
    expect(he.locator(".alert-danger")).to_contain_text("没有可以月结的人")


def send_late(pin, moment):
    """The terminal has its network again and sends what it kept, over HTTP as terminals do."""
    with front_door() as address:
        line = http.client.HTTPConnection(address.removeprefix("http://"), timeout=30)
        line.request("POST", f"/iclock/cdata?SN={SERIAL}&table=ATTLOG&Stamp=9999", lines(moment, pin=pin).encode())
        assert line.getresponse().read().startswith(b"OK")
        line.close()


def test_a_month_from_asking_to_the_difference_in_the_next(visit, october, live_server, at_work, clock, tmp_path):
    he, chen = visit("he"), visit("chen", width=390)
    ask_all(he, live_server)
    object_to(chen, live_server)
    answer(he, live_server)
    sums = confirm(chen, live_server)
    close(he, live_server)

    clock(make.NOW + dt.timedelta(hours=1))
    send_late("00013", "10-20 18:05:00")
    at_work.sees(he, f"{live_server.url}/closing/adjustments/?state=pending", "10-20 18:05")
    assert DayResult.objects.get(employee=october.chen, date=FORGOTTEN).missing_out == 1
    he.goto(live_server.url)
    he.click("text=1 条月结差异等您处理")
    he.click("tbody a >> nth=0")
    expect(he.locator("main")).to_contain_text("下班缺卡")
    he.click("button:has-text('计入下个月')")
    he.wait_for_selector("text=已计入 2026-11")
    chen.goto(f"{live_server.url}/my/months/2026-11-01/")
    expect(chen.locator(".card:has-text('上期差异,计入本月')")).to_contain_text("10-20")
    assert Adjustment.objects.get().into == make.day("11-01")

    the_closed_month(he, live_server, sums, tmp_path)


def the_closed_month(he, server, sums, folder):
    """The page, its workbook and the paper say the same; the paper has both signatures."""
    he.goto(f"{server.url}/closing/people/?month=2026-10&q=00013")
    shown = dict(zip(he.locator("thead th").all_inner_texts(), he.locator("tbody td").all_inner_texts(), strict=True))
    with he.expect_download() as waiting:
        he.click("a[aria-label='导出 Excel']")
    waiting.value.save_as(folder / "closed.xlsx")
    header, row = openpyxl.load_workbook(folder / "closed.xlsx").active.iter_rows(values_only=True)
    told = {name: "" if value is None else f"{value}" for name, value in zip(header, row, strict=True)}
    assert {name: told[name.strip()] for name in shown} == shown
    assert sums["工作时长"] in shown.values()
    he.click("tbody a >> nth=0")
    said = opened(he)
    assert all(f"{label}\n{value}" in said for label, value in sums.items())
    assert "员工于 2026-11-20 10:00:00 确认" in said
    assert "于 2026-11-20 10:00:00 月结" in said
