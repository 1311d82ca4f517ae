"""Rounds: who is looked at when, side by side; one that is unplugged is an alarm soon, one that is well never."""

import contextlib
import datetime as dt
import threading
from types import SimpleNamespace

import pytest
from django.db import DatabaseError, connection
from django.utils import timezone
from lines import Listened, until

import make
from kaoqin.core.words import Refusal
from kaoqin.devices import actions, alarms, fleet, lines, links, listening, queries, rounds
from kaoqin.devices.models import Device, DeviceAlarm, Heartbeat, RawUpload
from kaoqin.devices.protocols import STREAMS, VISITORS
from kaoqin.devices.protocols.hikvision.simulator import Simulator
from kaoqin.devices.protocols.zk_4370 import bodies, client
from kaoqin.devices.protocols.zk_4370.simulator import PullUnit
from kaoqin.devices.simulated import Habits, Person
from kaoqin.devices.words import Light
from kaoqin.punches.models import Punch
from visited import listening as standing

PEOPLE = (Person("00013", "肖英"),)
SECOND, MINUTE = dt.timedelta(seconds=1), dt.timedelta(minutes=1)


@contextlib.contextmanager
def hikvision(serial, company):
    """A terminal that is well, and known."""
    with Simulator(serial=f"DS-K1T671M{serial}") as unit:
        unit._now = lambda: timezone.now().astimezone(unit.zone)
        told = {"address": "127.0.0.1", "port": unit.port, "https": False, "user": unit.user}
        unit.device = known(
            "hikvision", serial, company, **told, password=unit.password, server="http://127.0.0.1:8000"
        )
        yield unit


@contextlib.contextmanager
def pulled(company):
    """A terminal at port 4370 that is well, and known; it notes how many speak with it at once."""
    unit = PullUnit("PULL00001", PEOPLE, Habits(presses_per_second=0.0), 1, make.NOW.timestamp())
    unit.time, unit.most, hear = make.NOW.timestamp, 0, unit.hear

    def counted(session, asked):
        told = hear(session, asked)
        unit.most = max(unit.most, sum(one.let_in for one in unit._listening.sessions))
        return told

    unit.hear = counted
    with standing(unit):
        told = {"address": "127.0.0.1", "port": unit.port, "https": False, "user": "", "transport": "tcp"}
        unit.device = known("zk_4370", unit.serial, company, **told, password=str(unit.comm_key), server="")
        yield unit


def known(protocol, serial, company, **told):
    found = links.add(protocol, serial, links.Settings(**told), by=make.ROOT, at=make.NOW)
    actions.approve(found, company.site, by=make.ROOT, at=make.NOW)
    return found


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(alarms, "_started_at", make.NOW - MINUTE)
    monkeypatch.setattr(listening, "FIRST_PAUSE", 0.02)
    monkeypatch.setattr(listening, "LONGEST_PAUSE", 0.1)
    monkeypatch.setattr(listening, "READ_SECONDS", 0.05)
    monkeypatch.setattr(listening, "GLANCE_SECONDS", 0.02)
    monkeypatch.setattr(lines, "GLANCE_SECONDS", 0.01)
    for known_by in (VISITORS, STREAMS):
        monkeypatch.setitem(known_by, "zk_4370", client.Client(seconds=3))


# Looks


def test_a_look_tells_that_it_is_there_and_its_clock_and_reads_nothing(company):
    with hikvision("G00000001", company) as unit, pulled(company) as other:
        unit.press("00013", make.NOW)
        other.memory.press("00013", make.NOW.replace(tzinfo=None))
        rounds.look_round()
        beats = {beat.device.serial: beat for beat in Heartbeat.objects.select_related("device")}
        assert {serial: beat.seen_at for serial, beat in beats.items()} == {
            "G00000001": make.NOW,
            other.serial: make.NOW,
        }
        assert abs(beats[other.serial].clock_ahead_seconds) < 2
        assert (RawUpload.objects.count(), Punch.objects.count()) == (0, 0)


@pytest.mark.parametrize(("seconds", "looked_at"), [(29, False), (30, True)])
def test_who_was_heard_lately_is_left_alone(company, clock, monkeypatch, seconds, looked_at):
    with hikvision("G00000001", company) as unit:
        beats = fleet.Heartbeats()
        beats.feel("G00000001", make.NOW - seconds * SECOND, "127.0.0.1", upload=False)
        beats.write()
        rounds.look_round()
        assert (Heartbeat.objects.get().seen_at == make.NOW) is looked_at
        assert unit.refused_logins == 0


def test_terminals_are_visited_side_by_side(company, monkeypatch):
    """Each waits until the other is asked, too."""
    both = threading.Barrier(2)
    with hikvision("G00000001", company) as one, hikvision("G00000002", company) as other:
        for unit in (one, other):
            answer = unit.answer

            def together(method, path, body, answer=answer):
                if path.endswith("deviceInfo"):
                    both.wait(20)
                return answer(method, path, body)

            monkeypatch.setattr(unit, "answer", together)
        rounds.look_round()
        rounds.visit_round()
    faults = [device.facts.get("visit_fault", "") for device in Device.objects.all()]
    assert (faults, both.broken) == (["", ""], False)


def test_those_heard_last_are_first_in_turn(company):
    with hikvision("A0001", company), hikvision("B0001", company), hikvision("C0001", company):
        beats = fleet.Heartbeats()
        beats.feel("B0001", make.NOW - 9 * MINUTE, "127.0.0.1", upload=False)
        beats.feel("C0001", make.NOW - MINUTE, "127.0.0.1", upload=False)
        beats.write()
        assert [device.serial for device in rounds._visited()] == ["C0001", "B0001", "A0001"]


def test_one_that_is_unplugged_is_an_alarm_soon_and_one_that_is_well_never(company, clock):
    with hikvision("G00000001", company), pulled(company) as well:
        with hikvision("G00000002", company) as gone:
            rounds.visit_round()
        raised = {}
        for seconds in range(10, 400, 10):
            clock(make.NOW + seconds * SECOND)
            well.time = (make.NOW + seconds * SECOND).timestamp
            if not seconds % rounds.LOOK_SECONDS:
                rounds.look_round()
            if not seconds % rounds.VISIT_SECONDS:
                rounds.visit_round()
            alarms.watch_now()
            for alarm in DeviceAlarm.objects.filter(kind="silent").select_related("device"):
                raised.setdefault(alarm.device.serial, seconds)
        assert raised == {"G00000002": 110}
        lights = {
            one.device.serial: one.light
            for one in queries.states(queries.devices(seen_by=make.ROOT), at=make.NOW + 390 * SECOND)
        }
        assert lights == {"G00000001": Light.ONLINE, "G00000002": Light.SILENT, well.serial: Light.ONLINE}
        gone.device.refresh_from_db()
        assert "连不上" in gone.device.facts["visit_fault"]


def test_a_terminal_that_is_being_visited_has_no_fault(company):
    with hikvision("G00000001", company) as unit:
        other = lines.OpenLines()
        assert other.take(unit.device.pk, "a visit")
        rounds.look_round()
        rounds.visit_round()
        other.close()
        unit.device.refresh_from_db()
        assert "visit_fault" not in unit.device.facts
        assert not Heartbeat.objects.exists()


def test_while_a_visit_lasts_long_the_terminal_is_felt(company, monkeypatch):
    monkeypatch.setattr(links, "PULSE_SECONDS", 0.0)
    times = iter(range(0, 10_000, 50))
    monkeypatch.setattr(links, "time", SimpleNamespace(monotonic=lambda: next(times)))
    with pulled(company) as unit:
        monkeypatch.setattr(VISITORS["zk_4370"], "pages", lambda *told: iter([bodies.ALIVE] * 3))
        assert links.visit(unit.device, at=make.NOW) == 0
    assert Heartbeat.objects.get().seen_at == make.NOW + 150 * SECOND
    assert not RawUpload.objects.exists()


def test_a_long_reading_tells_that_it_goes_on(company, monkeypatch):
    monkeypatch.setattr(client, "PROBE_SECONDS", 0)
    with pulled(company) as unit:
        unit.memory.press("00013", make.NOW.replace(tzinfo=None))
        pages = list(VISITORS["zk_4370"].pages(links.known(unit.device, make.NOW)[1], make.NOW.date(), make.NOW.date()))
    assert bodies.ALIVE in pages
    assert [page.records for page in pages if page.body] == [1]


# One line at a time


def press(unit, at):
    """Somebody presses, and whoever listens is told."""
    unit.loop.call_soon_threadsafe(unit.memory.press, "00013", at.replace(tzinfo=None))
    unit.loop.call_soon_threadsafe(unit.pass_time, make.NOW.timestamp())


def listened(unit):
    return any(session.wants_events for session in list(unit._listening.sessions))


def test_a_line_is_let_go_for_a_visit_and_taken_again(company):
    with pulled(company) as unit, Listened():
        until(lambda: listened(unit))
        press(unit, make.NOW)
        until(lambda: Punch.objects.count() == 1)
        unit.memory.press("00013", make.NOW.replace(tzinfo=None) - MINUTE)
        assert links.visit(unit.device, at=make.NOW) == 2
        until(lambda: listened(unit))
        press(unit, make.NOW + MINUTE)
        until(lambda: Punch.objects.count() == 3)
        links.set_clock(unit.device, by=make.ROOT, at=make.NOW)
        assert unit.most == 1
    assert {upload.kind for upload in RawUpload.objects.all()} == {"live", "log"}


def test_a_look_leaves_an_open_line_alone(company):
    with pulled(company) as unit, Listened():
        until(lambda: listened(unit))
        with pytest.raises(Refusal, match="正在访问"):
            links.look(unit.device, at=make.NOW)
        assert listened(unit)
        assert unit.most == 1


def test_a_visit_waits_for_a_line_and_not_for_ever(company, monkeypatch):
    monkeypatch.setattr(lines, "WAIT_SECONDS", 0.05)
    with pulled(company) as unit:
        other = lines.OpenLines()
        assert other.take(unit.device.pk, "somebody")
        with pytest.raises(Refusal, match="正在访问"):
            links.visit(unit.device, at=make.NOW)
        other.leave(unit.device.pk, "somebody else")
        with pytest.raises(Refusal, match="正在访问"):
            links.visit(unit.device, at=make.NOW)
        other.leave(unit.device.pk, "somebody")
        assert links.visit(unit.device, at=make.NOW) == 0
        other.close()


def test_a_line_is_one_holders_and_is_seen_to_be_wanted(company):
    ours = lines.OpenLines()
    assert [ours.take(7, "one"), ours.take(7, "other"), ours.may_go_on(7), ours.may_go_on(8)] == [
        True,
        False,
        True,
        False,
    ]

    def wait():
        try:
            with lines.taken(7, 20) as taken:
                assert taken
        finally:
            connection.close()

    waiting = threading.Thread(target=wait)
    waiting.start()
    until(lambda: not ours.may_go_on(7))
    ours.leave(7, "one")
    waiting.join(20)
    assert not waiting.is_alive()
    assert ours.take(7, "one")
    ours.close()


def test_a_session_that_breaks_holds_nothing_and_another_is_opened(company):
    ours = lines.OpenLines()
    assert ours.take(7, "one")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND classid = %s"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
            [lines.LOCK],
        )
    with pytest.raises(DatabaseError):
        until(lambda: not ours.may_go_on(7))
    assert not ours.may_go_on(7)
    assert ours.take(7, "another")
    ours.close()


# The process


def test_rounds_are_gone_again_and_again_and_one_that_fails_stops_no_other(company):
    gone = []

    def failing():
        gone.append("failing")
        raise RuntimeError

    def well():
        gone.append("well")

    with Listened(rounds={failing: 0.01, well: 0.01}):
        until(lambda: min(gone.count("failing"), gone.count("well")) > 2)
    assert not {do.__name__ for do in rounds.ROUNDS} ^ {"look_round", "visit_round", "watch_now"}
