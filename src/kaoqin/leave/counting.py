"""What a leave costs on the roster. Pure: planned days and an interval in, minutes out.

Guarantees. A day costs no more than is planned on it; a kind counted by workdays costs nothing on a day without a plan;
a leave cut at the beginning of any roster day costs the same in its parts; `minutes` are those that the settlement
counts as leave for the same absence.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from kaoqin.leave.words import CountMode, Half, Rules, Unit

MINUTE = dt.timedelta(minutes=1)
DAY = dt.timedelta(days=1)
Stretch = tuple[dt.datetime, dt.datetime]


@dataclass(frozen=True)
class PlannedDay:
    """A roster day in naive local time: from when to when what happens belongs to it, and what is planned.

    `work` are the stretches of work without breaks, in order. A free day (自由工时) has none but `required_minutes`, to
    be worked anywhere in [begins, ends). A rest day has neither. `half` is where the first half of timed work ends.
    """

    date: dt.date
    begins: dt.datetime
    ends: dt.datetime
    work: tuple[Stretch, ...] = ()
    half: dt.datetime | None = None
    required_minutes: int = 0
    statutory: bool = False

    @property
    def planned_minutes(self) -> int:
        return self.required_minutes or sum(_minutes(*one) for one in self.work)

    def covered(self, start: dt.datetime, end: dt.datetime) -> int:
        """Planned minutes between two moments; of a free day any minutes of it, up to those required."""
        if self.required_minutes:
            return min(_overlap((self.begins, self.ends), start, end), self.required_minutes)
        return sum(_overlap(one, start, end) for one in self.work)

    def halves(self, start: dt.datetime, end: dt.datetime) -> int:
        """How many halves of the plan an interval touches: 0, 1 or 2. A free day has halves of minutes, not of time."""
        if self.required_minutes:
            covered = self.covered(start, end)
            return 2 if covered * 2 > self.required_minutes else int(covered > 0)
        middle = self.half or self.ends
        first = any(_overlap(one, max(start, self.begins), min(end, middle)) for one in self.work)
        second = any(_overlap(one, max(start, middle), end) for one in self.work)
        return first + second

    def part(self, half: str) -> Stretch:
        """The interval of one half. Of a free day the halves lie at its end, where they cut no work out."""
        if self.required_minutes:
            length = self.required_minutes // 2 * MINUTE
            turn = self.ends - length
            return (turn - length, turn) if half == Half.FIRST else (turn, self.ends)
        middle = self.half or self.begins + (self.ends - self.begins) / 2
        return (self.begins, middle) if half == Half.FIRST else (middle, self.ends)


def _minutes(start: dt.datetime, end: dt.datetime) -> int:
    return max(int((end - start) / MINUTE), 0)


def _overlap(one: Stretch, start: dt.datetime, end: dt.datetime) -> int:
    return _minutes(max(one[0], start), min(one[1], end))


def halfway(work: Sequence[Stretch]) -> dt.datetime | None:
    """Where the first half of timed work ends: at the pause nearest to its middle, else at its middle.

    A pause counts when at least a quarter of the work lies on either side: a coffee break at five parts no day in two.
    """
    total = sum(_minutes(*one) for one in work)
    pauses = []
    for _, pause in work[:-1]:
        done = sum(_minutes(*one) for one in work if one[1] <= pause)
        pauses.append((abs(2 * done - total), done, pause))
    pauses = [one for one in pauses if total <= 4 * one[1] <= 3 * total]
    if pauses:
        return min(pauses)[2]
    left = total // 2
    for start, end in work:
        if left <= _minutes(start, end):
            return start + left * MINUTE
        left -= _minutes(start, end)
    return None


@dataclass(frozen=True)
class DayCost:
    """What a leave costs on one roster day: minutes of its plan, and minutes of the ledger (whole steps of the unit)."""

    date: dt.date
    minutes: int
    taken_minutes: int


def cost(days: Sequence[PlannedDay], start: dt.datetime, end: dt.datetime, rules: Rules) -> list[DayCost]:
    """What a leave [start, end) costs, day by day; days that cost nothing are left out. `days` must reach over it."""
    found = [_cost_of(day, start, end, rules) for day in days]
    return [one for one in found if one.minutes or one.taken_minutes]


def _cost_of(day: PlannedDay, start: dt.datetime, end: dt.datetime, rules: Rules) -> DayCost:
    minutes = day.covered(start, end)
    if rules.count_mode == CountMode.WORKDAYS:
        return DayCost(day.date, minutes, _taken(day, minutes, day.halves(start, end), rules))
    touched = min(end, day.ends) > max(start, day.begins)
    counts = touched and not (day.statutory and rules.count_mode == CountMode.CALENDAR_WITHOUT_STATUTORY)
    half = rules.unit == Unit.HALF_DAY and day.planned_minutes > 0 and day.halves(start, end) == 1
    return DayCost(day.date, minutes, counts * rules.day_minutes // (2 if half else 1))


def _taken(day: PlannedDay, minutes: int, halves: int, rules: Rules) -> int:
    """Minutes of the ledger: whole days or halves of the kind's day, else the roster's minutes in whole steps."""
    if rules.unit == Unit.DAY:
        return rules.day_minutes if halves else 0
    if rules.unit == Unit.HALF_DAY:
        return rules.day_minutes * halves // 2
    return min(-(-minutes // rules.step_minutes) * rules.step_minutes, day.planned_minutes)


def interval_of_days(days: Sequence[PlannedDay], first_half: str = "", last_half: str = "") -> Stretch:
    """The interval of whole roster days, which may begin with a second half or end with a first half.

    `days` are those of the leave, in order, the first and the last included.
    """
    start, end = days[0].begins, days[-1].ends
    if len(days) == 1 and (half := first_half or last_half):
        return days[0].part(half)
    if first_half == Half.SECOND:
        start = days[0].part(Half.SECOND)[0]
    if last_half == Half.FIRST:
        end = days[-1].part(Half.FIRST)[1]
    return start, end
