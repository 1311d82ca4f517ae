"""Words of attendance: systems, bases, statuses, permissions."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from kaoqin.leave.words import KIND_NAMES
from kaoqin.notices.words import Channel, notice_kind
from kaoqin.security.words import EVERYONE, Role, permission


class System(models.TextChoices):
    STANDARD = "standard", gettext_lazy("标准工时")
    COMPREHENSIVE = "comprehensive", gettext_lazy("综合计算工时")
    UNTIMED = "untimed", gettext_lazy("不定时工时")


class Cycle(models.TextChoices):
    MONTH = "month", gettext_lazy("月")
    QUARTER = "quarter", gettext_lazy("季")
    YEAR = "year", gettext_lazy("年")


class OvertimeBasis(models.TextChoices):
    APPROVED = "approved", gettext_lazy("按审批单")
    PUNCHED = "punched", gettext_lazy("按打卡")
    BOTH = "both", gettext_lazy("审批单与打卡取交集")


class MissingPunch(models.TextChoices):
    INCOMPLETE = "incomplete", gettext_lazy("记缺卡,工时待定")
    ABSENT = "absent", gettext_lazy("记旷工")


class Answer(models.TextChoices):
    """What somebody said of a month. Silence is `read`, never `confirmed`."""

    ASKED = "asked", gettext_lazy("待确认")
    CONFIRMED = "confirmed", gettext_lazy("已确认")
    READ = "read", gettext_lazy("已阅(逾期未答复)")
    OBJECTED = "objected", gettext_lazy("有异议")
    ANSWERED = "answered", gettext_lazy("异议已答复")


class AdjustmentState(models.TextChoices):
    PENDING = "pending", gettext_lazy("待处理")
    ACCEPTED = "accepted", gettext_lazy("已计入")
    DISMISSED = "dismissed", gettext_lazy("不调整")


class AbsenceKind(models.TextChoices):
    """Kinds of approved absence HR records by hand; any other word is a kind of leave too, those of room leave among them."""

    ANNUAL = "annual", KIND_NAMES["annual"]
    SICK = "sick", KIND_NAMES["sick"]
    PERSONAL = "personal", KIND_NAMES["personal"]
    COMP_TIME = "comp_time", KIND_NAMES["comp_time"]
    MARRIAGE = "marriage", KIND_NAMES["marriage"]
    MATERNITY = "maternity", KIND_NAMES["maternity"]
    PATERNITY = "paternity", KIND_NAMES["paternity"]
    BEREAVEMENT = "bereavement", KIND_NAMES["bereavement"]
    NURSING = "nursing", KIND_NAMES["nursing"]
    TRIP = "trip", gettext_lazy("出差")
    OUTING = "outing", gettext_lazy("外出")
    FIELD = "field", gettext_lazy("外勤")


LEAVE = "leave"
"""What leave is called to whoever may not know of which kind it is; the engine's word, too."""
_KINDS = {**KIND_NAMES, **{kind.value: kind.label for kind in AbsenceKind}, LEAVE: gettext_lazy("请假")}


def named_kind(kind: str) -> str | Promise:
    """What a kind of absence is called, in the reader's language; a word HR made up is its own name."""
    return _KINDS.get(kind, kind)


def told_kind(kind: str, hidden: Collection[str]) -> str:
    """A kind, or that it is leave where it is one of those hidden."""
    return LEAVE if kind in hidden else kind


def told_kinds(minutes: Mapping[str, int], hidden: Collection[str]) -> dict[str, int]:
    """Minutes by kind, those of the hidden ones together as leave."""
    found: dict[str, int] = {}
    for kind, some in minutes.items():
        told = told_kind(kind, hidden)
        found[told] = found.get(told, 0) + some
    return found


def kind_label(kind: str) -> str:
    """What a kind of absence is called in the language spoken now."""
    return str(named_kind(kind))


class Lapse(models.TextChoices):
    """Why a punch is missing; each has a quota of its own."""

    FORGOT = "forgot", gettext_lazy("忘记打卡")
    DEVICE = "device", gettext_lazy("考勤机故障")
    OTHER = "other", gettext_lazy("其他原因")


class Point(models.TextChoices):
    """Which punch of a shift's segment it is."""

    IN = "in", gettext_lazy("上班")
    OUT = "out", gettext_lazy("下班")


@dataclass(frozen=True)
class Quota:
    """How often punches may be added for a reason: times a month (None: as often as needed), until how many days after,
    and whether a file must prove it."""

    most: int | None
    within_days: int
    proof: bool = False


QUOTAS = {Lapse.FORGOT: Quota(2, 7), Lapse.DEVICE: Quota(None, 7, True), Lapse.OTHER: Quota(2, 7)}
"""What holds until a company states its own."""

STATUS_LABELS = {
    "absent": gettext_lazy("旷工"),
    "missing": gettext_lazy("缺卡"),
    "serious_late": gettext_lazy("严重迟到"),
    "late": gettext_lazy("迟到"),
    "early": gettext_lazy("早退"),
    "leave": gettext_lazy("请假"),
    "trip": gettext_lazy("出差外出"),
    "overtime": gettext_lazy("加班"),
    "rest": gettext_lazy("休息"),
    "normal": gettext_lazy("正常"),
}

EXCEPTIONS = ("absent", "missing", "serious_late", "late", "early")
"""The words of a day's status that somebody must look at, the gravest first."""

SEE_OWN_DAYS = permission("attendance.see_own", gettext_lazy("查看自己的考勤"), EVERYONE)
SEE_DAYS = permission("attendance.see", gettext_lazy("查看考勤结果"), [Role.MANAGER, Role.HR, Role.AUDITOR])
EXPORT_DAYS = permission("attendance.export", gettext_lazy("导出考勤表"), [Role.MANAGER, Role.HR, Role.AUDITOR])
MANAGE_ATTENDANCE_RULES = permission("attendance.manage_rules", gettext_lazy("维护考勤规则"), [Role.HR])
SETTLE = permission("attendance.settle", gettext_lazy("重新核算"), [Role.HR])
RECORD_APPROVALS = permission("attendance.record_approvals", gettext_lazy("登记请假与加班"), [Role.HR])
CLOSE_MONTHS = permission("attendance.close_month", gettext_lazy("月结"), [Role.HR])
SEE_CLOSED = permission("attendance.see_closed", gettext_lazy("查看月结结果"), [Role.HR, Role.AUDITOR])
ANSWER_OBJECTIONS = permission("attendance.answer_objections", gettext_lazy("答复考勤异议"), [Role.MANAGER, Role.HR])

EXCEPTION = notice_kind("attendance.exception", gettext_lazy("自己的考勤异常"), channels=[Channel.PUSH])
TEAM_EXCEPTIONS = notice_kind("attendance.team_exceptions", gettext_lazy("团队的考勤异常"), channels=[Channel.PUSH])
MONTH_READY = notice_kind("attendance.month_ready", gettext_lazy("请确认本月考勤"), channels=[Channel.PUSH])
OBJECTION = notice_kind("attendance.objection", gettext_lazy("员工对考勤有异议"), channels=[Channel.PUSH])
OBJECTION_ANSWERED = notice_kind(
    "attendance.objection_answered", gettext_lazy("考勤异议的答复"), channels=[Channel.PUSH]
)
