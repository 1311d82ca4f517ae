"""Hikvision's live line, and which lines are kept."""

import asyncio
import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lines import Listened, until

import make
from kaoqin.devices import actions, links, listening
from kaoqin.devices.models import Device, Heartbeat, RawUpload
from kaoqin.devices.protocols import STREAMS, VISITORS
from kaoqin.devices.protocols.hikvision.simulator import PICTURE, Simulator
from kaoqin.devices.protocols.hikvision.stream import Parts
from kaoqin.devices.wire import Link, VisitFailed, WrongLogin
from kaoqin.punches.models import Punch

SERIAL = "G00000001"
MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def unit():
    with Simulator(serial=f"DS-K1T671M20260101V030200EN{SERIAL}") as running:
        yield running


def settings(unit, **told):
    known = {"address": "127.0.0.1", "port": unit.port, "https": False, "user": unit.user, "password": unit.password}
    return links.Settings(**known | {"server": "http://127.0.0.1:8000"} | told)


@pytest.fixture
def device(company, unit):
    found = links.add("hikvision", SERIAL, settings(unit), by=make.ROOT, at=make.NOW)
    actions.approve(found, company.site, by=make.ROOT, at=make.NOW)
    return found


@pytest.fixture
def quick(monkeypatch):
    monkeypatch.setattr(listening, "FIRST_PAUSE", 0.02)
    monkeypatch.setattr(listening, "LONGEST_PAUSE", 0.1)
    monkeypatch.setattr(listening, "READ_SECONDS", 0.05)


def count():
    return Punch.objects.count()


def test_every_stream_is_of_a_terminal_that_is_visited():
    assert STREAMS.keys() <= VISITORS.keys()


@pytest.mark.parametrize("no_lengths", [False, True])
def test_what_waited_comes_first_and_then_what_happens(device, unit, quick, no_lengths):
    unit.shape, unit.faults.no_lengths = "bare multipart", no_lengths
    unit.press("00013", make.NOW - 2 * MINUTE)
    with Listened():
        until(lambda: count() == 1)
        unit.press("00014", make.NOW - MINUTE)
        until(lambda: count() == 2)
        unit.break_lines()
        unit.press("00015", make.NOW)
        until(lambda: count() == 3)
    assert [punch.evidence.get("stored", False) for punch in Punch.objects.order_by("at")] == [True, False, True]
    assert not any(PICTURE in bytes(upload.body) for upload in RawUpload.objects.all())


def test_pushed_told_live_and_found_is_one_punch(device, unit, quick):
    from test_hikvision_push import Pusher

    event = unit.press("00013", make.NOW - MINUTE)
    device.refresh_from_db()
    assert Pusher(device.options["token"]).push(unit.body(event)).status == 200
    with Listened():
        until(lambda: RawUpload.objects.count() == 2)
    links.visit(device, at=make.NOW)
    assert (RawUpload.objects.count(), count()) == (3, 1)


def test_a_heart_beat_is_felt_and_not_kept(device, unit, quick):
    with Listened():
        until(lambda: unit.lines)
        unit.beat_live()
        until(lambda: Heartbeat.objects.filter(device=device).exists())
    assert RawUpload.objects.count() == 0


def test_a_wrong_log_in_is_tried_twice_and_then_when_it_is_set_right(device, unit, quick):
    links.save(device, settings(unit, password="wrong"), by=make.ROOT, at=make.NOW)
    unit.press("00013", make.NOW)
    with Listened():
        until(lambda: Device.objects.get().options.get("wrong_logins") == "2")
        links.save(device, settings(unit), by=make.ROOT, at=make.NOW)
        until(lambda: count() == 1)
    assert unit.refused_logins == 2


def test_a_terminal_that_is_retired_is_left(device, unit, quick):
    with Listened() as kept:
        until(lambda: unit.lines)
        actions.retire(device, by=make.ROOT, at=make.NOW)
        until(lambda: not kept.listening._held)


def test_two_terminals_one_of_which_is_not_there(device, unit, quick):
    lost = links.add("hikvision", "G00000002", settings(unit, port=1), by=make.ROOT, at=make.NOW)
    Device.objects.filter(pk=lost.pk).update(state="approved", site=device.site)
    unit.press("00013", make.NOW)
    with Listened() as kept:
        until(lambda: count() == 1)
        assert set(kept.listening._held) == {SERIAL, "G00000002"}


async def gathered(link):
    return [page async for page in STREAMS["hikvision"].live(link)]


def test_log_ins_and_lines_that_are_none(unit):
    link = Link("127.0.0.1", unit.port, False, unit.user, "wrong")
    with pytest.raises(WrongLogin):
        asyncio.run(gathered(link))
    with pytest.raises(VisitFailed):
        asyncio.run(gathered(Link("127.0.0.1", 1, False, "", "")))


# Parts

JSON = b'{"eventType": "AccessControllerEvent", "--b": "}"}'


def parts(*pieces, kind="multipart/mixed; boundary=b"):
    told = Parts(kind)
    return [content for piece in pieces for content in told.feed(piece)]


@given(st.integers(1, 60), st.booleans(), st.sampled_from(["b", '"b"', "--b"]))
def test_parts_are_whole_however_they_are_cut(size, lengths, boundary):
    def part(content):
        length = b"Content-Length: %d\r\n" % len(content) if lengths else b""
        return b"--b\r\nContent-Type: x\r\n" + length + b"\r\n" + content + b"\r\n"

    sent = part(JSON) + part(b"\xff\xd8picture") + part(b"{}") + b"--b--\r\n"
    pieces = [sent[begin : begin + size] for begin in range(0, len(sent), size)]
    got = parts(*pieces, kind=f"multipart/mixed; boundary={boundary}")
    assert got == [JSON, b"\xff\xd8picture", b"{}"]


def test_an_event_is_not_kept_waiting_for_the_next():
    assert parts(b"--b\r\n\r\n" + JSON) == [JSON]
    assert parts(b'--b\r\nContent-Type: x\r\n\r\n{"a": {}', b"}") == [b'{"a": {}}']


@pytest.mark.parametrize("kind", ["", "text/html", "application/json", "multipart/mixed"])
def test_what_has_no_parts(kind):
    with pytest.raises(VisitFailed):
        Parts(kind)


def test_a_part_without_end_is_given_up(monkeypatch):
    monkeypatch.setattr("kaoqin.devices.protocols.hikvision.stream.MOST_BYTES", 100)
    with pytest.raises(VisitFailed):
        parts(b"--b\r\n\r\n{" + b"x" * 200)


@given(st.lists(st.binary(max_size=50), max_size=5))
def test_any_bytes_may_come(pieces):
    parts(*pieces)


def test_a_fault_that_stays_is_said_once(device, unit, quick, caplog):
    links.save(device, settings(unit, port=1), by=make.ROOT, at=make.NOW)
    with caplog.at_level("DEBUG", "kaoqin.devices.listening"), Listened():
        until(lambda: len(caplog.records) > 3)
    assert [one.levelname for one in caplog.records][:4] == ["WARNING", "DEBUG", "DEBUG", "DEBUG"]
