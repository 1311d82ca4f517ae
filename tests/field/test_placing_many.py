"""Customers without a place are looked up by their addresses, many at once: what is exact is set, the rest is shown and counted."""

import json
from urllib.parse import parse_qsl, urlsplit

import pytest

import make
import travelling
from kaoqin.core.jobs import JobRun
from kaoqin.field import placing
from kaoqin.field.models import Customer
from kaoqin.security.audit import AuditEntry
from outside import serve

LEVELS = {"漕溪北路 595 号": "门牌号", "江湾路": "道路", "虹东镇": "乡镇"}
PAGE = "/field/customers/placing/"


class Amap:
    """Knows three addresses, one of them exactly; `full`: from which question on the day's quota is used up."""

    def __init__(self):
        self.asked, self.full = [], 99

    def answer(self, path, headers, body):
        address = dict(parse_qsl(urlsplit(path).query))["address"]
        self.asked.append(address)
        level = LEVELS.get(address)
        found = [{"location": f"121.{len(self.asked)},31.2", "level": level}] if level else []
        told = {"status": "1", "info": "OK", "infocode": "10000", "geocodes": found}
        if len(self.asked) >= self.full:
            told = {"status": "0", "info": "DAILY_QUERY_OVER_LIMIT", "infocode": "10003"}
        return 200, {"Content-Type": "application/json"}, json.dumps(told, ensure_ascii=False).encode()


@pytest.fixture
def amap(settings, monkeypatch):
    made = Amap()
    monkeypatch.setattr(placing, "PAUSE_S", 0)
    settings.GEOCODER, settings.GEOCODER_KEY, settings.GEOCODER_SECRET = "amap", "key", ""
    settings.TRUSTED_HOSTS = ["127.0.0.1"]
    with serve(made.answer) as settings.GEOCODER_URL:
        yield made


@pytest.fixture
def shops(cast):
    """Two whose place is found nearly, one exactly, one not at all, by their codes; one that has a place, one without address."""
    told = {
        address: travelling.customer(cast.lin, place=False, address=address)
        for address in ["江湾路", "漕溪北路 595 号"]
    }
    told |= {
        address: travelling.customer(cast.lin, place=False, address=address) for address in ["无此路 1 号", "虹东镇"]
    }
    travelling.customer(cast.lin, address="有位置路 1 号")
    travelling.customer(cast.lin, place=False)
    return told


def look_up(he, **form):
    answer = he.post(PAGE, {"count": "10", "city": ""} | form)
    assert answer.status_code == 302, answer.content.decode()[-400:]
    return make.work_off(JobRun.objects.latest("pk"))


def sureness():
    return dict(Customer.objects.exclude(address="").values_list("address", "sureness"))


def test_exact_places_are_set_and_the_rest_is_counted_and_left_alone(enter, amap, shops):
    he = enter("he")
    page = he.get(PAGE).content.decode()
    assert "4 家在用的客户有地址、没有位置" in page
    assert "另有 1 家客户既没有位置,也没有地址" in page
    run = look_up(he)
    assert (run.state, run.result["said"]) == ("done", "已定位 1 家,不确定 2 家,没有找到 1 家。")
    assert set(amap.asked) == set(shops), "who has a place, and who has no address, is not asked for"
    unplaced = dict.fromkeys(["江湾路", "无此路 1 号", "虹东镇"], "unplaced")
    assert sureness() == {"漕溪北路 595 号": "exact", "有位置路 1 号": "exact"} | unplaced
    assert AuditEntry.objects.filter(action="field.place_customer").count() == 1


def test_what_is_unsure_is_shown_and_taken_only_by_a_person(enter, amap, shops):
    he = enter("he")
    run = look_up(he)
    address = f"{PAGE}{run.pk}/"
    page = he.get(address).content.decode()
    assert [one in page for one in ("道路", "乡镇", "没有找到这个地址", "漕溪北路 595 号")] == [True, True, True, False]
    assert he.post(address).status_code == 422
    assert he.post(address, {"customer": [shops["江湾路"].pk, shops["无此路 1 号"].pk, "x"]}).status_code == 302
    assert (sureness()["江湾路"], sureness()["虹东镇"], sureness()["无此路 1 号"]) == ("nearly", "unplaced", "unplaced")
    assert "道路" not in he.get(address).content.decode(), "what was taken waits no more"


def test_a_place_somebody_has_set_meanwhile_is_not_overwritten(enter, amap, shops):
    he = enter("he")
    run = look_up(he)
    by_hand = travelling.where(north_m=500)
    he.post(
        f"/field/customers/{shops['江湾路'].pk}/",
        {
            "latitude": by_hand.latitude,
            "longitude": by_hand.longitude,
            "datum": "wgs84",
            "radius_m": "100",
            "exact": "on",
        },
    )
    assert he.post(f"{PAGE}{run.pk}/", {"customer": [shops["江湾路"].pk]}).status_code == 422
    assert sureness()["江湾路"] == "exact"


def test_when_the_quota_is_used_up_it_stops_and_says_so(enter, amap, shops):
    amap.full = 3
    he = enter("he")
    run = look_up(he)
    assert run.result["said"].startswith(
        "已定位 1 家,不确定 1 家,没有找到 0 家。还有 2 家没有查。今天的地址查找次数已经用完"
    )
    assert len(amap.asked) == 3
    again = look_up(he)
    assert again.result["said"].startswith("已定位 0 家,不确定 1 家"), "what was found is not asked again"


def test_only_so_many_as_hr_says(enter, amap, shops):
    assert look_up(enter("he"), count="2").result["said"] == "已定位 1 家,不确定 1 家,没有找到 0 家。"
    assert [enter("he").post(PAGE, {"count": count}).status_code for count in ("0", "501", "")] == [422] * 3


def test_without_a_service_the_page_says_how_to_place_by_hand(enter, shops):
    page = enter("he").get(PAGE).content.decode()
    assert "没有设置地址查找服务" in page
    assert "/field/customers/?sureness=unplaced" in page
    assert enter("he").post(PAGE, {"count": "5"}).status_code == 422


def test_with_nothing_to_place_it_says_so(enter, cast, amap):
    assert "没有要按地址定位的客户" in enter("he").get(PAGE).content.decode()


def test_nobody_else_looks_up_or_sees_what_came_of_it(enter, amap, shops):
    run = look_up(enter("he"))
    for name in ("wang", "lin", "sun"):
        assert [enter(name).get(address).status_code for address in (PAGE, f"{PAGE}{run.pk}/")] == [403, 403]
        assert enter(name).post(PAGE, {"count": "1"}).status_code == 403
