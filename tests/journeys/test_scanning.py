"""Punching by a code in a real browser: the digits of a screen, its address opened by a camera, a poster with the position."""

from playwright.sync_api import expect

import make
from handset import OFFICE, office
from kaoqin.consent import choosing
from kaoqin.phones import actions, mark_actions
from kaoqin.phones.models import Record
from kaoqin.phones.words import LOCATION, Way, Ways

TOLD = {"by": make.ROOT, "at": make.NOW}


def test_the_screen_the_digits_its_address_and_a_poster(visit, company, live_server):
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
    expect(chen.locator("[data-scan-said]")).to_contain_text("打不开相机")
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
