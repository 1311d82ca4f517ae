"""People agree to a purpose for themselves, or do so no longer; both are one press."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.db import transaction
from django.utils.translation import gettext

from kaoqin.consent import queries
from kaoqin.consent.models import PurposeChoice
from kaoqin.consent.words import OWN_CONSENT, Purpose
from kaoqin.core.outcomes import tell
from kaoqin.core.sentences import Sentence
from kaoqin.core.words import Refusal
from kaoqin.org import queries as org
from kaoqin.security.audit import record, record_all
from kaoqin.security.doors import SYSTEM
from kaoqin.security.words import Actor


@transaction.atomic
def choose(purpose: Purpose, given: bool, version: int, *, by: Actor, at: dt.datetime, today: dt.date) -> None:
    """Agree to a purpose, as the text of that version says, or do so no longer: then whoever kept something on the strength
    of it hears of it in the same transaction. Refuses a version that is not the newest any more."""
    if by.employee_id is None:
        raise Refusal("consent.nobody", gettext("这个账号没有对应的员工。"))
    employee = org.person(by.employee_id, OWN_CONSENT, seen_by=by, on=today)
    if given and version != purpose.version:
        raise Refusal("consent.newer_text", gettext("说明刚刚更新,请重新阅读后再确认。"))
    org.hold([employee.pk], today)
    last = queries.choices(employee.pk).filter(purpose=purpose.code).first()
    if (last.given if last else False) == given and (not given or (last and last.version == version)):
        return
    told = {"purpose": purpose.code, "given": given, "version": purpose.version, "said_at": at}
    made = PurposeChoice.objects.create(employee=employee, **told)
    agreed = Sentence(
        "{name} 同意{purpose}(第 {version} 版)", name=employee.name, purpose=purpose.label, version=version
    )
    ended = Sentence("{name} 撤回对{purpose}的同意", name=employee.name, purpose=purpose.label)
    record(by, "consent.choose", made, agreed if given else ended, at=at)
    if not given:
        tell("consent.purpose_ended", purpose=purpose.code, employee_ids=[employee.pk], at=at)


@transaction.atomic
def end_purposes_of_leavers(today: dt.date, at: dt.datetime) -> int:
    """What people who have left agreed to ends with their last day; returns how many choices ended."""
    open_choices = queries.purposes_of_leavers(today)
    ended = [
        PurposeChoice(employee_id=row.employee_id, purpose=row.purpose, given=False, version=row.version, said_at=at)
        for row in open_choices
    ]
    PurposeChoice.objects.bulk_create(ended)
    deeds: Iterator[tuple[PurposeChoice, Sentence, dict[str, Any]]] = (
        (row, Sentence("{name} 离职,同意随之终止", name=row.employee.name), {}) for row in open_choices
    )
    record_all(SYSTEM, "consent.choose", deeds, at=at)
    for code in {row.purpose for row in ended}:
        gone = [row.employee_id for row in ended if row.purpose == code]
        tell("consent.purpose_ended", purpose=code, employee_ids=gone, at=at)
    return len(ended)
