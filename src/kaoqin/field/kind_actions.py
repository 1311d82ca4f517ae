"""Changes of kinds of visits: what they ask for, from a day on."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext

from kaoqin.core.sentences import Sentence
from kaoqin.core.words import Refusal
from kaoqin.field.models import KindVersion, VisitKind
from kaoqin.field.words import MANAGE_VISIT_KINDS, Answer, Asked, KindTerms
from kaoqin.security.audit import record
from kaoqin.security.doors import require
from kaoqin.security.words import Actor

MOST_FIELDS, MOST_CHOICES = 20, 30
SEED_SINCE = dt.date(2020, 1, 1)


@transaction.atomic
def new_kind(name: str, begins_on: dt.date, terms: KindTerms, *, by: Actor, at: dt.datetime) -> VisitKind:
    """A new kind of visits. Refuses a name that is taken."""
    require(by, MANAGE_VISIT_KINDS, everywhere=True)
    if VisitKind.objects.filter(name=name.strip()).exists():
        raise Refusal("field.kind_taken", gettext("已经有「{name}」。").format(name=name), "name")
    made = VisitKind.objects.create(name=name.strip())
    record(by, "field.new_kind", made, Sentence("新增拜访类型「{name}」", name=made.name), at=at)
    keep_terms(made, begins_on, terms, by=by, at=at)
    return made


@transaction.atomic
def keep_terms(kind: VisitKind, begins_on: dt.date, terms: KindTerms, *, by: Actor, at: dt.datetime) -> KindVersion:
    """What a kind asks for from a day on. Visits of before keep what they were asked."""
    require(by, MANAGE_VISIT_KINDS, everywhere=True)
    refuse_bad_fields(terms.fields)
    told: dict[str, Any] = {"least_minutes": terms.least_minutes, "photo_needed": terms.photo_needed}
    told |= {"note_needed": terms.note_needed, "fields": [one.keep() for one in terms.fields]}
    found = KindVersion.objects.filter(kind=kind, begins_on=begins_on).first()
    if found and found.visits.exists():
        said = gettext("{day} 的表单已经有拜访用过,请从之后的一天开始。").format(day=begins_on)
        raise Refusal("field.version_used", said, "begins_on")
    made, _ = KindVersion.objects.update_or_create(kind=kind, begins_on=begins_on, defaults=told)
    said_so = Sentence("拜访类型「{name}」自 {day} 的要求", name=kind.name, day=begins_on)
    record(by, "field.keep_kind", kind, said_so, at=at, **told)
    return made


def refuse_bad_fields(fields: Sequence[Asked]) -> None:
    """Refuse a form nobody could fill in: too long, a choice without choices, two fields of a name."""
    if len(fields) > MOST_FIELDS:
        raise Refusal("field.many_fields", gettext("一张表单最多 {most} 项。").format(most=MOST_FIELDS))
    if len({one.key for one in fields}) < len(fields):
        raise Refusal("field.same_key", gettext("表单有重复的项,请重新打开页面再改。"))
    labels = [one.label for one in fields]
    for one in fields:
        if labels.count(one.label) > 1:
            raise Refusal("field.same_label", gettext("「{label}」出现了两次。").format(label=one.label))
        if one.answer == Answer.CHOICE and not 2 <= len(set(one.choices)) <= MOST_CHOICES:
            said = gettext("「{label}」是单选,请填 2 至 {most} 个不同的选项。").format(
                label=one.label, most=MOST_CHOICES
            )
            raise Refusal("field.choices", said)


@transaction.atomic
def close_kind(kind: VisitKind, closed: bool, *, by: Actor, at: dt.datetime) -> None:
    """A kind is offered no more, or again."""
    require(by, MANAGE_VISIT_KINDS, everywhere=True)
    VisitKind.objects.filter(pk=kind.pk).update(closed=closed)
    ended, again = (
        Sentence("停用拜访类型「{name}」", name=kind.name),
        Sentence("启用拜访类型「{name}」", name=kind.name),
    )
    record(by, "field.close_kind", kind, ended if closed else again, at=at)


def seed_kind() -> None:
    """The kind an installation begins with, which asks for nothing."""
    if not VisitKind.objects.exists():
        made = VisitKind.objects.create(name="客户拜访")
        told = {"least_minutes": 0, "photo_needed": False, "note_needed": False, "fields": []}
        KindVersion.objects.create(kind=made, begins_on=SEED_SINCE, **told)
