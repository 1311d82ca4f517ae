"""What was answered to a form, checked by the version of its day. Pure: bad answers are kept beside what they lack."""

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from typing import Any

from kaoqin.field.words import Answer, Asked

MOST_TEXT = 500
PHOTO, NOTE = "photo", "note"
"""What a kind may ask for besides its fields, as keys of what is lacking."""


def fields_of(kept: Sequence[Mapping[str, Any]]) -> list[Asked]:
    """The fields of a kept form."""
    return [
        Asked(one["key"], one["label"], Answer(one["answer"]), one["required"], tuple(one["choices"])) for one in kept
    ]


def check(fields: Sequence[Asked], told: object) -> tuple[dict[str, Any], list[str]]:
    """The answers that fit their fields, and the keys of required fields without one."""
    given = told if isinstance(told, dict) else {}
    read = {one.key: _read(one, given.get(one.key)) for one in fields}
    answers = {key: value for key, value in read.items() if value is not None}
    return answers, [one.key for one in fields if one.required and one.key not in answers]


def _read(asked: Asked, told: object) -> Any:
    """An answer as its field takes it; None where it is none, or does not fit."""
    if isinstance(told, str):
        told = told.strip()[:MOST_TEXT]
    if told in (None, ""):
        return None
    return _READ[asked.answer](asked, told)


def _text(asked: Asked, told: object) -> str | None:
    return told if isinstance(told, str) else None


def _number(asked: Asked, told: object) -> float | int | None:
    if isinstance(told, bool) or not isinstance(told, str | int | float):
        return None
    try:
        found = float(told)
    except ValueError:
        return None
    if not math.isfinite(found) or abs(found) > 1e12:
        return None
    return int(found) if found.is_integer() else found


def _choice(asked: Asked, told: object) -> str | None:
    return told if isinstance(told, str) and told in asked.choices else None


def _date(asked: Asked, told: object) -> str | None:
    try:
        return dt.date.fromisoformat(told).isoformat() if isinstance(told, str) else None
    except ValueError:
        return None


def _yes_no(asked: Asked, told: object) -> bool | None:
    return {True: True, False: False, "yes": True, "no": False}.get(told) if isinstance(told, bool | str) else None


_READ = {
    Answer.TEXT: _text,
    Answer.NUMBER: _number,
    Answer.CHOICE: _choice,
    Answer.DATE: _date,
    Answer.YES_NO: _yes_no,
}
