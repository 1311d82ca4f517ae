"""A tablet at the door in a real browser: its link, the pad, a wrong PIN, no network, and the end of it."""

import pytest
from playwright.sync_api import expect

import make
from kaoqin.kiosk import actions
from kaoqin.kiosk.models import KioskPunch, Tablet
from kaoqin.phones import actions as phones
from kaoqin.phones.words import Way, Ways
from kaoqin.punches.models import Punch

TOLD = {"by": make.ROOT, "at": make.NOW}
PIN = "482915"


@pytest.fixture
def door(visit, company, live_server):
    """A tablet that has just been bound by its link."""
    phones.keep_ways(company.day_group, make.SINCE, Ways(ways=(Way.KIOSK,)), **TOLD)
    actions.set_own_pin(PIN, by=company.by("chen"), at=make.NOW, today=make.TODAY)
    made = actions.add_tablet(company.site, "东门平板", **TOLD)
    page = visit.open(820)
    page.goto(f"{live_server.url}/kiosk/bind/{made.secret}/")
    page.click("text=在这台设备上启用")
    page.wait_for_url(f"{live_server.url}/kiosk/")
    expect(page.locator("[data-ask]")).to_have_text("请输入工号,然后按「下一步」")
    return page


KEPT = "caches.match('/kiosk/', { cacheName: 'kaoqin-kiosk' }).then(Boolean)"
UNTIL_KEPT = (
    f"new Promise((good) => {{ const look = () => {KEPT}.then((kept) => kept && navigator.serviceWorker.controller ? good(true)"
    " : setTimeout(look, 50)); look(); })"
)


def enter(page, number, pin):
    for key in number:
        page.click(f"[data-key='{key}']")
    page.click("[data-go]")
    expect(page.locator("[data-ask]")).to_have_text(f"工号 {number},请输入 6 位打卡密码")
    for key in pin:
        page.click(f"[data-key='{key}']")


def test_somebody_without_a_phone_punches_at_the_door(door, company):
    enter(door, "00013", "482916")
    expect(door.locator("[data-answer]")).to_have_text("工号或密码不对。")
    expect(door.locator("[data-answer]")).to_be_hidden()
    enter(door, "00013", PIN)
    expect(door.locator("[data-answer]")).to_have_text("陈大白 10:00 上班打卡成功")
    expect(door.locator("[data-answer]")).to_be_hidden()
    assert (door.input_value("[data-number]"), door.input_value("[data-pin]")) == ("", "")
    assert [one.employee for one in Punch.objects.all()] == [company.chen]

    door.context.set_offline(True)
    enter(door, "00013", PIN)
    expect(door.locator("[data-answer]")).to_contain_text("已记下。现在没有网络")
    expect(door.locator("[data-queue]")).to_have_text("连不上服务器,照常打卡 · 1 条待上传")
    kept = door.evaluate(
        "new Promise((good) => { indexedDB.open('kaoqin-phone').onsuccess = ({ target }) => target.result.transaction('waiting')"
        ".objectStore('waiting').getAll().onsuccess = (one) => { target.result.close(); good(JSON.stringify(one.target.result)); } })"
    )
    assert PIN not in kept
    door.context.set_offline(False)
    expect(door.locator("[data-queue]")).to_have_text("")
    assert KioskPunch.objects.count() == 3

    actions.revoke(Tablet.objects.get(), **TOLD)
    enter(door, "00013", PIN)
    expect(door.locator("[data-stopped]")).to_contain_text("或者已被停用,请联系人事")


def test_a_tablet_reloaded_without_a_network_goes_on(door, company, live_server):
    """Its page was opened once only; it is kept, and what waits survives. What was punched has the time it was made."""
    assert door.evaluate(UNTIL_KEPT)
    door.context.set_offline(True)
    enter(door, "00013", PIN)
    expect(door.locator("[data-queue]")).to_contain_text("1 条待上传")

    door.reload()
    expect(door.locator("[data-ask]")).to_have_text("请输入工号,然后按「下一步」")
    expect(door.locator("[data-queue]")).to_have_text("连不上服务器,照常打卡 · 1 条待上传")
    enter(door, "00013", "482916")
    expect(door.locator("[data-queue]")).to_contain_text("2 条待上传")
    door.goto(f"{live_server.url}/kiosk/bind/anything/")
    expect(door.locator("[data-queue]")).to_contain_text("2 条待上传")

    door.context.set_offline(False)
    expect(door.locator("[data-queue]")).to_have_text("")
    told = list(KioskPunch.objects.order_by("pk").values_list("state", "fault"))
    assert told == [("counted", ""), ("refused", "wrong")], "the contact of the page that died still bounds the time"
    assert [one.employee for one in Punch.objects.all()] == [company.chen]

    actions.revoke(Tablet.objects.get(), **TOLD)
    door.reload()
    expect(door.locator("[role=alert]")).to_contain_text("不是打卡平板,或者已被停用")
    assert not door.evaluate(KEPT), "the pad of a tablet that was revoked is kept no longer"


def test_a_keyboard_or_a_reader_of_cards_types_as_well(door, company):
    """Enter goes on, also after a tap; whoever confirmed a wrong number goes back to it; no number is longer than one can be."""
    ask, number = door.locator("[data-ask]"), door.locator("[data-number]")
    door.click("[data-key='0']")
    door.keyboard.type("00139")
    door.keyboard.press("Enter")
    expect(ask).to_have_text("工号 000139,请输入 6 位打卡密码")
    door.keyboard.press("4")
    door.keyboard.press("Backspace")
    expect(ask).to_have_text("工号 000139,请输入 6 位打卡密码")
    door.keyboard.press("Backspace")
    expect(ask).to_have_text("请输入工号,然后按「下一步」")
    door.keyboard.press("Backspace")
    expect(number).to_have_value("00013")
    door.keyboard.press("Enter")
    door.keyboard.type(PIN)
    expect(door.locator("[data-answer]")).to_have_text("陈大白 10:00 上班打卡成功")
    door.keyboard.type("1" * 50)
    expect(number).to_have_value("1" * 40)
