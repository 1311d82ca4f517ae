"""ZKTeco Security PUSH as the house's adapter."""

from django.utils.translation import gettext_lazy

from kaoqin.devices.protocols.zk_common import archive
from kaoqin.devices.protocols.zk_security import phrases, tables
from kaoqin.devices.wire import Decoded, Dialect, Wanted


class Security:
    name = "zk_security"
    title = gettext_lazy("中控门禁 PUSH")

    def unpack(self, kind: str, body: bytes) -> bytes:
        return archive.unpack(body)

    def mask(self, kind: str, body: bytes) -> bytes:
        return tables.mask(kind, body)

    def decode(self, kind: str, body: bytes, dialect: Dialect) -> Decoded:
        return tables.decode(kind, body, dialect)

    def say(self, wanted: Wanted, dialect: Dialect) -> str:
        return phrases.say(wanted, dialect)
