"""The commands people type, run for real: serve with its worker, import, demo; and what runs every night."""

import contextlib
import datetime as dt
import http.client
import io
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.utils import timezone
from procrastinate.contrib.django import app

import make
from kaoqin.attendance.models import DayResult, MonthResult, Waiting
from kaoqin.core.models import JobRun
from kaoqin.field.models import PlanStop, Visit
from kaoqin.leave import queries as leave
from kaoqin.org.models import Employee
from kaoqin.overtime import queries as overtime
from kaoqin.punches.ledger import Press, take
from kaoqin.punches.models import Punch
from kaoqin.punches.words import Source
from kaoqin.scheduling.models import CalendarYear, RosterChange, RosterDay
from kaoqin.security.models import Account, AuditEntry
from kaoqin.web.demo import companies
from kaoqin.web.management.commands import serve

SOURCES = Path(serve.__file__).parents[4]
WITHIN = 60


def environment(**told):
    """A process of its own, on this test's database, as an installation would run it."""
    of = connection.settings_dict
    query = f"?host={of['HOST']}" + (f"&port={of['PORT']}" if of["PORT"] else "")
    url = f"postgresql://{of['USER']}:{of['PASSWORD']}@/{of['NAME']}{query}"
    ours = {"DATABASE_URL": url, "KAOQIN_DATA_DIR": str(settings.DATA_DIR), "PYTHONPATH": str(SOURCES)}
    return {**os.environ, **ours, "DJANGO_SETTINGS_MODULE": "kaoqin.config.settings", **told}


def kaoqin(*words, **told):
    command = [sys.executable, "-m", "kaoqin", *map(str, words)]
    return subprocess.run(command, env=environment(**told), capture_output=True, text=True, check=False, timeout=WITHIN)


def until(condition):
    """Wait for something to become so; gives what it then is."""
    deadline = time.monotonic() + WITHIN
    while not (found := condition()):
        assert time.monotonic() < deadline, "it did not become so"
        threading.Event().wait(0.05)
    return found


@contextlib.contextmanager
def served():
    """`kaoqin serve` on a free port; gives the port and the process once it says that it is up."""
    with contextlib.closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "kaoqin", "serve"],
        env=environment(KAOQIN_PORT=str(port)),
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        lines = iter(process.stdout.readline, "")
        assert any("考勤已启动" in line for line in lines), "serve ended without being up"
        yield port, process
    finally:
        process.terminate()  # of which its children learn, as they would not of a kill
        process.wait(timeout=WITHIN)
        process.stdout.close()


@pytest.fixture
def anna(committed, clock):
    """Somebody with a day shift yesterday, as of the real clock: another process knows no other."""
    clock(dt.datetime.now(dt.UTC))
    since = dt.date.today() - 40 * make.DAY  # noqa: DTZ011 - only a day well before
    for year in {since.year, since.year + 1}:
        CalendarYear.objects.get_or_create(calendar=make.calendar(), year=year)
    group = make.group(make.weekdays(make.shift(since=since)), since=since, follows_calendar=False)
    anna = make.employee("安娜", hired_on=since, no="A1", where=make.department(since=since))
    make.join(group, anna, since=since)
    make.settle()
    return anna


def last_workday(employee):
    rows = RosterDay.objects.filter(employee=employee, shift__isnull=False, date__lt=dt.date.today())  # noqa: DTZ011
    return rows.latest("date").date


def punch_in_and_out(employee, day):
    times = [dt.datetime.combine(day, dt.time(hour)) for hour in (9, 18)]
    presses = [Press(employee.number, time, "Asia/Shanghai") for time in times]
    take(presses, source=Source.TERMINAL, by=make.ROOT, at=timezone.now())


def page(port, path, browser):
    told = {"Cookie": f"sessionid={browser.cookies['sessionid'].value}"}
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=WITHIN)) as asked:
        asked.request("GET", path, headers=told)
        return asked.getresponse().read().decode()


def test_serve_settles_a_punch_shows_it_and_stops_cleanly(anna, client):
    client.force_login(make.account("anna", employee=anna))
    day = last_workday(anna)
    with served() as (port, process):
        punch_in_and_out(anna, day)
        assert until(lambda: DayResult.objects.filter(employee=anna, date=day, worked_minutes=480).first())
        shown = page(port, f"/attendance/people/{anna.pk}/{day}/", client)
        assert "安娜" in shown
        assert "8 小时" in shown
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=WITHIN) == 0
    with pytest.raises(ConnectionRefusedError):
        page(port, "/health/", client)


def test_serve_says_which_port_is_taken(capsys):
    with contextlib.closing(socket.socket()) as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(CommandError, match=rf"端口 127\.0\.0\.1:{port} 无法使用.*KAOQIN_PORT"):
            serve.Command()._refuse_taken("127.0.0.1", port)


@pytest.mark.parametrize("database", ["", "postgresql://x@127.0.0.1:1/x"])
def test_a_data_folder_that_cannot_be_is_said_without_a_stack_trace(db, tmp_path, database):
    (tmp_path / "file").touch()
    done = kaoqin("serve", DATABASE_URL=database, KAOQIN_DATA_DIR=str(tmp_path / "file" / "data"))
    assert done.returncode == 2
    assert f"请检查数据目录 {tmp_path}/file/data 是否可写" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_database_that_is_away_is_said_without_a_stack_trace(db):
    done = kaoqin("serve", DATABASE_URL="postgresql://x@127.0.0.1:1/x")
    assert done.returncode == 2
    assert "请检查 DATABASE_URL" in done.stderr
    assert "Traceback" not in done.stderr


def test_import_takes_a_file_once_and_settles_it(anna, tmp_path):
    day = last_workday(anna)
    path = tmp_path / "1_attlog.dat"
    path.write_text(f"       A1\t{day} 08:57:00\t1\t0\t1\t0\r\n       A1\t{day} 18:02:00\t1\t1\t1\t0\r\n")
    looked = kaoqin("import", path, "--preview")
    assert (looked.returncode, Punch.objects.count()) == (0, 0), looked.stderr
    done = kaoqin("import", path)
    assert done.returncode == 0, done.stderr
    assert "新增 2 条,已有 0 条" in done.stdout
    assert DayResult.objects.get(employee=anna, date=day).worked_minutes == 480
    assert "已经导入过了" in kaoqin("import", path).stdout
    assert Punch.objects.count() == 2


def test_import_says_what_it_cannot_read(db, tmp_path):
    with pytest.raises(CommandError, match="没有文件"):
        call_command("import", str(tmp_path / "none.dat"))
    empty = tmp_path / "empty.dat"
    empty.write_bytes(b"  ")
    with pytest.raises(CommandError, match="文件是空的"):
        call_command("import", str(empty))


@pytest.fixture
def small(monkeypatch):
    """The plant with a few people in each workshop; the sales firm as it is."""
    few = tuple((*shop[:3], min(shop[3], 12), *shop[4:]) for shop in companies._WORKSHOPS)
    monkeypatch.setattr(companies, "_WORKSHOPS", few)


def story():
    """What the demo told, without database numbers."""
    people = list(Employee.objects.order_by("number").values_list("number", "name", "hired_on", "left_on"))
    rows = Punch.objects.values_list("person_key", "device_time", "origin", "place")
    punches = sorted(
        (key, time, re.sub(r"^(phone|kiosk)-\d+$", r"\1", origin), place) for key, time, origin, place in rows
    )
    visits = Visit.objects.order_by("employee__number", "started_at")
    told = visits.values_list("employee__number", "customer__code", "started_at", "ended_at", "verdict", "answers")
    plans = PlanStop.objects.order_by("date", "employee__number", "place")
    return (
        people,
        punches,
        list(told),
        list(plans.values_list("date", "employee__number", "customer__code", "time")),
    )


def test_the_demo_is_two_companies_with_their_mishaps_and_settled(db, small, capsys):
    call_command("demo")
    assert DayResult.objects.filter(late_minutes__gt=0).exists()
    assert MonthResult.objects.exists()
    assert not Waiting.objects.exists()
    endings = set(Visit.objects.values_list("ending", flat=True))
    assert {"checked_out", "next", "midnight"} <= endings
    assert Visit.objects.filter(verdict="outside").exists()
    assert Punch.objects.filter(device_time__year=2000).exists()
    assert Punch.objects.filter(employee=None).exists()
    swap = RosterChange.objects.filter(title__startswith="换班").first()
    (one, day, shift, _), (other, _, others_shift, _) = swap.before
    now = dict(RosterDay.objects.filter(employee__in=[one, other], date=day).values_list("employee", "shift"))
    assert now == {one: others_shift, other: shift}
    assert AuditEntry.objects.filter(action="org.hire").count() == Employee.objects.count()
    call_command("demo", "--accounts")
    assert "Demo-2026" in capsys.readouterr().out
    call_command("demo", "--if-empty")
    call_command("demo")
    assert "已有数据" in capsys.readouterr().err


def test_balances_of_the_demos_people_are_those_the_guide_reckons_by_hand(db, small, clock):
    """On the day of docs/guide/leave.md and overtime.md: days of leave, and hours of comp time."""
    clock(dt.datetime(2026, 11, 22, 4, 0, tzinfo=dt.UTC))
    call_command("demo", stdout=io.StringIO())
    today = dt.date(2026, 11, 22)

    def days(number, kind):
        return leave.explain(Employee.objects.get(number=number).pk, kind, today).left / 480

    def hours(number):
        return overtime.balance(Employee.objects.get(number=number).pk, today).left / 60

    assert {number: days(number, "annual") for number in ("YC00012", "YC00013", "00155", "00003", "00005")} == {
        "YC00012": 6, "YC00013": 12, "00155": 3, "00003": 7, "00005": 8,
    }  # fmt: skip
    kinds = {"paternity": 10, "parental": 5, "company_annual": 3}
    assert {kind: days("YC00012", kind) for kind in kinds} == kinds
    assert (days("00003", "maternity"), days("00005", "company_annual")) == (98, 2)
    assert {number: hours(number) for number in ("00155", "YC00001", "YC00012")} == {
        "00155": 8, "YC00001": 16, "YC00012": 0,
    }  # fmt: skip


def test_the_demo_is_the_same_every_time(db, small):
    with transaction.atomic():
        call_command("demo")
        before = story()
        transaction.set_rollback(True)
    assert not Account.objects.exists()
    call_command("demo")
    assert story() == before


def nightly(name):
    """What the worker does at the hour of a periodic task."""
    found = {key[0]: told for key, told in app.periodic_registry.periodic_tasks.items()}
    return found[name].task.func


def stamp(moment):
    return int(moment.timestamp())


def test_every_night_yesterday_becomes_final_and_today_begins(cast):
    make.settle()
    nightly("attendance.close_the_day")(stamp(make.NOW + make.DAY))
    spans = {row.employee_id: (row.first, row.last) for row in Waiting.objects.all()}
    assert spans[cast.chen.pk] == (make.TODAY, make.TODAY + make.DAY)


def test_every_night_fixed_weeks_are_laid_62_days_ahead(cast):
    RosterDay.objects.all().delete()
    nightly("scheduling.lay_weeks")(stamp(make.NOW))
    laid = RosterDay.objects.filter(employee=cast.chen).order_by("date").values_list("date", flat=True)
    assert (laid[0], laid[len(laid) - 1]) == (make.TODAY, make.TODAY + 62 * make.DAY)


def test_every_night_jobs_of_eight_days_ago_go(db):
    for days in (7, 8):
        JobRun.objects.create(kind="x", title="x", asked_at=make.NOW, ended_at=make.NOW - days * make.DAY)
    nightly("kaoqin.clean_up")(stamp(make.NOW))
    assert [run.ended_at for run in JobRun.objects.all()] == [make.NOW - 7 * make.DAY]


def test_the_worker_knows_every_nightly_task_and_its_hour():
    crons = {key[0]: told.cron for key, told in app.periodic_registry.periodic_tasks.items()}
    ours = {
        "attendance.close_the_day": "30 16 * * *",
        "scheduling.lay_weeks": "7 2 * * *",
        "kaoqin.clean_up": "17 3 * * *",
    }
    assert ours.items() <= crons.items()
