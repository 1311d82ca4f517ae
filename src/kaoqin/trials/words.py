"""Words of trials: what is compared, and whom a difference favours. Who may publish rules may try them."""

from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import gettext_lazy

from kaoqin.core.words import Text


class Unit(StrEnum):
    MINUTES = "minutes"
    TIMES = "times"
    DAYS = "days"
    MONTHS = "months"
    HUNDREDTHS = "hundredths"
    """Hundredths of a day."""


@dataclass(frozen=True)
class Measure:
    """A sum that is compared. `sense`: 1 where more of it is for the person, -1 where less is, 0 where it is neither."""

    name: str
    label: Text
    unit: Unit
    sense: int


MEASURES = (
    Measure("late_minutes", gettext_lazy("迟到"), Unit.MINUTES, -1),
    Measure("late_times", gettext_lazy("迟到次数"), Unit.TIMES, -1),
    Measure("early_minutes", gettext_lazy("早退"), Unit.MINUTES, -1),
    Measure("absent_hundredths", gettext_lazy("旷工"), Unit.HUNDREDTHS, -1),
    Measure("late_absent_hundredths", gettext_lazy("迟到折算旷工"), Unit.HUNDREDTHS, -1),
    Measure("missing_times", gettext_lazy("缺卡"), Unit.TIMES, -1),
    Measure("unaccounted_minutes", gettext_lazy("缺卡待定"), Unit.MINUTES, 0),
    Measure("forgiven_minutes", gettext_lazy("宽限"), Unit.MINUTES, 0),
    Measure("attended_days", gettext_lazy("出勤天数"), Unit.DAYS, 1),
    Measure("worked_minutes", gettext_lazy("工作时长"), Unit.MINUTES, 1),
    Measure("overtime_workday_minutes", gettext_lazy("加班 150%"), Unit.MINUTES, 1),
    Measure("overtime_rest_minutes", gettext_lazy("加班 200%"), Unit.MINUTES, 1),
    Measure("overtime_statutory_minutes", gettext_lazy("加班 300%"), Unit.MINUTES, 1),
    Measure("statutory_worked_minutes", gettext_lazy("节日出勤 300%"), Unit.MINUTES, 1),
    Measure("night_minutes", gettext_lazy("夜间"), Unit.MINUTES, 0),
    Measure("full_months", gettext_lazy("全勤"), Unit.MONTHS, 1),
)
