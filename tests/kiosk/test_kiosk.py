"""Punching on a tablet: number and PIN, whose ways and site allow it, tries that are counted, what is kept and what never is."""

import datetime as dt
import json
import uuid

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

import make
from kaoqin.core.words import NotAllowed, NotFound, Refusal
from kaoqin.kiosk import actions, queries, taking
from kaoqin.kiosk.models import Attempt, KioskPunch, Pin, Tablet
from kaoqin.phones import actions as phones
from kaoqin.phones.signing import read_spki
from kaoqin.phones.words import Way, Ways
from kaoqin.punches.models import Punch
from kaoqin.security.models import AuditEntry
from tablets import NOBODY, Unit, spki_of

PIN = "482915"
MINUTE = dt.timedelta(minutes=1)
TOLD = {"by": make.ROOT, "at": make.NOW}
WRONG = "工号或密码不对。"
LOCKED = "输错次数太多,请 15 分钟后再试,或找人事。"


def set_pin(cast, name="chen", pin=PIN):
    actions.set_own_pin(pin, by=cast.by(name), at=make.NOW, today=make.TODAY)


@pytest.fixture
def unit(cast):
    """At Chen's site; Chen's group may use it, and Chen has a PIN."""
    phones.keep_ways(cast.day_group, make.SINCE, Ways(ways=(Way.NETWORK, Way.KIOSK)), **TOLD)
    set_pin(cast)
    return Unit(cast.site)


def test_number_and_pin_are_a_punch_at_the_site(cast, unit):
    answer = unit.press("00013", PIN)
    assert (answer.state, answer.sentence) == ("counted", "陈大白 10:00 上班打卡成功")
    punch = Punch.objects.get()
    assert (punch.employee, punch.source, punch.place) == (cast.chen, "kiosk", cast.site.name)
    assert unit.press("00013", PIN, make.NOW + MINUTE).sentence == "陈大白 10:01 下班打卡成功"


@pytest.mark.parametrize(
    ("number", "pin"), [("00013", "482916"), ("13", PIN), ("99999", PIN), ("00011", PIN), ("00013", "")]
)
def test_what_does_not_fit_is_told_apart_for_nobody(unit, number, pin):
    answer = unit.press(number, pin)
    assert (answer.state, answer.sentence, KioskPunch.objects.get().employee) == ("refused", WRONG, None)
    assert not Punch.objects.exists()


def test_the_sixth_try_is_locked_for_fifteen_minutes_even_if_right(unit):
    told = [unit.press("00013", "000000").sentence for _ in range(5)]
    assert told == [WRONG] * 5
    assert unit.press("00013", PIN).sentence == LOCKED
    edge = make.NOW + queries.LOCKED_FOR
    assert unit.press("00013", PIN, edge - MINUTE).sentence == LOCKED
    assert unit.press("00013", PIN, edge).state == "counted"


def test_what_fits_forgets_the_tries_before(unit):
    for _ in range(4):
        unit.press("00013", "000000")
    assert (unit.press("00013", PIN).state, Attempt.objects.count()) == ("counted", 0)


def test_a_number_nobody_has_is_locked_alike_and_on_all_tablets(cast, unit):
    for _ in range(5):
        unit.press("99999", PIN)
    assert unit.press("99999", PIN).sentence == Unit(cast.site, "西门").press("99999", PIN).sentence == LOCKED


def test_a_tablet_on_which_all_numbers_are_tried_is_locked(cast, unit, monkeypatch):
    monkeypatch.setattr(queries, "MOST_OF_TABLET", 3)
    for number in ("1", "2", "3"):
        unit.press(number, PIN)
    assert unit.press("00013", PIN).sentence == LOCKED
    assert Unit(cast.site, "西门").press("00013", PIN).state == "counted"


def test_only_whose_group_and_site_allow_it(cast, unit):
    set_pin(cast, "lin", "739164")
    assert unit.press("00012", "739164").sentence == "您所在的考勤组没有开通打卡平板,请换一种方式打卡。"
    away = Unit(make.site("远方"))
    assert away.press("00013", PIN).sentence == "您不在这台平板所在的地点上班,请换一种方式打卡。"
    assert not Punch.objects.exists()


def test_whoever_has_left_punches_no_more(cast, unit):
    make.leave(cast.chen, make.TODAY - make.DAY)
    assert unit.press("00013", PIN).sentence == WRONG


def test_a_pin_is_nowhere_in_clear(cast, unit):
    unit.press("00013", PIN)
    kept = KioskPunch.objects.get()
    assert json.loads(kept.payload)["pin"] == ""
    assert PIN not in kept.payload + Pin.objects.get().secret
    assert not AuditEntry.objects.filter(facts__icontains=PIN).exists()
    assert not AuditEntry.objects.filter(said__contains=PIN).exists()


def test_the_same_again_is_known_and_another_with_its_id_is_none(unit):
    told = unit.payload("00013", PIN)
    record = unit.sign(told)
    states = [taking.take_presses(unit.tablet, [record], at=make.NOW)[0].state for _ in range(2)]
    assert states == ["counted", "known"]
    replay = unit.sign({**told, "device_time": (make.NOW - MINUTE).isoformat()})
    assert taking.take_presses(unit.tablet, [replay], at=make.NOW)[0].sentence.startswith("与已收到的打卡编号相同")
    assert Punch.objects.count() == 1


def test_another_key_or_a_changed_text_is_not_the_tablet(cast, unit):
    other = Unit(cast.site, "西门")
    forged = other.sign(unit.payload("00013", PIN))
    changed = unit.sign(unit.payload("00013", PIN)).model_copy(
        update={"payload": json.dumps(unit.payload("00013", PIN))}
    )
    answers = taking.take_presses(unit.tablet, [forged, changed, unit.sign("{}")], at=make.NOW)
    assert [one.state for one in answers] == ["refused"] * 3
    assert not KioskPunch.objects.exists()


@pytest.mark.parametrize(("hours", "state"), [(8, "counted"), (24, "counted"), (24.1, "held")])
def test_what_waited_without_a_network_counts_at_its_own_time(unit, hours, state):
    answer = unit.press("00013", PIN, received=make.NOW + dt.timedelta(hours=hours))
    assert (answer.state, KioskPunch.objects.get().at) == (state, make.NOW)
    assert Punch.objects.count() == (1 if state == "counted" else 0)


def test_what_is_held_is_kept_by_hr_and_nobody_else(cast, unit, enter):
    unit.press("00013", PIN, contact=None, received=make.NOW + dt.timedelta(hours=2))
    held = KioskPunch.objects.get()
    assert (held.state, Punch.objects.count()) == ("held", 0)
    assert enter("wang").post(f"/kiosks/punches/{held.pk}/keep/").status_code == 403
    assert enter("he").post(f"/kiosks/punches/{held.pk}/keep/").status_code == 302
    assert Punch.objects.get().employee == cast.chen
    assert enter("he").post(f"/kiosks/punches/{held.pk}/keep/").status_code == 404


@pytest.mark.parametrize("pin", ["12345", "1234567", "12345a", "111111", "123456", "654321", ""])
def test_a_pin_that_everybody_tries_first_is_none(cast, pin):
    with pytest.raises(Refusal):
        set_pin(cast, pin=pin)


def test_hr_issues_one_once_and_unlocks(cast, unit, enter):
    for _ in range(6):
        unit.press("00013", "000000")
    page = enter("he").post("/kiosks/pins/", {"number": "00013"}).content.decode()
    issued = page.split("data-pin>")[1][:6]
    assert unit.press("00013", PIN).sentence == WRONG
    assert unit.press("00013", issued).state == "counted"
    assert enter("he").post("/kiosks/pins/", {"number": "404"}).status_code == 422
    with pytest.raises(NotAllowed):
        actions.issue_pin("00013", by=cast.by("wang"), at=make.NOW, today=make.TODAY)


def test_hr_lifts_a_lock_and_the_pin_stays(cast, unit, enter):
    for number in ("00013", "99999"):
        for _ in range(queries.MOST_OF_NUMBER):
            unit.press(number, "000000")
    he = enter("he")
    page = he.get("/kiosks/pins/").content.decode()
    assert ("陈大白" in page, "10:15" in page, "99999" in page) == (True, True, False)
    assert he.post(f"/kiosks/pins/{cast.chen.pk}/lift/").status_code == 302
    assert unit.press("00013", PIN).state == "counted"
    assert unit.press("99999", PIN).sentence == LOCKED, "another number stays locked"
    kept = AuditEntry.objects.get(action="kiosk.lift_lock")
    assert (kept.actor_name, kept.said) == (cast.by("he").name, "解除 陈大白 打卡密码的锁定")
    assert "现在锁定的打卡密码" not in he.get("/kiosks/pins/").content.decode()
    assert "没有锁定" in he.post(f"/kiosks/pins/{cast.chen.pk}/lift/").content.decode()


def test_nobody_else_lifts_a_lock(cast, unit):
    for _ in range(queries.MOST_OF_NUMBER):
        unit.press("00013", "000000")
    for name in ("wang", "chen"):
        with pytest.raises(NotAllowed):
            actions.lift_lock(cast.chen.pk, by=cast.by(name), at=make.NOW, today=make.TODAY)
    assert unit.press("00013", PIN).sentence == LOCKED


@pytest.mark.parametrize(("tries", "later", "people"), [(4, 0, 0), (5, 0, 1), (5, 14, 1), (5, 15, 0)])
def test_whose_number_is_locked_is_told_as_long_as_it_is(cast, unit, tries, later, people):
    for _ in range(tries):
        unit.press("00013", "000000")
    found = queries.locked(seen_by=cast.by("he"), on=make.TODAY, at=make.NOW + later * MINUTE)
    assert [one.employee for one in found] == [cast.chen] * people


def test_one_s_own_pin_on_its_page(cast, enter):
    chen = enter("chen")
    assert chen.post("/my/pin/", {"pin": PIN, "again": "482916"}).status_code == 422
    assert chen.post("/my/pin/", {"pin": PIN, "again": PIN}).status_code == 302
    assert "2026-11-20" in chen.get("/my/pin/").content.decode()
    assert "没有对应的员工" in enter("sun").get("/my/pin/").content.decode()


def test_a_link_binds_one_device_once(cast, client):
    made = actions.add_tablet(cast.site, "东门", **TOLD)
    link = f"/kiosk/bind/{made.secret}/"
    assert "东门" in client.get(link).content.decode()
    assert client.post(link, {"spki": "?"}).json()["code"] == "phones.bad_key"
    key = ec.generate_private_key(ec.SECP256R1())
    answer = client.post(link, {"spki": spki_of(key)})
    cookie = answer.cookies["kiosk"]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Strict", "/kiosk/")
    assert cookie.value not in json.dumps(list(Tablet.objects.values("token_hash", "link_hash")))
    assert [client.get(link).status_code, client.post(link, {"spki": spki_of(key)}).status_code] == [404, 404]
    assert "data-key" in client.get("/kiosk/").content.decode()


def test_the_pad_shows_nobody_s_name(cast, unit, client):
    client.cookies["kiosk"] = unit.token
    page = client.get("/kiosk/").content.decode()
    assert not any(one.name in page for one in (cast.chen, cast.lin, cast.wang, cast.zhao))


@pytest.mark.parametrize("token", ["", "made-up"])
def test_a_browser_that_is_no_tablet_gets_nothing(cast, client, token):
    client.cookies["kiosk"] = token
    assert [client.get(path).status_code for path in ("/kiosk/", "/kiosk/time/")] == [404, 404]
    assert client.post("/kiosk/records/", "[]", content_type="application/json").status_code == 404


def test_a_revoked_tablet_is_none_at_once_and_a_new_link_replaces_the_device(cast, unit, client):
    def state():
        return client.get("/kiosk/time/").status_code

    client.cookies["kiosk"] = unit.token
    assert state() == 200
    assert Tablet.objects.get().last_seen_at == make.NOW
    made = actions.renew_link(unit.tablet, **TOLD)
    assert state() == 404
    again, client.cookies["kiosk"] = actions.bind(made.secret, read_spki(spki_of(unit.key)), by=NOBODY, at=make.NOW)
    assert state() == 200
    actions.revoke(again, **TOLD)
    assert state() == 404
    with pytest.raises(NotFound):
        actions.bind(made.secret, read_spki(spki_of(unit.key)), by=NOBODY, at=make.NOW)


def test_records_come_over_http(cast, unit, client):
    client.cookies["kiosk"] = unit.token
    sent = json.dumps([unit.sign(unit.payload("00013", PIN)).model_dump()])
    answer = client.post("/kiosk/records/", sent, content_type="application/json")
    assert (answer.status_code, answer.json()[0]["sentence"]) == (200, "陈大白 10:00 上班打卡成功")
    assert client.post("/kiosk/records/", "?", content_type="application/json").status_code == 422
    proof = client.get("/kiosk/time/").json()["proof"]
    told = {"server_time": make.NOW.isoformat(), "proof": proof, "ticks": 1000.0, "boot": str(uuid.uuid4())}
    assert unit.press("00013", PIN, make.NOW + MINUTE, contact=told).state == "counted"


def test_lists_and_pages_are_hr_s(cast, unit, enter):
    unit.press("00013", PIN)
    he = enter("he")
    assert "东门平板" in he.get("/kiosks/").content.decode()
    assert "陈大白" in he.get("/kiosks/punches/").content.decode()
    link = he.post("/kiosks/new/", {"site": cast.site.pk, "name": "西门"}).content.decode()
    assert "/kiosk/bind/" in link
    for who in ("lin", "wang", "sun"):
        assert [enter(who).get(page).status_code for page in ("/kiosks/", "/kiosks/punches/", "/kiosks/pins/")] == [
            403
        ] * 3
