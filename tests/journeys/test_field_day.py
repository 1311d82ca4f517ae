"""A day of selling with a phone in a real browser: five visits, one not planned, one elsewhere, one without a network; and
what the manager sees of it."""

import datetime as dt

import pytest
from playwright.sync_api import expect

import make
from handset import OFFICE
from kaoqin.consent import choosing
from kaoqin.core import outbox
from kaoqin.field.models import Visit
from kaoqin.field.words import Answer, Asked
from kaoqin.phones.words import LOCATION
from kaoqin.punches.models import Punch
from travelling import customer, kind, picture, stop, where

STOCK = Asked("f1", "库存(箱)", Answer.NUMBER, True)
SHELF = Asked("f2", "陈列", Answer.CHOICE, False, ("整齐", "缺货"))


@pytest.fixture
def shops(company):
    """Five customers of Lin's, each 2 km north of the one before; four are planned for today."""
    of = kind("例行巡店", fields=[STOCK, SHELF], photo_needed=False)
    found = [customer(company.lin, name=f"{name}店", place=where(2000 * n)) for n, name in enumerate("甲乙丙丁戊")]
    for n in (0, 1, 2, 4):
        stop(company.lin, shop=found[n], time=dt.time(9 + n) if n else None)
    assert of.pk
    choosing.choose(LOCATION, True, LOCATION.version, by=company.by("lin"), at=make.NOW, today=make.TODAY)
    return found


def stand(page, north_m):
    page.context.set_geolocation({"latitude": OFFICE[0] + north_m / 111_195, "longitude": OFFICE[1], "accuracy": 15})


def check_in(page, name, answer):
    page.locator(f".visit-row:has(strong:text-is('{name}'))").first.click()
    expect(page.locator("[data-button]")).to_have_text("签到")
    page.click("[data-press]:enabled")
    expect(page.locator("[data-answer]")).to_contain_text(answer)


def check_out(page, stock, answer):
    expect(page.locator("[data-button]")).to_have_text("签退")
    page.fill("#answer-f1", stock)
    page.click("[data-press]:enabled")
    expect(page.locator("[data-answer]")).to_contain_text(answer)


def test_a_day_of_five_visits(visit, company, shops, live_server, clock):  # noqa: PLR0915 - a day is told as one
    lin = visit("lin", width=390)
    lin.context.grant_permissions(["geolocation"])
    lin.clock.install()

    def later(minutes, north_m):
        """It is later, and Lin stands elsewhere."""
        moment[0] += dt.timedelta(minutes=minutes)
        clock(moment[0])
        lin.clock.set_system_time(moment[0])
        stand(lin, north_m)
        lin.reload()
        expect(lin.locator("[data-shift]")).to_contain_text("今天计划 4 家")

    moment = [make.NOW]
    lin.goto(f"{live_server.url}/visits/")
    later(0, 20)
    assert lin.evaluate("document.documentElement.scrollWidth") <= 390

    # 甲: as planned, with a photo; what must be answered is asked for first.
    check_in(lin, "甲店", "已签到「甲店」:在客户处。")
    later(30, 20)
    lin.click("[data-press]:enabled")
    expect(lin.locator("[data-anyway]")).to_be_visible()
    lin.set_input_files("#photos", {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": picture()})
    check_out(lin, "12", "已签退「甲店」,停留 30 分。")

    # 乙: checked out later without answering.
    later(30, 2020)
    check_in(lin, "乙店", "在客户处")
    later(20, 2020)
    lin.click("[data-press]:enabled")
    lin.click("[data-anyway]")
    expect(lin.locator("[data-answer]")).to_contain_text("还缺:库存(箱)")

    # 丙: from 700 m away; it is recorded, and said.
    later(30, 4800)
    check_in(lin, "丙店", "不在客户处,距范围 700 米")

    # 丁: not planned; arriving there ends the visit before. Without a network.
    later(40, 6010)
    lin.context.set_offline(True)
    check_in(lin, "丁店", "已存在手机里")
    expect(lin.locator("[data-queue]")).to_have_text("1 条待上传")
    check_out(lin, "3", "已存在手机里")
    expect(lin.locator("[data-queue]")).to_have_text("2 条待上传")
    lin.context.set_offline(False)
    expect(lin.locator("[data-queue]")).to_be_hidden()

    # 戊
    later(30, 8010)
    check_in(lin, "戊店", "在客户处")
    later(25, 8010)
    check_out(lin, "7", "已签退「戊店」,停留 25 分。")
    expect(lin.locator("[data-shift]")).to_have_text("今天计划 4 家,已拜访 4 家")
    expect(lin.locator("[data-done] a")).to_have_count(5)

    told = Visit.objects.order_by("started_at").values_list("customer__name", "verdict", "ending", "lacking")
    assert [tuple(one) for one in told] == [
        ("甲店", "inside", "checked_out", []),
        ("乙店", "inside", "checked_out", ["f1"]),
        ("丙店", "outside", "next", ["f1"]),
        ("丁店", "inside", "checked_out", []),
        ("戊店", "inside", "checked_out", []),
    ]
    assert Visit.objects.get(customer=shops[0]).photos.count() == 1
    assert [one.name for one in outbox.after(0)].count("field.visit_started") == 5
    assert not Punch.objects.exists()

    wang = visit("wang")
    wang.goto(f"{live_server.url}/field/visits/")
    expect(wang.locator("tbody tr")).to_have_count(5)
    expect(wang.locator("tbody tr", has_text="丁店")).to_contain_text("计划外")
    wang.click("tbody tr:has-text('甲店') a")
    wang.wait_for_url("**/field/visits/*/")
    photo = wang.locator(".visit-photos img")
    expect(photo).to_have_count(1)
    photo.scroll_into_view_if_needed()
    wang.wait_for_function("document.querySelector('.visit-photos img').naturalWidth === 60")
    wang.fill("#id_text", "陈列不错")
    wang.click("button:has-text('批注')")
    expect(wang.locator("main, .page-body").first).to_contain_text("陈列不错")
