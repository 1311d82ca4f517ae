"""Tracks in the API, version 1: `POST /api/v1/field/tracks`."""

import uuid
from typing import Annotated

from ninja import Router, Schema
from pydantic import Field

from kaoqin.core.places import Datum
from kaoqin.phones.entering import SESSION_OR_TOKEN
from kaoqin.security.requests import AskedBy
from kaoqin.tracks import taking

MOST_POINTS = 2_000
router = Router(auth=SESSION_OR_TOKEN, tags=["tracks"])


class BatchSent(Schema):
    """Points as [second of the epoch, latitude, longitude, accuracy in metres], at most 2,000; `batch` is drawn by the phone and the
    same when it is sent again."""

    batch: uuid.UUID
    phone: int
    datum: Datum = Datum.WGS84
    points: Annotated[list[tuple[float, float, float, float]], Field(min_length=1, max_length=MOST_POINTS)]


class BatchAnswer(Schema):
    """How many points were kept, and how many not, being of times off duty or nowhere. `goes_on`: the person is on duty still; otherwise
    ask whether to record."""

    kept: int
    not_kept: int
    goes_on: bool


class StateAnswer(Schema):
    """Whether a phone may record now: the person agrees, and is on duty."""

    agreed: bool
    on_duty: bool


@router.get("/tracks", response=StateAnswer)
def state(request: AskedBy) -> StateAnswer:
    """Whether to record now; asked before recording, and now and then while it goes on."""
    agreed, duty = taking.may_record(by=request.by, at=request.asked_at)
    return StateAnswer(agreed=agreed, on_duty=duty)


@router.post("/tracks", response=BatchAnswer)
def tracks(request: AskedBy, sent: BatchSent) -> BatchAnswer:
    """Keep a batch. 409 `tracks.no_consent` or `tracks.phone`: stop recording."""
    told = taking.take_batch(sent.batch, sent.phone, sent.points, sent.datum, by=request.by, at=request.asked_at)
    return BatchAnswer(kept=told.kept, not_kept=told.not_kept, goes_on=told.goes_on)
