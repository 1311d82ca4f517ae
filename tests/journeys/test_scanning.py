"""Punching by a code in a real browser: the camera sees a screen, or nobody may use it; the digits of a screen, its address opened by a camera, a poster with the position."""

import datetime as dt
import re

import pytest
from films import drawn, film_of
from PIL import Image
from playwright.sync_api import expect

import make
from handset import OFFICE, office
from kaoqin.consent import choosing
from kaoqin.core.sealed import unseal
from kaoqin.phones import actions, codes, mark_actions
from kaoqin.phones.models import Record
from kaoqin.phones.words import LOCATION, Way, Ways

TOLD = {"by": make.ROOT, "at": make.NOW}


def test_the_screen_the_digits_its_address_and_a_poster(visit, company, live_server, clock):
    clock(make.NOW + dt.timedelta(microseconds=529_987))  # as clocks are: a code must come at once
    actions.keep_ways(company.day_group, make.SINCE, Ways(ways=(Way.QR, Way.FIXED_QR)), **TOLD)
    office(("site_id", company.site.pk))
    screen = mark_actions.add_screen(company.site, "一号楼大厅", make.SINCE, **TOLD)
    poster = mark_actions.add_mark(company.site, "前台", Way.FIXED_QR, make.SINCE, **TOLD)

    chen = visit("chen", width=360)
    wall = chen.context.new_page()
    wall.faults = []
    wall.goto(f"{live_server.url}/screens/{screen.key}/")
    expect(wall.locator("[data-code] svg")).to_be_visible()
    digits = wall.locator("[data-digits]").inner_text()
    assert len(digits.replace(" ", "")) == 8

    chen.goto(f"{live_server.url}/punch/")
    expect(chen.locator("[data-here]")).to_contain_text("还不能确认位置。可以用:屏幕二维码、固定二维码 + 定位")
    chen.click("[data-scan-begin]")
    expect(chen.locator("[data-scan-said]")).to_have_text(re.compile("没有相机.*也可以输入屏幕上的 8 位数字"))
    assert chen.evaluate("document.documentElement.scrollWidth") <= 360
    chen.fill("#digits", digits)
    chen.click("[data-typed] >> text=打卡")
    expect(chen.locator("[data-answer]")).to_have_text("打卡成功。")
    assert (Record.objects.get().way, Record.objects.get().place) == ("qr", "一号楼大厅")

    told = chen.request.get(f"{live_server.url}/screens/{screen.key}/code/").json()
    assert told["digits"] == digits.replace(" ", "")
    chen.goto(f"{live_server.url}/punch/?qr={digits.replace(' ', '')}")
    chen.click("[data-press]:enabled")
    expect(chen.locator("[data-answer]")).to_have_text("已收到,待主管复核后计入。")
    assert chen.url == f"{live_server.url}/punch/", "a reload does not send the code again"

    choosing.choose(LOCATION, True, LOCATION.version, by=company.by("chen"), at=make.NOW, today=make.TODAY)
    chen.context.grant_permissions(["geolocation"])
    chen.context.set_geolocation({"latitude": OFFICE[0], "longitude": OFFICE[1], "accuracy": 15})
    chen.goto(f"{live_server.url}/punch/?qr={poster.key}")
    expect(chen.locator("[data-here]")).to_have_text("在「前台」范围内")
    chen.click("[data-press]:enabled")
    expect(chen.locator("[data-answer]")).to_have_text("打卡成功。")
    assert Record.objects.latest("pk").way == "fixed_qr"


@pytest.fixture
def hall(company):
    """A screen at Chen's site, whose group may scan only."""
    actions.keep_ways(company.day_group, make.SINCE, Ways(ways=(Way.QR,)), **TOLD)
    return mark_actions.add_screen(company.site, "一号楼大厅", make.SINCE, **TOLD)


def test_the_camera_reads_the_code_of_the_screen_and_punches(filming, hall, live_server, tmp_path):
    code = codes.code_of(unseal(hall.secret), hall.pk, codes.step_of(make.NOW))
    film = film_of(drawn(f"{live_server.url}/punch/?qr={code}"), tmp_path / "screen.y4m")
    chen = filming(film)("chen", width=390)
    chen.goto(f"{live_server.url}/punch/")
    expect(chen.locator("[data-here]")).to_contain_text("还不能确认位置")
    chen.click("[data-scan-begin]")
    expect(chen.locator("[data-answer]")).to_have_text("打卡成功。")
    expect(chen.locator("[data-scan-box]")).to_be_hidden()
    assert (Record.objects.get().way, Record.objects.get().place) == ("qr", "一号楼大厅")
    expect(chen.locator("[data-video]")).to_have_js_property("srcObject", None)


def test_a_camera_that_sees_no_code_goes_on_until_it_is_closed(filming, hall, live_server, tmp_path):
    chen = filming(film_of(Image.new("L", (200, 200), 90), tmp_path / "wall.y4m"))("chen", width=390)
    chen.goto(f"{live_server.url}/punch/")
    chen.click("[data-scan-begin]")
    expect(chen.locator("[data-video]")).to_have_js_property("videoWidth", 640)
    chen.click("[data-scan-end]")
    expect(chen.locator("[data-video]")).to_have_js_property("srcObject", None)
    assert not Record.objects.exists()


def test_whoever_allows_no_camera_reads_why_and_types_the_digits(visit, hall, live_server):
    chen = visit("chen", width=360)
    denied = "navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('', 'NotAllowedError'))"
    chen.context.add_init_script(denied)
    chen.goto(f"{live_server.url}/punch/")
    chen.click("[data-scan-begin]")
    expect(chen.locator("[data-scan-said]")).to_have_text(
        "浏览器没有允许使用相机,请在网站设置里允许后再试。也可以输入屏幕上的 8 位数字。"
    )
    chen.fill("#digits", codes.digits_of(unseal(hall.secret), hall.pk, codes.step_of(make.NOW)))
    chen.click("[data-typed] >> text=打卡")
    expect(chen.locator("[data-answer]")).to_have_text("打卡成功。")


def test_digits_typed_while_the_page_still_opens_are_not_lost(visit, hall, live_server):
    chen, held = visit("chen", width=360), []
    chen.route("**/api/v1/phone/today", lambda asked: asked.continue_() if held else held.append(asked))
    chen.goto(f"{live_server.url}/punch/")
    chen.click("[data-scan-begin]")
    chen.fill("#digits", codes.digits_of(unseal(hall.secret), hall.pk, codes.step_of(make.NOW)))
    chen.click("[data-typed] >> text=打卡")
    expect(chen.locator("[data-press]")).to_be_disabled()
    held[0].continue_()
    expect(chen.locator("[data-answer]")).to_have_text("打卡成功。")
