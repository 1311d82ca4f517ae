"""A phone in a real browser: inside, outside, offline and online again, the position denied and the office network instead;
the manager sees what waits."""

import datetime as dt

import pytest
from playwright.sync_api import expect

import make
from handset import OFFICE, office
from kaoqin.consent import choosing
from kaoqin.phones import actions
from kaoqin.phones.models import Phone, Record
from kaoqin.phones.words import LOCATION
from kaoqin.punches.models import Punch


@pytest.fixture
def at_the_office(company):
    return office(("site_id", company.site.pk))


def stand(page, north_m):
    """Stand some metres north of the office."""
    page.context.set_geolocation({"latitude": OFFICE[0] + north_m / 111_195, "longitude": OFFICE[1], "accuracy": 15})


def press(page, answer):
    page.click("[data-press]:enabled")
    expect(page.locator("[data-answer]")).to_have_text(answer)


def test_inside_outside_offline_and_the_manager(visit, company, at_the_office, live_server, clock):
    chen = visit("chen", width=360)
    chen.context.grant_permissions(["geolocation"])
    stand(chen, 20)
    chen.goto(f"{live_server.url}/punch/")
    chen.click("text=我已阅读,同意打卡和签到时使用位置")
    expect(chen.locator("[data-here]")).to_have_text("在「上海办公室」范围内")
    expect(chen.locator("[data-button]")).to_have_text("上班打卡")
    assert chen.evaluate("document.documentElement.scrollWidth") <= 360
    press(chen, "打卡成功。")
    expect(chen.locator("[data-moments] .list-group-item")).to_have_count(1)
    assert (Punch.objects.get().employee, Phone.objects.get().state) == (company.chen, "bound")

    clock(make.NOW + dt.timedelta(minutes=1))
    chen.context.set_offline(True)
    press(chen, "已存在手机里,连上网络后自动上传。")
    expect(chen.locator("[data-queue]")).to_have_text("1 条待上传")
    chen.context.set_offline(False)
    expect(chen.locator("[data-moments] .list-group-item")).to_have_count(2)
    expect(chen.locator("[data-queue]")).to_be_hidden()
    assert Record.objects.filter(state="counted").count() == 2

    clock(make.NOW + dt.timedelta(minutes=2))
    stand(chen, 520)
    chen.reload()
    expect(chen.locator("[data-here]")).to_have_text("距「上海办公室」320 米,打卡后由主管复核")
    chen.fill("#note", "拜访客户")
    press(chen, "已收到,待主管复核后计入。")
    assert Phone.objects.count() == 1

    wang = visit("wang")
    wang.goto(f"{live_server.url}/phones/records/")
    wang.click("tbody a >> nth=0")
    wang.wait_for_url("**/phones/records/*/")
    expect(wang.locator("main, .page-body").first).to_contain_text("距「上海办公室」320 米")
    wang.fill("#id_reason", "客户确认")
    wang.click("text=采用,计入考勤")
    wang.wait_for_url("**/phones/records/")
    assert Punch.objects.filter(employee=company.chen).count() == 3


def test_without_a_position_the_office_network_serves(visit, company, at_the_office, live_server):
    actions.add_network(company.site, "总部无线", "127.0.0.1", make.SINCE, by=make.ROOT, at=make.NOW)
    choosing.choose(LOCATION, True, LOCATION.version, by=company.by("lin"), at=make.NOW, today=make.TODAY)
    lin = visit("lin", width=390)
    lin.goto(f"{live_server.url}/punch/")
    expect(lin.locator("[data-here]")).to_have_text("在「总部无线」范围内")
    press(lin, "打卡成功。")
    assert (Record.objects.get().way, Record.objects.get().latitude) == ("network", None)


def test_one_browser_has_one_name_whoever_is_logged_in(visit, company, at_the_office, live_server):
    actions.add_network(company.site, "总部无线", "127.0.0.1", make.SINCE, by=make.ROOT, at=make.NOW)
    page = visit("lin", width=390)
    for name in ("lin", "chen"):
        if name == "chen":
            page.context.clear_cookies()
            page.goto(f"{live_server.url}/login/")
            page.fill("#id_username", "chen")
            page.fill("#id_password", make.PASSWORD)
            page.click("text=登录 >> nth=-1")
            page.wait_for_url(f"{live_server.url}/")
        page.goto(f"{live_server.url}/punch/")
        expect(page.locator("[data-here]")).to_have_text("在「总部无线」范围内")
        press(page, "打卡成功。")
    phones, devices = Phone.objects.count(), set(Record.objects.values_list("device", flat=True))
    assert (phones, len(devices), [len(one) for one in devices]) == (2, 1, [36])
