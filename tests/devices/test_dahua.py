"""Dahua terminals: a made-up one on a real socket, with the firmware real ones have."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

import make
from kaoqin.core.words import Refusal
from kaoqin.devices import actions, links
from kaoqin.devices.models import BadUploadLine, Operation, RawUpload
from kaoqin.devices.protocols.dahua import Dahua
from kaoqin.devices.protocols.dahua.simulator import Simulator
from kaoqin.devices.wire import Dialect
from kaoqin.punches.models import Punch

SERIAL = "9A00000PAZ00001"
HOUR, MINUTE, SECOND = dt.timedelta(hours=1), dt.timedelta(minutes=1), dt.timedelta(seconds=1)
HERE = Dialect("dahua", zone="Asia/Shanghai")


@pytest.fixture
def unit():
    with Simulator(SERIAL) as running:
        yield running


def settings(unit, **told):
    known = {"address": "127.0.0.1", "port": unit.port, "https": False, "user": unit.user, "password": unit.password}
    return links.Settings(**known | {"server": "http://127.0.0.1:8000"} | told)


@pytest.fixture
def device(cast, unit):
    found = links.add("dahua", SERIAL, settings(unit), by=make.ROOT, at=make.NOW)
    actions.approve(found, cast.site, by=make.ROOT, at=make.NOW)
    return found


def refused(do, *told, **named):
    with pytest.raises(Refusal) as caught:
        do(*told, **named)
    return caught.value.code


def decode(text):
    return Dahua().decode("search", Dahua().mask("search", text.encode()), HERE)


# Visits


def test_a_visit_brings_everything_and_once(device, unit):
    for number in range(250):
        unit.press(f"{number % 3:05d}", make.NOW - HOUR + number * 10 * SECOND)
    unit.press("00001", make.NOW - 24 * HOUR)
    for _ in range(2):
        assert links.visit(device, at=make.NOW) == 251
    assert Punch.objects.count() == 251
    assert [upload.times_seen for upload in RawUpload.objects.all()] == [2, 2, 2, 2]
    device.refresh_from_db()
    assert (device.facts["model"], device.facts["firmware"]) == ("ASI7214S", "1.000.0000000.1.R")


def test_the_time_of_a_punch_is_the_terminals_own_clock(device, unit):
    unit.press("00013", make.NOW - MINUTE)
    links.visit(device, at=make.NOW)
    punch = Punch.objects.get()
    assert (punch.at, punch.zone) == (make.NOW - MINUTE, "Asia/Shanghai")
    assert punch.evidence["device_time"] == str(round((make.NOW - MINUTE).timestamp()))


@pytest.mark.parametrize("days", ["seconds", "text", "silent", "refused", "ignored"])
@pytest.mark.parametrize("status", [200, 400])
def test_firmware_that_takes_days_in_its_own_way(device, unit, days, status):
    unit.faults.days, unit.faults.error_status = days, status
    unit.press("00013", make.NOW - 99 * 24 * HOUR)
    for number in range(5):
        unit.press("00013", make.NOW - number * MINUTE)
    assert links.visit(device, at=make.NOW) == 5
    assert Punch.objects.count() == 5


@pytest.mark.parametrize("most", [2, 7, 30, 31, 1000])
@pytest.mark.parametrize("newest_first", [False, True])
def test_firmware_that_gives_fewer_at_once(device, unit, most, newest_first):
    unit.faults.most, unit.faults.newest_first = most, newest_first
    for number in range(31):
        unit.press("00013", make.NOW - number * MINUTE)
    assert links.visit(device, at=make.NOW) == 31
    assert Punch.objects.count() == 31


@pytest.mark.parametrize("newest_first", [False, True])
def test_a_second_that_is_cut_in_two(device, unit, newest_first):
    unit.faults.most, unit.faults.newest_first = 3, newest_first
    for number in range(8):
        unit.press(f"{number:05d}", make.NOW - HOUR + number // 2 * SECOND)
    assert links.visit(device, at=make.NOW) == 8


def test_as_many_in_one_second_as_are_given_at_once(device, unit):
    unit.faults.most = 3
    for number in range(3):
        unit.press(f"{number:05d}", make.NOW - HOUR)
    unit.press("00009", make.NOW)
    assert links.visit(device, at=make.NOW) == 4


@pytest.mark.parametrize("days", ["seconds", "refused"])
def test_fewer_lines_than_were_counted_are_found_out(device, unit, days):
    unit.faults.hides, unit.faults.days = 1, days
    for number in range(9):
        unit.press("00013", make.NOW - number * MINUTE)
    with pytest.raises(Refusal, match="没有给出"):
        links.visit(device, at=make.NOW)
    assert Punch.objects.count() == 8


def test_refused_events_wait_for_review_and_are_no_punches(device, unit):
    unit.press("00013", make.NOW - 3 * MINUTE, Status=0, ErrorCode=16)
    unit.press("", make.NOW - 2 * MINUTE, Status=0)
    unit.press("", make.NOW - MINUTE, Method=5)
    unit.press("", make.NOW, CardNo="0A1B2C3D")
    for _ in range(2):
        links.visit(device, at=make.NOW)
    assert [punch.person_key for punch in Punch.objects.all()] == ["0A1B2C3D"]
    assert BadUploadLine.objects.get().fault == "event_refused"
    assert sorted(Operation.objects.values_list("deed", flat=True)) == ["door", "rejected"]


def test_two_wrong_log_ins_and_no_more(device, unit):
    links.save(device, settings(unit, password="wrong"), by=make.ROOT, at=make.NOW)
    codes = [refused(links.visit, device, at=make.NOW) for _ in range(3)]
    assert codes == ["devices.wrong_log_in"] * 2 + ["devices.log_in_stopped"]
    assert unit.refused_logins == 2


def test_another_terminal_at_the_address(device, unit):
    unit.serial = "9A00000PAZ00002"
    assert refused(links.visit, device, at=make.NOW) == "devices.another"


@pytest.mark.parametrize("text", ["", "<html>login</html>", "Error\r\n", "\0\xff"])
def test_what_is_no_answer_is_a_fault_of_the_visit(device, unit, monkeypatch, text):
    monkeypatch.setattr(unit, "_find", lambda asked: (200, text))
    assert refused(links.visit, device, at=make.NOW) == "devices.visit_failed"
    assert RawUpload.objects.count() == 0


def test_a_wrong_clock_is_seen_and_set(device, unit):
    from kaoqin.devices.protocols.dahua.client import Client

    unit.faults.clock = 300 * SECOND
    real = dt.datetime.now(dt.UTC)
    link = links.known(device, make.NOW)[1]
    assert abs(int(Client().state(link, real)["clock_ahead_seconds"]) - 300) <= 2
    links.set_clock(device, by=make.ROOT, at=real)
    assert abs(int(Client().state(link, real)["clock_ahead_seconds"])) <= 2


def test_it_pushes_nothing(device, unit):
    assert refused(links.subscribe, device, by=make.ROOT, at=make.NOW) == "devices.visit_failed"


# Records


def test_a_captured_answer_is_read_line_by_line():
    told = decode(
        "totalCount=4\r\nfound=4\r\n"
        "records[0].RecNo=7\r\nrecords[0].CreateTime=1795140000\r\nrecords[0].UserID=00013\r\nrecords[0].Status=1\r\n"
        "records[0].AttendanceState=1\r\nrecords[0].Password=1234\r\n\r\n"
        "records[1].RecNo=8\r\nrecords[1].CreateTime=2026-11-20 09:00:00\r\nrecords[1].UserID=13\r\n"
        "records[2].RecNo=9\r\nrecords[2].CreateTime=yesterday\r\nrecords[2].UserID=13\r\nrecords[2].Status=1\r\n"
        "records[3].RecNo=10\r\nrecords[3].CreateTime=99999999999999999\r\nrecords[3].UserID=13\r\n"
        "what is this\r\n"
    )
    assert [(one.pin, one.at.isoformat(), one.mark) for one in told.readings] == [
        ("00013", "2026-11-20T10:00:00+08:00", "#7"),
        ("13", "2026-11-20T09:00:00+08:00", "#8"),
    ]
    assert [(bad.number, bad.fault) for bad in told.bad_lines] == [(20, "kind"), (13, "time"), (17, "time")]
    assert (told.noted, told.blank) == (2, 1)


def test_a_typed_password_and_a_picture_are_not_kept():
    kept = Dahua().mask("search", b"records[0].Password=1234\r\nrecords[0].Picture=" + b"QUJD" * 100 + b"\r\n")
    assert b"1234" not in kept
    assert b"Password=[masked 4]" in kept
    assert b"Picture=[masked 400 sha256:" in kept


def test_the_real_second_is_believed_more():
    told = decode("records[0].CreateTime=1795168800\nrecords[0].CreateTimeRealUTC=1795140000\nrecords[0].UserID=13\n")
    assert told.readings[0].at == dt.datetime(2026, 11, 20, 2, tzinfo=dt.UTC)


@given(st.binary(max_size=300))
def test_any_bytes_are_read(body):
    told = Dahua().decode("search", Dahua().mask("search", body), HERE)
    assert not told.readings


@given(
    st.lists(st.sampled_from(["RecNo=1", "UserID=13", "Status=0", "Status=1", "CreateTime=1795140000", "CreateTime=x"]))
)
def test_every_record_is_exactly_one_thing(fields):
    told = decode("".join(f"records[{n // 3}].{one}\r\n" for n, one in enumerate(fields)))
    held = len(told.readings) + len(told.bad_lines) + len(told.operations)
    assert held == (len(fields) + 2) // 3
