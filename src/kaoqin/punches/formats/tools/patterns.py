"""Date and time patterns a person may give for a column: `YYYYMMDDhhmmss`, `DD/MM/YY hh:mm AM`.

Tokens: YYYY, YY (20xx), MM, M, DD, D, hh, h, mm, ss, AM. A lone M, D or h takes one or two digits.
After YYYY or DD, `MM` is the month; minutes are `mm`. Everything else stands for itself; blanks are exact.
"""

import re
from datetime import date, datetime, time
from functools import cache

from kaoqin.punches.formats.tools.clock import Unread
from kaoqin.punches.formats.words import FormatRefusal

_TOKENS = {
    "YYYY": r"(?P<year>\d{4})",
    "YY": r"(?P<short>\d{2})",
    "MM": r"(?P<month>\d{2})",
    "M": r"(?P<month>\d{1,2})",
    "DD": r"(?P<day>\d{2})",
    "D": r"(?P<day>\d{1,2})",
    "hh": r"(?P<hour>\d{2})",
    "h": r"(?P<hour>\d{1,2})",
    "mm": r"(?P<minute>\d{2})",
    "ss": r"(?P<second>\d{2})",
    "AM": r"(?P<half>AM|PM|am|pm)",
}
_TOKEN = re.compile("YYYY|YY|MM|M|DD|D|hh|h|mm|ss|AM|.", re.DOTALL)


_DAY = {"month", "day"}
_CLOCK = {"hour", "minute"}


def read_date(text: str, pattern: str) -> date | Unread:
    """The date of a text in the given pattern, nothing else."""
    found = compiled(pattern).fullmatch(text.strip())
    if found is None or not found.re.groupindex.keys() >= _DAY:
        return Unread.SHAPE
    try:
        return date(*_day(found.groupdict()))
    except ValueError:
        return Unread.IMPOSSIBLE


def read_time(text: str, pattern: str) -> datetime | time | Unread:
    """The time of a text in the given pattern: a datetime when the pattern has a date, else a clock."""
    found = compiled(pattern).fullmatch(text.strip())
    if found is None or not found.re.groupindex.keys() >= _CLOCK:
        return Unread.SHAPE
    told = found.groupdict()
    try:
        clock = time(*_clock(told))
        return datetime.combine(date(*_day(told)), clock) if "day" in told else clock
    except ValueError:
        return Unread.IMPOSSIBLE


@cache
def compiled(pattern: str) -> re.Pattern[str]:
    """The pattern as a regular expression; refuses one that names a part twice or only half a date."""
    body = "".join(_TOKENS.get(token) or re.escape(token) for token in _TOKEN.findall(pattern))
    try:
        found = re.compile(body, re.ASCII)
    except re.error as fault:
        raise _unusable(pattern) from fault
    if not _is_whole(set(found.groupindex)):
        raise _unusable(pattern)
    return found


def _is_whole(parts: set[str]) -> bool:
    years, days, clocks = parts & {"year", "short"}, parts & _DAY, parts & _CLOCK
    whole_date = len(years) == 1 and days == _DAY
    return (whole_date or not years | days) and (clocks == _CLOCK or not clocks) and (whole_date or bool(clocks))


def _unusable(pattern: str) -> FormatRefusal:
    return FormatRefusal(
        "formats.bad_pattern", f"看不懂日期时间格式“{pattern}”，请写成 YYYY-MM-DD hh:mm:ss 这样的形式。"
    )


def _day(told: dict[str, str | None]) -> tuple[int, int, int]:
    year = told.get("year") or f"20{told.get('short')}"
    return int(year), int(told["month"] or 0), int(told["day"] or 0)


def _clock(told: dict[str, str | None]) -> tuple[int, int, int]:
    hour, half = int(told["hour"] or 0), (told.get("half") or "").upper()
    if half and not 1 <= hour <= 12:
        raise ValueError(hour)
    hour = hour % 12 + (12 if half == "PM" else 0) if half else hour
    return hour, int(told["minute"] or 0), int(told.get("second") or 0)
