"""The embedded PostgreSQL comes back after a power cut, and stops with the last one who leaves."""

import json
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

START = """
import os, signal, sys
from pathlib import Path
from kaoqin.core.database import start_embedded
import psycopg
url = start_embedded(Path(sys.argv[1]))
with psycopg.connect(url, autocommit=True) as db:
    db.execute("CREATE TABLE IF NOT EXISTS kept (n int)")
    db.execute("INSERT INTO kept VALUES (1)")
    print(db.execute("SELECT count(*) FROM kept").fetchone()[0], flush=True)
if sys.argv[2] == "cut":
    os.kill(os.getpid(), signal.SIGKILL)
"""


def start(folder, end):
    """Start the database in a process of its own; returns how often that was done before and now."""
    made = subprocess.run(
        [sys.executable, "-c", START, folder, end], check=False, capture_output=True, text=True, timeout=120
    )
    assert made.returncode == (-signal.SIGKILL if end == "cut" else 0), made.stderr
    return int(made.stdout)


def postmaster(folder):
    return int((folder / "postgres/postmaster.pid").read_text().split()[0])


@pytest.fixture
def folder():
    with tempfile.TemporaryDirectory(prefix="kq") as name:  # short, as the path of a socket must be
        yield Path(name)


def test_after_a_power_cut_it_starts_though_its_process_number_is_somebody_elses(folder):
    assert start(folder, "cut") == 1
    os.kill(postmaster(folder), signal.SIGKILL)
    lines = (folder / "postgres/postmaster.pid").read_text().splitlines()
    (folder / "postgres/postmaster.pid").write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n")
    assert start(folder, "leave") == 2
    assert not (folder / "postgres/postmaster.pid").exists()  # nobody was left to hold it
    assert json.loads((folder / "postgres/.handle_pids.json").read_text()) == []
