"""A made-up Hikvision terminal against a real server: what it holds in the end is what the ledger has, once."""

import datetime as dt

import pytest
from django.db import connection
from servers import Server, address_of

import make
from kaoqin.devices import actions, links
from kaoqin.devices.models import Device
from kaoqin.devices.protocols.hikvision.simulator import SHAPES, Simulator
from kaoqin.punches.models import Punch

SERIAL = "G00000001"
MINUTE = dt.timedelta(minutes=1)
NOW = dt.datetime.now(dt.UTC).replace(microsecond=0)


@pytest.fixture
def unit():
    with Simulator(serial=f"DS-K1T671M20260101V030200EN{SERIAL}") as running:
        yield running


@pytest.fixture
def server(committed, unit):
    """A server, and one approved terminal that was told where to send."""
    from cast import make_cast

    running = Server(address_of(connection.settings_dict))
    here = links.Settings("127.0.0.1", unit.port, False, unit.user, unit.password, f"http://127.0.0.1:{running.port}")
    found = links.add("hikvision", SERIAL, here, by=make.ROOT, at=NOW)
    actions.approve(found, make_cast().site, by=make.ROOT, at=NOW)
    links.subscribe(found, by=make.ROOT, at=NOW)
    running.start()
    yield running
    running.stop()


@pytest.fixture
def device(server):
    return Device.objects.get(serial=SERIAL)


def held(unit):
    return sorted((event["employeeNoString"], event["time"], f"#{event['serialNo']}") for event in unit.events)


def kept():
    told = Punch.objects.values_list("person_key", "evidence__device_time", "evidence__mark")
    return sorted(told)


def test_every_fault_at_once_and_in_the_end_both_hold_the_same(device, server, unit):
    for number, shape in enumerate(SHAPES):
        unit.shape = shape
        unit.press("00013", NOW - number * MINUTE)
        assert unit.push() == 1
    assert kept() == held(unit)

    unit.faults.lost_replies = 2
    unit.press("00014", NOW)
    assert [unit.push() for _ in range(3)] == [0, 0, 1]
    assert kept() == held(unit)

    port, unit.host["portNo"] = unit.host["portNo"], "1"
    for number in range(20):
        unit.press("00015", NOW - number * MINUTE / 3)
        assert unit.push() == 0
    unit.host["portNo"] = port
    assert unit.end_outage() == 20
    assert kept() == held(unit)

    unit.restart_numbers()
    unit.faults.late_by = "search"
    unit.host["portNo"] = "1"
    for number in range(65):
        unit.press("00016", NOW - number * MINUTE / 3)
    unit.push()
    unit.host["portNo"] = port
    assert unit.end_outage() == 0
    assert len(kept()) == len(held(unit)) - 65
    assert links.visit(device, at=NOW) == len(held(unit))
    assert kept() == held(unit)

    unit.zone = dt.timezone(dt.timedelta(hours=9))
    unit.press("00017", NOW)
    assert unit.push() == 1
    links.visit(device, at=NOW)
    assert kept() == held(unit)
    at = Punch.objects.get(person_key="00017").at
    assert at == NOW
    assert unit.beat() == 200


def test_a_clock_of_another_year_is_kept_and_held(device, server, unit):
    unit.faults.clock = dt.datetime(2000, 1, 1, tzinfo=dt.UTC) - NOW
    unit.press("00013", NOW)
    assert unit.push() == 1
    unit.faults.clock = dt.timedelta(days=400)
    unit.press("00013", NOW)
    assert unit.push() == 1
    assert list(Punch.objects.values_list("trust", flat=True)) == ["held", "held"]


def test_a_terminal_that_is_not_approved_keeps_what_it_has(device, server, unit):
    actions.retire(device, by=make.ROOT, at=NOW)
    unit.press("00013", NOW)
    assert unit.push() == 0
    assert server.ask("POST", "/hikvision/notthistoken00000", b"{}") == (404, "not found\n")
    assert Punch.objects.count() == 0
