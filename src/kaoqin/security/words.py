"""Roles, permissions and the actor: the words of who may do what."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

LANGUAGES = ("zh-hans", "en")
THEME_COOKIE = "theme"


class Theme(models.TextChoices):
    """How bright the pages are; `AUTO` is as the person's system is."""

    AUTO = "auto", gettext_lazy("跟随系统")
    LIGHT = "light", gettext_lazy("浅色")
    DARK = "dark", gettext_lazy("深色")


class Role(models.TextChoices):
    EMPLOYEE = "employee", gettext_lazy("员工")
    MANAGER = "manager", gettext_lazy("主管")
    HR = "hr", gettext_lazy("人事")
    ADMINISTRATOR = "administrator", gettext_lazy("系统管理员")
    AUDITOR = "auditor", gettext_lazy("审计员")


class ScopeKind(models.TextChoices):
    SELF = "self", gettext_lazy("本人")
    DEPARTMENT = "department", gettext_lazy("部门")
    SITE = "site", gettext_lazy("地点")
    ALL = "all", gettext_lazy("全公司")


class Look(models.TextChoices):
    """What of another person was looked at that is sensitive."""

    RECORD = "record", gettext_lazy("手机打卡的位置")
    PUNCH = "punch", gettext_lazy("打卡地点")
    TRACK = "track", gettext_lazy("轨迹")
    HEAT = "heat", gettext_lazy("团队停留热力图")
    ROUTE = "route", gettext_lazy("外勤一天的路线")
    VISIT = "location", gettext_lazy("拜访的位置")
    PHOTO = "photo", gettext_lazy("拜访照片")
    SPOT = "spot", gettext_lazy("打卡的现场照片")
    FACTS = "facts", gettext_lazy("个人情况")
    LEAVE = "leave", gettext_lazy("假期与请假原因")
    COPY = "copy", gettext_lazy("个人信息副本")


@dataclass(frozen=True)
class Scope:
    """Where a grant reaches: a department with all below it, a site, everyone, or only oneself."""

    kind: ScopeKind
    key: int = 0


@dataclass(frozen=True)
class Granted:
    """One role in one scope, valid today."""

    role: Role
    scope: Scope


@dataclass(frozen=True)
class Actor:
    """Who asks. Pages, the API and commands make one at the door and pass it in as `by`.

    `employee_id` is None for accounts that are nobody's (a service account, the first administrator). `phone_id`: the one
    phone that speaks, where a token of that phone was shown and no session.
    """

    account_id: int | None
    name: str
    grants: tuple[Granted, ...] = ()
    employee_id: int | None = None
    address: str = ""
    phone_id: int | None = None

    def roles(self) -> frozenset[Role]:
        return frozenset(granted.role for granted in self.grants)


@dataclass(frozen=True)
class Reach:
    """Whom an actor reaches with one permission; queries turn it into a filter."""

    everyone: bool = False
    department_ids: frozenset[int] = frozenset()
    site_ids: frozenset[int] = frozenset()
    employee_id: int | None = None

    @property
    def nobody(self) -> bool:
        return not (self.everyone or self.department_ids or self.site_ids or self.employee_id)


@dataclass(frozen=True)
class Permission:
    """Something that can be asked for: its code, what people call it, and which roles hold it."""

    code: str
    label: str | Promise
    roles: frozenset[Role] = field(default=frozenset())


_permissions: dict[str, Permission] = {}


def permission(code: str, label: str | Promise, roles: Iterable[Role]) -> str:
    """Declare a permission (once, in a room's `words.py`) and return its code."""
    _permissions[code] = Permission(code, label, frozenset(roles))
    return code


def permissions() -> dict[str, Permission]:
    return dict(_permissions)


EVERYONE = (Role.EMPLOYEE, Role.MANAGER, Role.HR, Role.ADMINISTRATOR, Role.AUDITOR)

SEE_OWN_ACCOUNT = permission("security.own_account", gettext_lazy("管理自己的账号"), EVERYONE)
SEE_ACCOUNTS = permission("security.see_accounts", gettext_lazy("查看账号与授权"), [Role.ADMINISTRATOR, Role.AUDITOR])
MANAGE_ACCOUNTS = permission("security.manage_accounts", gettext_lazy("管理账号与授权"), [Role.ADMINISTRATOR])
READ_AUDIT = permission("security.read_audit", gettext_lazy("查看审计日志"), [Role.AUDITOR, Role.ADMINISTRATOR])
