"""The one question every door asks: may this actor do this, and to whom."""

import datetime as dt

from django.utils.translation import gettext

from kaoqin.core.words import NotAllowed
from kaoqin.security.models import Account, Grant
from kaoqin.security.neighbours import who_is
from kaoqin.security.words import EVERYONE, Actor, Granted, Reach, Role, Scope, ScopeKind, permissions

SYSTEM = Actor(account_id=None, name="系统", grants=(Granted(Role.HR, Scope(ScopeKind.ALL)),))


def actor_of(account: Account, on: dt.date, address: str = "") -> Actor:
    """The actor an account is on a day, with the grants in force; everyone has the role employee for oneself."""
    grants = [
        Granted(Role(grant.role), Scope(ScopeKind(grant.scope_kind), grant.scope_key))
        for grant in Grant.objects.filter(account=account, begins_on__lte=on)
        if grant.ends_on is None or grant.ends_on >= on
    ]
    own = Granted(Role.EMPLOYEE, Scope(ScopeKind.SELF))
    return Actor(account.pk, account.name, (own, *grants), who_is(account.pk), address)


def reach(by: Actor, code: str) -> Reach:
    """Whom `by` reaches with a permission: what everybody may do, everybody may do with their own only. Raises KeyError
    for a code nobody declared."""
    roles = permissions()[code].roles
    if roles == frozenset(EVERYONE):
        return Reach(employee_id=by.employee_id)
    scopes = [granted.scope for granted in by.grants if granted.role in roles]
    return Reach(
        everyone=any(scope.kind == ScopeKind.ALL for scope in scopes),
        department_ids=frozenset(scope.key for scope in scopes if scope.kind == ScopeKind.DEPARTMENT),
        site_ids=frozenset(scope.key for scope in scopes if scope.kind == ScopeKind.SITE),
        employee_id=by.employee_id if any(scope.kind == ScopeKind.SELF for scope in scopes) else None,
    )


def may(by: Actor, code: str) -> bool:
    """Whether `by` holds a permission at all, in whatever scope."""
    roles = permissions()[code].roles
    return any(granted.role in roles for granted in by.grants)


def require(by: Actor, code: str, *, everywhere: bool = False) -> Reach:
    """Refuse unless `by` holds the permission (with `everywhere`: for the whole company); return the reach."""
    if not may(by, code):
        raise NotAllowed(
            "security.not_allowed",
            gettext("您没有「{label}」的权限,请联系系统管理员。").format(label=permissions()[code].label),
        )
    found = reach(by, code)
    if everywhere and not found.everyone:
        raise NotAllowed(
            "security.not_everywhere",
            gettext("「{label}」需要全公司范围的授权。").format(label=permissions()[code].label),
        )
    return found
