"""Ranges for exclusion constraints. The embedded server lacks btree_gist, so a number is compared as a range of one."""

import datetime as dt
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import F, Func, Value
from psycopg.types.range import Range


def same(field: str) -> Func:
    """A range of one value over an integer column: gist compares it for equality."""
    return Func(F(field), F(field), Value("[]"), function="int8range")


def days(begins_on: str = "begins_on", ends_on: str = "ends_on") -> Func:
    """The days from–to, both included; an open end is for ever."""
    return Func(F(begins_on), F(ends_on), Value("[]"), function="daterange")


class Stretches(tuple[Range[dt.datetime], ...]):
    """Stretches of time in order, with gaps between them: from `lower` to `upper` in all."""

    @property
    def lower(self) -> dt.datetime:
        return self[0].lower  # type: ignore[return-value]

    @property
    def upper(self) -> dt.datetime:
        return self[-1].upper  # type: ignore[return-value]


if TYPE_CHECKING:
    _Field = models.Field[Any, Any]
else:
    _Field = models.Field


class StretchesField(_Field):
    """A multirange of datetimes, read as `Stretches`; written by SQL only."""

    def db_type(self, connection: Any) -> str:
        return "tstzmultirange"

    def from_db_value(self, value: Iterable[Range[dt.datetime]] | None, *_: Any) -> Stretches | None:
        return None if value is None else Stretches(value)
