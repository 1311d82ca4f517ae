"""What this room keeps of a person, for the copy they may ask for."""

from django.utils.translation import gettext_lazy as _

from kaoqin.approvals.models import Delegation, Request, RequestEntry
from kaoqin.core.personal import table

PARTS = (
    table(
        "approvals.requests",
        _("申请"),
        Request,
        lambda who: Request.objects.filter(employee=who.employee_id).order_by("submitted_at"),
        {
            "submitted_at": _("提交时间"),
            "kind": _("类型"),
            "details": _("内容"),
            "state": _("状态"),
            "decided_at": _("处理时间"),
        },
    ),
    table(
        "approvals.delegations",
        _("审批委托"),
        Delegation,
        lambda who: Delegation.objects.filter(account=who.account_id).order_by("begins_on"),
        {
            "begins_on": _("开始"),
            "ends_on": _("结束"),
            "to__name": _("委托给"),
            "made_at": _("登记时间"),
        },
    ),
    table(
        "approvals.answers",
        _("我的审批意见"),
        RequestEntry,
        lambda who: RequestEntry.objects.filter(account=who.account_id).order_by("at"),
        {
            "at": _("时间"),
            "deed": _("处理"),
            "text": _("意见"),
        },
    ),
)
