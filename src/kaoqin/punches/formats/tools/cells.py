"""What a table cell holds: text, a number, a date or a clock, as Excel or a text file gives it."""

import re
from datetime import date, datetime, time, timedelta

Cell = str | int | float | bool | datetime | date | time | timedelta
"""An empty cell is ''."""

EXACT_INTEGERS = 10**15
"""Excel keeps 15 digits of a number; of a longer one the rest is lost before we see it."""
_SCIENTIFIC = re.compile(r"\d(?:\.\d+)?[Ee]\+\d+", re.ASCII)


def is_blank(cell: Cell) -> bool:
    return isinstance(cell, str) and not cell.strip()


def cell_text(cell: Cell) -> str:
    """A cell as a person reads it: 12.0 as `12`, dates as `2026-03-02 08:00:00`; line breaks stay."""
    if isinstance(cell, str):
        return cell.replace("\t", " ").strip()
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < EXACT_INTEGERS else repr(cell)
    if isinstance(cell, datetime):
        return whole_seconds(cell).isoformat(" ")
    return _duration(cell) if isinstance(cell, timedelta) else str(cell)


def flat_text(cell: Cell) -> str:
    """A cell on one line, runs of blanks as one."""
    return " ".join((cell if isinstance(cell, str) else cell_text(cell)).split())


def key_text(cell: Cell) -> str | None:
    """A person's number as text, leading zeros kept; None when it cannot be what was typed (1.23457E+17)."""
    if isinstance(cell, str):
        text = _unquoted(cell)
        return None if _SCIENTIFIC.fullmatch(text) else text
    if isinstance(cell, bool) or not isinstance(cell, int | float):
        return None
    return cell_text(cell) if float(cell).is_integer() and 0 <= cell < EXACT_INTEGERS else None


def whole_seconds(moment: datetime) -> datetime:
    """Excel's days are fractions: 08:55:59.999997 is 08:56:00."""
    return (moment + timedelta(milliseconds=500)).replace(microsecond=0)


def column_letters(index: int) -> str:
    """0 → A, 25 → Z, 26 → AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def _unquoted(text: str) -> str:
    """Without what spreadsheets put around a number to keep it text: blanks, TAB, ="00123", '00123."""
    text = text.strip().strip("\ufeff").strip()
    if text.startswith('="') and text.endswith('"') and len(text) > 2:
        text = text[2:-1]
    return text.removeprefix("'").strip()


def _duration(length: timedelta) -> str:
    minutes, seconds = divmod(round(length.total_seconds()), 60)
    return f"{minutes // 60:02d}:{minutes % 60:02d}" + (f":{seconds:02d}" if seconds else "")
