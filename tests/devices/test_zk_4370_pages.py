"""ZK 4370 terminals on their pages: what is asked for, what is offered, and `kaoqin simulate zk-4370`."""

import asyncio
import contextlib
import datetime as dt
import re
import socket
import threading
import time

import pytest
from test_zk_4370_visit import SERIAL, fill, link, order, terminal

import make
from kaoqin import simulate_command
from kaoqin.devices import links
from kaoqin.devices.models import Command, Device
from kaoqin.devices.protocols.zk_4370.client import Client
from kaoqin.devices.wire import Link, TellPeople
from kaoqin.punches.models import Punch


@pytest.fixture
def unit():
    with terminal() as running:
        yield running


def said(unit, **told):
    where = {"address": "127.0.0.1", "port": unit.port, "transport": "tcp", "password": unit.comm_key, "zone": ""}
    return where | {"protocol": "zk_4370", "serial": SERIAL} | told


def names(page):
    return set(re.findall(r'name="(\w+)"', page.content.decode())) - {"csrfmiddlewaretoken"}


def test_what_is_asked_for_depends_on_the_protocol(enter, cast):
    sun = enter("sun")
    both = {"protocol", "serial", "address", "port", "password", "zone"}
    assert both <= names(sun.get("/devices/add/?protocol=zk_4370"))
    assert not {"user", "https", "server"} & names(sun.get("/devices/add/?protocol=zk_4370"))
    assert both | {"user", "https", "server"} <= names(sun.get("/devices/add/?protocol=hikvision"))
    assert "transport" not in names(sun.get("/devices/add/?protocol=hikvision"))
    assert both <= names(sun.get("/devices/add/?protocol=nothing"))
    page = sun.get("/devices/add/?protocol=zk_4370").content.decode()
    assert ('value="4370"' in page, "通信密码" in page) == (True, True)


def test_a_terminal_is_added_read_and_told_and_offers_no_listener(enter, cast, unit):
    sun = enter("sun")
    assert sun.post("/devices/add/", said(unit, password="x")).status_code == 422
    assert sun.post("/devices/add/", said(unit)).status_code == 302
    device = Device.objects.get(serial=SERIAL)
    where = f"/devices/{device.pk}/"
    sun.post(f"{where}approve/", {"site": cast.site.pk, "name": "", "zone": ""})
    device.refresh_from_db()
    fill(unit, 5)
    order(device, TellPeople())
    links.visit(device, at=make.NOW)
    assert (Punch.objects.count(), Command.objects.get().state) == (5, "done")
    page = sun.get(where).content.decode()
    assert ("TCP" in page, "机内共 5" in page) == (True, True)
    assert ("link/subscribe/" in page, "link/clock/" in page) == (False, True)
    page = sun.get(f"{where}link/").content.decode()
    assert ("也可以在考勤机上" in page, str(unit.comm_key) in page) == (False, False)
    assert "不能推送" in sun.post(f"{where}link/subscribe/", follow=True).content.decode()
    assert sun.post(f"{where}link/", said(unit, transport="udp", password="")).status_code == 302
    device.refresh_from_db()
    assert device.options["transport"] == "udp"
    assert links.visit(device, at=make.NOW) == 5


class Visitor:
    """In the place of who tells how it goes: once all terminals listen, visits the first and stops them all."""

    def __init__(self, monkeypatch, *ask):
        self.ask, self.answers, self.thread = ask, [], None
        monkeypatch.setattr(simulate_command, "_stop_on_signals", self.may_stop)
        monkeypatch.setattr(simulate_command, "_teller", lambda line: self.tell)

    def may_stop(self, stop):
        self.stop, self.loop = stop, asyncio.get_running_loop()

    def tell(self, standing):
        if self.thread is None:
            first = standing.units[0]
            there = Link(standing.host, first.port, False, "", str(first.comm_key), "Asia/Shanghai", "tcp")
            self.thread = threading.Thread(target=self.visit, args=(there,))
            self.thread.start()

    def visit(self, there):
        try:
            self.answers += [ask(there) for ask in self.ask]
        finally:
            self.loop.call_soon_threadsafe(self.stop)


def first_of_two_free_ports():
    while True:
        with socket.socket() as one, socket.socket() as next_one, contextlib.suppress(OSError, OverflowError):
            one.bind(("127.0.0.1", 0))
            port = one.getsockname()[1]
            next_one.bind(("127.0.0.1", port + 1))
            return port


@pytest.fixture
def in_utc():
    """The zone of this machine is UTC, as servers' mostly is."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TZ", "UTC")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.parametrize("record_bytes", ["40", "16", "8"])
def test_simulated_terminals_say_what_to_enter_and_answer_there(record_bytes, in_utc, monkeypatch, capsys):
    port = first_of_two_free_ports()
    days = (make.day("11-01"), make.day("11-02"))
    visitor = Visitor(
        monkeypatch,
        lambda there: Client(5).state(there, dt.datetime.now(dt.UTC)),
        lambda there: sum(page.records for page in Client(5).pages(there, *days)),
    )
    words = ["zk-4370", "--units", "2", "--port", str(port), "--backlog-days", "3", "--record-bytes", record_bytes]
    assert simulate_command.run(words) == 0
    visitor.thread.join()
    facts, count = visitor.answers
    told = capsys.readouterr().out
    assert (facts["serial"], facts["record_count"]) == ("SIMPUL00001", str(count))
    assert abs(int(facts["clock_ahead_seconds"])) < 60  # its clock shows Shanghai's time
    assert count > 20
    assert re.search(rf"SIMPUL00001  127\.0\.0\.1:{port}  .*\d+\nSIMPUL00002  127\.0\.0\.1:{port + 1}  .*\d+\n", told)
    assert "访问 " in told


def test_ports_that_are_not_enough_are_said(capsys):
    assert simulate_command.run(["zk-4370", "--units", "9", "--port", "65535"]) == simulate_command.WRONG
    assert "not enough ports" in capsys.readouterr().err


def test_a_port_in_use_is_said(unit, capsys):
    assert simulate_command.run(["zk-4370", "--port", str(unit.port), "--minutes", "0.001"]) == simulate_command.WRONG
    assert link(unit).port == unit.port
