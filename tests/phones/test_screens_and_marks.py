"""A code on a screen, used once, in time, at one's own site; a poster and a tag, which prove nothing without a position."""

import datetime as dt
import json

import pytest

import make
from handset import Handset, agree, office, point
from kaoqin.core.sealed import unseal
from kaoqin.phones import actions, codes, mark_actions
from kaoqin.phones.models import Record, Screen, ScreenUse
from kaoqin.phones.words import Outside, Way, Ways
from kaoqin.security.models import AuditEntry

TOLD = {"by": make.ROOT, "at": make.NOW}
SECOND = dt.timedelta(seconds=1)


@pytest.fixture
def screen(cast):
    """At Lin's site; Lin's and Chen's groups may scan, and nothing else."""
    ways(cast, Way.QR)
    return mark_actions.add_screen(cast.site, "一号楼大厅", make.SINCE, **TOLD)


@pytest.fixture
def lin(cast):
    return Handset(cast.by("lin"))


def ways(cast, *open_ways):
    for group in (cast.field_group, cast.day_group):
        actions.keep_ways(group, make.SINCE, Ways(ways=open_ways, note_needed=False, outside=Outside.REVIEW), **TOLD)


def shown(screen, at=make.NOW):
    """What a screen shows at an instant."""
    return codes.code_of(unseal(screen.secret), screen.pk, codes.step_of(at))


def press(phone, at=make.NOW, **told):
    """A punch that comes at once: its state and flags."""
    answer = phone.send(phone.record(at, **told), at=at)[0]
    return answer.state, Record.objects.latest("pk").flags


def test_the_code_of_now_counts_without_any_position(screen, lin):
    assert press(lin, qr=shown(screen)) == ("counted", [])
    row = Record.objects.get()
    assert (row.way, row.place, row.latitude) == ("qr", "一号楼大厅", None)


@pytest.mark.parametrize(
    "address", ["https://kaoqin.example/punch/?qr={}", "https://kaoqin.example/punch/?x=1&qr={}", " {} "]
)
def test_the_code_is_found_in_its_address(screen, lin, address):
    assert press(lin, qr=address.format(shown(screen)))[0] == "counted"


@pytest.mark.parametrize(
    ("later_s", "state"), [(0, "counted"), (14, "counted"), (29, "counted"), (30, "held"), (31, "held")]
)
def test_a_code_lives_for_its_step_and_the_next(screen, lin, later_s, state):
    assert make.NOW.timestamp() % codes.STEP_S == 0
    at = make.NOW + later_s * SECOND
    assert press(lin, at, qr=shown(screen))[0] == state


def test_a_code_of_the_future_is_none(screen, lin):
    assert press(lin, qr=shown(screen, make.NOW + 15 * SECOND)) == ("held", ["code_wrong"])


def test_everybody_uses_a_code_once(cast, screen, lin):
    chen = Handset(cast.by("chen"))
    assert press(lin, qr=shown(screen)) == ("counted", [])
    assert press(lin, qr=shown(screen)) == ("held", ["code_used"])
    assert press(chen, qr=shown(screen)) == ("counted", [])
    assert ScreenUse.objects.count() == 2


def test_the_same_record_again_is_known_and_uses_nothing(screen, lin):
    record = lin.record(qr=shown(screen))
    assert [lin.send(record)[0].state for _ in range(2)] == ["counted", "known"]


def test_the_digits_do_as_well_for_whoever_cannot_scan(screen, lin):
    digits = codes.digits_of(unseal(screen.secret), screen.pk, codes.step_of(make.NOW))
    assert press(lin, qr=f"{digits[:4]} {digits[4:]}") == ("counted", [])
    assert press(lin, qr=shown(screen)) == ("held", ["code_used"])


def test_a_forged_code_or_one_of_another_screen_is_none(cast, screen, lin):
    elsewhere = mark_actions.add_screen(make.site("远方"), "别处", make.SINCE, **TOLD)
    text = shown(screen)
    forged = text[:-1] + ("A" if text[-1] != "A" else "B")
    renamed = text.replace(f"k1.{screen.pk}.", f"k1.{elsewhere.pk}.")
    for wrong in (forged, renamed, shown(elsewhere), "k1.1.1.", "随便", "12345678", "m1." + "x" * 22):
        assert press(lin, qr=wrong)[0] == "held", wrong
    assert not ScreenUse.objects.exists()


def test_what_came_late_is_no_proof_and_an_ended_or_renewed_screen_neither(screen, lin):
    record = lin.record(qr=shown(screen))
    assert lin.send(record, at=make.NOW + 120 * SECOND)[0].state == "held"
    old = shown(screen)
    mark_actions.renew_screen(screen, **TOLD)
    assert press(lin, qr=old) == ("held", ["code_wrong"])
    mark_actions.end(screen, make.TODAY - make.DAY, **TOLD)
    assert press(lin, qr=shown(screen)) == ("held", ["code_wrong"])


def test_where_scanning_is_not_open_a_code_says_nothing(cast, screen, lin):
    ways(cast, Way.NETWORK)
    assert press(lin, qr=shown(screen)) == ("held", [])


def test_the_page_asks_without_using_and_is_told_nothing_of_digits(cast, screen, enter):
    def ask(qr):
        answer = enter("lin").post("/api/v1/phone/today", json.dumps({"qr": qr}), content_type="application/json")
        return answer.json()["sentence"]

    digits = codes.digits_of(unseal(screen.secret), screen.pk, codes.step_of(make.NOW))
    assert [ask(shown(screen)) for _ in range(2)] == ["在「一号楼大厅」范围内"] * 2
    assert ask(digits) == ask("00000000") == "二维码或标签无效、已过期,或不是本地点的,请重新扫码"
    assert ask("") == "还不能确认位置。可以用:屏幕二维码;直接打卡由主管复核"


@pytest.mark.parametrize(("kind", "field"), [(Way.FIXED_QR, "qr"), (Way.NFC, "tag")])
@pytest.mark.parametrize(
    ("north_m", "state", "place"),
    [(0, "counted", "前台"), (190, "counted", "前台"), (230, "held", "上海办公室"), (None, "held", "")],
)
def test_a_poster_counts_at_the_place_and_a_photo_of_it_does_not(cast, lin, kind, field, north_m, state, place):
    ways(cast, kind)
    office(("site_id", cast.site.pk))
    agree(cast.by("lin"))
    mark = mark_actions.add_mark(cast.site, "前台", kind, make.SINCE, **TOLD)
    here = None if north_m is None else point(north_m)
    address = f"https://kaoqin.example/punch/?{field}={mark.key}"
    assert (press(lin, point=here, **{field: address})[0], Record.objects.get().place) == (state, place)


def test_a_poster_of_another_site_or_without_consent_proves_nothing(cast, lin):
    ways(cast, Way.FIXED_QR)
    office(("site_id", cast.site.pk))
    mark = mark_actions.add_mark(cast.site, "前台", Way.FIXED_QR, make.SINCE, **TOLD)
    other = mark_actions.add_mark(make.site("远方"), "别处", Way.FIXED_QR, make.SINCE, **TOLD)
    assert press(lin, qr=mark.key, point=point()) == ("held", ["no_consent"])
    agree(cast.by("lin"))
    assert press(lin, qr=other.key, point=point()) == ("held", ["code_wrong"])
    assert press(lin, qr=mark.key, point=point())[0] == "counted"
    assert press(lin, point=point())[0] == "held", "the position alone is not open here"


def test_the_screen_needs_no_account_and_shows_the_code_of_now(cast, screen, enter, lin):
    nobody = enter("")
    assert "一号楼大厅" in nobody.get(f"/screens/{screen.key}/").content.decode()
    told = nobody.get(f"/screens/{screen.key}/code/")
    assert told["Cache-Control"] == "no-store"
    assert (told.json()["left_ms"], "<svg" in told.json()["svg"]) == (15_000, True)
    assert press(lin, qr=told.json()["digits"])[0] == "counted"
    assert "已停用" in nobody.get("/screens/unknown/").content.decode()
    assert [nobody.get(f"/screens/unknown/{page}").status_code for page in ("", "code/")] == [404, 404]


def test_hr_adds_renews_and_ends_and_others_do_not(cast, enter):
    he = enter("he")
    told = {"site": cast.site.pk, "name": "大厅", "begins_on": "2026-11-01"}
    made = he.post("/phones/screens/new/", told)
    page = he.get(made["Location"]).content.decode()
    screen = Screen.objects.get()
    assert f"/screens/{screen.key}/" in page
    he.post(f"/phones/screens/{screen.pk}/renew/")
    assert he.get(f"/screens/{screen.key}/").status_code == 404
    assert he.post(made["Location"], {"ends_on": "2026-10-01"}).status_code == 422
    assert he.post(made["Location"], {"ends_on": "2026-11-30"}).status_code == 302
    for kind, said in (("fixed_qr", "<svg"), ("nfc", "punch/?tag=m1.")):
        mark = he.post("/phones/marks/new/", {**told, "kind": kind})
        assert said in he.get(mark["Location"]).content.decode()
    assert he.post("/phones/marks/new/", {**told, "kind": "gps"}).status_code == 422
    assert AuditEntry.objects.filter(action__in=["phones.renew_screen", "phones.add_mark"]).count() == 3
    for stranger in ("wang", "lin", "sun"):
        assert enter(stranger).get("/phones/marks/").status_code == 403
