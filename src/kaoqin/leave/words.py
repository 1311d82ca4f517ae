"""Words of leave: units, count modes, kinds of entries, the statutory kinds, permissions."""

from dataclasses import dataclass
from decimal import Decimal

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy

from kaoqin.security.words import EVERYONE, Role, permission


class Unit(models.TextChoices):
    """In what a kind is taken."""

    MINUTE = "minute", gettext_lazy("分钟")
    HOUR = "hour", gettext_lazy("小时")
    HALF_DAY = "half_day", gettext_lazy("半天")
    DAY = "day", gettext_lazy("天")


class CountMode(models.TextChoices):
    """Which days a leave costs."""

    WORKDAYS = "workdays", gettext_lazy("排班工作日")
    CALENDAR = "calendar", gettext_lazy("自然日")
    CALENDAR_WITHOUT_STATUTORY = "no_statutory", gettext_lazy("自然日,不含法定节假日")


class Source(models.TextChoices):
    """Where the balance of a kind comes from."""

    GRANT = "grant", gettext_lazy("一次发放")
    ACCRUAL = "accrual", gettext_lazy("按月累积")
    NONE = "none", gettext_lazy("不设余额")


class Entitlement(models.TextChoices):
    """By which rule a kind is granted without anybody asking."""

    BY_HAND = "by_hand", gettext_lazy("人事手工发放")
    ANNUAL = "annual", gettext_lazy("法定年休假(5 / 10 / 15 天)")
    FIXED = "fixed", gettext_lazy("每年固定天数")
    MARRIAGE = "marriage", gettext_lazy("结婚时,按地方参数")
    MATERNITY = "maternity", gettext_lazy("生育或流产时,按地方参数")
    PATERNITY = "paternity", gettext_lazy("配偶生育时,按地方参数")
    PARENTAL = "parental", gettext_lazy("子女满 3 岁前每年,按地方参数")
    ONLY_CHILD = "only_child", gettext_lazy("独生子女每年,按地方参数")


class Rounding(models.TextChoices):
    """What becomes of a part of a day when an entitlement is cut to a part of the year."""

    FLOOR_DAY = "floor_day", gettext_lazy("舍去不足 1 天的部分")
    FLOOR_HALF = "floor_half", gettext_lazy("舍去不足半天的部分")
    EXACT = "exact", gettext_lazy("保留到分钟")


class Crossing(models.TextChoices):
    """What counts in the year in which somebody completes 10 or 20 years of work."""

    PRORATA = "prorata", gettext_lazy("满年限前后分段折算")
    WHOLE_YEAR = "whole_year", gettext_lazy("全年按较高的天数")


class AtExpiry(models.TextChoices):
    """What becomes of what is left on the last day."""

    LAPSE = "lapse", gettext_lazy("作废")
    CARRY = "carry", gettext_lazy("自动结转一次")
    PAYOUT = "payout", gettext_lazy("折算工资")


class Disqualifies(models.TextChoices):
    """Whether much of this leave costs the statutory annual leave."""

    NO = "", gettext_lazy("不影响")
    SICK = "sick", gettext_lazy("病假:累计满 2 / 3 / 4 个月")
    PERSONAL = "personal", gettext_lazy("事假:累计满 20 天且不扣工资")


class JoinedTo(models.TextChoices):
    """Whether leave of another kind also draws on this balance."""

    NOTHING = "", gettext_lazy("单独使用")
    FIRST = "first", gettext_lazy("休年假时先用它")
    AFTER = "after", gettext_lazy("休年假时后用它")


class Entry(models.TextChoices):
    """What an entry of the ledger is. The first four begin a lot or take from one by the sign of the minutes."""

    GRANT = "grant", gettext_lazy("发放")
    ACCRUAL = "accrual", gettext_lazy("累积")
    CARRY = "carry", gettext_lazy("结转")
    ADJUSTMENT = "adjustment", gettext_lazy("调整")
    USE = "use", gettext_lazy("使用")
    GIVE_BACK = "give_back", gettext_lazy("退回")
    EXPIRY = "expiry", gettext_lazy("过期")
    PAYOUT = "payout", gettext_lazy("折算工资")


class Half(models.TextChoices):
    """A part of a roster day, for kinds taken by the day or half day."""

    FIRST = "first", gettext_lazy("上半天")
    SECOND = "second", gettext_lazy("下半天")


class Place(models.TextChoices):
    """When the hour of a nursing mother is."""

    START = "start", gettext_lazy("上班晚到")
    END = "end", gettext_lazy("下班早走")
    BOTH = "both", gettext_lazy("早晚各一半")


class Parameter(models.TextChoices):
    """What the law of a region gives; days, months or minutes as the name says."""

    MATERNITY_DAYS = "maternity_days", gettext_lazy("产假(天)")
    MATERNITY_LATER_DAYS = "maternity_later_days", gettext_lazy("第二、三个子女的产假(天)")
    MATERNITY_MONTHS = "maternity_months", gettext_lazy("产假另加(个月)")
    DIFFICULT_DAYS = "difficult_days", gettext_lazy("难产另加(天)")
    EXTRA_BABY_DAYS = "extra_baby_days", gettext_lazy("多胞胎每多一个另加(天)")
    LOSS_EARLY_DAYS = "loss_early_days", gettext_lazy("怀孕未满 4 个月流产(天)")
    LOSS_LATE_DAYS = "loss_late_days", gettext_lazy("怀孕满 4 个月流产(天)")
    BEFORE_BIRTH_DAYS = "before_birth_days", gettext_lazy("产前可休(天)")
    PATERNITY_DAYS = "paternity_days", gettext_lazy("陪产假(天)")
    PATERNITY_MONTHS = "paternity_months", gettext_lazy("陪产假(个月)")
    PARENTAL_DAYS = "parental_days", gettext_lazy("育儿假,每年(天)")
    MARRIAGE_DAYS = "marriage_days", gettext_lazy("婚假(天)")
    MARRIAGE_CHECKED_DAYS = "marriage_checked_days", gettext_lazy("参加婚检另加婚假(天)")
    ONLY_CHILD_DAYS = "only_child_days", gettext_lazy("独生子女护理假,每年(天)")
    ONLY_CHILD_HOSPITAL_DAYS = "only_child_hospital_days", gettext_lazy("父母住院时独生子女护理假,最多(天)")
    NURSING_MINUTES = "nursing_minutes", gettext_lazy("哺乳时间,每天每个婴儿(分钟)")
    MEDICAL_RULE = "medical_rule", gettext_lazy("医疗期算法(1:全国表,2:上海)")


class Confidence(models.TextChoices):
    """How sure a value is."""

    LAW = "L", gettext_lazy("法律原文")
    PAGE = "P", gettext_lazy("公开转载")
    KNOWLEDGE = "GK", gettext_lazy("一般认知,待核实")
    COMPANY = "company", gettext_lazy("本单位填写")


NATION = ""
"""The region of parameters that hold where a province has none of its own."""

KIND_NAMES = {
    "annual": gettext_lazy("年假"),
    "company_annual": gettext_lazy("福利年假"),
    "sick": gettext_lazy("病假"),
    "personal": gettext_lazy("事假"),
    "comp_time": gettext_lazy("调休"),
    "marriage": gettext_lazy("婚假"),
    "bereavement": gettext_lazy("丧假"),
    "maternity": gettext_lazy("产假"),
    "paternity": gettext_lazy("陪产假"),
    "parental": gettext_lazy("育儿假"),
    "only_child": gettext_lazy("独生子女护理假"),
    "nursing": gettext_lazy("哺乳假"),
    "antenatal": gettext_lazy("产检假"),
    "work_injury": gettext_lazy("工伤假"),
    "home_visit": gettext_lazy("探亲假"),
    "public_duty": gettext_lazy("公假"),
}
"""What the kinds of the law are called. A kind a company makes up has its own word as its code."""


def kind_name(code: str) -> str | Promise:
    """What a kind is called, in the reader's language; a word HR made up is its own name."""
    return KIND_NAMES.get(code, code)


@dataclass(frozen=True)
class Rules:
    """A kind of leave from a day on. Days are working days of `day_minutes`; what is None or 0 does not apply."""

    unit: str = Unit.DAY
    step_minutes: int = 60
    count_mode: str = CountMode.WORKDAYS
    day_minutes: int = 480
    paid_percent: int = 100
    pay_formula: str = ""
    source: str = Source.NONE
    entitlement: str = Entitlement.BY_HAND
    entitled_days: Decimal = Decimal(0)
    prorata: bool = False
    rounding: str = Rounding.FLOOR_DAY
    crossing: str = Crossing.PRORATA
    valid_months: int = 12
    at_expiry: str = AtExpiry.LAPSE
    payout_percent: int = 0
    joined: str = JoinedTo.NOTHING
    most_days_each: Decimal = Decimal(0)
    proof_after_days: int | None = None
    gender: str = ""
    service_months: int = 0
    private: bool = False
    affects_full_attendance: bool = True
    disqualifies: str = Disqualifies.NO
    closed: bool = False


def say_days(minutes: int, day_minutes: int) -> str:
    """Minutes of leave as days, `2 天`, `0.5 天`; with a rest that is no half day, `1 天 45 分`."""
    days, rest = divmod(abs(minutes), day_minutes)
    if rest * 2 == day_minutes:
        said = gettext("{days} 天").format(days=f"{days}.5")
    elif not rest:
        said = gettext("{days} 天").format(days=days)
    else:
        hours, left = divmod(rest, 60)
        parts = [gettext("{days} 天").format(days=days)] if days else []
        parts += [gettext("{hours} 小时").format(hours=hours)] if hours else []
        parts += [gettext("{minutes} 分").format(minutes=left)] if left else []
        said = " ".join(parts)
    return f"-{said}" if minutes < 0 else said


SEE_OWN_LEAVE = permission("leave.see_own", gettext_lazy("查看自己的假期"), EVERYONE)
SEE_BALANCES = permission("leave.see_balances", gettext_lazy("查看假期余额"), [Role.MANAGER, Role.HR])
RECORD_LEAVE = permission("leave.record", gettext_lazy("登记请假、销假与调整余额"), [Role.HR])
MANAGE_KINDS = permission("leave.manage_kinds", gettext_lazy("维护假期类型与地方参数"), [Role.HR])
