"""The button beside an address: in the forms of places and customers, where a service is set; each fault in its words."""

import pytest
from services import ADDRESS, FAULTS, KEY, SECRET, MapService

import travelling
from handset import office
from kaoqin.core.places import Datum
from kaoqin.maps.tiles import Tiles
from kaoqin.maps.words import FAULTS as SAID
from kaoqin.maps.words import Fault, Provider
from outside import serve

FORMS = ("/phones/places/new/", "/phones/places/{place}/change/", "/field/customers/{shop}/")


@pytest.fixture
def amap(settings, cast):
    made = MapService(Provider.AMAP)
    settings.GEOCODER, settings.GEOCODER_KEY, settings.GEOCODER_SECRET = "amap", KEY, SECRET
    settings.TRUSTED_HOSTS = ["127.0.0.1"]
    with serve(made.answer) as settings.GEOCODER_URL:
        yield made


@pytest.fixture
def forms(cast):
    shop = travelling.customer(cast.chen, address=ADDRESS)
    place = office(("site_id", cast.site.pk))
    return [form.format(place=place.pk, shop=shop.pk) for form in FORMS]


def test_without_a_service_the_forms_have_no_button_and_a_map_as_before(enter, forms):
    for form in forms:
        page = enter("he").get(form).content.decode()
        assert "按地址定位" not in page
        assert "data-pick" in page


def test_with_a_service_each_form_has_it_and_the_customers_address_stands_there(enter, forms, amap):
    pages = [enter("he").get(form).content.decode() for form in forms]
    assert all("按地址定位" in page and "地址会发送给高德" in page for page in pages)
    assert f'value="{ADDRESS}"' in pages[2]


@pytest.mark.parametrize(("datum", "latitude"), [(Datum.GCJ02, "31.188000"), (Datum.WGS84, "31.18")])
def test_what_is_found_comes_in_the_datum_of_the_map(enter, amap, settings, datum, latitude):
    settings.TILES = Tiles(datum=datum)
    said = enter("wang").post("/maps/locate/", {"address": ADDRESS})
    page = said.content.decode()
    assert said.status_code == 200
    assert f'data-datum="{datum}"' in page
    assert f'data-latitude="{latitude}' in page
    assert ('data-latitude="31.188000"' in page) == (datum == Datum.GCJ02)
    assert 'data-exact="1"' in page


@pytest.mark.parametrize("fault", sorted(FAULTS["amap"]))
def test_each_fault_is_said(enter, amap, fault):
    amap.fault = FAULTS["amap"][fault]
    said = enter("he").post("/maps/locate/", {"address": "上海市徐汇区某路 1 号"})
    assert (said.status_code, str(SAID[Fault(fault)]) in said.content.decode()) == (200, True)


def test_what_is_away_used_up_or_not_typed_is_said_too(enter, amap, settings):
    he = enter("he")
    assert "请先填写地址" in he.post("/maps/locate/", {"address": ""}).content.decode()
    settings.GEOCODER_DAILY = 1
    he.post("/maps/locate/", {"address": ADDRESS})
    assert str(SAID[Fault.QUOTA]) in he.post("/maps/locate/", {"address": "别处"}).content.decode()
    settings.GEOCODER_URL, settings.GEOCODER_DAILY = "http://127.0.0.1:9", 9
    assert str(SAID[Fault.AWAY]) in he.post("/maps/locate/", {"address": "别处"}).content.decode()


def test_nobody_else_may_spend_the_companys_look_ups(enter, amap):
    assert [enter(name).post("/maps/locate/", {"address": ADDRESS}).status_code for name in ("chen", "sun")] == [
        403
    ] * 2
    assert amap.asked == []
