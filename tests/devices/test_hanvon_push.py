"""汉王 terminals that call: over a real line, to the process that keeps them."""

import datetime as dt
import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lines import Listened, until

import make
from kaoqin.devices import actions, arrival, links
from kaoqin.devices.models import BadUploadLine, Device, Heartbeat, PersonOnDevice, RawUpload
from kaoqin.devices.protocols.hanvon.push import PushTalk
from kaoqin.devices.protocols.hanvon.simulator import Simulator
from kaoqin.devices.wire import Unheard
from kaoqin.punches.models import Punch

SERIAL = "6710500000000013"
MINUTE = dt.timedelta(minutes=1)
READY, TAKEN = 'Return(result="success" postphoto="false")', 'Return(result="success")'


@pytest.fixture
def unit():
    with Simulator(SERIAL) as running:
        yield running


@pytest.fixture
def device(company, unit):
    return added(company, unit, SERIAL)


def added(company, unit, serial):
    here = links.Settings("127.0.0.1", unit.port, False, "", "", "http://127.0.0.1:8000")
    found = links.add("hanvon", serial, here, by=make.ROOT, at=make.NOW)
    actions.approve(found, company.site, by=make.ROOT, at=make.NOW)
    return found


@pytest.fixture
def port(company):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        found = free.getsockname()[1]
    with Listened({"hanvon": found}):
        until(lambda: reachable(found))
        yield found


def reachable(port):
    with socket.socket() as line:
        return line.connect_ex(("127.0.0.1", port)) == 0


def test_what_is_told_is_kept_and_answered_and_found_again_once(device, unit, port):
    told = [unit.press("00013", make.NOW - number * MINUTE, name="张 三)") for number in range(3)]
    picture = b"/9j/" + b"QUJD" * 200
    assert unit.push(port, *told, photo=picture) == [READY, TAKEN, TAKEN, TAKEN]
    assert unit.push(port, *told) == [READY, TAKEN, TAKEN, TAKEN]
    assert Punch.objects.count() == 3
    assert links.visit(device, at=make.NOW) == 3
    assert Punch.objects.count() == 3
    assert not any(picture in bytes(upload.body) for upload in RawUpload.objects.all())
    assert Heartbeat.objects.get().device == device


def test_a_stranger_waits_to_be_approved_and_is_not_answered(unit, port):
    record = unit.press("00013", make.NOW)
    assert unit.push(port, record) == []
    assert (Device.objects.get().state, Device.objects.get().protocol) == ("pending", "hanvon")
    assert RawUpload.objects.count() == 0


def test_a_terminal_that_is_approved_meanwhile_is_answered(company, unit, port, monkeypatch):
    monkeypatch.setattr("kaoqin.devices.taking.FRESH_SECONDS", 0)
    record = unit.press("00013", make.NOW)
    unit.push(port, record)
    actions.approve(Device.objects.get(), company.site, by=make.ROOT, at=make.NOW)
    assert unit.push(port, record) == [READY, TAKEN]
    assert Punch.objects.count() == 1


def test_one_that_names_itself_by_nothing_is_known_by_its_address(device, unit, port):
    record = unit.press("00013", make.NOW)
    assert unit.push(port, record, named=False) == [READY, TAKEN]
    assert Punch.objects.get().origin == SERIAL


def test_of_two_at_one_address_it_could_be_either(device, company, unit, port):
    added(company, unit, "6710500000000014")
    assert unit.push(port, unit.press("00013", make.NOW), named=False) == []
    assert Punch.objects.count() == 0


def test_one_that_was_added_by_the_end_of_its_number(company, unit, port):
    added(company, unit, SERIAL[-9:])
    assert unit.push(port, unit.press("00013", make.NOW)) == [READY, TAKEN]
    assert Device.objects.count() == 1


def test_a_serial_number_of_another_brand_is_not_believed(device, unit, port):
    Device.objects.update(protocol="zk_attendance")
    assert unit.push(port, unit.press("00013", make.NOW)) == []
    assert Device.objects.get().protocol == "zk_attendance"


def test_one_that_was_retired_a_moment_ago_is_not_answered(device, unit, port, monkeypatch):
    monkeypatch.setattr("kaoqin.devices.taking.FRESH_SECONDS", 600)
    record = unit.press("00013", make.NOW)
    assert unit.push(port, record) == [READY, TAKEN]
    actions.retire(device, by=make.ROOT, at=make.NOW)
    assert unit.push(port, unit.press("00014", make.NOW)) == [READY]
    assert Punch.objects.count() == 1


def test_while_the_database_is_away_nothing_is_answered(device, unit, port, monkeypatch):
    from django.db import OperationalError

    record = unit.press("00013", make.NOW)
    real = arrival.arrive

    def away(*told):
        raise OperationalError("away")

    monkeypatch.setattr(arrival, "arrive", away)
    assert unit.push(port, record) == [READY]
    monkeypatch.setattr(arrival, "arrive", real)
    assert unit.push(port, record) == [READY, TAKEN]
    assert Punch.objects.count() == 1


def test_a_record_without_a_person_is_answered_and_waits_for_review(device, unit, port):
    assert unit.push(port, unit.press("", make.NOW)) == [READY, TAKEN]
    assert BadUploadLine.objects.get().fault == "pin"


@pytest.mark.parametrize("sent", [b"GET / HTTP/1.1\r\n\r\n", b"\x16\x03\x01", b"Reboot()", b'Record(time="x" id="8")'])
def test_what_is_no_talk_ends_the_line(device, port, sent):
    with socket.create_connection(("127.0.0.1", port), 10) as line:
        line.sendall(sent)
        line.shutdown(socket.SHUT_WR)
        assert line.recv(100) == b"" or sent.startswith(b"Record")


def test_people_and_questions_for_commands_are_answered(device, port):
    told = f'PostEmployee(sn="{SERIAL}")', 'Employee(id="8" name="李四" face_data="QUJD")', f'GetRequest(sn="{SERIAL}")'
    with socket.create_connection(("127.0.0.1", port), 10) as line:
        said = []
        for message in told:
            line.sendall(message.encode("gb18030"))
            said.append(line.recv(100).decode())
    assert said == [TAKEN, TAKEN, "Quit()"]
    assert PersonOnDevice.objects.get().name == "李四"


@given(st.lists(st.binary(max_size=60), max_size=5))
def test_any_bytes_may_come(pieces):
    talk = PushTalk()
    try:
        for piece in pieces:
            talk.hear(piece)
    except Unheard:
        pass
