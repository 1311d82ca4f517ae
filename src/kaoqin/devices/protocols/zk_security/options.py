"""What people may choose for a terminal of Security PUSH."""

from django.utils.translation import gettext_lazy

from kaoqin.devices.protocols.zk_common.options import ENCODING
from kaoqin.devices.wire import Option

OPTIONS = (
    Option(
        "clock",
        gettext_lazy("校时用的时间"),
        (("", gettext_lazy("世界时 UTC(一般机型)")), ("local", gettext_lazy("当地时间"))),
        gettext_lazy("校时后机上的时钟正好差一个时区(例如慢 8 小时)时,请改为当地时间。"),
    ),
    ENCODING,
)
