"""The search for the records of a day, with firmware that understands days in one way or another, or in none."""

import datetime as dt
import zoneinfo
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from urllib.parse import quote

from django.utils.translation import gettext

from kaoqin.devices.protocols.dahua.records import Record, Told, instant, read
from kaoqin.devices.protocols.http_digest.conversation import Conversation, Declined
from kaoqin.devices.wire import VisitFailed

MOST_AT_ONCE, MOST_IN_ALL = 1000, 10_000
MOST_QUESTIONS = 2000
SECOND, DAY = dt.timedelta(seconds=1), dt.timedelta(days=1)
_FIND = "/cgi-bin/recordFinder.cgi?action=find&name=AccessControlCardRec"
Moment = Callable[[dt.datetime], str]


class DaysIgnored(Exception):  # noqa: N818 - a way that leads nowhere
    """The terminal took the days and gave others."""


def as_seconds(at: dt.datetime) -> str:
    return str(round(at.timestamp()))


def as_text(at: dt.datetime) -> str:
    """The terminal's own wall clock; `at` is in its zone."""
    return quote(f"{at:%Y-%m-%d %H:%M:%S}", safe=":")


def understood(body: bytes) -> Told:
    """An answer to a search. Raises Declined for an error that comes as an answer, VisitFailed for what is none."""
    told = read(body)
    if told.others and told.others[0][1].strip().lower().startswith("error"):
        raise Declined(200, body)
    if "found" not in told.head and not told.records:
        raise VisitFailed(gettext("考勤机的回答读不懂,也许不是这种协议的考勤机。"))
    return told


@dataclass(slots=True)
class Finder:
    """Searches at one terminal; `short` is how many records it told of and did not give."""

    line: Conversation
    zone: str
    short: int = 0
    _proven: bool = False
    _ways: list[Moment | None] = field(default_factory=lambda: [as_seconds, as_text, None])
    _all: list[Record] | None = None

    def day(self, day: dt.date) -> list[Record]:
        """All records of a day of the terminal's clock, each once, oldest first."""
        place = zoneinfo.ZoneInfo(self.zone)
        begins = dt.datetime.combine(day, dt.time(), place)
        ends = dt.datetime.combine(day, dt.time(23, 59, 59), place)
        while True:
            try:
                return sorted(self._search(begins, ends), key=self._order)
            except (Declined, DaysIgnored):
                if len(self._ways) == 1:
                    raise
                self._ways.pop(0)

    def _order(self, record: Record) -> tuple[dt.datetime, int]:
        number = record.said("RecNo")
        at = instant(record, self.zone) or dt.datetime.max.replace(tzinfo=dt.UTC)
        return at, int(number) if number.isascii() and number.isdecimal() else 0

    def _search(self, begins: dt.datetime, ends: dt.datetime) -> list[Record]:
        way = self._ways[0]
        if way is None:
            return self._picked(begins, ends)
        found = list(self._asked_on(way, begins, ends))
        self._proven = self._proven or bool(found)
        return found if self._proven else self._tried_as_text(begins, ends)

    def _tried_as_text(self, begins: dt.datetime, ends: dt.datetime) -> list[Record]:
        """Firmware that wants text may find nothing for seconds and say nothing: a day without records is asked for twice
        until one way has found some."""
        if self._ways[0] is as_text:
            return []
        try:
            found = list(self._asked_on(as_text, begins, ends))
        except (Declined, DaysIgnored):
            return []
        if found:
            self._ways.remove(as_seconds)
            self._proven = True
        return found

    def _asked_on(self, way: Moment, begins: dt.datetime, ends: dt.datetime) -> Iterator[Record]:
        """From the last second seen on, until nothing is new and the answer is not full."""
        seen: set[str] = set()
        first, most, expected, backwards = True, 0, 0, False
        span = (begins - DAY, ends + DAY)
        for _ in range(MOST_QUESTIONS):
            told = self._ask(f"&StartTime={way(begins)}&EndTime={way(ends)}&count={MOST_AT_ONCE}")
            times = [at for record in told.records if (at := instant(record, self.zone))]
            if any(not span[0] <= at <= span[1] for at in times):
                raise DaysIgnored
            fresh = [record for record in told.records if record.text not in seen]
            seen |= {record.text for record in fresh}
            yield from fresh
            expected = told.head.get("totalCount", 0) if first else expected
            backwards = backwards or (first and len(times) > 1 and times[0] > times[-1])
            first, full = False, len(told.records) >= most
            most = max(most, len(told.records))
            if not times or not (fresh or full):
                break
            step = dt.timedelta() if fresh else SECOND
            begins, ends = (begins, min(times) - step) if backwards else (max(times) + step, ends)
            if begins > ends:
                break
        self.short += max(expected - len(seen), 0)

    def _picked(self, begins: dt.datetime, ends: dt.datetime) -> list[Record]:
        """Everything the terminal has, asked for once a visit; of it, the day."""
        if self._all is None:
            told = self._ask(f"&count={MOST_IN_ALL}")
            self.short += max(told.head.get("totalCount", 0) - len(told.records), 0)
            self._all = told.records
        times = [(instant(record, self.zone), record) for record in self._all]
        return [record for at, record in times if at is None or begins <= at <= ends]

    def _ask(self, rest: str) -> Told:
        told = understood(self.line.ask("GET", _FIND + rest))
        self.short += max(told.head.get("found", 0) - len(told.records), 0)
        return told
