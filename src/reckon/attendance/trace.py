"""The trace of a day: what an employee reads to know why, and what a page shows behind each number."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from reckon.attendance.wording import CHINESE, ENGLISH, TEXTS

Cell = int | str | None


@dataclass(frozen=True)
class Moment:
    """A local time told from the day it is explained on: minutes since that day's 00:00."""

    midnight: datetime
    since: int

    @staticmethod
    def today(day: date) -> datetime:
        """The midnight that a day begins with."""
        return datetime.combine(day, time())

    @property
    def plain(self) -> str:
        """For machines."""
        return (self.midnight + timedelta(minutes=self.since)).isoformat()

    @property
    def zh(self) -> str:
        """For readers: 09:00, 次日 06:00, 前一日 22:00, else with the date."""
        return self._told("次日 {}", "前一日 {}")

    @property
    def en(self) -> str:
        """For readers: 09:00, 06:00 next day, 22:00 the day before, else with the date."""
        return self._told("{} next day", "{} the day before")

    def _told(self, next_day: str, day_before: str) -> str:
        at = self.midnight + timedelta(minutes=self.since)
        frame = {0: "{}", 1: next_day, -1: day_before}.get(self.since // 1440, f"{at:%m-%d} {{}}")
        return frame.format(f"{at:%H:%M}")


@dataclass(frozen=True)
class Duration:
    """Minutes told as hours and minutes."""

    plain: int

    @property
    def zh(self) -> str:
        """7 小时 30 分."""
        return self._told("小时", "分")

    @property
    def en(self) -> str:
        """7 h 30 min."""
        return self._told("h", "min")

    def _told(self, hour: str, minute: str) -> str:
        hours, minutes = divmod(self.plain, 60)
        parts = [f"{hours} {hour}"] if hours else []
        return " ".join(parts + [f"{minutes} {minute}"] * (minutes > 0 or not hours))


@dataclass(frozen=True)
class Word:
    """A word of the vocabulary, or several joined by +, told in both languages.

    Some words mean something else in a `sense`: `rest` is a kind of day and a status.
    """

    plain: str
    sense: str = ""

    @property
    def zh(self) -> str:
        """The Chinese word, or the word itself where there is none (a kind of leave HR named)."""
        words = self.plain.split("+")
        return "、".join(CHINESE.get(f"{self.sense}.{word}") or CHINESE.get(word, word) for word in words)

    @property
    def en(self) -> str:
        """The word as it stands in the files."""
        return ", ".join(ENGLISH.get(word, word.replace("_", " ")) for word in self.plain.split("+"))


Told = Moment | Duration | Word | int | str


@dataclass(frozen=True)
class Step:
    """One step of the reckoning: its code, what it gave to which column, its parameters, and both sentences.

    Over all steps of a day, what they give to a column of minutes or counts adds up to that column.
    """

    code: str
    rule: int
    gives: Mapping[str, int]
    values: Mapping[str, int | str]
    zh: str
    en: str


def make_step(code: str, rule: int, gives: Mapping[str, int] | None = None, /, **told: Told) -> Step:
    """A step with its sentences filled in."""
    zh, en = TEXTS[code]
    return Step(
        code,
        rule,
        dict(gives or {}),
        {name: value if isinstance(value, int | str) else value.plain for name, value in told.items()},
        _close(
            zh.format(**{name: value if isinstance(value, int | str) else value.zh for name, value in told.items()})
        ),
        en.format(**{name: value if isinstance(value, int | str) else value.en for name, value in told.items()}),
    )


def _close(sentence: str) -> str:
    """Without the blank between a Chinese word and the Chinese that follows it."""
    return re.sub(r"(?<=[分时]) (?=[\u4e00-\u9fff])", "", sentence)


@dataclass(frozen=True)
class Trace:
    """A day explained: its row of `days` and the steps in the order in which they were taken."""

    employee_no: str
    date: str
    day: Mapping[str, Cell]
    steps: tuple[Step, ...]

    def text(self) -> str:
        """Both languages, one step after the other."""
        lines = [f"{self.employee_no} {self.date}"]
        for number, step in enumerate(self.steps, 1):
            lines += [f"{number:>3}. {step.zh}", f"     {step.en}"]
        return "\n".join(lines)
