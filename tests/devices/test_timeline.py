"""One row of all that happened with a terminal: from every source, in order, no entry twice and none left out."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

import make
from kaoqin.devices import actions, timeline
from kaoqin.devices.models import Command, DeviceAlarm
from kaoqin.devices.timeline_views import say_mark
from kaoqin.devices.wire import TellState
from kaoqin.devices.words import Happening
from terminals import lines

MINUTE = dt.timedelta(minutes=1)
TAMPERED = "OPLOG 21\t8\t2026-11-20 09:00:05\t0\t0\t0\t0\n"
STARTED = "OPLOG 0\t0\t2026-11-20 08:00:00\t0\t0\t0\t0\n"


@pytest.fixture
def lived(terminal, clock):
    """A terminal with a history of half an hour: approved at ten, a bad line at 10:05, a clock set at 10:10, a command
    at 10:15, silent from 10:20 to 10:25."""
    device = terminal.device()
    clock(make.NOW + 5 * MINUTE)
    terminal.post("cdata", lines("11-20 10:00:00") + "nonsense\n", table="ATTLOG")
    clock(make.NOW + 10 * MINUTE)
    terminal.post("cdata", STARTED + TAMPERED, table="OPERLOG")
    actions.enqueue(device, TellState(), by=make.ROOT, at=make.NOW + 15 * MINUTE)
    raised, cleared = make.NOW + 20 * MINUTE, make.NOW + 25 * MINUTE
    DeviceAlarm.objects.create(kind="silent", device=device, site=device.site, raised_at=raised, cleared_at=cleared)
    return device


def told(device, kind=None):
    return [one.said for one in timeline.entries(device, kind, seen_by=make.ROOT)[0]]


def test_everything_in_one_row_the_newest_first(lived):
    assert told(lived) == [
        "恢复:失联",
        "告警:失联",
        "读取设备信息",
        "设置时间",
        "开机",
        f"批准考勤机 {lived.serial},地点 上海",
        "上传 2 次",
    ]


KINDS = {
    Happening.UPLOAD: ["上传 2 次"],
    Happening.BAD_LINES: ["上传 2 次"],
    Happening.OPERATION: ["设置时间", "开机"],
    Happening.TAMPERING: ["设置时间"],
    Happening.COMMAND: ["读取设备信息"],
    Happening.ALARM: ["恢复:失联", "告警:失联"],
    Happening.DECISION: ["批准考勤机 0316144680030,地点 上海"],
}


@pytest.mark.parametrize("kind", Happening)
def test_one_kind_alone(lived, kind):
    assert told(lived, kind) == KINDS[kind]


def test_an_hour_of_uploads_is_one_entry_with_their_sum(lived):
    (entry,) = timeline.entries(lived, Happening.UPLOAD, seen_by=make.ROOT)[0]
    assert (entry.detail, entry.tone, entry.hourly) == ("打卡 1 条 · 新增 1 · 问题行 1", "yellow", True)
    assert entry.mark.when == make.NOW


@pytest.mark.parametrize("most", range(1, 9))
def test_page_after_page_nothing_is_left_out_or_told_twice(lived, most):
    whole = timeline.entries(lived, None, seen_by=make.ROOT)[0]
    found, before = [], None
    while True:
        page, before = timeline.entries(lived, None, seen_by=make.ROOT, before=before, most=most)
        found += page
        if before is None:
            break
    assert found == whole


def test_of_one_moment_too(terminal):
    device = terminal.device()
    for kind in ("silent", "clock", "memory"):
        facts = {"seconds": 1, "percent": 90}
        told = {"device": device, "site": device.site, "facts": facts, "raised_at": make.NOW, "cleared_at": make.NOW}
        DeviceAlarm.objects.create(kind=kind, **told)
    whole = timeline.entries(device, None, seen_by=make.ROOT)[0]
    first, before = timeline.entries(device, None, seen_by=make.ROOT, most=2)
    rest, _ = timeline.entries(device, None, seen_by=make.ROOT, before=before)
    assert first + rest == whole
    assert len(whole) == 7


def test_people_sent_to_a_terminal_are_one_entry_an_hour(terminal):
    told = {"device": terminal.device(), "wish": "put_person", "phrase": "", "asked_at": make.NOW}
    for state in ("done", "done", "failed", "waiting"):
        Command.objects.create(state=state, target="7", **told)
    (entry,) = timeline.entries(terminal.device(), Happening.COMMAND, seen_by=make.ROOT)[0]
    assert (entry.said, entry.detail, entry.tone) == ("下发人员", "等待 1 · 完成 2 · 失败 1", "red")


@pytest.mark.parametrize(
    ("state", "code", "tries", "said"),
    [
        ("done", 0, 1, "已完成 · 系统"),
        ("failed", None, 5, "失败:下发 5 次没有回音 · 系统"),
        ("failed", None, 0, "失败 · 系统"),
        ("failed", -1, 1, "失败:考勤机返回代码 -1 · 系统"),
    ],
)
def test_a_command_says_what_became_of_it(terminal, state, code, tries, said):
    told = {"device": terminal.device(), "wish": "restart", "phrase": "", "asked_at": make.NOW}
    Command.objects.create(**told, state=state, result_code=code, tries=tries)
    (entry,) = timeline.entries(terminal.device(), Happening.COMMAND, seen_by=make.ROOT)[0]
    assert entry.detail == said


def test_an_alarm_of_the_whole_site_stands_in_the_history_of_its_terminals(terminal):
    device = terminal.device()
    DeviceAlarm.objects.create(kind="site_out", site=device.site, facts={"count": 4}, raised_at=make.NOW)
    assert told(device, Happening.ALARM) == ["告警:整个地点失联"]


def test_the_questions_do_not_grow_with_the_past(lived):
    def asked():
        with CaptureQueriesContext(connection) as questions:
            timeline.entries(lived, None, seen_by=make.ROOT)
        return len(questions)

    few = asked()
    for n in range(30):
        raised = make.NOW - n * MINUTE
        DeviceAlarm.objects.create(
            kind="clock", device=lived, facts={"seconds": n}, raised_at=raised, cleared_at=raised
        )
    assert asked() == few == 8


def test_the_page_turns_and_narrows(lived, enter):
    he, where = enter("he"), f"/devices/{lived.pk}/timeline/"
    page = he.get(where).content.decode()
    assert "设置时间" in page
    assert "/devices/lines/?device=" in page
    assert "开机" not in he.get(f"{where}?kind=tampering").content.decode()
    _, before = timeline.entries(lived, None, seen_by=make.ROOT, most=3)
    later = he.get(where, {"before": say_mark(before)}).content.decode()
    assert ("恢复:失联" in later, "批准考勤机" in later, "最新" in later) == (False, True, True)
    assert he.get(f"{where}?before=x").status_code == 409
    assert "全部经过" in he.get(f"/devices/{lived.pk}/").content.decode()


def test_an_administrator_is_not_sent_to_lines_they_may_not_see(lived, enter):
    assert "/devices/lines/" not in enter("sun").get(f"/devices/{lived.pk}/timeline/").content.decode()
