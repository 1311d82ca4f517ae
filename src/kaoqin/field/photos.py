"""Photos of visits: images by their content, without what a camera writes besides, kept under names nobody can guess, and
shown for ten minutes to the one who asked for the page."""

import datetime as dt
import hashlib
import io
import uuid
from pathlib import Path

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext
from PIL import Image, ImageOps, UnidentifiedImageError

from kaoqin.core.kept import kept_path, place
from kaoqin.core.sentences import Sentence
from kaoqin.core.words import NotFound, Refusal
from kaoqin.field import visit_queries
from kaoqin.field.models import Visit, VisitPhoto
from kaoqin.field.words import VISIT
from kaoqin.org import queries as org
from kaoqin.security.audit import record
from kaoqin.security.doors import SYSTEM, require
from kaoqin.security.words import Actor

LARGEST = 10 * 1024 * 1024
MOST_PIXELS = 60_000_000
LONGEST_SIDE = 2_048
MOST_WAITING = 60
SHOWN_FOR = dt.timedelta(minutes=10)
WAITS_FOR = dt.timedelta(days=7)
AT_ONCE = 1_000
_FORMATS = ("JPEG", "PNG", "WEBP")
_SIGNER = Signer(salt="field.photo")


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
    tidied = tidy(content)
    path = place("photo.jpg")
    path.write_bytes(tidied)
    told = {"sha256": hashlib.sha256(content).hexdigest(), "size_bytes": len(tidied), "brought_at": at}
    return VisitPhoto.objects.create(key=key, employee_id=by.employee_id, phone_id=by.phone_id, path=path.name, **told)


def tidy(content: bytes) -> bytes:
    """An image as JPEG of at most 2,048 pixels a side, upright, without EXIF: no camera, no coordinates."""
    if len(content) > LARGEST:
        raise Refusal("field.photo_large", say_large())
    try:
        with Image.open(io.BytesIO(content), formats=_FORMATS) as opened:
            if opened.width * opened.height > MOST_PIXELS:
                raise Refusal("field.photo_pixels", gettext("照片太大,请用普通尺寸拍摄。"))
            upright = ImageOps.exif_transpose(opened).convert("RGB")
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError) as fault:
        raise Refusal("field.no_photo", gettext("这不是照片:只收 JPG、PNG 和 WebP。")) from fault
    upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    out = io.BytesIO()
    Image.frombytes("RGB", upright.size, upright.tobytes()).save(out, "JPEG", quality=85, optimize=True)
    return out.getvalue()


def say_large() -> str:
    """What is said of a photo that is too large."""
    return gettext("照片超过 {most} MB。").format(most=LARGEST // 1024 // 1024)


def address(photo: VisitPhoto, *, seen_by: Actor, at: dt.datetime) -> str:
    """Where a photo is shown to whoever asks, and to nobody else, for ten minutes."""
    until = int((at + SHOWN_FOR).timestamp())
    return f"/field/photos/{_SIGNER.sign(f'{photo.pk}.{seen_by.account_id}.{until}')}/"


def shown(token: str, *, seen_by: Actor, at: dt.datetime) -> Path:
    """The file behind an address. To whoever it was not made for, later, and to who may not see the visit (any more),
    there is none."""
    require(seen_by, VISIT)
    try:
        photo_id, account_id, until = map(int, _SIGNER.unsign(token).split("."))
    except (BadSignature, ValueError):
        raise _gone() from None
    if account_id != seen_by.account_id or at.timestamp() > until:
        raise _gone()
    visits = visit_queries.visits(seen_by=seen_by, on=timezone.localdate(at))
    found = VisitPhoto.objects.filter(pk=photo_id, visit__in=visits.values("pk")).exclude(path="").first()
    if found is None or not kept_path(found.path).exists():
        raise _gone()
    return kept_path(found.path)


def _gone() -> NotFound:
    return NotFound("field.photo_gone", gettext("照片的链接已过期,请回到拜访记录重新打开。"))


def drop_unused(at: dt.datetime) -> int:
    """Photos whose record never came go after a week; returns how many."""
    rows = VisitPhoto.objects.filter(visit=None, brought_at__lt=at - WAITS_FOR)
    for one in rows:
        kept_path(one.path).unlink(missing_ok=True)
    return rows.delete()[0]


def forget_old(at: dt.datetime) -> int:
    """The files of photos that are older than is chosen go, a thousand in a transaction; that there were some is still told.
    Returns how many."""
    before = at - dt.timedelta(days=settings.PHOTO_DAYS)
    count = 0
    while done := _forget_some(before):
        count += done
    if count:
        said = Sentence("按保存期限({days} 天)删除 {count} 张拜访照片", days=settings.PHOTO_DAYS, count=count)
        record(SYSTEM, "field.forget_photos", "field", said, at=at)
    return count


@transaction.atomic
def _forget_some(before: dt.datetime) -> int:
    old = VisitPhoto.objects.filter(brought_at__lt=before).exclude(path="").order_by("brought_at")
    rows = dict(old.select_for_update().values_list("pk", "path")[:AT_ONCE])
    for path in rows.values():
        kept_path(path).unlink(missing_ok=True)
    return VisitPhoto.objects.filter(pk__in=rows).update(path="")


def key_of(visit: Visit, content: bytes) -> uuid.UUID:
    """The id of a photo that is added to a visit on a page: the same photo again is the same."""
    return uuid.uuid5(uuid.NAMESPACE_OID, f"{visit.pk}.{hashlib.sha256(content).hexdigest()}")
