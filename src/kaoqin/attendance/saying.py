"""How results are said: a day in a few words, statuses with their colour, minutes of leave by kind."""

import datetime as dt
from collections.abc import Callable, Mapping

from kaoqin.attendance.models import DayResult
from kaoqin.attendance.words import STATUS_LABELS, kind_label

TONES = {
    "absent": "red",
    "missing": "orange",
    "serious_late": "red",
    "late": "yellow",
    "early": "yellow",
    "leave": "azure",
    "trip": "azure",
    "overtime": "purple",
    "rest": "secondary",
    "normal": "green",
}


def badges(status: str) -> list[tuple[str, str]]:
    """(label, tone) of each word of a status."""
    return [(STATUS_LABELS.get(word, word), TONES.get(word, "secondary")) for word in status.split("+")]


def worst_tone(status: str) -> str:
    """The tone of the first, which is the gravest, word."""
    return TONES.get(status.split("+", maxsplit=1)[0], "secondary")


def say_day(day: DayResult, leave_kinds: Mapping[tuple[int, dt.date], str] | None = None) -> str:
    """A day as the cell of a month sheet: `正常`, `迟到12分钟,下班缺卡`, `休息`, `加班2.5小时`."""
    said = [_SAY[word](day) for word in day.status.split("+") if word in _SAY]
    kind = (leave_kinds or {}).get((day.employee_id, day.date))
    return ",".join(part if part != "请假" or not kind else kind_label(kind) for part in said)


def _missing(day: DayResult) -> str:
    parts = ["上班缺卡"] * bool(day.missing_in) + ["下班缺卡"] * bool(day.missing_out)
    return ",".join(parts)


def overtime_minutes(day: DayResult) -> int:
    return day.overtime_workday_minutes + day.overtime_rest_minutes + day.overtime_statutory_minutes


_SAY: dict[str, Callable[[DayResult], str]] = {
    "absent": lambda day: "旷工" if day.absent_minutes >= day.planned_minutes else f"旷工{day.absent_minutes}分钟",
    "missing": _missing,
    "serious_late": lambda day: f"严重迟到{day.late_minutes}分钟",
    "late": lambda day: f"迟到{day.late_minutes}分钟",
    "early": lambda day: f"早退{day.early_minutes}分钟",
    "leave": lambda day: "请假",
    "trip": lambda day: "出差外出",
    "overtime": lambda day: f"加班{overtime_minutes(day) / 60:g}小时",
    "rest": lambda day: "休息",
    "normal": lambda day: "正常",
}
