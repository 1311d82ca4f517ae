"""Questions about kinds of visits and what they ask for."""

import datetime as dt

from django.db.models import QuerySet
from django.utils.translation import gettext

from kaoqin.core.words import NotFound, say_list
from kaoqin.field.answers import NOTE, PHOTO, fields_of
from kaoqin.field.models import KindVersion, VisitKind
from kaoqin.field.words import MANAGE_VISIT_KINDS, KindTerms
from kaoqin.security.doors import require
from kaoqin.security.words import Actor


def kinds(*, seen_by: Actor) -> QuerySet[VisitKind]:
    """All kinds, those that are closed too."""
    require(seen_by, MANAGE_VISIT_KINDS)
    return VisitKind.objects.prefetch_related("versions").order_by("closed", "name")


def kind(kind_id: int, *, seen_by: Actor) -> VisitKind:
    found = kinds(seen_by=seen_by).filter(pk=kind_id).first()
    if found is None:
        raise NotFound("field.no_kind", gettext("没有这种拜访。"))
    return found


def versions_on(on: dt.date) -> list[KindVersion]:
    """What each kind that is not closed asks for on a day; one not begun is left out. By name."""
    rows = KindVersion.objects.filter(kind__closed=False, begins_on__lte=on).select_related("kind")
    latest = rows.order_by("kind", "-begins_on").distinct("kind")
    return sorted(latest, key=lambda one: one.kind.name)


def version_of(kind_id: int, on: dt.date) -> KindVersion | None:
    """What a kind asks for on a day, be it closed since; None where it has not begun."""
    return KindVersion.objects.filter(kind=kind_id, begins_on__lte=on).order_by("-begins_on").first()


def terms_in(row: KindVersion) -> KindTerms:
    """A stored version as a value."""
    return KindTerms(row.least_minutes, row.photo_needed, row.note_needed, tuple(fields_of(row.fields)))


def say_lacking(keys: list[str], terms: KindVersion) -> str:
    """What is lacking, as people call it: 照片、说明、库存数量."""
    labels = {PHOTO: gettext("照片"), NOTE: gettext("说明")} | {one["key"]: one["label"] for one in terms.fields}
    return say_list(labels.get(key, key) for key in keys)
