"""One cell at a time: what a value of the file interface may look like, text or typed.

Only the distinct values of a column come here, so plain Python is fast enough.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from zoneinfo import ZoneInfo

from reckon.dated import day_number

Value = int | str
Parser = Callable[[object], Value]

MINUTES_IN_DAY = 1440
_WHOLE = re.compile(r"[0-9]{1,6}")
_CLOCK = re.compile(r"([0-9]{2}):([0-5][0-9])")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def is_empty(value: object) -> bool:
    """An empty cell: null, empty text, not a number."""
    return value is None or value == "" or value != value  # noqa: PLR0124 - NaN is not equal to itself


def text(value: object) -> str:
    """Any text, kept as it stands (leading zeros survive); a typed 7.0 is the text 7."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def whole(value: object) -> int:
    """Whole minutes (or a count), 0 to 999999."""
    if isinstance(value, str):
        value = int(value) if _WHOLE.fullmatch(value) else None
    if isinstance(value, int | float | Decimal) and value == int(value) and 0 <= value <= 999_999:
        return int(value)
    raise ValueError(value)


def positive(value: object) -> int:
    """A whole number from 1 on."""
    number = whole(value)
    if number < 1:
        raise ValueError(value)
    return number


def flag(value: object) -> int:
    """0 or 1; true or false where the column is typed so."""
    number = whole(value)
    if number > 1:
        raise ValueError(value)
    return number


def clock(value: object) -> int:
    """`HH:MM` as minutes from 00:00; `30:00` is 06:00 the next day."""
    if isinstance(value, time):
        return value.hour * 60 + value.minute
    match = _CLOCK.fullmatch(value) if isinstance(value, str) else None
    if not match:
        raise ValueError(value)
    return int(match[1]) * 60 + int(match[2])


def day(value: object) -> int:
    """A date as a day number; a typed timestamp must stand at midnight."""
    if isinstance(value, datetime):
        if value.time() != time():
            raise ValueError(value)
        return day_number(value.date())
    if isinstance(value, date):
        return day_number(value)
    if not (isinstance(value, str) and _DATE.fullmatch(value)):
        raise ValueError(value)
    return day_number(date.fromisoformat(value))


def zone(value: object) -> str:
    """The name of a time zone the machine knows."""
    try:
        ZoneInfo(str(value))
    except (OSError, LookupError) as unknown:
        raise ValueError(value) from unknown
    return str(value)


def one_of(words: tuple[str, ...]) -> Parser:
    """One of the words, as its position among them."""

    def parse(value: object) -> int:
        return words.index(str(value))

    return parse


@dataclass(frozen=True)
class Field:
    """A column of an input table. `default` None: the cell may not be empty."""

    name: str
    parse: Parser
    expected: str
    default: Value | None = None
