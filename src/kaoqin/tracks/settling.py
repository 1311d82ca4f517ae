"""Days are reckoned from their points soon after a batch; what is old, or not agreed to any more, goes."""

import datetime as dt
from collections.abc import Collection, Sequence

from django.conf import settings
from django.db import connection, transaction

from kaoqin.core.arrays import array_of
from kaoqin.core.places import COARSE_DIGITS
from kaoqin.core.sentences import Sentence
from kaoqin.security.audit import record
from kaoqin.security.doors import SYSTEM
from kaoqin.tracks import points
from kaoqin.tracks.models import Batch, TrackDay, TrackStay
from kaoqin.tracks.reckoning import coarser, reckon
from kaoqin.tracks.words import TRACK

FINE_DAYS = """
SELECT d.id FROM unnest(%s::bigint[], %s::date[], %s::date[]) AS s(id, first, last)
JOIN tracks_trackday d ON d.employee_id = s.id AND d.date BETWEEN s.first AND s.last WHERE NOT (d.coarse OR d.waits)
"""
WITHOUT_RAW = """
DELETE FROM tracks_batch b USING tracks_trackday d
WHERE d.id = ANY(%s::bigint[]) AND b.employee_id = d.employee_id AND b.date = d.date
"""
COARSE_STAYS = """
UPDATE tracks_trackstay SET latitude = round(latitude::numeric, %s), longitude = round(longitude::numeric, %s)
WHERE day_id = ANY(%s::bigint[])
"""


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


def on_months_closed(spans: Sequence[tuple[int, dt.date, dt.date]], at: dt.datetime) -> None:
    """Of days within the spans the raw points go, and places are rounded to 0.01° (about 1 km): metres gone, stays with their
    times, and when the day began and ended stay. A day that waits to be reckoned is left for the next time."""
    with connection.cursor() as cursor:
        cursor.execute(FINE_DAYS, [array_of(column) for column in zip(*spans, strict=True)])
        ids = [key for (key,) in cursor.fetchall()]
        if not ids:
            return
        cursor.execute(WITHOUT_RAW, [array_of(ids)])
        cursor.execute(COARSE_STAYS, [COARSE_DIGITS, COARSE_DIGITS, array_of(ids)])
    days = list(TrackDay.objects.select_for_update().filter(pk__in=ids))
    for day in days:
        day.content, day.kept = coarser(bytes(day.content), day.kept)
        day.coarse = True
    TrackDay.objects.bulk_update(days, ["content", "kept", "coarse"], batch_size=500)
    record(SYSTEM, "tracks.coarsen", "tracks", Sentence("{count} 天轨迹的坐标已模糊", count=len(ids)), at=at)
