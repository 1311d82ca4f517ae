"""Words of field work: how sure a customer's place is, how a visit ended, what a form asks, permissions."""

from dataclasses import dataclass, field
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy, pgettext_lazy

from kaoqin.notices.words import notice_kind
from kaoqin.security.words import EVERYONE, Role, permission

VISIT_IN, VISIT_OUT = "visit_in", "visit_out"
"""The kinds of a phone's records that begin and end a visit."""
RADIUS_M, LEAST_RADIUS_M, MOST_RADIUS_M = 100, 20, 5_000


class Sureness(models.TextChoices):
    """How sure the place of a customer is. Visits are judged by an exact one only."""

    EXACT = "exact", pgettext_lazy("place", "已校准")
    NEARLY = "nearly", pgettext_lazy("place", "待校准")
    UNPLACED = "unplaced", pgettext_lazy("place", "没有位置")


class Ending(models.TextChoices):
    """How a visit ended; one that goes on has none."""

    CHECKED_OUT = "checked_out", gettext_lazy("已签退")
    NEXT = "next", gettext_lazy("未签退,到下一家时结束")
    MIDNIGHT = "midnight", gettext_lazy("未签退")


class Answer(models.TextChoices):
    """What kind of an answer a field of a form takes."""

    TEXT = "text", pgettext_lazy("field", "文字")
    NUMBER = "number", pgettext_lazy("field", "数字")
    CHOICE = "choice", pgettext_lazy("field", "单选")
    DATE = "date", pgettext_lazy("field", "日期")
    YES_NO = "yes_no", pgettext_lazy("field", "是或否")


@dataclass(frozen=True)
class Asked:
    """One field of a form: its key, which never changes, what it asks, for which answer; `choices` of a choice."""

    key: str
    label: str
    answer: Answer
    required: bool = False
    choices: tuple[str, ...] = ()

    def keep(self) -> dict[str, Any]:
        """As JSON."""
        return {**vars(self), "answer": str(self.answer), "choices": list(self.choices)}


@dataclass(frozen=True)
class KindTerms:
    """What a visit of a kind asks for from a day on. A stay under `least_minutes` is short."""

    least_minutes: int = 0
    photo_needed: bool = False
    note_needed: bool = False
    fields: tuple[Asked, ...] = field(default=())


VISIT = permission("field.visit", gettext_lazy("拜访客户,安排自己的拜访"), EVERYONE)
SEE_VISITS = permission("field.see", gettext_lazy("查看员工的拜访与计划"), [Role.MANAGER, Role.HR])
PLAN_VISITS = permission("field.plan", gettext_lazy("安排员工的拜访"), [Role.MANAGER, Role.HR])
NOTE_VISITS = permission("field.note", gettext_lazy("批注员工的拜访"), [Role.MANAGER, Role.HR])
SEE_CUSTOMERS = permission("field.customers", gettext_lazy("查看员工负责的客户"), [Role.MANAGER, Role.HR])
SEE_CONTACTS = permission("field.contacts", gettext_lazy("查看客户联系人的完整电话"), [Role.HR])
PLACE_CUSTOMERS = permission("field.place", gettext_lazy("校准客户的位置"), [Role.MANAGER, Role.HR])
MANAGE_CUSTOMERS = permission("field.manage", gettext_lazy("管理客户与负责人"), [Role.HR])
MANAGE_VISIT_KINDS = permission("field.kinds", gettext_lazy("管理拜访类型"), [Role.HR])

MISSED = notice_kind("field.missed", gettext_lazy("计划的拜访没有完成"))
SHORT = notice_kind("field.short", gettext_lazy("拜访时间过短"))
DIGEST = notice_kind("field.digest", gettext_lazy("团队拜访日报"))
