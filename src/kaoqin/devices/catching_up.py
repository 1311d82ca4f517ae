"""Which days a visited terminal is asked for beyond the newest: those since it was last asked to the end, and those of
which it told of more than it gave. A terminal that was away over a long holiday has them still. Pure."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace

DAY = dt.timedelta(days=1)
BACKLOG = dt.timedelta(days=92)
"""How far back a terminal is asked that was never asked before."""
MOST_SHORT = 18
"""As many as are kept of a terminal in a text of 200 characters."""


@dataclass(frozen=True, slots=True)
class ReadSoFar:
    """`until`: all days before this one were asked for, None where none was; `short`: of these, the ones to ask again."""

    until: dt.date | None = None
    short: frozenset[dt.date] = frozenset()

    @classmethod
    def of(cls, facts: Mapping[str, str]) -> "ReadSoFar":
        """As it was kept with what is known of a terminal."""
        until, short = facts.get("read_until", ""), facts.get("read_short", "")
        days = frozenset(dt.date.fromisoformat(day) for day in short.split(",") if day)
        return cls(dt.date.fromisoformat(until) if until else None, days)

    def facts(self) -> dict[str, str]:
        """As it is kept: the newest of the days that came short."""
        kept = sorted(self.short)[-MOST_SHORT:]
        return {
            "read_until": self.until.isoformat() if self.until else "",
            "read_short": ",".join(day.isoformat() for day in kept),
        }

    def missed(self, newest: dt.date) -> list[dt.date]:
        """The days to ask for before `newest`, the oldest first. The last that was asked for was not over then."""
        first = self.until - DAY if self.until else newest - BACKLOG
        since = {first + number * DAY for number in range((newest - first).days)}
        return sorted(since | {day for day in self.short if day < newest})

    def after(self, day: dt.date, *, complete: bool) -> "ReadSoFar":
        """Once a day was asked for, and all of it came or not."""
        until = max(self.until or day, day)
        return replace(self, until=until, short=self.short - {day} if complete else self.short | {day})
