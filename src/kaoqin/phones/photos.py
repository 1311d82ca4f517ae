"""Photos of the spot: brought by the phone, matched with the record that signed them, shown to those who may look, and dropped."""

import datetime as dt
import hashlib
import uuid
from collections.abc import Collection
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext
from procrastinate.contrib.django import app

from kaoqin.core.kept import kept_path
from kaoqin.core.pictures import Album, drop_files, keep, refuse_large
from kaoqin.core.sentences import Sentence
from kaoqin.core.words import NotFound, Refusal
from kaoqin.phones import queries
from kaoqin.phones.actions import self_of
from kaoqin.phones.models import PunchPhoto
from kaoqin.phones.taking import photo_came
from kaoqin.phones.words import PHOTO, PUNCH, REVIEW_RECORDS
from kaoqin.security.audit import record as remember
from kaoqin.security.doors import SYSTEM, may, require
from kaoqin.security.words import Actor

LARGEST = 200 * 1024
MOST_WAITING = 60
WAITS_FOR = dt.timedelta(days=7)
_ALBUM = Album("phones.photo")


@transaction.atomic
def bring(key: uuid.UUID, content: bytes, *, by: Actor, at: dt.datetime, today: dt.date) -> PunchPhoto:
    """A photo of whoever asks; the same key again is the same photo. Refuses it without consent, one that is no image or
    too large, and one that is not the one a record has signed."""
    employee = self_of(by, today)
    if not queries.agrees_to_photo(employee.pk):
        raise Refusal("phones.photo_consent", gettext("没有同意打卡时拍现场照片,照片没有保存。"))
    _refuse_many(employee.pk, content)
    return keep_photo(employee.pk, key, content, at)


def _refuse_many(employee_id: int, content: bytes) -> None:
    refuse_large(len(content), LARGEST)
    waiting = PunchPhoto.objects.filter(employee=employee_id, record=None, brought_at__isnull=False)
    if waiting.count() >= MOST_WAITING:
        raise Refusal("phones.many_photos", gettext("还没用上的照片太多,请稍后再传。"))


def keep_photo(employee_id: int, key: uuid.UUID, content: bytes, at: dt.datetime) -> PunchPhoto:
    """Keep a photo of somebody who agreed; a record that waited for it hears of it."""
    sha256 = hashlib.sha256(content).hexdigest()
    PunchPhoto.objects.get_or_create(key=key, employee_id=employee_id, defaults={"sha256": sha256})
    row = PunchPhoto.objects.select_for_update().get(key=key, employee_id=employee_id)
    if row.sha256 != sha256:
        raise Refusal("phones.photo_other", gettext("这不是打卡时签名的那张照片。"))
    if row.brought_at is None:
        path, row.size_bytes = keep(content)
        row.path, row.brought_at = path.name, at
        row.save(update_fields=["path", "size_bytes", "brought_at"])
        photo_came(row, at)
    return row


def address(photo: PunchPhoto, *, seen_by: Actor, at: dt.datetime) -> str:
    """Where a photo is shown to whoever asks, and to nobody else, for ten minutes."""
    return f"/phones/photos/{_ALBUM.ticket(photo.pk, seen_by.account_id, at)}/"


def shown(ticket: str, *, seen_by: Actor, at: dt.datetime, today: dt.date) -> Path:
    """The file behind an address: of oneself, or of a punch one may review. To anybody else, and later, there is none."""
    require(seen_by, PUNCH)
    found = PunchPhoto.objects.filter(pk=_ALBUM.admits(ticket, seen_by.account_id, at) or 0).exclude(path="").first()
    if found is None or not _may_see(found, seen_by, today) or not kept_path(found.path).exists():
        raise NotFound("phones.photo_gone", gettext("照片的链接已过期,或照片已删除,请回到原来的页面重新打开。"))
    return kept_path(found.path)


def _may_see(photo: PunchPhoto, by: Actor, today: dt.date) -> bool:
    if photo.employee_id == by.employee_id:
        return True
    if photo.record_id is None or not may(by, REVIEW_RECORDS):
        return False
    return queries.records(seen_by=by, on=today).filter(pk=photo.record_id).exists()


def on_purpose_ended(purpose: str, employee_ids: Collection[int], at: dt.datetime) -> None:
    """Whoever agrees to photos no longer has none here any more."""
    if purpose == PHOTO.code:
        drop_files(PunchPhoto.objects.filter(employee__in=employee_ids))


@app.periodic(cron="35 17 * * *")
@app.task(name="phones.drop_photos", queueing_lock="phones.drop_photos")
def drop_nightly(timestamp: int) -> None:
    """Photos go when their time is over; those no record ever named go after a week."""
    drop_old(timezone.now())


def drop_old(at: dt.datetime) -> int:
    """Drop the files of photos older than the setting says, and photos nothing names; returns how many files."""
    unused = PunchPhoto.objects.filter(record=None, brought_at__lt=at - WAITS_FOR)
    count = drop_files(PunchPhoto.objects.filter(brought_at__lt=at - dt.timedelta(days=settings.PUNCH_PHOTO_DAYS)))
    count += drop_files(unused)
    unused.filter(path="").delete()
    if count:
        said = Sentence("按保存期限({days} 天)删除 {count} 张打卡照片", days=settings.PUNCH_PHOTO_DAYS, count=count)
        remember(SYSTEM, "phones.drop_photos", "phones.punchphoto", said, at=at)
    return count
