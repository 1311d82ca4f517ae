"""Words of overtime: how it is repaid, what a cap does, kinds of entries of the bank, permissions."""

from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy

from kaoqin.scheduling.words import DayKind
from kaoqin.security.words import EVERYONE, Role, permission

COMP_TIME = "comp_time"
"""The kind of leave that is taken from the bank."""
RATES = {DayKind.WORKDAY: 150, DayKind.REST: 200, DayKind.STATUTORY: 300}
"""劳动法 art. 44, in percent."""
BANKABLE = (DayKind.REST, DayKind.WORKDAY)
"""What may become comp time, in this order; of a statutory day nothing may."""


class Way(models.TextChoices):
    """How overtime is repaid."""

    PAY = "pay", gettext_lazy("付加班费")
    BANK = "bank", gettext_lazy("转调休")


class Treatment(models.TextChoices):
    """Which ways a company offers for a kind of day, the usual one first."""

    PAY = "pay", gettext_lazy("只付加班费")
    BANK = "bank", gettext_lazy("只转调休")
    PAY_FIRST = "pay_first", gettext_lazy("默认付加班费,也可转调休")
    BANK_FIRST = "bank_first", gettext_lazy("默认转调休,也可付加班费")

    @property
    def ways(self) -> tuple[Way, ...]:
        return _WAYS[self]


_WAYS = {
    Treatment.PAY: (Way.PAY,),
    Treatment.BANK: (Way.BANK,),
    Treatment.PAY_FIRST: (Way.PAY, Way.BANK),
    Treatment.BANK_FIRST: (Way.BANK, Way.PAY),
}


class Cap(models.TextChoices):
    """What happens where a cap of the law would be passed."""

    WARN = "warn", gettext_lazy("提醒,仍可提交")
    BLOCK = "block", gettext_lazy("不能提交")


class Entry(models.TextChoices):
    """What an entry of the bank is. The first three begin a lot, or take from one by the sign of the minutes."""

    CREDIT = "credit", gettext_lazy("加班转入")
    OPENING = "opening", gettext_lazy("期初余额")
    ADJUSTMENT = "adjustment", gettext_lazy("调整")
    USE = "use", gettext_lazy("使用")
    GIVE_BACK = "give_back", gettext_lazy("退回")
    PAYOUT = "payout", gettext_lazy("折算加班费")


@dataclass(frozen=True)
class Rules:
    """How a company or a group repays overtime from a day on. What holds here holds until a company says otherwise.

    Minutes; the caps are those of 劳动法 art. 41. `months_valid`: how long comp time may be taken. `days_after`: until
    how many days after the work it may still be asked for. `banked_counts`: whether what becomes comp time counts
    towards the cap of the month.
    """

    workday: str = Treatment.PAY_FIRST
    rest: str = Treatment.BANK_FIRST
    usual_day_minutes: int = 60
    most_day_minutes: int = 180
    most_month_minutes: int = 2160
    day_cap: str = Cap.WARN
    month_cap: str = Cap.BLOCK
    banked_counts: bool = False
    months_valid: int = 6
    days_after: int = 7

    def ways(self, kind: DayKind) -> tuple[Way, ...]:
        """The ways offered for a kind of day, the usual one first. A statutory day is always paid."""
        return (Way.PAY,) if kind == DayKind.STATUTORY else Treatment(getattr(self, kind)).ways


SEE_OWN_BANK = permission("overtime.see_own", gettext_lazy("查看自己的调休"), EVERYONE)
ASK_FOR_OTHERS = permission("overtime.ask_for_others", gettext_lazy("为下属申请加班"), [Role.MANAGER, Role.HR])
SEE_BANK = permission("overtime.see_bank", gettext_lazy("查看调休余额"), [Role.MANAGER, Role.HR])
MANAGE_BANK = permission("overtime.manage_bank", gettext_lazy("维护加班规则与调整调休"), [Role.HR])
