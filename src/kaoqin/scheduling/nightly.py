"""Every night the fixed weeks are laid two months ahead."""

import datetime as dt

from django.utils import timezone
from procrastinate.contrib.django import app

from kaoqin.scheduling.roster import lay_all_weeks


@app.periodic(cron="7 2 * * *")
@app.task(name="scheduling.lay_weeks")
def lay_weeks_nightly(timestamp: int) -> None:
    lay_all_weeks(timezone.localdate(dt.datetime.fromtimestamp(timestamp, dt.UTC)))
