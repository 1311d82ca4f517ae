"""A clock that stays wrong is set: by a visit, or by having the terminal greet anew; once an hour at most."""

import datetime as dt

import pytest

import make
from kaoqin.devices import clocks, links
from kaoqin.devices.models import Command, Heartbeat
from kaoqin.security.models import AuditEntry

HOUR = dt.timedelta(hours=1)


def feel(device, ahead, at=make.NOW):
    told = {"seen_at": at, "address": "10.0.0.9", "clock_ahead_seconds": ahead}
    Heartbeat.objects.update_or_create(device=device, defaults=told)


@pytest.mark.parametrize(("ahead", "told"), [(60, 0), (61, 1), (-60, 0), (-61, 1), (None, 0)])
def test_more_than_a_minute_is_too_much(terminal, ahead, told):
    feel(terminal.device(), ahead)
    assert clocks.set_right(make.NOW) == told
    assert list(Command.objects.values_list("wish", flat=True)) == ["call_again"] * told


@pytest.mark.parametrize(("minutes", "told"), [(10, 0), (9, 1)])
def test_a_terminal_that_is_silent_is_not_told(terminal, minutes, told):
    feel(terminal.device(), 90)
    assert clocks.set_right(make.NOW + dt.timedelta(minutes=minutes)) == told


def test_it_is_told_again_after_an_hour_and_a_punch_that_shows_it_still_wrong(terminal, clock):
    device, later = terminal.device(), make.NOW + HOUR
    feel(device, 90)
    assert clocks.set_right(make.NOW) == 1
    feel(device, 90, later)
    assert clocks.set_right(later) == 0
    clock(make.NOW + dt.timedelta(minutes=1))
    terminal.post("cdata", "00013\t2026-11-20 10:02:30\t0\t1\n", table="ATTLOG")
    feel(device, 90, later)
    assert clocks.set_right(later - dt.timedelta(seconds=1)) == 0
    assert clocks.set_right(later) == 1


def test_a_greeting_sets_the_clock_of_a_terminal_that_was_told(terminal, clock):
    device = terminal.device()
    feel(device, 90)
    clocks.set_right(make.NOW)
    terminal.desk.look_again()
    assert ":CHECK" in terminal.get("getrequest").text
    assert "Date" in terminal.get("cdata", options="all").headers


def test_a_terminal_that_is_visited_is_set_by_the_house_itself(terminal, monkeypatch):
    device, calls = terminal.device(), []
    device.protocol = "hikvision"
    device.save(update_fields=["protocol"])
    feel(device, -120)
    monkeypatch.setattr(links, "set_clock", lambda device, *, by, at: calls.append((device.pk, by.name)))
    assert clocks.set_right(make.NOW) == 1
    device.refresh_from_db()
    assert clocks.set_right(make.NOW + dt.timedelta(minutes=5)) == 0
    feel(device, -120, make.NOW + HOUR)
    assert clocks.set_right(make.NOW + HOUR) == 1
    assert calls == [(device.pk, "系统")] * 2


def test_what_the_house_told_is_on_record(terminal):
    feel(terminal.device(), 90)
    clocks.set_right(make.NOW)
    assert AuditEntry.objects.filter(action="devices.command", actor_name="系统").exists()
