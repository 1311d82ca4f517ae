"""Photos people take: images by their content, without what a camera writes besides, kept under names nobody can guess, and
shown for ten minutes to the account that asked for the page."""

import datetime as dt
import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.core.signing import BadSignature, Signer
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils.translation import gettext
from PIL import Image, ImageOps, UnidentifiedImageError

from kaoqin.core.kept import kept_path, place
from kaoqin.core.words import Refusal

LARGEST = 10 * 1024 * 1024
MOST_PIXELS = 60_000_000
LONGEST_SIDE = 2_048
SHOWN_FOR = dt.timedelta(minutes=10)
DROPPED_AT_ONCE = 1_000
_FORMATS = ("JPEG", "PNG", "WEBP")


def keep(content: bytes) -> tuple[Path, int]:
    """Write an image, tidied, under a name nobody can guess: where it lies, and its size in bytes."""
    tidied = tidy(content)
    path = place("photo.jpg")
    path.write_bytes(tidied)
    return path, len(tidied)


def drop_files(photos: QuerySet[Any, Any]) -> int:
    """The files of photos go, a thousand in a transaction (the caller's, where there is one); the rows stay and name none
    any more (`path` is empty). Returns how many.

    A file goes before the transaction ends that clears its row. Whatever stops it in between, the row still names the file
    and the next run clears it; the other way round a file would stay that no row names, and nobody would ever find it.
    """
    count = 0
    while done := _drop_some(photos.exclude(path="")):
        count += done
    return count


@transaction.atomic
def _drop_some(photos: QuerySet[Any, Any]) -> int:
    rows = photos.order_by("brought_at", "pk").select_for_update()
    held = dict(rows.values_list("pk", "path")[:DROPPED_AT_ONCE])
    for name in held.values():
        kept_path(name).unlink(missing_ok=True)
    return int(photos.model._default_manager.filter(pk__in=held).update(path=""))


def tidy(content: bytes) -> bytes:
    """An image as JPEG of at most 2,048 pixels a side, upright, without EXIF: no camera, no coordinates. Refuses what is
    no image, and what is too large."""
    refuse_large(len(content))
    try:
        with Image.open(io.BytesIO(content), formats=_FORMATS) as opened:
            if opened.width * opened.height > MOST_PIXELS:
                raise Refusal("core.photo_pixels", gettext("照片太大,请用普通尺寸拍摄。"))
            upright = ImageOps.exif_transpose(opened).convert("RGB")
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError) as fault:
        raise Refusal("core.no_photo", gettext("这不是照片:只收 JPG、PNG 和 WebP。")) from fault
    upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    out = io.BytesIO()
    Image.frombytes("RGB", upright.size, upright.tobytes()).save(out, "JPEG", quality=85, optimize=True)
    return out.getvalue()


def refuse_large(size_bytes: int, most: int = LARGEST) -> None:
    """Refuse a photo that is larger than that."""
    if size_bytes > most:
        said = gettext("照片超过 {most} KB。").format(most=most // 1024)
        if most >= 1024 * 1024:
            said = gettext("照片超过 {most} MB。").format(most=most // 1024 // 1024)
        raise Refusal("core.photo_large", said)


@dataclass(frozen=True)
class Album:
    """The photos of a room, by its name: each look at one has an address of its own, signed."""

    name: str

    def ticket(self, photo_id: int, account_id: int | None, at: dt.datetime) -> str:
        """The last part of an address at which an account, and no other, sees a photo for ten minutes."""
        until = int((at + SHOWN_FOR).timestamp())
        return Signer(salt=self.name).sign(f"{photo_id}.{account_id}.{until}")

    def admits(self, ticket: str, account_id: int | None, at: dt.datetime) -> int | None:
        """The photo a ticket is for; None where it is another account's, over, or none at all."""
        try:
            photo_id, owner, until = map(int, Signer(salt=self.name).unsign(ticket).split("."))
        except (BadSignature, ValueError):
            return None
        return photo_id if owner == account_id and at.timestamp() <= until else None


def show(path: Path) -> HttpResponse:
    """A photo as an answer that nobody between keeps."""
    answer = HttpResponse(path.read_bytes(), content_type="image/jpeg")
    answer.headers["Cache-Control"] = "private, no-store"
    return answer
