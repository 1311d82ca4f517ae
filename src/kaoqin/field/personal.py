"""What this room keeps of a person, for the copy they may ask for."""

from django.utils.translation import gettext_lazy as _

from kaoqin.core.personal import table
from kaoqin.field.models import Ownership, PlanStop, Visit, VisitNote, VisitPhoto

PARTS = (
    table(
        "field.visits",
        _("拜访"),
        Visit,
        lambda who: Visit.objects.filter(employee=who.employee_id).order_by("started_at"),
        {
            "date": _("日期"),
            "started_at": _("开始"),
            "ended_at": _("结束"),
            "ending": _("结束方式"),
            "customer__name": _("客户"),
            "terms__kind__name": _("拜访类型"),
            "dwell_minutes": _("停留分钟"),
            "verdict": _("判定"),
            "distance_m": _("距范围(米)"),
            "note": _("说明"),
            "answers": _("填写内容"),
        },
    ),
    table(
        "field.photos",
        _("拜访照片"),
        VisitPhoto,
        lambda who: VisitPhoto.objects.filter(employee=who.employee_id).order_by("brought_at"),
        {
            "brought_at": _("上传时间"),
            "visit__date": _("日期"),
            "visit__customer__name": _("客户"),
            "size_bytes": _("字节数"),
            "sha256": _("摘要"),
        },
    ),
    table(
        "field.plans",
        _("拜访计划"),
        PlanStop,
        lambda who: PlanStop.objects.filter(employee=who.employee_id).order_by("date", "place"),
        {
            "date": _("日期"),
            "time": _("时间"),
            "customer__name": _("客户"),
        },
    ),
    table(
        "field.customers",
        _("负责的客户"),
        Ownership,
        lambda who: Ownership.objects.filter(employee=who.employee_id).order_by("begins_on"),
        {
            "begins_on": _("开始"),
            "ends_on": _("结束"),
            "customer__name": _("客户"),
        },
    ),
    table(
        "field.notes",
        _("拜访的批注"),
        VisitNote,
        lambda who: VisitNote.objects.filter(visit__employee=who.employee_id).order_by("noted_at"),
        {
            "noted_at": _("时间"),
            "visit__date": _("日期"),
            "visit__customer__name": _("客户"),
            "text": _("批注"),
        },
    ),
)
