"""Face terminals on a broker as the house's adapter."""

from django.utils.translation import gettext, gettext_lazy

from kaoqin.core.words import Refusal
from kaoqin.devices.protocols.mqtt.events import decode_message, mask
from kaoqin.devices.wire import Decoded, Dialect, Wanted

NAME = "mqtt"


class Mqtt:
    name = NAME
    title = gettext_lazy("MQTT 人脸机")

    def unpack(self, kind: str, body: bytes) -> bytes:
        return body

    def mask(self, kind: str, body: bytes) -> bytes:
        return mask(body)

    def decode(self, kind: str, body: bytes, dialect: Dialect) -> Decoded:
        return decode_message(body)

    def say(self, wanted: Wanted, dialect: Dialect) -> str:
        """It tells and is not told."""
        raise Refusal("devices.not_spoken", gettext("这种考勤机不接受排队的命令。"))
