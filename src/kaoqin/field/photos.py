"""Photos of visits: kept until a visit names them, shown to whoever may see the visit (`core.pictures` says how)."""

import datetime as dt
import hashlib
import uuid
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from kaoqin.core.kept import kept_path
from kaoqin.core.pictures import Album, drop_files, keep
from kaoqin.core.sentences import Sentence
from kaoqin.core.words import NotFound, Refusal
from kaoqin.field import visit_queries
from kaoqin.field.models import Visit, VisitPhoto
from kaoqin.field.words import VISIT
from kaoqin.org import queries as org
from kaoqin.security.audit import record
from kaoqin.security.doors import SYSTEM, require
from kaoqin.security.words import Actor

MOST_WAITING = 60
WAITS_FOR = dt.timedelta(days=7)
_ALBUM = Album("field.photo")


@transaction.atomic
def keep_photo(key: uuid.UUID, content: bytes, *, by: Actor, at: dt.datetime) -> VisitPhoto:
    """A photo of whoever asks, until a visit's record names it; the same key again is the same photo. Refuses what is no
    image, and what is too large."""
    require(by, VISIT)
    if by.employee_id is None:
        raise Refusal("field.nobody", gettext("这个账号没有对应的员工,不能拜访客户。"))
    org.hold([by.employee_id], timezone.localdate(at))
    mine = VisitPhoto.objects.filter(employee=by.employee_id)
    known = mine.filter(key=key).first()
    if known:
        return known
    if mine.filter(visit=None).count() >= MOST_WAITING:
        raise Refusal("field.many_photos", gettext("还没用上的照片太多,请稍后再传。"))
    path, size_bytes = keep(content)
    told = {"sha256": hashlib.sha256(content).hexdigest(), "size_bytes": size_bytes, "brought_at": at}
    return VisitPhoto.objects.create(key=key, employee_id=by.employee_id, phone_id=by.phone_id, path=path.name, **told)


def address(photo: VisitPhoto, *, seen_by: Actor, at: dt.datetime) -> str:
    """Where a photo is shown to whoever asks, and to nobody else, for ten minutes."""
    return f"/field/photos/{_ALBUM.ticket(photo.pk, seen_by.account_id, at)}/"


def shown(token: str, *, seen_by: Actor, at: dt.datetime) -> Path:
    """The file behind an address. To whoever it was not made for, later, and to who may not see the visit (any more),
    there is none."""
    require(seen_by, VISIT)
    photo_id = _ALBUM.admits(token, seen_by.account_id, at)
    visits = visit_queries.visits(seen_by=seen_by, on=timezone.localdate(at))
    found = VisitPhoto.objects.filter(pk=photo_id or 0, visit__in=visits.values("pk")).exclude(path="").first()
    if found is None or not kept_path(found.path).exists():
        raise _gone()
    return kept_path(found.path)


def _gone() -> NotFound:
    return NotFound("field.photo_gone", gettext("照片的链接已过期,请回到拜访记录重新打开。"))


def drop_unused(at: dt.datetime) -> int:
    """Photos whose record never came go after a week; returns how many files."""
    unused = VisitPhoto.objects.filter(visit=None, brought_at__lt=at - WAITS_FOR)
    count = drop_files(unused)
    unused.filter(path="").delete()
    return count


def forget_old(at: dt.datetime) -> int:
    """The files of photos that are older than is chosen go; that there were some is still told. Returns how many."""
    count = drop_files(VisitPhoto.objects.filter(brought_at__lt=at - dt.timedelta(days=settings.PHOTO_DAYS)))
    if count:
        said = Sentence("按保存期限({days} 天)删除 {count} 张拜访照片", days=settings.PHOTO_DAYS, count=count)
        record(SYSTEM, "field.forget_photos", "field", said, at=at)
    return count


def key_of(visit: Visit, content: bytes) -> uuid.UUID:
    """The id of a photo that is added to a visit on a page: the same photo again is the same."""
    return uuid.uuid5(uuid.NAMESPACE_OID, f"{visit.pk}.{hashlib.sha256(content).hexdigest()}")
