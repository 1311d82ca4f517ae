"""ZK 4370 terminals that are visited: a simulated terminal on real sockets, with the faults of real ones."""

import asyncio
import contextlib
import datetime as dt
import socket
import struct
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from django.utils import translation

import make
from kaoqin.core.words import Refusal
from kaoqin.devices import actions, links, rounds
from kaoqin.devices.models import BadUploadLine, Command, PersonOnDevice, RawUpload
from kaoqin.devices.protocols import VISITORS, vitals_of
from kaoqin.devices.protocols.zk_4370 import Pull, bodies, bulk, client, users
from kaoqin.devices.protocols.zk_4370.frames import Code, Packet
from kaoqin.devices.protocols.zk_4370.simulator import PullUnit
from kaoqin.devices.simulated import ClockFault, Habits, Person
from kaoqin.devices.wire import (
    CameShort,
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
from visited import listening

SERIAL = "OIN7120056062600123"
PEOPLE = (Person("00013", "肖英"), Person("00014", "赵喆"), Person("15", "Anna"))
MINUTE = dt.timedelta(minutes=1)
BOTH = pytest.mark.parametrize("transport", ["tcp", "udp"])


@contextlib.contextmanager
def terminal(people=PEOPLE, **habits):
    """A terminal at which nobody presses by themselves, its time the tests'."""
    told = {"presses_per_second": 0.0} | habits
    unit = PullUnit(SERIAL, people, Habits(**told), 1, make.NOW.timestamp())
    unit.time = make.NOW.timestamp
    with listening(unit):
        yield unit


@pytest.fixture
def unit():
    with terminal() as running:
        yield running


@pytest.fixture(autouse=True)
def patient(monkeypatch):
    """Answers that come, come at once."""
    monkeypatch.setitem(VISITORS, "zk_4370", client.Client(seconds=3))


@pytest.fixture
def impatient(monkeypatch):
    """For terminals that do not answer."""
    monkeypatch.setitem(VISITORS, "zk_4370", client.Client(seconds=0.3))


def settings(unit, **told):
    return links.Settings(
        **{
            "address": "127.0.0.1",
            "port": unit.port,
            "https": False,
            "user": "",
            "password": str(unit.comm_key),
            "server": "",
            "transport": "tcp",
        }
        | told
    )


def known(cast, unit, **told):
    found = links.add("zk_4370", SERIAL, settings(unit, **told), by=make.ROOT, at=make.NOW)
    actions.approve(found, cast.site, by=make.ROOT, at=make.NOW)
    return found


@pytest.fixture
def device(cast, unit):
    return known(cast, unit)


def link(unit, **told):
    password = {"user": "", "password": str(unit.comm_key), "zone": "Asia/Shanghai", "transport": "tcp"}
    return Link(**{"address": "127.0.0.1", "port": unit.port, "https": False} | password | told)


def fill(unit, count, begin="2026-11-19 08:00"):
    """Presses of all people in turn, a minute apart."""
    first, people = dt.datetime.fromisoformat(begin), list(unit.memory.people)
    for number in range(count):
        unit.memory.press(people[number % len(people)], first + number * MINUTE, str(number % 2))


def refused(do, *told, **named):
    with pytest.raises(Refusal) as caught:
        do(*told, **named)
    return caught.value


def kept():
    told = Punch.objects.values_list("person_key", "device_time", "evidence__mark")
    return sorted((who, f"{at:%Y-%m-%d %H:%M:%S}", mark) for who, at, mark in told)


def held(unit):
    told = ((unit.pin_of(one.pin), one.at, f"{one.state}/{one.verify}") for one in unit.memory.records)
    return sorted(told)


# What a terminal holds


@BOTH
@pytest.mark.parametrize("record_bytes", [40, 16, 8])
def test_what_a_terminal_holds_is_what_the_ledger_has_and_once(transport, record_bytes, cast):
    people = PEOPLE if record_bytes != 8 else [Person("13", "肖英"), Person("14", "赵喆")]
    with terminal(people, record_bytes=record_bytes, backlog_days=20) as unit:
        device = known(cast, unit, transport=transport)
        count = len(unit.memory.records)
        assert links.visit(device, at=make.NOW) == count > 60
        assert kept() == held(unit)
        assert links.visit(device, at=make.NOW) == count
        assert Punch.objects.count() == count
        assert set(RawUpload.objects.values_list("times_seen", flat=True)) == {2}
        assert not BadUploadLine.objects.exists()


def test_a_visit_where_everything_is_committed(committed, unit):
    """Nothing here runs in the transaction of a test."""
    from cast import make_cast

    device = known(make_cast(), unit)
    fill(unit, 3)
    order(device, PutPerson("00013", "肖英英"), TellPeople())
    rounds.visit_once(device, make.NOW)
    device.refresh_from_db()
    assert (device.facts["visit_fault"], ended()) == ("", [("done", 0), ("done", 3)])
    assert (kept(), device.heartbeat.upload_at) == (held(unit), make.NOW)
    rounds.visit_once(device, make.NOW + MINUTE)
    device.heartbeat.refresh_from_db()
    assert (device.heartbeat.seen_at, device.heartbeat.upload_at) == (make.NOW + MINUTE, make.NOW)


def test_an_empty_terminal_and_one_with_a_single_press(device, unit):
    assert links.visit(device, at=make.NOW) == 0
    fill(unit, 1)
    assert links.visit(device, at=make.NOW) == 1
    assert kept() == held(unit)


def test_only_new_presses_make_new_uploads(device, unit):
    fill(unit, 1000, "2026-11-17 08:00")
    links.visit(device, at=make.NOW)
    before = RawUpload.objects.count()
    unit.memory.press("15", dt.datetime.fromisoformat("2026-11-20 09:59"))
    links.visit(device, at=make.NOW)
    assert (RawUpload.objects.count(), Punch.objects.count()) == (before + 1, 1001)


def test_a_record_of_the_year_2099_hides_no_other(device, unit):
    unit.memory.press("15", dt.datetime.fromisoformat("2099-12-31 23:59:59"))
    links.visit(device, at=make.NOW)
    fill(unit, 3)
    links.visit(device, at=make.NOW)
    assert kept() == held(unit)
    assert Punch.objects.filter(trust="held").count() == 1


def test_what_a_terminal_tells_of_itself(device, unit):
    fill(unit, 5)
    links.visit(device, at=make.NOW)
    device.refresh_from_db()
    told = device.facts
    assert (told["serial"], told["model"], told["firmware"]) == (SERIAL, "Simulated 4370", "Ver 6.60 simulated")
    assert (told["record_count"], told["user_count"], told["visit_records"]) == ("5", "3", "5")
    vitals = vitals_of("zk_4370", told)
    assert (vitals.record_count, vitals.record_capacity, vitals.memory_percent) == (5, 100_000, 0)
    assert abs(device.heartbeat.clock_ahead_seconds) <= 2


def test_another_terminal_at_the_address(device, unit):
    unit.serial = "OIN7120056062600999"
    fill(unit, 1)
    assert refused(links.visit, device, at=make.NOW).code == "devices.another"
    assert Punch.objects.count() == 0


def test_a_visit_may_be_made_where_a_loop_runs_and_fails_in_the_language_of_who_asks(unit):
    async def outer():
        assert client.Client(3).state(link(unit), make.NOW)["serial"] == SERIAL
        with translation.override("en"), pytest.raises(VisitFailed, match="does not accept"):
            client.Client(3).state(link(unit, password="1"), make.NOW)

    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, outer()).result()


# What gets lost


def test_four_thousand_nine_hundred_and_ten_of_five_thousand_do_not_pass_unseen(device, unit):
    fill(unit, 5000, "2026-11-01 08:00")
    unit.withheld = 90
    refusal = refused(links.visit, device, at=make.NOW)
    assert "5,000" in refusal.sentence
    assert "4,910" in refusal.sentence
    assert Punch.objects.count() == 4910
    device.refresh_from_db()
    assert (device.facts["record_count"], device.facts["visit_records"]) == ("5000", "4910")
    rounds.visit_once(device, make.NOW)
    device.refresh_from_db()
    assert "4,910" in device.facts["visit_fault"]
    unit.withheld = 0
    rounds.visit_once(device, make.NOW)
    device.refresh_from_db()
    assert (device.facts["visit_fault"], device.facts["visit_records"], Punch.objects.count()) == ("", "5000", 5000)


@BOTH
def test_pieces_that_get_lost_are_asked_for_again(transport, cast):
    with terminal(lost=0.6) as unit:
        fill(unit, 5000, "2026-11-01 08:00")
        device = known(cast, unit, transport=transport)
        assert links.visit(device, at=make.NOW) == 5000
        assert unit.counts["丢失"] > 0
        assert kept() == held(unit)


def test_a_piece_that_never_comes_costs_only_its_own_records(device, unit, monkeypatch):
    fill(unit, 5000, "2026-11-01 08:00")
    read = unit._read
    monkeypatch.setattr(
        unit, "_read", lambda session, data: [(Code.ERROR, b"")] if data[:4] != bytes(4) else read(session, data)
    )
    assert "5,000" in refused(links.visit, device, at=make.NOW).sentence
    assert Punch.objects.count() == (65_472 - 4) // 40
    assert set(kept()) < set(held(unit))


def test_a_terminal_that_falls_silent_in_the_middle_leaves_what_was_read(device, unit, impatient, monkeypatch):
    fill(unit, 5000, "2026-11-01 08:00")
    read = unit._read
    monkeypatch.setattr(unit, "_read", lambda session, data: [] if data[:4] != bytes(4) else read(session, data))
    sentence = refused(links.visit, device, at=make.NOW).sentence
    assert ("5,000" in sentence, "1,636" in sentence, "没有回答" in sentence) == (True, True, True)
    assert Punch.objects.count() == (65_472 - 4) // 40 == 1636


def test_a_line_that_breaks_in_the_middle_leaves_what_was_read(device, unit, monkeypatch):
    fill(unit, 5000, "2026-11-01 08:00")
    read = unit._read

    def breaking(session, data):
        if data[:4] != bytes(4):
            raise ConnectionResetError
        return read(session, data)

    monkeypatch.setattr(unit, "_read", breaking)
    sentence = refused(links.visit, device, at=make.NOW).sentence
    assert ("5,000" in sentence, "1,636" in sentence, "连接中断" in sentence) == (True, True, True)
    assert Punch.objects.count() == 1636


def test_a_log_that_grows_while_it_is_read(device, unit, monkeypatch):
    fill(unit, 100)
    prepare = unit._prepare

    def growing(session, data):
        fill(unit, 30, "2026-11-20 08:00")
        return prepare(session, data)

    monkeypatch.setattr(unit, "_prepare", growing)
    assert links.visit(device, at=make.NOW) == 130
    assert kept() == held(unit)


# The log-in


@BOTH
def test_a_wrong_comm_key_is_tried_twice_and_no_more(transport, cast, unit):
    device = known(cast, unit, transport=transport, password="1")
    refusals = [refused(links.visit, device, at=make.NOW) for _ in range(4)]
    assert [one.code for one in refusals] == ["devices.wrong_log_in"] * 2 + ["devices.log_in_stopped"] * 2
    assert "通信密码" in refusals[0].sentence
    assert unit.counts["密码错误"] == 2
    links.save(device, settings(unit, transport=transport), by=make.ROOT, at=make.NOW)
    assert links.visit(device, at=make.NOW) == 0


def test_a_terminal_without_a_comm_key_asks_for_none(cast, unit):
    unit.comm_key = 0
    for password in ("", "0"):
        assert client.Client(1).state(link(unit, password=password), make.NOW)["serial"] == SERIAL


@pytest.mark.parametrize("password", ["abc", "-1", "4294967296", "１２"])
def test_a_comm_key_that_is_no_number_is_not_tried(unit, password):
    with pytest.raises(VisitFailed, match="数字") as caught:
        client.Client(1).state(link(unit, password=password), make.NOW)
    assert not isinstance(caught.value, WrongLogin)
    assert unit.counts["访问"] == 0


@pytest.mark.parametrize(
    ("told", "code"),
    [
        ({"password": "abc"}, "devices.bad_comm_key"),
        ({"password": "123456789"}, "devices.bad_comm_key"),
        ({"transport": "sctp"}, "devices.bad_transport"),
        ({"address": "a b"}, "devices.bad_address"),
    ],
)
def test_links_that_lead_nowhere(device, unit, told, code):
    assert refused(links.save, device, settings(unit, **told), by=make.ROOT, at=make.NOW).code == code


@BOTH
def test_a_terminal_that_is_not_there(transport, cast, unit):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        nowhere = free.getsockname()[1]
    device = known(cast, unit, port=nowhere, transport=transport)
    assert refused(links.visit, device, at=make.NOW).code == "devices.visit_failed"
    device.refresh_from_db()
    assert "wrong_logins" not in device.options


def test_a_terminal_without_a_network(cast, impatient):
    now = make.NOW.timestamp()
    with terminal(offline=(now - 1, now + 1)) as unit:
        assert "没有回答" in refused(links.visit, known(cast, unit), at=make.NOW).sentence


def test_something_else_at_the_port_is_said_to_be_strange(unit, monkeypatch):
    monkeypatch.setattr(unit, "hear", lambda session, asked: [Packet(7, 1, asked.number, b"x")])
    with pytest.raises(VisitFailed, match="读不懂"):
        client.Client(1).state(link(unit), make.NOW)


def test_a_terminal_is_left_enabled_whatever_happens(device, unit, monkeypatch):
    heard, hear = [], unit.hear
    monkeypatch.setattr(unit, "hear", lambda session, asked: heard.append(asked.code) or hear(session, asked))
    monkeypatch.setattr(unit, "_sizes", lambda: b"")
    refused(links.visit, device, at=make.NOW)
    assert heard[-2:] == [Code.ENABLE, Code.EXIT]
    assert not {1003, 14, 15} & set(heard)


# Answers that are not numbered as questions are, or come late


@pytest.mark.parametrize("number", [lambda asked: 0, lambda asked: asked + 1, lambda asked: asked])
def test_terminals_that_count_as_they_like(device, unit, monkeypatch, number):
    hear = unit.hear
    monkeypatch.setattr(
        unit,
        "hear",
        lambda session, asked: [one._replace(number=number(one.number)) for one in hear(session, asked)],
    )
    fill(unit, 2500, "2026-11-01 08:00")
    unit.habits = replace(unit.habits, lost=0.3)
    assert links.visit(device, at=make.NOW) == 2500


def test_an_answer_that_comes_twice_is_heard_once(device, unit, monkeypatch):
    hear = unit.hear
    monkeypatch.setattr(unit, "hear", lambda session, asked: hear(session, asked)[-1:] + hear(session, asked))
    fill(unit, 20)
    assert links.visit(device, at=make.NOW) == 20
    assert kept() == held(unit)


@pytest.mark.parametrize("behind", [b"\0", b""])
def test_a_long_answer_whose_size_stands_either_way_and_one_that_comes_unasked(device, unit, monkeypatch, behind):
    prepare = unit._prepare
    fill(unit, 2000, "2026-11-10 08:00")

    def other(session, data):
        told = prepare(session, data)
        if told[0][0] == Code.DATA:
            return told
        if behind:
            parts = [session.prepared[at : at + 9000] for at in range(0, len(session.prepared), 9000)]
            size = struct.pack("<I", len(session.prepared))
            return [(Code.PREPARE_DATA, size), *((Code.DATA, part) for part in parts), (Code.OK, b"")]
        return [(Code.OK, struct.pack("<I", len(session.prepared)))]

    monkeypatch.setattr(unit, "_prepare", other)
    assert links.visit(device, at=make.NOW) == 2000


def test_firmware_that_knows_no_pieces_is_asked_plainly(device, unit, monkeypatch):
    fill(unit, 2000, "2026-11-10 08:00")
    prepare, deeds = unit._prepare, unit._deeds

    def plainly(session, data):
        prepare(session, struct.pack("<bhii", 1, Code.READ_LOG, 0, 0))
        size = struct.pack("<I", len(session.prepared))
        return [(Code.PREPARE_DATA, size), (Code.DATA, session.prepared), (Code.OK, b"")]

    plain = {Code.PREPARE_BUFFER: lambda session, data: [(Code.ERROR, b"")], Code.READ_LOG: plainly}
    monkeypatch.setattr(unit, "_deeds", lambda: deeds() | plain)
    assert links.visit(device, at=make.NOW) == 2000


# The clock


def test_a_clock_that_was_dead_is_told_held_and_set(cast):
    with terminal(clock=ClockFault.DEAD, backlog_days=2) as unit:
        device = known(cast, unit)
        links.visit(device, at=make.NOW)
        device.refresh_from_db()
        assert device.facts["clock"].startswith("2000-01-03")
        assert device.heartbeat.clock_ahead_seconds < -800_000_000
        assert set(Punch.objects.values_list("trust", flat=True)) == {"held"}
        links.set_clock(device, by=make.ROOT, at=make.NOW)
        assert unit.wall() == dt.datetime.fromisoformat("2026-11-20 10:00:00")
        links.visit(device, at=make.NOW)
        device.refresh_from_db()
        assert abs(device.heartbeat.clock_ahead_seconds) <= 2


def test_a_clock_that_shows_no_day_there_is_harms_no_visit(device, unit, monkeypatch):
    fill(unit, 3)
    no_day = struct.pack("<I", (1 * 31 + 30) * 86_400)
    deeds = unit._deeds
    monkeypatch.setattr(unit, "_deeds", lambda: deeds() | {Code.GET_TIME: lambda session, data: [(Code.OK, no_day)]})
    assert links.visit(device, at=make.NOW) == 3
    device.refresh_from_db()
    assert device.facts["clock"] == "#5270400"
    assert device.heartbeat.clock_ahead_seconds is None


# What it is told


def order(device, *wanted):
    for one in wanted:
        actions.enqueue(device, one, by=make.ROOT, at=make.NOW)


def ended():
    return list(Command.objects.order_by("pk").values_list("state", "result_code"))


@BOTH
def test_a_rename_and_a_removal_are_carried_out_and_told(transport, cast, unit):
    device = known(cast, unit, transport=transport)
    unit.users[0] = unit.users[0]._replace(password=b"12345", card=77, privilege=1)
    order(device, TellPeople())
    links.visit(device, at=make.NOW)
    assert set(PersonOnDevice.objects.values_list("pin", "name")) == {(one.pin, one.name) for one in PEOPLE}
    order(
        device,
        PutPerson("00013", "肖英英"),
        RemovePerson("00014"),
        PutPerson("00020", "李堃", "14", "123"),
        TellPeople(),
    )
    links.visit(device, at=make.NOW + MINUTE)
    assert ended() == [("done", 3), ("done", 0), ("done", 0), ("done", 0), ("done", 3)]
    told = PersonOnDevice.objects.filter(told_at=make.NOW + MINUTE).order_by("pin")
    assert [(one.pin, one.name, one.privilege, one.card) for one in told] == [
        ("00013", "肖英英", "0", "77"),
        ("00020", "李堃", "14", "123"),
        ("15", "Anna", "0", ""),
    ]
    renamed = next(one for one in unit.users if one.pin == "00013")
    assert (renamed.uid, renamed.password, renamed.privilege) == (1, b"12345\0\0\0", 1)
    assert not any(b"12345" in bytes(upload.body) for upload in RawUpload.objects.all())


def test_people_who_are_as_they_were_before_are_told_again(device, unit):
    for name, at in (("甲", 0), ("乙", 1), ("甲", 2)):
        order(device, PutPerson("00013", name), TellPeople())
        links.visit(device, at=make.NOW + at * MINUTE)
    assert PersonOnDevice.objects.get(pin="00013").name == "甲"


def test_what_small_records_cannot_hold_is_a_failure_and_not_somebody_else(cast):
    with terminal([Person("13", "肖英")], record_bytes=16) as unit:
        device = known(cast, unit)
        order(device, PutPerson("00013", "x"), PutPerson("14", "欧阳诸葛亮"), RemovePerson("99"))
        links.visit(device, at=make.NOW)
        assert ended() == [("failed", -2), ("done", 0), ("done", 0)]
        assert [(one.pin, one.name.decode("gb18030")) for one in unit.users] == [("13", "肖英"), ("14", "欧阳诸葛")]


@pytest.mark.parametrize(("transport", "size"), [("tcp", users.LONG), ("udp", users.SHORT)])
def test_the_first_person_of_an_empty_terminal(transport, size, cast):
    with terminal([]) as unit:
        unit.user_size = size
        device = known(cast, unit, transport=transport)
        order(device, PutPerson("13", "肖英"), TellPeople())
        links.visit(device, at=make.NOW)
        assert ended() == [("done", 0), ("done", 1)]


def test_a_change_the_terminal_refuses_and_a_phrase_that_is_none(device, unit, monkeypatch):
    monkeypatch.setattr(unit, "_write_user", lambda session, data: [(Code.ERROR, b"")])
    order(device, PutPerson("00013", "x"), TellState(), Restart())
    Command.objects.filter(wish="tell_state").update(phrase="INFO")
    links.visit(device, at=make.NOW)
    assert ended() == [("failed", -1), ("failed", -3), ("done", 0)]
    assert unit.counts["重启"] == 1


def test_state_is_told_when_asked_for(device, unit):
    order(device, TellState())
    links.visit(device, at=make.NOW)
    assert bytes(RawUpload.objects.get(kind="state").body).startswith(b"serial=OIN")
    assert ended() == [("done", 0)]


def test_a_terminal_that_goes_in_the_middle_leaves_the_rest_for_the_next_visit(device, unit, impatient, monkeypatch):
    order(device, PutPerson("00013", "甲"), PutPerson("00014", "乙"), RemovePerson("15"))
    write, gone = unit._write_user, []
    monkeypatch.setattr(
        unit, "_write_user", lambda session, data: [] if gone or b"\xd2\xd2" in data else write(session, data)
    )
    assert refused(links.visit, device, at=make.NOW).code == "devices.visit_failed"
    assert list(Command.objects.order_by("pk").values_list("state", "tries")) == [
        ("done", 1),
        ("waiting", 1),
        ("waiting", 0),
    ]
    monkeypatch.setattr(unit, "_write_user", write)
    links.visit(device, at=make.NOW + MINUTE)
    assert {state for state, _ in ended()} == {"done"}
    assert [one.pin for one in unit.users] == ["00013", "00014"]


def test_a_log_that_comes_short_keeps_no_command_waiting(device, unit):
    fill(unit, 10)
    unit.withheld = 1
    order(device, PutPerson("00013", "甲"))
    refused(links.visit, device, at=make.NOW)
    assert ended() == [("done", 0)]


def test_a_list_of_people_that_comes_short_changes_nothing(device, unit, monkeypatch):
    sizes = unit._sizes
    monkeypatch.setattr(unit, "_sizes", lambda: sizes()[:16] + struct.pack("<i", 9) + sizes()[20:])
    order(device, PutPerson("00013", "甲"))
    assert "9" in refused(links.visit, device, at=make.NOW).sentence
    assert unit.users[0].name.decode("gb18030") == "肖英"


def test_there_is_no_word_for_what_it_cannot_do(device):
    at = dt.datetime.fromisoformat("2026-11-20 00:00:00")
    assert (
        refused(actions.enqueue, device, CountPunches(at, at), by=make.ROOT, at=make.NOW).code == "devices.not_spoken"
    )
    assert refused(actions.ask_everything_again, device, by=make.ROOT, at=make.NOW).code == "devices.not_spoken"
    assert refused(links.subscribe, device, by=make.ROOT, at=make.NOW).code == "devices.visit_failed"


def test_a_command_nobody_can_carry_out_is_given_up(device, unit, monkeypatch):
    monkeypatch.setattr(client.Client, "carry_out", lambda *told: (_ for _ in ()).throw(CameShort("x")))
    order(device, TellPeople())
    for number in range(6):
        with contextlib.suppress(Refusal):
            links.visit(device, at=make.NOW + number * MINUTE)
    assert Command.objects.get().state == "failed"


# Live events


def live(unit, transport, count, during, probe_seconds=30):
    """So many pages of live events; `during` happens once they are wanted."""

    async def listen():
        line = VISITORS["zk_4370"].live(link(unit, transport=transport), probe_seconds)
        async with contextlib.aclosing(line) as stream:
            waiting = asyncio.ensure_future(anext(stream))
            while not any(session.wants_events for session in unit._listening.sessions):
                await asyncio.sleep(0)
            during()
            return [await waiting, *[await anext(stream) for _ in range(count - 1)]]

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, listen()).result()


@BOTH
@pytest.mark.parametrize("size", [10, 12, 14, 32, 36, 37, 52])
def test_presses_are_told_as_they_happen_and_acknowledged(transport, size, unit, monkeypatch):
    unit.event_size, heard, hear = size, [], unit.hear
    monkeypatch.setattr(unit, "hear", lambda session, asked: heard.append(asked.code) or hear(session, asked))

    def press():
        fill(unit, 3)
        unit.loop.call_soon_threadsafe(unit.pass_time, make.NOW.timestamp())

    unit.memory.people = {"13": Person("13")}
    pages = live(unit, transport, 3, press)
    said = [reading for page in pages for reading in Pull().decode(page.kind, page.body, Dialect()).readings]
    assert [(one.pin, f"{one.at}", one.mark) for one in said] == held(unit)
    assert heard.count(Code.OK) == 2


def test_a_live_line_asks_now_and_then_whether_the_terminal_is_there(unit, impatient):
    assert live(unit, "tcp", 2, lambda: None, 0.01) == [bodies.ALIVE] * 2

    def away():
        unit.habits = replace(unit.habits, offline=(0, make.NOW.timestamp() + 1))

    with pytest.raises(VisitFailed, match="没有回答"):
        live(unit, "tcp", 1_000_000, away, 0.01)


def test_the_pieces_of_a_long_answer():
    told = bulk.Bulk(10, {4: b"cd", 0: b"ab"})
    assert (told.data, told.holes()) == (b"ab\0\0cd\0\0\0\0", [(2, 4), (6, 10)])
    assert bulk.Bulk(0).holes() == []
