"""Strict reading of dates and clocks: known shapes only, impossible values refused, nothing guessed.

A day and a month that could change places (03/04/2026) are read only in a given order; a weekday that is
written with a date must agree with it; epoch seconds and bare numbers are no times.
"""

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta, timezone
from enum import StrEnum

from django.utils.translation import gettext_lazy

from kaoqin.punches.formats.words import DateOrder, Fault, shorten


class Unread(StrEnum):
    """Why a text is no time."""

    SHAPE = "shape"
    IMPOSSIBLE = "impossible"
    ORDER = "order"
    WEEKDAY = "weekday"


LONGEST_TIME = 80

_WEEKDAYS = {name: number for number, names in enumerate("一二三四五六日") for name in names} | {"天": 6}
_ENGLISH = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_WEEKDAY = r"\(?(?:(?:星期|礼拜|周)(?P<weekday>[一二三四五六日天])|(?P<dayname>Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*)\)?"
_YEAR_FIRST = r"(?P<y>\d{4})(?:(?P<s>[-/.])(?P<m>\d{1,2})(?P=s)(?P<d>\d{1,2})|年(?P<m2>\d{1,2})月(?P<d2>\d{1,2})日?)"
_YEAR_LAST = r"(?P<a>\d{1,2})(?P<t>[-/.])(?P<b>\d{1,2})(?P=t)(?P<y2>\d{4})"
_SHORT_YEAR = r"(?P<y3>\d\d)(?P<u>[-/.])(?P<m3>\d\d)(?P=u)(?P<d3>\d\d)"
_CLOCK = (
    r"(?P<early>上午|下午|AM|PM)?\s*(?P<H>\d{1,2}):(?P<M>\d{2})(?::(?P<S>\d{2})(?:[.,](?P<f>\d{1,6}))?)?"
    r"\s*(?P<late>AM|PM)?"
)
_OFFSET = r"(?:\s*(?P<z>Z|[+-](?:0\d|1[0-4]):?[0-5]\d))?"
_FLAGS = re.ASCII | re.IGNORECASE
_DATE_TEXT = rf"(?:{_YEAR_FIRST}|{_YEAR_LAST}|{_SHORT_YEAR}(?=\s*\(?(?:星期|礼拜|周)))"
_MOMENT = re.compile(rf"{_DATE_TEXT}(?:\s*{_WEEKDAY}\s*|\s+|T|(?<=日))\s*{_CLOCK}{_OFFSET}", _FLAGS)
_DATE = re.compile(rf"{_DATE_TEXT}(?:\s*{_WEEKDAY})?", _FLAGS)
_COMPACT = re.compile(r"(\d{4})(\d\d)(\d\d)(?:[ T]?(\d\d):?(\d\d):?(\d\d))", re.ASCII)
_COMPACT_DATE = re.compile(r"(\d{4})(\d\d)(\d\d)", re.ASCII)
_ISO_LENGTHS = (19, 16)  # 2026-03-02 08:00:00, 2026-03-02 08:00
_ONE_CLOCK = re.compile(_CLOCK, _FLAGS)
_DAY_OR_MONTH_FIRST = re.compile(r"\s*(\d{1,2})([-/.])(\d{1,2})\2\d{4}(?!\d)", re.ASCII)
_WIDE = str.maketrans("：（）／－　\xa0", ":()/-  ")


def parse_moment(text: str, order: DateOrder | None = None) -> datetime | Unread:
    """A date with a clock. Naive, or aware when an offset is written."""
    if len(text) in _ISO_LENGTHS and text[4] + text[7] + text[13] + text[-3] == "--::" and text[10] in " T":
        try:  # in C, a million times a second; newer Pythons take 24:00:00 for the next day, we do not
            if "19" <= text < "22" and text[11:13] != "24":
                return datetime.fromisoformat(text)
        except ValueError:
            pass
    tidy = _tidy(text)
    found = _MOMENT.fullmatch(tidy)
    if found is None:
        return _compact(tidy)
    day, clock = _date_of(found, order), _clock_of(found)
    if isinstance(day, Unread) or isinstance(clock, Unread):
        return day if isinstance(day, Unread) else Unread.IMPOSSIBLE
    return datetime.combine(day, clock, _zone_of(found["z"]))


def parse_date(text: str, order: DateOrder | None = None) -> date | Unread:
    """A date without a clock; 2-digit years only as `21-09-01 星期三`, where the weekday vouches for it."""
    tidy = _tidy(text)
    found = _DATE.fullmatch(tidy)
    if found is not None:
        return _date_of(found, order)
    compact = _COMPACT_DATE.fullmatch(tidy)
    return _made_date(*compact.groups()) if compact else Unread.SHAPE


def parse_clock(text: str) -> time | Unread:
    """A clock alone: `08:01`, `8:01:30`, `01:19:29PM`, `下午 1:19`."""
    found = _ONE_CLOCK.fullmatch(_tidy(text))
    return _clock_of(found) if found else Unread.SHAPE


def is_plausible(day: date) -> bool:
    """Years that a calendar can still count on from: a clock gone wrong shows 1970 or 2000, not 0001."""
    return 1900 <= day.year < 2200


def day_month_numbers(text: str) -> tuple[int, int] | None:
    """The first two numbers of a date that ends with its year, else None."""
    found = _DAY_OR_MONTH_FIRST.match(text)
    return (int(found[1]), int(found[3])) if found else None


def orders_seen(texts: Iterable[str]) -> dict[DateOrder | None, int]:
    """How many dates can be meant only day first, only month first, or either way (None)."""
    seen: dict[DateOrder | None, int] = {DateOrder.DAY_FIRST: 0, DateOrder.MONTH_FIRST: 0, None: 0}
    for numbers in map(day_month_numbers, texts):
        if numbers is not None and numbers[0] != numbers[1] and min(numbers) <= 12:
            seen[_only_order(*numbers)] += 1
    return seen


def fault_of(unread: Unread) -> Fault:
    """The quarantine's word for it."""
    return _FAULTS[unread]


def why_unread(unread: Unread, text: str) -> str:
    """Why a text is no time, for a person."""
    return _SENTENCES[unread].format(shorten(text))


def weekday_number(name: str) -> int:
    """一 → 0 … 日, 天 → 6; English names by their first three letters."""
    return _WEEKDAYS[name] if name in _WEEKDAYS else _ENGLISH.index(name[:3].lower())


_SENTENCES = {
    Unread.SHAPE: gettext_lazy("应是日期加时间，如 2026-03-02 08:00:00，实际是“{}”"),
    Unread.IMPOSSIBLE: gettext_lazy("没有“{}”这样的日期或时间"),
    Unread.ORDER: gettext_lazy("“{}”分不清日和月，请选择日期顺序"),
    Unread.WEEKDAY: gettext_lazy("“{}”的日期与星期不符"),
}
_FAULTS = {
    Unread.SHAPE: Fault.TIME,
    Unread.IMPOSSIBLE: Fault.IMPOSSIBLE,
    Unread.ORDER: Fault.DATE_ORDER,
    Unread.WEEKDAY: Fault.WEEKDAY,
}


def _tidy(text: str) -> str:
    """Full-width colons, brackets and blanks as plain ones; digits stay what they are. Nothing for a long text."""
    if len(text) > LONGEST_TIME:
        return ""
    return text.strip() if text.isascii() else text.translate(_WIDE).strip()


def _compact(text: str) -> datetime | Unread:
    found = _COMPACT.fullmatch(text)
    if found is None:
        return Unread.SHAPE
    return parse_moment("{}-{}-{} {}:{}:{}".format(*found.groups()))


def _date_of(found: re.Match[str], order: DateOrder | None) -> date | Unread:
    day = _ordered(found, order) if found["a"] else _year_first(found)
    if isinstance(day, Unread):
        return day
    written = found["weekday"] or found["dayname"]
    return day if not written or day.weekday() == weekday_number(written) else Unread.WEEKDAY


def _year_first(found: re.Match[str]) -> date | Unread:
    if found["y3"]:
        return _made_date("20" + found["y3"], found["m3"], found["d3"])
    return _made_date(found["y"], found["m"] or found["m2"], found["d"] or found["d2"])


def _ordered(found: re.Match[str], order: DateOrder | None) -> date | Unread:
    pair = (found["a"], found["b"])
    if order is None and int(pair[0]) != int(pair[1]):
        return Unread.ORDER
    return _made_date(found["y2"], *(pair if order is DateOrder.MONTH_FIRST else pair[::-1]))


def _made_date(year: str, month: str, day: str) -> date | Unread:
    try:
        made = date(int(year), int(month), int(day))
    except ValueError:
        return Unread.IMPOSSIBLE
    return made if is_plausible(made) else Unread.IMPOSSIBLE


def _clock_of(found: re.Match[str]) -> time | Unread:
    hour = _hour(int(found["H"]), (found["early"] or "") + (found["late"] or ""))
    micro = int((found["f"] or "0").ljust(6, "0"))
    try:
        return time(hour, int(found["M"]), int(found["S"] or 0), micro)
    except ValueError:
        return Unread.IMPOSSIBLE


def _hour(hour: int, half: str) -> int:
    """24-hour clocks that still write AM/PM (13:05 PM) are read as they are; 13:05 AM is impossible (-1)."""
    half = half.upper().replace("上午", "AM").replace("下午", "PM")
    if half == "AM":
        return hour % 12 if hour <= 12 else -1
    if half == "PM":
        return hour % 12 + 12 if 1 <= hour <= 12 else hour or -1
    return hour if not half else -1


def _zone_of(written: str | None) -> timezone | None:
    if not written:
        return None
    if written in "Zz":
        return UTC
    distance = timedelta(hours=int(written[1:3]), minutes=int(written[-2:]))
    return timezone(-distance if written[0] == "-" else distance)


def _only_order(first: int, second: int) -> DateOrder | None:
    if max(first, second) <= 12:
        return None
    return DateOrder.DAY_FIRST if first > 12 else DateOrder.MONTH_FIRST
