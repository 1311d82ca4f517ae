"""The page of the button as an app: what a phone needs to install it, what shows without a network, how much it loads."""

import gzip
import json
import struct

import pytest
from playwright.sync_api import expect

import make
from handset import office
from kaoqin.core.built import DIST, files_of
from kaoqin.phones import actions
from kaoqin.phones.models import Record
from kaoqin.web.shell import shell_files

MOST_SCRIPT = 200_000
"""Bytes of script, compressed, that the page of the button may load."""
CONTROLLED = "navigator.serviceWorker.controller !== null"


@pytest.fixture
def desk(company):
    office(("site_id", company.site.pk))
    actions.add_network(company.site, "总部无线", "127.0.0.1", make.SINCE, by=make.ROOT, at=make.NOW)


@pytest.fixture
def chen(visit, desk, live_server):
    """Chen's phone, on the page of the button; the worker looks after it."""
    page = visit("chen", width=360)
    page.goto(f"{live_server.url}/punch/")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.reload()
    expect(page.locator("[data-here]")).to_have_text("在「总部无线」范围内")
    return page


def test_a_phone_installs_it_and_a_thumb_uses_it(chen, live_server):
    installs(chen, live_server)
    fits_a_thumb(chen)
    keeps_its_own_files_and_one_page_only(chen, live_server)


def test_without_a_network_and_after_the_log_out(chen, live_server):
    shows_what_it_knows_offline_and_the_button_works(chen, live_server)
    the_worker_sends_by_itself(chen, live_server)
    nothing_is_left_behind(chen, live_server)


def installs(chen, live_server):
    told = chen.evaluate("fetch(document.querySelector('link[rel=manifest]').href).then((found) => found.json())")
    assert (told["name"], told["start_url"], told["display"]) == ("考勤", "/punch/", "standalone")
    assert [one["url"] for one in told["shortcuts"]] == ["/punch/", "/my/attendance/", "/requests/"]
    pictures = {one["sizes"]: one for one in told["icons"] if one["type"] == "image/png" and one["purpose"] == "any"}
    assert set(pictures) == {"192x192", "512x512"}
    assert [one["sizes"] for one in told["icons"] if one["purpose"] == "maskable"] == ["512x512"]
    for one in told["icons"][1:]:
        body = chen.request.get(live_server.url + one["src"]).body()
        assert "{}x{}".format(*struct.unpack(">II", body[16:24])) == one["sizes"]
    assert chen.get_attribute("meta[name=theme-color]", "content") == told["theme_color"]
    assert "width=device-width" in chen.get_attribute("meta[name=viewport]", "content")
    assert chen.evaluate(CONTROLLED)


def fits_a_thumb(chen):
    assert chen.evaluate("document.documentElement.scrollWidth") <= 360
    sizes = "(all) => all.map((one) => [one.offsetWidth, one.offsetHeight])"
    small = [
        size for size in chen.eval_on_selector_all(".tab-bar a, [data-press], .punch-link", sizes) if min(size) < 44
    ]
    assert small == []
    assert chen.locator(".tab-bar a").all_inner_texts() == ["打卡", "考勤", "申请", "待办", "我的"]
    assert chen.locator(".tab-bar [aria-current]").inner_text() == "打卡"
    button = chen.locator("[data-press]").bounding_box()
    assert button["y"] + button["height"] < 900
    colours = "(one) => [getComputedStyle(one).color, getComputedStyle(one).backgroundColor]"
    assert contrast(*chen.eval_on_selector("[data-press]", colours)) >= 3, "large text: 3 to 1 (WCAG 1.4.3)"


def contrast(*colours):
    """The contrast of two CSS colours, as WCAG reckons it."""
    light, dark = sorted((luminance(one) for one in colours), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour):
    channels = [float(one) / 255 for one in colour[colour.index("(") + 1 : -1].split(",")[:3]]
    red, green, blue = (one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def keeps_its_own_files_and_one_page_only(chen, live_server):
    chen.goto(f"{live_server.url}/my/attendance/")
    kept = chen.evaluate(
        "caches.keys().then((names) => Promise.all(names.map((name) => caches.open(name).then((one) => one.keys()))))"
        ".then((all) => all.flat().map((one) => new URL(one.url).pathname))"
    )
    assert set(kept) == {*shell_files(), "/punch/", "/punch/shown"}


def shows_what_it_knows_offline_and_the_button_works(chen, live_server):
    chen.context.set_offline(True)
    chen.goto(f"{live_server.url}/punch/")
    expect(chen.locator("[data-shown]")).to_contain_text("没有网络")
    expect(chen.locator("[data-shift]")).to_have_text("白班 09:00–18:00")
    chen.click("[data-press]:enabled")
    expect(chen.locator("[data-queue]")).to_have_text("1 条待上传")
    chen.goto(f"{live_server.url}/my/attendance/")
    chen.wait_for_url("**/punch/")
    expect(chen.locator("[data-queue]")).to_have_text("1 条待上传")
    chen.context.set_offline(False)
    expect(chen.locator("[data-queue]")).to_be_hidden()
    assert Record.objects.count() == 1


def the_worker_sends_by_itself(chen, live_server):
    chen.route("**/api/v1/phone/records", lambda route: route.abort())
    chen.click("[data-press]:enabled")
    expect(chen.locator("[data-queue]")).to_be_visible()
    told = chen.context.new_cdp_session(chen)
    found = []
    told.on("ServiceWorker.workerRegistrationUpdated", lambda said: found.extend(said["registrations"]))
    told.send("ServiceWorker.enable")
    while not found:
        chen.evaluate("1")
    sync = {"origin": live_server.url, "registrationId": found[0]["registrationId"], "tag": "kaoqin-send"}
    told.send("ServiceWorker.dispatchSyncEvent", {**sync, "lastChance": True})
    expect(chen.locator("[data-queue]")).to_be_hidden()
    assert Record.objects.count() == 2


def own_caches(page):
    return page.evaluate("caches.keys().then((all) => all.filter((name) => name === 'kaoqin-own').length)")


def nothing_is_left_behind(chen, live_server):
    assert own_caches(chen) == 1
    chen.evaluate("document.querySelector('form[action=\"/logout/\"]').requestSubmit()")
    chen.wait_for_url("**/login/**")
    chen.evaluate(
        "(async () => { while (await caches.has('kaoqin-own')) await new Promise(requestAnimationFrame); })()"
    )
    chen.context.set_offline(True)
    with pytest.raises(Exception, match="ERR_"):
        chen.goto(f"{live_server.url}/punch/")
    chen.context.set_offline(False)


def test_how_much_it_loads_and_in_how_many_steps(visit, desk, live_server):
    script = {name for entry in ("main.ts", "punch.ts") for name in files_of(entry) if name.endswith(".js")}
    sizes = {name: len((DIST / f"{name}.gz").read_bytes()) for name in script}
    assert sum(sizes.values()) <= MOST_SCRIPT
    assert all(gzip.decompress((DIST / f"{name}.gz").read_bytes()) == (DIST / name).read_bytes() for name in script)
    page = visit("chen", width=360)
    asked = []
    page.on(
        "request",
        lambda one: asked.append(one.url.removeprefix(live_server.url)) if one.service_worker is None else None,
    )
    page.goto(f"{live_server.url}/punch/")
    expect(page.locator("[data-here]")).to_have_text("在「总部无线」范围内")
    scripts = {one.removeprefix("/static/dist/") for one in asked if one.endswith(".js") and one != "/worker.js"}
    assert scripts <= script
    calls = [one for one in asked if one.startswith("/api/")]
    assert calls == ["/api/v1/phone/time", "/api/v1/phone/today"], json.dumps(asked, indent=1)
