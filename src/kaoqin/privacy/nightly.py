"""Every hour copies that can be fetched no more go."""

from django.utils import timezone
from procrastinate.contrib.django import app

from kaoqin.privacy.actions import drop_expired


@app.periodic(cron="50 * * * *")
@app.task(name="privacy.drop_expired", lock="privacy.drop_expired", queueing_lock="privacy.drop_expired")
def drop_each_hour(timestamp: int) -> None:
    drop_expired(timezone.now())
