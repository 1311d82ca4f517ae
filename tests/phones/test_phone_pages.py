"""The API over HTTP, the page of the button, and the pages of HR and managers."""

import datetime as dt
import json

import pytest
from django.test import Client

import make
from handset import OFFICE, Handset, agree, base64url, office, point
from kaoqin.core.places import Circle, Point, Polygon
from kaoqin.phones import places_import, today
from kaoqin.phones.drawing import SIZE, draw
from kaoqin.phones.models import OfficeNetwork, Phone, Place, Record, WaysRule
from kaoqin.phones.wire import WhereAsked
from kaoqin.punches.models import Punch
from kaoqin.scheduling import roster
from kaoqin.scheduling.words import Cell
from kaoqin.security.models import AccessRecord

API = "/api/v1/phone"


def send(client, path, told):
    return client.post(API + path, json.dumps(told), content_type="application/json")


def test_a_phone_registers_and_punches_over_http(cast, enter):
    office(("site_id", cast.site.pk))
    agree(cast.by("lin"))
    lin, client = Handset(cast.by("lin")), enter("lin")
    again = send(client, "/keys", {"spki": lin.spki, "name": "同一部"}).json()
    numbers = lin.key.public_key().public_numbers()
    jwk = {"kty": "EC", "crv": "P-256", "x": base64url(numbers.x.to_bytes(32)), "y": base64url(numbers.y.to_bytes(32))}
    assert again["id"] == send(client, "/keys", {"jwk": jwk}).json()["id"] == lin.phone.pk
    sent = [lin.record(point=point()).dict(), {"payload": "?", "signature": ""}]
    answers = send(client, "/records", sent).json()
    assert isinstance(answers, list), answers
    assert [one["state"] for one in answers] == ["counted", "refused"]
    assert client.get(API + "/time").json()["server_time"].startswith("2026-11-20T02:00:00")
    assert "/api/v1/phone/records" in client.get("/api/v1/openapi.json").json()["paths"]


def test_what_is_no_key_is_refused(enter):
    for key in ({"spki": "AAAA"}, {"jwk": {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"}}, {}):
        answer = send(enter("lin"), "/keys", key)
        assert (answer.status_code, answer.json()["code"]) == (409, "phones.bad_key")


def test_the_api_asks_who_is_there_and_for_the_token_of_the_page(cast):
    client = Client(enforce_csrf_checks=True)
    assert send(client, "/records", []).status_code == 403 or send(client, "/records", []).status_code == 401
    client.force_login(cast.accounts["lin"])
    assert send(client, "/records", []).status_code == 403


def test_more_than_two_hundred_records_are_too_many(enter):
    assert send(enter("lin"), "/records", [{"payload": "", "signature": ""}] * 201).status_code == 422


def test_an_account_of_nobody_is_told_so(enter):
    assert send(enter("sun"), "/today", {}).json()["code"] == "phones.nobody"
    assert "没有对应的员工" in enter("sun").get("/punch/").content.decode()


@pytest.mark.parametrize(
    ("north_m", "said"), [(0, "在「上海办公室」范围内"), (520, "距「上海办公室」320 米,打卡后由主管复核")]
)
def test_the_page_says_whether_it_counts_here(cast, enter, north_m, said):
    office(("site_id", cast.site.pk))
    agree(cast.by("chen"))
    told = send(enter("chen"), "/today", {"point": point(north_m)}).json()
    assert (told["sentence"], told["shift"], told["button"]) == (said, "白班 09:00–18:00", "上班打卡")


def test_the_day_so_far_holds_punches_of_terminals_too(cast, enter):
    make.punch(cast.chen, "11-20 08:58")
    told = send(enter("chen"), "/today", {}).json()
    assert ([(one["time"], one["said"]) for one in told["moments"]], told["button"]) == (
        [("08:58", "考勤机")],
        "下班打卡",
    )


@pytest.mark.parametrize(
    ("local", "date"),
    [("11-20 21:59", "11-20"), ("11-21 05:00", "11-20"), ("11-21 13:59", "11-20"), ("11-21 14:01", "11-21")],
)
def test_a_night_shift_is_punched_out_of_in_the_morning(cast, local, date):
    cells = [Cell(cast.zhao.pk, make.day(one), cast.night.pk) for one in ("11-20", "11-21")]
    roster.paint(cells, by=make.ROOT, at=make.NOW, today=make.TODAY)
    assert today.duty_at(cast.zhao.pk, make.at(local)).date == make.day(date)


def test_the_evidence_is_seen_by_the_manager_decided_and_the_look_remembered(cast, enter):
    office(("site_id", cast.site.pk))
    agree(cast.by("lin"))
    lin = Handset(cast.by("lin"))
    lin.send(lin.record(point=point(north_m=520), note="拜访客户"))
    row, wang = Record.objects.get(), enter("wang")
    assert "林小满" in wang.get("/phones/records/").content.decode()
    page = wang.get(f"/phones/records/{row.pk}/").content.decode()
    assert "距「上海办公室」320 米" in page
    assert "<svg" in page
    assert AccessRecord.objects.get().employee_id == cast.lin.pk
    assert wang.post(f"/phones/records/{row.pk}/", {"counts": "1", "reason": ""}).status_code == 422
    assert wang.post(f"/phones/records/{row.pk}/", {"counts": "1", "reason": "客户确认"}).status_code == 302
    assert Punch.objects.get().employee == cast.lin
    assert "林小满" not in wang.get("/phones/records/").content.decode().split("<tbody")[-1]
    assert enter("zhao").get(f"/phones/records/{row.pk}/").status_code == 403


def test_a_manager_sees_no_record_from_outside_the_own_reach(cast, enter):
    zhao = Handset(cast.by("zhao"))
    zhao.send(zhao.record(note="外面"))
    wang = enter("wang")
    assert wang.get(f"/phones/records/{Record.objects.get().pk}/").status_code == 404
    assert wang.post(f"/phones/{zhao.phone.pk}/approve/").status_code == 404


def test_places_networks_and_ways_are_stated_on_pages(cast, enter):
    he = enter("he")
    told = {"name": "客户园区", "datum": "gcj02", "begins_on": "2026-11-01", "whom": f"department_id:{cast.sales.pk}"}
    bad = he.post("/phones/places/new/", {**told, "latitude": "31.2", "longitude": ""})
    assert (bad.status_code, "客户园区" in bad.content.decode()) == (422, True)
    good = he.post("/phones/places/new/", {**told, "corners": "31.20,121.40\n31.20,121.41\n31.21,121.40"})
    assert "3 个顶点的多边形" in he.get(good["Location"]).content.decode()
    assert he.post(good["Location"], {"ends_on": "2026-10-01"}).status_code == 422
    assert he.post(good["Location"], {"ends_on": "2026-11-30"}).status_code == 302
    network = {"site": cast.site.pk, "name": "总部", "begins_on": "2026-11-01"}
    for wrong in ("0.0.0.0/0", "公司"):
        assert he.post("/phones/networks/new/", {**network, "addresses": wrong}).status_code == 422
    assert he.post("/phones/networks/new/", {**network, "addresses": "203.0.113.7/24"}).status_code == 302
    assert OfficeNetwork.objects.get().addresses == "203.0.113.0/24"
    ways = {"begins_on": "2026-11-01", "outside": "field", "offline_hours": "48", "changes": "2", "change_days": "30"}
    ways |= {"photo": "outside", "face": "always"}
    assert he.post(f"/groups/{cast.day_group.pk}/phone/", ways).status_code == 422
    assert he.post(f"/groups/{cast.day_group.pk}/phone/", {**ways, "ways": ["network"]}).status_code == 302
    assert (WaysRule.objects.get().ways, WaysRule.objects.get().photo) == (["network"], "outside")
    assert Place.objects.get().ends_on == make.day("11-30")


def test_lists_ask_as_much_for_many_as_for_one(cast, enter, django_assert_max_num_queries):
    for name in ("lin", "chen"):
        for _ in range(3):
            one = Handset(cast.by(name))
            one.send(one.record(note="外"))
    wang = enter("wang")
    for address in ("/phones/records/?show=all", "/phones/"):
        with django_assert_max_num_queries(34):
            assert wang.get(address).status_code == 200


def test_places_come_from_a_table(cast):
    row = {"name": "门店", "latitude": "31.2", "longitude": "121.4", "datum": "高德", "radius_m": "100"}
    row |= {"kind": "部门", "whom": "销售部"}
    wrong = [{**row, "latitude": "x"}, {**row, "datum": "火星"}, {**row, "whom": "没有"}, {**row, "radius_m": "5"}]
    faults = places_import.check([row, *wrong], cast.by("he"), make.TODAY)
    assert [(one.row, one.column) for one in faults] == [(1, "latitude"), (2, "datum"), (3, "whom"), (4, "radius_m")]
    said = places_import.take([row], cast.by("he"), make.NOW, lambda done: None)
    assert (said, Place.objects.get().department) == ("新增 1 个打卡地点。", cast.sales)


def test_one_agrees_and_withdraws_on_ones_own_page(enter, cast):
    lin = enter("lin")
    told = {"purpose": "location", "version": "1", "back": "/my/phone/"}
    assert lin.post("/my/consents/choose/", {**told, "given": "1"}).url == "/my/phone/"
    assert "撤回同意" in lin.get("/my/phone/").content.decode()
    lin.post("/my/consents/choose/", {**told, "given": "0"})
    assert "我已阅读" in lin.get("/punch/").content.decode()


def test_the_drawing_is_to_scale_and_within_its_frame():
    middle = Point(*OFFICE)
    here = Point(OFFICE[0] + 400 / 111_195, OFFICE[1])
    square = Polygon(tuple(Point(OFFICE[0] + a, OFFICE[1] + b) for a, b in ((0, 0), (0, 0.001), (0.001, 0.001))))
    found = draw([Circle(middle, 200), square], here, 50)
    (ring,) = found.rings
    assert ring.y - found.here.y == pytest.approx(2 * ring.radius, rel=0.01)
    assert found.here.radius == pytest.approx(ring.radius / 4, rel=0.02)
    assert all(0 <= edge <= SIZE for edge in (found.here.y - found.here.radius, ring.y + ring.radius))
    assert len(found.polygons[0].split()) == 3


def test_a_position_is_judged_for_the_page_and_forgotten(cast):
    office(("site_id", cast.site.pk))
    agree(cast.by("lin"))
    sent = WhereAsked.model_validate({"point": point()})
    told = today.today_of(cast.lin, sent, seen_by=cast.by("lin"), now=make.NOW, today=make.TODAY)
    assert (told.counts, Record.objects.count(), Phone.objects.count()) == (True, 0, 0)
    late = make.NOW + dt.timedelta(hours=9)
    again = today.today_of(cast.chen, WhereAsked(), seen_by=cast.by("chen"), now=late, today=make.TODAY)
    assert (again.button, again.note_needed) == ("下班打卡", True)
