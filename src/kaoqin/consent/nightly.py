"""Soon after midnight the consents of those who have left end."""

from django.utils import timezone
from procrastinate.contrib.django import app

from kaoqin.consent.actions import end_of_leavers
from kaoqin.consent.choosing import end_purposes_of_leavers


@app.periodic(cron="40 * * * *")
@app.task(name="consent.end_of_leavers", lock="consent.end_of_leavers", queueing_lock="consent.end_of_leavers")
def end_consents(timestamp: int) -> None:
    """Every hour, so that it is soon after midnight wherever the company is: whose last day was yesterday."""
    now = timezone.now()
    end_of_leavers(timezone.localdate(now), now)
    end_purposes_of_leavers(timezone.localdate(now), now)
