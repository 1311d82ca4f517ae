"""The period a table is about, and the dates of header cells that only say `1 2 3 六 日`."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from kaoqin.punches.formats.tools.cells import Cell, cell_text
from kaoqin.punches.formats.tools.clock import Unread, is_plausible, parse_date, weekday_number

Period = tuple[date, date]
"""First and last day."""

LONGEST_DAYS = 400
LONGEST_TITLE = 500

_DAY = r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?"
_LAST = r"(?:(\d{4})\s*[-/.年]\s*)?(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?"
_RANGE = re.compile(rf"(?<!\d){_DAY}\s*(?:至|到|~|～|∼|—|–|―|-|_)+\s*{_LAST}(?!\d)", re.ASCII)
_COMPACT_RANGE = re.compile(r"(?<!\d)(20\d\d)(\d\d)(\d\d)\s*[-_~至到]\s*(20\d\d)(\d\d)(\d\d)(?!\d)", re.ASCII)
_MONTH = re.compile(r"(?<!\d)(20\d\d)\s*(?:年\s*(\d{1,2})\s*月(?!\s*\d)|[-/.](\d{1,2})(?![\d\s]*[-/.\d:]))", re.ASCII)
_WEEKDAY = re.compile(r"(?:星期|礼拜|周)?([一二三四五六日天])|(mon|tue|wed|thu|fri|sat|sun)[a-z]*", re.IGNORECASE)
_PARTIAL = re.compile(
    r"(?:(?P<month>\d{1,2})\s*[-/.月]\s*)?(?P<day>\d{1,2})\s*[日号]?\s*\(?(?:(?:星期|礼拜|周)?(?P<weekday>[一二三四五六日天]))?\)?",
    re.ASCII,
)
_WIDE = str.maketrans("（）　\xa0", "()  ")


@dataclass(frozen=True)
class DayHeader:
    """What a header cell says of its day; any part may be missing."""

    whole: date | None = None
    month: int = 0
    day: int = 0
    weekday: int | None = None

    def fits(self, day: date) -> bool:
        return (
            (self.whole is None or self.whole == day)
            and (not self.month or self.month == day.month)
            and (not self.day or self.day == day.day)
            and (self.weekday is None or self.weekday == day.weekday())
        )


def find_period(texts: Iterable[str]) -> Period | None:
    """The first range in the texts (`2021-09-01 至 2021-09-30`), else the first month (`2021年9月`)."""
    told = [text[:LONGEST_TITLE] for text in texts]
    found = [period for read in (_range, _month) for text in told for period in (read(text),) if period]
    return found[0] if found else None


def day_header(cell: Cell) -> DayHeader | None:
    """What a header cell says of a day; None when it is no day."""
    if isinstance(cell, date):
        day = cell.date() if isinstance(cell, datetime) else cell
        return DayHeader(whole=day) if is_plausible(day) else None
    if isinstance(cell, float) and not cell.is_integer():
        return None  # 9.1 as a number may have been 9.10
    text = cell_text(cell).translate(_WIDE).strip()
    whole = parse_date(text)
    if isinstance(whole, date):
        return DayHeader(whole=whole)
    if whole is not Unread.SHAPE:
        return None
    return _partial(text)


def dates_of(headers: Sequence[DayHeader], period: Period | None) -> list[date | None]:
    """The date of each header cell, left to right, inside the period; None where it cannot be told.

    A cell that says a number is the next day with this number; one that says only a weekday must be the day
    right after the cell before it (or the first day), or it stays without date.
    """
    dates: list[date | None] = []
    last: date | None = None
    for header in headers:
        found = header.whole if header.whole and _inside(header.whole, period) else _next(header, last, period)
        dates.append(found)
        last = found or last
    return dates


def _next(header: DayHeader, last: date | None, period: Period | None) -> date | None:
    if period is None or header.whole:
        return None
    day = last + timedelta(days=1) if last else period[0]
    if not header.day:
        return day if _inside(day, period) and header.fits(day) else None
    while day <= period[1]:
        if header.fits(day):
            return day
        day += timedelta(days=1)
    return None


def _inside(day: date, period: Period | None) -> bool:
    return period is None or period[0] <= day <= period[1]


def _partial(text: str) -> DayHeader | None:
    only_weekday = _WEEKDAY.fullmatch(text)
    if only_weekday:
        return DayHeader(weekday=weekday_number(only_weekday[1] or only_weekday[2]))
    found = _PARTIAL.fullmatch(text)
    if found is None or not 1 <= int(found["day"]) <= 31 or int(found["month"] or 1) not in range(1, 13):
        return None
    weekday = weekday_number(found["weekday"]) if found["weekday"] else None
    return DayHeader(month=int(found["month"] or 0), day=int(found["day"]), weekday=weekday)


def _range(text: str) -> Period | None:
    found = _RANGE.search(text)
    if found:
        year, month, day, last_year, last_month, last_day = found.groups()
        return _period((year, month, day), (last_year or year, last_month, last_day))
    compact = _COMPACT_RANGE.search(text)
    return _period(compact.groups()[:3], compact.groups()[3:]) if compact else None


def _month(text: str) -> Period | None:
    found = _MONTH.search(text)
    if found is None:
        return None
    year, month = int(found[1]), int(found[2] or found[3])
    if not 1 <= month <= 12:
        return None
    after = date(year + month // 12, month % 12 + 1, 1)
    return date(year, month, 1), after - timedelta(days=1)


def _period(first: Sequence[str], last: Sequence[str]) -> Period | None:
    """None for days that do not exist, run backwards or are longer than a year: not our period."""
    try:
        begins, ends = date(*map(int, first)), date(*map(int, last))
    except ValueError:
        return None
    return (begins, ends) if timedelta(0) <= ends - begins <= timedelta(days=LONGEST_DAYS) else None
