"""The input tables of the file interface: their columns, defaults and what a fault says of them."""

from datetime import date
from typing import Final

from reckon.attendance.cells import Field, Parser, clock, day, flag, one_of, positive, text, whole, zone
from reckon.attendance.words import BASES, CYCLES, DAY_KINDS, MISSING_PUNCH, SYSTEMS
from reckon.dated import day_number

LONG_AGO: Final = day_number(date.min)
FAR_AHEAD: Final = day_number(date.max)

TEXT: Final = "文字,不可为空 (text, not empty)"
NUMBER: Final = "整数 0 至 999999 (a whole number, 0 to 999999)"
COUNT: Final = "整数,1 起 (a whole number from 1)"
FLAG: Final = "0 或 1 (0 or 1)"
CLOCK: Final = "时刻 HH:MM,次日可写 30:00 (a clock time HH:MM, 30:00 for 06:00 the next day)"
DATE: Final = "日期,如 2026-10-01 (a date such as 2026-10-01)"
TIME: Final = "时间,如 2026-10-01T08:57:31 (a local time such as 2026-10-01T08:57:31)"


def _choice(name: str, words: tuple[str, ...], default: str | None = None) -> Field:
    given = None if default is None else words.index(default)
    return Field(name, one_of(words), " / ".join(words), given)


def _texts(*names: str, default: str | None = None) -> tuple[Field, ...]:
    return tuple(Field(name, text, TEXT, default) for name in names)


def _numbers(**defaults: int) -> tuple[Field, ...]:
    return tuple(Field(name, whole, NUMBER, default) for name, default in defaults.items())


def _optional(parse: Parser, expected: str, **defaults: int) -> tuple[Field, ...]:
    return tuple(Field(name, parse, expected, default) for name, default in defaults.items())


TIME_COLUMNS: Final = frozenset({"at", "start", "end"})
"""Columns of many distinct values; `times` reads them (but for the clock times of shifts)."""

COLUMNS: Final[dict[str, tuple[Field, ...]]] = {
    "employees": (
        *_texts("employee_no"),
        *_texts("name", "department", default=""),
        *_texts("group"),
        Field("timezone", zone, "时区,如 Asia/Shanghai (a time zone such as Asia/Shanghai)", "Asia/Shanghai"),
        *_optional(day, DATE, hired_on=LONG_AGO, left_on=FAR_AHEAD),
    ),
    "groups": (
        *_texts("group"),
        _choice("system", SYSTEMS, "standard"),
        _choice("cycle", CYCLES, "month"),
        _choice("overtime_basis", BASES, "both"),
        *_numbers(overtime_after=0, overtime_min=30),
        Field("overtime_step", positive, COUNT, 30),
        Field("early_overtime", flag, FLAG, 0),
        _choice("missing_punch", MISSING_PUNCH, "incomplete"),
        *_texts("version", default=""),
    ),
    "shifts": (
        *_texts("shift"),
        Field("segment", positive, COUNT),
        *_optional(clock, CLOCK, start=0, end=0, break_start=0, break_end=0),
        *_optional(flag, FLAG, in_required=1, out_required=1),
        *_numbers(in_before=240, out_after=480, late_grace=0, early_grace=0, serious_late=0, absent_late=0),
        *_numbers(absent_early=0, flex_early=0, flex_late=0),
        *_optional(clock, CLOCK, day_start=300),
        *_numbers(required_minutes=480),
        *_texts("version", default=""),
    ),
    "late_off_late_on": (
        *_texts("shift"),
        Field("off_after", whole, NUMBER),
        Field("on_later", whole, NUMBER),
    ),
    "roster": (*_texts("employee_no"), Field("date", day, DATE), *_texts("shift", default="")),
    "punches": (*_texts("employee_no"), Field("at", text, TIME)),
    "absences": (*_texts("employee_no", "kind"), Field("start", text, TIME), Field("end", text, TIME)),
    "overtime": (*_texts("employee_no"), Field("start", text, TIME), Field("end", text, TIME)),
    "calendar": (Field("date", day, DATE), _choice("kind", DAY_KINDS), *_texts("name", default="")),
}
"""Each table's columns. A column that may be empty may also be missing.

`version` is not in the contract: a caller that keeps dated rules may name the one in force for the trace.
"""
