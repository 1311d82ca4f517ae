"""Words of scheduling: kinds of days, groups and plans, permissions."""

from django.db import models

from kaoqin.security.words import Role, permission


class DayKind(models.TextChoices):
    """What a calendar date is; the rate of overtime on it follows from this."""

    WORKDAY = "workday", "工作日"
    REST = "rest", "休息日"
    STATUTORY = "statutory", "法定节假日"


class GroupMode(models.TextChoices):
    FIXED = "fixed", "固定班制"
    ROSTER = "roster", "排班制"
    FREE = "free", "自由工时"


class PlanSource(models.TextChoices):
    GROUP = "group", "固定周"
    PATTERN = "pattern", "轮班"
    MANUAL = "manual", "手工"
    IMPORT = "import", "导入"


SEE_PLANS = permission("scheduling.see_plans", "查看排班", [Role.MANAGER, Role.HR, Role.ADMINISTRATOR, Role.AUDITOR])
PLAN = permission("scheduling.plan", "排班", [Role.MANAGER, Role.HR])
MANAGE_RULES = permission("scheduling.manage", "维护班次、考勤组与日历", [Role.HR])
SEE_RULES = permission(
    "scheduling.see_rules",
    "查看班次、考勤组与日历",
    [Role.MANAGER, Role.HR, Role.ADMINISTRATOR, Role.AUDITOR],
)
