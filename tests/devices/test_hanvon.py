"""汉王 terminals that are visited: a made-up one on a real socket, with the faults of real ones."""

import datetime as dt
import re
import socketserver
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

import make
from kaoqin.core.words import Refusal
from kaoqin.devices import actions, links
from kaoqin.devices.models import BadUploadLine, RawUpload
from kaoqin.devices.protocols.hanvon import Hanvon
from kaoqin.devices.protocols.hanvon.cipher import key_of, turned
from kaoqin.devices.protocols.hanvon.client import Client
from kaoqin.devices.protocols.hanvon.messages import Assembler, NoMessage, understood
from kaoqin.devices.protocols.hanvon.phrases import fit_name
from kaoqin.devices.protocols.hanvon.simulator import Simulator
from kaoqin.devices.wire import (
    CountPunches,
    Dialect,
    Link,
    PutPerson,
    RemovePerson,
    Restart,
    TellPeople,
    TellState,
    VisitFailed,
    WrongLogin,
)
from kaoqin.punches.models import Punch

SERIAL = "6710500000000013"
HOUR, MINUTE, SECOND = dt.timedelta(hours=1), dt.timedelta(minutes=1), dt.timedelta(seconds=1)
HERE = Dialect("hanvon", zone="Asia/Shanghai")
GOOD = 'Return(result="success")'


@pytest.fixture
def unit():
    with Simulator(SERIAL) as running:
        yield running


def settings(unit, **told):
    known = {"address": "127.0.0.1", "port": unit.port, "https": False, "user": "", "password": unit.comm_key}
    return links.Settings(**known | {"server": "http://127.0.0.1:8000"} | told)


@pytest.fixture
def device(cast, unit):
    found = links.add("hanvon", SERIAL, settings(unit), by=make.ROOT, at=make.NOW)
    actions.approve(found, cast.site, by=make.ROOT, at=make.NOW)
    return found


@pytest.fixture
def link(unit):
    return Link("127.0.0.1", unit.port, False, "", unit.comm_key, "Asia/Shanghai")


def refused(do, *told, **named):
    with pytest.raises(Refusal) as caught:
        do(*told, **named)
    return caught.value.code


def decode(text, kind="search", encoding="gb18030"):
    return Hanvon().decode(kind, Hanvon().mask(kind, text.encode(encoding)), HERE)


# The key


def test_the_key_makes_of_a_command_what_the_vendor_makes():
    assert turned(key_of("12345678"), b"GetDeviceInfo()").hex() == "7656417c58303e1b547a5b5e526e7e"


@pytest.mark.parametrize("told", ["123456789", "12a4", "１２", " 1"])
def test_what_is_no_key(told):
    with pytest.raises(ValueError, match=re.escape(told)):
        key_of(told)


@given(st.from_regex(r"\A[0-9]{0,8}\Z"), st.binary(max_size=100), st.integers(0, 30))
def test_what_is_ciphered_twice_is_clear_wherever_it_is_cut(comm_key, data, cut):
    key = key_of(comm_key)
    ciphered = turned(key, data[:cut]) + turned(key, data[cut:], len(data[:cut]))
    assert turned(key, ciphered) == data


# Messages in pieces


@given(
    st.lists(
        st.sampled_from([GOOD, 'Wait(wait_time="9")', 'Return(name="张)三(\n" id="8")', "Quit()\r\n"]), max_size=5
    ),
    st.sampled_from(["", "1", "12345678"]),
    st.integers(1, 40),
)
def test_messages_are_whole_however_they_are_cut(texts, comm_key, size):
    key = key_of(comm_key)
    sent = b"".join(turned(key, text.encode("gb18030")) for text in texts)
    assembler = Assembler(key)
    got = [raw for begin in range(0, len(sent), size) for raw in assembler.feed(sent[begin : begin + size])]
    assert [raw.decode("gb18030") for raw in got if raw] == [text.strip() for text in texts]


@pytest.mark.parametrize("sent", [b"HTTP/1.1 400 Bad Request\r\n", b"\x00\x01\x02)", b')"', b"12(", b"ab c(d)"])
def test_what_is_no_message(sent):
    with pytest.raises(NoMessage):
        list(Assembler().feed(sent))


def test_a_value_with_a_quote_in_it_hides_the_end_and_is_let_pass_in_the_end():
    assembler = Assembler()
    assert list(assembler.feed(b'Return(result="success" name="a"b" id="8")')) == []
    assert assembler.rest().endswith(b'id="8")')


# Visits


@pytest.mark.parametrize("comm_key", ["", "7", "12345678"])
@pytest.mark.parametrize("closes", [False, True])
def test_a_visit_brings_everything_and_once(device, unit, comm_key, closes):
    unit.comm_key, unit.faults.closes, unit.faults.waits = comm_key, closes, True
    links.save(device, settings(unit), by=make.ROOT, at=make.NOW)
    for number in range(130):
        unit.press(f"{number % 3:05d}", make.NOW - HOUR + number * 20 * SECOND, name="张 (三)")
    unit.press("00001", make.NOW - 24 * HOUR)
    for _ in range(2):
        assert links.visit(device, at=make.NOW) == 131
    assert Punch.objects.count() == 131
    assert [upload.times_seen for upload in RawUpload.objects.all()] == [2, 2, 2]
    device.refresh_from_db()
    assert (device.facts["model"], device.facts["firmware"]) == ("F710", "3.006.089")
    assert not set(unit.commands) - {"GetDeviceInfo", "GetRecord"}


def test_only_the_last_piece_of_a_day_is_kept_anew(device, unit):
    for number in range(150):
        unit.press("00013", make.NOW - HOUR + number * SECOND)
    links.visit(device, at=make.NOW)
    unit.press("00013", make.NOW)
    links.visit(device, at=make.NOW)
    assert sorted(RawUpload.objects.values_list("record_count", "times_seen")) == [(50, 1), (51, 1), (100, 2)]
    assert Punch.objects.count() == 151


def test_fewer_lines_than_were_told_are_found_out_and_kept(device, unit):
    unit.faults.hides = 2
    for number in range(9):
        unit.press("00013", make.NOW - number * MINUTE)
    with pytest.raises(Refusal, match=r"9 条记录,只收到 7 条"):
        links.visit(device, at=make.NOW)
    assert Punch.objects.count() == 7


def test_a_terminal_with_another_comm_key_does_not_understand_us(device, unit):
    unit.comm_key = "12345678"
    assert refused(links.visit, device, at=make.NOW) == "devices.visit_failed"


@pytest.fixture
def saying():
    """`saying(b"…")` is the port of somebody who says this to anything."""
    servers = []

    def start(told):
        class Handler(socketserver.BaseRequestHandler):
            def handle(self):
                self.request.recv(100)
                self.request.sendall(told)

        servers.append(socketserver.TCPServer(("127.0.0.1", 0), Handler))
        threading.Thread(target=servers[-1].handle_request, daemon=True).start()
        return servers[-1].server_address[1]

    yield start
    for server in servers:
        server.server_close()


@pytest.mark.parametrize(("ours", "its"), [("1234", ""), ("", "1234"), ("1234", "4321"), ("1", "9")])
def test_an_answer_that_cannot_be_deciphered_is_a_wrong_log_in(saying, ours, its):
    port = saying(turned(key_of(its), GOOD.encode()))
    with pytest.raises(WrongLogin):
        Client().state(Link("127.0.0.1", port, False, "", ours), make.NOW)


@pytest.mark.parametrize(
    "told", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"<html>", GOOD.encode()[:-1], b'Return(result="failed")']
)
def test_an_answer_that_is_none_is_a_failure_and_no_wrong_log_in(saying, told):
    with pytest.raises(VisitFailed) as caught:
        Client().state(Link("127.0.0.1", saying(told), False, "", ""), make.NOW)
    assert not isinstance(caught.value, WrongLogin)


def test_a_comm_key_that_is_none_is_said(device, unit):
    with pytest.raises(Refusal, match="1 到 8 位数字"):
        links.save(device, settings(unit, password="letters"), by=make.ROOT, at=make.NOW)


def test_a_terminal_that_is_not_there_or_says_nothing(device, unit, monkeypatch):
    links.save(device, settings(unit, port=1), by=make.ROOT, at=make.NOW)
    assert refused(links.visit, device, at=make.NOW) == "devices.visit_failed"
    links.save(device, settings(unit), by=make.ROOT, at=make.NOW)
    unit.faults.silent = True
    monkeypatch.setattr("kaoqin.devices.protocols.hanvon.line.ANSWER_SECONDS", 0.05)
    assert refused(links.visit, device, at=make.NOW) == "devices.visit_failed"


def test_another_terminal_at_the_address(device, unit):
    unit.serial = "6710500000000014"
    assert refused(links.visit, device, at=make.NOW) == "devices.another"


def test_a_wrong_clock_is_seen_and_set(device, unit, link):
    unit.faults.clock = 300 * SECOND
    real = dt.datetime.now(dt.UTC)
    assert abs(int(Client().state(link, real)["clock_ahead_seconds"]) - 300) <= 2
    links.set_clock(device, by=make.ROOT, at=real)
    assert abs(int(Client().state(link, real)["clock_ahead_seconds"])) <= 2
    assert unit.week == str(real.astimezone(unit.zone).isoweekday())


# Commands


def done(link, wanted):
    return Client().carry_out(link, Hanvon().say(wanted, HERE))


def test_somebody_new_is_put_and_removed(unit, link):
    assert done(link, PutPerson("00013", '李"四(外) card_num="1')).code == 0
    assert unit.people["00013"]["name"] == "李四外 card_num=1"
    assert unit.people["00013"]["card_num"] == "0Xffffffff"
    assert done(link, RemovePerson("00013")).code == 0
    assert unit.people == {}
    assert done(link, RemovePerson("00013")).code == 0
    assert unit.commands.count("DeleteEmployee") == 1


def test_a_name_alone_leaves_the_face_and_a_card_takes_all_along(unit, link):
    unit.people["8"] = {"id": "8", "name": "旧名", "card_num": "0X0000007b", "authority": "0X55"}
    assert done(link, PutPerson("8", "新名")).code == 0
    assert (unit.people["8"]["name"], "SetEmployee" in unit.commands) == ("新名", False)
    assert done(link, PutPerson("8", "新名", card="456")).code == 0
    told = unit.people["8"]
    assert (told["card_num"], told["authority"], len(told["face_data"])) == ("0X000001c8", "0X55", 400)


def test_everybody_is_told_without_faces(unit, link):
    unit.people["8"] = {"id": "8", "name": "张三", "card_num": "0X0000007b", "authority": "0X0"}
    unit.people["00009"] = {"id": "00009", "name": "李 四", "card_num": "0XFFFFFFFF"}
    told = done(link, TellPeople())
    assert told.code == 2
    assert b"face_data" not in told.pages[0].body
    people = Hanvon().decode(told.pages[0].kind, told.pages[0].body, HERE).people
    assert [(one.pin, one.name, one.card) for one in people] == [("8", "张三", "123"), ("00009", "李 四", "")]


def test_punches_are_counted_and_state_is_told(unit, link):
    for number in range(3):
        unit.press("8", make.NOW - number * HOUR)
    day = dt.datetime.combine(make.NOW.date(), dt.time())
    told = done(link, CountPunches(day, day + 9 * HOUR))
    assert (told.code, sum(page.records for page in told.pages)) == (2, 2)
    state = done(link, TellState())
    facts = Hanvon().decode(state.pages[0].kind, state.pages[0].body, HERE).facts
    assert (facts["serial"], facts["real_facerecord"]) == (SERIAL, "3")


@pytest.mark.parametrize("phrase", ["DeleteAllRecord()", 'DeleteRecord(id="8")', "SetNetInfo()", "Reboot()"])
def test_no_other_command_is_carried_out(unit, link, phrase):
    assert Client().carry_out(link, phrase).code < 0
    assert unit.commands == []


def test_there_is_no_word_for_a_restart():
    assert refused(Hanvon().say, Restart(), HERE) == "devices.not_spoken"


@given(st.text(max_size=40))
def test_no_name_becomes_a_command(name):
    said = understood(Hanvon().say(PutPerson("8", name), HERE).encode(), "utf-8")
    assert [key for key, _ in said.pairs].count("id") == 1
    assert len(said.said("name").encode("gbk", "replace")) <= 24


def test_a_name_is_cut_between_characters():
    assert fit_name("欧阳" * 7) == "欧阳" * 6
    assert fit_name("a㛃b") == "a?b"


# Records


def test_an_answer_is_read_line_by_line():
    told = decode(
        'Return(result="success" dev_id="0" total="6"\r\n'
        'time="2026-11-20 08:30:00" id="0008" name="张 三)" workcode="" status="1" authority="0X11" card_src="from_check"\r\n'
        'photo="' + "QUJD" * 100 + '"\r\n'
        'time="2026-11-20 8:5:1" id="9" name="肖英" status="0"\r\n'
        'time="2026-13-20 08:30:00" id="9"\r\n'
        'time="2026-11-20 08:30:00" name="nobody"\r\n'
        'id="9" name="no time"\r\n'
        "\r\n"
        "what is this\r\n"
        ")"
    )
    assert [(one.pin, one.at.isoformat(), one.state) for one in told.readings] == [
        ("0008", "2026-11-20T08:30:00", "1"),
        ("9", "2026-11-20T08:05:01", "0"),
    ]
    assert [bad.fault for bad in told.bad_lines] == ["time", "pin", "time", "kind"]
    assert (told.noted, told.blank) == (2, 2)


def test_many_records_on_one_line_and_one_in_any_order():
    many = 'Return(result="success" dev_id="0" time="2026-11-20 08:30:00" id="8" time="2026-11-20 09:30:00" id="9")'
    assert [one.pin for one in decode(many).readings] == ["8", "9"]
    assert [one.pin for one in decode('id="8" status="1" time="2026-11-20 08:30:00"').readings] == ["8"]


def test_pictures_and_passwords_are_not_kept():
    kept = Hanvon().mask("event", b'Record(time="x" photo="/9j/4AAQ" password="1234" face_data="QUJD")')
    assert kept.count(b"sha256:") == 2
    assert b"4AAQ" not in kept
    assert b"1234" not in kept


@pytest.mark.parametrize(("encoding", "option"), [("gb18030", ""), ("utf-8", ""), ("cp1254", "cp1254")])
def test_names_in_the_encodings_terminals_write(encoding, option):
    name = "ÇAĞLAR" if option else "肖英"
    here = Dialect("hanvon", zone="Asia/Shanghai", options={"encoding": option} if option else {})
    told = Hanvon().decode("people", f'Employee(id="8" name="{name}")'.encode(encoding), here)
    assert told.people[0].name == name


@given(st.sampled_from(["search", "event", "people", "info"]), st.binary(max_size=300))
def test_any_bytes_are_read(kind, body):
    Hanvon().decode(kind, Hanvon().mask(kind, body), HERE)


def test_a_bad_line_waits_for_review(device, unit):
    unit.press("", make.NOW)
    links.visit(device, at=make.NOW)
    assert BadUploadLine.objects.get().fault == "pin"
