"""Points come in: of one's own phone, with consent, from while one was on duty; kept once, as they came."""

import datetime as dt
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext

from kaoqin.consent import queries as consent
from kaoqin.core.places import Datum, Point
from kaoqin.core.words import Refusal
from kaoqin.org import queries as org
from kaoqin.phones import queries as phones
from kaoqin.phones.models import Phone
from kaoqin.phones.words import PhoneState
from kaoqin.security.doors import require
from kaoqin.security.words import Actor
from kaoqin.tracks import points
from kaoqin.tracks.duty import OnDuty, on_duty
from kaoqin.tracks.models import Batch, TrackDay
from kaoqin.tracks.points import Points
from kaoqin.tracks.words import OWN_TRACK, TRACK

AHEAD_S = 60
OLDEST = dt.timedelta(days=7)
Row = tuple[float, float, float, float]


@dataclass(frozen=True)
class Taken:
    """What became of a batch: how many points were kept, and how many not, being of times off duty or nowhere on earth; and whether they are on
    duty until later than now, so that whoever records may go on unasked."""

    kept: int
    not_kept: int
    goes_on: bool = False


@transaction.atomic
def take_batch(
    key: uuid.UUID, phone_id: int, rows: Sequence[Row], datum: Datum, *, by: Actor, at: dt.datetime
) -> Taken:
    """Keep points (second of the epoch, latitude, longitude, metres) of whoever asks. The same batch again is answered as
    before. Refuses without consent, and from a phone that is not in use: whoever sends must then stop."""
    require(by, OWN_TRACK)
    phone = phones.own_phone(phone_id, seen_by=by)
    if phone.state != PhoneState.BOUND:
        raise Refusal("tracks.phone", gettext("这部手机没有在使用,不能记录轨迹。"))
    known = Batch.objects.filter(employee=phone.employee_id, key=key).first()
    if known:
        return Taken(known.count, known.not_kept)
    if not consent.agrees(phone.employee_id, TRACK):
        raise Refusal("tracks.no_consent", gettext("没有同意记录轨迹,这些定位点没有保存。"))
    return _keep(phone, key, _in_wgs84(rows, datum), len(rows), at)


def may_record(*, by: Actor, at: dt.datetime) -> tuple[bool, bool]:
    """Whether whoever asks agrees to their track, and whether they are on duty now."""
    require(by, OWN_TRACK)
    if by.employee_id is None:
        return False, False
    stretch = on_duty(by.employee_id, at, org.zone_of(by.employee_id, at.date()))
    return consent.agrees(by.employee_id, TRACK), stretch is not None and stretch.since <= at <= stretch.until


def _in_wgs84(rows: Sequence[Row], datum: Datum) -> Points:
    columns = np.array(rows, np.float64).reshape(-1, 4)
    there = (np.abs(columns[:, 1]) <= 90) & (np.abs(columns[:, 2]) <= 180) & np.isfinite(columns).all(axis=1)
    columns = columns[there]
    if datum != Datum.WGS84:
        moved = [Point(north, east, datum).to(Datum.WGS84) for _, north, east, _ in columns.tolist()]
        columns[:, 1:3] = np.array([[one.latitude, one.longitude] for one in moved]).reshape(-1, 2)
    return Points(*columns.T)


def _keep(phone: Phone, key: uuid.UUID, told: Points, sent: int, at: dt.datetime) -> Taken:
    """One row for the batch: of the day to which most of its points belong; a batch over midnight is rare, and of the other
    day's points there are then few."""
    now = at.timestamp()
    timely = (told.seconds <= now + AHEAD_S) & (told.seconds >= now - OLDEST.total_seconds())
    zone = org.zone_of(phone.employee_id, at.date())
    parts = [(stretch, _within(stretch, told, timely)) for stretch in _stretches(phone.employee_id, told, timely, zone)]
    stretch, kept = max(parts, key=lambda part: len(part[1]), default=(None, None))
    if stretch is None or kept is None or not len(kept) or _is_coarse(phone.employee_id, stretch.date):
        return Taken(0, sent)
    seconds = kept.seconds - stretch.begins.timestamp()
    taken = Taken(len(kept), sent - len(kept), stretch.since <= at <= stretch.until)
    content = points.write(Points(seconds, kept.latitude, kept.longitude, np.clip(kept.accuracy_m, 0, 1e5)))
    counted = {"count": taken.kept, "not_kept": taken.not_kept}
    Batch.objects.create(
        employee_id=phone.employee_id,
        phone=phone,
        key=key,
        date=stretch.date,
        received_at=at,
        points=content,
        **counted,
    )
    day, _ = TrackDay.objects.get_or_create(
        employee_id=phone.employee_id, date=stretch.date, defaults={"zone": zone, "waits": True}
    )
    TrackDay.objects.filter(pk=day.pk).update(waits=True, not_kept=F("not_kept") + taken.not_kept)
    return taken


def _is_coarse(employee_id: int, date: dt.date) -> bool:
    """Whether the month of a day is closed and its places coarse: what is exact is not added any more."""
    return TrackDay.objects.filter(employee=employee_id, date=date, coarse=True).exists()


def _stretches(employee_id: int, told: Points, timely: np.ndarray, zone: str) -> Iterator[OnDuty]:
    """The stretch of duty of the first timely point, and that of the last where it is another."""
    seconds = told.seconds[timely]
    if not len(seconds):
        return
    first, last = (dt.datetime.fromtimestamp(float(one), dt.UTC) for one in (seconds.min(), seconds.max()))
    stretch = on_duty(employee_id, first, zone)
    if stretch:
        yield stretch
    if stretch is None or last > stretch.until:
        other = on_duty(employee_id, last, zone)
        if other and (stretch is None or other.date != stretch.date):
            yield other


def _within(stretch: OnDuty, told: Points, timely: np.ndarray) -> Points:
    since, until = stretch.since.timestamp(), stretch.until.timestamp()
    return told.only(timely & (told.seconds >= since) & (told.seconds <= until))
