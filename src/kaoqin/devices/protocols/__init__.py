"""The protocols the house speaks, each in its folder; no word of one stands outside."""

from collections.abc import Callable, Mapping

from django.utils.translation import gettext

from kaoqin.devices.protocols.dahua import Dahua
from kaoqin.devices.protocols.dahua.client import Client as DahuaClient
from kaoqin.devices.protocols.hanvon import Hanvon
from kaoqin.devices.protocols.hanvon import vitals as hanvon_vitals
from kaoqin.devices.protocols.hanvon.client import Client as HanvonClient
from kaoqin.devices.protocols.hanvon.push import PushTalk
from kaoqin.devices.protocols.hikvision import Hikvision
from kaoqin.devices.protocols.hikvision import orders as hikvision_orders
from kaoqin.devices.protocols.hikvision import phrases as hikvision_phrases
from kaoqin.devices.protocols.hikvision import state as hikvision_state
from kaoqin.devices.protocols.hikvision.client import Client
from kaoqin.devices.protocols.hikvision.front import Listener
from kaoqin.devices.protocols.mqtt import Mqtt
from kaoqin.devices.protocols.mqtt.board import FaceBoard
from kaoqin.devices.protocols.zk_4370 import Pull
from kaoqin.devices.protocols.zk_4370 import client as zk_4370
from kaoqin.devices.protocols.zk_4370 import orders as zk_4370_orders
from kaoqin.devices.protocols.zk_4370 import sizes as zk_4370_sizes
from kaoqin.devices.protocols.zk_4370 import users as zk_4370_users
from kaoqin.devices.protocols.zk_attendance import Attendance
from kaoqin.devices.protocols.zk_attendance import options as attendance_options
from kaoqin.devices.protocols.zk_common import codes, phrases
from kaoqin.devices.protocols.zk_common import vitals as zk
from kaoqin.devices.protocols.zk_common.templates import ZkTemplates
from kaoqin.devices.protocols.zk_push.front import Push
from kaoqin.devices.protocols.zk_security import Security
from kaoqin.devices.protocols.zk_security import options as security_options
from kaoqin.devices.wire import Adapter, Board, Dialect, Front, Manner, Option, Stream, Talk, Templates, Visitor, Vitals

_ADAPTERS: tuple[Adapter, ...] = (Attendance(), Security(), Hikvision(), Pull(), Dahua(), Hanvon(), Mqtt())
_VISITORS: tuple[Visitor, ...] = (Client(), zk_4370.Client(), DahuaClient(), HanvonClient())
_ZK = (Attendance.name, Security.name)
ADAPTERS: dict[str, Adapter] = {adapter.name: adapter for adapter in _ADAPTERS}
FRONTS: tuple[Front, ...] = (Push(), Listener())
VISITORS: dict[str, Visitor] = {visitor.name: visitor for visitor in _VISITORS}
STREAMS: dict[str, Stream] = {Client.name: Client(), Pull.name: zk_4370.Client()}
TALKS: dict[str, Callable[[], Talk]] = {Hanvon.name: PushTalk}
BOARDS: tuple[Board, ...] = (FaceBoard(),)
VITALS: Mapping[str, Callable[[Mapping[str, str]], Vitals]] = {
    **dict.fromkeys(_ZK, zk.vitals),
    Pull.name: zk_4370_sizes.vitals,
    Hanvon.name: hanvon_vitals.vitals,
    Hikvision.name: hikvision_state.vitals,
}
HOLDS: dict[str, Callable[[str, Dialect], str]] = {
    **dict.fromkeys(_ZK, phrases.held),
    Pull.name: zk_4370_users.held,
    Hikvision.name: hikvision_phrases.held,
}
REASONS: dict[str, Callable[[int], str]] = {
    **dict.fromkeys(_ZK, codes.reason),
    Pull.name: zk_4370_orders.reason,
    Hikvision.name: hikvision_orders.reason,
}
TEMPLATES: dict[str, Templates] = dict.fromkeys(_ZK, ZkTemplates())
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
    """How a terminal is by its own words; of a protocol that tells little, its model and firmware."""
    reads = VITALS.get(protocol)
    return reads(facts) if reads else Vitals(facts.get("firmware", ""), model=facts.get("model", ""))


def manner_of(protocol: str) -> Manner:
    """What a link to a terminal takes; of a protocol that is not visited, the most that may be asked."""
    return VISITORS[protocol].manner if protocol in VISITORS else Manner(80, user="admin", https=True, subscribes=True)


def adapter_named(name: str) -> Adapter:
    """The adapter of a protocol; of a terminal that has not revealed its own, the plainest."""
    return ADAPTERS.get(name) or ADAPTERS[Attendance.name]


def title_of(name: str) -> str:
    """What people call a protocol."""
    return str(ADAPTERS[name].title) if name in ADAPTERS else gettext("未知")
