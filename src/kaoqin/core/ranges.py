"""Ranges for exclusion constraints. The embedded server lacks btree_gist, so a number is compared as a range of one."""

from django.db.models import F, Func, Value


def same(field: str) -> Func:
    """A range of one value over an integer column: gist compares it for equality."""
    return Func(F(field), F(field), Value("[]"), function="int8range")


def days(begins_on: str = "begins_on", ends_on: str = "ends_on") -> Func:
    """The days from–to, both included; an open end is for ever."""
    return Func(F(begins_on), F(ends_on), Value("[]"), function="daterange")
