"""What this room keeps of a person, for the copy they may ask for."""

from django.utils.translation import gettext_lazy as _

from kaoqin.core.personal import table
from kaoqin.notices.models import Choice, Notice, PersonalRhythm, PushSubscription, Reading

PARTS = (
    table(
        "notices.inbox",
        _("通知"),
        Notice,
        lambda who: Notice.objects.filter(account=who.account_id).order_by("told_at", "pk"),
        {
            "told_at": _("时间"),
            "title": _("标题"),
            "body": _("内容"),
            "read_at": _("已读时间"),
            "taken_back_at": _("收回时间"),
        },
    ),
    table(
        "notices.readings",
        _("读过的公告"),
        Reading,
        lambda who: Reading.objects.filter(employee=who.employee_id).order_by("read_at"),
        {
            "announcement__title": _("公告"),
            "read_at": _("已读时间"),
            "confirmed_at": _("确认时间"),
        },
    ),
    table(
        "notices.browsers",
        _("推送的浏览器"),
        PushSubscription,
        lambda who: PushSubscription.objects.filter(account=who.account_id).order_by("begun_at"),
        {
            "browser": _("浏览器"),
            "begun_at": _("开始"),
            "ended_at": _("结束"),
        },
    ),
    table(
        "notices.choices",
        _("通知偏好"),
        Choice,
        lambda who: Choice.objects.filter(account=who.account_id).order_by("pk"),
        {
            "kind": _("类型"),
            "channel": _("渠道"),
            "wanted": _("接收"),
        },
    ),
    table(
        "notices.rhythm",
        _("免打扰与汇总时间"),
        PersonalRhythm,
        lambda who: PersonalRhythm.objects.filter(account=who.account_id).order_by("pk"),
        {
            "quiet_from": _("免打扰开始"),
            "quiet_until": _("免打扰结束"),
            "digest_at": _("汇总时间"),
            "email": _("邮箱"),
        },
    ),
)
