"""What this room keeps of a person, for the copy they may ask for."""

from django.utils.translation import gettext_lazy as _

from kaoqin.core.personal import Wall, table
from kaoqin.overtime.models import BankEntry, Overtime

PARTS = (
    table(
        "overtime.agreed",
        _("批准的加班"),
        Overtime,
        lambda who: Overtime.objects.filter(employee=who.employee_id).order_by("start"),
        {
            "start": Wall(_("开始")),
            "end": Wall(_("结束")),
            "way": _("补偿方式"),
            "reason": _("原因"),
            "made_at": _("登记时间"),
            "ended_at": _("撤销时间"),
        },
    ),
    table(
        "overtime.bank",
        _("调休账"),
        BankEntry,
        lambda who: BankEntry.objects.filter(employee=who.employee_id).order_by("pk"),
        {
            "on": _("日期"),
            "entry": _("类型"),
            "minutes": _("分钟"),
            "begins_on": _("可用自"),
            "ends_on": _("可用至"),
            "made_at": _("登记时间"),
        },
    ),
)
