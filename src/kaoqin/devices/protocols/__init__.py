"""The protocols the house speaks, each in its folder; no word of one stands outside."""

from collections.abc import Callable, Mapping

from django.utils.translation import gettext

from kaoqin.devices.protocols.hikvision import Hikvision
from kaoqin.devices.protocols.hikvision.client import Client
from kaoqin.devices.protocols.hikvision.front import Listener
from kaoqin.devices.protocols.zk_attendance import Attendance
from kaoqin.devices.protocols.zk_attendance import options as attendance_options
from kaoqin.devices.protocols.zk_common import codes, phrases
from kaoqin.devices.protocols.zk_common import vitals as zk
from kaoqin.devices.protocols.zk_push.front import Push
from kaoqin.devices.protocols.zk_security import Security
from kaoqin.devices.protocols.zk_security import options as security_options
from kaoqin.devices.wire import Adapter, Dialect, Front, Option, Visitor, Vitals

ADAPTERS: dict[str, Adapter] = {adapter.name: adapter for adapter in (Attendance(), Security(), Hikvision())}
FRONTS: tuple[Front, ...] = (Push(), Listener())
VISITORS: dict[str, Visitor] = {visitor.name: visitor for visitor in (Client(),)}
VITALS: dict[str, Callable[[Mapping[str, str]], Vitals]] = dict.fromkeys((Attendance.name, Security.name), zk.vitals)
HOLDS: dict[str, Callable[[str, Dialect], str]] = dict.fromkeys((Attendance.name, Security.name), phrases.held)
REASONS: dict[str, Callable[[int], str]] = dict.fromkeys((Attendance.name, Security.name), codes.reason)
OPTIONS: dict[str, tuple[Option, ...]] = {
    Attendance.name: attendance_options.OPTIONS,
    Security.name: security_options.OPTIONS,
}


def held_name(name: str, dialect: Dialect) -> str:
    """A name as the terminal can hold it: what it tells of somebody who was put on it under this name."""
    holds = HOLDS.get(dialect.protocol)
    return (holds(name, dialect) if holds else " ".join(name.split())).strip()


def reason_of(protocol: str, code: int) -> str:
    """What a result code below 0 says, for people."""
    says = REASONS.get(protocol)
    return says(code) if says else gettext("考勤机返回代码 {code}").format(code=code)


def vitals_of(protocol: str, facts: Mapping[str, str]) -> Vitals:
    """How a terminal is by its own words; of a protocol that tells none, nothing."""
    reads = VITALS.get(protocol)
    return reads(facts) if reads else Vitals()


def adapter_named(name: str) -> Adapter:
    """The adapter of a protocol; of a terminal that has not revealed its own, the plainest."""
    return ADAPTERS.get(name) or ADAPTERS[Attendance.name]


def title_of(name: str) -> str:
    """What people call a protocol."""
    return str(ADAPTERS[name].title) if name in ADAPTERS else gettext("未知")
