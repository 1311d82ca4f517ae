"""Files attached to a request: of few types, not too large, kept in the data directory."""

import datetime as dt
from pathlib import Path

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from kaoqin.approvals import queries
from kaoqin.approvals.carrying import hold, note
from kaoqin.approvals.models import Request, RequestFile
from kaoqin.approvals.words import Deed
from kaoqin.core.kept import place
from kaoqin.core.words import Refusal
from kaoqin.security.words import Actor

LARGEST = 10 * 1024 * 1024
MOST = 9
OFFICE = "application/vnd.openxmlformats-officedocument"
TYPES = {
    ".pdf": ("application/pdf", b"%PDF-"),
    ".jpg": ("image/jpeg", b"\xff\xd8\xff"),
    ".jpeg": ("image/jpeg", b"\xff\xd8\xff"),
    ".png": ("image/png", b"\x89PNG\r\n\x1a\n"),
    ".docx": (f"{OFFICE}.wordprocessingml.document", b"PK\x03\x04"),
    ".xlsx": (f"{OFFICE}.spreadsheetml.sheet", b"PK\x03\x04"),
}
"""What may be attached: by the name's end, its type and how the content must begin."""


@transaction.atomic
def attach(request: Request, name: str, content: bytes, *, by: Actor, at: dt.datetime) -> RequestFile:
    """Add a file to a request one may see. Refuses other types, what is too large, and more than nine."""
    queries.request(request.pk, seen_by=by, on=timezone.localdate(at))
    content_type = check(name, content)
    held = hold(request.pk)
    if held.files.count() >= MOST:
        raise Refusal("approvals.too_many_files", gettext("一个申请最多 {most} 个附件。").format(most=MOST), "files")
    path = place(name.lower())
    path.write_bytes(content)
    note(held, Deed.ATTACHED, by, at, text=Path(name).name[-200:])
    return RequestFile.objects.create(
        request=held,
        name=Path(name).name[-200:],
        content_type=content_type,
        path=path.name,
        size_bytes=len(content),
        attached_at=at,
        attached_by_id=by.account_id,
    )


def check(name: str, content: bytes) -> str:
    """The type of a file. Refuses what may not be attached."""
    told = TYPES.get(Path(name).suffix.lower())
    if told is None or not content.startswith(told[1]):
        said = gettext("“{name}”不能作为附件:只收 PDF、JPG、PNG、Word(.docx)和 Excel(.xlsx)。").format(name=name)
        raise Refusal("approvals.file_type", said, "files")
    if len(content) > LARGEST:
        said = gettext("“{name}”超过 {most} MB。").format(name=name, most=LARGEST // 1024 // 1024)
        raise Refusal("approvals.file_large", said, "files")
    return told[0]
