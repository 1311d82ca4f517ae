"""The medical period (医疗期): how long somebody ill may not be dismissed. Pure.

Table: 劳部发〔1994〕479号 arts 3–4; Shanghai: 沪府发〔2015〕40号. Days of rest and holidays within a sick leave count.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from kaoqin.core.years import add_months, whole_months

NATIONAL, SHANGHAI = 1, 2
MONTH_DAYS = 30
TABLE = (
    # total service below (months), service here below (months), period, counted within (months)
    (120, 60, 3, 6),
    (120, None, 6, 12),
    (None, 60, 6, 12),
    (None, 120, 9, 15),
    (None, 180, 12, 18),
    (None, 240, 18, 24),
    (None, None, 24, 30),
)
DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class MedicalPeriod:
    """How much is allowed and used: `months` within `window_months` (None: no window) from `since` to `until`.

    `used_days` are calendar days of sick leave in the window; a month stands for 30 days.
    """

    months: int
    window_months: int | None
    since: dt.date | None
    until: dt.date | None
    used_days: int

    @property
    def allowed_days(self) -> int:
        return self.months * MONTH_DAYS

    @property
    def over(self) -> bool:
        return self.used_days > self.allowed_days


def allowed(worked_since: dt.date, hired_on: dt.date, on: dt.date, rule: int) -> tuple[int, int | None]:
    """(months of the medical period, months it is counted within) by service on a day."""
    total, here = whole_months(worked_since, on), whole_months(hired_on, on)
    if rule == SHANGHAI:
        return min(3 + here // 12, 24), None
    for below_total, below_here, period, window in TABLE:
        if (below_total is None or total < below_total) and (below_here is None or here < below_here):
            return period, window
    raise AssertionError("the last row holds for all")  # pragma: no cover


def medical_period(
    sick: Iterable[tuple[dt.date, dt.date]], worked_since: dt.date, hired_on: dt.date, on: dt.date, rule: int
) -> MedicalPeriod:
    """How it stands on a day, from the sick leaves (first and last day each).

    The window begins with the first day of illness; a day of illness after it is over begins the next.
    """
    days = sorted({first + n * DAY for first, last in sick for n in range((last - first).days + 1)})
    days = [day for day in days if day <= on]
    since: dt.date | None = None
    until: dt.date | None = None
    months, window = allowed(worked_since, hired_on, on, rule)
    for day in days:
        if since is None or (until and day > until):
            since = day
            months, window = allowed(worked_since, hired_on, day, rule)
            until = add_months(day, window) - DAY if window else None
    if until and on > until:
        return MedicalPeriod(*allowed(worked_since, hired_on, on, rule), None, None, 0)
    return MedicalPeriod(months, window, since, until, sum(since is not None and day >= since for day in days))
