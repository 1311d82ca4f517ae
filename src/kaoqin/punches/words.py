"""Words of punches: where one came from, what may be wrong with it, permissions."""

from django.db import models
from django.utils.translation import gettext_lazy

from kaoqin.security.words import EVERYONE, Role, permission


class Source(models.TextChoices):
    """What kind of thing told us of a punch."""

    TERMINAL = "terminal", gettext_lazy("考勤机")
    FILE = "file", gettext_lazy("文件导入")
    PHONE = "phone", gettext_lazy("手机")
    MANUAL = "manual", gettext_lazy("人工登记")
    ROLL_CALL = "roll_call", gettext_lazy("手动点名")
    KIOSK = "kiosk", gettext_lazy("打卡平板")


CERTAIN = (Source.PHONE, Source.ROLL_CALL, Source.KIOSK)
"""Sources that tell who it was, and not a number that may mean another person one day."""


class Trust(models.TextChoices):
    """Whether a punch counts. A held one waits for a person: its clock cannot be right."""

    COUNTS = "counts", gettext_lazy("有效")
    HELD = "held", gettext_lazy("待核对时间")


class CorrectionKind(models.TextChoices):
    ADD = "add", gettext_lazy("补卡")
    VOID = "void", gettext_lazy("作废")
    CLOCK = "clock", gettext_lazy("时钟修复")


class BatchState(models.TextChoices):
    PREVIEW = "preview", gettext_lazy("待确认")
    RUNNING = "running", gettext_lazy("导入中")
    DONE = "done", gettext_lazy("已导入")
    DISCARDED = "discarded", gettext_lazy("已放弃")


class LineState(models.TextChoices):
    WAITING = "waiting", gettext_lazy("待处理")
    REPAIRED = "repaired", gettext_lazy("已修复")
    SET_ASIDE = "set_aside", gettext_lazy("已忽略")


SEE_PUNCHES = permission("punches.see", gettext_lazy("查看打卡记录"), [Role.MANAGER, Role.HR, Role.AUDITOR])
SEE_OWN_PUNCHES = permission("punches.see_own", gettext_lazy("查看自己的打卡记录"), EVERYONE)
IMPORT_PUNCHES = permission("punches.import", gettext_lazy("导入打卡文件"), [Role.HR])
CORRECT_PUNCHES = permission("punches.correct", gettext_lazy("更正打卡"), [Role.HR])
TAKE_PUNCHES = permission("punches.take", gettext_lazy("写入打卡记录(接口)"), [Role.HR])
