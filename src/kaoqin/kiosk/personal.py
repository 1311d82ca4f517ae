"""What this room keeps of a person, for the copy they may ask for."""

from django.utils.translation import gettext_lazy as _

from kaoqin.core.personal import table
from kaoqin.kiosk.models import KioskPunch, Pin

PARTS = (
    table(
        "kiosk.punches",
        _("平板打卡"),
        KioskPunch,
        lambda who: KioskPunch.objects.filter(employee=who.employee_id).order_by("at"),
        {
            "at": _("计入的时间"),
            "device_time": _("平板显示的时间"),
            "received_at": _("收到时间"),
            "tablet__name": _("平板"),
            "state": _("状态"),
            "fault": _("原因"),
            "payload": _("平板发送的原文"),
        },
    ),
    table(
        "kiosk.pins",
        _("打卡密码"),
        Pin,
        lambda who: Pin.objects.filter(employee=who.employee_id),
        {"set_at": _("设置时间")},
    ),
)
