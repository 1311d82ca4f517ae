"""What people may choose for a terminal of either PUSH dialect."""

from django.utils.translation import gettext_lazy

from kaoqin.devices.wire import Option

ENCODING = Option(
    "encoding",
    gettext_lazy("姓名的编码"),
    (
        ("", gettext_lazy("按考勤机的语言")),
        ("gb2312", "GB2312"),
        ("gb18030", "GB18030"),
        ("utf-8", "UTF-8"),
        ("big5", "Big5"),
    ),
    gettext_lazy("机上的姓名显示为乱码时才需要改;改好后请重新核对机内人员。"),
)
