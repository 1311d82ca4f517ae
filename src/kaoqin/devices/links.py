"""Terminals that are visited at their own address: how they are reached, and what is done on a visit.

The log-in is kept sealed. Some terminals lock us out after five wrong log-ins, so after two nothing is tried until a
person has set the link anew.
"""

import contextlib
import datetime as dt
import re
import secrets
import time
import zoneinfo
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TypeVar
from urllib.parse import urlsplit

from django.db import transaction
from django.utils.translation import gettext

from kaoqin.core.sealed import seal, unseal
from kaoqin.core.sentences import Sentence
from kaoqin.core.words import Refusal
from kaoqin.devices import arrival, fleet, lines, queue
from kaoqin.devices.catching_up import ReadSoFar
from kaoqin.devices.marks import mark_device
from kaoqin.devices.models import Device
from kaoqin.devices.protocols import VISITORS, manner_of
from kaoqin.devices.taking import MOST_SECONDS
from kaoqin.devices.wire import (
    CameShort,
    CommandResult,
    Link,
    Manner,
    Page,
    Terminal,
    VisitFailed,
    Visitor,
    WrongLogin,
)
from kaoqin.devices.words import APPROVE_DEVICES, COMMAND_DEVICES
from kaoqin.security.audit import record
from kaoqin.security.doors import require
from kaoqin.security.words import Actor

MOST_WRONG_LOGINS = 2
VISITED_NOW = "devices.visited_now"
PULSE_SECONDS = 20.0
DAY = dt.timedelta(days=1)
Made = TypeVar("Made")
_SERIAL = re.compile(r"[A-Za-z0-9_-]{4,32}", re.ASCII)
_HOST = re.compile(r"[A-Za-z0-9._:-]{1,200}", re.ASCII)
_COMM_KEY = re.compile(r"[0-9]{1,8}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Settings:
    """What people say of a link; `password` empty leaves the one that is kept. `server`: our address as it calls us.
    `transport` empty: the usual one."""

    address: str
    port: int
    https: bool
    user: str
    password: str
    server: str
    zone: str = ""
    transport: str = ""


@transaction.atomic
def add(protocol: str, serial: str, settings: Settings, *, by: Actor, at: dt.datetime) -> Device:
    """A terminal that does not call before it is told to: it waits for approval like any other."""
    require(by, APPROVE_DEVICES, everywhere=True)
    if protocol not in VISITORS or not _SERIAL.fullmatch(serial):
        raise Refusal("devices.no_serial", gettext("序列号应为 4 到 32 位字母、数字、- 或 _。"), "serial")
    if Device.objects.filter(serial=serial).exists():
        raise Refusal(
            "devices.known_serial", gettext("已有序列号为 {serial} 的考勤机。").format(serial=serial), "serial"
        )
    options = {"token": secrets.token_hex(16)}
    device = Device.objects.create(serial=serial, protocol=protocol, first_seen_at=at, options=options)
    record(by, "devices.added", device, Sentence("添加考勤机 {serial}", serial=serial), at=at)
    save(device, settings, by=by, at=at)
    return device


@transaction.atomic
def save(device: Device, settings: Settings, *, by: Actor, at: dt.datetime) -> None:
    """How a terminal is reached. Forgets how often a log-in was refused."""
    require(by, APPROVE_DEVICES, everywhere=True)
    _check(settings, manner_of(device.protocol))
    kept = Device.objects.select_for_update().get(pk=device.pk).options
    told = {
        "address": settings.address,
        "port": str(settings.port),
        "https": "1" if settings.https else "",
        "user": settings.user,
        "password": seal(settings.password) if settings.password else kept.get("password", ""),
        "server": settings.server,
        "transport": settings.transport,
        "wrong_logins": "",
    }
    device.options = {name: value for name, value in {**kept, **told}.items() if value}
    device.zone = settings.zone
    device.save(update_fields=["options", "zone"])
    said = Sentence("考勤机 {serial} 的连接设为 {address}", serial=device.serial, address=settings.address)
    record(by, "devices.link", device, said, at=at)


def _check(settings: Settings, manner: Manner) -> None:
    """Refuse what a link to a terminal of this manner cannot be."""
    if not _HOST.fullmatch(settings.address):
        raise Refusal("devices.bad_address", gettext("地址应为 IP 或域名,例如 192.168.1.64。"), "address")
    if settings.zone and settings.zone not in zoneinfo.available_timezones():
        raise Refusal("devices.no_timezone", gettext("没有时区 {zone}。").format(zone=settings.zone), "zone")
    if settings.transport and settings.transport not in manner.transports:
        raise Refusal("devices.bad_transport", gettext("这种考勤机不能用这种传输方式。"), "transport")
    if not manner.user and settings.password and not _COMM_KEY.fullmatch(settings.password):
        raise Refusal("devices.bad_comm_key", gettext("通信密码应为 1 到 8 位数字;没有设置时填 0。"), "password")
    parts = urlsplit(settings.server)
    if manner.subscribes and (parts.scheme not in {"http", "https"} or not parts.hostname):
        raise Refusal("devices.bad_server", gettext("本系统地址应如 http://192.168.1.9:8000。"), "server")


def look(device: Device, *, at: dt.datetime) -> None:
    """Ask a terminal who it is and what its clock shows. Refuses with what went wrong, and where it is spoken to now."""
    with _reached(device, at, wait_seconds=0) as (terminal, link):
        visitor = VISITORS[terminal.dialect.protocol]
        _remember(device, _logged_in(device, lambda: visitor.state(link, at)), at)


def visit(device: Device, *, at: dt.datetime) -> int:
    """Ask a terminal for its state, for the punches of yesterday, today and, by its clock, tomorrow, and for those of the
    days it was not asked for since it was last here, and have it carry out the commands that wait; returns how many
    punches it told of.

    What it tells is taken like an upload: what is known is not taken twice. Refuses with what went wrong.
    """
    with _reached(device, at) as (terminal, link):
        visitor = VISITORS[terminal.dialect.protocol]
        _remember(device, _logged_in(device, lambda: visitor.state(link, at)), at)
        taken = _logged_in(device, lambda: _ask_all(visitor, terminal, link, at))
    fleet.learn(device.serial, {"visit": at.isoformat(timespec="seconds")})
    return taken


def _ask_all(visitor: Visitor, terminal: Terminal, link: Link, at: dt.datetime) -> int:
    """The punches, then the commands; these also where it gave fewer punches than it told of."""
    try:
        taken = _take(visitor, terminal, link, at)
    except CameShort:
        _carry_out(visitor, terminal, link, at)
        raise
    _carry_out(visitor, terminal, link, at)
    return taken


def _take(visitor: Visitor, terminal: Terminal, link: Link, at: dt.datetime) -> int:
    """Keep the punches of the newest days, then of those that were missed; how many it told of is kept too, even where
    that is not all, and that something new came. While that takes long, the terminal is felt."""
    reading = _Reading(visitor, terminal, link, at)
    today = at.astimezone(zoneinfo.ZoneInfo(link.zone)).date()
    try:
        reading.take(today - DAY, today + DAY)
        if not visitor.manner.whole:
            _catch_up(reading, terminal.serial, today)
    finally:
        fleet.learn(terminal.serial, {"visit_records": str(reading.taken)})
        if reading.new:
            _feel(terminal.serial, link.address, None, at, upload=True)
    if reading.short:
        raise reading.short
    return reading.taken


def _catch_up(reading: "_Reading", serial: str, today: dt.date) -> None:
    """Day by day, so that a visit that breaks off goes on there the next time."""
    facts = Device.objects.values_list("facts", flat=True).get(serial=serial)
    so_far = ReadSoFar.of(facts)
    try:
        for day in so_far.missed(today - DAY):
            so_far = so_far.after(day, complete=reading.take(day, day))
        so_far = replace(so_far, until=today)
    finally:
        fleet.learn(serial, so_far.facts())


class _Reading:
    """What comes on a visit: how many records it told of, whether something was new, and what came short last."""

    def __init__(self, visitor: Visitor, terminal: Terminal, link: Link, at: dt.datetime) -> None:
        self._visitor, self._terminal, self._link, self._at = visitor, terminal, link, at
        self._pulse = _Pulse(terminal, link, at)
        self.taken, self.new = 0, False
        self.short: CameShort | None = None

    def take(self, first: dt.date, last: dt.date) -> bool:
        """Keep the punches of these days; whether all came that it told of."""
        try:
            for page in self._visitor.pages(self._link, first, last):
                self._pulse.beat()
                if page.body:
                    self.new |= arrival.arrive(self._terminal, _heard(page, self._link), self._at).new
                self.taken += page.records
        except CameShort as short:
            self.short = short
            return False
        return True


class _Pulse:
    """Feels a terminal now and then while a visit lasts."""

    def __init__(self, terminal: Terminal, link: Link, at: dt.datetime) -> None:
        self._who, self._at = (terminal.serial, link.address), at
        self._begun = self._felt = time.monotonic()

    def beat(self) -> None:
        now = time.monotonic()
        if now - self._felt >= PULSE_SECONDS:
            self._felt = now
            _feel(*self._who, None, self._at + dt.timedelta(seconds=now - self._begun))


def _feel(serial: str, address: str, ahead: int | None, at: dt.datetime, *, upload: bool = False) -> None:
    beats = fleet.Heartbeats()
    beats.feel(serial, at, address[:45], ahead, upload=upload)
    beats.write()


def _carry_out(visitor: Visitor, terminal: Terminal, link: Link, at: dt.datetime) -> None:
    """One command after the other, in the order they were asked for; where the terminal is gone, the rest waits."""
    while handed := queue.hand_out(terminal.id, at, most=1):
        ((number, phrase),) = handed
        try:
            done = visitor.carry_out(link, phrase)
        except VisitFailed:
            queue.take_back(terminal.id, number)
            raise
        with transaction.atomic():
            for page in done.pages:
                arrival.arrive(terminal, _heard(page, link, repeats=False), at)
            queue.take_results(terminal.id, [CommandResult(number, done.code)], at)
            mark_device(terminal.id)


def _heard(page: Page, link: Link, *, repeats: bool = True) -> arrival.Heard:
    return arrival.Heard(page.kind, page.body, page.path, link.address[:45], repeats)


def _remember(device: Device, facts: Mapping[str, str], at: dt.datetime) -> None:
    """Keep what a terminal told of itself. Refuses one that is not the one we mean."""
    serial = facts.get("serial", "")
    if serial and not serial.upper().endswith(device.serial.upper()):
        sentence = gettext("这个地址上是另一台考勤机:{serial}。").format(serial=serial)
        raise Refusal("devices.another", sentence)
    told = dict(facts)
    shown = told.pop("clock_ahead_seconds", None)
    ahead = None if shown is None else max(-MOST_SECONDS, min(int(shown), MOST_SECONDS))
    _feel(device.serial, device.options.get("address", ""), ahead, at)
    fleet.learn(device.serial, told)
    if told.get("mac"):
        _set(device, "mac", told["mac"])


def set_clock(device: Device, *, by: Actor, at: dt.datetime) -> None:
    """The terminal's clock is set to ours."""
    require(by, COMMAND_DEVICES, everywhere=True)
    with _reached(device, at) as (terminal, link):
        _logged_in(device, lambda: VISITORS[terminal.dialect.protocol].set_clock(link, at))
    record(by, "devices.clock_set", device, Sentence("校准考勤机 {serial} 的时钟", serial=device.serial), at=at)


def subscribe(device: Device, *, by: Actor, at: dt.datetime) -> None:
    """The terminal sends its events from now on. Refuses where it will not: then it is visited all the same."""
    require(by, COMMAND_DEVICES, everywhere=True)
    with _reached(device, at) as (terminal, link):
        visitor, told = VISITORS[terminal.dialect.protocol], device.options
        _logged_in(device, lambda: visitor.subscribe(link, told.get("server", ""), told.get("token", "")))
    record(by, "devices.subscribed", device, Sentence("设置考勤机 {serial} 实时推送", serial=device.serial), at=at)


@contextlib.contextmanager
def _reached(device: Device, at: dt.datetime, wait_seconds: float | None = None) -> Iterator[tuple[Terminal, Link]]:
    """The terminal and how it is reached, by nobody else meanwhile. Refuses one out of use, one that is being visited,
    and one whose log-in was refused twice. A line that is kept open to it is let go by who keeps it: that is waited for."""
    kept_open = lines.WAIT_SECONDS if manner_of(device.protocol).one_line else 0
    with lines.taken(device.pk, kept_open if wait_seconds is None else wait_seconds) as ours:
        if not ours:
            raise Refusal(VISITED_NOW, gettext("正在访问这台考勤机,请稍候再试。"))
        yield known(device, at)


def known(device: Device, at: dt.datetime) -> tuple[Terminal, Link]:
    """A terminal and how it is reached. Refuses one out of use, and one whose log-in was refused twice."""
    device.refresh_from_db()
    terminal = fleet.terminal(device.serial, at)
    if terminal is None:
        raise Refusal("devices.not_in_use", gettext("只有已启用的考勤机可以访问。"))
    return terminal, link_to(terminal)


def link_to(terminal: Terminal) -> Link:
    """How a terminal is reached. Refuses one out of use, one that has no address, and one whose log-in was refused twice."""
    told = terminal.dialect.options
    if not terminal.approved:
        raise Refusal("devices.not_in_use", gettext("只有已启用的考勤机可以访问。"))
    if terminal.dialect.protocol not in VISITORS or not told.get("address"):
        raise Refusal("devices.no_link", gettext("这台考勤机没有设置连接地址。"))
    if int(told.get("wrong_logins") or 0) >= MOST_WRONG_LOGINS:
        sentence = gettext("用户名或密码两次不被接受,为避免考勤机锁定已停止尝试。请核对后重新保存连接设置。")
        raise Refusal("devices.log_in_stopped", sentence)
    password = unseal(told["password"]) if told.get("password") else ""
    reached = (told["address"], int(told["port"]), bool(told.get("https")), told.get("user", ""), password)
    return Link(*reached, terminal.dialect.zone, told.get("transport", ""))


def log_in_refused(device: Device) -> None:
    """Count a log-in that the terminal did not accept."""
    _set(device, "wrong_logins", str(int(device.options.get("wrong_logins") or 0) + 1))


def _logged_in(device: Device, do: Callable[[], Made]) -> Made:
    """Do it; a refused log-in is counted before anything else, a failure told to people."""
    try:
        made = do()
    except WrongLogin as failed:
        log_in_refused(device)
        raise Refusal("devices.wrong_log_in", failed.sentence) from failed
    except VisitFailed as failed:
        raise Refusal("devices.visit_failed", failed.sentence) from failed
    _set(device, "wrong_logins", "")
    return made


@transaction.atomic
def _set(device: Device, name: str, value: str) -> None:
    """Keep one of the options, and no other that somebody may have changed meanwhile."""
    kept = Device.objects.select_for_update().get(pk=device.pk)
    if kept.options.get(name, "") != value:
        kept.options = {key: told for key, told in {**kept.options, name: value}.items() if told}
        kept.save(update_fields=["options"])
    device.options = kept.options
