"""Words of scheduling: kinds of days, what a shift is, what may go wrong with a plan, permissions."""

import datetime as dt
from dataclasses import dataclass, replace

from django.db import models
from django.utils.translation import gettext_lazy, pgettext_lazy

from kaoqin.security.words import Role, permission


class DayKind(models.TextChoices):
    """What a calendar date is; the rate of overtime on it follows from this."""

    WORKDAY = "workday", gettext_lazy("工作日")
    REST = "rest", gettext_lazy("休息日")
    STATUTORY = "statutory", gettext_lazy("法定节假日")


class GroupMode(models.TextChoices):
    FIXED = "fixed", gettext_lazy("固定班制")
    ROSTER = "roster", gettext_lazy("排班制")
    FREE = "free", gettext_lazy("自由工时")


class PlanSource(models.TextChoices):
    GROUP = "group", gettext_lazy("固定周")
    PATTERN = "pattern", gettext_lazy("轮班")
    MANUAL = "manual", gettext_lazy("手工")
    IMPORT = "import", gettext_lazy("导入")


@dataclass(frozen=True)
class Segment:
    """One stretch of work, in minutes from 00:00 of the roster day; thresholds in minutes, 0 means never."""

    start: int
    end: int
    break_start: int | None = None
    break_end: int | None = None
    in_required: bool = True
    out_required: bool = True
    in_before: int = 240
    out_after: int = 480
    late_grace: int = 0
    early_grace: int = 0
    serious_late: int = 0
    absent_late: int = 0
    absent_early: int = 0

    @property
    def minutes(self) -> int:
        """Planned minutes, the break taken off."""
        pause = (self.break_end or 0) - (self.break_start or 0) if self.break_start is not None else 0
        return self.end - self.start - pause


@dataclass(frozen=True)
class Thresholds:
    """From how many minutes on a segment's lateness and leaving early count, and as what; 0 means never."""

    late_grace: int = 0
    early_grace: int = 0
    serious_late: int = 0
    absent_late: int = 0
    absent_early: int = 0


@dataclass(frozen=True)
class Tolerances:
    """What of a shift is a rule and not a time: its flex, and the thresholds of each segment in order; minutes."""

    flex_early: int = 0
    flex_late: int = 0
    segments: tuple[Thresholds, ...] = ()


@dataclass(frozen=True)
class ShiftPlan:
    """A shift as it is from a day on. Without segments it is a free shift (自由工时)."""

    name: str
    segments: tuple[Segment, ...] = ()
    day_start: int = 300
    required_minutes: int = 480
    flex_early: int = 0
    flex_late: int = 0
    late_off_late_on: tuple[tuple[int, int], ...] = ()

    @property
    def free(self) -> bool:
        return not self.segments

    @property
    def minutes(self) -> int:
        return self.required_minutes if self.free else sum(segment.minutes for segment in self.segments)

    @property
    def tolerances(self) -> Tolerances:
        names = Thresholds.__dataclass_fields__
        told = (Thresholds(**{name: getattr(segment, name) for name in names}) for segment in self.segments)
        return Tolerances(self.flex_early, self.flex_late, tuple(told))

    def tolerating(self, other: Tolerances) -> "ShiftPlan":
        """The same times with other tolerances; a segment they do not know keeps its own, and flex needs a single one."""
        kept = self.segments[len(other.segments) :]
        told = [replace(own, **vars(new)) for own, new in zip(self.segments, other.segments, strict=False)]
        plan = replace(self, segments=(*told, *kept))
        return (
            replace(plan, flex_early=other.flex_early, flex_late=other.flex_late) if len(self.segments) == 1 else plan
        )


@dataclass(frozen=True)
class Cell:
    """One cell of the roster board: who, when, which shift (None: a planned rest day)."""

    employee_id: int
    date: dt.date
    shift_id: int | None


@dataclass(frozen=True)
class Day:
    """A calendar date: its kind, its name, and whether it was swapped (调休, 补班)."""

    date: dt.date
    kind: DayKind
    name: str = ""
    adjusted: bool = False


HOLIDAYS = (
    pgettext_lazy("holiday", "元旦"),
    pgettext_lazy("holiday", "春节"),
    pgettext_lazy("holiday", "春节(除夕)"),
    pgettext_lazy("holiday", "清明节"),
    pgettext_lazy("holiday", "劳动节"),
    pgettext_lazy("holiday", "端午节"),
    pgettext_lazy("holiday", "中秋节"),
    pgettext_lazy("holiday", "国庆节"),
    pgettext_lazy("holiday", "休息日"),
    pgettext_lazy("holiday", "补班"),
    pgettext_lazy("holiday", "调休"),
)
"""The names of days in the calendars the product brings; data keeps them in Chinese."""

SEE_PLANS = permission(
    "scheduling.see_plans", gettext_lazy("查看排班"), [Role.MANAGER, Role.HR, Role.ADMINISTRATOR, Role.AUDITOR]
)
PLAN = permission("scheduling.plan", gettext_lazy("排班"), [Role.MANAGER, Role.HR])
SEE_RULES = permission(
    "scheduling.see_rules",
    gettext_lazy("查看班次、考勤组与日历"),
    [Role.MANAGER, Role.HR, Role.ADMINISTRATOR, Role.AUDITOR],
)
MANAGE_RULES = permission("scheduling.manage", gettext_lazy("维护班次、考勤组与日历"), [Role.HR])
