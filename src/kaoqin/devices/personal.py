"""What this room keeps of a person, for the copy they may ask for."""

from django.utils.translation import gettext_lazy as _

from kaoqin.core.personal import table
from kaoqin.devices.models import BiometricTemplate, EmployeeCard, Placement, TerminalAccess

PARTS = (
    table(
        "devices.cards",
        _("卡号"),
        EmployeeCard,
        lambda who: EmployeeCard.objects.filter(employee=who.employee_id).order_by("begins_on"),
        {
            "begins_on": _("开始"),
            "card": _("卡号"),
        },
    ),
    table(
        "devices.templates",
        _("保存的生物特征模板(内容加密,不随副本提供)"),
        BiometricTemplate,
        lambda who: BiometricTemplate.objects.filter(employee=who.employee_id).order_by("taken_at"),
        {
            "taken_at": _("采集时间"),
            "device__name": _("考勤机"),
            "trait": _("生物特征"),
            "version": _("版本"),
            "size": _("字节数"),
        },
    ),
    table(
        "devices.placements",
        _("所在的考勤机"),
        Placement,
        lambda who: Placement.objects.filter(employee=who.employee_id).order_by("pk"),
        {
            "device__name": _("考勤机"),
            "pin": _("考勤机上的编号"),
            "name": _("考勤机上的姓名"),
            "state": _("状态"),
        },
    ),
    table(
        "devices.access",
        _("考勤机权限"),
        TerminalAccess,
        lambda who: TerminalAccess.objects.filter(employee=who.employee_id).order_by("begins_on"),
        {
            "begins_on": _("开始"),
            "kind": _("类型"),
            "device__name": _("考勤机"),
            "at_site__name": _("地点"),
        },
    ),
)
