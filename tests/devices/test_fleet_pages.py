"""The fleet's pages: the map and what each terminal lacks, many approved at once, lines nobody could read of all."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

import make
from kaoqin.devices import queries
from kaoqin.devices.models import BadUploadLine, Device, Heartbeat, PeopleKeeping, PersonOnDevice, Placement
from kaoqin.org.models import Site
from kaoqin.punches import actions as punches
from kaoqin.punches.models import PersonKey
from kaoqin.security.models import AuditEntry
from terminals import Caller, lines


def at_site(site, *serials, **told):
    """Approved terminals of a site that called just now."""
    made = Device.objects.bulk_create(
        Device(serial=one, site=site, state="approved", first_seen_at=make.NOW, protocol="zk_attendance", **told)
        for one in serials
    )
    Heartbeat.objects.bulk_create(Heartbeat(device=one, seen_at=make.NOW, address="10.0.0.9") for one in made)
    return made


def place(site, latitude, longitude, datum):
    Site.objects.filter(pk=site.pk).update(latitude=Decimal(latitude), longitude=Decimal(longitude), datum=datum)


def test_without_a_terminal_the_page_says_how_to_begin(cast, enter):
    page = enter("he").get("/devices/").content.decode()
    assert "接入第一台考勤机" in page
    assert "kaoqin simulate zk-att --units 5 --server http://testserver" in page
    assert 'id="list"' not in page


def test_sites_of_different_datums_stand_where_they_are(cast, enter):
    """The same spot of Shanghai as GPS and 百度 tell it, and one in 乌鲁木齐; a fourth has no position."""
    others = [make.site(name) for name in ("浦西", "乌鲁木齐", "无位置")]
    place(cast.site, "31.230416", "121.473701", "wgs84")
    place(others[0], "31.234327", "121.484782", "bd09")
    place(others[1], "43.826797", "87.619698", "gcj02")
    for n, site in enumerate((cast.site, *others)):
        at_site(site, f"M{n}")
    page = enter("he").get("/devices/")
    (_, wide, _), (_, narrow, _) = page.context["maps"]
    spots = {dot.place.name: (dot.true_x, dot.true_y) for dot in wide.dots}
    assert spots["上海"] == pytest.approx(spots["浦西"], abs=0.11)
    assert spots["乌鲁木齐"][0] < spots["上海"][0]
    assert {dot.place.name for dot in narrow.dots} == set(spots) == {"上海", "浦西", "乌鲁木齐"}
    assert page.context["lacking"] == 1
    assert "1 个地点没有填位置" in page.content.decode()


def test_a_dot_has_the_colour_of_the_worst_and_leads_to_its_terminals(cast, enter):
    place(cast.site, "31.23", "121.47", "wgs84")
    well, _ = at_site(cast.site, "WELL", "GONE")
    Heartbeat.objects.exclude(device=well).update(seen_at=make.NOW - dt.timedelta(minutes=9))
    text = enter("he").get(f"/devices/?site={cast.site.pk}").content.decode()
    assert f'class="map-site map-red map-chosen" href="/devices/?site={cast.site.pk}"' in text
    assert "<title>上海:失联 1 · 在线 1</title>" in text


def test_without_positions_there_is_no_map_but_the_table(cast, enter):
    at_site(cast.site, "A")
    page = enter("he").get("/devices/")
    assert page.context["maps"] == []
    assert '<table class="table table-sm card-table" id="sites">' in page.content.decode()


def cell(page, serial, key):
    """What a column of the list says of a terminal."""
    for row, cells in page.context["list"].cells:
        if row.serial == serial:
            return next(value for column, value, *_ in cells if column.key == key)
    raise AssertionError(serial)


def test_unknown_numbers_are_those_of_now(terminal, enter, cast):
    """4711 and 4712 punched, 4712 and 00013 are on the terminal; 00013 is Chen. A number counts once."""
    device = terminal.device()
    terminal.post("cdata", lines("11-20 09:00:00", pin="4711") + lines("11-20 09:01:00", pin="4712"), table="ATTLOG")
    for pin in ("4712", "00013"):
        PersonOnDevice.objects.create(device=device, pin=pin, told_at=make.NOW)
    he = enter("he")
    assert cell(he.get("/devices/"), device.serial, "unknown") == 2
    punches.attach("4712", "", cast.zhao, make.day("11-01"), by=make.ROOT, at=make.NOW)
    assert cell(he.get("/devices/"), device.serial, "unknown") == 1


def test_somebody_on_a_terminal_is_known_from_the_day_on_which_the_number_means_them(cast):
    (device,) = at_site(cast.site, "A")
    PersonOnDevice.objects.create(device=device, pin="88", told_at=make.NOW)
    PersonKey.objects.create(person_key="88", origin="A", employee=cast.zhao, begins_on=make.TODAY)
    assert queries.unknown_numbers([device], make.TODAY) == {device.pk: set()}
    assert queries.unknown_numbers([device], make.TODAY - make.DAY) == {device.pk: {"88"}}


def test_differences_of_people_are_told_where_the_house_keeps_them(cast, enter):
    kept, free = at_site(cast.site, "KEPT", "FREE")
    PeopleKeeping.objects.create(device=kept, on=True)
    for device in (kept, free):
        for n, state in enumerate(("waiting", "sent", "failed", "same", "stranger")):
            Placement.objects.create(device=device, pin=str(n), state=state)
    page = enter("he").get("/devices/")
    assert cell(page, "KEPT", "people") == "待 2 · 失败 1"
    assert cell(page, "FREE", "people") == ""
    assert f"/devices/{kept.pk}/people/?state=failed" in page.content.decode()


def test_as_many_questions_for_five_hundred_terminals_as_for_fifty(cast, enter):
    he = enter("he")
    place(cast.site, "31.23", "121.47", "wgs84")

    def asked(address="/devices/?size=100"):
        with CaptureQueriesContext(connection) as questions:
            assert he.get(address).status_code == 200
        return len(questions)

    def more(first, last):
        made = at_site(cast.site, *(f"S{n:05d}" for n in range(first, last)), facts={"TransactionCount": "1"})
        PersonOnDevice.objects.bulk_create(
            PersonOnDevice(device=one, pin=str(n), told_at=make.NOW) for one in made for n in range(3)
        )

    more(0, 50)
    few, exported = asked(), asked("/devices/?export=xlsx")
    more(50, 500)
    assert (asked(), asked("/devices/?export=xlsx")) == (few, exported)


def strangers(count):
    return Device.objects.bulk_create(Device(serial=f"NEW{n}", first_seen_at=make.NOW) for n in range(count))


def test_several_are_approved_to_one_site_at_once(cast, enter):
    first, second, third = strangers(3)
    sun = enter("sun")
    page = sun.get("/devices/pending/").content.decode()
    assert all(one.serial in page for one in (first, second, third))
    told = {"chosen": [first.pk, second.pk], "site": cast.site.pk}
    answer = sun.post("/devices/pending/decide/", told, follow=True).content.decode()
    assert "已启用 2 台" in answer
    assert third.serial in answer
    states = dict(Device.objects.values_list("serial", "state"))
    assert states == {"NEW0": "approved", "NEW1": "approved", "NEW2": "pending"}
    assert AuditEntry.objects.filter(action="devices.approved").count() == 2


def test_several_are_refused_and_those_in_use_are_left_alone(cast, enter):
    first, second = strangers(2)
    (used,) = at_site(cast.site, "USED")
    told = {"chosen": [first.pk, second.pk, used.pk], "refuse": "1"}
    assert "已拒绝 2 台" in enter("sun").post("/devices/pending/decide/", told, follow=True).content.decode()
    assert dict(Device.objects.values_list("serial", "state"))["USED"] == "approved"


@pytest.mark.parametrize(
    ("told", "said"),
    [({"site": "1"}, "请先勾选"), ({"chosen": ["x"], "site": ""}, "请先勾选"), ({"chosen": ["1"]}, "请选择安装地点")],
)
def test_what_is_missing_is_said_and_nothing_happens(cast, enter, told, said):
    strangers(1)
    answer = enter("sun").post("/devices/pending/decide/", told, follow=True).content.decode()
    assert said in answer
    assert Device.objects.get().state == "pending"


def test_a_pending_terminal_says_what_it_is(stranger, cast, enter):
    stranger.get("cdata", options="all", language="83", pushver="2.4.1")
    Device.objects.update(
        protocol="zk_attendance", facts={"~DeviceName": "iFace702", "FWVersion": "Ver 8", "UserCount": "12"}
    )
    page = enter("sun").get("/devices/pending/").content.decode()
    assert all(told in page for told in (stranger.serial, "iFace702", "Ver 8", "中控考勤 PUSH"))


def test_who_may_not_approve_sees_no_boxes(cast, enter):
    strangers(1)
    page = enter("qian").get("/devices/pending/").content.decode()
    assert "NEW0" in page
    assert 'name="chosen"' not in page


@pytest.fixture
def quarantine(terminal, cast):
    """Three bad lines of one terminal, one of another."""
    terminal.post("cdata", "00013\t1704096000\t0\t1\nnonsense\nrubbish\n", table="ATTLOG")
    other = Caller("OTHER1")
    other.approved(cast.site, name="后门")
    other.post("cdata", "junk\n", table="ATTLOG")
    return list(BadUploadLine.objects.order_by("pk"))


def shown(client, query=""):
    return {line.raw for line in client.get(f"/devices/lines/{query}").context["list"].page.object_list}


def test_all_lines_that_wait_stand_on_one_page_and_are_narrowed(quarantine, enter):
    he, other = enter("he"), Device.objects.get(serial="OTHER1")
    assert shown(he) == {"00013\t1704096000\t0\t1", "nonsense", "rubbish", "junk"}
    assert shown(he, f"?device={other.pk}") == {"junk"}
    assert shown(he, "?fault=time") == {"00013\t1704096000\t0\t1"}
    assert shown(he, "?state=dismissed") == set()
    assert "后门" in he.get("/devices/lines/").content.decode()


def test_many_are_dismissed_with_a_reason_that_is_remembered(quarantine, enter):
    he, (first, second, third, fourth) = enter("he"), quarantine
    he.post(f"/devices/lines/{third.pk}/", {"dismiss": "1"})
    told = {"chosen": [second.pk, third.pk, fourth.pk], "reason": "测试乱码"}
    assert "已忽略 2 行" in he.post("/devices/lines/dismiss/", told, follow=True).content.decode()
    assert shown(he) == {first.raw}
    said = set(AuditEntry.objects.filter(action="devices.dismiss").values_list("said", flat=True))
    assert said == {"忽略第 3 行", "忽略第 2 行:测试乱码", "忽略第 1 行:测试乱码"}


@pytest.mark.parametrize(("reason", "chosen", "said"), [("", True, "请写明"), ("x", False, "请先勾选")])
def test_none_are_dismissed_without_a_reason_or_a_tick(quarantine, enter, reason, chosen, said):
    told = {"reason": reason} | ({"chosen": [quarantine[0].pk]} if chosen else {})
    assert said in enter("he").post("/devices/lines/dismiss/", told, follow=True).content.decode()
    assert BadUploadLine.objects.filter(state="waiting").count() == 4


def test_a_line_mended_there_stays_as_it_looks_there(quarantine, enter):
    told = {"text": "00013\t2026-11-20 09:00:00\t0\t1", "among_all": "1"}
    answer = enter("he").post(f"/devices/lines/{quarantine[0].pk}/", told).content.decode()
    assert "已修复" in answer
    assert f"/devices/{quarantine[0].upload.device_id}/" in answer


def test_home_and_fleet_lead_to_the_lines(quarantine, enter):
    for page in ("/", "/devices/"):
        text = enter("he").get(page).content.decode()
        assert 'href="/devices/lines/"' in text
        assert "4 行" in text
    assert "/devices/lines/" not in enter("sun").get("/devices/").content.decode()


@pytest.mark.parametrize(
    ("protocol", "offered"),
    [
        ("zk_attendance", {"tell_state", "tell_people", "call_again", "restart", "everything"}),
        ("hikvision", {"tell_state", "tell_people"}),
        ("dahua", None),
    ],
)
def test_a_terminal_is_offered_only_what_it_has_words_for(cast, enter, protocol, offered):
    (device,) = at_site(cast.site, "A")
    Device.objects.update(protocol=protocol)
    form = enter("sun").get(f"/devices/{device.pk}/").context["form"]
    assert (form and {value for value, _ in form.fields["wish"].choices}) == offered


def test_what_a_terminal_holds_is_told_in_words_with_how_full_it_is(cast, enter):
    facts = {"~DeviceName": "iFace702", "UserCount": "412", "~MaxUserCount": "30", "FaceCount": "12", "language": "83"}
    (device,) = at_site(cast.site, "A", facts=facts)
    text = enter("he").get(f"/devices/{device.pk}/").content.decode()
    assert all(told in text for told in ("iFace702", "简体中文", "412 / 3000", 'value="412" max="3000"', "人脸"))


def test_a_visit_that_failed_stands_at_the_head_with_what_to_do(cast, enter):
    (device,) = at_site(cast.site, "A", facts={"visit_fault": "连不上 10.0.0.5:80"})
    Device.objects.update(protocol="hikvision")
    text = enter("he").get(f"/devices/{device.pk}/").content.decode()
    assert text.count("连不上 10.0.0.5:80") == 2  # why nothing comes, and among all it told
    assert "上次访问没有成功" in text
