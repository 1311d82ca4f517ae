"""A phone is registered by its first press: opening the page replaces nothing, a second phone asks, offline it waits."""

import pytest
from playwright.sync_api import expect

import make
from handset import office
from kaoqin.phones import actions
from kaoqin.phones.models import Phone, Record


@pytest.fixture
def at_the_desk(company):
    """The office network serves, so that no position is needed."""
    office(("site_id", company.site.pk))
    actions.add_network(company.site, "总部无线", "127.0.0.1", make.SINCE, by=make.ROOT, at=make.NOW)


def opened(visit, live_server):
    page = visit("chen", width=360)
    page.goto(f"{live_server.url}/punch/")
    expect(page.locator("[data-here]")).to_have_text("在「总部无线」范围内")
    return page


def test_two_phones_of_one_person(visit, at_the_desk, live_server):
    first = opened(visit, live_server)
    assert Phone.objects.count() == 0
    first.click("[data-press]:enabled")
    expect(first.locator("[data-answer]")).to_have_text("打卡成功。")
    mine = Phone.objects.get()

    second = opened(visit, live_server)
    second.click("[data-press]:enabled")
    expect(second.locator("[data-question]")).to_contain_text("将替换原来的手机")
    second.click("text=不换")
    expect(second.locator("[data-answer]")).to_contain_text("请用原来的手机打卡")
    mine.refresh_from_db()
    assert (Phone.objects.count(), Record.objects.count(), mine.state) == (1, 1, "bound")

    second.click("[data-press]:enabled")
    second.click("text=换成这部手机 >> nth=-1")
    expect(second.locator("[data-answer]")).to_have_text("打卡成功。")
    mine.refresh_from_db()
    assert (mine.state, Phone.objects.latest("pk").state) == ("replaced", "bound")

    first.reload()
    expect(first.locator("[data-phone-said]")).to_contain_text("已被另一部替换")


def test_a_phone_that_was_never_registered_keeps_an_offline_press(visit, at_the_desk, live_server):
    page = opened(visit, live_server)
    page.context.set_offline(True)
    page.click("[data-press]:enabled")
    expect(page.locator("[data-queue]")).to_have_text("1 条待上传")
    assert Phone.objects.count() == 0
    page.context.set_offline(False)
    expect(page.locator("[data-queue]")).to_be_hidden()
    assert (Phone.objects.get().state, Record.objects.get().phone_id) == ("bound", Phone.objects.get().pk)
