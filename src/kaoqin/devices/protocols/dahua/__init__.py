"""Dahua terminals over CGI as the house's adapter."""

from django.utils.translation import gettext, gettext_lazy

from kaoqin.core.words import Refusal
from kaoqin.devices.protocols.dahua.records import decode_records, mask
from kaoqin.devices.wire import Decoded, Dialect, Wanted

NAME = "dahua"


class Dahua:
    name = NAME
    title = gettext_lazy("大华 CGI")

    def unpack(self, kind: str, body: bytes) -> bytes:
        return body

    def mask(self, kind: str, body: bytes) -> bytes:
        return mask(body)

    def decode(self, kind: str, body: bytes, dialect: Dialect) -> Decoded:
        return decode_records(body, dialect)

    def say(self, wanted: Wanted, dialect: Dialect) -> str:
        """It is visited and takes no phrases."""
        raise Refusal("devices.not_spoken", gettext("这种考勤机不接受排队的命令。"))
