"""Terminals that are visited, as people use their pages."""

import pytest

import make
from kaoqin.core.models import JobRun
from kaoqin.devices import actions, rounds
from kaoqin.devices.models import Device
from kaoqin.devices.protocols.hikvision.simulator import Simulator
from kaoqin.punches.models import Punch

SERIAL = "G00000001"


@pytest.fixture
def unit():
    with Simulator(serial=f"DS-K1T671M20260101V030200EN{SERIAL}") as running:
        yield running


def told(unit, **other):
    link = {"address": "127.0.0.1", "port": unit.port, "user": unit.user, "password": unit.password, "zone": ""}
    return link | {"server": "http://127.0.0.1:8000", "protocol": "hikvision", "serial": SERIAL} | other


def test_a_terminal_is_added_approved_told_where_to_send_and_read(cast, enter, unit):
    sun = enter("sun")
    assert "/devices/add/" in sun.get("/devices/").content.decode()
    assert sun.get("/devices/add/").status_code == 200
    assert sun.post("/devices/add/", told(unit, serial="?")).status_code == 422
    assert sun.post("/devices/add/", told(unit)).status_code == 302
    device = Device.objects.get(serial=SERIAL)
    where = f"/devices/{device.pk}/"
    assert sun.post(f"{where}approve/", {"site": cast.site.pk, "name": "大门", "zone": ""}).status_code == 302
    assert sun.post(f"{where}link/subscribe/").status_code == 302
    assert unit.host["url"].endswith(device.options["token"])
    unit.press("00013", make.NOW)
    assert sun.post(f"{where}link/visit/").status_code == 302
    run = JobRun.objects.get(kind=rounds.VISIT)
    make.do_job(run.pk, {"device_id": device.pk})
    run.refresh_from_db()
    assert (run.state, run.result, Punch.objects.count()) == ("done", {"records": 1}, 1)
    page = sun.get(where).content.decode()
    assert "127.0.0.1" in page
    assert unit.password not in page
    assert "已校准" in sun.post(f"{where}link/clock/", follow=True).content.decode()


def test_what_goes_wrong_is_told_on_the_page(cast, enter, unit):
    sun = enter("sun")
    sun.post("/devices/add/", told(unit))
    device = Device.objects.get(serial=SERIAL)
    where = f"/devices/{device.pk}/"
    assert "只有已启用" in sun.post(f"{where}link/clock/", follow=True).content.decode()
    actions.approve(device, cast.site, by=make.ROOT, at=make.NOW)
    assert sun.post(f"{where}link/", told(unit, password="wrong")).status_code == 302
    assert "不接受" in sun.post(f"{where}link/clock/", follow=True).content.decode()
    unit.faults.forgets_url = True
    assert sun.post(f"{where}link/", told(unit)).status_code == 302
    assert "定时读取" in sun.post(f"{where}link/subscribe/", follow=True).content.decode()


def test_the_link_page_shows_where_to_send_and_no_password(cast, enter, unit):
    sun = enter("sun")
    sun.post("/devices/add/", told(unit))
    device = Device.objects.get(serial=SERIAL)
    page = sun.get(f"/devices/{device.pk}/link/").content.decode()
    assert f"http://127.0.0.1:8000/hikvision/{device.options['token']}" in page
    assert unit.password not in page
    assert device.options["password"] not in page
    assert sun.post(f"/devices/{device.pk}/link/", told(unit, address="a/b")).status_code == 422


def test_others_are_refused(cast, enter, unit):
    enter("sun").post("/devices/add/", told(unit))
    device = Device.objects.get(serial=SERIAL)
    chen = enter("chen")
    assert chen.get("/devices/add/").status_code == 403
    assert chen.get(f"/devices/{device.pk}/link/").status_code == 403
    for deed in ("visit", "clock", "subscribe"):
        assert chen.post(f"/devices/{device.pk}/link/{deed}/").status_code == 403
