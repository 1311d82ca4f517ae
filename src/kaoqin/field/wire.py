"""What a phone says of visits and is told, as JSON. Values are checked here; what they mean is found elsewhere."""

import uuid
from typing import Annotated, Any

from ninja import Schema
from pydantic import Field

from kaoqin.phones.wire import PointSent

MOST_PHOTOS = 9


class AboutIn(Schema):
    """What a record `visit_in` is about: whom, for which kind of visit."""

    customer: Annotated[int, Field(gt=0, lt=2**63)]
    kind: Annotated[int, Field(gt=0, lt=2**63)]


class AboutOut(Schema):
    """What a record `visit_out` is about: the visit by the id of its `visit_in`, what was answered, the photos by the ids
    they were uploaded with."""

    visit: uuid.UUID
    answers: dict[str, Any] = {}
    photos: Annotated[list[uuid.UUID], Field(max_length=MOST_PHOTOS)] = []


class HereAsked(Schema):
    """The position now, to be told what is near; it is not kept. With `search`, customers of that name or code."""

    point: PointSent | None = None
    search: Annotated[str, Field(max_length=60)] = ""


class StopAnswer(Schema):
    """A customer one may visit: planned for today at a time, visited or not, how far away, and whether that is there."""

    customer: int
    name: str
    address: str
    time: str = ""
    state: str = ""
    said: str = ""
    distance: str = ""
    verdict: str = ""


class FieldAnswer(Schema):
    """One field of a form."""

    key: str
    label: str
    answer: str
    required: bool
    choices: list[str]


class KindAnswer(Schema):
    """A kind of visits and what it asks for today."""

    id: int
    name: str
    photo_needed: bool
    note_needed: bool
    least_minutes: int
    fields: list[FieldAnswer]


class OpenAnswer(Schema):
    """The visit that goes on: by the id of its record, whom, of which kind, since when, where it was begun."""

    visit: uuid.UUID
    customer: int
    name: str
    kind: int
    since: str
    said: str


class DoneAnswer(Schema):
    """A visit of today: when, whom, how it stands."""

    id: int
    time: str
    name: str
    state: str
    said: str


class DayAnswer(Schema):
    """What the page of one's visits shows."""

    sentence: str
    going: OpenAnswer | None
    stops: list[StopAnswer]
    near: list[StopAnswer]
    kinds: list[KindAnswer]
    done: list[DoneAnswer]


class PhotoAnswer(Schema):
    """A photo that was kept: the id it was given by the phone."""

    key: uuid.UUID
