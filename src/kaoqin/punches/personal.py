"""What this room keeps of a person, for the copy they may ask for."""

from django.utils.translation import gettext_lazy as _

from kaoqin.core.personal import Wall, table
from kaoqin.punches.models import Correction, PersonKey, Punch

PARTS = (
    table(
        "punches.punches",
        _("打卡记录"),
        Punch,
        lambda who: Punch.objects.filter(employee=who.employee_id).order_by("at"),
        {
            "at": _("时间"),
            "device_time": Wall(_("来源显示的时间")),
            "zone": _("时区"),
            "received_at": _("收到时间"),
            "source": _("来源"),
            "origin": _("设备"),
            "person_key": _("打卡编号"),
            "person_name": _("来源里的姓名"),
            "place": _("地点"),
            "trust": _("状态"),
            "evidence": _("依据"),
        },
    ),
    table(
        "punches.corrections",
        _("补卡与作废"),
        Correction,
        lambda who: Correction.objects.filter(employee=who.employee_id).order_by("pk"),
        {
            "made_at": _("登记时间"),
            "kind": _("类型"),
            "local_time": Wall(_("补卡时间")),
            "reason": _("原因"),
            "withdrawn_at": _("撤销时间"),
        },
    ),
    table(
        "punches.keys",
        _("打卡编号"),
        PersonKey,
        lambda who: PersonKey.objects.filter(employee=who.employee_id).order_by("begins_on"),
        {
            "begins_on": _("开始"),
            "person_key": _("打卡编号"),
            "origin": _("设备"),
        },
    ),
)
