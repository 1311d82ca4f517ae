"""What a tablet sends and is told, as JSON."""

import datetime as dt
import uuid
from typing import Annotated, Literal

from ninja import Schema
from pydantic import Field, TypeAdapter

from kaoqin.phones.wire import SignedRecord, TimedSent

MOST_RECORDS = 100


class PressSent(TimedSent):
    """What is signed: whose number, the PIN sealed for the installation (base64), and when, as phones tell it."""

    v: Literal[1]
    id: uuid.UUID
    counter: Annotated[int, Field(gt=0, lt=2**63)]
    number: Annotated[str, Field(min_length=1, max_length=40, pattern=r"^[^\x00]*$")]
    pin: Annotated[str, Field(max_length=400)]


class PressAnswer(Schema):
    """What became of it, for whoever stands before the tablet: counted, held, refused or known."""

    id: str
    state: str
    sentence: str
    at: dt.datetime | None = None


SENT: TypeAdapter[list[SignedRecord]] = TypeAdapter(Annotated[list[SignedRecord], Field(max_length=MOST_RECORDS)])
