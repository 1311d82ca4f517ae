"""A photo of the spot in a real browser: taken by the camera, sent when there is a network, and what goes on without one."""

import datetime as dt

import pytest
from films import film_of
from PIL import Image
from playwright.sync_api import expect

import make
from kaoqin.consent import choosing
from kaoqin.core.kept import kept_path
from kaoqin.phones import actions
from kaoqin.phones.models import PunchPhoto, Record
from kaoqin.phones.photos import LARGEST
from kaoqin.phones.words import PHOTO, Demand, Way, Ways
from kaoqin.punches.models import Punch

TOLD = {"by": make.ROOT, "at": make.NOW}


@pytest.fixture
def asked(company):
    """Chen's group asks for a photo with every punch; the office network is this machine; Chen agrees."""
    ways = Ways(ways=(Way.NETWORK,), photo=Demand.ALWAYS, note_needed=False)
    actions.keep_ways(company.day_group, make.SINCE, ways, **TOLD)
    actions.add_network(company.site, "总部无线", "127.0.0.1", make.SINCE, **TOLD)
    choosing.choose(PHOTO, True, PHOTO.version, by=company.by("chen"), at=make.NOW, today=make.TODAY)


def at_the_button(page, live_server):
    page.goto(f"{live_server.url}/punch/")
    expect(page.locator("[data-here]")).to_have_text("在「总部无线」范围内")
    page.click("[data-press]:enabled")


def shoot(page):
    page.click("[data-shoot]:enabled")
    expect(page.locator("[data-shoot-box]")).to_be_hidden()


def test_the_camera_takes_it_and_it_waits_for_a_network(filming, asked, live_server, clock, tmp_path):
    chen = filming(film_of(Image.effect_noise((600, 440), 80), tmp_path / "hall.y4m"))("chen", width=360)
    at_the_button(chen, live_server)
    assert chen.evaluate("document.documentElement.scrollWidth") <= 360
    shoot(chen)
    expect(chen.locator("[data-answer]")).to_have_text("打卡成功。")
    photo = PunchPhoto.objects.get()
    with Image.open(kept_path(photo.path)) as taken:
        assert (photo.record, taken.size, taken.format) == (Record.objects.get(), (640, 480), "JPEG")
    assert photo.size_bytes < LARGEST

    later = make.NOW + dt.timedelta(minutes=1)
    clock(later)
    chen.context.set_offline(True)
    chen.click("[data-press]:enabled")
    shoot(chen)
    expect(chen.locator("[data-queue]")).to_have_text("1 条待上传")
    assert PunchPhoto.objects.count() == 1
    chen.context.set_offline(False)
    expect(chen.locator("[data-queue]")).to_be_hidden()
    expect(chen.locator("[data-moments] .list-group-item")).to_have_count(2)
    assert [one.photo.brought_at for one in Record.objects.filter(state="counted")] == [make.NOW, later]
    chen.goto(f"{live_server.url}/my/phone/")
    expect(chen.locator(".visit-photos img")).to_have_count(2)


def test_without_a_camera_the_manager_decides_and_closing_punches_nothing(visit, asked, live_server):
    chen = visit("chen", width=360)
    at_the_button(chen, live_server)
    expect(chen.locator("[data-shoot-said]")).to_have_text("这台设备没有相机。")
    chen.click("[data-shoot-box] >> text=取消")
    expect(chen.locator("[data-press]")).to_be_enabled()
    assert not Record.objects.exists()
    chen.click("[data-press]:enabled")
    chen.click("text=不拍照,打卡后由主管复核")
    expect(chen.locator("[data-answer]")).to_have_text("已收到,待主管复核后计入。")
    assert ("no_photo" in Record.objects.get().flags, Punch.objects.count()) == (True, 0)
