"""Events of Hikvision terminals: which are punches, which are not, and that none is lost."""

import datetime as dt
import json

import pytest
from hikvision_bodies import HEARTBEATS, MAC, PICTURE, as_json, as_multipart, as_xml, event
from hypothesis import given
from hypothesis import strategies as st

from kaoqin.devices.protocols.hikvision import Hikvision, events
from kaoqin.devices.wire import Dialect
from kaoqin.devices.words import Deed, Fault

SHANGHAI = Dialect("hikvision", zone="Asia/Shanghai")
CHINA = dt.timezone(dt.timedelta(hours=8))
NINE = dt.datetime.fromisoformat("2026-11-20T09:00:00")


def read(body, dialect=SHANGHAI):
    adapter = Hikvision()
    return adapter.decode("event", adapter.mask("event", body), dialect)


def one(told, dialect=SHANGHAI):
    [reading] = read(as_json(told), dialect).readings
    return reading


SHAPES = {
    "json": as_json,
    "json with a mark": lambda told: b"\xef\xbb\xbf" + as_json(told),
    "json in a list": lambda told: as_json([told]),
    "xml": as_xml,
    "multipart": lambda told: as_multipart(as_json(told)),
    "multipart without types": lambda told: as_multipart(as_json(told), typed=False),
    "multipart without a picture": lambda told: as_multipart(as_json(told), picture=b""),
    "multipart of lone line feeds": lambda told: as_multipart(as_json(told), end="\n"),
    "multipart of xml": lambda told: as_multipart(as_xml(told), name="AccessControllerEvent"),
    "no headers at all": lambda told: b"--MIME_boundary\r\n\r\n" + as_json(told) + b"\r\n--MIME_boundary--\r\n",
    "not even the empty line": lambda told: b"--MIME_boundary\r\n" + as_json(told) + b"\r\n--MIME_boundary--",
    "cut before its end": lambda told: as_multipart(as_json(told))[:-20],
    "json and a picture, no boundary": lambda told: as_json(told) + PICTURE,
}


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_of_a_body_says_the_same(shape):
    said = read(SHAPES[shape](event(attendanceStatus="checkIn")))
    assert said.bad_lines == []
    [reading] = said.readings
    assert (reading.pin, reading.record_no, reading.mark, reading.state) == ("00013", "2001", "#2001", "checkIn")
    assert reading.at == dt.datetime(2026, 11, 20, 9, tzinfo=CHINA)
    assert reading.at.replace(tzinfo=None) == NINE
    assert reading.verify == "cardOrFaceOrFp"


@pytest.mark.parametrize(
    ("inside", "pin"),
    [
        ({"employeeNoString": "00123", "cardNo": "77"}, "00123"),
        ({"employeeNoString": " A-7 "}, "A-7"),
        ({"employeeNoString": None, "employeeNo": 123, "cardNo": "77"}, "123"),
        ({"employeeNoString": "", "employeeNo": 0, "cardNo": "0077"}, "0077"),
        ({"employeeNoString": "0"}, "0"),
        ({"employeeNoString": "x" * 60}, "x" * 60),
    ],
)
def test_the_person_is_the_number_else_the_card(inside, pin):
    assert one(event(**inside)).pin == pin


@pytest.mark.parametrize(
    "inside", [{"employeeNoString": ""}, {"employeeNoString": None, "employeeNo": 0, "cardNo": "0"}]
)
def test_nobody_is_no_punch(inside):
    said = read(as_json(event(**inside)))
    assert (said.readings, said.operations[0].deed) == ([], Deed.DOOR)


@pytest.mark.parametrize("inside", [{"employeeNoString": "x" * 61}, {"employeeNoString": "a\tb"}])
def test_a_number_that_is_none_is_kept_aside(inside):
    assert [bad.fault for bad in read(as_json(event(**inside))).bad_lines] == [Fault.PIN]


@pytest.mark.parametrize("minor", [1, 38, 69, 72, 75, 156, 181])
def test_known_passages_are_punches(minor):
    assert "event_unknown" not in one(event(minor=minor)).extra


@pytest.mark.parametrize("minor", [157, 199, 1500, 214])
def test_an_unknown_event_of_a_person_is_a_punch_and_says_so(minor):
    assert one(event(minor=minor)).extra["event_unknown"] is True


@pytest.mark.parametrize(
    ("major", "minor", "deed"),
    [
        *((5, minor, Deed.REJECTED) for minor in (6, 9, 39, 76)),
        *((5, minor, Deed.DOOR) for minor in (21, 22)),
        (1, 1028, Deed.ALARM),
        (2, 39, Deed.FAULT),
        (3, 1024, Deed.OTHER),
        (4, 75, Deed.DOOR),
    ],
)
def test_what_was_refused_or_done_is_no_punch_whoever_it_names(major, minor, deed):
    said = read(as_json(event(major=major, minor=minor)))
    [done] = said.operations
    assert (said.readings, said.bad_lines) == ([], [])
    assert (done.deed, done.code, done.target, done.at) == (
        deed,
        f"{major}/{minor}",
        "00013",
        NINE,
    )


def test_an_event_of_an_outage_is_a_punch():
    assert one(event(currentEvent=False)).extra["stored"] is True
    assert "stored" not in one(event()).extra


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2026-11-20T09:00:00+08:00", dt.datetime(2026, 11, 20, 9, tzinfo=CHINA)),
        ("2026-11-20 09:00:00+0800", dt.datetime(2026, 11, 20, 9, tzinfo=CHINA)),
        ("2026-11-20T09:00:00.123-03:30", dt.datetime(2026, 11, 20, 9, tzinfo=dt.timezone(-dt.timedelta(hours=3.5)))),
        ("2026-11-20T01:00:00Z", dt.datetime(2026, 11, 20, 1, tzinfo=dt.UTC)),
        ("2026-11-20T09:00:00", NINE),
        ("2026-11-20", None),
        ("2026-13-20T09:00:00+08:00", None),
        ("2026-11-20T09:00:00+24:00", None),
        ("", None),
    ],
)
def test_times(text, at):
    assert events.read_time(text) == at
    if at is None:
        assert [bad.fault for bad in read(as_json(event(at=text))).bad_lines] == [Fault.TIME]


def test_a_terminal_set_to_another_zone_says_so_and_keeps_what_it_sent():
    told = one(event(at="2026-11-20T10:00:00+09:00"))
    assert (told.extra["zone_differs"], told.extra["device_time"]) == (True, "2026-11-20T10:00:00+09:00")
    assert "zone_differs" not in one(event()).extra


def test_an_event_of_another_terminal_than_we_know_says_so():
    known = Dialect("hikvision", zone="Asia/Shanghai", options={"mac": MAC.upper(), "address": "10.0.0.9"})
    assert "not_itself" not in one(event(), known).extra
    other = Dialect("hikvision", zone="Asia/Shanghai", options={"mac": "24:0f:00:00:00:02", "address": "10.0.0.8"})
    assert one(event(), other).extra["not_itself"] == ["macAddress", "ipAddress"]


@pytest.mark.parametrize("told", HEARTBEATS)
@pytest.mark.parametrize("shape", ["json", "xml", "multipart without a picture"])
def test_a_heart_beat_is_a_sign_of_life_and_no_more(told, shape):
    body = SHAPES[shape](told)
    assert events.only_alive(body)
    assert (read(body).readings, read(body).bad_lines, read(body).noted) == ([], [], 1)


@pytest.mark.parametrize(
    "told",
    [
        event(),
        {**event(), "eventType": "heartBeat"},
        {"eventType": "videoloss", "eventState": "active"},
        {"eventType": "AccessControllerEvent"},
        [HEARTBEATS[0], event()],
        {},
    ],
)
def test_what_may_be_more_than_a_heart_beat_is_kept(told):
    assert not events.only_alive(as_json(told))


def test_many_events_in_one_body():
    said = read(as_multipart(as_json(event(serial_no=1)) + b"\n" + as_json(event(serial_no=2, pin="00014"))))
    assert [reading.mark for reading in said.readings] == ["#1", "#2"]
    assert said.noted == 1


def test_a_page_of_a_search_says_what_was_pushed():
    pushed = event(currentVerifyMode="face")
    item = {
        "major": 5,
        "minor": 75,
        "time": pushed["dateTime"],
        "employeeNoString": "00013",
        "serialNo": 2001,
        "currentVerifyMode": "face",
    }
    found = one({"AcsEvent": {"totalMatches": 1, "InfoList": [item]}})
    told = one(pushed)
    assert (found.pin, found.at, found.mark, found.record_no) == (told.pin, told.at, told.mark, told.record_no)


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"hello",
        b"<a><b>",
        as_json({"eventType": "AccessControllerEvent"}),
        as_json({"AccessControllerEvent": "x", "eventType": "x"}),
        as_json({"x": 1}),
        b"[" * 100_000,
        b'{"serialNo": ' + b"9" * 5000 + b"}",
        as_json(event(pin="00013"))[:-5],
        b"\x00\x01\xfe\xff",
    ],
)
def test_what_cannot_be_read_is_kept_aside(body):
    said = read(body)
    assert (said.readings, len(said.bad_lines), said.bad_lines[0].fault) == ([], 1, Fault.UNREAD)


@pytest.mark.parametrize("inside", [{"major": "x"}, {"minor": None}, {"minor": 1.5}, {"minor": "75\u0662"}])
def test_an_event_without_its_numbers_is_kept_aside(inside):
    assert [bad.fault for bad in read(as_json(event(**inside))).bad_lines] == [Fault.EVENT]


BOMBS = {
    "entities": '<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>',
    "a file": '<!DOCTYPE l [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
    "a type elsewhere": '<!DOCTYPE l SYSTEM "http://127.0.0.1/x.dtd">',
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_xml_with_a_document_type_is_not_read(bomb):
    body = as_xml(event(name="&b;" if bomb == "entities" else "x"), head=f'<?xml version="1.0"?>{BOMBS[bomb]}')
    assert [bad.fault for bad in read(body).bad_lines] == [Fault.UNREAD]


def test_a_name_in_gbk_harms_nobody():
    body = as_json(event(name="肖英")).decode().encode("gbk")
    assert read(body).readings[0].pin == "00013"


def test_nothing_personal_is_kept():
    told = event(password="123456", facePicture="QUJD" * 200, name="陈")
    for shape in ("json", "xml", "multipart", "multipart without types", "json and a picture, no boundary"):
        kept = Hikvision().mask("event", SHAPES[shape](told))
        assert b"123456" not in kept
        assert b"QUJDQUJD" not in kept
        assert PICTURE[3:20] not in kept
        assert "陈".encode() in kept
        assert read(SHAPES[shape](told)).readings[0].pin == "00013"
    wrapped = "\r\n".join(["QUJD" * 19] * 10)
    assert b"QUJDQUJD" not in Hikvision().mask("event", as_xml(event(face=wrapped)))


@pytest.mark.parametrize(
    ("picture", "typed"),
    [(b"\x89PNG\r\n\x1a\nface", False), (b"GIF89a face", False), (b"no magic, a face", True), (b"\0\1face", True)],
)
def test_pictures_of_any_kind_are_cut_out(picture, typed):
    body = as_multipart(as_json(event()), picture=picture, typed=typed)
    kept = Hikvision().mask("event", body)
    assert b"face" not in kept.partition(b'name="Picture"')[2]
    assert (len(read(body).readings), read(body).noted, read(body).bad_lines) == (1, 1, [])


def test_masking_twice_changes_nothing():
    once = Hikvision().mask("event", as_multipart(as_json(event(password="123456"))))
    assert Hikvision().mask("event", once).count(b"sha256") == once.count(b"sha256")
    assert Hikvision().decode("event", once, SHANGHAI).readings[0].pin == "00013"


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=8,
)
names = st.sampled_from(sorted({*event(), *event()["AccessControllerEvent"], "AcsEvent", "InfoList", "major", "time"}))
changes = st.dictionaries(names, json_values, max_size=4)


@given(st.binary(max_size=400), st.integers(0, 2000), st.sampled_from(sorted(SHAPES)))
def test_any_bytes_in_any_place_raise_nothing(noise, where, shape):
    body = SHAPES[shape](event())
    for broken in (noise, body[:where] + noise + body[where:], body[:where]):
        said = read(broken)
        bare = broken.replace(b"\xef\xbb\xbf", b"").strip()
        assert said.records or not bare or bare.startswith(b"--")
        events.only_alive(broken)


@given(changes, changes)
def test_any_values_are_told_as_something_and_can_be_stored(outside, inside):
    told = event() | outside
    if isinstance(told.get("AccessControllerEvent"), dict):
        told["AccessControllerEvent"] |= inside
    said = read(as_json(told))
    assert said.records >= 1 or isinstance(told.get("AcsEvent"), dict)
    for reading in said.readings:
        text = json.dumps([reading.pin, reading.mark, dict(reading.extra)], ensure_ascii=False)
        assert "\\u0000" not in text
        text.encode()


@given(
    st.lists(st.sampled_from([event(), HEARTBEATS[0], event(minor=6), {"x": 1}, {"eventType": "other"}]), max_size=6)
)
def test_every_event_is_told_exactly_once(many):
    said = read(as_multipart(b"\n".join(as_json(told) for told in many)))
    assert said.records == len(many) + 1
    assert len(said.readings) == many.count(event())
