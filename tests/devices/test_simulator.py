"""Simulated terminals at the front door: what they send is what the house understands; what fails comes again."""

import datetime as dt
import itertools
import random
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.utils import timezone

import make
from kaoqin.devices import actions
from kaoqin.devices.models import BadUploadLine, Command, PersonOnDevice, RawUpload
from kaoqin.devices.protocols.simulators import SIMULATORS
from kaoqin.devices.simulated import ClockFault, Habits, NoReply, Person, Reply, Route, Sending, hear_http, say_http
from kaoqin.devices.wire import CountPunches, PutPerson, RemovePerson, TellPeople, TellPunches, TellState
from kaoqin.punches.models import Punch
from terminals import Caller

NOW = make.NOW.timestamp()
LIN, ZHAO = Person("00013", "肖英"), Person("00014", "赵喆")
BOTH = pytest.mark.parametrize("kind", sorted(SIMULATORS))


class Line:
    """A simulated terminal on a line to the front door; `minutes(n)` lets time pass."""

    def __init__(self, kind, tick=None, people=(LIN, ZHAO), seed=1, **habits):
        prefix, made = SIMULATORS[kind]
        self.now, self.tick, self.sent = NOW, tick, []
        self.unit = made(f"{prefix}00001", people, Habits(**habits), seed, NOW)
        self.caller = Caller(self.unit.serial)

    def approved(self, site):
        return self.caller.approved(site)

    def minutes(self, count, lose=lambda number, sending: False):
        """`lose` says which answers are not read."""
        end = self.now + count * 60
        for number in itertools.count():
            wanted = self.unit.turn(self.now)
            if not isinstance(wanted, Sending):
                if wanted >= end:
                    self.now = end
                    return
                self.now = max(wanted, self.now)
                continue
            self.sent.append(wanted)
            reply = self.ask(wanted)
            if lose(number, wanted):
                self.unit.unheard(wanted, self.now)
            else:
                self.unit.heard(wanted, reply, self.now)

    def ask(self, sending):
        at = dt.datetime.fromtimestamp(self.now, dt.UTC)
        if self.tick:
            self.tick(at)
        parts = urlsplit(sending.target)
        told = self.caller.call(sending.method, parts.path, dict(parse_qsl(parts.query)), sending.body)
        return Reply(told.status, told.body, at)

    def order(self, device, *wanted):
        for one in wanted:
            actions.enqueue(device, one, by=make.ROOT, at=timezone.now())
        self.caller.desk.look_again()


def ledger():
    """(person, the terminal's wall clock) of every punch."""
    return sorted((punch.person_key, f"{punch.device_time:%Y-%m-%d %H:%M:%S}") for punch in Punch.objects.all())


def kept(line):
    return sorted((record.pin, record.at) for record in line.unit.memory.records)


@BOTH
@pytest.mark.parametrize(("columns", "route"), [(2, "plain"), (4, "aspx"), (6, "slash"), (10, "doubled")])
def test_what_a_terminal_kept_is_what_the_ledger_has(kind, columns, route, cast, clock):
    line = Line(kind, clock, backlog_days=7, columns=columns, route=Route(route))
    line.approved(cast.site)
    line.minutes(30)
    assert line.unit.waiting == 0
    assert len(line.unit.memory.records) > 24
    assert ledger() == kept(line)
    assert not BadUploadLine.objects.exists()


@BOTH
def test_a_terminal_nobody_approved_keeps_everything(kind, cast, clock):
    line = Line(kind, clock, backlog_days=2)
    line.minutes(5)
    waiting = line.unit.waiting
    assert waiting >= len(line.unit.memory.records) > 0
    assert (Punch.objects.count(), RawUpload.objects.count()) == (0, 0)
    line.approved(cast.site)
    line.minutes(5)
    assert (line.unit.waiting, ledger()) == (0, kept(line))


@BOTH
def test_answers_that_are_lost_and_batches_that_come_twice_double_nothing(kind, cast, clock):
    line = Line(kind, clock, backlog_days=14, batch=7, doubled=0.5, presses_per_second=0.2, pace=20)
    line.approved(cast.site)
    draw = random.Random(7)
    line.minutes(3, lose=lambda number, sending: draw.random() < 0.3)
    line.minutes(2)
    told = [one for sending in line.sent for one in sending.records]
    assert line.unit.waiting == 0
    assert len(told) > len(set(told)) == len(line.unit.memory.records)
    assert ledger() == kept(line)


@BOTH
def test_a_terminal_that_is_offline_says_nothing_and_loses_nothing(kind, cast, clock):
    line = Line(kind, clock, presses_per_second=0.05, offline=(NOW + 300, NOW + 900))
    line.approved(cast.site)
    line.minutes(5)
    heard = len(line.sent)
    line.minutes(9.9)
    assert len(line.sent) == heard
    assert line.unit.waiting > 10
    line.minutes(5)
    assert (line.unit.waiting, ledger()) == (0, kept(line))


@BOTH
@pytest.mark.parametrize(
    ("fault", "first", "held"),
    [
        (ClockFault.NONE, "2026-11-1", False),
        (ClockFault.DEAD, "2000-01-0", True),
        (ClockFault.FUTURE, "2026-11-", True),
    ],
)
def test_a_wrong_clock_shows_in_what_is_sent(kind, fault, first, held, cast, clock):
    line = Line(kind, clock, backlog_days=3, clock=fault)
    line.approved(cast.site)
    line.minutes(5)
    assert kept(line)[0][1].startswith(first)
    assert Punch.objects.filter(trust="held").exists() is held
    shown = line.unit.memory.clock.wall(line.now)
    right = (
        dt.datetime.fromisoformat("2026-11-20 10:05")
        if fault is not ClockFault.FUTURE
        else dt.datetime.fromisoformat("2026-11-23 10:05")
    )
    assert shown == right


def test_a_clock_that_drifts_gains_a_second_a_minute_whatever_it_is_told(cast, clock):
    line = Line("zk-att", clock, clock=ClockFault.DRIFT)
    line.approved(cast.site)
    line.minutes(60)
    assert line.unit.memory.clock.wall(line.now) == dt.datetime.fromisoformat("2026-11-20 11:01")


@pytest.mark.parametrize("language", ["83", "69"])
@BOTH
def test_people_are_put_told_of_and_removed_in_the_terminals_own_encoding(kind, language, cast, clock):
    line = Line(kind, clock, people=[LIN], language=language)
    line.approved(cast.site)
    line.minutes(1)
    device = line.caller.device()
    line.order(device, PutPerson("00020", "肖英"), RemovePerson("00013"), TellPeople())
    line.minutes(3)
    assert line.unit.memory.people == {"00020": Person("00020", "肖英")}
    assert PersonOnDevice.objects.get(pin="00020").name == "肖英"
    assert set(Command.objects.values_list("state", flat=True)) == {"done"}


def test_punches_are_counted_and_told_again(cast, clock):
    line = Line("zk-att", clock, backlog_days=3, presses_per_second=0)
    device = line.approved(cast.site)
    line.minutes(3)
    count = Punch.objects.count()
    span = (dt.datetime.fromisoformat("2026-11-19 00:00"), dt.datetime.fromisoformat("2026-11-19 23:59"))
    line.order(device, CountPunches(*span), TellPunches(*span), TellState())
    line.minutes(3)
    counted, again, state = Command.objects.order_by("pk")
    assert (counted.result["AttlogSum"], again.result_code) == ("4", 4)
    assert state.result["TransactionCount"] == str(count)
    assert Punch.objects.count() == count


def test_everything_again_is_everything_again(cast, clock):
    line = Line("zk-att", clock, backlog_days=3, presses_per_second=0)
    device = line.approved(cast.site)
    line.minutes(3)
    before = sum(len(sending.records) for sending in line.sent)
    actions.ask_everything_again(device, by=make.ROOT, at=timezone.now())
    line.caller.desk.look_again()
    line.minutes(3)
    assert sum(len(sending.records) for sending in line.sent) == 2 * before
    assert ledger() == kept(line)


def test_a_command_that_comes_again_is_answered_again_and_done_once(cast, clock):
    line = Line("zk-att", people=[])
    order = b"C:7:DATA UPDATE USERINFO PIN=5\tName=A\nC:8:SHELL reboot\n"
    line.unit.greeted = True
    for _ in range(2):
        line.unit.heard(Sending("poll", "GET", ""), Reply(200, order), NOW)
    told = [sending.body for sending in line.unit._tasks]
    assert told == [b"ID=7&Return=0&CMD=DATA\nID=8&Return=-1002&CMD=SHELL\n"] * 2


@BOTH
def test_the_same_seed_draws_the_same(kind):
    first, second, other = (Line(kind, backlog_days=5, seed=seed).unit.memory.records for seed in (3, 3, 4))
    assert first == second != other


@pytest.mark.parametrize(
    ("status", "body"), [(200, b"user=1"), (200, b"OK"), (500, b"error"), (503, b"busy"), (403, b""), (302, b"OK")]
)
def test_an_answer_that_is_not_the_one_expected_means_again(status, body, cast):
    """A table is acknowledged by its name and count; `OK` is not enough."""
    line = Line("zk-acc", backlog_days=10)
    line.unit.greeted = True
    batch = line.unit.say_punches(line.unit.memory.records[:20])
    waiting = line.unit.waiting
    assert not line.unit.heard(batch, Reply(status, body), NOW)
    assert line.unit.waiting == waiting
    assert line.unit.heard(batch, Reply(200, b"transaction=20"), NOW)
    assert line.unit.waiting == waiting - 20


def test_a_registry_code_with_a_line_end_is_none():
    for body, path in ((b"RegistryCode=abc\n", "cdata"), (b"OK", "cdata"), (b"RegistryCode=abc", "push")):
        unit = Line("zk-acc", pace=10_000).unit
        unit.heard(unit.greeting(), Reply(200, b"OK"), NOW)
        assert "/registry?" in unit.greeting().target
        unit.heard(unit.greeting(), Reply(200, body), NOW)
        assert f"/{path}?" in unit.greeting().target


def test_what_is_said_and_heard_by_http():
    said = say_http(Sending("punches", "POST", "/x?SN=1", b"abc"), "10.0.0.9:8000")
    assert said.startswith(b"POST /x?SN=1 HTTP/1.1\r\nHost: 10.0.0.9:8000\r\n")
    assert said.endswith(b"Content-Length: 3\r\n\r\nabc")
    heard = hear_http(b"HTTP/1.1 200 OK\r\nDate: Fri, 20 Nov 2026 02:00:00 GMT\r\nContent-Length: 2\r\n\r\nOK")
    assert (heard.status, heard.body, heard.date) == (200, b"OK", make.NOW)
    for broken in (
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Le",
        b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nOK",
        b"x\r\n\r\n",
    ):
        with pytest.raises(NoReply):
            hear_http(broken)
