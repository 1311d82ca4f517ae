"""Hikvision terminals over ISAPI as the house's adapter."""

from django.utils.translation import gettext_lazy

from kaoqin.devices.protocols.hikvision import people, phrases, state
from kaoqin.devices.protocols.hikvision.bodies import mask
from kaoqin.devices.protocols.hikvision.events import decode_events
from kaoqin.devices.protocols.hikvision.front import NAME
from kaoqin.devices.wire import Decoded, Dialect, Wanted


class Hikvision:
    name = NAME
    title = gettext_lazy("海康威视 ISAPI")

    def unpack(self, kind: str, body: bytes) -> bytes:
        return body

    def mask(self, kind: str, body: bytes) -> bytes:
        return mask(body)

    def decode(self, kind: str, body: bytes, dialect: Dialect) -> Decoded:
        if kind == people.KIND:
            return people.decode(body)
        return state.decode(body) if kind == state.KIND else decode_events(body, dialect)

    def say(self, wanted: Wanted, dialect: Dialect) -> str:
        return phrases.say(wanted, dialect)
