"""Words of punching on a tablet: its states, what became of a punch, permissions."""

from django.db import models
from django.utils.translation import gettext_lazy, pgettext_lazy

from kaoqin.security.words import EVERYONE, Role, permission


class TabletState(models.TextChoices):
    WAITING = "waiting", pgettext_lazy("tablet", "待启用")
    BOUND = "bound", pgettext_lazy("tablet", "使用中")
    REVOKED = "revoked", pgettext_lazy("tablet", "已停用")


TABLET_TONES = {
    TabletState.WAITING.value: "yellow",
    TabletState.BOUND.value: "green",
    TabletState.REVOKED.value: "secondary",
}


class PressState(models.TextChoices):
    """What became of a punch on a tablet when it came."""

    COUNTED = "counted", gettext_lazy("有效")
    HELD = "held", gettext_lazy("待核对时间")
    REFUSED = "refused", gettext_lazy("不接受")


PRESS_TONES = {
    PressState.COUNTED.value: "green",
    PressState.HELD.value: "yellow",
    PressState.REFUSED.value: "red",
}


class Fault(models.TextChoices):
    """Why a punch on a tablet was not accepted."""

    WRONG = "wrong", gettext_lazy("工号或密码不对。")
    LOCKED = "locked", gettext_lazy("输错次数太多,请 15 分钟后再试,或找人事。")
    CLOSED = "closed", gettext_lazy("您所在的考勤组没有开通打卡平板,请换一种方式打卡。")
    ELSEWHERE = "elsewhere", gettext_lazy("您不在这台平板所在的地点上班,请换一种方式打卡。")
    REPLAY = "replay", gettext_lazy("与已收到的打卡编号相同而内容不同,不接受。")


PIN_DIGITS = 6
MANAGE_TABLETS = permission("kiosk.manage", gettext_lazy("管理打卡平板与打卡密码"), [Role.HR])
OWN_PIN = permission("kiosk.own_pin", gettext_lazy("设置自己的打卡密码"), EVERYONE)
