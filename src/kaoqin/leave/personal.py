"""What this room keeps of a person, for the copy they may ask for."""

from django.utils.translation import gettext_lazy as _

from kaoqin.core.personal import Wall, table
from kaoqin.leave.models import LeaveEntry, NursingPlan, TakenLeave

PARTS = (
    table(
        "leave.entries",
        _("假期账目"),
        LeaveEntry,
        lambda who: LeaveEntry.objects.filter(employee=who.employee_id).order_by("pk"),
        {
            "on": _("日期"),
            "kind__code": _("假期类型"),
            "entry": _("类型"),
            "minutes": _("分钟"),
            "begins_on": _("可用自"),
            "ends_on": _("可用至"),
            "made_at": _("登记时间"),
        },
    ),
    table(
        "leave.taken",
        _("请假"),
        TakenLeave,
        lambda who: TakenLeave.objects.filter(employee=who.employee_id).order_by("start"),
        {
            "start": Wall(_("开始")),
            "end": Wall(_("结束")),
            "kind__code": _("假期类型"),
            "minutes": _("分钟"),
            "reason": _("原因"),
            "proof": _("证明材料"),
            "made_at": _("登记时间"),
            "ended_from": Wall(_("销假自")),
        },
    ),
    table(
        "leave.nursing",
        _("哺乳时间"),
        NursingPlan,
        lambda who: NursingPlan.objects.filter(employee=who.employee_id).order_by("begins_on"),
        {
            "begins_on": _("开始"),
            "ends_on": _("结束"),
            "minutes": _("每天分钟"),
            "place": _("位置"),
        },
    ),
)
