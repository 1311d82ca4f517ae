"""A place is changed: from a day on it is as told, and until then it was as it was."""

import datetime as dt
from typing import Any

from django.db import transaction
from django.utils.translation import gettext

from kaoqin.core.sentences import Sentence
from kaoqin.core.words import Refusal
from kaoqin.phones import queries
from kaoqin.phones.actions import PlaceDetails, refuse_no_fence
from kaoqin.phones.models import Place
from kaoqin.phones.words import MANAGE_PLACES
from kaoqin.security.audit import record
from kaoqin.security.doors import require
from kaoqin.security.words import Actor

_SHAPE = ("datum", "corners", "radius_m", "ends_on")


@transaction.atomic
def change_place(place: Place, told: PlaceDetails, *, by: Actor, at: dt.datetime) -> Place:
    """From `told.begins_on` on a place is as told; its name and for whom it is stay. The version before ends the day before.
    Told from the very day that version began, it was a mistake, and is put right in its place. Only the latest version
    can be changed, and not from a day before it began: what was true then has been judged by it."""
    require(by, MANAGE_PLACES, everywhere=True)
    held = Place.objects.select_for_update().get(pk=place.pk)
    queries.refuse_old(held)
    refuse_no_fence(told)
    if told.begins_on < held.begins_on:
        said = gettext("目前这一版从 {day} 开始,不能从更早的日子改起。").format(day=held.begins_on)
        raise Refusal("phones.too_early", said, "begins_on")
    before = _shape(held)
    made = _put_right(held, told) if told.begins_on == held.begins_on else _follow(held, told)
    sentence = Sentence("修改打卡地点「{name}」,自 {day}", name=held.name, day=told.begins_on)
    record(by, "phones.change_place", made, sentence, at=at, before=before, after=_shape(made))
    return made


def _shape(place: Place) -> dict[str, Any]:
    return {name: getattr(place, name) if name != "ends_on" else str(place.ends_on or "") for name in _SHAPE}


def _told(told: PlaceDetails) -> dict[str, Any]:
    return {name: getattr(told, name) for name in _SHAPE} | {"corners": [list(corner) for corner in told.corners]}


def _put_right(held: Place, told: PlaceDetails) -> Place:
    for name, value in _told(told).items():
        setattr(held, name, value)
    held.save(update_fields=list(_SHAPE))
    return held


def _follow(held: Place, told: PlaceDetails) -> Place:
    """The next version; the one before ends, unless it had ended already."""
    eve = told.begins_on - dt.timedelta(days=1)
    held.ends_on = min(held.ends_on or eve, eve)
    held.save(update_fields=["ends_on"])
    whom = {name: getattr(held, name) for name in ("site_id", "group_id", "department_id", "employee_id")}
    first = {"first_id": held.stable_id, "name": held.name, "begins_on": told.begins_on}
    return Place.objects.create(**first, **whom, **_told(told))
