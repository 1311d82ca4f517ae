"""Words of notices: channels, kinds of notices, states of a delivery, permissions."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy, pgettext_lazy

from kaoqin.security.words import EVERYONE, Role, permission


class Channel(models.TextChoices):
    """Ways to a person besides the in-app inbox, which is always there; a group bot is the way to a group."""

    EMAIL = "email", gettext_lazy("邮件")
    PUSH = "push", gettext_lazy("浏览器推送")
    BOT = "bot", gettext_lazy("群机器人")


PERSONAL = (Channel.EMAIL, Channel.PUSH)
"""The channels a person may choose."""


class DeliveryState(models.TextChoices):
    """How far it is with a delivery. `dropped`: not needed any more; `dead`: given up, a person must look."""

    WAITING = "waiting", pgettext_lazy("delivery", "等待发送")
    SENDING = "sending", pgettext_lazy("delivery", "发送中")
    SENT = "sent", pgettext_lazy("delivery", "已送出")
    DROPPED = "dropped", pgettext_lazy("delivery", "不再需要")
    DEAD = "dead", pgettext_lazy("delivery", "未送达")


class Vendor(models.TextChoices):
    """Whose group bot it is."""

    WECOM = "wecom", gettext_lazy("企业微信")
    DINGTALK = "dingtalk", gettext_lazy("钉钉")
    FEISHU = "feishu", gettext_lazy("飞书")


class Audience(models.TextChoices):
    """To whom an announcement goes."""

    EVERYONE = "everyone", gettext_lazy("全体员工")
    CHOSEN = "chosen", gettext_lazy("选定的部门与地点")


@dataclass(frozen=True)
class Kind:
    """A kind of notices as the room declared it that tells them.

    `urgent` ones pass quiet hours and digests. `channels` are on unless the company or the person says otherwise;
    `fixed` ones cannot be switched off. Only an `open` kind may be posted to a group: what it says is nobody's secret.
    """

    code: str
    label: str | Promise
    urgent: bool = False
    channels: frozenset[Channel] = frozenset()
    fixed: frozenset[Channel] = frozenset()
    open: bool = False


_kinds: dict[str, Kind] = {}


def notice_kind(
    code: str,
    label: str | Promise,
    *,
    urgent: bool = False,
    channels: Iterable[Channel] = (),
    fixed: Iterable[Channel] = (),
    open: bool = False,  # noqa: A002 - open to a group
) -> str:
    """Declare a kind of notices (once, in a room's `words.py`) and return its code. See `Kind`."""
    kept = frozenset(fixed)
    _kinds[code] = Kind(code, label, urgent, frozenset(channels) | kept, kept, open)
    return code


def notice_kinds() -> dict[str, Kind]:
    """All kinds by code, in the order in which they were declared."""
    return dict(_kinds)


OWN_NOTICES = permission("notices.own", gettext_lazy("查看自己的通知与公告"), EVERYONE)
PUBLISH_ANNOUNCEMENTS = permission("notices.publish", gettext_lazy("发布公告,查看阅读情况"), [Role.HR])
MANAGE_CHANNELS = permission("notices.channels", gettext_lazy("管理通知渠道"), [Role.ADMINISTRATOR])

ANNOUNCEMENT = notice_kind("notices.announcement", gettext_lazy("公告"), channels=[Channel.PUSH], open=True)
TEST = notice_kind("notices.test", gettext_lazy("测试消息"), urgent=True, channels=PERSONAL, open=True)
