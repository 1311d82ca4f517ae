"""A worker dies in the middle, by SIGKILL: what it was doing is done once more, nothing twice and nothing left out."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from procrastinate.contrib.django.models import ProcrastinateJob

import make
from kaoqin.attendance import closing
from kaoqin.attendance.models import ClosedMonth, DayResult, Waiting
from kaoqin.attendance.scopes import Scope
from kaoqin.core import jobs
from kaoqin.core.jobs import resume, work

OCTOBER = make.day("10-01")
SOURCES = Path(jobs.__file__).parents[2]


def worker(dies_at=""):
    """Run a worker on this test's database until the queue is empty, or until it dies; gives its exit code."""
    of = connection.settings_dict
    query = f"?host={of['HOST']}" + (f"&port={of['PORT']}" if of["PORT"] else "")
    told = {"DATABASE_URL": f"postgresql://{of['USER']}:{of['PASSWORD']}@/{of['NAME']}{query}"}
    told |= {"KAOQIN_DATA_DIR": str(settings.DATA_DIR), "PYTHONPATH": str(SOURCES)}
    told |= {"DJANGO_SETTINGS_MODULE": "kaoqin.config.settings"}
    script = Path(__file__).with_name("killed_worker.py")
    command = [sys.executable, str(script), make.NOW.isoformat(), *([dies_at] if dies_at else [])]
    return subprocess.run(command, env={**os.environ, **told}, check=False, timeout=60, capture_output=True).returncode


def go_on():
    """The queue notices that its worker is gone (its heart has not beaten for long), and another one comes."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 hour'")
    resume.defer(timestamp=0)
    assert worker() == 0
    assert not ProcrastinateJob.objects.filter(status="doing").exists()


@pytest.fixture
def october(company):
    """Chen worked two days of October; everything is settled, and nothing is in the queue."""
    make.punch(company.chen, "10-12 09:00", "10-12 18:00", "10-13 09:20", "10-13 18:00")
    make.settle()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")
    return company


def test_closing_goes_on_where_its_worker_was_killed(october):
    run = closing.close(Scope(OCTOBER), by=make.ROOT, at=make.NOW)
    assert worker("close") == -signal.SIGKILL
    run.refresh_from_db()
    assert (run.state, ClosedMonth.objects.count()) == ("running", 1)
    first = ClosedMonth.objects.values_list("pk", "employee", "closed_at", "digest").get()
    go_on()
    run.refresh_from_db()
    assert (run.state, run.done, run.result["said"]) == ("done", 5, "已月结 5 人。")
    assert first in ClosedMonth.objects.values_list("pk", "employee", "closed_at", "digest")
    assert ClosedMonth.objects.values("employee").distinct().count() == ClosedMonth.objects.count() == 5


def test_settling_goes_on_after_its_worker_was_killed(october):
    make.punch(october.chen, "10-14 09:00", "10-14 18:00")
    make.punch(october.wang, "10-14 09:00", "10-14 18:00")
    assert worker("settle") == -signal.SIGKILL
    assert Waiting.objects.count() == 1
    make.punch(october.he, "10-14 09:00", "10-14 18:00")  # the same is asked for again, and waits behind the dead one
    go_on()
    assert not Waiting.objects.exists()
    came = DayResult.objects.filter(date=make.day("10-14"), status="normal")
    assert set(came.values_list("employee", flat=True)) == {october.chen.pk, october.wang.pk, october.he.pk}


@work("tests.only_once")
def _only_once(progress):
    return {}


def test_a_run_that_cannot_go_on_is_told_to_have_ended(october):
    run = jobs.ask("tests.only_once", "一次", account_id=None, at=make.NOW)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing' WHERE task_name = 'kaoqin.job'")
    go_on()
    run.refresh_from_db()
    assert (run.state, run.told) == ("failed", "执行它的进程中断了,没有做完。请重新发起。")
