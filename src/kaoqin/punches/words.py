"""Words of punches: where one came from, what may be wrong with it, permissions."""

from django.db import models

from kaoqin.security.words import EVERYONE, Role, permission


class Source(models.TextChoices):
    """What kind of thing told us of a punch."""

    TERMINAL = "terminal", "考勤机"
    FILE = "file", "文件导入"
    PHONE = "phone", "手机"
    MANUAL = "manual", "人工登记"


class Trust(models.TextChoices):
    """Whether a punch counts. A held one waits for a person: its clock cannot be right."""

    COUNTS = "counts", "有效"
    HELD = "held", "待核对时间"


class CorrectionKind(models.TextChoices):
    ADD = "add", "补卡"
    VOID = "void", "作废"


class BatchState(models.TextChoices):
    PREVIEW = "preview", "待确认"
    RUNNING = "running", "导入中"
    DONE = "done", "已导入"
    DISCARDED = "discarded", "已放弃"


class LineState(models.TextChoices):
    WAITING = "waiting", "待处理"
    REPAIRED = "repaired", "已修复"
    SET_ASIDE = "set_aside", "已忽略"


SEE_PUNCHES = permission("punches.see", "查看打卡记录", [Role.MANAGER, Role.HR, Role.AUDITOR])
SEE_OWN_PUNCHES = permission("punches.see_own", "查看自己的打卡记录", EVERYONE)
IMPORT_PUNCHES = permission("punches.import", "导入打卡文件", [Role.HR])
CORRECT_PUNCHES = permission("punches.correct", "更正打卡", [Role.HR])
TAKE_PUNCHES = permission("punches.take", "写入打卡记录(接口)", [Role.HR])
