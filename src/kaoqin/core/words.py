"""The words every room shares: a refusal, and how minutes are said."""

import datetime as dt
from collections.abc import Iterable

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy, pgettext, pgettext_lazy

Text = str | Promise
"""A text of the catalogue, told when it is shown."""

WEEKDAYS = (
    gettext_lazy("周一"),
    gettext_lazy("周二"),
    gettext_lazy("周三"),
    gettext_lazy("周四"),
    gettext_lazy("周五"),
    gettext_lazy("周六"),
    gettext_lazy("周日"),
)
WEEKDAY_LETTERS = (
    pgettext_lazy("weekday", "一"),
    pgettext_lazy("weekday", "二"),
    pgettext_lazy("weekday", "三"),
    pgettext_lazy("weekday", "四"),
    pgettext_lazy("weekday", "五"),
    pgettext_lazy("weekday", "六"),
    pgettext_lazy("weekday", "日"),
)


class Refusal(Exception):  # noqa: N818 - a refusal is an answer to a person, not a failure of the program
    """A change or a question that is answered with no.

    `code` is for machines (`org.number_taken`), `sentence` for people: what is wrong and what to do next.
    `field` names the form field it belongs to, where there is one.
    """

    def __init__(self, code: str, sentence: str, field: str = "", details: tuple[str, ...] = ()) -> None:
        super().__init__(code, sentence, field, details)
        self.code, self.sentence, self.field, self.details = code, sentence, field, details

    def __str__(self) -> str:
        return self.sentence


class NotAllowed(Refusal):
    """The actor may not do this, or not to these people. Pages answer with 403."""


class NotFound(Refusal):
    """There is no such thing, or the actor may not know of it. Pages answer with 404."""


def read_number(text: str, otherwise: int) -> int:
    """A whole number a browser sent, from 0 to 2³¹ - 1; what stands in an address by mistake is `otherwise`."""
    return int(text) if text.isdecimal() and len(text) < 10 else otherwise


def say_minutes(minutes: int) -> str:
    """Minutes as people say them: `7 小时 30 分`, `12 分`, `0 分`; in English `7 h 30 min`."""
    hours, rest = divmod(abs(minutes), 60)
    said = [gettext("{hours} 小时").format(hours=hours)] if hours else []
    said += [gettext("{minutes} 分").format(minutes=rest)] if rest or not hours else []
    return f"{'-' * (minutes < 0)}{' '.join(said)}"


def say_clock(minute: int) -> str:
    """A minute of the day's time line as a clock: 510 → `08:30`, 1800 → `次日 06:00`, -60 → `前日 23:00`."""
    day, of_day = divmod(minute, 1440)
    time = f"{of_day // 60:02d}:{of_day % 60:02d}"
    if day == 0:
        return time
    frame = {-1: gettext("前日 {time}"), 1: gettext("次日 {time}")}.get(day, gettext("{days:+d} 日 {time}"))
    return frame.format(days=day, time=time)


def say_day(day: dt.date) -> str:
    """A day without its year: 11 月 20 日; in English 20 November."""
    return date_format(day, pgettext("date format", "n 月 j 日"))


def say_month(month: dt.date) -> str:
    """A month: 2026 年 11 月; in English November 2026."""
    return date_format(month, pgettext("date format", "Y 年 n 月"))


def say_list(words: Iterable[str | Promise]) -> str:
    """Words one after the other: `年假、病假`."""
    return gettext("、").join(str(word) for word in words)
