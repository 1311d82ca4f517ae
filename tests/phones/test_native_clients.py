"""A native client is paired with a code and speaks for one phone by its token: what the token opens, and when it dies."""

import datetime as dt
import json
import urllib.error
import urllib.request
import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client

import make
import travelling
from handset import Handset, agree, office, point
from kaoqin.consent import choosing
from kaoqin.core.words import NotFound, Refusal
from kaoqin.field.models import VisitPhoto
from kaoqin.phones import pairing, tokens
from kaoqin.phones.models import PairingCode, Phone, Record, Token
from kaoqin.security import actions as security
from kaoqin.security.models import AuditEntry
from kaoqin.tracks.words import TRACK

PHONE, FIELD = "/api/v1/phone", "/api/v1/field"
ADDRESS = "198.51.100.7"


def offered(cast, name="lin", at=make.NOW):
    return pairing.offer(cast.accounts[name], by=cast.by(name), at=at, today=make.TODAY)


class Native:
    """A client of somebody's phone: no cookie, no CSRF token, only what it was told when it was paired."""

    def __init__(self, cast, name="lin", **told):
        self.handset = Handset(cast.by(name))
        self.web = Client(enforce_csrf_checks=True)
        answer = pair(cast, self.handset, offered(cast, name), name, web=self.web, **told)
        assert answer.status_code == 200, answer.content
        self.token = answer.json()["token"]

    def ask(self, path, told=None, token=None, **named):
        """GET, or POST where something is told."""
        header = {"HTTP_AUTHORIZATION": f"Bearer {token or self.token}"} | named
        if told is None:
            return self.web.get(path, **header)
        return self.web.post(path, json.dumps(told), content_type="application/json", **header)

    def alive(self):
        return self.ask(f"{PHONE}/time").status_code == 200


def pair(cast, handset, code, name="lin", web=None, **told):
    sent = {"account": name, "code": code, "spki": handset.spki, "name": "客户端", **told}
    client = web or Client(enforce_csrf_checks=True)
    return client.post(f"{PHONE}/pairings", json.dumps(sent), content_type="application/json", REMOTE_ADDR=ADDRESS)


def unknown(cast, name="lin"):
    """A phone that has made its key and was never registered."""
    one = Handset(cast.by(name))
    one.phone.delete()
    return one


def test_a_paired_client_punches_without_a_session_and_without_csrf(cast):
    office(("site_id", cast.site.pk))
    agree(cast.by("lin"))
    lin = Native(cast)
    assert lin.alive()
    sent = [lin.handset.record(point=point()).dict()]
    assert lin.ask(f"{PHONE}/records", sent).json()[0]["state"] == "counted"
    assert lin.ask(f"{PHONE}/today", {}).json()["moments"][0]["time"] == "10:00"
    assert lin.ask(f"{FIELD}/day", {}).status_code == 200
    assert lin.ask(f"{FIELD}/tracks").json() == {"agreed": False, "on_duty": True}
    assert "sessionid" not in lin.web.cookies


def test_a_first_phone_is_registered_by_pairing_and_a_further_one_asks_first(cast):
    first, second = unknown(cast), unknown(cast)
    assert pair(cast, first, offered(cast)).json()["state"] == "bound"
    code = offered(cast)
    asked = pair(cast, second, code)
    assert (asked.status_code, asked.json()["code"]) == (409, "phones.replace_first")
    again = pair(cast, second, code, replace=True)
    assert again.json()["state"] == "bound", "what was only asked used the code not up"
    assert list(Phone.objects.order_by("pk").values_list("state", flat=True)) == ["replaced", "bound"]


def test_a_phone_above_the_quota_waits_and_its_client_already_speaks(cast):
    Handset(cast.by("lin")), Handset(cast.by("lin"))
    third = unknown(cast)
    answer = pair(cast, third, offered(cast), replace=True).json()
    assert answer["state"] == "waiting"
    assert tokens.bearer(answer["token"], make.TODAY)


def test_a_code_is_good_once(cast):
    phone, code = Handset(cast.by("lin")), offered(cast)
    assert pair(cast, phone, code).status_code == 200
    answer = pair(cast, phone, code)
    assert (answer.status_code, answer.json()["code"]) == (409, "phones.wrong_pairing")


def test_a_code_may_be_typed_in_halves_and_a_new_one_ends_the_one_before(cast):
    phone, before, code = Handset(cast.by("lin")), offered(cast), offered(cast)
    assert before != code
    assert pair(cast, phone, before).status_code == 409
    assert pair(cast, phone, f"{code[:4]} {code[4:]}").status_code == 200


@pytest.mark.parametrize(("seconds", "status"), [(299, 200), (300, 409)])
def test_a_code_lives_five_minutes(cast, clock, seconds, status):
    phone, code = Handset(cast.by("lin")), offered(cast)
    clock(make.NOW + dt.timedelta(seconds=seconds))
    assert pair(cast, phone, code).status_code == status


def test_a_code_is_of_one_account_and_dies_with_its_password(cast):
    phone, code = Handset(cast.by("chen")), offered(cast, "lin")
    assert pair(cast, phone, code, "chen").status_code == pair(cast, phone, code, "nobody").status_code == 409
    security.reset_password(cast.accounts["lin"], by=make.ROOT, at=make.NOW)
    assert pair(cast, Handset(cast.by("lin")), code).status_code == 409


def test_guessing_is_braked_like_log_in_and_by_the_same_brake(cast, clock):
    phone, code = Handset(cast.by("lin")), offered(cast)
    wrong = f"{(int(code) + 1) % 10**8:08d}"
    codes = [pair(cast, phone, wrong).json()["code"] for _ in range(6)]
    assert codes == ["phones.wrong_pairing"] * 5 + ["security.too_many_attempts"]
    assert pair(cast, phone, code).json()["code"] == "security.too_many_attempts", "not even with the right one"
    with pytest.raises(Refusal, match="尝试次数过多"):
        security.log_in("lin", make.PASSWORD, address=ADDRESS, at=make.NOW)
    clock(make.NOW + dt.timedelta(minutes=10))
    assert pair(cast, phone, offered(cast, at=make.NOW + dt.timedelta(minutes=10))).status_code == 200


def test_code_and_token_are_kept_as_hashes_only_and_the_audit_knows_neither(cast):
    phone, code = Handset(cast.by("lin")), offered(cast)
    kept = PairingCode.objects.get().digest
    token = pair(cast, phone, code).json()["token"]
    assert len(token) > 40
    assert token.startswith("kq1_")
    assert Token.objects.get().digest == tokens.digest_of(token)
    with connection.cursor() as cursor:
        cursor.execute("SELECT t::text FROM phones_token t UNION ALL SELECT a::text FROM security_auditentry a")
        told = "".join(row for (row,) in cursor.fetchall())
    assert token not in told
    assert code not in told + kept
    assert AuditEntry.objects.get(action="phones.pair").said == "林小满 的手机「测试手机」连接客户端"


@pytest.mark.parametrize("shown", ["", "kq1_", "kq1_AAAA", "x", "kq1_\x00"])
def test_a_wrong_token_is_none(cast, shown):
    lin = Native(cast)
    answer = lin.ask(f"{PHONE}/records", [], token=shown or " ")
    assert (answer.status_code, answer.json()["code"]) == (401, "phones.no_token")


def test_a_token_opens_nothing_but_phone_visits_and_tracks(cast):
    lin = Native(cast)
    for path in ("/", "/punch/", "/my/phone/", "/people/", "/api/v1/openapi.json", "/field/own/", "/accounts/"):
        assert lin.ask(path).status_code in {302, 401, 404}, path
    assert lin.ask("/my/phone/pair/", {}).status_code in {302, 403}
    assert lin.ask(f"{PHONE}/records").status_code == 405


def test_a_token_speaks_for_its_phone_only(cast):
    spare = unknown(cast)
    lin = Native(cast)
    assert lin.ask(f"{PHONE}/keys", {"spki": spare.spki, "replace": True}).status_code == 403
    assert lin.ask(f"{PHONE}/keys", {"spki": lin.handset.spki}).json()["id"] == lin.handset.phone.pk
    other = Handset(cast.by("lin"))  # replaces the first
    chen = Handset(cast.by("chen"))
    Phone.objects.filter(pk=other.phone.pk).update(state="replaced")
    Phone.objects.filter(pk=lin.handset.phone.pk).update(state="bound")
    sent = [one.record(point=point()).dict() for one in (other, chen)]
    assert [one["state"] for one in lin.ask(f"{PHONE}/records", sent).json()] == ["refused", "refused"]
    assert Record.objects.count() == 0
    assert other.send(other.record())[0].state == "held", "with a session it is taken"


def test_a_track_must_be_of_the_tokens_phone(cast):
    lin = Native(cast)
    choosing.choose(TRACK, True, TRACK.version, by=cast.by("lin"), at=make.NOW, today=make.TODAY)
    told = {"batch": str(uuid.uuid4()), "points": [[make.NOW.timestamp(), 31.2, 121.4, 10.0]]}
    assert lin.ask(f"{FIELD}/tracks", told | {"phone": lin.handset.phone.pk}).status_code == 200
    waiting = Phone.objects.create(
        employee=cast.lin, key=b"other", name="另一部", state="waiting", registered_at=make.NOW
    )
    assert lin.ask(f"{FIELD}/tracks", told | {"phone": waiting.pk}).status_code == 404


@pytest.mark.parametrize("same", [True, False])
def test_a_photo_that_came_with_a_token_is_for_records_of_that_phone(cast, same):
    shop, kind = travelling.customer(cast.chen), travelling.kind()
    chen, key = Native(cast, "chen"), uuid.uuid4()
    told = {"key": str(key), "file": SimpleUploadedFile("a.jpg", travelling.picture())}
    assert chen.web.post(f"{FIELD}/photos", told, HTTP_AUTHORIZATION=f"Bearer {chen.token}").status_code == 200
    assert VisitPhoto.objects.get().phone_id == chen.handset.phone.pk
    other = travelling.Traveller(cast.by("chen"), make.NOW)
    if same:
        VisitPhoto.objects.update(phone=other.phone)
    other.photo = lambda content, at: str(key)
    other.visit(shop, kind, photos=[b""])
    assert (VisitPhoto.objects.get().visit is not None) == same


def ended(cast, how, lin):
    """What ends a token."""
    by, account, phone = {"by": make.ROOT, "at": make.NOW}, cast.accounts["lin"], lin.handset.phone
    deeds = {
        "replaced": lambda: Handset(cast.by("lin")),
        "rejected": lambda: Phone.objects.filter(pk=phone.pk).update(state="rejected"),
        "closed": lambda: security.set_active(account, False, **by),
        "password": lambda: security.change_password(
            account, make.PASSWORD, "Neu-2026-neu", by=cast.by("lin"), at=make.NOW
        ),
        "reset": lambda: security.reset_password(account, **by),
        "left": lambda: type(cast.lin).objects.filter(pk=cast.lin.pk).update(left_on=make.day("11-19")),
        "revoked": lambda: pairing.revoke(Token.objects.get().pk, by=cast.by("lin"), at=make.NOW, today=make.TODAY),
        "paired again": lambda: pair(cast, lin.handset, offered(cast)),
        "unused": lambda: Token.objects.update(last_used_on=make.TODAY - dt.timedelta(days=91)),
        "another's account": lambda: type(cast.lin).objects.filter(pk=cast.lin.pk).update(account=None),
    }
    return deeds[how]()


@pytest.mark.parametrize(
    "how",
    [
        *("replaced", "rejected", "closed", "password", "reset"),
        *("left", "revoked", "paired again", "unused", "another's account"),
    ],
)
def test_a_token_dies(cast, how):
    lin = Native(cast)
    assert lin.alive()
    ended(cast, how, lin)
    assert not lin.alive()


def test_it_lives_on_the_last_day_and_each_use_makes_it_live_longer(cast):
    lin = Native(cast)
    Token.objects.update(last_used_on=make.TODAY - dt.timedelta(days=90))
    assert lin.alive()
    assert Token.objects.get().last_used_on == make.TODAY
    type(cast.lin).objects.filter(pk=cast.lin.pk).update(left_on=make.TODAY)
    assert lin.alive(), "on the last day of work"


def test_a_phone_that_was_ended_is_paired_no_more(cast):
    lin = Native(cast)
    Handset(cast.by("lin"))
    answer = pair(cast, lin.handset, offered(cast))
    assert (answer.status_code, answer.json()["code"]) == (409, "phones.ended")


def test_a_session_is_still_asked_for_csrf_and_a_wrong_token_beside_it_is_refused(cast):
    lin = Native(cast)
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(cast.accounts["lin"])
    told = {"content_type": "application/json"}
    for path in (f"{PHONE}/records", f"{PHONE}/today", f"{FIELD}/day", f"{FIELD}/tracks", f"{FIELD}/photos"):
        assert browser.post(path, "[]", **told).status_code == 403, path
    assert browser.post(f"{PHONE}/records", "[]", HTTP_AUTHORIZATION="Bearer no", **told).status_code == 401
    assert browser.post(f"{PHONE}/records", "[]", HTTP_AUTHORIZATION="Basic no", **told).status_code == 403
    shown = f"Bearer {lin.token}"
    assert browser.post(f"{PHONE}/records", "[]", HTTP_AUTHORIZATION=shown, **told).status_code == 200


def test_the_api_speaks_the_language_of_the_account(cast):
    lin = Native(cast)
    type(cast.accounts["lin"]).objects.filter(username="lin").update(language="en")
    answer = lin.ask(f"{PHONE}/records", [{"payload": "?", "signature": ""}])
    assert answer.headers["Content-Language"] == "en"
    assert "记录" not in answer.json()[0]["sentence"]


def test_openapi_tells_of_session_and_token_and_that_pairing_needs_none(enter):
    told = enter("lin").get("/api/v1/openapi.json").json()
    schemes = {one["type"]: one for one in told["components"]["securitySchemes"].values()}
    assert schemes["http"]["scheme"] == "bearer"
    assert schemes["apiKey"]["in"] == "cookie"
    assert all(
        len(told["paths"][path]["post"]["security"]) == 2
        for path in (f"{PHONE}/records", f"{FIELD}/day", f"{FIELD}/photos", f"{FIELD}/tracks")
    )
    assert "security" not in told["paths"][f"{PHONE}/pairings"]["post"]


def test_the_page_shows_the_code_once_and_the_client_afterwards(cast, enter):
    lin = enter("lin")
    shown = lin.post("/my/phone/pair/")
    assert shown.headers["Cache-Control"] == "no-store"
    code = "".join(shown.context["halves"])
    assert "配对二维码" in shown.content.decode()
    assert len(code) == 8
    phone = Handset(cast.by("lin"))
    assert pair(cast, phone, code).status_code == 200
    lin = enter("lin")
    page = lin.get("/my/phone/").content.decode()
    assert "客户端 2026-11-20 10:00 连接,最近使用 2026-11-20" in page
    lin.post(f"/phones/tokens/{Token.objects.get().pk}/revoke/")
    assert "断开客户端" not in lin.get("/my/phone/").content.decode()


def test_hr_and_the_manager_end_the_clients_of_their_people_and_nobody_elses(cast, enter):
    token = tokens.bearer(Native(cast, "zhao").token, make.TODAY)
    for name in ("wang", "chen", "sun"):
        with pytest.raises(NotFound):
            pairing.revoke(token.pk, by=cast.by(name), at=make.NOW, today=make.TODAY)
    he = enter("he")
    assert f"/phones/tokens/{token.pk}/revoke/" in he.get("/phones/").content.decode()
    assert he.post(f"/phones/tokens/{token.pk}/revoke/").headers["Location"] == "/phones/"
    assert AuditEntry.objects.get(action="phones.revoke_token").actor_name == cast.accounts["he"].name
    assert he.post(f"/phones/tokens/{token.pk}/revoke/").status_code == 404


def test_over_the_wire_a_client_pairs_and_punches_with_nothing_but_what_it_was_told(company, live_server):
    lin = unknown(company)
    told = {"account": "lin", "code": offered(company), "spki": lin.spki, "name": "客户端"}

    def call(path, body, **headers):
        sent = urllib.request.Request(live_server.url + path, json.dumps(body).encode(), headers)  # noqa: S310 - ours
        with urllib.request.urlopen(sent, timeout=10) as answer:  # noqa: S310 - ours
            return json.loads(answer.read())

    paired = call(f"{PHONE}/pairings", told)
    lin.phone = Phone.objects.get(pk=paired["id"])
    shown = {"Authorization": f"Bearer {paired['token']}"}
    assert call(f"{PHONE}/records", [lin.record(point=point()).dict()], **shown)[0]["state"] == "held"
    with pytest.raises(urllib.error.HTTPError, match="401"):
        call(f"{PHONE}/records", [], Authorization="Bearer kq1_no")
