"""ZKTeco terminals that are read at TCP or UDP 4370, as the house's adapter."""

from django.utils.translation import gettext_lazy

from kaoqin.devices.protocols.zk_4370 import bodies, phrases
from kaoqin.devices.wire import Decoded, Dialect, Wanted

NAME = "zk_4370"


class Pull:
    name = NAME
    title = gettext_lazy("中控 4370(TCP/UDP)")

    def unpack(self, kind: str, body: bytes) -> bytes:
        return body

    def mask(self, kind: str, body: bytes) -> bytes:
        return bodies.mask(kind, body)

    def decode(self, kind: str, body: bytes, dialect: Dialect) -> Decoded:
        return bodies.decode(kind, body, dialect)

    def say(self, wanted: Wanted, dialect: Dialect) -> str:
        return phrases.say(wanted, dialect)
