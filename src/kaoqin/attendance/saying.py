"""How results are said: a day in a few words, statuses with their colour, minutes of leave by kind."""

import datetime as dt
import re
from collections.abc import Callable, Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import get_language, gettext, gettext_lazy

from kaoqin.attendance.models import DayResult
from kaoqin.attendance.words import STATUS_LABELS, kind_label
from kaoqin.core.words import say_list, say_minutes

_VERSION = re.compile(r"(\S)\((from [^()]*)\)")  # a name and its version, written close as Chinese is
_EXPECTED = re.compile(r"应为 [^()]*\((.+)\)")
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

COLUMNS: dict[str, str | Promise] = {
    "shift": gettext_lazy("班次"),
    "day_kind": gettext_lazy("日类型"),
    "planned_minutes": gettext_lazy("应出勤"),
    "worked_minutes": gettext_lazy("实出勤"),
    "late_minutes": gettext_lazy("迟到"),
    "early_minutes": gettext_lazy("早退"),
    "absent_minutes": gettext_lazy("旷工"),
    "unaccounted_minutes": gettext_lazy("缺卡待定"),
    "forgiven_minutes": gettext_lazy("宽限"),
    "leave_minutes": gettext_lazy("请假"),
    "trip_minutes": gettext_lazy("出差外出"),
    "overtime_workday_minutes": gettext_lazy("加班 150%"),
    "overtime_rest_minutes": gettext_lazy("加班 200%"),
    "overtime_statutory_minutes": gettext_lazy("加班 300%"),
    "statutory_worked_minutes": gettext_lazy("法定节假日出勤 300%"),
    "night_minutes": gettext_lazy("夜间"),
    "serious_late": gettext_lazy("严重迟到"),
    "missing_in": gettext_lazy("上班缺卡"),
    "missing_out": gettext_lazy("下班缺卡"),
    "first_in": gettext_lazy("首次打卡"),
    "last_out": gettext_lazy("末次打卡"),
    "status": gettext_lazy("结果"),
}


def badges(status: str) -> list[tuple[str | Promise, str]]:
    """(label, tone) of each word of a status."""
    return [(STATUS_LABELS.get(word, word), TONES.get(word, "secondary")) for word in status.split("+")]


def worst_tone(status: str) -> str:
    """The tone of the first, which is the gravest, word."""
    return TONES.get(status.split("+", maxsplit=1)[0], "secondary")


def say_day(day: DayResult, leave_kinds: Mapping[tuple[int, dt.date], str] | None = None) -> str:
    """A day as the cell of a month sheet: `正常`, `迟到12分钟,下班缺卡`, `休息`, `加班2.5小时`."""
    kind = (leave_kinds or {}).get((day.employee_id, day.date))
    words = [word for word in day.status.split("+") if word in _SAY]
    return gettext(",").join(kind_label(kind) if word == "leave" and kind else _SAY[word](day) for word in words)


def _missing(day: DayResult) -> str:
    parts = [gettext("上班缺卡")] * bool(day.missing_in) + [gettext("下班缺卡")] * bool(day.missing_out)
    return gettext(",").join(parts)


def overtime_minutes(day: DayResult) -> int:
    return day.overtime_workday_minutes + day.overtime_rest_minutes + day.overtime_statutory_minutes


_SAY: dict[str, Callable[[DayResult], str]] = {
    "absent": lambda day: (
        gettext("旷工")
        if day.absent_minutes >= day.planned_minutes
        else gettext("旷工{absent_minutes}分钟").format(absent_minutes=day.absent_minutes)
    ),
    "missing": _missing,
    "serious_late": lambda day: gettext("严重迟到{late_minutes}分钟").format(late_minutes=day.late_minutes),
    "late": lambda day: gettext("迟到{late_minutes}分钟").format(late_minutes=day.late_minutes),
    "early": lambda day: gettext("早退{early_minutes}分钟").format(early_minutes=day.early_minutes),
    "leave": lambda day: gettext("请假"),
    "trip": lambda day: gettext("出差外出"),
    "overtime": lambda day: gettext("加班{hours:g}小时").format(hours=overtime_minutes(day) / 60),
    "rest": lambda day: gettext("休息"),
    "normal": lambda day: gettext("正常"),
}


def say_fault(sentence: str) -> str:
    """Why days could not be settled, as it was kept, in the language spoken now.

    What the engine found wrong is kept in both languages, `应为 日期 (a date)`: English reads the brackets.
    """
    said = gettext(sentence)
    return _EXPECTED.sub(r"expected \1", said) if get_language() == "en" else said


def say_step(chinese: str, english: str) -> str:
    """A step of the trace, which the engine tells in both languages, in the one spoken now."""
    return _VERSION.sub(r"\1 (\2)", english) if get_language() == "en" else chinese


def say_changed(name: str, value: Any) -> str:
    """A column's value as a difference shows it."""
    if value in (None, ""):
        return "—"
    if isinstance(value, bool):
        return gettext("是") if value else gettext("否")
    if name.endswith("_minutes"):
        return say_minutes(value)
    if name == "status":
        return say_list(label for label, _ in badges(value))
    if name in {"first_in", "last_out"}:
        return f"{value}".replace("T", " ")[5:16]
    return f"{value}"
