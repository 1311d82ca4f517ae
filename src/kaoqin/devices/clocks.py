"""Terminals whose clock stays wrong: one that is visited is set, one that calls is told to greet anew, for the answer
carries the time."""

import datetime as dt
import logging

from django.db.models import Q
from django.utils import timezone
from procrastinate.contrib.django import app

from kaoqin.core.words import Refusal
from kaoqin.devices import actions, fleet, links
from kaoqin.devices.health import DRIFT_SECONDS
from kaoqin.devices.models import Command, Device, RawUpload
from kaoqin.devices.protocols import VISITORS
from kaoqin.devices.wire import CallAgain
from kaoqin.devices.words import DeviceState, Wish
from kaoqin.security.doors import SYSTEM

log = logging.getLogger(__name__)
LATELY = dt.timedelta(minutes=10)
HOUR = dt.timedelta(hours=1)
SET = "clock_set_at"


@app.periodic(cron="*/5 * * * *")
@app.task(name="devices.keep_clocks", lock="devices.keep_clocks", queueing_lock="devices.keep_clocks")
def keep_clocks(timestamp: int) -> None:
    """Every five minutes."""
    set_right(timezone.now())


def set_right(at: dt.datetime) -> int:
    """Every terminal that was heard lately and is more than a minute off is told the time, once an hour at most;
    returns how many were."""
    ahead = Q(heartbeat__clock_ahead_seconds__gt=DRIFT_SECONDS)
    behind = Q(heartbeat__clock_ahead_seconds__lt=-DRIFT_SECONDS)
    approved = Device.objects.filter(state=DeviceState.APPROVED, heartbeat__seen_at__gt=at - LATELY)
    return sum(_tell_time(device, at) for device in approved.filter(ahead | behind).select_related("heartbeat"))


def _tell_time(device: Device, at: dt.datetime) -> bool:
    try:
        return _set(device, at) if device.protocol in VISITORS else _call_again(device, at)
    except Refusal as refusal:
        log.info("the clock of terminal %s was not set: %s", device.serial, refusal)
        return False


def _set(device: Device, at: dt.datetime) -> bool:
    last = device.facts.get(SET, "")
    if last and dt.datetime.fromisoformat(last) > at - HOUR:
        return False
    fleet.learn(device.serial, {SET: at.isoformat(timespec="seconds")})
    links.set_clock(device, by=SYSTEM, at=at)
    return True


def _call_again(device: Device, at: dt.datetime) -> bool:
    """A terminal that was told already is told again only when it has sent a punch since: before, nobody knows."""
    told = Command.objects.filter(device=device, wish=Wish.CALL_AGAIN).order_by("-pk").first()
    if told and (told.asked_at > at - HOUR or not _punched_since(device, told.asked_at)):
        return False
    actions.enqueue(device, CallAgain(), by=SYSTEM, at=at)
    return True


def _punched_since(device: Device, at: dt.datetime) -> bool:
    return RawUpload.objects.filter(device=device, reading_count__gt=0, received_at__gt=at).exists()
