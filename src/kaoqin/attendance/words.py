"""Words of attendance: systems, bases, statuses, permissions."""

from django.db import models

from kaoqin.security.words import EVERYONE, Role, permission


class System(models.TextChoices):
    STANDARD = "standard", "标准工时"
    COMPREHENSIVE = "comprehensive", "综合计算工时"
    UNTIMED = "untimed", "不定时工时"


class Cycle(models.TextChoices):
    MONTH = "month", "月"
    QUARTER = "quarter", "季"
    YEAR = "year", "年"


class OvertimeBasis(models.TextChoices):
    APPROVED = "approved", "按审批单"
    PUNCHED = "punched", "按打卡"
    BOTH = "both", "审批单与打卡取交集"


class MissingPunch(models.TextChoices):
    INCOMPLETE = "incomplete", "记缺卡,工时待定"
    ABSENT = "absent", "记旷工"


class AbsenceKind(models.TextChoices):
    """Kinds of approved absence the engine knows by name; any other word is a kind of leave too."""

    ANNUAL = "annual", "年假"
    SICK = "sick", "病假"
    PERSONAL = "personal", "事假"
    COMP_TIME = "comp_time", "调休"
    MARRIAGE = "marriage", "婚假"
    MATERNITY = "maternity", "产假"
    PATERNITY = "paternity", "陪产假"
    BEREAVEMENT = "bereavement", "丧假"
    NURSING = "nursing", "哺乳假"
    TRIP = "trip", "出差"
    OUTING = "outing", "外出"
    FIELD = "field", "外勤"


_KINDS = dict(AbsenceKind.choices)


def kind_label(kind: str) -> str:
    """What a kind of absence is called; a word HR made up is its own label."""
    return str(_KINDS.get(kind, kind))


STATUS_LABELS = {
    "absent": "旷工",
    "missing": "缺卡",
    "serious_late": "严重迟到",
    "late": "迟到",
    "early": "早退",
    "leave": "请假",
    "trip": "出差外出",
    "overtime": "加班",
    "rest": "休息",
    "normal": "正常",
}

SEE_OWN_DAYS = permission("attendance.see_own", "查看自己的考勤", EVERYONE)
SEE_DAYS = permission("attendance.see", "查看考勤结果", [Role.MANAGER, Role.HR, Role.AUDITOR])
EXPORT_DAYS = permission("attendance.export", "导出考勤表", [Role.MANAGER, Role.HR, Role.AUDITOR])
MANAGE_ATTENDANCE_RULES = permission("attendance.manage_rules", "维护考勤规则", [Role.HR])
SETTLE = permission("attendance.settle", "重新核算", [Role.HR])
RECORD_APPROVALS = permission("attendance.record_approvals", "登记请假与加班", [Role.HR])
