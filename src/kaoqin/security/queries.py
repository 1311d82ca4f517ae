"""Questions about accounts, grants and what was done."""

import datetime as dt
from collections.abc import Iterable

from django.db.models import Q, QuerySet
from django.utils.translation import gettext

from kaoqin.core.words import NotFound
from kaoqin.security.doors import require
from kaoqin.security.models import Account, AuditEntry, Grant
from kaoqin.security.words import READ_AUDIT, SEE_ACCOUNTS, Actor, ScopeKind


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


def holders(role: str, department_ids: Iterable[int], site_ids: Iterable[int], *, on: dt.date) -> list[int]:
    """The open accounts that hold a role on a day for everybody, for one of the departments or for one of the sites."""
    reaching = (
        Q(scope_kind=ScopeKind.ALL)
        | Q(scope_kind=ScopeKind.DEPARTMENT, scope_key__in=list(department_ids))
        | Q(scope_kind=ScopeKind.SITE, scope_key__in=list(site_ids))
    )
    given = Grant.objects.filter(reaching, role=role, account__is_active=True, begins_on__lte=on)
    rows = given.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=on))
    return list(rows.order_by("account").values_list("account_id", flat=True).distinct())


def names_of(account_ids: Iterable[int]) -> dict[int, str]:
    """What the people of some accounts are called."""
    return dict(Account.objects.filter(pk__in=list(account_ids)).values_list("pk", "name"))
