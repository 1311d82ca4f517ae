"""`kaoqin listen` as `kaoqin serve` starts it: a process of its own that ends when it is told to."""

import datetime as dt
import os
import signal
import socket
import subprocess
import sys

import pytest
from django.db import connection
from lines import Broker, until
from servers import address_of

import make
from kaoqin.core.environment import read_settings
from kaoqin.devices import actions
from kaoqin.devices.management.commands.listen import listening_of
from kaoqin.devices.models import Device
from kaoqin.devices.protocols.hanvon.simulator import Simulator
from kaoqin.punches.models import Punch

SERIAL = "6710500000000013"


def sessions():
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()")
        return cursor.fetchone()[0]


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@pytest.fixture
def listen(company):
    """`listen(KAOQIN_…=…)` starts the process."""
    started = []

    def start(**world):
        told = {
            "DATABASE_URL": address_of(connection.settings_dict),
            "DJANGO_SETTINGS_MODULE": "kaoqin.config.settings",
        }
        process = subprocess.Popen(
            [sys.executable, "-m", "kaoqin", "listen"],
            env={**os.environ, **told, **world},
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()
        process.stderr.close()


def test_a_terminal_that_calls_is_heard_and_the_process_ends_when_told(company, listen):
    found = Device.objects.create(serial=SERIAL, protocol="hanvon", first_seen_at=make.NOW)
    actions.approve(found, company.site, by=make.ROOT, at=make.NOW)
    port = free_port()
    with Broker() as broker, Simulator(SERIAL) as unit:
        world = {"KAOQIN_HANVON_PORT": str(port), "KAOQIN_MQTT_HOST": "127.0.0.1", "KAOQIN_MQTT_PORT": str(broker.port)}
        process = listen(**world)
        until(lambda: process.poll() is not None or broker._broker._subscriptions)
        record = unit.press("00013", dt.datetime.now(dt.UTC))
        assert len(unit.push(port, record)) == 2
        with socket.create_connection(("127.0.0.1", port), 10):
            process.send_signal(signal.SIGTERM)
            assert process.wait(20) == 0
    assert Punch.objects.count() == 1
    assert process.stderr.read() == b""


def test_where_nothing_is_set_it_waits(listen):
    before = sessions()
    process = listen()
    until(lambda: sessions() > before)
    process.send_signal(signal.SIGTERM)
    assert process.wait(20) == 0


def test_a_port_that_is_taken_is_said_and_tried_again(listen):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        process = listen(KAOQIN_HANVON_PORT=str(taken.getsockname()[1]))
        assert b"port" in process.stderr.readline()
        assert process.poll() is None


def test_the_lines_are_those_of_the_settings():
    assert listening_of(read_settings({}))._broker is None
    told = {"KAOQIN_MQTT_HOST": "broker", "KAOQIN_MQTT_TLS": "1", "KAOQIN_MQTT_USER": "u", "KAOQIN_HANVON_PORT": "9920"}
    lines = listening_of(read_settings(told))
    assert (lines._broker.host, lines._broker.port, lines._broker.tls, lines._ports) == (
        "broker",
        1883,
        True,
        {"hanvon": 9920},
    )
