"""汉王 FaceID terminals as the house's adapter."""

from django.utils.translation import gettext_lazy

from kaoqin.devices.protocols.hanvon import records
from kaoqin.devices.protocols.hanvon.phrases import phrase
from kaoqin.devices.wire import Decoded, Dialect, Wanted

NAME = "hanvon"


class Hanvon:
    name = NAME
    title = gettext_lazy("汉王 FaceID")

    def unpack(self, kind: str, body: bytes) -> bytes:
        return body

    def mask(self, kind: str, body: bytes) -> bytes:
        return records.mask(body)

    def decode(self, kind: str, body: bytes, dialect: Dialect) -> Decoded:
        return records.decode(kind, body, dialect)

    def say(self, wanted: Wanted, dialect: Dialect) -> str:
        return phrase(wanted)
