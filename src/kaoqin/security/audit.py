"""Remembering deeds, inside the transaction of the deed."""

import datetime as dt
from typing import Any

from django.db import models
from django.utils import timezone

from kaoqin.security.models import AccessRecord, AuditEntry
from kaoqin.security.words import Actor


def record(
    by: Actor,
    action: str,
    subject: models.Model | str,
    said: str,
    *,
    at: dt.datetime | None = None,
    **facts: Any,
) -> None:
    """Append what `by` did to `subject`; `said` is the sentence the auditor reads, `facts` what changed."""
    name = subject if isinstance(subject, str) else subject._meta.label_lower
    AuditEntry.objects.create(
        at=at or timezone.now(),
        account_id=by.account_id,
        actor_name=by.name,
        address=by.address,
        action=action,
        subject=name,
        subject_id=None if isinstance(subject, str) else subject.pk if isinstance(subject.pk, int) else None,
        said=said,
        facts=facts,
    )


def record_access(by: Actor, employee_ids: list[int], what: str, page: str, *, at: dt.datetime) -> None:
    """Append that `by` read location or pay of other people."""
    if by.account_id is None:
        return
    AccessRecord.objects.bulk_create(
        AccessRecord(at=at, account_id=by.account_id, employee_id=employee_id, what=what, page=page)
        for employee_id in employee_ids
        if employee_id != by.employee_id
    )
