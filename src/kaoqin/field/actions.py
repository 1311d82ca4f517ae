"""Changes of visits after they were told: what was lacking is filled in, a manager notes."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from kaoqin.core.sentences import Sentence
from kaoqin.core.words import NotAllowed, Refusal
from kaoqin.field import kind_queries, photos, visit_queries
from kaoqin.field.answers import check
from kaoqin.field.models import Visit, VisitNote, VisitPhoto
from kaoqin.field.taking import lacking
from kaoqin.field.wire import MOST_PHOTOS
from kaoqin.field.words import NOTE_VISITS, VISIT
from kaoqin.security.audit import record
from kaoqin.security.doors import require
from kaoqin.security.words import Actor


@transaction.atomic
def fill_in(
    visit_id: int, answers: dict[str, Any], note: str, images: Sequence[bytes], *, by: Actor, at: dt.datetime
) -> Visit:
    """Whoever made a visit fills in what was lacking; what was answered already stays as it was. Refuses anybody else."""
    require(by, VISIT)
    visit = visit_queries.visit(visit_id, seen_by=by, on=timezone.localdate(at))
    held = Visit.objects.select_for_update(of=("self",)).select_related("terms").get(pk=visit.pk)
    if held.employee_id != by.employee_id:
        raise NotAllowed("field.not_own", gettext("只有拜访的人自己能补填。"))
    if not held.lacking:
        raise Refusal("field.nothing_lacks", gettext("这次拜访没有要补的内容。"))
    _add_photos(held, images, by, at)
    told, _ = check(kind_queries.terms_in(held.terms).fields, {**answers, **held.answers})
    held.answers, held.note = told, held.note or note.strip()[:500]
    before, held.lacking = held.lacking, lacking(held.terms, told, held.note, held.photos.count())
    held.save(update_fields=["answers", "note", "lacking"])
    said = Sentence("补填拜访「{name}」", name=visit.customer.name)
    record(by, "field.fill_in", held, said, at=at, before=before, lacking=held.lacking)
    return held


def _add_photos(visit: Visit, images: Sequence[bytes], by: Actor, at: dt.datetime) -> None:
    if visit.photos.count() + len(images) > MOST_PHOTOS:
        raise Refusal("field.too_many", gettext("一次拜访最多 {most} 张照片。").format(most=MOST_PHOTOS), "images")
    keys = [photos.keep_photo(photos.key_of(visit, one), one, by=by, at=at).pk for one in images]
    VisitPhoto.objects.filter(pk__in=keys, visit=None).update(visit=visit)


@transaction.atomic
def note(visit_id: int, text: str, *, by: Actor, at: dt.datetime) -> VisitNote:
    """A manager notes something on a visit; its visitor may read it. Nobody notes on one's own."""
    require(by, NOTE_VISITS)
    visit = visit_queries.visit(visit_id, seen_by=by, on=timezone.localdate(at))
    if visit.employee_id == by.employee_id:
        raise NotAllowed("field.own_visit", gettext("自己的拜访由别人批注。"))
    if not text.strip():
        raise Refusal("field.empty_note", gettext("请写批注。"), "text")
    made = VisitNote.objects.create(visit=visit, text=text.strip()[:500], noted_at=at, noted_by_id=by.account_id)
    said = Sentence("批注 {who} 对「{name}」的拜访", who=visit.employee.name, name=visit.customer.name)
    record(by, "field.note", visit, said, at=at)
    return made
