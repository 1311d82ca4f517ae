"""Every night comp time that was not taken in time is paid out."""

from django.utils import timezone
from procrastinate.contrib.django import app

from kaoqin.overtime import actions


@app.periodic(cron="40 17 * * *")
@app.task(name="overtime.pay_out", lock="overtime.pay_out", queueing_lock="overtime.pay_out")
def pay_out(timestamp: int) -> None:
    """Twenty to two in China."""
    now = timezone.now()
    actions.pay_out(timezone.localdate(now), now)
