"""Maps in a real browser: a click sets a place; a way that a phone recorded on duty is played; nothing leaves this machine."""

import datetime as dt
import uuid

import pytest
from django.utils import timezone
from playwright.sync_api import expect

import make
from handset import OFFICE, Handset
from kaoqin.consent import choosing
from kaoqin.core.places import Datum
from kaoqin.maps.tiles import origins, read_tiles
from kaoqin.phones.models import Place
from kaoqin.punches.ledger import Press, take
from kaoqin.punches.words import Source
from kaoqin.tracks import settling
from kaoqin.tracks.models import Batch, TrackDay
from kaoqin.tracks.taking import take_batch
from kaoqin.tracks.words import TRACK
from travelling import customer

FRAME = "[data-map][data-shown]"
TWO_MINUTES_OF_POINTS = """
navigator.geolocation.watchPosition = (seen) => {
  for (let n = 12; n >= 0; n--)
    seen({ timestamp: Date.parse("2026-11-20T02:00:00Z") - n * 10_000, coords: { latitude: 31.23 + 0.0003 * (n > 6 ? 6 : n), longitude: 121.47, accuracy: 10 } });
  return 1;
};
"""
"""A point each ten seconds until the server's fixed now: standing still for a minute, then walking."""


def test_a_click_on_the_map_sets_the_place(visit, company, live_server):
    he = visit("he")
    he.goto(f"{live_server.url}/phones/places/new/")
    he.locator(FRAME).wait_for()
    he.locator("[data-ground] canvas").click(position={"x": 200, "y": 150})
    assert float(he.input_value("#id_latitude"))
    assert float(he.input_value("#id_longitude"))
    assert he.input_value("#id_datum") == "wgs84"
    expect(he.locator(".maplibregl-marker")).to_have_count(1)
    he.fill("#id_name", "新园区")
    he.click("main button.btn-primary")
    he.locator(FRAME).wait_for()
    (place,) = Place.objects.all()
    assert (place.name, place.datum) == ("新园区", "wgs84")


def test_a_customer_without_a_place_is_put_on_the_map(visit, company, live_server):
    shop = customer(company.lin, place=False)
    he = visit("he", width=390)
    he.goto(f"{live_server.url}/field/customers/{shop.pk}/")
    he.locator(FRAME).wait_for()
    he.locator("[data-ground] canvas").click(position={"x": 100, "y": 100})
    he.click("button:has-text('保存位置')")
    expect(he.locator("main")).to_contain_text("已保存位置")
    shop.refresh_from_db()
    assert shop.north is not None


def test_tiles_are_loaded_from_their_server_and_from_nowhere_else(visit, company, live_server, settings):
    asked = []
    settings.TILES = read_tiles("https://tiles.example/{z}/{x}/{y}.png", "", "gcj02")
    settings.TILE_ORIGINS = origins(settings.TILES)
    he = visit("he")
    he.route("https://tiles.example/**", lambda route: (asked.append(route.request.url), route.abort()))
    he.goto(f"{live_server.url}/phones/places/new/")
    he.locator(FRAME).wait_for()
    he.locator("[data-ground] canvas").click(position={"x": 200, "y": 150})
    assert he.input_value("#id_datum") == "gcj02"
    assert asked


@pytest.fixture
def at_nine(company):
    """Lin agreed to a track and punched in an hour ago; the phone of this test is another than the browser."""
    now = timezone.now()
    choosing.choose(TRACK, True, TRACK.version, by=company.by("lin"), at=now, today=timezone.localdate())
    at = now - dt.timedelta(hours=1)
    local = at.astimezone(dt.timezone(dt.timedelta(hours=8))).replace(tzinfo=None)
    take([Press("00012", local, "Asia/Shanghai", origin="T1")], source=Source.TERMINAL, by=make.ROOT, at=now)
    return at


def test_the_way_of_a_day_is_played(visit, company, live_server, at_nine):
    phone = Handset(company.by("lin"))
    begin = at_nine.timestamp()
    rows = [(begin + 20 * n, OFFICE[0] + 0.0003 * max(0, n - 60), OFFICE[1], 10.0) for n in range(150)]
    take_batch(uuid.uuid4(), phone.phone.pk, rows, Datum.WGS84, by=company.by("lin"), at=timezone.now())
    settling.reckon_waiting(timezone.now())
    day = TrackDay.objects.get()
    wang = visit("wang")
    wang.goto(f"{live_server.url}/tracks/{company.lin.pk}/{day.date}/")
    wang.locator(FRAME).wait_for()
    began = wang.locator("[data-clock]").inner_text()
    wang.click("[data-run]")
    expect(wang.locator("[data-clock]")).not_to_have_text(began)
    wang.click("[data-run]")
    wang.locator("[data-slider]").fill(wang.locator("[data-slider]").get_attribute("max"))
    assert wang.locator("[data-clock]").inner_text() > began
    lin = visit("lin", width=390)
    lin.goto(f"{live_server.url}/my/tracks/")
    expect(lin.locator("main")).to_contain_text("wang")


def test_a_browser_records_on_duty_and_stops_when_consent_ends(visit, company, live_server, at_nine):
    lin = visit("lin", width=390)
    lin.context.grant_permissions(["geolocation"])
    lin.context.set_geolocation({"latitude": OFFICE[0], "longitude": OFFICE[1], "accuracy": 12})
    lin.goto(f"{live_server.url}/my/tracks/")
    expect(lin.locator("[data-state]")).to_have_text("请先在这部手机上打一次卡")
    lin.goto(f"{live_server.url}/punch/")
    lin.click("[data-press]:enabled")
    expect(lin.locator("[data-answer]")).to_be_visible()
    lin.add_init_script(TWO_MINUTES_OF_POINTS)
    lin.goto(f"{live_server.url}/my/tracks/")
    lin.click("[data-start]")
    expect(lin.locator("[data-state]")).to_have_text("轨迹记录中")
    with lin.expect_response(lambda one: one.url.endswith("/tracks") and one.request.method == "POST"):
        lin.click("[data-stop]")
    expect(lin.locator("[data-state]")).to_have_text("已停止记录")
    assert Batch.objects.get().count == 5
    lin.click("text=撤回同意")
    expect(lin.locator("[data-track]")).to_have_count(0)
    assert not Batch.objects.exists()
