"""Each night the rooms that keep where people were hear whose months are closed: to the metre nobody needs it any more.

Which of their rows are coarse already they know themselves, so the night may come twice, may stop half way, and finds what
arrived after a month was closed. A month that is opened again is told no more; what is coarse stays so.
"""

import datetime as dt

from django.db import transaction
from django.utils import timezone
from procrastinate.contrib.django import app

from kaoqin.attendance.models import ClosedMonth
from kaoqin.core.arrays import any_of
from kaoqin.core.outcomes import tell

PEOPLE_AT_ONCE = 200
"""In one transaction: some 25,000 punches where each has four a day."""


@app.periodic(cron="5 19 * * *")
@app.task(name="attendance.tell_closed", lock="attendance.tell_closed", queueing_lock="attendance.tell_closed")
def tell_nightly(timestamp: int) -> None:
    """Five past three in China, when little else is written."""
    tell_closed(timezone.now())


def tell_closed(at: dt.datetime) -> int:
    """Tell `months.closed` of everybody who has closed months; returns of how many people."""
    closed = ClosedMonth.objects.filter(reopened_at=None)
    people = list(closed.order_by("employee").values_list("employee", flat=True).distinct())
    for begin in range(0, len(people), PEOPLE_AT_ONCE):
        some = people[begin : begin + PEOPLE_AT_ONCE]
        with transaction.atomic():
            rows = closed.filter(any_of("employee_id", some)).order_by("employee", "first")
            spans = list(rows.values_list("employee_id", "first", "last"))
            if spans:  # All of theirs may have been opened again meanwhile.
                tell("months.closed", spans=spans, at=at)
    return len(people)
