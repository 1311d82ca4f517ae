"""Every night what was found long ago is forgotten."""

from django.utils import timezone
from procrastinate.contrib.django import app

from kaoqin.maps.actions import forget_old


@app.periodic(cron="20 3 * * *")
@app.task(name="maps.forget_old", lock="maps.forget_old", queueing_lock="maps.forget_old")
def forget(timestamp: int) -> None:
    forget_old(timezone.now())
