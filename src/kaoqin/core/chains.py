"""Dated links from one to another (who leads whom, who stands in for whom), and whether they run in a circle. Pure."""

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Link:
    """Somebody is linked to `to` from a day to another, both included; an open end is for ever."""

    to: int
    begins_on: dt.date
    ends_on: dt.date | None = None

    def during(self, begins_on: dt.date, ends_on: dt.date | None) -> "Link | None":
        """The part of it within some days; None where there is none."""
        first = max(self.begins_on, begins_on)
        last = min((day for day in (self.ends_on, ends_on) if day), default=None)
        return None if last and last < first else Link(self.to, first, last)


def leads_back(links_of: Callable[[int], Iterable[Link]], link: Link, origin: int) -> bool:
    """Whether a new link of `origin` would run in a circle on any of its days, by the links that hold on that day.

    The links there are must be without a circle; so is then what they make with a link that does not lead back.
    """
    if link.to == origin:
        return True
    onward = (one.during(link.begins_on, link.ends_on) for one in links_of(link.to))
    return any(leads_back(links_of, one, origin) for one in onward if one)
