"""The API of visits, version 1: `/api/v1/field/…`, beside that of phones, which takes the records themselves."""

import uuid

from ninja import File, Form, Router
from ninja.files import UploadedFile

from kaoqin.core import pictures
from kaoqin.field import photos
from kaoqin.field.day import day_of
from kaoqin.field.wire import DayAnswer, HereAsked, PhotoAnswer
from kaoqin.phones.actions import self_of
from kaoqin.phones.entering import SESSION_OR_TOKEN
from kaoqin.security.requests import AskedBy

router = Router(auth=SESSION_OR_TOKEN, tags=["field"])


@router.post("/day", response=DayAnswer)
def day(request: AskedBy, asked: HereAsked) -> DayAnswer:
    """The visit that goes on, today's plan, what is near, what was done."""
    employee = self_of(request.by, request.today)
    return day_of(employee.pk, asked, seen_by=request.by, on=request.today)


@router.post("/photos", response=PhotoAnswer)
def photo(request: AskedBy, key: Form[uuid.UUID], file: File[UploadedFile]) -> PhotoAnswer:
    """A photo for a visit, by the id its record will name it by; the same id again is the same photo."""
    self_of(request.by, request.today)
    pictures.refuse_large(file.size or 0)
    return PhotoAnswer(key=photos.keep_photo(key, file.read(), by=request.by, at=request.asked_at).key)
