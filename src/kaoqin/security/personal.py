"""What this room keeps of a person, for the copy they may ask for."""

from django.utils.translation import gettext_lazy as _

from kaoqin.core.personal import table
from kaoqin.security.models import AccessRecord, Account, AuditEntry, Grant

PARTS = (
    table(
        "security.account",
        _("账号"),
        Account,
        lambda who: Account.objects.filter(pk=who.account_id or 0),
        {
            "username": _("账号"),
            "name": _("姓名"),
            "language": _("语言"),
            "begins_at": _("开始"),
            "last_login": _("上次登录"),
        },
    ),
    table(
        "security.grants",
        _("授权"),
        Grant,
        lambda who: Grant.objects.filter(account=who.account_id).order_by("pk"),
        {"role": _("角色"), "scope_kind": _("范围"), "begins_on": _("开始"), "ends_on": _("结束")},
    ),
    table(
        "security.deeds",
        _("本人的操作"),
        AuditEntry,
        lambda who: AuditEntry.objects.exclude(account=None).filter(account=who.account_id).order_by("pk"),
        {"at": _("时间"), "said": _("操作"), "address": _("网络地址")},
    ),
    table(
        "security.looks",
        _("谁看过我的信息"),
        AccessRecord,
        lambda who: AccessRecord.objects.filter(employee_id=who.employee_id).order_by("pk"),
        {"at": _("时间"), "account__name": _("查看人"), "what": _("内容")},
    ),
)
