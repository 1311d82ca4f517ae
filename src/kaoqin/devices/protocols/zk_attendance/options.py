"""What people may choose for a terminal of Attendance PUSH."""

from django.utils.translation import gettext_lazy

from kaoqin.devices.protocols.zk_common.options import ENCODING
from kaoqin.devices.wire import Option

OPTIONS = (
    Option(
        "transfer",
        gettext_lazy("自动上传内容的写法"),
        (("", gettext_lazy("文字(一般机型)")), ("bits", gettext_lazy("位串(如 SenseFace 2A)"))),
        gettext_lazy("已批准、在线,却从不自动上传打卡的机型,请改为位串,再下发「重新连接并上传」。"),
    ),
    ENCODING,
)
