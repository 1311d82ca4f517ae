"""Which days make a month: the cycles of groups, and of people who change groups. Pure; every day is in exactly one."""

import datetime as dt
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Rhythm:
    """From `begins_on`, cycles begin on the `first_day` (1 to 28) of every month."""

    begins_on: dt.date
    first_day: int


@dataclass(frozen=True)
class Period:
    """A cycle of a group. `transition`: shorter than others, because the rhythm changed."""

    first: dt.date
    last: dt.date
    transition: bool = False

    @property
    def month(self) -> dt.date:
        """The first of the month it is called by: that of its end."""
        return self.last.replace(day=1)


@dataclass(frozen=True)
class Joined:
    """Somebody is in a group from a day to another, both included."""

    group_id: int
    first: dt.date
    last: dt.date


@dataclass(frozen=True)
class PersonPeriod:
    """A cycle of a person, closed with those of the group they are in at its end."""

    group_id: int
    first: dt.date
    last: dt.date

    @property
    def month(self) -> dt.date:
        return self.last.replace(day=1)


def period_of(rhythms: Sequence[Rhythm], day: dt.date) -> Period:
    """The period of a day. Before the first rhythm it is the calendar month."""
    place = bisect_right([one.begins_on for one in rhythms], day)
    first_day = rhythms[place - 1].first_day if place else 1
    begin = _before(day, first_day)
    end = _before(begin + 31 * DAY, first_day) - DAY
    low = max(begin, rhythms[place - 1].begins_on) if place else begin
    high = min(end, rhythms[place].begins_on - DAY) if place < len(rhythms) else end
    return Period(low, high, (low, high) != (begin, end))


def _before(day: dt.date, first_day: int) -> dt.date:
    """The latest day on or before `day` that is the first of a cycle."""
    if day.day >= first_day:
        return day.replace(day=first_day)
    return (day.replace(day=1) - DAY).replace(day=first_day)


def person_periods(
    joined: Sequence[Joined], rhythms: Mapping[int, Sequence[Rhythm]], until: dt.date
) -> list[PersonPeriod]:
    """The cycles of somebody from the day they first joined a group to that of `until`, without a gap.

    Who changes groups within a cycle goes to the end of the new group's; days without a group go with the last one.
    """
    found: list[PersonPeriod] = []
    day = joined[0].first if joined else until + DAY
    while day <= until:
        group_id, end = _end(joined, rhythms, day)
        found.append(PersonPeriod(group_id, day, end))
        day = end + DAY
    return found


def _end(joined: Sequence[Joined], rhythms: Mapping[int, Sequence[Rhythm]], day: dt.date) -> tuple[int, dt.date]:
    """The group that closes the cycle of a day, and its last day."""
    group_id, end = 0, day
    while (now := _group_on(joined, end)) != group_id:
        group_id = now
        end = period_of(rhythms.get(group_id, ()), end).last
    return group_id, end


def _group_on(joined: Sequence[Joined], day: dt.date) -> int:
    return [one for one in joined if one.first <= day][-1].group_id
