"""What this room keeps of a person, for the copy they may ask for."""

from django.utils.translation import gettext_lazy as _

from kaoqin.core.personal import table
from kaoqin.scheduling.models import HeldSkill, Membership, RosterDay

PARTS = (
    table(
        "scheduling.memberships",
        _("所在考勤组"),
        Membership,
        lambda who: Membership.objects.filter(employee=who.employee_id).order_by("begins_on"),
        {
            "begins_on": _("开始"),
            "ends_on": _("结束"),
            "group__name": _("考勤组"),
        },
    ),
    table(
        "scheduling.roster",
        _("排班"),
        RosterDay,
        lambda who: RosterDay.objects.filter(employee=who.employee_id).order_by("date"),
        {
            "date": _("日期"),
            "shift__code": _("班次"),
            "source": _("来源"),
        },
    ),
    table(
        "scheduling.skills",
        _("技能"),
        HeldSkill,
        lambda who: HeldSkill.objects.filter(employee=who.employee_id).order_by("begins_on"),
        {
            "begins_on": _("开始"),
            "ends_on": _("结束"),
            "skill__name": _("技能"),
        },
    ),
)
