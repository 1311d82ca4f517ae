"""Rounds: terminals that are visited are looked at every 40 seconds where they are not heard, and asked for everything
each third minute.

Done side by side, by the process that keeps lines open: neither a terminal that is not there nor work that waits in the
queue makes the others look silent.
"""

import datetime as dt
import logging
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import connections
from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.translation import gettext

from kaoqin.core.jobs import Progress, work
from kaoqin.core.words import Refusal
from kaoqin.devices import alerting, arrival, fleet, links
from kaoqin.devices.models import Device
from kaoqin.devices.protocols import VISITORS
from kaoqin.devices.words import DeviceState

log = logging.getLogger(__name__)
VISIT = "devices.visit"
HEARD = dt.timedelta(seconds=30)
SIDE_BY_SIDE = 12
LOOK_SECONDS, VISIT_SECONDS, WATCH_SECONDS = 40.0, 180.0, 10.0


def look_round() -> None:
    """Look at those that were not heard for 30 seconds."""
    heard = timezone.now() - HEARD
    _side_by_side(look_once, _visited().exclude(heartbeat__seen_at__gt=heard))


def visit_round() -> None:
    """Visit all that can be reached."""
    _side_by_side(visit_once, _visited())


ROUNDS: Mapping[Callable[[], None], float] = {
    look_round: LOOK_SECONDS,
    visit_round: VISIT_SECONDS,
    alerting.watch_now: WATCH_SECONDS,
}
"""What is done every so many seconds; one that is gone is an alarm though long work fills the queue."""


def _visited() -> QuerySet[Device]:
    """Terminals that are visited, those heard last at the head: one that is gone for long keeps nobody waiting."""
    known = Device.objects.filter(state=DeviceState.APPROVED, protocol__in=VISITORS, options__has_key="address")
    return known.order_by(F("heartbeat__seen_at").desc(nulls_last=True), "pk")


def _side_by_side(do: Callable[[Device, dt.datetime], None], devices: Iterable[Device]) -> None:
    def one(device: Device) -> None:
        try:
            do(device, timezone.now())
        finally:
            connections.close_all()

    with ThreadPoolExecutor(SIDE_BY_SIDE, "rounds") as threads:
        for done in [threads.submit(one, device) for device in devices]:
            done.result()


def look_once(device: Device, at: dt.datetime) -> None:
    """Look at one; what went wrong is told on its page until the next good visit."""
    if told := _fault(device, links.look, at):
        fleet.learn(device.serial, {"visit_fault": told})


def visit_once(device: Device, at: dt.datetime) -> None:
    """Visit one; what went wrong is told on its page, and is gone there after the next good visit."""
    told = _fault(device, links.visit, at)
    if told is not None:
        fleet.learn(device.serial, {"visit_fault": told})


def _fault(device: Device, do: Callable[..., object], at: dt.datetime) -> str | None:
    """What went wrong, in a sentence; None where that is nobody's fault."""
    try:
        do(device, at=at)
    except Refusal as refusal:
        return None if refusal.code == links.VISITED_NOW else refusal.sentence
    except arrival.NotApproved:
        log.info("terminal %s was retired during a visit", device.serial)
    except Exception:
        log.exception("terminal %s could not be reached", device.serial)
        return gettext("访问时出现意外错误,已记入日志。")
    return ""


@work(VISIT)
def visit_now(run: Progress, device_id: int) -> dict[str, Any]:
    """A visit that a person asked for."""
    return {"records": links.visit(Device.objects.get(pk=device_id), at=timezone.now())}
