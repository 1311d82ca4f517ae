"""Every two minutes what came is reckoned; every night what is old goes."""

from django.utils import timezone
from procrastinate.contrib.django import app

from kaoqin.tracks import settling


@app.periodic(cron="*/2 * * * *")
@app.task(name="tracks.reckon", lock="tracks.reckon", queueing_lock="tracks.reckon")
def reckon(timestamp: int) -> None:
    settling.reckon_waiting(timezone.now())


@app.periodic(cron="35 3 * * *")
@app.task(name="tracks.forget_old", lock="tracks.forget_old", queueing_lock="tracks.forget_old")
def forget(timestamp: int) -> None:
    settling.forget_old(timezone.localdate())
