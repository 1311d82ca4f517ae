"""Questions about accounts, grants and what was done."""

from django.db.models import QuerySet
from django.utils.translation import gettext

from kaoqin.core.words import NotFound
from kaoqin.security.doors import require
from kaoqin.security.models import Account, AuditEntry
from kaoqin.security.words import READ_AUDIT, SEE_ACCOUNTS, Actor


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
