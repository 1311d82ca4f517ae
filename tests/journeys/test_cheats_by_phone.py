"""Cheats played in a real browser, each of which comes before the manager with its sentence; and who agrees no longer punches by code."""

import datetime as dt

import pytest
from playwright.sync_api import expect

import make
from habits import Habit
from handset import OFFICE, office
from kaoqin.phones import actions, mark_actions
from kaoqin.phones.models import Record
from kaoqin.phones.words import Way, Ways

MINUTE = dt.timedelta(minutes=1)
TOLD = {"by": make.ROOT, "at": make.NOW}


@pytest.fixture
def habits(company):
    """Lin and Chen have punched by phone for weeks, each with their own."""
    office(("site_id", company.site.pk))
    for group in (company.day_group, company.field_group):
        actions.keep_ways(group, make.SINCE, Ways(changes=50), **TOLD)
    people = [Habit(company.by(name), f"phone-of-{name}") for name in ("lin", "chen")]
    for minutes, one in enumerate(people):
        one.live(later=30 * minutes)
    return people


@pytest.fixture
def phone(visit, live_server):
    """Somebody's browser whose clock is the server's, with a position, on the page of the button."""

    def opened(name, north_m=33.7, accuracy_m=17.4):
        page = visit(name, width=360)
        page.clock.install(time=make.NOW)
        page.context.grant_permissions(["geolocation"])
        stand(page, north_m, accuracy_m)
        page.goto(f"{live_server.url}/punch/")
        return page

    return opened


def stand(page, north_m, accuracy_m=17.4):
    there = {"latitude": OFFICE[0] + north_m / 111_195, "longitude": OFFICE[1], "accuracy": accuracy_m}
    page.context.set_geolocation(there)


def press(page, answer="打卡成功。"):
    page.click("[data-press]:enabled")
    button = page.locator("text=换成这部手机 >> nth=-1")
    expect(page.locator("[data-answer]:not(:empty)").or_(button).first).to_be_visible()
    if button.is_visible():
        button.click()
    expect(page.locator("[data-answer]")).to_have_text(answer)
    return Record.objects.latest("pk")


def log_in(page, live_server, name):
    """As another, or on another day, in the same browser."""
    page.context.clear_cookies()
    page.goto(f"{live_server.url}/login/")
    page.fill("#id_username", name)
    page.fill("#id_password", make.PASSWORD)
    page.click("text=登录 >> nth=-1")
    page.wait_for_url(f"{live_server.url}/")
    page.goto(f"{live_server.url}/punch/")


def before_the_manager(visit, live_server, text):
    """Wang finds it at the top of the queue, opens it and reads why."""
    wang = visit("wang")
    wang.goto(f"{live_server.url}/phones/records/")
    wang.click("tbody a >> nth=0")
    wang.wait_for_url("**/phones/records/*/")
    expect(wang.locator(".page-body").first).to_contain_text(text)


def test_an_honest_press_comes_before_nobody(habits, phone, visit, live_server):
    record = press(phone("chen"))
    assert (record.state, record.suspect, record.flags) == ("counted", False, [])


def test_a_colleagues_phone(habits, phone, visit, live_server, clock):
    page = phone("lin")
    press(page)
    clock(make.NOW + MINUTE)
    page.clock.fast_forward("01:00")
    log_in(page, live_server, "chen")
    assert press(page).suspect
    before_the_manager(visit, live_server, "这台手机主要是 林小满 在用")


def test_a_place_nobody_reaches_in_that_time(habits, phone, visit, live_server, clock):
    page = phone("chen")
    press(page)
    clock(make.NOW + 10 * MINUTE)
    page.clock.fast_forward("10:00")
    stand(page, 41_000)
    page.reload()
    page.fill("#note", "在客户处")
    record = press(page, "已收到,待主管复核后计入。")
    assert record.suspect
    before_the_manager(visit, live_server, "10 分钟走了 40.9 公里")


def test_a_position_that_an_app_makes_up(habits, phone, visit, live_server, clock):
    page = phone("chen", north_m=0, accuracy_m=0)
    for n in range(4):
        clock(make.NOW + n * make.DAY)
        page.clock.set_system_time(make.NOW + n * make.DAY)
        log_in(page, live_server, "chen")
        record = press(page)
    assert record.suspect
    before_the_manager(visit, live_server, "坐标第 4 次与以前一模一样")


def test_a_clock_set_back_while_offline(habits, phone, visit, live_server, clock):
    page = phone("chen")
    press(page)
    page.context.set_offline(True)
    page.clock.set_system_time(make.NOW - 60 * MINUTE)
    page.click("[data-press]:enabled")
    expect(page.locator("[data-queue]")).to_have_text("1 条待上传")
    page.context.set_offline(False)
    expect(page.locator("[data-queue]")).to_be_hidden()
    record = Record.objects.latest("pk")
    assert ("clock_edited" in record.flags, abs(record.at - make.NOW) < MINUTE) == (True, True)
    before_the_manager(visit, live_server, "手机时钟与实际时间差 60 分钟")


def test_who_agrees_no_longer_punches_by_code(company, habits, phone, live_server):
    actions.keep_ways(company.day_group, make.TODAY, Ways((Way.GPS, Way.QR)), **TOLD)
    screen = mark_actions.add_screen(company.site, "一号楼大厅", make.SINCE, **TOLD)
    page = phone("chen")
    assert press(page).latitude is not None
    page.goto(f"{live_server.url}/my/consents/")
    page.click("button:has-text('撤回同意') >> nth=0")
    expect(page.locator("button:has-text('撤回同意')")).to_have_count(0)
    page.goto(f"{live_server.url}/punch/")
    expect(page.locator("[data-here]")).to_contain_text("屏幕二维码")
    digits = page.request.get(f"{live_server.url}/screens/{screen.key}/code/").json()["digits"]
    page.click("[data-scan-begin]")
    page.fill("#digits", digits)
    page.click("[data-typed] >> text=打卡")
    expect(page.locator("[data-answer]")).to_have_text("打卡成功。")
    record = Record.objects.latest("pk")
    assert (record.way, record.place, record.latitude) == ("qr", "一号楼大厅", None)
    assert '"latitude"' not in record.payload
