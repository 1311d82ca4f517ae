"""Files that jobs make for the person who asked, and files people attach: kept in the data directory under a name nobody can guess."""

import datetime as dt
import secrets
from pathlib import Path

from django.conf import settings

from kaoqin.core.models import JobRun, KeptFile

KEPT_FOR = dt.timedelta(days=7)


def place(name: str) -> Path:
    """A path for a new file."""
    folder = Path(settings.MEDIA_ROOT)
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"{secrets.token_urlsafe(16)}{Path(name).suffix}"


def keep(run: JobRun, name: str, content_type: str, path: Path, at: dt.datetime) -> KeptFile:
    """Remember a written file as the outcome of a job."""
    return KeptFile.objects.create(
        job=run,
        name=name,
        content_type=content_type,
        path=path.name,
        size_bytes=path.stat().st_size,
        expires_at=at + KEPT_FOR,
    )


def kept_path(name: str) -> Path:
    """Where a file lies that was given a place under this name."""
    return Path(settings.MEDIA_ROOT) / name


def path_of(kept: KeptFile) -> Path:
    return kept_path(kept.path)


def remove(kept: KeptFile) -> None:
    path_of(kept).unlink(missing_ok=True)
    kept.delete()
