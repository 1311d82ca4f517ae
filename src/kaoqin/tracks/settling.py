"""Days are reckoned from their points soon after a batch; what is old, or not agreed to any more, goes."""

import datetime as dt
from collections.abc import Collection

from django.conf import settings
from django.db import transaction

from kaoqin.tracks import points
from kaoqin.tracks.models import Batch, TrackDay, TrackStay
from kaoqin.tracks.reckoning import reckon
from kaoqin.tracks.words import TRACK


def reckon_waiting(at: dt.datetime) -> int:
    """Reckon every day to which points came; returns how many. Each is a transaction of its own."""
    done = 0
    while _reckon_next(at):
        done += 1
    return done


@transaction.atomic
def _reckon_next(at: dt.datetime) -> bool:
    day = TrackDay.objects.select_for_update(skip_locked=True).filter(waits=True).order_by("pk").first()
    if day is None:
        return False
    rows = Batch.objects.filter(employee=day.employee_id, date=day.date).order_by("pk").values_list("points", flat=True)
    told = points.read([bytes(row) for row in rows])
    found = reckon(told)
    day.content, day.kept = found.packed.content, found.packed.points
    day.count, day.metres = len(told), found.metres
    day.first_s, day.last_s = found.first_s, found.last_s
    day.waits, day.reckoned_at = False, at
    day.save()
    day.stays.all().delete()
    TrackStay.objects.bulk_create(TrackStay(day=day, **vars(stay)) for stay in found.stays)
    return True


@transaction.atomic
def forget_old(today: dt.date) -> None:
    """Raw points and packed days are kept as long as the settings say."""
    Batch.objects.filter(date__lt=today - dt.timedelta(days=settings.TRACK_RAW_DAYS)).delete()
    TrackDay.objects.filter(date__lt=today - dt.timedelta(days=settings.TRACK_DAYS)).delete()


def on_purpose_ended(purpose: str, employee_ids: Collection[int], at: dt.datetime) -> None:
    """Who agrees no longer, or has left, has no track any more."""
    if purpose == TRACK.code:
        Batch.objects.filter(employee__in=employee_ids).delete()
        TrackDay.objects.filter(employee__in=employee_ids).delete()
