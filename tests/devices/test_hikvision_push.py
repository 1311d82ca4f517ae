"""Hikvision terminals that push, at the front door."""

import datetime as dt
import json

import pytest
from hikvision_bodies import HEARTBEATS, PICTURE, TOKEN, as_json, as_multipart, as_xml, event

import make
from kaoqin.devices import actions, fleet
from kaoqin.devices.models import BadUploadLine, Device, Operation, RawUpload
from kaoqin.punches.models import Punch
from terminals import Caller

SERIAL = "G00000001"


class Pusher(Caller):
    """A terminal that knows its address at our server and nothing else."""

    def __init__(self, token=TOKEN, desk=None):
        super().__init__(SERIAL, desk=desk)
        self.token = token

    def push(self, body, method="POST", **environ):
        return self.call(method, f"/hikvision/{self.token}", {"SN": None}, body, **environ)


@pytest.fixture
def device(cast):
    found = Device.objects.create(serial=SERIAL, first_seen_at=make.NOW, options={"token": TOKEN}, protocol="hikvision")
    actions.approve(found, cast.site, by=make.ROOT, at=make.NOW)
    return found


def test_a_push_becomes_a_punch_once_however_often_it_comes(device):
    pusher = Pusher()
    for body in (as_json(event()), as_json(event()), as_xml(event()), as_multipart(as_json(event(currentEvent=False)))):
        answer = pusher.push(body)
        assert (answer.status, answer.text) == (200, "OK")
    punch = Punch.objects.get()
    assert (punch.person_key, punch.origin, punch.zone, punch.trust) == ("00013", SERIAL, "Asia/Shanghai", "counts")
    assert (punch.device_time, punch.at) == (
        dt.datetime(2026, 11, 20, 9, tzinfo=dt.UTC),
        dt.datetime(2026, 11, 20, 1, tzinfo=dt.UTC),
    )
    assert (punch.evidence["device_time"], punch.evidence["mark"]) == ("2026-11-20T09:00:00+08:00", "#2001")
    assert RawUpload.objects.count() == 3


def test_numbers_that_begin_anew_are_other_punches(device):
    pusher = Pusher()
    pusher.push(as_json(event(serial_no=1, at="2026-11-19T09:00:00+08:00")))
    pusher.push(as_json(event(serial_no=1, at="2026-11-20T09:00:00+08:00")))
    pusher.push(as_json(event(serial_no=2, at="2026-11-20T09:00:00+08:00")))
    assert Punch.objects.count() == 3


def test_the_picture_is_not_kept(device):
    Pusher().push(as_multipart(as_json(event())))
    kept = bytes(RawUpload.objects.get().body)
    assert PICTURE[4:30] not in kept
    assert b"sha256:" in kept
    assert RawUpload.objects.get().size_bytes > len(kept)


def test_the_token_is_kept_nowhere(device):
    Pusher().push(as_json(event()), QUERY_STRING="a=1")
    assert RawUpload.objects.get().path == "/hikvision/…?a=1"


@pytest.mark.parametrize("token", ["k7q2m9x4c8v3b6n1p5t1", "x" * 16, "short", "", f"{TOKEN}/x"])
def test_a_token_of_nobody_is_not_found_and_no_new_terminal(device, token):
    answer = Pusher(token).push(as_json(event()))
    assert (answer.status, answer.headers["Content-Type"]) == (404, "text/plain")
    assert (Device.objects.count(), RawUpload.objects.count(), Punch.objects.count()) == (1, 0, 0)


def test_the_empty_token_is_nobodys(device):
    Device.objects.create(serial="0316144680030", first_seen_at=make.NOW, options={"token": ""})
    assert Pusher("").push(as_json(event())).status == 404


@pytest.mark.parametrize("state", ["pending", "refused", "retired"])
def test_a_terminal_that_is_not_in_use_keeps_its_events(device, state):
    Device.objects.update(state=state)
    for body in (as_json(event()), as_json(HEARTBEATS[0])):
        assert Pusher().push(body).status == 403
    assert (RawUpload.objects.count(), Punch.objects.count()) == (0, 0)


def test_only_posts_are_taken(device):
    assert [Pusher().push(b"", method).status for method in ("GET", "PUT")] == [405, 405]


def test_heart_beats_are_felt_and_not_kept(device):
    pusher = Pusher()
    for told in HEARTBEATS:
        assert pusher.push(as_json(told)).status == 200
    assert RawUpload.objects.count() == 0
    assert fleet.terminal(SERIAL, make.NOW).approved
    device.refresh_from_db()
    assert (device.heartbeat.address, device.heartbeat.upload_at) == ("10.0.0.9", None)


def test_what_is_refused_and_what_is_broken_is_kept_as_that(device):
    pusher = Pusher()
    assert pusher.push(as_json(event(minor=76))).status == 200
    assert pusher.push(as_json(event())[:-9]).status == 200
    assert [done.deed for done in Operation.objects.all()] == ["rejected"]
    assert BadUploadLine.objects.get().raw.startswith('{"ipAddress"')
    assert Punch.objects.count() == 0


def test_a_broken_event_that_a_person_mends_is_a_punch(device):
    Pusher().push(as_json(event())[:-1])
    actions.repair(BadUploadLine.objects.get(), as_json(event()).decode(), by=make.ROOT, at=make.NOW)
    assert Punch.objects.get().person_key == "00013"


@pytest.mark.parametrize("odd", ["in\0", "\ud800in", "\udc00\0"])
@pytest.mark.parametrize("name", ["attendanceStatus", "currentVerifyMode", "serialNo", "employeeNoString"])
def test_characters_the_database_cannot_hold_lose_no_event(device, name, odd):
    assert Pusher().push(json.dumps(event(**{name: odd})).encode()).status == 200
    assert Punch.objects.count() == 1
    assert Pusher().push(json.dumps(event(minor=76, **{name: odd})).encode() + b'{"\\u0000').status == 200
    assert (Operation.objects.count(), BadUploadLine.objects.count()) == (1, 1)


@pytest.mark.parametrize(
    ("at", "zone", "wall", "instant"),
    [
        ("2026-11-20T10:00:00+09:00", "Etc/GMT-9", "2026-11-20T10:00:00", "2026-11-20T01:00:00"),
        ("2026-11-20T00:30:00Z", "UTC", "2026-11-20T00:30:00", "2026-11-20T00:30:00"),
        ("2026-11-20T06:30:00+05:30", "UTC", "2026-11-20T01:00:00", "2026-11-20T01:00:00"),
        ("2026-11-20T09:00:00", "Asia/Shanghai", "2026-11-20T09:00:00", "2026-11-20T01:00:00"),
    ],
)
def test_wall_clock_and_instant_of_any_offset(device, at, zone, wall, instant):
    Pusher().push(as_json(event(at=at)))
    punch = Punch.objects.get()
    assert (punch.zone, punch.device_time.isoformat()[:19], punch.at.isoformat()[:19]) == (zone, wall, instant)


@pytest.mark.parametrize("at", ["2000-01-01T00:00:05+08:00", "0001-01-01T00:00:00+14:00", "2027-01-01T09:00:00+08:00"])
def test_an_impossible_clock_is_kept_and_held(device, at):
    assert Pusher().push(as_json(event(at=at))).status == 200
    assert Punch.objects.get().trust == "held"


def test_a_zone_set_right_later_doubles_nothing(device):
    Pusher().push(as_json(event(at="2026-11-20T10:00:00+09:00")))
    Device.objects.update(zone="Asia/Tokyo")
    Pusher().push(as_multipart(as_json(event(at="2026-11-20T10:00:00+09:00"))))
    assert Punch.objects.count() == 1
