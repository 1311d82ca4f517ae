"""`kaoqin simulate hikvision`: what its terminals hold is what the ledger has, by push and by poll, each once."""

import asyncio
import contextlib
import datetime as dt
import re
import socket
import threading

import pytest
from test_hikvision_push import Pusher

import make
from kaoqin import simulate_command
from kaoqin.core.words import Refusal
from kaoqin.devices import actions, links
from kaoqin.devices.models import RawUpload
from kaoqin.devices.protocols.hikvision.client import Client
from kaoqin.devices.protocols.hikvision.unit import HikvisionUnit
from kaoqin.devices.simulated import ClockFault, Habits, Person
from kaoqin.devices.wire import Link, PutPerson
from kaoqin.punches.models import Punch
from visited import listening

NOW = make.NOW.timestamp()
MINUTE = 60
PEOPLE = (Person("00013", "肖英"), Person("00014", "赵喆"))


class Line:
    """A unit whose time is the test's, and whose pushes come to the front door."""

    def __init__(self, unit):
        self.unit, self.now, self.beats = unit, NOW, 0
        unit.time = lambda: self.now

    def goes(self, device):
        self.pusher = Pusher(device.options["token"])
        self.unit.send = self.send

    def send(self, body):
        status = self.pusher.push(body).status
        lost, self.unit.faults.lost_replies = self.unit.faults.lost_replies, 0
        return 0 if lost else status

    def minutes(self, count):
        """Minute by minute: people press, and what waits is sent."""
        for _ in range(count):
            self.now += MINUTE
            self.unit.pass_time(self.now)
            self.unit.send_what_waits(self.now)


@pytest.fixture
def stand(cast, monkeypatch):
    """`stand(…habits)` gives a line to a unit that is known and approved; nothing is sent by itself."""
    with contextlib.ExitStack() as stack:

        def start(**habits):
            unit = HikvisionUnit("SIMHIK00001", PEOPLE, Habits(**{"presses_per_second": 1 / 60} | habits), 1, NOW)
            line = Line(stack.enter_context(listening(unit)))
            unit._sending = asyncio.Future(loop=unit.loop)
            line.device = known(cast, unit)
            stack.callback(lambda: unit.loop.call_soon_threadsafe(unit._sending.set_result, None))
            return line

        yield start


def known(cast, unit):
    told = {"address": "127.0.0.1", "port": unit.port, "https": False, "user": unit.user, "password": unit.password}
    found = links.add(
        "hikvision", unit.serial, links.Settings(**told, server="http://127.0.0.1:8000"), by=make.ROOT, at=make.NOW
    )
    actions.approve(found, cast.site, by=make.ROOT, at=make.NOW)
    return found


def at(line):
    return dt.datetime.fromtimestamp(line.now, dt.UTC)


def ledger():
    return sorted(
        (punch.person_key, f"{punch.device_time:%Y-%m-%d %H:%M:%S}", punch.evidence["mark"])
        for punch in Punch.objects.all()
    )


def held(line):
    return sorted((one.pin, one.at, f"#{one.number}") for one in line.unit.memory.records)


def subscribed(line):
    links.subscribe(line.device, by=make.ROOT, at=make.NOW)
    line.goes(line.device)


def test_what_is_polled_is_what_it_holds(stand):
    line = stand(backlog_days=1)
    line.minutes(30)
    links.visit(line.device, at=at(line))
    assert ledger() == held(line)
    assert len(ledger()) > 20
    assert line.unit.counts["访问"] == 1


def test_what_is_pushed_with_answers_lost_and_then_polled_is_there_once(stand):
    line = stand()
    subscribed(line)
    line.unit.habits = Habits(lost=0.4, doubled=0.3)
    line.minutes(60)
    line.unit.habits = Habits()
    line.minutes(1)
    assert ledger() == held(line)
    assert line.unit.counts["推送未成"] > 5
    count = RawUpload.objects.count()
    links.visit(line.device, at=at(line))
    assert ledger() == held(line)
    assert RawUpload.objects.count() > count
    assert line.unit.counts["心跳"] > 50


def test_what_happened_in_an_outage_comes_as_stored_and_visits_fail_meanwhile(stand):
    line = stand(offline=(NOW + 5 * MINUTE, NOW + 20 * MINUTE))
    subscribed(line)
    line.minutes(10)
    before = len(ledger())
    assert before < len(held(line))
    with pytest.raises(Refusal, match="连不上"):
        links.visit(line.device, at=at(line))
    line.minutes(12)
    assert ledger() == held(line)
    assert {bool(one.evidence.get("stored")) for one in Punch.objects.all()} == {True, False}


@pytest.mark.parametrize(
    ("fault", "ahead"), [(ClockFault.NONE, 0), (ClockFault.FUTURE, 3 * 86_400), (ClockFault.DRIFT, 10)]
)
def test_a_wrong_clock_is_told(stand, fault, ahead):
    line = stand(clock=fault)
    line.minutes(10)
    told = Client().state(links.known(line.device, make.NOW)[1], at(line))
    assert abs(int(told["clock_ahead_seconds"]) - ahead) <= 1


def test_a_dead_clock_is_set(stand):
    line = stand(clock=ClockFault.DEAD)
    assert line.unit._now().year == 2000
    links.set_clock(line.device, by=make.ROOT, at=at(line))
    assert abs(line.unit._now() - at(line)) < dt.timedelta(seconds=2)


def test_somebody_who_is_put_there_presses(stand):
    line = stand()
    line.unit.people.users.clear()
    actions.enqueue(line.device, PutPerson("00099", "新人"), by=make.ROOT, at=make.NOW)
    links.visit(line.device, at=make.NOW)
    line.minutes(20)
    assert {one.pin for one in line.unit.memory.records} == {"00099"}


# The command


def two_free_ports():
    while True:
        with socket.socket() as one, socket.socket() as other, contextlib.suppress(OSError, OverflowError):
            one.bind(("127.0.0.1", 0))
            port = one.getsockname()[1]
            other.bind(("127.0.0.1", port + 1))
            return port


def test_it_says_what_to_enter_answers_there_and_frees_its_ports(monkeypatch, capsys):
    port, answers = two_free_ports(), []

    def visit(units, stop):
        try:
            for unit in units:
                there = Link("127.0.0.1", unit.port, False, unit.user, unit.password, "Asia/Shanghai")
                records = sum(page.records for page in Client().pages(there, make.day("11-01"), make.day("11-01")))
                answers.append((Client().state(there, make.NOW)["serial"], records))
        finally:
            stop()

    def tell(standing):
        if not answers and not threads:
            loop = asyncio.get_running_loop()
            threads.append(
                threading.Thread(target=visit, args=(standing.units, lambda: loop.call_soon_threadsafe(standing.stop)))
            )
            threads[0].start()

    threads = []
    monkeypatch.setattr(simulate_command, "_stop_on_signals", lambda stop: None)
    monkeypatch.setattr(simulate_command, "_teller", lambda line: tell)
    assert simulate_command.run(["hikvision", "--units", "2", "--port", str(port), "--seed", "5"]) == 0
    threads[0].join()
    assert answers == [("SIMHIK00001", 0), ("SIMHIK00002", 0)]
    told = capsys.readouterr().out
    assert re.search(
        rf"SIMHIK00001  127\.0\.0\.1:{port}  .*admin.*Sim-\d{{6}}\nSIMHIK00002  127\.0\.0\.1:{port + 1}  ", told
    )
    with socket.socket() as free:
        free.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        free.bind(("127.0.0.1", port))
