"""Whom the law spares overtime and night work, and why. Pure.

女职工劳动保护特别规定 (2012) arts. 6 and 9; minors: 劳动法 art. 58 with 未成年人保护法 art. 61.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from kaoqin.core.years import add_years
from kaoqin.org.words import Gender, Protection

LAST_THREE_MONTHS = dt.timedelta(weeks=12)
"""Seven months of a pregnancy of forty weeks are 28 weeks: twelve before the birth that is expected."""
OF_AGE = 18


@dataclass(frozen=True)
class Child:
    """A child as far as it is known; a birth nobody entered is taken to have been on the expected day."""

    expected_on: dt.date | None = None
    born_on: dt.date | None = None
    lost_on: dt.date | None = None


def protection(gender: str, born_on: dt.date | None, children: Sequence[Child], on: dt.date) -> Protection | None:
    """Why somebody may not be asked on a day; None where nothing is known that forbids it. Fathers have children, too."""
    if born_on and on < add_years(born_on, OF_AGE):
        return Protection.MINOR
    if gender == Gender.MALE:
        return None
    return next((found for one in children if (found := _by_child(one, on))), None)


def _by_child(child: Child, on: dt.date) -> Protection | None:
    if child.lost_on and child.lost_on <= on:
        return None
    birth = child.born_on or child.expected_on
    if birth is None:
        return None
    if birth <= on:
        return Protection.NURSING if on < add_years(birth, 1) else None
    expected = child.expected_on or birth
    return Protection.PREGNANT if on >= expected - LAST_THREE_MONTHS else None
