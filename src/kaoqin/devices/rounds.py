"""Rounds: every few minutes each terminal that is visited is asked for what it may not have sent."""

import datetime as dt
import logging
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext
from procrastinate.contrib.django import app

from kaoqin.core.jobs import Progress, work
from kaoqin.core.words import Refusal
from kaoqin.devices import arrival, fleet, links
from kaoqin.devices.models import Device
from kaoqin.devices.protocols import VISITORS
from kaoqin.devices.words import DeviceState

log = logging.getLogger(__name__)
VISIT = "devices.visit"


@app.periodic(cron="*/3 * * * *")
@app.task(name="devices.go_round", lock="devices.go_round", queueing_lock="devices.go_round")
def go_round(timestamp: int) -> None:
    """Every three minutes: visit all that can be reached; one that fails does not keep the others waiting."""
    for device in Device.objects.filter(state=DeviceState.APPROVED, protocol__in=VISITORS, options__has_key="address"):
        visit_once(device, timezone.now())


def visit_once(device: Device, at: dt.datetime) -> None:
    """Visit one; what went wrong is told on its page, and is gone there after the next good visit."""
    told = ""
    try:
        links.visit(device, at=at)
    except Refusal as refusal:
        told = refusal.sentence
    except arrival.NotApproved:
        log.info("terminal %s was retired during a visit", device.serial)
    except Exception:
        log.exception("the visit of terminal %s failed", device.serial)
        told = gettext("访问时出现意外错误,已记入日志。")
    fleet.learn(device.serial, {"visit_fault": told})


@work(VISIT)
def visit_now(run: Progress, device_id: int) -> dict[str, Any]:
    """A visit that a person asked for."""
    return {"records": links.visit(Device.objects.get(pk=device_id), at=timezone.now())}
