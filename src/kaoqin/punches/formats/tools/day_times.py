"""A cell of times as moments: full date-times, or clocks of a given day, in the order a day runs."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from django.utils.translation import gettext

from kaoqin.punches.formats.options import Options
from kaoqin.punches.formats.tools.cell_times import CellTime, times_in
from kaoqin.punches.formats.tools.cells import Cell, cell_text, is_blank, whole_seconds
from kaoqin.punches.formats.tools.clock import Unread, fault_of, is_plausible, parse_date, parse_moment, why_unread
from kaoqin.punches.formats.tools.patterns import read_date, read_time
from kaoqin.punches.formats.words import DateOrder, Fault, Overnight, shorten

EXCEL_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 - a wall clock
EARLIEST_SERIAL, LATEST_SERIAL = 36526, 73051  # 2000-01-01 and 2100-01-01 as Excel counts days


class Found(NamedTuple):
    """One time. `of_day`: a clock that took its date from elsewhere; `next_day`: marked 次日; `marks`: words."""

    moment: datetime
    text: str
    of_day: bool = False
    next_day: bool = False
    marks: tuple[str, ...] = ()


class Wrong(NamedTuple):
    """A text that is no time; `text` is the part at fault."""

    text: str
    code: Fault
    sentence: str


@dataclass(frozen=True)
class Ways:
    """How times are to be read in this file."""

    order: DateOrder | None = None
    overnight: Overnight | None = None
    date_format: str = ""
    time_format: str = ""


def ways_of(options: Options, date_format: str = "", time_format: str = "") -> Ways:
    return Ways(options.date_order, options.overnight, date_format, time_format)


def day_of(cell: Cell, ways: Ways) -> date | Wrong | None:
    """The date of a date cell; None when it is blank."""
    if is_blank(cell):
        return None
    if isinstance(cell, date):
        day = cell.date() if isinstance(cell, datetime) else cell
        return day if is_plausible(day) else _bad_date(cell_text(cell))
    if isinstance(cell, float | int) and not isinstance(cell, bool) and not ways.date_format:
        return _serial(cell).date() if EARLIEST_SERIAL <= cell < LATEST_SERIAL else _bad_date(cell_text(cell))
    return _written_day(cell_text(cell), ways)


def moments_in(cell: Cell, day: date | None, ways: Ways) -> list[Found | Wrong]:
    """Every time of one cell, in order; nothing for a blank one. `day` is for clocks without a date."""
    if is_blank(cell):
        return []
    if isinstance(cell, datetime) and cell.year > 1905 and is_plausible(cell):
        return [Found(whole_seconds(cell), cell_text(cell))]
    if isinstance(cell, str) or ways.time_format:
        return _written(cell_text(cell) if not isinstance(cell, str) else cell, day, ways)
    return [_excel_clock(cell, day)]


def in_order(found: Iterable[Found | Wrong], ways: Ways) -> Iterator[Found | Wrong]:
    """The times of a day one after the other: a clock before the last one is next morning, or out of order.

    Which of the two only a person can say (`Options.overnight`); until then it is `Fault.TIME_ORDER`.
    """
    last: datetime | None = None
    for item in found:
        if isinstance(item, Wrong) or not item.of_day:
            yield item
            continue
        placed = _placed(item, last, ways.overnight)
        if isinstance(placed, Found):
            last = max(placed.moment, last or placed.moment)
        yield placed


def _placed(item: Found, last: datetime | None, overnight: Overnight | None) -> Found | Wrong:
    if last is None or item.moment >= last or item.next_day or overnight is Overnight.SAME_DAY:
        return item
    if overnight is Overnight.NEXT_DAY:
        return item._replace(moment=item.moment + timedelta(days=1))
    sentence = gettext("时间 {text} 排在较晚的时间之后，又没有“次日”标记，请选择它是当日还是次日").format(
        text=item.text
    )
    return Wrong(item.text, Fault.TIME_ORDER, sentence)


def _written(text: str, day: date | None, ways: Ways) -> list[Found | Wrong]:
    if ways.time_format:
        return [_patterned(text, day, ways)]
    moment = parse_moment(text, ways.order)
    if isinstance(moment, datetime):
        return [Found(moment, text)]
    if moment is not Unread.SHAPE:
        return [Wrong(text, fault_of(moment), why_unread(moment, text))]
    if day is None:
        wanted = gettext("应是日期加时间，如 2026-03-02 08:00:00")
        return [
            Wrong(text, Fault.TIME, gettext("{wanted}，实际是“{found}”").format(wanted=wanted, found=shorten(text)))
        ]
    return _clocks(text, day)


def _clocks(text: str, day: date) -> list[Found | Wrong]:
    told = times_in(text)
    if told.unknown or not told.times:
        wanted = gettext("应是时间，如 08:01、次日 01:20，一格多次用空格或换行隔开")
        return [
            Wrong(text, Fault.TEXT, gettext("{wanted}，实际是“{found}”").format(wanted=wanted, found=shorten(text)))
        ]
    return [_on_day(item, day) for item in told.times]


def _on_day(item: CellTime, day: date) -> Found | Wrong:
    if item.clock is None:
        return Wrong(item.text, Fault.IMPOSSIBLE, gettext("没有“{text}”这样的时间").format(text=item.text))
    moment = _combined(day, item.clock, item.next_day)
    return Found(moment, item.text, True, item.next_day, tuple(item.marks))


def _excel_clock(cell: Cell, day: date | None) -> Found | Wrong:
    """Times that Excel keeps as parts of a day, and date-times that lost their format (46083.375)."""
    text = cell_text(cell)
    length = _day_part(cell)
    if length is not None and day is not None:
        moment = whole_seconds(datetime.combine(day, time()) + length)
        return Found(moment, text, True, length >= timedelta(days=1))
    if isinstance(cell, float) and EARLIEST_SERIAL <= cell < LATEST_SERIAL and not cell.is_integer():
        return Found(_serial(cell), text)
    wanted = gettext("应是时间，如 08:01") if day else gettext("应是日期加时间，如 2026-03-02 08:00:00")
    return Wrong(text, Fault.TIME, gettext("{wanted}，实际是“{found}”").format(wanted=wanted, found=shorten(text)))


def _day_part(cell: Cell) -> timedelta | None:
    """The time since midnight; up to two days, as Excel writes 26:00 for two o'clock next morning."""
    if isinstance(cell, datetime) and cell.year <= 1905:
        cell = cell.time()
    if isinstance(cell, time):
        return timedelta(hours=cell.hour, minutes=cell.minute, seconds=cell.second, microseconds=cell.microsecond)
    if isinstance(cell, float) and 0 < cell < 1:
        return timedelta(days=cell)
    is_length = isinstance(cell, timedelta) and timedelta(0) <= cell < timedelta(days=2)
    return cell if is_length and isinstance(cell, timedelta) else None


def _patterned(text: str, day: date | None, ways: Ways) -> Found | Wrong:
    told = read_time(text, ways.time_format)
    if isinstance(told, datetime):
        return Found(told, text)
    if isinstance(told, time) and day is not None:
        return Found(_combined(day, told, next_day=False), text, of_day=True)
    return Wrong(
        text,
        Fault.TIME,
        gettext("应是 {time_format} 形式的时间，实际是“{found}”").format(
            time_format=ways.time_format, found=shorten(text)
        ),
    )


def _written_day(text: str, ways: Ways) -> date | Wrong:
    told = read_date(text, ways.date_format) if ways.date_format else parse_date(text, ways.order)
    if isinstance(told, date):
        return told
    if told is Unread.SHAPE:
        moment = parse_moment(text, ways.order)
        return moment.date() if isinstance(moment, datetime) else _bad_date(text)
    return Wrong(text, fault_of(told), why_unread(told, text))


def _bad_date(text: str) -> Wrong:
    return Wrong(text, Fault.DATE, gettext("应是日期，如 2026-03-02，实际是“{found}”").format(found=shorten(text)))


def _combined(day: date, clock: time, next_day: bool) -> datetime:
    return datetime.combine(day, clock) + timedelta(days=1 if next_day else 0)


def _serial(days: float) -> datetime:
    return whole_seconds(EXCEL_EPOCH + timedelta(days=days))
