"""The protocols the house speaks, each in its folder; no word of one stands outside."""

from collections.abc import Callable, Mapping

from django.utils.translation import gettext

from kaoqin.devices.protocols.dahua import Dahua
from kaoqin.devices.protocols.dahua.client import Client as DahuaClient
from kaoqin.devices.protocols.hikvision import Hikvision
from kaoqin.devices.protocols.hikvision.client import Client
from kaoqin.devices.protocols.hikvision.front import Listener
from kaoqin.devices.protocols.zk_attendance import Attendance
from kaoqin.devices.protocols.zk_common import vitals as zk
from kaoqin.devices.protocols.zk_push.front import Push
from kaoqin.devices.protocols.zk_security import Security
from kaoqin.devices.wire import Adapter, Front, Visitor, Vitals

ADAPTERS: dict[str, Adapter] = {adapter.name: adapter for adapter in (Attendance(), Security(), Hikvision(), Dahua())}
FRONTS: tuple[Front, ...] = (Push(), Listener())
VISITORS: dict[str, Visitor] = {visitor.name: visitor for visitor in (Client(), DahuaClient())}
VITALS: dict[str, Callable[[Mapping[str, str]], Vitals]] = dict.fromkeys((Attendance.name, Security.name), zk.vitals)


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
