"""The page of the map services, and what it lets a browser load."""

import pytest
from services import ADDRESS, FAULTS, KEY, SECRET, MapService

from kaoqin.maps.tiles import origins, read_tiles
from kaoqin.maps.words import Provider
from outside import serve


@pytest.fixture
def amap(settings, cast):
    made = MapService(Provider.AMAP)
    settings.GEOCODER, settings.GEOCODER_KEY, settings.GEOCODER_SECRET = "amap", KEY, SECRET
    settings.TRUSTED_HOSTS = ["127.0.0.1"]
    with serve(made.answer) as settings.GEOCODER_URL:
        yield made


def test_without_a_service_nothing_is_lacking(enter, cast):
    page = enter("he").get("/maps/").content.decode()
    assert "手工标注" in page
    assert "只画网格与围栏" in page
    assert 'name="address"' not in page


def test_an_address_is_tried_and_shown(enter, amap):
    page = enter("sun").post("/maps/", {"address": ADDRESS, "city": ""}).content.decode()
    assert "31.188, 121.437 (GCJ02)" in page
    assert "准确 · 门牌号" in page
    assert "1 / 2000" in page


def test_what_went_wrong_is_said_where_it_was_typed(enter, amap):
    amap.fault = FAULTS["amap"]["key"]
    answer = enter("he").post("/maps/", {"address": ADDRESS, "city": ""})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert page.count("核对密钥") == 2, "at the field, and as the state of the service"
    assert "10001 INVALID_USER_KEY" in page
    assert KEY not in page


@pytest.mark.parametrize("chosen", ["none", "tianditu"])
def test_a_browser_may_load_the_tiles_and_nothing_else(enter, cast, settings, chosen):
    settings.TILES = read_tiles(chosen, "k", "wgs84")
    settings.TILE_ORIGINS = origins(settings.TILES)
    policy = enter("he").get("/maps/").headers["Content-Security-Policy"]
    told = dict(part.split(" ", 1) for part in policy.split("; "))
    tiles = " ".join(("'self'", *settings.TILE_ORIGINS))
    assert (told["default-src"], told["connect-src"]) == ("'self'", tiles)
