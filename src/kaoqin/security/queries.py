"""Questions about accounts, grants and what was done."""

import datetime as dt
from collections.abc import Collection, Iterable

from django.db.models import Q, QuerySet
from django.utils.translation import gettext

from kaoqin.core.words import NotFound
from kaoqin.security.doors import require
from kaoqin.security.models import Account, AuditEntry, Grant
from kaoqin.security.words import READ_AUDIT, SEE_ACCOUNTS, Actor, Role, ScopeKind, permissions


def accounts(*, seen_by: Actor) -> QuerySet[Account]:
    require(seen_by, SEE_ACCOUNTS, everywhere=True)
    return Account.objects.prefetch_related("grants").order_by("username")


def account(account_id: int, *, seen_by: Actor) -> Account:
    found = accounts(seen_by=seen_by).filter(pk=account_id).first()
    if found is None:
        raise NotFound("security.no_account", gettext("没有这个账号。"))
    return found


def audit_entries(*, seen_by: Actor) -> QuerySet[AuditEntry]:
    require(seen_by, READ_AUDIT, everywhere=True)
    return AuditEntry.objects.order_by("-at", "-pk")


def holders(code: str, on: dt.date, *, site_id: int | None = None, roles: Iterable[Role] = tuple(Role)) -> set[int]:
    """The accounts in use that hold a permission by a grant for the whole company on a day, or for a site where one is
    named; `roles` narrows by which. For telling people, not for showing them. Raises KeyError for a code nobody declared.
    """
    scope = Q(scope_kind=ScopeKind.ALL) | Q(scope_kind=ScopeKind.SITE, scope_key=site_id or 0)
    held = permissions()[code].roles & frozenset(roles)
    return set(_given(on).filter(scope, role__in=held).values_list("account_id", flat=True))


def who_may(code: str, account_ids: Collection[int], on: dt.date) -> set[int]:
    """Those of some accounts that hold a permission on a day, for whomever. For telling people, not for showing them."""
    held = permissions()[code].roles
    return set(_given(on).filter(account__in=account_ids, role__in=held).values_list("account_id", flat=True))


def _given(on: dt.date) -> QuerySet[Grant]:
    """The grants of a day, of accounts in use."""
    in_force = Q(begins_on__lte=on) & (Q(ends_on=None) | Q(ends_on__gte=on))
    return Grant.objects.filter(in_force, account__is_active=True)


def in_use(account_ids: Collection[int]) -> dict[int, Account]:
    """Those of the accounts that may log in, by id; the caller has asked whom it may see."""
    return {account.pk: account for account in Account.objects.filter(pk__in=account_ids, is_active=True)}


def in_role(role: str, department_ids: Iterable[int], site_ids: Iterable[int], *, on: dt.date) -> list[int]:
    """The open accounts that hold a role on a day for everybody, for one of the departments or for one of the sites."""
    reaching = (
        Q(scope_kind=ScopeKind.ALL)
        | Q(scope_kind=ScopeKind.DEPARTMENT, scope_key__in=list(department_ids))
        | Q(scope_kind=ScopeKind.SITE, scope_key__in=list(site_ids))
    )
    return list(
        _given(on).filter(reaching, role=role).order_by("account").values_list("account_id", flat=True).distinct()
    )


def names_of(account_ids: Iterable[int]) -> dict[int, str]:
    """What the people of some accounts are called."""
    return dict(Account.objects.filter(pk__in=list(account_ids)).values_list("pk", "name"))
