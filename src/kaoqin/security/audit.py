"""Remembering deeds, inside the transaction of the deed."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db import models
from django.db.models import QuerySet
from django.utils import timezone

from kaoqin.core.sentences import Sentence
from kaoqin.security.models import AccessRecord, AuditEntry
from kaoqin.security.words import Actor, Look

AT_ONCE = 5_000


def record(
    by: Actor,
    action: str,
    subject: models.Model | str,
    said: Sentence | str,
    *,
    at: dt.datetime | None = None,
    **facts: Any,
) -> None:
    """Append what `by` did to `subject`; `said` is the sentence the auditor reads, `facts` what changed.

    The sentence is kept in Chinese, as the record, and so that it can be told in the reader's language.
    """
    _entry(by, action, subject, said, at, facts).save(force_insert=True)


def record_all(
    by: Actor, action: str, deeds: Iterable[tuple[models.Model, Sentence | str, dict[str, Any]]], *, at: dt.datetime
) -> None:
    """Append the same action on many: (subject, sentence, facts) of each, in a few statements."""
    entries = [_entry(by, action, subject, said, at, facts) for subject, said, facts in deeds]
    AuditEntry.objects.bulk_create(entries, batch_size=AT_ONCE)


def _entry(
    by: Actor,
    action: str,
    subject: models.Model | str,
    said: Sentence | str,
    at: dt.datetime | None,
    facts: dict[str, Any],
) -> AuditEntry:
    sentence = said if isinstance(said, Sentence) else Sentence(said)
    name = subject if isinstance(subject, str) else subject._meta.label_lower
    return AuditEntry(
        at=at or timezone.now(),
        account_id=by.account_id,
        actor_name=by.name,
        address=by.address,
        action=action,
        subject=name,
        subject_id=None if isinstance(subject, str) else subject.pk if isinstance(subject.pk, int) else None,
        said=sentence.in_chinese(),
        told=sentence.keep(),
        facts=facts,
    )


def deeds_on(subject: models.Model | type[models.Model], ids: QuerySet[Any, Any] | None = None) -> QuerySet[AuditEntry]:
    """What was done to a thing, or to some things of a kind, for whoever may see them: the caller has asked."""
    name = subject._meta.label_lower
    which = ids if ids is not None else [subject.pk]
    return AuditEntry.objects.filter(subject=name, subject_id__in=which)


def looks_at(employee_id: int) -> QuerySet[AccessRecord]:
    """Who read what is sensitive of somebody, the newest first; the caller has asked whether it may be seen."""
    rows = AccessRecord.objects.filter(employee_id=employee_id)
    return rows.select_related("account").order_by("-at", "-pk")


def record_access(by: Actor, employee_ids: Iterable[int], what: Look, page: str, *, at: dt.datetime) -> None:
    """Append that `by` read what is sensitive of other people; looking at oneself is none."""
    if by.account_id is None:
        return
    AccessRecord.objects.bulk_create(
        AccessRecord(at=at, account_id=by.account_id, employee_id=employee_id, what=what, page=page)
        for employee_id in employee_ids
        if employee_id != by.employee_id
    )
