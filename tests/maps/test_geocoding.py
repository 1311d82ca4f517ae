"""The place of an address: each service's signature, answers and errors; what is known is not asked again; quota and rest."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from services import ADDRESS, FAULTS, KEY, SECRET, MapService

import make
from kaoqin.core.places import Datum, Point
from kaoqin.core.words import NotAllowed, Refusal
from kaoqin.maps import actions, queries
from kaoqin.maps.models import FoundAddress, GeocoderDay
from kaoqin.maps.providers import amap, baidu
from kaoqin.maps.words import Fault, Provider, Sureness
from outside import serve

SECOND, DAY = dt.timedelta(seconds=1), dt.timedelta(days=1)


@pytest.fixture(params=list(Provider))
def service(request, settings, db):
    """The company's map service, on loopback."""
    made = MapService(request.param)
    settings.GEOCODER, settings.GEOCODER_KEY, settings.GEOCODER_SECRET = request.param, KEY, SECRET
    settings.TRUSTED_HOSTS = ["127.0.0.1"]
    with serve(made.answer) as settings.GEOCODER_URL:
        yield made


def locate(address=ADDRESS, city="", at=make.NOW):
    return actions.locate(address, city, at=at)


def test_an_address_is_found_and_not_asked_again(service):
    found = locate()
    assert (found.point, found.sureness) == (Point(31.188, 121.437, Datum.GCJ02), Sureness.EXACT)
    assert locate(f"  {ADDRESS}  ") == found
    assert len(service.asked) == 1
    assert ADDRESS not in str(list(FoundAddress.objects.values()))


def test_a_city_makes_another_question(service):
    locate()
    locate(city="上海")
    assert [("上海" in told.values()) for told in service.asked] == [False, True]


def test_what_is_not_found_is_remembered_thirty_days(service):
    for _ in range(2):
        with pytest.raises(actions.NotLocated, match="没有找到"):
            locate("不存在的路 1 号")
    assert len(service.asked) == 1
    actions.forget_old(make.NOW + 30 * DAY)
    assert FoundAddress.objects.exists()
    actions.forget_old(make.NOW + 30 * DAY + SECOND)
    assert not FoundAddress.objects.exists()


def test_what_was_found_is_remembered_a_year(service):
    locate()
    actions.forget_old(make.NOW + 365 * DAY)
    assert FoundAddress.objects.exists()
    actions.forget_old(make.NOW + 365 * DAY + SECOND)
    assert not FoundAddress.objects.exists()


@pytest.mark.parametrize(("fault", "rest"), [("busy", 30 * SECOND), ("key", dt.timedelta(minutes=10))])
def test_after_a_fault_the_service_is_left_alone_for_a_while(service, fault, rest):
    service.fault = FAULTS[service.provider][fault]
    for at in (make.NOW, make.NOW + rest - SECOND):
        with pytest.raises(actions.NotLocated) as told:
            locate(at=at)
        assert told.value.fault == fault
    assert len(service.asked) == 1
    assert locate(at=make.NOW + rest).sureness == Sureness.EXACT


def test_what_the_service_says_is_used_up_is_not_asked_before_midnight(service):
    service.fault = FAULTS[service.provider]["quota"]
    midnight = dt.datetime.combine(make.TODAY + DAY, dt.time(), ZoneInfo("Asia/Shanghai"))
    for at in (make.NOW, midnight - SECOND):
        with pytest.raises(actions.NotLocated) as told:
            locate(at=at)
        assert told.value.fault == Fault.QUOTA
    assert locate(at=midnight).sureness == Sureness.EXACT


def test_an_address_the_service_cannot_read_hinders_no_other(service):
    service.fault = FAULTS[service.provider]["address"]
    with pytest.raises(actions.NotLocated, match="更完整"):
        locate("???")
    assert locate().sureness == Sureness.EXACT


def test_half_an_answer_is_a_busy_service(service):
    for said in (b"<html>502</html>", b"[]", b'{"status":', b'{"status": "1", "geocodes": [{"location": "x"}]}'):
        service.fault = said
        GeocoderDay.objects.all().delete()
        with pytest.raises(actions.NotLocated) as told:
            locate()
        assert told.value.fault in {Fault.BUSY, Fault.KEY}


def test_a_service_that_is_away_is_said(service, settings):
    settings.GEOCODER_URL = "http://127.0.0.1:1"
    with pytest.raises(actions.NotLocated, match="连接不上"):
        locate()


def test_every_try_counts_and_the_days_are_limited(service, settings):
    settings.GEOCODER_DAILY = 3
    for number in range(3):
        service.fault = FAULTS[service.provider]["address"]
        with pytest.raises(actions.NotLocated, match="更完整"):
            locate(f"{number} 号")
    with pytest.raises(actions.NotLocated, match="用完"):
        locate()
    assert len(service.asked) == GeocoderDay.objects.get().asked == 3
    assert locate(at=make.NOW + DAY)


def test_without_a_service_it_is_said_how_to_go_on(db, settings):
    settings.GEOCODER = ""
    with pytest.raises(Refusal, match="手工标注"):
        locate()


def test_an_empty_address_is_not_asked(service):
    with pytest.raises(actions.NotLocated):
        locate("  ")
    assert not service.asked


def test_what_is_nearly_right_is_to_be_looked_at(service):
    service.fault = {
        Provider.AMAP: b'{"status":"1","geocodes":[{"location":"121.4,31.1","level":"\xe9\x81\x93\xe8\xb7\xaf"}]}',
        Provider.BAIDU: b'{"status":0,"result":{"location":{"lng":121.4,"lat":31.1},"precise":0}}',
        Provider.TENCENT: b'{"status":0,"result":{"location":{"lng":121.4,"lat":31.1},"level":8,"reliability":9}}',
    }[service.provider]
    assert locate().sureness == Sureness.NEARLY


def test_the_signatures_are_the_vendors():
    told = {"extensions": "base", "key": "testkey", "location": "116.481488,39.990464"}
    assert amap.sign(told, "testsecret") == "617f518b036eb882dee21a280fd41b36"
    path = "/geocoder/v2/?address=%E7%99%BE%E5%BA%A6%E5%A4%A7%E5%8E%A6&output=json&ak=yourak"
    assert baidu.sign(path, "yoursk") == "7de5a22212ffaa9e326444c75a58f9a0"


def test_who_sees_what_was_asked(cast, service):
    locate()
    assert [one.asked for one in queries.days(make.TODAY, seen_by=cast.by("sun"))] == [1]
    with pytest.raises(NotAllowed):
        queries.days(make.TODAY, seen_by=cast.by("chen"))
