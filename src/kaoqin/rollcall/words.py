"""Words of the roll-call: what was ticked, how it compares with what terminals sent later, permissions."""

from django.db import models
from django.utils.translation import gettext_lazy

from kaoqin.security.words import Role, permission


class Direction(models.TextChoices):
    """Whether people came or went."""

    IN = "in", gettext_lazy("上班")
    OUT = "out", gettext_lazy("下班")


class Match(models.TextChoices):
    """How a tick compares with what the terminals sent, what a person must look at first."""

    DIFFERS = "differs", gettext_lazy("与考勤机不符")
    MISSING = "missing", gettext_lazy("考勤机没有记录")
    NOT_TICKED = "not_ticked", gettext_lazy("未点到但有打卡")
    WAITING = "waiting", gettext_lazy("等待考勤机补传")
    AGREES = "agrees", gettext_lazy("一致")
    VOIDED = "voided", gettext_lazy("已作废")


TO_LOOK_AT = (Match.DIFFERS, Match.MISSING, Match.NOT_TICKED)
CALL_ROLL = permission("rollcall.call", gettext_lazy("手动点名"), [Role.MANAGER, Role.HR])
REVIEW_ROLL = permission("rollcall.review", gettext_lazy("核对点名"), [Role.HR])
