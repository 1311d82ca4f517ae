"""What this room keeps of a person, for the copy they may ask for."""

from django.utils.translation import gettext_lazy as _

from kaoqin.core.personal import Part, table
from kaoqin.privacy.models import DataCopy

PARTS: tuple[Part, ...] = (
    table(
        "privacy.copies",
        _("个人信息副本"),
        DataCopy,
        lambda who: DataCopy.objects.filter(employee=who.employee_id).order_by("pk"),
        {"asked_at": _("申请时间"), "asked_by__name": _("申请人"), "reason": _("理由"), "fetched_at": _("下载时间")},
    ),
)
