"""Words of approvals: kinds of requests other rooms declare, who decides, states, permissions."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from kaoqin.notices.words import Channel, notice_kind
from kaoqin.security.words import EVERYONE, Role, permission

Details = Mapping[str, Any]
"""What is asked for, as JSON; the room that declared the kind owns and understands it."""
Lines = list[tuple[str, str]]
"""What a person reads of a request: (label, text)."""


class Fact(models.TextChoices):
    """What a condition of a flow may ask, besides kind and department."""

    DAYS = "days", gettext_lazy("天数")
    HOURS = "hours", gettext_lazy("小时数")
    AMOUNT = "amount", gettext_lazy("金额")


@dataclass(frozen=True)
class RequestKind:
    """A kind of request: what a person reads, what conditions may ask, and where it is asked for (an address; with
    `?request=` and its number it takes up one that was sent back, with `?date=` it begins on a day).

    Where a kind has finer ones (请假: the kinds of leave), `finer` gives them, code → what it is called, and the fact `kind`
    tells which it is. `about` says in a line what it is for; `mends` are the statuses of a day that it may set right. Where `for_others`
    HR may ask in somebody's place: the address takes `?for=` and a number (`queries.applicant`). What people ask for
    most stands first, by `place`.
    """

    code: str
    label: str | Promise
    lines: Callable[[Details], Lines]
    facts: Callable[[Details], Mapping[str, Decimal | int | str]]
    address: str
    icon: str = "clipboard-list"
    about: str | Promise = ""
    mends: frozenset[str] = frozenset()
    for_others: bool = False
    place: int = 100
    finer: Callable[[], Mapping[str, str | Promise]] = dict

    def finer_labels(self) -> dict[str, str]:
        """The finer kinds as conditions name them (`leave:sick`), with what they are called (`请假 · 病假`)."""
        return {f"{self.code}:{code}": f"{self.label} · {label}" for code, label in self.finer().items()}


_kinds: dict[str, RequestKind] = {}


def request_kind(kind: RequestKind) -> RequestKind:
    """Declare a kind of request, once, at start."""
    _kinds[kind.code] = kind
    return kind


def request_kinds() -> dict[str, RequestKind]:
    """All kinds by their code, in the order in which people are offered them."""
    return {kind.code: kind for kind in sorted(_kinds.values(), key=lambda one: one.place)}


def kinds_that_mend(status: str) -> list[RequestKind]:
    """The kinds that may set a day of a status (`late+missing`) right."""
    words = set(status.split("+"))
    return [kind for kind in request_kinds().values() if kind.mends & words]


def kind_label(kind: str) -> str | Promise:
    """What a kind of request is called."""
    known = _kinds.get(kind)
    return known.label if known else kind


def condition_labels() -> dict[str, str]:
    """All kinds a condition may name, the finer ones after their own."""
    return {
        code: label
        for kind in _kinds.values()
        for code, label in ((kind.code, str(kind.label)), *kind.finer_labels().items())
    }


class Who(models.TextChoices):
    """By whom a step is decided. The first four are chosen in a flow, the others come of themselves."""

    MANAGER = "manager", gettext_lazy("直属主管")
    HEAD = "head", gettext_lazy("部门负责人")
    ROLE = "role", gettext_lazy("角色")
    PEOPLE = "people", gettext_lazy("指定人员")
    CONSENT = "consent", gettext_lazy("对方同意")
    ADDED = "added", gettext_lazy("加签")


CHOSEN = (Who.MANAGER, Who.HEAD, Who.ROLE, Who.PEOPLE)


class Mode(models.TextChoices):
    """How several decide a step."""

    ANY = "any", gettext_lazy("一人同意即可(或签)")
    ALL = "all", gettext_lazy("须全部同意(会签)")
    IN_TURN = "in_turn", gettext_lazy("按顺序逐个同意")


class Missing(models.TextChoices):
    """Who decides where nobody was found."""

    UP = "up", gettext_lazy("往上一级主管")
    PEOPLE = "people", gettext_lazy("指定人员")
    HR = "hr", gettext_lazy("人事")


class Found(models.TextChoices):
    """How those who decide a step were found."""

    PLANNED = "planned", gettext_lazy("按流程")
    UP = "up", gettext_lazy("没有找到,转上级")
    PEOPLE = "people", gettext_lazy("没有找到,转指定人员")
    HR = "hr", gettext_lazy("没有找到,转人事")
    NOBODY = "nobody", gettext_lazy("没有人可以审批")


class Answer(models.TextChoices):
    """What was said in a seat."""

    NONE = "", gettext_lazy("未处理")
    YES = "yes", gettext_lazy("同意")
    NO = "no", gettext_lazy("不同意")
    CARRIED = "carried", gettext_lazy("前一步已同意")
    NOT_NEEDED = "not_needed", gettext_lazy("无需处理")


class State(models.TextChoices):
    """How a request stands."""

    OPEN = "open", gettext_lazy("审批中")
    SENT_BACK = "sent_back", gettext_lazy("已退回")
    APPROVED = "approved", gettext_lazy("已同意")
    REFUSED = "refused", gettext_lazy("未同意")
    WITHDRAWN = "withdrawn", gettext_lazy("已撤回")
    UNDONE = "undone", gettext_lazy("已撤销")


class StepState(models.TextChoices):
    WAITING = "waiting", gettext_lazy("未开始")
    OPEN = "open", gettext_lazy("进行中")
    PASSED = "passed", gettext_lazy("已通过")
    ENDED = "ended", gettext_lazy("已结束")


class Deed(models.TextChoices):
    """What happened with a request, in its timeline."""

    SUBMITTED = "submitted", gettext_lazy("提交申请")
    RESUBMITTED = "resubmitted", gettext_lazy("修改后重新提交")
    YES = "yes", gettext_lazy("同意")
    NO = "no", gettext_lazy("不同意")
    CARRIED = "carried", gettext_lazy("前一步已同意,不再重复审批")
    SENT_BACK = "sent_back", gettext_lazy("退回修改")
    ADDED = "added", gettext_lazy("加签")
    HANDED_OVER = "handed_over", gettext_lazy("转交")
    COMMENTED = "commented", gettext_lazy("评论")
    ATTACHED = "attached", gettext_lazy("添加附件")
    REMINDED = "reminded", gettext_lazy("催办")
    OVERDUE = "overdue", gettext_lazy("超时提醒")
    ESCALATED = "escalated", gettext_lazy("超时转交上级")
    AUTOMATIC = "automatic", gettext_lazy("在限额之内,自动同意")
    APPROVED = "approved", gettext_lazy("申请已同意")
    WITHDRAWN = "withdrawn", gettext_lazy("撤回申请")
    UNDONE = "undone", gettext_lazy("撤销已同意的申请")


class VersionState(models.TextChoices):
    DRAFT = "draft", gettext_lazy("草稿")
    PUBLISHED = "published", gettext_lazy("已发布")


MOST_STEPS = 12
ROLES = (Role.MANAGER, Role.HR, Role.ADMINISTRATOR)
"""Roles a step may name."""
ASK = permission("approvals.ask", gettext_lazy("提交申请"), EVERYONE)
DECIDE = permission("approvals.decide", gettext_lazy("审批"), EVERYONE)
SEE_REQUESTS = permission("approvals.see", gettext_lazy("查看全部申请"), [Role.HR])
MANAGE_REQUESTS = permission("approvals.manage", gettext_lazy("代办与撤销申请"), [Role.HR])
MANAGE_FLOWS = permission("approvals.manage_flows", gettext_lazy("维护审批流程"), [Role.HR])

_BOTH = (Channel.PUSH, Channel.EMAIL)
WAITS = notice_kind("approvals.waiting", gettext_lazy("待我审批"), channels=_BOTH)
REMINDED = notice_kind("approvals.reminded", gettext_lazy("催办"), urgent=True, channels=_BOTH)
DECIDED = notice_kind("approvals.decided", gettext_lazy("审批结果"), channels=_BOTH)
