"""Hikvision terminals that are visited: a made-up terminal on a real socket, with the faults of real ones."""

import datetime as dt

import pytest

import make
from kaoqin.core.sealed import seal, unseal
from kaoqin.core.words import NotAllowed, Refusal
from kaoqin.devices import actions, links, rounds
from kaoqin.devices.models import Device, RawUpload
from kaoqin.devices.protocols.hikvision import client, messages
from kaoqin.devices.protocols.hikvision.simulator import Simulator
from kaoqin.devices.protocols.http_digest import digest
from kaoqin.devices.wire import Link, WrongLogin
from kaoqin.punches.models import Punch
from kaoqin.security.models import AuditEntry

SERIAL = "G00000001"
HOUR, MINUTE = dt.timedelta(hours=1), dt.timedelta(minutes=1)
SERVER = "http://127.0.0.1:8000"


@pytest.fixture
def unit():
    with Simulator(serial=f"DS-K1T671M20260101V030200EN{SERIAL}") as running:
        yield running


def settings(unit, **told):
    return links.Settings(
        **{
            "address": "127.0.0.1",
            "port": unit.port,
            "https": False,
            "user": unit.user,
            "password": unit.password,
            "server": SERVER,
        }
        | told
    )


def known(cast, unit):
    found = links.add("hikvision", SERIAL, settings(unit), by=make.ROOT, at=make.NOW)
    actions.approve(found, cast.site, by=make.ROOT, at=make.NOW)
    return found


@pytest.fixture
def device(cast, unit):
    return known(cast, unit)


def refused(do, *told, **named):
    with pytest.raises(Refusal) as caught:
        do(*told, **named)
    return caught.value.code


def keys():
    return sorted(Punch.objects.values_list("person_key", "device_time"))


def link(unit, **told):
    return Link(
        **{"address": "127.0.0.1", "port": unit.port, "https": False, "user": unit.user}
        | {"password": unit.password, "zone": "Asia/Shanghai"}
        | told
    )


# Digest


def test_the_answer_is_that_of_the_standards_own_example():
    told = 'Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm={}, nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"'
    asked = digest.read_challenge([told.format("MD5")])
    own = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"
    said = digest.answer(asked, "Mufasa", "Circle of Life", "GET", "/dir/index.html", 1, own)
    assert 'response="8ca523f5e9506fed4657c9700eebdbec"' in said
    stronger = digest.read_challenge([told.format("MD5"), told.format("SHA-256")])
    said = digest.answer(stronger, "Mufasa", "Circle of Life", "GET", "/dir/index.html", 1, own)
    assert 'response="753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"' in said


@pytest.mark.parametrize("headers", [[], ["Basic realm=x"], ["Digest realm=x"], ["Digest nonce=1, algorithm=SHA-512"]])
def test_challenges_we_cannot_meet(headers):
    assert digest.read_challenge(headers) is None


@pytest.mark.parametrize("sha256", [False, True])
def test_a_log_in_that_is_right_and_one_that_is_wrong(sha256):
    with Simulator(sha256=sha256) as unit:
        line = client.Conversation(link(unit))
        assert b"DeviceInfo" in line.ask("GET", "/ISAPI/System/deviceInfo")
        unit.new_nonce()
        assert b"DeviceInfo" in line.ask("GET", "/ISAPI/System/deviceInfo")
        assert unit.refused_logins == 1
        unit.new_nonce()
        with pytest.raises(WrongLogin):
            client.Conversation(link(unit, password="wrong")).ask("GET", "/ISAPI/System/deviceInfo")
        assert unit.refused_logins == 2


# Visits


def test_a_visit_brings_what_was_never_pushed_and_once(device, unit):
    for number in range(75):
        unit.press(f"{number % 3:05d}", make.NOW - HOUR + number * MINUTE / 2)
    unit.press("00001", make.NOW - 24 * HOUR)
    for _ in range(2):
        assert links.visit(device, at=make.NOW) == 76
    assert Punch.objects.count() == 76
    assert [upload.times_seen for upload in RawUpload.objects.all()] == [2, 2, 2, 2]
    device.refresh_from_db()
    assert (device.facts["firmware"], device.facts["visit_records"]) == ("V3.2.0", "76")
    assert device.options["mac"] == unit.mac


def test_a_visit_of_an_empty_terminal(device):
    assert links.visit(device, at=make.NOW) == 0


@pytest.mark.parametrize("most", [1, 7, 30])
def test_terminals_that_give_fewer_at_once(device, unit, most):
    unit.most_results = most
    for number in range(31):
        unit.press("00013", make.NOW - number * MINUTE)
    assert links.visit(device, at=make.NOW) == 31
    assert Punch.objects.count() == 31


def test_a_terminal_that_gives_fewer_than_it_counts_is_found_out(device, unit):
    unit.faults.hides = 2
    for number in range(40):
        unit.press("00013", make.NOW - number * MINUTE)
    with pytest.raises(Refusal, match="2 条"):
        links.visit(device, at=make.NOW)
    assert Punch.objects.count() == 38
    rounds.visit_once(device, make.NOW)
    device.refresh_from_db()
    assert "2 条" in device.facts["visit_fault"]
    unit.faults.hides = 0
    rounds.visit_once(device, make.NOW)
    device.refresh_from_db()
    assert (device.facts["visit_fault"], Punch.objects.count()) == ("", 40)


def test_what_is_pushed_and_found_is_one_punch(device, unit):
    from test_hikvision_push import Pusher

    event = unit.press("00013", make.NOW - MINUTE)
    device.refresh_from_db()
    assert Pusher(device.options["token"]).push(unit.body(event)).status == 200
    links.visit(device, at=make.NOW)
    assert Punch.objects.count() == 1


def test_two_wrong_log_ins_and_no_more_until_somebody_sets_them_right(device, unit):
    links.save(device, settings(unit, password="wrong"), by=make.ROOT, at=make.NOW)
    codes = [refused(links.visit, device, at=make.NOW) for _ in range(4)]
    assert codes == ["devices.wrong_log_in"] * 2 + ["devices.log_in_stopped"] * 2
    assert unit.refused_logins == 2
    assert refused(links.set_clock, device, by=make.ROOT, at=make.NOW) == "devices.log_in_stopped"
    links.save(device, settings(unit), by=make.ROOT, at=make.NOW)
    assert links.visit(device, at=make.NOW) == 0


def test_a_log_in_that_is_right_again_forgets_the_wrong_one(device, unit):
    unit.password = "changed"
    assert refused(links.visit, device, at=make.NOW) == "devices.wrong_log_in"
    unit.password = "made-up-1"
    links.visit(device, at=make.NOW)
    device.refresh_from_db()
    assert "wrong_logins" not in device.options


def test_a_terminal_that_is_not_there(device, unit):
    links.save(device, settings(unit, port=1), by=make.ROOT, at=make.NOW)
    assert refused(links.visit, device, at=make.NOW) == "devices.visit_failed"
    device.refresh_from_db()
    assert "wrong_logins" not in device.options


def test_another_terminal_at_the_address(device, unit):
    unit.serial = "DS-K1T671M20260101V030200ENG00000002"
    unit.press("00013", make.NOW)
    assert refused(links.visit, device, at=make.NOW) == "devices.another"
    assert Punch.objects.count() == 0


@pytest.mark.parametrize("state", ["pending", "retired"])
def test_a_terminal_out_of_use_is_not_visited(device, unit, state):
    Device.objects.update(state=state)
    assert refused(links.visit, device, at=make.NOW) == "devices.not_in_use"


# Clock and listener


def test_a_wrong_clock_is_seen_and_set(device, unit):
    unit.zone, unit.faults.clock = dt.timezone(dt.timedelta()), dt.timedelta(seconds=300)
    real = dt.datetime.now(dt.UTC)
    assert abs(int(client.Client().state(link(unit), real)["clock_ahead_seconds"]) - 300) <= 2
    links.set_clock(device, by=make.ROOT, at=real)
    assert abs(int(client.Client().state(link(unit), real)["clock_ahead_seconds"])) <= 2
    assert unit.zone.utcoffset(None) == 8 * HOUR


def test_a_clock_of_the_year_one_harms_no_visit(device, unit, monkeypatch):
    monkeypatch.setattr(unit, "_now", lambda: dt.datetime(1, 1, 2, tzinfo=dt.UTC))
    assert links.visit(device, at=make.NOW) == 0
    device.refresh_from_db()
    assert device.heartbeat.clock_ahead_seconds == -(2**31) + 1


def test_a_round_goes_on_after_one_that_fails(company, unit, monkeypatch):
    device = known(company, unit)
    second = links.add("hikvision", "A0000", settings(unit, address="x" * 60), by=make.ROOT, at=make.NOW)
    Device.objects.filter(pk=second.pk).update(state="approved", site=device.site)
    visited = []

    def broken(found, *, at):
        visited.append(found.serial)
        raise RuntimeError

    monkeypatch.setattr(links, "visit", broken)
    rounds.visit_round()
    second.refresh_from_db()
    assert sorted(visited) == ["A0000", SERIAL]
    assert "意外" in second.facts["visit_fault"]


@pytest.mark.parametrize(
    ("zone", "posix"),
    [("Asia/Shanghai", "CST-8:00:00"), ("Asia/Kolkata", "CST-5:30:00"), ("America/New_York", "CST+5:00:00")],
)
def test_the_zone_as_the_terminal_writes_it(zone, posix):
    assert posix in messages.say_clock(make.NOW, zone).decode()


def test_the_listener_is_set_up_and_read_back(device, unit):
    links.subscribe(device, by=make.ROOT, at=make.NOW)
    device.refresh_from_db()
    assert unit.host["url"] == f"/hikvision/{device.options['token']}"
    assert (unit.host["ipAddress"], unit.host["portNo"], unit.host["protocolType"]) == ("127.0.0.1", "8000", "HTTP")


@pytest.mark.parametrize("fault", ["forgets_url", "refuses_hosts"])
def test_firmware_that_takes_no_listener_says_so(device, unit, fault):
    setattr(unit.faults, fault, True)
    assert refused(links.subscribe, device, by=make.ROOT, at=make.NOW) == "devices.visit_failed"
    unit.press("00013", make.NOW)
    assert links.visit(device, at=make.NOW) == 1


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"AcsEvent": 3}', b'{"AcsEvent": {"totalMatches": "x"}}'])
def test_answers_to_a_search_that_are_none(body):
    with pytest.raises(messages.NotUnderstood):
        messages.found(body)


def test_an_empty_search_has_no_list():
    told = messages.found(b'{"AcsEvent": {"responseStatusStrg": "NO MATCH", "numOfMatches": 0, "totalMatches": 0}}')
    assert (told.records, told.total, told.more) == ([], 0, False)


# What people say of a link


def test_the_password_is_kept_sealed_and_told_nowhere(device, unit):
    device.refresh_from_db()
    assert unit.password not in str(device.options)
    assert unseal(device.options["password"]) == unit.password
    assert not any(unit.password in str(vars(entry)) for entry in AuditEntry.objects.all())
    assert unit.password not in repr(link(unit))
    links.save(device, settings(unit, password=""), by=make.ROOT, at=make.NOW)
    assert unseal(device.options["password"]) == unit.password


def test_what_another_installation_sealed_is_refused(settings):
    sealed = seal("secret")
    settings.SECRET_KEY = "another"
    with pytest.raises(Refusal, match="重新填写"):
        unseal(sealed)


@pytest.mark.parametrize(
    ("told", "code"),
    [
        ({"address": ""}, "devices.bad_address"),
        ({"address": "a/b"}, "devices.bad_address"),
        ({"zone": "Mars"}, "devices.no_timezone"),
        ({"server": "192.168.1.9"}, "devices.bad_server"),
        ({"server": "ftp://x"}, "devices.bad_server"),
    ],
)
def test_links_that_lead_nowhere(device, unit, told, code):
    assert refused(links.save, device, settings(unit, **told), by=make.ROOT, at=make.NOW) == code


def test_a_terminal_is_added_once(device, unit):
    assert refused(links.add, "hikvision", SERIAL, settings(unit), by=make.ROOT, at=make.NOW) == "devices.known_serial"
    assert refused(links.add, "hikvision", "x", settings(unit), by=make.ROOT, at=make.NOW) == "devices.no_serial"


def test_links_are_not_everybodys(cast, device, unit):
    nobody = make.Actor(None, "陈", ())
    for do in (links.set_clock, links.subscribe):
        with pytest.raises(NotAllowed):
            do(device, by=nobody, at=make.NOW)
    with pytest.raises(NotAllowed):
        links.save(device, settings(unit), by=nobody, at=make.NOW)
