"""Months and years of service. Pure."""

import calendar
import datetime as dt


def add_months(day: dt.date, months: int) -> dt.date:
    """The same day some months later; the last of the month where that has fewer days."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def add_years(day: dt.date, years: int) -> dt.date:
    """The same day some years later; of 29 February the 28th where there is none."""
    return add_months(day, 12 * years)


def whole_months(since: dt.date, on: dt.date) -> int:
    """Whole months completed from a day to another; never negative."""
    months = (on.year - since.year) * 12 + on.month - since.month
    return max(months - (add_months(since, months) > on), 0)
