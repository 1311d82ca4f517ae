"""What this room keeps of a person, for the copy they may ask for."""

from django.utils.translation import gettext_lazy as _

from kaoqin.consent.models import ConsentEntry, PurposeChoice
from kaoqin.core.personal import table

PARTS = (
    table(
        "consent.purposes",
        _("用途的同意与撤回"),
        PurposeChoice,
        lambda who: PurposeChoice.objects.filter(employee=who.employee_id).order_by("pk"),
        {
            "said_at": _("时间"),
            "purpose": _("用途"),
            "given": _("同意"),
            "version": _("版本"),
        },
    ),
    table(
        "consent.traits",
        _("生物特征的同意与撤回"),
        ConsentEntry,
        lambda who: ConsentEntry.objects.filter(employee=who.employee_id).order_by("pk"),
        {
            "recorded_at": _("登记时间"),
            "on": _("日期"),
            "trait": _("生物特征"),
            "state": _("状态"),
            "manner": _("方式"),
            "notice__version": _("版本"),
            "note": _("备注"),
        },
    ),
)
