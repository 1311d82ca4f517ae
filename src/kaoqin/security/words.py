"""Roles, permissions and the actor: the words of who may do what."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db import models


class Role(models.TextChoices):
    EMPLOYEE = "employee", "员工"
    MANAGER = "manager", "主管"
    HR = "hr", "人事"
    ADMINISTRATOR = "administrator", "系统管理员"
    AUDITOR = "auditor", "审计员"


class ScopeKind(models.TextChoices):
    SELF = "self", "本人"
    DEPARTMENT = "department", "部门"
    SITE = "site", "地点"
    ALL = "all", "全公司"


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

    `employee_id` is None for accounts that are nobody's (a service account, the first administrator).
    """

    account_id: int | None
    name: str
    grants: tuple[Granted, ...] = ()
    employee_id: int | None = None
    address: str = ""

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
    label: str
    roles: frozenset[Role] = field(default=frozenset())


_permissions: dict[str, Permission] = {}


def permission(code: str, label: str, roles: Iterable[Role]) -> str:
    """Declare a permission (once, in a room's `words.py`) and return its code."""
    _permissions[code] = Permission(code, label, frozenset(roles))
    return code


def permissions() -> dict[str, Permission]:
    return dict(_permissions)


EVERYONE = (Role.EMPLOYEE, Role.MANAGER, Role.HR, Role.ADMINISTRATOR, Role.AUDITOR)

SEE_OWN_ACCOUNT = permission("security.own_account", "管理自己的账号", EVERYONE)
SEE_ACCOUNTS = permission("security.see_accounts", "查看账号与授权", [Role.ADMINISTRATOR, Role.AUDITOR])
MANAGE_ACCOUNTS = permission("security.manage_accounts", "管理账号与授权", [Role.ADMINISTRATOR])
READ_AUDIT = permission("security.read_audit", "查看审计日志", [Role.AUDITOR, Role.ADMINISTRATOR])
