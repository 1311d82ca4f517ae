"""What is reckoned over a whole month: free lates, lates that make half a day, full attendance (全勤). Pure."""

import datetime as dt
from collections.abc import Sequence, Set
from dataclasses import dataclass
from decimal import Decimal

HALF_DAY = Decimal("0.5")


@dataclass(frozen=True)
class Rule:
    """`free_late_times` lates of up to `free_late_minutes` each count for nothing; every `lates_per_half_day` others make
    half a day absent (0: never). The rest says what breaks full attendance."""

    free_late_times: int = 0
    free_late_minutes: int = 0
    lates_per_half_day: int = 0
    late_breaks: bool = True
    early_breaks: bool = True
    missing_breaks: bool = True
    absent_breaks: bool = True
    leave_breaks: bool = True


@dataclass(frozen=True)
class Facts:
    """A month of somebody: lates as (day, minutes) in order, the other counts, leave kinds that were taken, and whether
    they were employed all the time."""

    lates: Sequence[tuple[dt.date, int]] = ()
    planned_days: int = 0
    early_times: int = 0
    missing: int = 0
    absent_minutes: int = 0
    leave_kinds: Set[str] = frozenset()
    whole: bool = True


@dataclass(frozen=True)
class Verdict:
    """`free` are the days whose lateness is free; `broken_by` the words of what broke full attendance, none where it is."""

    free: tuple[dt.date, ...]
    counted: int
    absent_days: Decimal
    broken_by: tuple[str, ...]

    @property
    def full(self) -> bool:
        return not self.broken_by


def judge(facts: Facts, rule: Rule, harmless_kinds: Set[str] = frozenset()) -> Verdict:
    """The month by its rule. The earliest lates that are short enough are free; `harmless_kinds` of leave break nothing."""
    short = [day for day, minutes in facts.lates if minutes <= rule.free_late_minutes]
    free = tuple(short[: rule.free_late_times])
    counted = len(facts.lates) - len(free)
    halves = counted // rule.lates_per_half_day if rule.lates_per_half_day else 0
    broken = {
        "late": rule.late_breaks and counted > 0,
        "early": rule.early_breaks and facts.early_times > 0,
        "missing": rule.missing_breaks and facts.missing > 0,
        "absent": rule.absent_breaks and (facts.absent_minutes > 0 or halves > 0),
        "leave": rule.leave_breaks and bool(facts.leave_kinds - harmless_kinds),
        "partial": not facts.whole,
        "no_plan": facts.planned_days == 0,
    }
    return Verdict(free, counted, halves * HALF_DAY, tuple(word for word, is_so in broken.items() if is_so))
