"""The fate of every punch: which day, segment and point it served, or why it served none."""

from dataclasses import dataclass

import numpy as np

from reckon.attendance.company import Staff
from reckon.attendance.rules.employment import Days, is_employed
from reckon.attendance.rules.plan import Segments
from reckon.attendance.rules.presence import Held, Seen
from reckon.attendance.rules.taking import Punches, Taken
from reckon.attendance.words import DUPLICATE, IN, NOT_EMPLOYED, OUT, OUTSIDE_WINDOW, PRESENCE, SUPERSEDED, USED
from reckon.columns import Ints


@dataclass(frozen=True)
class Fates:
    """Per punch row: `use` and `point` as positions in USES and POINTS, `date` a day number.

    `date` and `point` mean something where the use is used, superseded or presence, `segment` where it is
    used or superseded.
    """

    date: Ints
    segment: Ints
    point: Ints
    use: Ints


def find_fates(
    days: Days, staff: Staff, segments: Segments, punches: Punches, taken: Taken, held: Held, spells: tuple[Seen, ...]
) -> Fates:
    """The fate of each distinct punch, in their order."""
    at, line = punches.at, days.line
    employed = is_employed(staff, line.employee(at), line.date(at))
    use = np.where(held.inside, SUPERSEDED, np.where(employed, OUTSIDE_WINDOW, NOT_EMPLOYED))
    date, segment, point = np.zeros((3, len(at)), np.int64)
    if len(segments):
        date = days.date[segments.day[held.segment]]
        segment = segments.number[held.segment]
        point = np.where(np.arange(len(at)) < taken.middle[held.segment], IN, OUT)
    for which, served in ((taken.on[taken.has_on], IN), (taken.off[taken.has_off], OUT)):
        use[which], point[which] = USED, served
    for seen in spells:
        for which, served in ((seen.last, OUT), (seen.first, IN)):
            use[which], point[which], date[which] = PRESENCE, served, seen.date
    return Fates(date, segment, point, use)


def spread(fates: Fates, punches: Punches) -> Fates:
    """The fate of each input row: rows that repeat a minute are duplicates."""
    use = np.full(punches.rows, DUPLICATE)
    date, segment, point = np.zeros((3, punches.rows), np.int64)
    for wide, narrow in ((use, fates.use), (date, fates.date), (segment, fates.segment), (point, fates.point)):
        wide[punches.row] = narrow
    return Fates(date, segment, point, use)
