"""From a new terminal on the wall to a bridged outage: approved in the browser, a backlog, a rename, silence, a roll-call
and what the terminal had kept meanwhile."""

import datetime as dt

import pytest
from playwright.sync_api import expect
from plugged import Plugged, Visited, front_door

import make
from kaoqin.attendance.models import DayResult
from kaoqin.devices import alarms, http, placing
from kaoqin.devices.models import Device
from kaoqin.devices.protocols.hikvision.unit import HikvisionUnit
from kaoqin.devices.simulated import Habits, Person
from kaoqin.punches.models import Punch
from kaoqin.rollcall.models import RollCall
from visited import listening

NAMES = {"00013": "陈大白", "00012": "林小满"}
DAYS = 30
LONG_AGO = make.NOW - dt.timedelta(days=1)


@pytest.fixture
def terminal(request, committed, clock, monkeypatch):
    monkeypatch.setattr(http, "WRITE_SECONDS", 0)  # hours pass in seconds here, and signs of life with them
    return Plugged(request.param, "NEW0000001", NAMES, clock, make.NOW, backlog_days=DAYS)


@pytest.mark.parametrize("terminal", ["zk-att", "zk-acc"], indirect=True)
def test_a_terminal_from_its_first_call_to_its_first_outage(visit, company, live_server, terminal):
    administrator, hr, manager = visit("sun"), visit("he"), visit("wang", width=390)

    approve(administrator, live_server, terminal)
    terminal.until(lambda: terminal.unit.waiting == 0)
    pressed = [terminal.unit.memory.records[0].at[:10], len(terminal.unit.memory.records)]
    assert (Punch.objects.count(), pressed[0]) == (pressed[1], "2026-10-21")
    make.settle()
    day = DayResult.objects.get(employee=company.chen, date=make.day("11-19"))
    assert day.worked_minutes > 400

    keep_people(hr, live_server, terminal)
    rename(hr, live_server, company.chen, "陈小白")
    placing.place(terminal.at)
    terminal.until(lambda: terminal.name_of("00013") == "陈小白")

    terminal.unplugged(seconds=101)
    hr.goto(f"{live_server.url}/devices/")
    expect(hr.locator("tbody").get_by_text("失联", exact=True)).to_be_visible()
    alarms.watch(terminal.at, LONG_AGO)
    for number in range(30):
        make.employee(f"同事{number}", where=company.sales, there=company.site)
    call_the_roll(manager, live_server, "陈小白")
    make.settle()
    today = DayResult.objects.get(employee=company.chen, date=make.TODAY)
    assert today.first_in is not None

    terminal.press("00013", seconds_ago=90)
    terminal.press("00012", seconds_ago=80)
    terminal.until(lambda: terminal.unit.waiting == 0)
    terminal.lives(minutes=1)
    alarms.watch(terminal.at, LONG_AGO)
    hr.goto(f"{live_server.url}/rollcall/{RollCall.objects.get().pk}/")
    said = hr.inner_text("main")
    assert "一致 1" in said
    assert "未点到但有打卡 1" in said
    hr.goto(f"{live_server.url}/devices/")
    expect(hr.locator("tbody").get_by_text("在线", exact=True)).to_be_visible()


def test_a_hikvision_terminal_that_is_visited_and_pushes(visit, company, live_server, clock, monkeypatch):
    monkeypatch.setattr(alarms, "_started_at", LONG_AGO)
    administrator, hr, manager = visit("sun"), visit("he"), visit("wang", width=390)
    people = [Person(pin, name) for pin, name in NAMES.items()]
    habits = Habits(presses_per_second=0, backlog_days=DAYS)
    made = HikvisionUnit("DS-K1T671MG00000001", people, habits, 1, make.NOW.timestamp())
    with listening(made), front_door() as address:
        terminal = Visited(made, clock, make.NOW)
        add(administrator, live_server, made, address)
        terminal.lives(seconds=180)
        assert Punch.objects.count() == len(made.memory.records)
        make.settle()
        assert DayResult.objects.get(employee=company.chen, date=make.day("11-19")).worked_minutes > 400

        administrator.click("button:has-text('设置实时推送')")
        administrator.wait_for_selector("text=新的打卡会实时送来")
        terminal.press("00013")
        made.send_what_waits(terminal.at.timestamp())
        assert Punch.objects.filter(at__gte=make.NOW).count() == 1

        terminal.pull_the_plug()
        terminal.lives(seconds=120)
        hr.goto(f"{live_server.url}/devices/")
        expect(hr.locator("tbody").get_by_text("失联", exact=True)).to_be_visible()
        call_the_roll(manager, live_server, "林小满")
        terminal.press("00012", seconds_ago=60)
        terminal.plug_in()
        terminal.lives(seconds=180)
        hr.goto(f"{live_server.url}/rollcall/{RollCall.objects.get().pk}/")
        assert "一致 1" in hr.inner_text("main")
        hr.goto(f"{live_server.url}/devices/")
        expect(hr.locator("tbody").get_by_text("在线", exact=True)).to_be_visible()


def add(page, server, unit, here):
    """It does not call by itself: somebody says where it is, and approves it."""
    page.goto(f"{server.url}/devices/add/?protocol=hikvision")
    for name, value in {"serial": "G00000001", "address": "127.0.0.1", "port": str(unit.port), "server": here}.items():
        page.fill(f"[name={name}]", value)
    page.uncheck("[name=https]")
    page.fill("[name=user]", unit.user)
    page.fill("[name=password]", unit.password)
    page.click("main button.btn-primary")
    page.wait_for_selector("text=已添加")
    page.click("a:has-text('批准')")
    page.select_option("[name=site]", label="上海")
    page.click("main button.btn-primary")
    page.wait_for_selector("text=已启用")


def approve(page, server, terminal):
    """A stranger keeps its punches; the administrator finds it among those that wait."""
    terminal.lives(minutes=2)
    assert not Punch.objects.exists()
    page.goto(f"{server.url}/devices/pending/")
    expect(page.get_by_text("NEW0000001")).to_be_visible()
    page.check("input[name=chosen]")
    page.select_option("[name=site]", label="上海")
    page.click("button:has-text('批准勾选的')")
    page.wait_for_selector("text=已启用 1 台")


def keep_people(page, server, terminal):
    """The terminal is asked whom it knows; then its people are kept as they are here."""
    address = f"{server.url}/devices/{Device.objects.get().pk}/people/keep/"
    page.goto(address)
    page.click("button:has-text('读取机内人员')")
    page.wait_for_load_state()
    terminal.lives(minutes=1)
    page.goto(address)
    page.check("[name=adopt]")
    page.click("button:has-text('开始管理')")
    page.wait_for_selector("text=已开始管理此机人员")
    placing.place(terminal.at)
    terminal.lives(minutes=2)


def rename(page, server, employee, name):
    page.goto(f"{server.url}/people/{employee.pk}/details/")
    page.fill("[name=name]", name)
    page.click("main button.btn-primary")
    page.wait_for_url(f"{server.url}/people/{employee.pk}/")


def call_the_roll(page, server, name):
    """On the manager's phone: the site whose terminals are gone stands first; whoever is there is ticked."""
    page.goto(f"{server.url}/rollcall/")
    page.click("a:has-text('失联')")
    page.click(f"label:has-text('{name}')")
    button, tabs = (page.locator(one).bounding_box() for one in ("button:has-text('记下在场的人')", ".tab-bar"))
    assert button["y"] + button["height"] <= tabs["y"]  # the thumb reaches it however many there are
    page.click("button:has-text('记下在场的人')")
    page.wait_for_selector("text=已点到 1 人")
